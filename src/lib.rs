//! aerospike_py
