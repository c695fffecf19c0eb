//! `LazyBatchRecords`: the rows of a batch read, of which none is converted before it is asked for.

use std::borrow::Cow;

use aerospike_core::{IndexMap, Key};
use parking_lot::{Mutex, MutexGuard};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyIterator, PyList};
use pyo3::{PyTraverseError, PyVisit};
use rustc_hash::FxHashMap;

use super::batch::{Bins, Row};
use super::bins::RawBins;
use super::key;
use super::keys::Keys;
use super::names;
use super::object::Loader;
use super::pairs::pairs;
use super::{argument, value};
use crate::arrow::capsule;
use crate::arrow::schema::Asked;
use crate::arrow::table::{Finished, Head, Table};
use crate::error::Error;
use crate::numpy::Layout;
use crate::numpy::columns::Columns;
use crate::numpy::field::Conduct;
use crate::ops::NOT_FOUND;

#[doc = include_str!("../docs/LazyBatchRecords.md")]
#[pyclass(
    frozen,
    mapping,
    module = "aerospike_py._aerospike",
    name = "LazyBatchRecords"
)]
pub(crate) struct LazyBatchRecords {
    keys: Keys,
    rows: Mutex<Vec<Row>>,
    loader: Loader,
}

/// A reply of which nothing is converted.
pub(crate) fn lazy(
    py: Python<'_>,
    keys: Keys,
    rows: Vec<Row>,
    loader: Loader,
) -> PyResult<Py<LazyBatchRecords>> {
    let rows = Mutex::new(rows);
    Py::new(py, LazyBatchRecords { keys, rows, loader })
}

/// A row, and its values if it has any.
type Raw<'a> = (&'a Row, Option<&'a RawBins>);

impl LazyBatchRecords {
    /// The rows. Whoever waits for them lets the interpreter go: making a GeoJSON runs Python code, so that
    /// another thread may have its turn while they are held.
    fn rows(&self, py: Python<'_>) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock_py_attached(py)
    }

    /// Takes every row in turn.
    fn each<T>(
        &self,
        py: Python<'_>,
        mut visit: impl FnMut(usize, &mut Row) -> PyResult<T>,
    ) -> PyResult<Vec<T>> {
        self.rows(py)
            .iter_mut()
            .enumerate()
            .map(|(index, row)| visit(index, row))
            .collect()
    }

    /// Works on the rows with their values as the core has them, without the interpreter. An error may say which row it is about.
    fn with_raw<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&[Raw<'_>]) -> std::result::Result<T, (Option<usize>, Error)> + Send,
    ) -> PyResult<T> {
        let guard = self.rows(py);
        let rows: &[Row] = &guard;
        let mut parsed = FxHashMap::default();
        for (index, row) in rows.iter().enumerate() {
            if let Bins::Python(dict, None) = &row.bins {
                parsed.insert(index, parse_bins(dict.bind(py).cast()?)?);
            }
        }
        let raw: Vec<Raw<'_>> = rows
            .iter()
            .enumerate()
            .map(|(index, row)| match &row.bins {
                Bins::Absent => (row, None),
                Bins::Raw(bins) | Bins::Python(_, Some(bins)) => (row, Some(bins)),
                Bins::Python(_, None) => (row, parsed.get(&index)),
            })
            .collect();
        let outcome = py.detach(|| work(&raw));
        let outcome = outcome.map_err(|(index, error)| {
            let row = index.and_then(|index| Some((index, rows.get(index)?.digest)));
            (row, error)
        });
        drop(raw);
        drop(guard);
        outcome.map_err(|(row, error)| match row {
            Some((index, digest)) => self.about(py, index, &digest, error),
            None => error.into(),
        })
    }

    /// The keys as the core has them.
    fn core_keys(&self, py: Python<'_>) -> PyResult<Vec<Key>> {
        let digests = self.each(py, |_, row| Ok(row.digest))?;
        let keys = digests.into_iter().enumerate();
        let keys = keys.map(|(index, digest)| self.keys.core(py, index, digest));
        Ok(keys.collect::<crate::error::Result<_>>()?)
    }

    /// An error with the key of its record.
    fn about(&self, py: Python<'_>, index: usize, digest: &[u8; 20], error: Error) -> PyErr {
        let key = self.keys.to_python(py, index, digest);
        match key.map_err(Error::from).and_then(|key| key::parse(&key)) {
            Ok(key) => error.within(format!("key {key}")).of_key(&key).into(),
            Err(_) => error.into(),
        }
    }

    /// User key to row, of those found and given by user key.
    fn found_keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyAny>, usize)>> {
        let codes = self.each(py, |_, row| Ok(row.code))?;
        let mut found = Vec::with_capacity(codes.len());
        for (index, _) in codes.iter().enumerate().filter(|(_, code)| **code == 0) {
            let key = self.keys.dict_key(py, index)?;
            if !key.is_none() {
                found.push((key, index));
            }
        }
        Ok(found)
    }

    /// What the bins of a row become, if it has some.
    fn bins<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.rows(py).get_mut(index) {
            Some(row) => self.bins_of(py, index, row),
            None => Ok(None),
        }
    }

    fn bins_of<'py>(
        &self,
        py: Python<'py>,
        index: usize,
        row: &mut Row,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let digest = row.digest;
        row.bins(py, &self.loader, || self.keys.to_python(py, index, &digest))
    }

    fn fill(&self, py: Python<'_>, dict: &Bound<'_, PyDict>, index: usize) -> PyResult<()> {
        if let Some(bins) = self.bins(py, index)? {
            let key = self.keys.dict_key(py, index)?;
            if !key.is_none() {
                dict.set_item(key, bins)?;
            }
        }
        Ok(())
    }
}

#[pymethods]
impl LazyBatchRecords {
    #[doc = include_str!("../docs/LazyBatchRecords.to_dict.md")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for index in 0..self.keys.len() {
            self.fill(py, &dict, index)?;
        }
        Ok(dict)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.as_dict.md")]
    fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.to_dict(py)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.to_list.md")]
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(
            py,
            self.each(py, |index, row| self.bins_of(py, index, row))?,
        )
    }

    #[doc = include_str!("../docs/LazyBatchRecords.to_numpy.md")]
    #[pyo3(signature = (dtype, *, strict=None), text_signature = "($self, dtype, *, strict=True)")]
    fn to_numpy(
        slf: &Bound<'_, Self>,
        dtype: &Bound<'_, PyAny>,
        strict: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let conduct = Conduct::of(argument::flag(strict, "strict", true)?);
        let layout = Layout::parse(dtype)?;
        let mut columns = Columns::unanswered(layout.plan(), conduct, this.keys.len());
        this.with_raw(py, |rows| {
            rows.iter()
                .enumerate()
                .try_for_each(|(index, (row, bins))| {
                    let header = (row.code, row.generation, row.void_time);
                    columns
                        .set(index, header, (*bins).into())
                        .map_err(|error| (Some(index), error))
                })
        })?;
        columns.into_python_with(py, slf.as_any(), &layout)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.to_arrow.md")]
    #[pyo3(signature = (schema=None, *, meta=None))]
    fn to_arrow(
        &self,
        py: Python<'_>,
        schema: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let asked = Asked::parse(schema, meta)?;
        let keys = if asked.needs_keys() {
            self.core_keys(py)?
        } else {
            Vec::new()
        };
        let finished = self.with_raw(py, |rows| arrow(&asked, rows, &keys))?;
        capsule::table(py, finished)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.batch_records.md")]
    #[getter]
    fn batch_records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let records = self.each(py, |index, row| {
            let key = self.keys.to_python(py, index, &row.digest)?;
            row.record(py, &key, &self.loader)
        })?;
        PyList::new(py, records)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.result_codes.md")]
    #[getter]
    fn result_codes(&self, py: Python<'_>) -> PyResult<Vec<i32>> {
        self.each(py, |_, row| Ok(row.code))
    }

    #[doc = include_str!("../docs/LazyBatchRecords.missing.md")]
    #[getter]
    fn missing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (index, code) in self.result_codes(py)?.into_iter().enumerate() {
            let key = self.keys.user_key(py, index)?;
            if code == NOT_FOUND && !key.is_none() {
                list.append(key)?;
            }
        }
        Ok(list)
    }

    #[doc = include_str!("../docs/LazyBatchRecords.iter_records.md")]
    fn iter_records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.batch_records(py)?.try_iter()
    }

    #[doc = include_str!("../docs/LazyBatchRecords.all_user_keys.md")]
    fn all_user_keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        (0..self.keys.len())
            .map(|index| self.keys.user_key(py, index))
            .collect()
    }

    #[doc = include_str!("../docs/LazyBatchRecords.found_count.md")]
    fn found_count(&self, py: Python<'_>) -> usize {
        self.rows(py).iter().filter(|row| row.code == 0).count()
    }

    #[doc = include_str!("../docs/LazyBatchRecords.release_cache.md")]
    #[allow(clippy::unused_self, reason = "a method of the public API")]
    fn release_cache(&self) {}

    #[doc = include_str!("../docs/LazyBatchRecords.merge_to_dict.md")]
    #[staticmethod]
    fn merge_to_dict<'py>(handles: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        handles
            .try_iter()?
            .map(|handle| handle?.call_method0("to_dict"))
            .collect()
    }

    #[doc = include_str!("../docs/LazyBatchRecords.items.md")]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.to_dict(py)?.items())
    }

    #[doc = include_str!("../docs/LazyBatchRecords.keys.md")]
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.key_dict(py)?.keys())
    }

    #[doc = include_str!("../docs/LazyBatchRecords.values.md")]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.to_dict(py)?.values())
    }

    #[doc = include_str!("../docs/LazyBatchRecords.get.md")]
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.find(py, key)?.or(default))
    }

    // For `to_numpy`: user key to row.
    fn _row_map<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        row_map(py, &self.keys)
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.find(py, key)?
            .ok_or_else(|| PyKeyError::new_err(key.clone().unbind()))
    }

    fn __contains__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.key_dict(py)?.contains(key)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.key_dict(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.key_dict(py)?.try_iter()
    }

    fn __eq__<'py>(
        &self,
        py: Python<'py>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let other = match other.cast::<Self>() {
            Ok(other) => other.get().to_dict(py)?.into_any(),
            Err(_) => other.clone(),
        };
        self.to_dict(py)?
            .rich_compare(other, pyo3::basic::CompareOp::Eq)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!(
            "LazyBatchRecords(count={}, found={})",
            self.keys.len(),
            self.found_count(py)
        )
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.keys.traverse(&visit)?;
        self.loader.traverse(&visit)?;
        // The collector runs with everybody stopped, and nobody is stopped while holding this lock.
        let Some(rows) = self.rows.try_lock() else {
            return Ok(());
        };
        rows.iter().try_for_each(|row| match &row.bins {
            Bins::Python(dict, _) => visit.call(dict),
            _ => Ok(()),
        })
    }
}

impl LazyBatchRecords {
    /// User key to row number.
    fn key_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (key, index) in self.found_keys(py)? {
            dict.set_item(key, index)?;
        }
        Ok(dict)
    }

    fn find<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(index) = self.key_dict(py)?.get_item(key)? else {
            return Ok(None);
        };
        let index: usize = index.extract()?;
        self.bins(py, index)
    }
}

/// The rows of user keys, of every key that was asked for; of duplicates the last.
pub(crate) fn row_map<'py>(py: Python<'py>, keys: &Keys) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for index in 0..keys.len() {
        let key = keys.dict_key(py, index)?;
        if key.is_none() {
            dict.set_item(format!("__no_user_key_{index}__"), index)?;
        } else {
            dict.set_item(key, index)?;
        }
    }
    Ok(dict)
}

/// Rows as Arrow columns; keys are those of the rows, or none if nobody asks for them.
fn arrow(
    asked: &Asked,
    rows: &[Raw<'_>],
    keys: &[Key],
) -> std::result::Result<Finished, (Option<usize>, Error)> {
    let mut table = Table::new(asked);
    for (index, (row, bins)) in rows.iter().enumerate() {
        let head = Head {
            key: keys.get(index).map(Cow::Borrowed),
            code: row.code,
            meta: bins.map(|_| (row.generation, row.void_time)),
        };
        let bins = bins.iter().flat_map(|bins| bins.values());
        table
            .push(head, bins)
            .map_err(|error| (Some(index), error))?;
        if table.is_full() || index + 1 == rows.len() {
            table
                .end_chunk()
                .map_err(|error| (table.misfit().filter(|_| keys.is_empty()), error))?;
        }
    }
    table.finish().map_err(|error| (None, error))
}

fn parse_bins(dict: &Bound<'_, PyDict>) -> PyResult<RawBins> {
    let mut bins = IndexMap::new();
    for (name, value) in pairs(dict)? {
        bins.insert(name.extract()?, value::parse(&value)?);
    }
    Ok(RawBins::Values(bins))
}

/// A batch read on its way to a `BatchReadResult`.
pub(crate) struct BatchReading {
    records: Py<LazyBatchRecords>,
    result: Py<PyDict>,
    next: usize,
}

impl BatchReading {
    pub(crate) fn begin(py: Python<'_>, records: Py<LazyBatchRecords>) -> PyResult<Self> {
        let result = names::BATCH_READ
            .get(py)?
            .call1((PyDict::new(py), &records))?;
        let result = result.cast_into::<PyDict>().map_err(PyErr::from)?;
        Ok(Self {
            records,
            result: result.unbind(),
            next: 0,
        })
    }

    /// Converts up to `budget` rows: how many, and the result if it is complete.
    pub(crate) fn advance(
        &mut self,
        py: Python<'_>,
        budget: usize,
    ) -> PyResult<(usize, Option<Py<PyAny>>)> {
        let records = self.records.get();
        let from = self.next;
        let to = records.keys.len().min(from.saturating_add(budget));
        let dict = self.result.bind(py);
        for index in from..to {
            records.fill(py, dict, index)?;
        }
        self.next = to;
        let done = (to == records.keys.len()).then(|| self.result.clone_ref(py).into_any());
        Ok((to - from, done))
    }
}
