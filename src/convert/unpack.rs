//! Lists and maps as they came: from msgpack to Python objects, with nothing in between.
//!
//! Bytes are looked at once, when they come ([`is_usual`]), so that what is made of them later cannot fail on them. What is unusual goes by
//! way of the core's values, which is slower and says what is wrong.
//!
//! Source: `crates/wire/src/msgpack.rs`.

use aerospike_core::Value;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyList, PyString, PyTuple};
use wire::msgpack::{LIST_ORDERED, MAP_KEY_ORDERED, PERSIST_INDEX, Reader, Token};
use wire::{MapOrder, ParticleType};

use super::codec::Deserializer;
use super::names::{GEOJSON, KEY_ORDERED};
use super::value::{DEEPEST, float};
use crate::error::Error;

/// What a list or map begins with.
struct Head {
    flags: u8,
    /// How many elements or pairs follow.
    count: usize,
}

/// Reads the flags in front of the content of a list or map, if it has any: in a map they are a pair with nil.
fn head(reader: &mut Reader<'_>, count: usize, is_map: bool) -> Option<Head> {
    let flags = match reader.peek() {
        Ok(Token::Ext(flags, [])) if count > 0 => flags,
        _ => return Some(Head { flags: 0, count }),
    };
    reader.token().ok()?;
    if is_map {
        matches!(reader.token(), Ok(Token::Nil)).then_some(())?;
    }
    Some(Head {
        flags,
        count: count - 1,
    })
}

/// Whether bytes are one list, or one map, of values that clients store.
pub(super) fn is_usual(bytes: &[u8], kind: ParticleType) -> bool {
    let mut reader = Reader::new(bytes);
    let is_kind = match reader.peek() {
        Ok(Token::Array(_)) => kind == ParticleType::List,
        Ok(Token::Map(_)) => kind == ParticleType::Map,
        _ => false,
    };
    is_kind && look(&mut reader, 0).is_some() && reader.is_empty()
}

/// Looks at the next value.
fn look(reader: &mut Reader<'_>, depth: usize) -> Option<()> {
    match reader.token().ok()? {
        Token::Nil | Token::Bool(_) | Token::Int(_) | Token::Float(_) => Some(()),
        Token::Bytes(bytes) => {
            let (kind, content) = typed(bytes)?;
            match kind {
                ParticleType::Str | ParticleType::GeoJson => {
                    std::str::from_utf8(content).ok().map(drop)
                }
                kind => kind.blob_type().map(drop),
            }
        }
        Token::Array(count) if depth < DEEPEST => {
            let Head { flags, count } = head(reader, count, false)?;
            (flags & !(LIST_ORDERED | PERSIST_INDEX) == 0).then_some(())?;
            (0..count).try_for_each(|_| look(reader, depth + 1))
        }
        Token::Map(count) if depth < DEEPEST => {
            let Head { flags, count } = head(reader, count, true)?;
            (flags & !(3 | PERSIST_INDEX) == 0).then_some(())?;
            MapOrder::from_flags(flags)?;
            (0..2 * count).try_for_each(|_| look(reader, depth + 1))
        }
        Token::Array(_) | Token::Map(_) | Token::Ext(..) => None,
    }
}

/// The type and the content of a byte string.
fn typed(bytes: &[u8]) -> Option<(ParticleType, &[u8])> {
    let (kind, content) = bytes.split_first()?;
    Some((ParticleType::from_u8(*kind)?, content))
}

/// The list or map that bytes are, which [`is_usual`] has looked at.
pub(super) fn to_python<'py>(
    py: Python<'py>,
    bytes: &[u8],
    deserializer: Option<&Deserializer>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut unpacking = Unpacking {
        py,
        reader: Reader::new(bytes),
        deserializer,
    };
    Ok(unpacking.next()?.0)
}

struct Unpacking<'a, 'py> {
    py: Python<'py>,
    reader: Reader<'a>,
    deserializer: Option<&'a Deserializer>,
}

impl<'py> Unpacking<'_, 'py> {
    /// The next value, and whether a dict can have it for a key and tell it apart from others: 1, 1.0 and True are one to it.
    fn next(&mut self) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let py = self.py;
        Ok(match self.reader.token().map_err(unreadable)? {
            Token::Nil => (py.None().into_bound(py), false),
            Token::Bool(flag) => (PyBool::new(py, flag).to_owned().into_any(), false),
            Token::Int(number) => (number.into_bound_py_any(py)?, true),
            Token::Float(number) => (PyFloat::new(py, number).into_any(), false),
            Token::Bytes(bytes) => self.typed(bytes)?,
            Token::Array(count) => (self.list(count)?.into_any(), false),
            Token::Map(count) => (self.map(count)?, false),
            Token::Ext(..) => return Err(strange().into()),
        })
    }

    fn typed(&self, bytes: &[u8]) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let py = self.py;
        let (kind, content) = typed(bytes).ok_or_else(strange)?;
        Ok(match kind {
            ParticleType::Str => (PyString::from_bytes(py, content)?.into_any(), true),
            ParticleType::Blob => (PyBytes::new(py, content).into_any(), true),
            ParticleType::GeoJson => {
                let text = PyString::from_bytes(py, content)?;
                (GEOJSON.get(py)?.call1((text,))?, false)
            }
            kind => match self.deserializer {
                None => (PyBytes::new(py, content).into_any(), false),
                Some(deserializer) => (deserializer.load(py, kind as u8, content)?, false),
            },
        })
    }

    fn list(&mut self, count: usize) -> PyResult<Bound<'py, PyList>> {
        let Head { count, .. } = head(&mut self.reader, count, false).ok_or_else(strange)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.next()?.0);
        }
        PyList::new(self.py, items)
    }

    /// A dict, or pairs where the keys are such that a dict cannot hold them, or not apart.
    fn map(&mut self, count: usize) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        let Head { flags, count } = head(&mut self.reader, count, true).ok_or_else(strange)?;
        let mut pairs = Vec::with_capacity(count);
        let mut is_dict = true;
        for _ in 0..count {
            let (key, is_plain) = self.next()?;
            is_dict &= is_plain;
            pairs.push((key, self.next()?.0));
        }
        if !is_dict {
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| PyTuple::new(py, [key, value]));
            let pairs: Vec<_> = pairs.collect::<PyResult<_>>()?;
            return Ok(PyList::new(py, pairs)?.into_any());
        }
        let dict = if flags & MAP_KEY_ORDERED == 0 {
            PyDict::new(py)
        } else {
            // So that what is read and written back stays ordered.
            let empty = KEY_ORDERED.get(py)?.call0()?;
            empty.cast_into().map_err(PyErr::from)?
        };
        for (key, value) in pairs {
            dict.set_item(key, value)?;
        }
        Ok(dict.into_any())
    }
}

fn unreadable(error: wire::Error) -> PyErr {
    Error::client(format!("A reply is not the protocol: {error}")).into()
}

fn strange() -> Error {
    Error::panic("A value was not looked at before it was unpacked")
}

/// The list or map that bytes are, as a value of the core; nil where [`is_usual`] would not have them.
pub(super) fn to_value(bytes: &[u8]) -> Value {
    value(&mut Reader::new(bytes)).unwrap_or(Value::Nil)
}

fn value(reader: &mut Reader<'_>) -> Option<Value> {
    Some(match reader.token().ok()? {
        Token::Nil => Value::Nil,
        Token::Bool(flag) => Value::Bool(flag),
        Token::Int(number) => Value::Int(number),
        Token::Float(number) => float(number),
        Token::Bytes(bytes) => {
            let (kind, content) = typed(bytes)?;
            let text = || std::str::from_utf8(content).ok().map(str::to_owned);
            match kind {
                ParticleType::Str => Value::String(text()?),
                ParticleType::GeoJson => Value::GeoJson(text()?),
                ParticleType::Blob => Value::Blob(content.to_vec()),
                kind => Value::Unknown(kind as u8, content.to_vec()),
            }
        }
        Token::Array(count) => {
            let Head { count, .. } = head(reader, count, false)?;
            let items: Option<_> = (0..count).map(|_| value(reader)).collect();
            Value::List(items?)
        }
        Token::Map(count) => {
            let Head { flags, count } = head(reader, count, true)?;
            let mut pair = |_| Some((value(reader)?, value(reader)?));
            if flags & MAP_KEY_ORDERED == 0 {
                let pairs: Option<_> = (0..count).map(&mut pair).collect();
                Value::OrderedMap(pairs?)
            } else {
                let pairs: Option<_> = (0..count).map(&mut pair).collect();
                Value::SortedMap(pairs?)
            }
        }
        Token::Ext(..) => return None,
    })
}
