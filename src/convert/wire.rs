//! The core's values as those of the protocol, which functions in Lua work on, and back.

use aerospike_core::{IndexMap, Value};
use wire::{BlobType, List, Map, MapOrder};

use crate::error::{Error, Result};

/// A value of the core as one of the protocol.
pub(crate) fn to_wire(value: &Value) -> Result<wire::Value> {
    Ok(match value {
        Value::Nil => wire::Value::Nil,
        Value::Bool(flag) => wire::Value::Bool(*flag),
        Value::Int(number) => wire::Value::Int(*number),
        Value::Float(number) => wire::Value::Float(f64::from(number)),
        Value::String(text) => wire::Value::string(text),
        Value::Blob(bytes) => wire::Value::blob(bytes),
        Value::GeoJson(text) => wire::Value::geo_json(text),
        Value::Hll(bytes) => wire::Value::Hll(bytes.as_slice().into()),
        Value::Infinity => wire::Value::Infinity,
        Value::Wildcard => wire::Value::Wildcard,
        Value::List(items) => {
            let items: Result<_> = items.iter().map(to_wire).collect();
            List::new(items?).into()
        }
        Value::OrderedMap(map) => map_to_wire(MapOrder::Unordered, map.iter())?,
        Value::SortedMap(map) => map_to_wire(MapOrder::Key, map.iter())?,
        Value::KeyValueList(pairs) => map_to_wire(
            MapOrder::Unordered,
            pairs.iter().map(|(key, value)| (key, value)),
        )?,
        Value::Unknown(code, bytes) => match blob_type(*code) {
            Some(kind) => wire::Value::Blob(kind, bytes.as_slice().into()),
            None => return Err(foreign(value)),
        },
        other => return Err(foreign(other)),
    })
}

fn map_to_wire<'a>(
    order: MapOrder,
    pairs: impl Iterator<Item = (&'a Value, &'a Value)>,
) -> Result<wire::Value> {
    let pairs: Result<_> = pairs
        .map(|(key, value)| Ok((to_wire(key)?, to_wire(value)?)))
        .collect();
    let map = Map::from_pairs(order, pairs?);
    map.map(wire::Value::from)
        .map_err(|error| Error::client(error.to_string()))
}

fn foreign(value: &Value) -> Error {
    Error::client(format!("Lua has no place for {value}"))
}

/// What clients' own serializers wrote.
fn blob_type(code: u8) -> Option<BlobType> {
    [
        BlobType::Java,
        BlobType::CSharp,
        BlobType::Python,
        BlobType::Ruby,
        BlobType::Php,
        BlobType::Erlang,
        BlobType::Vector,
    ]
    .into_iter()
    .find(|kind| *kind as u8 == code)
}

/// A value of the protocol as one of the core.
pub(crate) fn from_wire(value: wire::Value) -> Result<Value> {
    Ok(match value {
        wire::Value::Nil => Value::Nil,
        wire::Value::Bool(flag) => Value::Bool(flag),
        wire::Value::Int(number) => Value::Int(number),
        wire::Value::Float(number) => Value::from(number),
        wire::Value::Str(bytes) => Value::String(text(bytes)?),
        wire::Value::GeoJson(bytes) => Value::GeoJson(text(bytes)?),
        wire::Value::Blob(BlobType::Plain, bytes) => Value::Blob(bytes.into_vec()),
        wire::Value::Blob(kind, bytes) => Value::Unknown(kind as u8, bytes.into_vec()),
        wire::Value::Hll(bytes) => Value::Hll(bytes.into_vec()),
        wire::Value::Infinity => Value::Infinity,
        wire::Value::Wildcard => Value::Wildcard,
        wire::Value::List(list) => {
            let items: Result<_> = list.items.into_iter().map(from_wire).collect();
            Value::List(items?)
        }
        wire::Value::Map(map) => {
            let order = map.order;
            let pairs = map
                .into_pairs()
                .into_iter()
                .map(|(key, value)| Ok((from_wire(key)?, from_wire(value)?)));
            match order {
                MapOrder::Unordered => {
                    Value::OrderedMap(pairs.collect::<Result<IndexMap<_, _>>>()?)
                }
                _ => Value::SortedMap(pairs.collect::<Result<_>>()?),
            }
        }
    })
}

fn text(bytes: Box<[u8]>) -> Result<String> {
    String::from_utf8(bytes.into_vec()).map_err(|_| Error::client("A string is not UTF-8"))
}
