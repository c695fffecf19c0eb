//! Particles: a value as the payload of an op, or of a user key.

use crate::cursor::Cursor;
use crate::{BlobType, Error, Value, msgpack};

/// The types a particle can have on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ParticleType {
    /// No value; written to a bin it removes the bin.
    Nil = 0,
    /// A 64-bit integer.
    Int = 1,
    /// A double.
    Float = 2,
    /// A string.
    Str = 3,
    /// Plain bytes.
    Blob = 4,
    /// Bytes of a Java serializer.
    JavaBlob = 7,
    /// Bytes of a C# serializer.
    CSharpBlob = 8,
    /// Bytes of a Python serializer.
    PythonBlob = 9,
    /// Bytes of a Ruby serializer.
    RubyBlob = 10,
    /// Bytes of a PHP serializer.
    PhpBlob = 11,
    /// Bytes of an Erlang serializer.
    ErlangBlob = 12,
    /// A vector.
    Vector = 16,
    /// A boolean.
    Bool = 17,
    /// A `HyperLogLog` sketch.
    Hll = 18,
    /// A map.
    Map = 19,
    /// A list.
    List = 20,
    /// `GeoJSON`.
    GeoJson = 23,
}

impl ParticleType {
    /// The type of a number.
    #[must_use]
    pub const fn from_u8(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Nil,
            1 => Self::Int,
            2 => Self::Float,
            3 => Self::Str,
            4 => Self::Blob,
            7 => Self::JavaBlob,
            8 => Self::CSharpBlob,
            9 => Self::PythonBlob,
            10 => Self::RubyBlob,
            11 => Self::PhpBlob,
            12 => Self::ErlangBlob,
            16 => Self::Vector,
            17 => Self::Bool,
            18 => Self::Hll,
            19 => Self::Map,
            20 => Self::List,
            23 => Self::GeoJson,
            _ => return None,
        })
    }

    /// The same as a blob type, for the types that are bytes without further meaning.
    #[must_use]
    pub const fn blob_type(self) -> Option<BlobType> {
        Some(match self {
            Self::Blob => BlobType::Plain,
            Self::JavaBlob => BlobType::Java,
            Self::CSharpBlob => BlobType::CSharp,
            Self::PythonBlob => BlobType::Python,
            Self::RubyBlob => BlobType::Ruby,
            Self::PhpBlob => BlobType::Php,
            Self::ErlangBlob => BlobType::Erlang,
            Self::Vector => BlobType::Vector,
            _ => return None,
        })
    }
}

/// Decodes a particle: the value a bin would have. Wildcard and infinity inside are refused.
pub fn decode(kind: u8, bytes: &[u8]) -> Result<Value, Error> {
    let kind = ParticleType::from_u8(kind).ok_or(Error::ParticleType(kind))?;
    Ok(match kind {
        ParticleType::Nil if bytes.is_empty() => Value::Nil,
        ParticleType::Int => Value::Int(decode_int(bytes)?),
        ParticleType::Float => Value::Float(f64::from_be_bytes(
            bytes.try_into().map_err(|_| Error::Size)?,
        )),
        ParticleType::Bool => match bytes {
            [0] => Value::Bool(false),
            [1] => Value::Bool(true),
            _ => return Err(Error::Size),
        },
        ParticleType::List | ParticleType::Map => {
            let value = msgpack::decode(bytes)?;
            if value.particle_type() != Some(kind) {
                return Err(Error::Msgpack(bytes.first().copied().unwrap_or_default()));
            }
            if !value.is_storable() {
                return Err(Error::NotStorable);
            }
            value
        }
        ParticleType::GeoJson => Value::geo_json(geo_json_text(bytes)?),
        kind => value_of_typed_bytes(kind, bytes).ok_or(Error::Size)?,
    })
}

/// Appends a value as a particle. A value no bin can hold appends nothing, like nil.
pub fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Nil | Value::Wildcard | Value::Infinity => {}
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::Int(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::Float(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::Str(bytes) | Value::Blob(_, bytes) | Value::Hll(bytes) => {
            out.extend_from_slice(bytes);
        }
        Value::GeoJson(text) => {
            out.extend_from_slice(&[0, 0, 0]);
            out.extend_from_slice(text);
        }
        Value::List(_) | Value::Map(_) => msgpack::write(out, value),
    }
}

/// How many bytes [`write()`] appends.
#[must_use]
pub fn encoded_len(value: &Value) -> usize {
    match value {
        Value::Nil | Value::Wildcard | Value::Infinity => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Float(_) => 8,
        Value::Str(bytes) | Value::Blob(_, bytes) | Value::Hll(bytes) => bytes.len(),
        Value::GeoJson(text) => 3 + text.len(),
        Value::List(_) | Value::Map(_) => msgpack::encoded_len(value),
    }
}

/// Decodes an integer particle of 8 bytes, or of 4, 2 or 1, which are unsigned.
pub fn decode_int(bytes: &[u8]) -> Result<i64, Error> {
    match *bytes {
        [a] => Ok(i64::from(a)),
        [a, b] => Ok(i64::from(u16::from_be_bytes([a, b]))),
        [a, b, c, d] => Ok(i64::from(u32::from_be_bytes([a, b, c, d]))),
        _ => Ok(i64::from_be_bytes(
            bytes.try_into().map_err(|_| Error::Size)?,
        )),
    }
}

/// The text behind a `GeoJSON` particle's flags and cells.
fn geo_json_text(bytes: &[u8]) -> Result<&[u8], Error> {
    let mut cursor = Cursor::new(bytes);
    cursor.u8()?;
    let cells = usize::from(cursor.u16()?);
    cursor.bytes(8 * cells)?;
    Ok(cursor.rest())
}

/// The value of bytes whose type says everything: a bin's particle and a typed byte string inside a list or map agree on these.
pub(crate) fn value_of_typed_bytes(kind: ParticleType, bytes: &[u8]) -> Option<Value> {
    Some(match kind {
        ParticleType::Str => Value::Str(bytes.into()),
        ParticleType::GeoJson => Value::GeoJson(bytes.into()),
        ParticleType::Hll => Value::Hll(bytes.into()),
        kind => Value::Blob(kind.blob_type()?, bytes.into()),
    })
}
