//! Rows of a batch, converted a few at a time.

use aerospike_core::{BatchOperation, BatchRecord, IndexMap, Key, Value};
use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyType};

use super::bins::{Found, RawBins};
use super::key;
use super::keys::Keys;
use super::names::{self, named_tuple};
use super::object::{Loader, RowLoaders};
use super::record;
use super::reply::Retry;
use crate::error::{Error, Result};
use crate::ops::{NOT_FOUND, udf};

/// The code of a row that was never answered.
pub(crate) const UNANSWERED: i32 = -15;

/// The server's code for a record that a filter keeps out.
const FILTERED_OUT: i32 = 27;

/// A row's bins.
pub(super) enum Bins {
    Absent,
    Raw(RawBins),
    /// Converted; never made by the reactor. Also as they came, where they cannot be had from that again.
    Python(Py<PyAny>, Option<RawBins>),
}

/// One row, as the reactor sends it back and as Python keeps it.
pub(crate) struct Row {
    pub(super) digest: [u8; 20],
    pub(crate) code: i32,
    pub(crate) in_doubt: bool,
    pub(super) generation: u32,
    pub(super) void_time: u32,
    pub(super) bins: Bins,
}

impl Row {
    /// A finished row of the core's. `failure` is what befell the batch as a whole, for rows without an
    /// outcome of their own.
    pub(crate) fn new(mut operation: BatchOperation, failure: Option<&Error>) -> Self {
        let outcome = outcome(operation.batch_record(), failure);
        let mut row = Self::empty(operation.batch_record().key.digest(), outcome);
        if let Some(record) = operation.take_record() {
            row.fill(record.generation, record.expiration(), || record.bins);
        }
        row
    }

    /// A row that was answered, while the core still needs what it holds.
    pub(crate) fn answered(answer: &BatchRecord) -> Self {
        let mut row = Self::empty(answer.key.digest(), outcome(answer, None));
        if let Some(record) = &answer.record {
            row.fill(record.generation, record.expiration(), || {
                record.bins.clone()
            });
        }
        row
    }

    fn fill(
        &mut self,
        generation: u32,
        void_time: u32,
        bins: impl FnOnce() -> IndexMap<String, Value>,
    ) {
        self.generation = generation;
        self.void_time = void_time;
        // A function that failed says why in a bin.
        if self.code == 0 || self.code == udf::FAILED {
            self.bins = Bins::Raw(RawBins::Values(bins()));
        }
    }

    /// What a node answered to a row that was unanswered, in a frame.
    ///
    /// # Errors
    /// The answer is not the protocol.
    pub(crate) fn take_message(
        &mut self,
        message: &wire::Message<'_>,
        frame: &Bytes,
    ) -> Result<()> {
        let code = i32::from(message.header.result);
        if code == 0 {
            let found = Found::of(message, frame)?;
            self.generation = found.generation;
            self.void_time = found.void_time;
            self.bins = Bins::Raw(found.bins);
        }
        self.code = code;
        Ok(())
    }

    /// A row that was unanswered has failed.
    pub(crate) fn fail(&mut self, failure: &Error) {
        (self.code, self.in_doubt) = (failure.code(), failure.in_doubt());
    }

    /// The row of a record in a batch that failed as a whole.
    pub(crate) fn failed(key: &Key, failure: &Error) -> Self {
        Self::empty(key.digest(), (failure.code(), failure.in_doubt()))
    }

    /// The row of a record that was not sent.
    pub(crate) fn unanswered(key: &Key) -> Self {
        Self::empty(key.digest(), (UNANSWERED, false))
    }

    const fn empty(digest: [u8; 20], (code, in_doubt): (i32, bool)) -> Self {
        Self {
            digest,
            code,
            in_doubt,
            generation: 0,
            void_time: 0,
            bins: Bins::Absent,
        }
    }

    /// The record's digest.
    pub(crate) const fn digest(&self) -> &[u8; 20] {
        &self.digest
    }

    /// The bins as the core has them, if they are there and came from it.
    pub(crate) fn raw(&mut self) -> Option<&mut IndexMap<String, Value>> {
        match &mut self.bins {
            Bins::Raw(RawBins::Values(bins)) => Some(bins),
            _ => None,
        }
    }
}

/// A row's code, and whether it may have been written in spite of it.
pub(crate) fn outcome(answer: &BatchRecord, failure: Option<&Error>) -> (i32, bool) {
    let own = answer.error().map(Error::from);
    let doubt = answer.has_write() && own.as_ref().is_some_and(Error::in_doubt);
    if let Some(code) = answer.result_code() {
        return (i32::from(u8::from(code)), doubt);
    }
    let code = own.as_ref().or(failure).map_or(UNANSWERED, Error::code);
    let is_unknown = answer.has_write() && failure.is_some_and(Error::in_doubt);
    (code, doubt || is_unknown)
}

impl Row {
    /// What the bins become; converts them when they are first asked for, and then lets go of the raw values.
    pub(super) fn bins<'py>(
        &mut self,
        py: Python<'py>,
        loader: &Loader,
        key: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let bins = match &self.bins {
            Bins::Absent => return Ok(None),
            Bins::Python(bins, _) => return Ok(Some(bins.bind(py).clone())),
            Bins::Raw(raw) => loader.bins(py, raw, key)?,
        };
        let kept = match std::mem::replace(&mut self.bins, Bins::Absent) {
            Bins::Raw(raw) if !loader.keeps_values() => Some(raw),
            _ => None,
        };
        self.bins = Bins::Python(bins.clone().unbind(), kept);
        Ok(Some(bins))
    }

    /// The `BatchRecord`.
    pub(crate) fn record<'py>(
        &mut self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        loader: &Loader,
    ) -> PyResult<Bound<'py, PyAny>> {
        let record = match self.bins(py, loader, || Ok(key.clone()))? {
            None => py.None().into_bound(py),
            Some(bins) => named_tuple(
                names::RECORD.get(py)?,
                [
                    key.clone(),
                    record::metadata(py, self.generation, self.void_time)?,
                    bins,
                ],
            )?,
        };
        named_tuple(
            names::BATCH_RECORD.get(py)?,
            [
                key.clone(),
                self.code.into_pyobject(py)?.into_any(),
                record,
                self.in_doubt.into_pyobject(py)?.to_owned().into_any(),
            ],
        )
    }
}

/// An `ExistsResult` per row. Whether a record is there must be known: a row that failed raises.
pub(crate) fn exists<'py>(
    py: Python<'py>,
    keys: &Keys,
    rows: &[Row],
) -> PyResult<Bound<'py, PyAny>> {
    let list = PyList::empty(py);
    for (index, row) in rows.iter().enumerate() {
        let key = keys.to_python(py, index, &row.digest)?;
        let meta = match row.code {
            0 => record::metadata(py, row.generation, row.void_time)?,
            NOT_FOUND | FILTERED_OUT => py.None().into_bound(py),
            code => {
                let error = Error::server(code, format!("keys[{index}] could not be looked up"));
                return Err(error.of_key(&key::parse(&key)?).into());
            }
        };
        list.append(named_tuple(names::EXISTS.get(py)?, [key, meta])?)?;
    }
    Ok(list.into_any())
}

/// A batch of writes on its way to a `BatchWriteResult`.
pub(crate) struct BatchWriting {
    keys: Keys,
    rows: std::vec::IntoIter<Row>,
    retry: Retry,
    loaders: RowLoaders,
    list: Py<PyList>,
    next: usize,
}

impl BatchWriting {
    pub(crate) fn begin(
        py: Python<'_>,
        keys: Keys,
        (rows, retry): (Vec<Row>, Retry),
        loaders: RowLoaders,
    ) -> Self {
        Self {
            keys,
            rows: rows.into_iter(),
            retry,
            loaders,
            list: PyList::empty(py).unbind(),
            next: 0,
        }
    }

    /// Converts up to `budget` rows: how many, and the result if it is complete.
    pub(crate) fn advance(
        &mut self,
        py: Python<'_>,
        budget: usize,
    ) -> PyResult<(usize, Option<Py<PyAny>>)> {
        let list = self.list.bind(py);
        let mut converted = 0;
        while converted < budget {
            let Some(mut row) = self.rows.next() else {
                return Ok((converted, Some(self.result(py)?)));
            };
            let key = self.keys.to_python(py, self.next, &row.digest)?;
            list.append(row.record(py, &key, self.loaders.of(self.next))?)?;
            self.next += 1;
            converted += 1;
        }
        Ok((converted, None))
    }

    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let retry = self.retry.to_python(py)?;
        let class: &Bound<'_, PyType> = names::BATCH_WRITE.get(py)?;
        Ok(named_tuple(class, [self.list.bind(py).clone().into_any(), retry])?.unbind())
    }
}

impl Retry {
    /// The `BatchRetryInfo`.
    pub(crate) fn to_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        named_tuple(
            names::BATCH_RETRY.get(py)?,
            [
                self.attempts.into_pyobject(py)?.into_any(),
                self.max_attempts.into_pyobject(py)?.into_any(),
                self.truncated_by_timeout
                    .into_pyobject(py)?
                    .to_owned()
                    .into_any(),
                self.unresolved.into_pyobject(py)?.into_any(),
            ],
        )
    }
}
