//! Records as objects: what `aerospike_py.objects` makes of bins, and of objects. It is not imported before somebody has one.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::error::Result;

const MODULE: &str = "aerospike_py.objects";

/// What a record's bins become: the dict they are, or what a class makes of it.
#[derive(Default)]
pub(crate) struct Loader(Option<Py<PyAny>>);

impl Loader {
    /// Reads the `into` argument.
    pub(crate) fn parse(into: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        static LOADER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let Some(into) = into.filter(|into| !into.is_none()) else {
            return Ok(Self(None));
        };
        let loader = LOADER.import(into.py(), MODULE, "loader")?;
        Ok(Self(Some(loader.call1((into,))?.unbind())))
    }

    /// Whether bins become something else than a dict.
    pub(crate) const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self(self.0.as_ref().map(|loader| loader.clone_ref(py)))
    }

    /// What becomes of the bins of a record.
    pub(crate) fn load<'py>(
        &self,
        py: Python<'py>,
        bins: Bound<'py, PyDict>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(loader) = &self.0 else {
            return Ok(bins.into_any());
        };
        loader.bind(py).call1((bins,)).inspect_err(|error| {
            // An exception that cannot say of which record it speaks is still the one to raise.
            let _ = error.value(py).setattr(intern!(py, "key"), key);
        })
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

/// The bins of an object, if it is of a class that has some.
pub(crate) fn dump<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyDict>>> {
    static DUMP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let bins = DUMP.import(object.py(), MODULE, "dump")?.call1((object,))?;
    Ok(bins.cast_into::<PyDict>().ok())
}
