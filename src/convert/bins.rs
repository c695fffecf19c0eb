//! The bins of a record as they came: the core's map of values, or the bytes of a message.

use std::borrow::Cow;

use aerospike_core::{IndexMap, Key, Record, Value};
use bytes::Bytes;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyString};
use wire::{FieldType, Op, ParticleType};

use super::codec::Deserializer;
use super::names::bin_name;
use super::unpack;
use super::value::{self, float};
use super::wire::from_wire;
use crate::error::{Error, Result};

/// A record's bins.
pub(crate) enum RawBins {
    Values(IndexMap<String, Value>),
    Cells(Cells),
}

/// A record as it was found.
pub(crate) struct Found {
    pub(crate) generation: u32,
    /// When it lapses, in seconds since 2010; 0 for never.
    pub(crate) void_time: u32,
    pub(crate) bins: RawBins,
}

impl Found {
    /// The record of a message, which is part of a frame.
    ///
    /// # Errors
    /// What is no value, or no UTF-8 where it has to be.
    pub(crate) fn of(message: &wire::Message<'_>, frame: &Bytes) -> Result<Self> {
        Ok(Self {
            generation: message.header.generation,
            void_time: message.header.ttl,
            bins: RawBins::of(message, frame)?,
        })
    }
}

impl From<Record> for Found {
    fn from(record: Record) -> Self {
        Self {
            generation: record.generation,
            void_time: record.expiration(),
            bins: RawBins::Values(record.bins),
        }
    }
}

/// What a dict of bins can be made of.
pub(crate) trait ToDict {
    /// The dict; what was serialized goes through the deserializer.
    fn to_dict<'py>(
        &self,
        py: Python<'py>,
        deserializer: Option<&Deserializer>,
    ) -> PyResult<Bound<'py, PyDict>>;
}

impl ToDict for IndexMap<String, Value> {
    fn to_dict<'py>(
        &self,
        py: Python<'py>,
        deserializer: Option<&Deserializer>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in self {
            dict.set_item(bin_name(py, name), value::load(py, value, deserializer)?)?;
        }
        Ok(dict)
    }
}

impl ToDict for RawBins {
    fn to_dict<'py>(
        &self,
        py: Python<'py>,
        deserializer: Option<&Deserializer>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let cells = match self {
            Self::Values(values) => return values.to_dict(py, deserializer),
            Self::Cells(cells) => cells,
        };
        let dict = PyDict::new(py);
        for (name, cell) in cells.iter() {
            dict.set_item(bin_name(py, name), cell.to_python(py, deserializer)?)?;
        }
        Ok(dict)
    }
}

/// A value where it lies.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    Blob(&'a [u8]),
    /// A list or a map, packed.
    Packed(ParticleType, &'a [u8]),
    /// Whatever else there is, by what messages call it.
    Other(&'static str),
}

impl<'a> Cell<'a> {
    /// The value of a bin; None if it needs more than a look, or is no value.
    pub(crate) fn of(op: &Op<'a>) -> Option<Self> {
        Some(match ParticleType::from_u8(op.particle)? {
            ParticleType::Nil => Self::Nil,
            ParticleType::Int => Self::Int(wire::particle::decode_int(op.value).ok()?),
            ParticleType::Float => {
                let bytes = <[u8; 8]>::try_from(op.value).ok()?;
                Self::Float(f64::from_be_bytes(bytes))
            }
            ParticleType::Bool => match op.value {
                [flag] => Self::Bool(*flag != 0),
                _ => return None,
            },
            ParticleType::Str => Self::Text(std::str::from_utf8(op.value).ok()?),
            ParticleType::Blob => Self::Blob(op.value),
            kind @ (ParticleType::List | ParticleType::Map) => Self::Packed(kind, op.value),
            _ => return None,
        })
    }

    /// What it is, for messages.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Nil => "nothing",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "a string",
            Self::Blob(_) => "a blob",
            Self::Packed(ParticleType::List, _) => "a list",
            Self::Packed(..) => "a map",
            Self::Other(kind) => kind,
        }
    }

    /// Whether a look is all it needs.
    fn is_usual(self) -> bool {
        match self {
            Self::Packed(kind, bytes) => unpack::is_usual(bytes, kind),
            _ => true,
        }
    }

    fn to_python<'py>(
        self,
        py: Python<'py>,
        deserializer: Option<&Deserializer>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Bool(flag) => PyBool::new(py, flag).to_owned().into_any(),
            Self::Int(number) => number.into_bound_py_any(py)?,
            Self::Float(number) => PyFloat::new(py, number).into_any(),
            Self::Text(text) => PyString::new(py, text).into_any(),
            Self::Blob(bytes) => PyBytes::new(py, bytes).into_any(),
            Self::Packed(_, bytes) => unpack::to_python(py, bytes, deserializer)?,
            Self::Nil | Self::Other(_) => py.None().into_bound(py),
        })
    }

    fn to_value(self) -> Value {
        match self {
            Self::Bool(flag) => Value::Bool(flag),
            Self::Int(number) => Value::Int(number),
            Self::Float(number) => float(number),
            Self::Text(text) => Value::String(text.to_owned()),
            Self::Blob(bytes) => Value::Blob(bytes.to_vec()),
            Self::Packed(_, bytes) => unpack::to_value(bytes),
            Self::Nil | Self::Other(_) => Value::Nil,
        }
    }
}

impl<'a> From<&'a Value> for Cell<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(f64::from(number)),
            Value::String(text) | Value::GeoJson(text) => Self::Text(text),
            Value::Blob(bytes) | Value::Hll(bytes) | Value::Unknown(_, bytes) => Self::Blob(bytes),
            Value::List(_) | Value::MultiResult(_) => Self::Other("a list"),
            _ => Self::Other("a map"),
        }
    }
}

/// Bins of a message, each of which is a [`Cell`], in the memory they came in.
pub(crate) struct Cells(Bytes);

impl Cells {
    /// The ops they are, for [`wire::op::walk`].
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Cell<'_>)> {
        // Both were looked at when it was made.
        wire::op::walk(&self.0)
            .filter_map(|op| Some((std::str::from_utf8(op.name).ok()?, Cell::of(&op)?)))
            .filter(|(_, cell)| !matches!(cell, Cell::Nil))
    }
}

impl RawBins {
    /// The bins of a message, which is part of a frame.
    ///
    /// # Errors
    /// What is no value, or no UTF-8 where it has to be.
    pub(crate) fn of(message: &wire::Message<'_>, frame: &Bytes) -> Result<Self> {
        let mut ops = message.ops.iter();
        let is_cell = |op: Op<'_>| {
            Cell::of(&op).is_some_and(Cell::is_usual) && std::str::from_utf8(op.name).is_ok()
        };
        if ops.all(is_cell) {
            return Ok(Self::Cells(Cells(frame.slice_ref(message.ops.as_bytes()))));
        }
        let mut values = IndexMap::with_capacity(message.ops.len());
        for op in message.ops.iter() {
            let name = std::str::from_utf8(op.name).map_err(|_| unreadable(wire::Error::Utf8))?;
            match decode(&op)? {
                Value::Nil => {}
                value => drop(values.insert(name.to_owned(), value)),
            }
        }
        Ok(Self::Values(values))
    }

    /// Names and values of the core.
    pub(crate) fn values(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, Value>)> {
        let (values, cells) = match self {
            Self::Values(values) => (Some(values), None),
            Self::Cells(cells) => (None, Some(cells)),
        };
        let values = values.into_iter().flatten();
        let values =
            values.map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(value)));
        let cells = cells.into_iter().flat_map(Cells::iter);
        values.chain(cells.map(|(name, cell)| (Cow::Borrowed(name), Cow::Owned(cell.to_value()))))
    }
}

/// The key of a record that a scan found.
pub(crate) fn found_key(digest: wire::Digest, message: &wire::Message<'_>) -> Result<Key> {
    let text = |kind| {
        let bytes = message.fields.get(kind).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| unreadable(wire::Error::Utf8))
    };
    let user_key = found_user_key(message)?;
    let (namespace, set) = (text(FieldType::Namespace)?, text(FieldType::Set)?);
    Ok(Key::with_digest(namespace, set, user_key, digest.0))
}

/// The user key that is stored with a record that a scan found, if one is.
pub(crate) fn found_user_key(message: &wire::Message<'_>) -> Result<Option<Value>> {
    let Some((particle, bytes)) = message
        .fields
        .get(FieldType::Key)
        .and_then(<[u8]>::split_first)
    else {
        return Ok(None);
    };
    let value = wire::particle::decode(*particle, bytes).map_err(unreadable)?;
    from_wire(value).map(Some)
}

/// A bin's value, whatever it is.
pub(crate) fn decode(op: &Op<'_>) -> Result<Value> {
    if ParticleType::from_u8(op.particle).is_none() {
        return Ok(Value::Unknown(op.particle, op.value.to_vec()));
    }
    from_wire(op.decode().map_err(unreadable)?)
}

fn unreadable(error: wire::Error) -> Error {
    Error::client(format!("A reply is not the protocol: {error}"))
}
