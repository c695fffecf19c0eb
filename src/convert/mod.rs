//! The only place where Python objects become Aerospike's types and back.

pub(crate) mod argument;
pub(crate) mod batch;
pub(crate) mod codec;
pub(crate) mod config;
pub(crate) mod fields;
mod hosts;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod lazy;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod operation;
pub(crate) mod options;
pub(crate) mod pack;
pub(crate) mod pairs;
pub(crate) mod policies_file;
pub(crate) mod policy;
pub(crate) mod predicate;
pub(crate) mod record;
pub(crate) mod reply;
pub(crate) mod security;
mod settings;
pub(crate) mod stream;
pub(crate) mod suggestion;
mod tls;
pub(crate) mod value;
pub(crate) mod wire;
