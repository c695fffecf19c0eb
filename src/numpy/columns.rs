//! Records as bytes of a structured array: filled without the interpreter, then handed to NumPy as they are.

use aerospike_core::{IndexMap, Record, Value};
use bytes::Bytes;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use rustc_hash::FxHashMap;
use wire::{Digest, Message, ParticleType};

use super::field::{Conduct, Field};
use super::{Layout, Plan};
use crate::convert::batch::UNANSWERED;
use crate::convert::bins::{Cell, RawBins, decode, found_key, found_user_key};
use crate::convert::keys::Keys;
use crate::convert::lazy::row_map;
use crate::convert::record::ttl;
use crate::convert::reply::Reply;
use crate::convert::{names, value};
use crate::direct::Collector;
use crate::error::{Error, Result};
use crate::ops::drain::Sink;

/// Rows of an array, with their codes and headers.
pub(crate) struct Columns {
    fields: Fields,
    size: usize,
    conduct: Conduct,
    data: Vec<u8>,
    meta: Vec<u32>,
    codes: Vec<i32>,
    /// The user keys that came with records nobody named, by row.
    found: Vec<(usize, Value)>,
}

/// A record's code, generation and void time.
pub(crate) type Header = (i32, u32, u32);

/// The bins of a row.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// There is no record, or it could not be read.
    Absent,
    Values(&'a IndexMap<String, Value>),
    /// Ops of a message, as they came.
    Ops(&'a [u8]),
}

impl<'a> From<Option<&'a IndexMap<String, Value>>> for Source<'a> {
    fn from(values: Option<&'a IndexMap<String, Value>>) -> Self {
        values.map_or(Self::Absent, Self::Values)
    }
}

impl<'a> From<Option<&'a RawBins>> for Source<'a> {
    fn from(bins: Option<&'a RawBins>) -> Self {
        match bins {
            None => Self::Absent,
            Some(RawBins::Values(values)) => Self::Values(values),
            Some(RawBins::Cells(cells)) => Self::Ops(cells.as_bytes()),
        }
    }
}

/// Fields by the names of their bins.
struct Fields {
    all: Vec<Field>,
    by_name: FxHashMap<Box<[u8]>, usize>,
    /// Which one was that of the bin in a position of the record before: as a rule it is again.
    guesses: Vec<usize>,
}

impl Fields {
    fn new(fields: Vec<Field>) -> Self {
        let names = fields.iter().enumerate();
        let names = names.map(|(index, field)| (field.name.as_bytes().into(), index));
        Self {
            by_name: names.collect(),
            guesses: Vec::new(),
            all: fields,
        }
    }

    /// The field of the bin in a position.
    fn find(&mut self, position: usize, name: &[u8]) -> Option<&Field> {
        let guess = self.guesses.get(position).copied();
        let is_it = |index: &usize| {
            let field = self.all.get(*index);
            field.is_some_and(|field| field.name.as_bytes() == name)
        };
        if let Some(index) = guess.filter(is_it) {
            return self.all.get(index);
        }
        let index = self.by_name.get(name).copied()?;
        if self.guesses.len() <= position {
            self.guesses.resize(position + 1, index);
        }
        if let Some(guess) = self.guesses.get_mut(position) {
            *guess = index;
        }
        self.all.get(index)
    }
}

impl Columns {
    /// No rows yet, and room for some.
    pub(crate) fn new(plan: Plan, conduct: Conduct, rows: usize) -> Self {
        Self {
            fields: Fields::new(plan.fields),
            size: plan.size,
            conduct,
            data: Vec::with_capacity(plan.size * rows),
            meta: Vec::with_capacity(2 * rows),
            codes: Vec::with_capacity(rows),
            found: Vec::new(),
        }
    }

    /// Rows that nobody has answered yet.
    pub(crate) fn unanswered(plan: Plan, conduct: Conduct, rows: usize) -> Self {
        let mut columns = Self::new(plan, conduct, 0);
        // Of that many zeros the system makes none before they are looked at.
        columns.data = vec![0; columns.size * rows];
        columns.meta = vec![0; 2 * rows];
        columns.codes = vec![UNANSWERED; rows];
        columns
    }

    /// One more row; of a failed record only the code.
    pub(crate) fn push(&mut self, header: Header, source: Source<'_>) -> Result<()> {
        let row = self.codes.len();
        self.data.resize(self.data.len() + self.size, 0);
        self.meta.extend([0, 0]);
        self.codes.push(UNANSWERED);
        self.set(row, header, source)
    }

    /// What a row is, which was unanswered so far.
    pub(crate) fn set(
        &mut self,
        row: usize,
        (code, generation, void_time): Header,
        source: Source<'_>,
    ) -> Result<()> {
        let start = row * self.size;
        let (Some(own), Some(meta), Some(data)) = (
            self.codes.get_mut(row),
            self.meta.get_mut(2 * row..2 * row + 2),
            self.data.get_mut(start..start + self.size),
        ) else {
            return Err(Error::panic(format!("There is no row {row}")));
        };
        *own = code;
        if !matches!(source, Source::Absent) {
            meta.copy_from_slice(&[generation, ttl(void_time)]);
        }
        match source {
            Source::Absent => {}
            Source::Values(values) => {
                for (position, (name, value)) in values.iter().enumerate() {
                    if let Some((field, target)) =
                        place(&mut self.fields, data, position, name.as_bytes())
                    {
                        field.write(target, value.into(), self.conduct)?;
                    }
                }
            }
            Source::Ops(ops) => {
                for (position, op) in wire::op::walk(ops).enumerate() {
                    let Some((field, target)) = place(&mut self.fields, data, position, op.name)
                    else {
                        continue;
                    };
                    match Cell::of(&op) {
                        Some(cell) => field.write(target, cell, self.conduct)?,
                        // A text that is no UTF-8 is still bytes, which is all an array has.
                        None if op.particle == ParticleType::Str as u8 => {
                            field.write(target, Cell::Blob(op.value), self.conduct)?;
                        }
                        None => field.write(target, (&decode(&op)?).into(), self.conduct)?,
                    }
                }
            }
        }
        Ok(())
    }

    /// The `NumpyBatchRecords`; the arrays take the memory over as it is. Without `keys` its map is of the user keys that came with the
    /// records.
    pub(crate) fn into_python(
        mut self,
        py: Python<'_>,
        keys: Option<Keys>,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let rows = match keys {
            Some(keys) => Names::Asked(keys),
            None => Names::Found(std::mem::take(&mut self.found)),
        };
        let rows = Py::new(py, RowMap(rows))?;
        self.assemble(py, rows.bind(py).as_any(), layout)
    }

    /// The same, for a `LazyBatchRecords` that has the keys.
    pub(crate) fn into_python_with(
        self,
        py: Python<'_>,
        records: &Bound<'_, PyAny>,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let rows = records.getattr("_row_map")?;
        self.assemble(py, &rows, layout)
    }

    fn assemble(
        self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let count = self.codes.len();
        let meta_dtype = PyTuple::new(py, [("gen", "u4"), ("ttl", "u4")])?;
        let meta_dtype = PyList::new(py, meta_dtype)?;
        let meta = PyArray1::from_vec(py, self.meta).call_method1("view", (meta_dtype,))?;
        let data = if self.size == 0 {
            py.import("numpy")?
                .call_method1("zeros", (count, &layout.dtype))?
        } else {
            PyArray1::from_vec(py, self.data).call_method1("view", (&layout.dtype,))?
        };
        let codes = PyArray1::from_vec(py, self.codes);
        Ok(names::NUMPY_BATCH
            .get(py)?
            .call1((data, meta, codes, rows))?
            .unbind())
    }
}

/// The field of the bin in a position, and its bytes in those of a row.
fn place<'a>(
    fields: &'a mut Fields,
    row: &'a mut [u8],
    position: usize,
    name: &[u8],
) -> Option<(&'a Field, &'a mut [u8])> {
    let field = fields.find(position, name)?;
    let target = row.get_mut(field.offset..field.offset + field.size)?;
    Some((field, target))
}

impl Collector for Columns {
    fn collect(&mut self, digest: Digest, message: &Message<'_>, _: &Bytes) -> Result<()> {
        let header = (0, message.header.generation, message.header.ttl);
        let source = Source::Ops(message.ops.as_bytes());
        if let Err(error) = self.push(header, source) {
            let key = found_key(digest, message)?;
            return Err(error.within(format!("key {key}")).of_key(&key));
        }
        let row = self.codes.len() - 1;
        let user_key = found_user_key(message)?;
        self.found.extend(user_key.map(|user_key| (row, user_key)));
        Ok(())
    }
}

impl Sink for Columns {
    fn push(&mut self, mut record: Record) -> Result<()> {
        let header = (0, record.generation, record.expiration());
        Self::push(self, header, Source::Values(&record.bins)).map_err(|error| {
            match &record.key {
                Some(key) => error.within(format!("key {key}")).of_key(key),
                None => error,
            }
        })?;
        let row = self.codes.len() - 1;
        let user_key = record.key.take().and_then(|key| key.user_key().cloned());
        self.found.extend(user_key.map(|user_key| (row, user_key)));
        Ok(())
    }

    fn finish(self) -> Result<Reply> {
        Ok(Reply::Columns(self))
    }
}

/// Makes the map of user keys to rows when it is first asked for.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct RowMap(Names);

/// Where user keys are known from.
enum Names {
    /// Of the keys of a batch.
    Asked(Keys),
    /// Of records that were found.
    Found(Vec<(usize, Value)>),
}

#[pymethods]
impl RowMap {
    fn __call__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        match &self.0 {
            Names::Asked(keys) => row_map(py, keys),
            Names::Found(found) => {
                let dict = PyDict::new(py);
                for (row, user_key) in found {
                    dict.set_item(value::to_python(py, user_key)?, row)?;
                }
                Ok(dict)
            }
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        match &self.0 {
            Names::Asked(keys) => keys.traverse(&visit),
            Names::Found(_) => Ok(()),
        }
    }
}
