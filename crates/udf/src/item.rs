//! [`Item`]: a value of the database as scripts hold it.
//!
//! Lists, maps and bytes are shared: what a script changes through one name it sees through all others. They become values of the
//! database, trees without sharing, when they leave the script.

use std::rc::Rc;

use mlua::{Lua, UserData, Value as LuaValue};
use wire::msgpack::{self, MAX_DEPTH};
use wire::{MapOrder, Value};

use super::arguments::Call;
use super::bytes::Bytes;
use super::list::List;
use super::map::Map;

/// The most values in one tree.
pub(super) const MAX_VALUES: usize = 4 << 20;

#[derive(Clone, Debug)]
pub(super) enum Item {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<[u8]>),
    Bytes(Bytes),
    GeoJson(GeoJson),
    List(List),
    Map(Map),
    Other(Other),
}

/// `GeoJSON` text.
#[derive(Clone, Debug)]
pub(super) struct GeoJson(pub(super) Rc<[u8]>);

/// What scripts can only pass on: a sketch.
#[derive(Clone, Debug)]
pub(super) struct Other(Rc<Value>);

impl UserData for Other {}

impl From<&Value> for Item {
    fn from(value: &Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Str(bytes) => Self::Str(bytes.as_ref().into()),
            Value::Blob(kind, bytes) => Self::Bytes(Bytes::new(bytes.to_vec(), *kind)),
            Value::GeoJson(text) => Self::GeoJson(GeoJson(text.as_ref().into())),
            Value::List(list) => Self::List(List::new(list.items.iter().map(Self::from).collect())),
            Value::Map(map) => Self::Map(Map::new(
                map.pairs()
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            )),
            Value::Hll(_) | Value::Wildcard | Value::Infinity => {
                Self::Other(Other(Rc::new(value.clone())))
            }
        }
    }
}

impl Item {
    /// What a script means, if it is a value of the database: a table, a function and the like are none.
    pub(super) fn from_lua(value: &LuaValue) -> Option<Self> {
        Some(match value {
            LuaValue::Nil => Self::Nil,
            LuaValue::Boolean(value) => Self::Bool(*value),
            LuaValue::Integer(value) => Self::Int(*value),
            LuaValue::Number(value) => Self::Float(*value),
            LuaValue::String(text) => Self::Str(text.as_bytes().as_ref().into()),
            LuaValue::UserData(data) => {
                if let Ok(list) = data.borrow::<List>() {
                    Self::List(list.clone())
                } else if let Ok(map) = data.borrow::<Map>() {
                    Self::Map(map.clone())
                } else if let Ok(bytes) = data.borrow::<Bytes>() {
                    Self::Bytes(bytes.clone())
                } else if let Ok(text) = data.borrow::<GeoJson>() {
                    Self::GeoJson(text.clone())
                } else {
                    Self::Other(data.borrow::<Other>().ok()?.clone())
                }
            }
            _ => return None,
        })
    }

    pub(super) fn to_lua(&self, lua: &Lua) -> mlua::Result<LuaValue> {
        let data = match self {
            Self::Nil => return Ok(LuaValue::Nil),
            Self::Bool(value) => return Ok(LuaValue::Boolean(*value)),
            Self::Int(value) => return Ok(LuaValue::Integer(*value)),
            Self::Float(value) => return Ok(LuaValue::Number(*value)),
            Self::Str(bytes) => return lua.create_string(bytes).map(LuaValue::String),
            Self::Bytes(bytes) => lua.create_userdata(bytes.clone()),
            Self::GeoJson(text) => lua.create_userdata(text.clone()),
            Self::List(list) => lua.create_userdata(list.clone()),
            Self::Map(map) => lua.create_userdata(map.clone()),
            Self::Other(other) => lua.create_userdata(other.clone()),
        };
        data.map(LuaValue::UserData)
    }

    /// The value for the database. A list in itself, or one shared so often that it would fill the memory, is an error.
    pub(super) fn to_value(&self) -> Result<Value, String> {
        self.build(0, &mut 0)
    }

    /// A map key, if it can be one.
    pub(super) fn to_key(&self) -> Option<Value> {
        match self {
            Self::Int(_) | Self::Str(_) | Self::Bytes(_) => self.to_value().ok(),
            _ => None,
        }
    }

    fn build(&self, depth: usize, count: &mut usize) -> Result<Value, String> {
        *count += 1;
        if depth > MAX_DEPTH {
            return Err("lists and maps are nested too deeply".to_owned());
        }
        if *count > MAX_VALUES {
            return Err("lists and maps hold too many values".to_owned());
        }
        Ok(match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Float(value) => Value::Float(*value),
            Self::Str(bytes) => Value::Str(bytes.as_ref().into()),
            Self::Bytes(bytes) => bytes.to_value(),
            Self::GeoJson(text) => Value::GeoJson(text.0.as_ref().into()),
            Self::Other(value) => (*value.0).clone(),
            Self::List(list) => {
                let items = list.borrow();
                let values: Result<_, _> = items
                    .iter()
                    .map(|item| item.build(depth + 1, count))
                    .collect();
                Value::list(values?)
            }
            Self::Map(map) => {
                let entries = map.borrow();
                let pairs: Result<_, String> = entries
                    .iter()
                    .map(|(key, item)| Ok((key.clone(), item.build(depth + 1, count)?)))
                    .collect();
                let map = wire::Map::from_sorted(MapOrder::Unordered, pairs?);
                Value::from(map.map_err(|error| error.to_string())?)
            }
        })
    }
}

/// Takes apart what nobody else holds, level by level: a list in a list in a list … would otherwise use up the stack.
pub(super) fn dismantle(mut items: Vec<Item>) {
    while let Some(item) = items.pop() {
        match item {
            Item::List(list) => items.extend(list.into_unshared()),
            Item::Map(map) => items.extend(map.into_unshared()),
            _ => {}
        }
    }
}

/// How many bytes a value takes as part of a list or map.
pub(super) fn size_of(call: &Call<'_>, item: &Item) -> mlua::Result<usize> {
    let value = item.to_value().map_err(|error| call.error(&error))?;
    Ok(msgpack::encoded_len(&value))
}

/// A function's result as a value of the database: nil if it is none.
pub(super) fn value_of(value: &LuaValue) -> Result<Value, String> {
    Item::from_lua(value).map_or(Ok(Value::Nil), |item| item.to_value())
}
