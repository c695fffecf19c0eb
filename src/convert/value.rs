//! Values: Python's to the core's and back.

use aerospike_core::{FloatValue, IndexMap, Value};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple,
    PyType,
};

use super::codec::{self, Codec, Deserializer, Serializer};
use super::names::{GEOJSON, HYPERLOGLOG, INFINITE, KEY_ORDERED, WILDCARD};
use super::pairs::pairs;
use crate::error::{Error, Result};

/// How deep lists and maps may nest: the server's own limit lies lower than what would end our stack.
pub(super) const DEEPEST: usize = 64;

/// What a value is for.
#[derive(Clone, Copy)]
enum Use<'a> {
    /// To be kept; what is of no type that Aerospike has may be serialized.
    Stored(Option<&'a Serializer>),
    /// To be compared with what is kept.
    Compared,
}

/// A Python object as a bin's value or a part of one.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Value> {
    parse_nested(object, 0, Use::Stored(None))
}

/// A Python object as a whole bin's value.
pub(crate) fn parse_bin(object: &Bound<'_, PyAny>, codec: Option<&Codec>) -> Result<Value> {
    match codec.and_then(Codec::serializer) {
        None => parse(object),
        given => codec::sendable(parse_nested(object, 0, Use::Stored(given))?),
    }
}

/// A Python object to compare values with: infinity and the wildcard are among them.
pub(crate) fn parse_argument(object: &Bound<'_, PyAny>) -> Result<Value> {
    parse_nested(object, 0, Use::Compared)
}

fn parse_nested(object: &Bound<'_, PyAny>, depth: usize, kind: Use<'_>) -> Result<Value> {
    let py = object.py();
    if let Ok(text) = object.cast::<PyString>() {
        let value = str_of(text)?.to_owned();
        // A plain str is by far the most frequent; only a subclass can be a GeoJSON.
        return Ok(
            if !text.is_exact_instance_of::<PyString>() && object.is_instance(GEOJSON.get(py)?)? {
                Value::GeoJson(value)
            } else {
                Value::String(value)
            },
        );
    }
    // Before int, whose subclass it is.
    if let Ok(flag) = object.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if let Ok(number) = object.cast::<PyInt>() {
        return int_of(number).map(Value::Int);
    }
    if let Ok(number) = object.cast::<PyFloat>() {
        return Ok(float(number.value()));
    }
    if object.is_none() {
        return Ok(Value::Nil);
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        let value = bytes.as_bytes().to_vec();
        return Ok(
            if !bytes.is_exact_instance_of::<PyBytes>()
                && object.is_instance(HYPERLOGLOG.get(py)?)?
            {
                Value::Hll(value)
            } else {
                Value::Blob(value)
            },
        );
    }
    if let Some(bytes) = buffer_of(object)? {
        return Ok(Value::Blob(bytes));
    }
    parse_container(object, depth, kind)
}

fn parse_container(object: &Bound<'_, PyAny>, depth: usize, kind: Use<'_>) -> Result<Value> {
    if let Ok(list) = object.cast::<PyList>() {
        check_depth(depth)?;
        let items = list.iter().map(|item| parse_nested(&item, depth + 1, kind));
        return Ok(Value::List(items.collect::<Result<_>>()?));
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        check_depth(depth)?;
        let items = tuple
            .iter_borrowed()
            .map(|item| parse_nested(&item, depth + 1, kind));
        return Ok(Value::List(items.collect::<Result<_>>()?));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        check_depth(depth)?;
        let pairs = pairs(dict)?.into_iter().map(|(key, value)| {
            let value = parse_nested(&value, depth + 1, kind)?;
            Ok((parse_map_key(&key)?, value))
        });
        return if is_key_ordered(dict)? {
            Ok(Value::SortedMap(pairs.collect::<Result<_>>()?))
        } else {
            Ok(Value::OrderedMap(
                pairs.collect::<Result<IndexMap<_, _>>>()?,
            ))
        };
    }
    if let Some(item) = numpy_scalar(object)? {
        return parse_nested(&item, depth, kind);
    }
    match kind {
        Use::Stored(None) => {}
        Use::Stored(Some(serializer)) => return serializer.dump(object),
        Use::Compared => {
            let py = object.py();
            if object.is_instance(INFINITE.get(py)?)? {
                return Ok(Value::Infinity);
            }
            if object.is_instance(WILDCARD.get(py)?)? {
                return Ok(Value::Wildcard);
            }
        }
    }
    Err(Error::wrong_type(format!(
        "{} is not a type Aerospike stores: use None, bool, int, float, str, bytes, bytearray, memoryview, \
         list, tuple, dict, GeoJSON, HyperLogLog or a NumPy scalar",
        type_name(object)
    )))
}

/// Whether a dict is to be kept in the order of its keys; a plain one, by far the most frequent, is not looked at closely.
fn is_key_ordered(dict: &Bound<'_, PyDict>) -> Result<bool> {
    let is_plain = dict.is_exact_instance_of::<PyDict>();
    Ok(!is_plain && dict.is_instance(KEY_ORDERED.get(dict.py())?)?)
}

/// Servers lose pairs with other keys silently, so they are refused here.
pub(crate) fn parse_map_key(key: &Bound<'_, PyAny>) -> Result<Value> {
    let value = match parse_nested(key, 0, Use::Stored(None))? {
        value @ (Value::String(_) | Value::Int(_) | Value::Blob(_)) => return Ok(value),
        other => other,
    };
    drop(value);
    Err(Error::wrong_type(format!(
        "map key {} is a {}: map keys are int, str or bytes",
        repr(key),
        type_name(key)
    )))
}

fn check_depth(depth: usize) -> Result<()> {
    if depth >= DEEPEST {
        return Err(Error::value(format!(
            "lists and dicts nest deeper than {DEEPEST} levels"
        )));
    }
    Ok(())
}

/// A float64 as the core keeps it.
pub(crate) fn float(value: f64) -> Value {
    Value::Float(FloatValue::F64(value.to_bits()))
}

/// The UTF-8 text of a str.
pub(crate) fn str_of<'a>(text: &'a Bound<'_, PyString>) -> Result<&'a str> {
    text.to_str().map_err(|_| {
        Error::value(format!(
            "{} holds a lone surrogate, which is not UTF-8",
            repr(text.as_any())
        ))
    })
}

/// An int that fits into 64 bits with sign.
pub(crate) fn int_of(number: &Bound<'_, PyInt>) -> Result<i64> {
    number.extract().map_err(|_| {
        Error::overflow(format!(
            "{} does not fit into a signed 64-bit integer",
            repr(number.as_any())
        ))
    })
}

/// The bytes of a bytearray or a memoryview.
pub(crate) fn buffer_of(object: &Bound<'_, PyAny>) -> Result<Option<Vec<u8>>> {
    if let Ok(array) = object.cast::<PyByteArray>() {
        return Ok(Some(array.to_vec()));
    }
    if object.cast::<PyMemoryView>().is_ok() {
        // `tobytes` also takes views with strides.
        let bytes = object.call_method0("tobytes")?;
        return Ok(Some(
            bytes
                .cast::<PyBytes>()
                .map_err(PyErr::from)?
                .as_bytes()
                .to_vec(),
        ));
    }
    Ok(None)
}

/// A NumPy scalar as the Python object it stands for; NumPy itself is never imported.
pub(crate) fn numpy_scalar<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    static GENERIC: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = object.py();
    let generic = if let Some(generic) = GENERIC.get(py) {
        generic.bind(py)
    } else {
        let modules = py.import("sys")?.getattr("modules")?;
        let Ok(numpy) = modules.get_item("numpy") else {
            return Ok(None);
        };
        let Ok(generic) = numpy.getattr("generic") else {
            return Ok(None);
        };
        let generic = generic.cast_into::<PyType>().map_err(PyErr::from)?;
        GENERIC.get_or_init(py, || generic.unbind()).bind(py)
    };
    if !object.is_instance(generic)? {
        return Ok(None);
    }
    let item = object.call_method0("item")?;
    // A long double has no smaller form and would come back here for ever.
    if item.is_instance(generic)? {
        return Ok(None);
    }
    Ok(Some(item))
}

/// The name of an object's type, for messages.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> String {
    object
        .get_type()
        .name()
        .map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

/// A short repr, for messages.
pub(crate) fn repr(object: &Bound<'_, PyAny>) -> String {
    const LONGEST: usize = 80;
    let text = object.repr().map_or_else(
        |_| type_name(object),
        |repr| repr.to_string_lossy().into_owned(),
    );
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A value as a Python object; what was serialized, as the bytes it is.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    load(py, value, None)
}

/// A value as a Python object.
pub(crate) fn load<'py>(
    py: Python<'py>,
    value: &Value,
    deserializer: Option<&Deserializer>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Nil => py.None().into_bound(py),
        Value::Bool(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Value::Int(number) => number.into_bound_py_any(py)?,
        Value::Float(number) => PyFloat::new(py, f64::from(number)).into_any(),
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Blob(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::Unknown(particle, bytes) => match deserializer {
            None => PyBytes::new(py, bytes).into_any(),
            Some(deserializer) => deserializer.load(py, *particle, bytes)?,
        },
        Value::List(items) | Value::MultiResult(items) => list(py, items, deserializer)?.into_any(),
        Value::HashMap(map) => dict(map.iter(), PyDict::new(py), deserializer)?,
        Value::OrderedMap(map) => dict(map.iter(), PyDict::new(py), deserializer)?,
        // So that what is read and written back stays ordered.
        Value::SortedMap(map) => {
            let empty = KEY_ORDERED.get(py)?.call0()?;
            let empty = empty.cast_into().map_err(PyErr::from)?;
            dict(map.iter(), empty, deserializer)?
        }
        Value::KeyValueList(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| (key, value));
            pair_list(py, pairs, deserializer)?.into_any()
        }
        Value::GeoJson(text) => GEOJSON.get(py)?.call1((text.as_str(),))?,
        Value::Hll(bytes) => HYPERLOGLOG.get(py)?.call1((PyBytes::new(py, bytes),))?,
        // Selection arguments; a server does not store them.
        other => PyString::new(py, &other.to_string()).into_any(),
    })
}

/// A list of values.
fn list<'py>(
    py: Python<'py>,
    items: &[Value],
    deserializer: Option<&Deserializer>,
) -> PyResult<Bound<'py, PyList>> {
    let objects: Vec<_> = items
        .iter()
        .map(|item| load(py, item, deserializer))
        .collect::<PyResult<_>>()?;
    PyList::new(py, objects)
}

/// Pairs in a dict that is empty so far.
fn dict<'py, 'a>(
    pairs: impl Iterator<Item = (&'a Value, &'a Value)> + Clone,
    dict: Bound<'py, PyDict>,
    deserializer: Option<&Deserializer>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = dict.py();
    // Others can store keys that a dict cannot hold, or not apart: 1, 1.0 and True are one key to it.
    let is_plain = |key: &Value| matches!(key, Value::Int(_) | Value::String(_) | Value::Blob(_));
    if !pairs.clone().all(|(key, _)| is_plain(key)) {
        return Ok(pair_list(py, pairs, deserializer)?.into_any());
    }
    for (key, value) in pairs {
        dict.set_item(to_python(py, key)?, load(py, value, deserializer)?)?;
    }
    Ok(dict.into_any())
}

fn pair_list<'py, 'a>(
    py: Python<'py>,
    pairs: impl Iterator<Item = (&'a Value, &'a Value)>,
    deserializer: Option<&Deserializer>,
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for (key, value) in pairs {
        list.append(PyTuple::new(
            py,
            [to_python(py, key)?, load(py, value, deserializer)?],
        )?)?;
    }
    Ok(list)
}
