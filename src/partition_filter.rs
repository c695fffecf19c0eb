//! Which partitions a query reads.

use pyo3::prelude::*;

use crate::error::Error;

const PARTITIONS: i64 = 4096;

#[doc = include_str!("docs/PartitionFilter.md")]
#[pyclass(frozen, eq, hash, module = "aerospike_py._aerospike")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PartitionFilter {
    begin: i64,
    count: i64,
}

#[pymethods]
impl PartitionFilter {
    #[new]
    #[pyo3(signature = (begin=0, count=PARTITIONS), text_signature = "(begin=0, count=4096)")]
    fn new(begin: i64, count: i64) -> PyResult<Self> {
        let partitions = 0..PARTITIONS;
        if !partitions.contains(&begin) || count < 1 || count > PARTITIONS - begin {
            return Err(Error::value(format!(
                "{count} partitions from {begin} on are not within 0 to {PARTITIONS}"
            ))
            .into());
        }
        Ok(Self { begin, count })
    }

    fn __repr__(&self) -> String {
        format!(
            "PartitionFilter(begin={}, count={})",
            self.begin, self.count
        )
    }
}
