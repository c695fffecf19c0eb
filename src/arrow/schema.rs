//! What columns are asked for: the types of bins, and what of a record beside them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, TimeUnit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::{build, capsule};
use crate::convert::argument;
use crate::convert::operation::bin_name;
use crate::convert::suggestion::suggestion;
use crate::convert::value::{repr, type_name};
use crate::error::{Error, Result};

/// A column that is no bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    Key,
    Set,
    Digest,
    Generation,
    Ttl,
    Code,
}

impl Note {
    /// With the names of their columns: the underscore keeps them apart from bins, for `write_arrow` too.
    const ALL: [(&'static str, Self); 6] = [
        ("_key", Self::Key),
        ("_set", Self::Set),
        ("_digest", Self::Digest),
        ("_gen", Self::Generation),
        ("_ttl", Self::Ttl),
        ("_code", Self::Code),
    ];

    pub(super) fn column(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, note)| *note == self);
        found.map_or("", |(name, _)| name)
    }

    /// Its type; that of keys is inferred.
    pub(super) const fn data_type(self) -> Option<DataType> {
        match self {
            Self::Key => None,
            Self::Set => Some(DataType::Utf8),
            Self::Digest => Some(DataType::FixedSizeBinary(20)),
            Self::Generation | Self::Ttl => Some(DataType::UInt32),
            Self::Code => Some(DataType::Int32),
        }
    }
}

/// What was asked for.
pub(crate) struct Asked {
    pub(super) notes: Vec<Note>,
    /// The bins and their types; None for all, with the types of their values.
    pub(super) fields: Option<Fields>,
}

impl Asked {
    /// Reads the arguments `schema` and `meta`.
    pub(crate) fn parse(
        schema: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        let notes = match meta {
            None => Vec::new(),
            Some(meta) => notes(&argument::texts(meta, "meta")?)?,
        };
        let fields = schema.map(fields).transpose()?;
        Ok(Self { notes, fields })
    }

    /// Whether anything is asked that only keys say.
    pub(crate) fn needs_keys(&self) -> bool {
        let says = |note: &Note| matches!(note, Note::Key | Note::Set | Note::Digest);
        self.notes.iter().any(says)
    }

    /// The bins that are to be read; None for all.
    pub(crate) fn bins(&self) -> Option<Vec<String>> {
        let fields = self.fields.as_ref()?;
        Some(fields.iter().map(|field| field.name().clone()).collect())
    }
}

fn notes(names: &[String]) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    for name in names {
        let found = Note::ALL
            .iter()
            .find(|(column, _)| column.get(1..) == Some(name));
        let Some((_, note)) = found else {
            let known: Vec<&str> = Note::ALL
                .iter()
                .filter_map(|(column, _)| column.get(1..))
                .collect();
            return Err(Error::argument(format!(
                "meta '{name}' is none of {}",
                known.join(", ")
            )));
        };
        if !notes.contains(note) {
            notes.push(*note);
        }
    }
    Ok(notes)
}

/// The fields of a dict of names to types, or of anything with `__arrow_c_schema__`.
fn fields(schema: &Bound<'_, PyAny>) -> Result<Fields> {
    let fields: Vec<FieldRef> = if let Ok(dict) = schema.cast::<PyDict>() {
        let field = |(name, kind): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let name = argument::text(&name, "a name in schema")?;
            let data_type =
                data_type(&kind).map_err(|error| error.within(format!("schema '{name}'")))?;
            Ok(Arc::new(Field::new(name, data_type, true)))
        };
        dict.iter().map(field).collect::<Result<_>>()?
    } else if schema.hasattr("__arrow_c_schema__")? {
        let schema = capsule::import_schema(schema)?;
        schema.fields().iter().cloned().collect()
    } else {
        return Err(Error::wrong_type(format!(
            "schema is a dict of names to types or has __arrow_c_schema__, as a pyarrow schema has; {} has not",
            type_name(schema)
        )));
    };
    for field in &fields {
        bin_name(PyString::new(schema.py(), field.name()).as_any())?;
        if Note::ALL.iter().any(|(column, _)| column == field.name()) {
            return Err(Error::argument(format!(
                "schema '{}' is no bin: ask for it in meta",
                field.name()
            )));
        }
        build::check(field.data_type())
            .map_err(|error| error.within(format!("schema '{}'", field.name())))?;
    }
    Ok(Fields::from(fields))
}

/// A type by its name, or anything with `__arrow_c_schema__`.
fn data_type(kind: &Bound<'_, PyAny>) -> Result<DataType> {
    let Ok(name) = kind.cast::<PyString>() else {
        if kind.hasattr("__arrow_c_schema__")? {
            return capsule::import_type(kind);
        }
        return Err(Error::wrong_type(format!(
            "{} is no type: give its name or a pyarrow type",
            repr(kind)
        )));
    };
    let name = name.to_str()?;
    named(name).ok_or_else(|| {
        let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        Error::argument(format!("'{name}' is no type: {}", suggestion(name, &known)))
    })
}

/// The names of types that are not made of others.
const NAMES: [(&str, DataType); 23] = [
    ("bool", DataType::Boolean),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint8", DataType::UInt8),
    ("uint16", DataType::UInt16),
    ("uint32", DataType::UInt32),
    ("uint64", DataType::UInt64),
    ("float16", DataType::Float16),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("string", DataType::Utf8),
    ("large_string", DataType::LargeUtf8),
    ("binary", DataType::Binary),
    ("large_binary", DataType::LargeBinary),
    ("date32", DataType::Date32),
    // What Python and others call the same.
    ("int", DataType::Int64),
    ("float", DataType::Float64),
    ("double", DataType::Float64),
    ("str", DataType::Utf8),
    ("bytes", DataType::Binary),
    ("null", DataType::Null),
];

fn named(name: &str) -> Option<DataType> {
    if let Some((_, data_type)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(data_type.clone());
    }
    let (outer, inner) = name.strip_suffix([']', '>'])?.split_once(['[', '<'])?;
    let unit = || {
        Some(match inner {
            "s" => TimeUnit::Second,
            "ms" => TimeUnit::Millisecond,
            "us" => TimeUnit::Microsecond,
            "ns" => TimeUnit::Nanosecond,
            _ => return None,
        })
    };
    Some(match outer {
        "timestamp" => DataType::Timestamp(unit()?, None),
        "duration" => DataType::Duration(unit()?),
        "list" => DataType::List(Arc::new(Field::new_list_field(named(inner)?, true))),
        _ => return None,
    })
}
