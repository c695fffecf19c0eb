//! Values of types that Aerospike has not: what the application's serializer makes of them, and its deserializer of that.
//!
//! They are kept as blobs of particle type PYTHON, which nothing else writes, so that plain bytes stay what they are.

use aerospike_core::Value;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::{PyTraverseError, PyVisit};
use wire::ParticleType;

use super::pack;
use super::settings::Settings;
use super::value::type_name;
use crate::error::{Error, Result};

const SERIALIZED: u8 = ParticleType::PythonBlob as u8;

/// What the configuration says of values of other types. It stays with the client: the I/O thread may drop a configuration, and has
/// nothing to do with Python objects.
pub(crate) struct Codec {
    serializer: Option<Serializer>,
    deserializer: Option<Deserializer>,
}

/// Makes bytes of an object.
pub(crate) struct Serializer(Py<PyAny>);

/// Makes an object of bytes.
pub(crate) struct Deserializer(Py<PyAny>);

impl Codec {
    /// Reads it from a configuration dict that is known to be one.
    pub(crate) fn parse(config: &Bound<'_, PyAny>) -> Result<Option<Self>> {
        let dict = config.cast::<PyDict>().map_err(PyErr::from)?;
        let fields = Settings::new(dict, "");
        let callable = |name: &str| -> Result<Option<Py<PyAny>>> {
            match fields.get(name)? {
                Some(given) if !given.is_callable() => {
                    Err(fields.bad(name, &given, "a callable of one argument"))
                }
                given => Ok(given.map(Bound::unbind)),
            }
        };
        let codec = Self {
            serializer: callable("serializer")?.map(Serializer),
            deserializer: callable("deserializer")?.map(Deserializer),
        };
        Ok((codec.serializer.is_some() || codec.deserializer.is_some()).then_some(codec))
    }

    pub(crate) const fn serializer(&self) -> Option<&Serializer> {
        self.serializer.as_ref()
    }

    pub(crate) const fn deserializer(&self) -> Option<&Deserializer> {
        self.deserializer.as_ref()
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        if let Some(Serializer(serializer)) = &self.serializer {
            visit.call(serializer)?;
        }
        if let Some(deserializer) = &self.deserializer {
            deserializer.traverse(visit)?;
        }
        Ok(())
    }
}

impl Serializer {
    pub(crate) fn dump(&self, object: &Bound<'_, PyAny>) -> Result<Value> {
        let made = call("serializer", self.0.bind(object.py()), object)?;
        let bytes = made.cast::<PyBytes>().map_err(|_| {
            Error::wrong_type(format!(
                "the serializer made a {} of a {}, and bytes are stored",
                type_name(&made),
                type_name(object)
            ))
        })?;
        Ok(Value::Unknown(SERIALIZED, bytes.as_bytes().to_vec()))
    }
}

impl Deserializer {
    /// The object that was serialized, if these bytes are what became of one.
    pub(crate) fn load<'py>(
        &self,
        py: Python<'py>,
        particle: u8,
        bytes: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        let bytes = PyBytes::new(py, bytes).into_any();
        if particle != SERIALIZED {
            return Ok(bytes);
        }
        call("deserializer", self.0.bind(py), &bytes)
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self(self.0.clone_ref(py))
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

/// Calls a function of the application. To whoever awaits or iterates, a stray StopIteration would say that this is the end.
fn call<'py>(
    what: &str,
    function: &Bound<'py, PyAny>,
    argument: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    function.call1((argument,)).map_err(|error| {
        if !error.is_instance_of::<PyStopIteration>(py)
            && !error.is_instance_of::<PyStopAsyncIteration>(py)
        {
            return error;
        }
        let told = PyRuntimeError::new_err(format!("the {what} raised {error}"));
        told.set_cause(py, Some(error));
        told
    })
}

/// A bin's value as the core takes it: it sends what was serialized as a whole bin only, and packs no list and no map that holds some.
pub(crate) fn sendable(value: Value) -> Result<Value> {
    if !holds_serialized(&value) {
        return Ok(value);
    }
    let particle = match &value {
        Value::List(_) => ParticleType::List,
        Value::OrderedMap(_) | Value::SortedMap(_) => ParticleType::Map,
        _ => return Ok(value),
    };
    let mut packed = Vec::new();
    pack::write(&mut packed, &value)?;
    Ok(Value::Unknown(particle as u8, packed))
}

fn holds_serialized(value: &Value) -> bool {
    match value {
        Value::Unknown(..) => true,
        Value::List(items) => items.iter().any(holds_serialized),
        Value::OrderedMap(map) => map.values().any(holds_serialized),
        Value::SortedMap(map) => map.values().any(holds_serialized),
        _ => false,
    }
}

/// Whether a bin's value is, or holds, what a serializer made.
pub(crate) const fn is_serialized(value: &Value) -> bool {
    matches!(value, Value::Unknown(..))
}
