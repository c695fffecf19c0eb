//! Which partitions a query reads.

use pyo3::prelude::*;

use crate::error::Error;

const PARTITIONS: u32 = 4096;

#[doc = include_str!("docs/PartitionFilter.md")]
#[pyclass(frozen, eq, hash, module = "aerospike_py._aerospike")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PartitionFilter {
    begin: u32,
    count: u32,
}

#[pymethods]
impl PartitionFilter {
    #[new]
    #[pyo3(signature = (begin=0, count=PARTITIONS), text_signature = "(begin=0, count=4096)")]
    fn new(begin: u32, count: u32) -> PyResult<Self> {
        if begin >= PARTITIONS || count == 0 || count > PARTITIONS - begin {
            return Err(Error::value(format!(
                "partitions {begin} to {begin} + {count} are not within 0 to {PARTITIONS}"
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
