//! Structured arrays: filled from Rust in [`columns`], read in [`rows`], a [`field`] at a time. No Python object for a record or a bin.

pub(crate) mod columns;
pub(crate) mod field;
pub(crate) mod rows;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{PyTraverseError, PyVisit};

use crate::error::Error;
use field::Field;

/// A structured dtype, read.
pub(crate) struct Layout {
    dtype: Py<PyAny>,
    plan: Plan,
}

/// A layout without its Python object, for the way through the bridge.
#[derive(Clone)]
pub(crate) struct Plan {
    fields: Vec<Field>,
    size: usize,
}

impl Layout {
    /// Reads a structured `np.dtype`, or what `np.dtype()` takes. Needs NumPy.
    pub(crate) fn parse(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let numpy = py
            .import("aerospike_py.numpy_batch")?
            .call_method0("_numpy")?;
        let dtype = numpy
            .call_method1("dtype", (object,))
            .map_err(|error| not_a_dtype(py, error))?;
        let names = dtype.getattr("names")?;
        if names.is_none() {
            return Err(Error::wrong_type(format!(
                "_dtype is a structured dtype with a field for each bin, not {dtype}"
            ))
            .into());
        }
        let members = dtype.getattr("fields")?;
        let mut fields = Vec::new();
        for name in names.try_iter()? {
            let name = name?.cast_into::<PyString>().map_err(PyErr::from)?;
            let member = members.get_item(&name)?;
            let field = Field::parse(
                name.to_str()?,
                &member.get_item(0)?,
                member.get_item(1)?.extract()?,
            )?;
            fields.push(field);
        }
        let size = dtype.getattr("itemsize")?.extract()?;
        Ok(Self {
            dtype: dtype.unbind(),
            plan: Plan { fields, size },
        })
    }

    /// What the reactor needs of it.
    pub(crate) fn plan(&self) -> Plan {
        self.plan.clone()
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.dtype)
    }
}

/// What NumPy says of what is no dtype, as an error of ours.
fn not_a_dtype(py: Python<'_>, error: PyErr) -> PyErr {
    let message = format!("_dtype: {}", error.value(py));
    if error.is_instance_of::<PyTypeError>(py) {
        Error::wrong_type(message).into()
    } else if error.is_instance_of::<PyValueError>(py) {
        Error::value(message).into()
    } else {
        error
    }
}
