//! Which type a column has, as far as its values tell.
//!
//! Nothing gives way to anything, integers to floats, and lists and maps are of what they hold together. A map whose values are of one
//! type is a map; one of several, whose keys are strings, a struct. Whatever else is mixed has no type.

use std::sync::Arc;

use aerospike_core::{IndexMap, Value};
use arrow_schema::{DataType, Field, Fields};

use super::nested::entries;
use crate::convert::bins::Cell;
use crate::error::{Error, Result};

/// More keys than that are data and no fields.
const MOST_FIELDS: usize = 1000;

/// What has been seen of a column.
#[derive(Debug, Clone, Default)]
pub(super) enum Kind {
    #[default]
    Nothing,
    Bool,
    Int,
    Float,
    Text,
    Blob,
    List(Box<Kind>),
    Map(Box<Pairs>),
    /// Two that do not go together.
    Mixed(&'static str, &'static str),
}

/// What has been seen of maps.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    keys: Kind,
    values: Kind,
    /// By key, as long as keys are few and strings.
    fields: Option<IndexMap<String, Kind>>,
}

impl Kind {
    /// One more value.
    pub(super) fn see(&mut self, value: &Value) {
        match (&mut *self, value) {
            (_, Value::Nil)
            | (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_))
            | (Self::Float, Value::Float(_) | Value::Int(_))
            | (Self::Text, Value::String(_) | Value::GeoJson(_))
            | (Self::Blob, Value::Blob(_) | Value::Hll(_) | Value::Unknown(..))
            | (Self::Mixed(..), _) => {}
            (Self::List(items), Value::List(values) | Value::MultiResult(values)) => {
                for value in values {
                    items.see(value);
                }
            }
            (Self::Map(pairs), value) if let Some(entries) = entries(value) => {
                entries.for_each(|(key, value)| pairs.see(key, value));
            }
            (Self::Nothing, value) => *self = Self::of(value),
            (Self::Int, Value::Float(_)) => *self = Self::Float,
            (_, value) => *self = Self::Mixed(self.name(), Cell::from(value).kind()),
        }
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Nil => Self::Nothing,
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::String(_) | Value::GeoJson(_) => Self::Text,
            Value::Blob(_) | Value::Hll(_) | Value::Unknown(..) => Self::Blob,
            Value::List(items) | Value::MultiResult(items) => {
                let mut kind = Self::Nothing;
                for item in items {
                    kind.see(item);
                }
                Self::List(Box::new(kind))
            }
            map => {
                let mut pairs = Pairs {
                    fields: Some(IndexMap::new()),
                    ..Pairs::default()
                };
                for (key, value) in entries(map).into_iter().flatten() {
                    pairs.see(key, value);
                }
                Self::Map(Box::new(pairs))
            }
        }
    }

    /// Whether what comes later can change the type of what was seen inside.
    pub(super) const fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Mixed(..))
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool => "a bool",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Text => "a string",
            Self::Blob => "a blob",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Mixed(..) => "several types",
        }
    }

    /// The Arrow type.
    pub(super) fn data_type(&self) -> Result<DataType> {
        Ok(match self {
            Self::Nothing => DataType::Null,
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Blob => DataType::Binary,
            Self::List(items) => {
                DataType::List(Arc::new(Field::new_list_field(items.data_type()?, true)))
            }
            Self::Map(pairs) => pairs.data_type()?,
            Self::Mixed(one, other) => {
                return Err(Error::wrong_type(format!(
                    "some values are {one} and some {other}: give it a type in schema, as \"string\""
                )));
            }
        })
    }
}

impl Pairs {
    fn see(&mut self, key: &Value, value: &Value) {
        self.keys.see(key);
        self.values.see(value);
        let (Some(fields), Value::String(key)) = (&mut self.fields, key) else {
            self.fields = None;
            return;
        };
        if let Some(kind) = fields.get_mut(key) {
            kind.see(value);
        } else if fields.len() < MOST_FIELDS {
            fields.insert(key.clone(), Kind::of(value));
        } else {
            self.fields = None;
        }
    }

    fn data_type(&self) -> Result<DataType> {
        let values = match (self.values.data_type(), &self.fields) {
            (Ok(values), _) => values,
            (Err(_), Some(fields)) => {
                let fields: Result<Vec<Field>> = fields
                    .iter()
                    .map(|(name, kind)| {
                        let data_type = kind.data_type();
                        let data_type =
                            data_type.map_err(|error| error.within(format!("key '{name}'")))?;
                        Ok(Field::new(name, data_type, true))
                    })
                    .collect();
                return Ok(DataType::Struct(Fields::from(fields?)));
            }
            (Err(error), None) => return Err(error),
        };
        let keys = match self.keys.data_type()? {
            DataType::Null => DataType::Utf8,
            keys => keys,
        };
        let fields = vec![
            Field::new("key", keys, false),
            Field::new("value", values, true),
        ];
        let entries = Field::new("entries", DataType::Struct(Fields::from(fields)), false);
        Ok(DataType::Map(Arc::new(entries), false))
    }
}
