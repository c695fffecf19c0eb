//! Values in the server's dialect of msgpack: inside expressions, and where the core would not pack them.

use aerospike_core::Value;
use wire::{ParticleType, msgpack};

use crate::error::{Error, Result};

/// Appends a value. The pairs of maps are sorted by key: maps are compared pair by pair.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value) -> Result<()> {
    match value {
        Value::Nil => msgpack::write_nil(out),
        Value::Bool(flag) => msgpack::write_bool(out, *flag),
        Value::Int(number) => msgpack::write_int(out, *number),
        Value::Float(number) => msgpack::write_float(out, f64::from(number)),
        Value::String(text) => {
            msgpack::write_typed_bytes(out, ParticleType::Str, text.as_bytes());
        }
        Value::Blob(bytes) => msgpack::write_typed_bytes(out, ParticleType::Blob, bytes),
        Value::Hll(bytes) => msgpack::write_typed_bytes(out, ParticleType::Hll, bytes),
        Value::GeoJson(text) => {
            msgpack::write_typed_bytes(out, ParticleType::GeoJson, text.as_bytes());
        }
        Value::Infinity => msgpack::write(out, &wire::Value::Infinity),
        Value::Wildcard => msgpack::write(out, &wire::Value::Wildcard),
        Value::List(items) => {
            msgpack::write_array_header(out, items.len());
            for item in items {
                write(out, item)?;
            }
        }
        Value::OrderedMap(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by(|a, b| a.0.cmp(b.0));
            msgpack::write_map_header(out, pairs.len());
            write_pairs(out, pairs.into_iter())?;
        }
        Value::SortedMap(map) => {
            msgpack::write_key_ordered_map_header(out, map.len());
            write_pairs(out, map.iter())?;
        }
        Value::Unknown(kind, bytes) => {
            let kind = ParticleType::from_u8(*kind).ok_or_else(|| no_place(value))?;
            msgpack::write_typed_bytes(out, kind, bytes);
        }
        other => return Err(no_place(other)),
    }
    Ok(())
}

fn no_place(value: &Value) -> Error {
    Error::argument(format!("{value} has no place inside another value"))
}

fn write_pairs<'a>(
    out: &mut Vec<u8>,
    mut pairs: impl Iterator<Item = (&'a Value, &'a Value)>,
) -> Result<()> {
    pairs.try_for_each(|(key, value)| {
        write(out, key)?;
        write(out, value)
    })
}
