//! Which partitions a query reads.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::convert::key;
use crate::error::Error;
use crate::query::cursor::{Cursor, Fingerprint};

const PARTITIONS: usize = 4096;

#[doc = include_str!("docs/PartitionFilter.md")]
#[pyclass(frozen, eq, hash, module = "aerospike_py._aerospike")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PartitionFilter {
    begin: usize,
    count: usize,
    /// Of the first partition only what comes after this digest.
    after: Option<[u8; 20]>,
}

impl Default for PartitionFilter {
    fn default() -> Self {
        Self {
            begin: 0,
            count: PARTITIONS,
            after: None,
        }
    }
}

impl PartitionFilter {
    /// Where a query of these partitions begins.
    pub(crate) fn start(&self, query: Fingerprint) -> Cursor {
        Cursor::start(query, self.begin, self.count, self.after)
    }
}

#[pymethods]
impl PartitionFilter {
    #[new]
    #[pyo3(signature = (begin=0, count=PARTITIONS as i64), text_signature = "(begin=0, count=4096)")]
    fn new(begin: i64, count: i64) -> PyResult<Self> {
        let within = |number: i64| usize::try_from(number).ok().filter(|&n| n <= PARTITIONS);
        match (within(begin), within(count)) {
            (Some(begin), Some(count)) if count > 0 && begin + count <= PARTITIONS => Ok(Self {
                begin,
                count,
                after: None,
            }),
            _ => Err(Error::value(format!(
                "{count} partitions from {begin} on are not within 0 to {PARTITIONS}"
            ))
            .into()),
        }
    }

    #[doc = include_str!("docs/PartitionFilter.after.md")]
    #[staticmethod]
    fn after(key: &Bound<'_, PyAny>) -> PyResult<Self> {
        let key = key::parse(key)?;
        Ok(Self {
            begin: key.partition_id(),
            count: 1,
            after: Some(key.digest()),
        })
    }

    #[doc = include_str!("docs/PartitionFilter.begin.md")]
    #[getter]
    fn begin(&self) -> usize {
        self.begin
    }

    #[doc = include_str!("docs/PartitionFilter.count.md")]
    #[getter]
    fn count(&self) -> usize {
        self.count
    }

    #[doc = include_str!("docs/PartitionFilter.digest.md")]
    #[getter]
    fn digest<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.after.map(|digest| PyBytes::new(py, &digest))
    }

    fn __repr__(&self) -> String {
        let Self { begin, count, .. } = self;
        match self.after {
            None => format!("PartitionFilter(begin={begin}, count={count})"),
            Some(_) => format!("PartitionFilter(begin={begin}, count={count}, after a digest)"),
        }
    }
}
