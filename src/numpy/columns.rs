//! Records as bytes of a structured array: filled without the interpreter, then handed to NumPy as they are.

#[cfg(feature = "plane")]
#[path = "../../benches/plane/columns.rs"]
mod plane;

use aerospike_core::{IndexMap, Record, Value};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::field::{Conduct, Field};
use super::{Layout, Plan};
use crate::convert::keys::Keys;
use crate::convert::lazy::row_map;
use crate::convert::record::ttl;
use crate::convert::reply::Reply;
use crate::convert::{names, value};
use crate::error::Result;
use crate::ops::drain::Sink;

/// Rows of an array, with their codes and headers.
pub(crate) struct Columns {
    fields: Vec<Seeker>,
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

/// A field, and where its bin stood in the record before: there it is in the next one, too, as a rule.
struct Seeker {
    field: Field,
    last: usize,
}

impl Seeker {
    fn find<'a>(&mut self, bins: &'a IndexMap<String, Value>) -> Option<&'a Value> {
        if let Some((name, value)) = bins.get_index(self.last)
            && *name == self.field.name
        {
            return Some(value);
        }
        let (index, _, value) = bins.get_full(&self.field.name)?;
        self.last = index;
        Some(value)
    }
}

impl Columns {
    /// No rows yet, and room for some.
    pub(crate) fn new(plan: Plan, conduct: Conduct, rows: usize) -> Self {
        let seekers = plan.fields.into_iter().enumerate();
        Self {
            fields: seekers
                .map(|(last, field)| Seeker { field, last })
                .collect(),
            size: plan.size,
            conduct,
            data: Vec::with_capacity(plan.size * rows),
            meta: Vec::with_capacity(2 * rows),
            codes: Vec::with_capacity(rows),
            found: Vec::new(),
        }
    }

    /// One more row; of a failed record only the code.
    pub(crate) fn push(
        &mut self,
        (code, generation, void_time): Header,
        bins: Option<&IndexMap<String, Value>>,
    ) -> Result<()> {
        let start = self.data.len();
        self.data.resize(start + self.size, 0);
        self.codes.push(code);
        let Some(bins) = bins else {
            self.meta.extend([0, 0]);
            return Ok(());
        };
        self.meta.extend([generation, ttl(void_time)]);
        for seeker in &mut self.fields {
            let Some(value) = seeker.find(bins) else {
                continue;
            };
            let field = &seeker.field;
            let from = start + field.offset;
            if let Some(target) = self.data.get_mut(from..from + field.size) {
                field.write(target, value, self.conduct)?;
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

impl Sink for Columns {
    fn push(&mut self, mut record: Record) -> Result<()> {
        let header = (0, record.generation, record.expiration());
        Self::push(self, header, Some(&record.bins)).map_err(|error| match &record.key {
            Some(key) => error.within(format!("key {key}")).of_key(key),
            None => error,
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
