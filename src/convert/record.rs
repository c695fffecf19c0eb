//! Records: the core's to `Record(key, meta, bins)`.

use aerospike_core::{CITRUSLEAF_EPOCH_UNIX_SECS, Key, Record};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::time::{SystemTime, UNIX_EPOCH};

use super::bins::{Found, ToDict};
use super::keys::set_or_empty;
use super::names::{self, named_tuple};
use super::object::Loader;

/// What `meta.ttl` says of a record that never expires.
pub(crate) const NEVER: u32 = u32::MAX;

/// A key as the caller gave it, for the key of the reply.
pub(crate) struct CallersKey {
    object: Py<PyAny>,
    digest: [u8; 20],
}

impl CallersKey {
    pub(crate) fn new(object: &Bound<'_, PyAny>, key: &Key) -> Self {
        Self {
            object: object.clone().unbind(),
            digest: key.digest(),
        }
    }

    /// The `AerospikeKey`.
    pub(crate) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let key = self.object.bind(py);
        named_tuple(
            names::KEY.get(py)?,
            [
                key.get_item(0)?,
                set_or_empty(key.get_item(1)?),
                key.get_item(2)?,
                PyBytes::new(py, &self.digest).into_any(),
            ],
        )
    }

    pub(crate) fn traverse(&self, visit: &pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        visit.call(&self.object)
    }
}

/// Seconds until a void time, which counts from 2010; 0 is never.
pub(crate) fn ttl(void_time: u32) -> u32 {
    if void_time == 0 {
        return NEVER;
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    let now = now.saturating_sub(CITRUSLEAF_EPOCH_UNIX_SECS);
    // A record that lapses this very second still was there.
    u32::try_from(u64::from(void_time).saturating_sub(now))
        .unwrap_or(NEVER)
        .max(1)
}

/// `RecordMetadata(gen, ttl)`.
pub(crate) fn metadata(
    py: Python<'_>,
    generation: u32,
    void_time: u32,
) -> PyResult<Bound<'_, PyAny>> {
    named_tuple(
        names::METADATA.get(py)?,
        [
            generation.into_bound_py_any(py)?,
            ttl(void_time).into_bound_py_any(py)?,
        ],
    )
}

/// `Record(key, meta, bins)`.
pub(crate) fn record<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    record: &Record,
    loader: &Loader,
) -> PyResult<Bound<'py, PyAny>> {
    let header = (record.generation, record.expiration());
    of_bins(py, key, header, &record.bins, loader)
}

/// The same of a record as it was found.
pub(crate) fn found<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    found: &Found,
    loader: &Loader,
) -> PyResult<Bound<'py, PyAny>> {
    let header = (found.generation, found.void_time);
    of_bins(py, key, header, &found.bins, loader)
}

fn of_bins<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    (generation, void_time): (u32, u32),
    bins: &impl ToDict,
    loader: &Loader,
) -> PyResult<Bound<'py, PyAny>> {
    let bins = loader.bins(py, bins, || Ok(key.clone()))?;
    let meta = metadata(py, generation, void_time)?;
    named_tuple(names::RECORD.get(py)?, [key, meta, bins])
}
