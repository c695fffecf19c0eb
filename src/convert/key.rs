//! Keys: `(namespace, set, user key[, digest])`.

use aerospike_core::{Key, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyString, PyTuple};
use ripemd::{Digest as _, Ripemd160};

use super::names::{self, named_tuple};
use super::value::{buffer_of, int_of, numpy_scalar, repr, str_of, type_name};
use crate::error::{Error, Result};

const DIGEST: usize = 20;
/// The particle type that `bytes` user keys are hashed with, as the official client does.
const STRING: u8 = 3;
/// Limits of the protocol (section 2.2).
const LONGEST_NAMESPACE: usize = 31;
const LONGEST_SET: usize = 63;

/// A key tuple as the core's.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Key> {
    let tuple = object.cast::<PyTuple>().map_err(|_| {
        Error::wrong_type(format!(
            "a key is a tuple (namespace, set, user key), not {}",
            type_name(object)
        ))
    })?;
    let item = |index| tuple.get_item(index).map_err(Error::from);
    let size = tuple.len();
    if size != 3 && size != 4 {
        return Err(Error::value(format!(
            "key {} has {size} elements: a key is (namespace, set, user key[, digest])",
            repr(object)
        )));
    }
    let (namespace, set) = (item(0)?, item(1)?);
    let (namespace, set) = (parse_namespace(&namespace)?, parse_set(&set)?);
    let user_key = item(2)?;
    let digest = if size == 4 {
        parse_digest(&item(3)?)?
    } else {
        None
    };
    make(namespace, set, &user_key, digest)
}

/// The key of a namespace, a set and a user key, given apart.
pub(crate) fn key_of(
    namespace: &Bound<'_, PyAny>,
    set: &Bound<'_, PyAny>,
    user_key: &Bound<'_, PyAny>,
) -> Result<Key> {
    make(parse_namespace(namespace)?, parse_set(set)?, user_key, None)
}

#[doc = include_str!("../docs/calc_digest.md")]
#[pyfunction]
pub(crate) fn calc_digest<'py>(
    namespace: &Bound<'py, PyAny>,
    set_name: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let digest = key_of(namespace, set_name, key)?.digest();
    Ok(PyBytes::new(key.py(), &digest))
}

#[doc = include_str!("../docs/get_partition_id.md")]
#[pyfunction]
pub(crate) fn get_partition_id(digest: &Bound<'_, PyAny>) -> PyResult<usize> {
    let digest = parse_digest(digest)?
        .ok_or_else(|| Error::wrong_type(format!("a digest is {DIGEST} bytes, not None")))?;
    Ok(Key::with_digest("", "", None, digest).partition_id())
}

/// A key from its parts; `user_key` may be None if there is a digest.
pub(crate) fn make(
    namespace: &str,
    set: &str,
    user_key: &Bound<'_, PyAny>,
    digest: Option<[u8; DIGEST]>,
) -> Result<Key> {
    let Some(digest) = digest else {
        if user_key.is_none() {
            return Err(Error::value("a key needs a user key or a digest"));
        }
        return with_user_key(namespace, set, user_key);
    };
    if user_key.is_none() {
        return Ok(Key::with_digest(namespace, set, None, digest));
    }
    let key = with_user_key(namespace, set, user_key)?;
    if key.digest() != digest {
        return Err(Error::value(format!(
            "the digest of key ('{namespace}', '{set}', {}) is that of another key",
            repr(user_key)
        )));
    }
    Ok(key)
}

fn with_user_key(namespace: &str, set: &str, user_key: &Bound<'_, PyAny>) -> Result<Key> {
    let value = if let Ok(text) = user_key.cast::<PyString>() {
        Value::String(str_of(text)?.to_owned())
    } else if user_key.is_instance_of::<pyo3::types::PyBool>() {
        return Err(bad_user_key(user_key));
    } else if let Ok(number) = user_key.cast::<PyInt>() {
        Value::Int(int_of(number)?)
    } else if let Ok(bytes) = user_key.cast::<PyBytes>() {
        return Ok(with_string_bytes(namespace, set, bytes.as_bytes()));
    } else if let Some(bytes) = buffer_of(user_key)? {
        Value::Blob(bytes)
    } else if let Some(item) = numpy_scalar(user_key)? {
        return with_user_key(namespace, set, &item);
    } else {
        return Err(bad_user_key(user_key));
    };
    Ok(Key::new(namespace, set, value)?)
}

fn bad_user_key(user_key: &Bound<'_, PyAny>) -> Error {
    Error::wrong_type(format!(
        "user key {} is a {}: user keys are str, int, bytes, bytearray or memoryview",
        repr(user_key),
        type_name(user_key)
    ))
}

/// The key of a value, as it comes out of a column.
pub(crate) fn of_value(namespace: &str, set: &str, user_key: Value) -> Result<Key> {
    match user_key {
        Value::Blob(bytes) => Ok(with_string_bytes(namespace, set, &bytes)),
        Value::String(_) | Value::Int(_) => Ok(Key::new(namespace, set, user_key)?),
        Value::Nil => Err(Error::value("a key needs a user key, and this is null")),
        _ => Err(Error::wrong_type(
            "user keys are integers, strings or blobs",
        )),
    }
}

/// `bytes` name the same record as the str of the same bytes.
fn with_string_bytes(namespace: &str, set: &str, bytes: &[u8]) -> Key {
    let digest = Ripemd160::new()
        .chain_update(set)
        .chain_update([STRING])
        .chain_update(bytes)
        .finalize();
    let value = Value::Unknown(STRING, bytes.to_vec());
    Key::with_digest(namespace, set, Some(value), digest.into())
}

/// A namespace's name.
pub(crate) fn parse_namespace<'a>(object: &'a Bound<'_, PyAny>) -> Result<&'a str> {
    let name = parse_name(object, "namespace")?;
    if name.is_empty() || name.len() > LONGEST_NAMESPACE {
        return Err(Error::value(format!(
            "namespace {} has {} bytes: 1 to {LONGEST_NAMESPACE} are allowed",
            repr(object),
            name.len()
        )));
    }
    Ok(name)
}

/// A set's name; None is the empty one.
pub(crate) fn parse_set<'a>(object: &'a Bound<'_, PyAny>) -> Result<&'a str> {
    if object.is_none() {
        return Ok("");
    }
    let name = parse_name(object, "set")?;
    if name.len() > LONGEST_SET {
        return Err(Error::value(format!(
            "set {} has {} bytes: {LONGEST_SET} are allowed",
            repr(object),
            name.len()
        )));
    }
    Ok(name)
}

fn parse_name<'a>(object: &'a Bound<'_, PyAny>, what: &str) -> Result<&'a str> {
    let text = object.cast::<PyString>().map_err(|_| {
        Error::wrong_type(format!(
            "the {what} of a key is a str, not {}",
            type_name(object)
        ))
    })?;
    let name = str_of(text)?;
    if name.contains('\0') {
        return Err(Error::value(format!("{what} {} holds a NUL", repr(object))));
    }
    Ok(name)
}

fn parse_digest(object: &Bound<'_, PyAny>) -> Result<Option<[u8; DIGEST]>> {
    if object.is_none() {
        return Ok(None);
    }
    let bytes = match object.cast::<PyBytes>() {
        Ok(bytes) => bytes.as_bytes().to_vec(),
        Err(_) => buffer_of(object)?.ok_or_else(|| {
            Error::wrong_type(format!(
                "a digest is {DIGEST} bytes, not {}",
                type_name(object)
            ))
        })?,
    };
    <[u8; DIGEST]>::try_from(bytes.as_slice())
        .map(Some)
        .map_err(|_| Error::value(format!("a digest has {DIGEST} bytes, not {}", bytes.len())))
}

/// The `AerospikeKey` of a record: the caller's own objects, and the digest.
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    namespace: Bound<'py, PyAny>,
    set: Bound<'py, PyAny>,
    user_key: Bound<'py, PyAny>,
    digest: &[u8; DIGEST],
) -> PyResult<Bound<'py, PyAny>> {
    named_tuple(
        names::KEY.get(py)?,
        [
            namespace,
            set,
            user_key,
            PyBytes::new(py, digest).into_any(),
        ],
    )
}

/// A key that an error carries out of the reactor.
#[derive(Debug, Clone)]
pub(crate) struct KeyParts {
    namespace: String,
    set: String,
    user_key: Option<Value>,
    digest: [u8; DIGEST],
}

impl From<&Key> for KeyParts {
    fn from(key: &Key) -> Self {
        Self {
            namespace: key.namespace().to_owned(),
            set: key.set_name().to_owned(),
            user_key: key.user_key().cloned(),
            digest: key.digest(),
        }
    }
}

impl KeyParts {
    pub(crate) fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let user_key = match &self.user_key {
            Some(value) => super::value::to_python(py, value)?,
            None => py.None().into_bound(py),
        };
        to_python(
            py,
            PyString::new(py, &self.namespace).into_any(),
            PyString::new(py, &self.set).into_any(),
            user_key,
            &self.digest,
        )
    }
}
