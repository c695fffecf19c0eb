//! Records as objects: what `aerospike_py.objects` makes of bins, and of objects. It is not imported before somebody has one.

use aerospike_core::Value;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit, intern};
use rustc_hash::FxHashMap;

use super::bins::ToDict;
use super::codec::{Codec, Deserializer};
use super::value;
use crate::error::Result;

const MODULE: &str = "aerospike_py.objects";

/// What a record's bins become: the dict they are, or what a class makes of it; and what becomes of values in it that were serialized.
#[derive(Default)]
pub(crate) struct Loader {
    into: Option<Py<PyAny>>,
    deserializer: Option<Deserializer>,
}

impl Loader {
    /// Reads the `into` argument.
    pub(crate) fn parse(
        py: Python<'_>,
        into: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<Self> {
        static LOADER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let mut loader = Self::of_dicts(py, codec);
        if let Some(into) = into.filter(|into| !into.is_none()) {
            let of_class = LOADER.import(py, MODULE, "loader")?;
            loader.into = Some(of_class.call1((into,))?.unbind());
        }
        Ok(loader)
    }

    /// Leaves bins the dict they are.
    pub(crate) fn of_dicts(py: Python<'_>, codec: Option<&Codec>) -> Self {
        let deserializer = codec.and_then(Codec::deserializer);
        Self {
            into: None,
            deserializer: deserializer.map(|deserializer| deserializer.clone_ref(py)),
        }
    }

    /// Whether bins become something else than a dict.
    pub(crate) const fn makes_objects(&self) -> bool {
        self.into.is_some()
    }

    /// Whether what becomes of bins can be written as bins again.
    pub(crate) const fn keeps_values(&self) -> bool {
        self.into.is_none() && self.deserializer.is_none()
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        let deserializer = self.deserializer.as_ref();
        Self {
            into: self.into.as_ref().map(|into| into.clone_ref(py)),
            deserializer: deserializer.map(|deserializer| deserializer.clone_ref(py)),
        }
    }

    /// What becomes of a value that is not a record's.
    pub(crate) fn value<'py>(&self, py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
        value::load(py, value, self.deserializer.as_ref())
    }

    /// What becomes of the bins of a record.
    pub(crate) fn bins<'py>(
        &self,
        py: Python<'py>,
        bins: &impl ToDict,
        key: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.load(py, bins).inspect_err(|error| {
            // An exception that cannot say of which record it speaks is still the one to raise.
            let _ = key().and_then(|key| error.value(py).setattr(intern!(py, "key"), key));
        })
    }

    fn load<'py>(&self, py: Python<'py>, bins: &impl ToDict) -> PyResult<Bound<'py, PyAny>> {
        let dict = bins.to_dict(py, self.deserializer.as_ref())?;
        match &self.into {
            None => Ok(dict.into_any()),
            Some(into) => into.bind(py).call1((dict,)),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.into)?;
        match &self.deserializer {
            Some(deserializer) => deserializer.traverse(visit),
            None => Ok(()),
        }
    }
}

/// What the bins of a batch's rows become.
#[derive(Default)]
pub(crate) struct RowLoaders {
    common: Loader,
    /// Of the rows that say it themselves, by their index.
    own: FxHashMap<usize, Loader>,
}

impl From<Loader> for RowLoaders {
    fn from(common: Loader) -> Self {
        Self {
            common,
            own: FxHashMap::default(),
        }
    }
}

impl RowLoaders {
    /// Says it of one row.
    pub(crate) fn set(&mut self, index: usize, loader: Loader) {
        self.own.insert(index, loader);
    }

    /// That of a row.
    pub(crate) fn of(&self, index: usize) -> &Loader {
        self.own.get(&index).unwrap_or(&self.common)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.common.traverse(visit)?;
        self.own
            .values()
            .try_for_each(|loader| loader.traverse(visit))
    }
}

/// The bins of an object, if it is of a class that has some.
pub(crate) fn dump<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyDict>>> {
    static DUMP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let bins = DUMP.import(object.py(), MODULE, "dump")?.call1((object,))?;
    Ok(bins.cast_into::<PyDict>().ok())
}
