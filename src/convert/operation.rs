//! Operation dicts: `{"op": code, "bin": name, "val": value}`.

use aerospike_core::operations::{self, Operation};
use aerospike_core::{Bin, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use super::codec::Codec;
use super::keys::items_of;
use super::object;
use super::pairs::pairs;
use super::value::{self, repr, str_of, type_name};
use crate::cdt;
use crate::error::{Error, Result};

/// Limit of the protocol (section 2.3).
const LONGEST_BIN: usize = 15;

const READ: i64 = 1;
const WRITE: i64 = 2;
const INCREMENT: i64 = 5;
const APPEND: i64 = 9;
const PREPEND: i64 = 10;
const TOUCH: i64 = 11;
const DELETE: i64 = 12;

/// Operations on one record.
pub(crate) struct Operations {
    pub(crate) list: Vec<Operation>,
    /// Of each that has a place in the reply when all are asked to answer, the bin; None for those that
    /// answer nothing. A touch has no place (protocol section 2.8).
    pub(crate) answers: Vec<Option<String>>,
    pub(crate) writes: bool,
}

/// Reads a list of operation dicts.
pub(crate) fn parse(object: &Bound<'_, PyAny>, codec: Option<&Codec>) -> Result<Operations> {
    let items = items_of(object, "ops")?;
    if items.is_empty() {
        return Err(Error::argument("ops is empty: there is nothing to do"));
    }
    let mut operations = Operations {
        list: Vec::with_capacity(items.len()),
        answers: Vec::with_capacity(items.len()),
        writes: false,
    };
    for (index, item) in items.iter().enumerate() {
        add(&mut operations, item, codec).map_err(|error| error.within(format!("ops[{index}]")))?;
    }
    Ok(operations)
}

fn add(operations: &mut Operations, item: &Bound<'_, PyAny>, codec: Option<&Codec>) -> Result<()> {
    let dict = item.cast::<PyDict>().map_err(|_| {
        Error::wrong_type(format!("an operation is a dict, not {}", type_name(item)))
    })?;
    let Some(code) = dict.get_item("op")? else {
        return Err(Error::argument("'op' is missing"));
    };
    let number: Option<i64> = if code.is_instance_of::<PyBool>() {
        None
    } else {
        code.extract().ok()
    };
    let code = number.ok_or_else(|| {
        Error::argument(format!(
            "'op' is an OPERATOR_ constant, not {}",
            repr(&code)
        ))
    })?;
    let (operation, answer) = match code {
        READ => match dict.get_item("bin")?.filter(|bin| !bin.is_none()) {
            Some(bin) => {
                let name = bin_name(&bin)?.to_owned();
                (operations::get_bin(name.clone()), Some(name))
            }
            None => (operations::get(), Some(String::new())),
        },
        WRITE => (operations::put(&bin(dict, codec)?), None),
        INCREMENT => {
            let bin = bin(dict, None)?;
            if !matches!(bin.value, Value::Int(_) | Value::Float(_)) {
                return Err(Error::wrong_type(format!(
                    "bin '{}' can be incremented by int or float only",
                    bin.name
                )));
            }
            (operations::add(&bin), None)
        }
        APPEND => (operations::append(&text_bin(dict)?), None),
        PREPEND => (operations::prepend(&text_bin(dict)?), None),
        TOUCH => (operations::touch(), None),
        DELETE => (operations::delete(), None),
        _ => {
            let (collected, bin) = cdt::parse(code, dict)?;
            operations.writes |= collected.writes;
            (collected.operation, collected.answers.then_some(bin))
        }
    };
    operations.writes |= matches!(code, WRITE | INCREMENT | APPEND | PREPEND | TOUCH | DELETE);
    operations.list.push(operation);
    if code != TOUCH {
        operations.answers.push(answer);
    }
    Ok(())
}

fn bin(dict: &Bound<'_, PyDict>, codec: Option<&Codec>) -> Result<Bin> {
    let Some(name) = dict.get_item("bin")? else {
        return Err(Error::argument("'bin' is missing"));
    };
    let Some(value) = dict.get_item("val")? else {
        return Err(Error::argument("'val' is missing"));
    };
    named_bin(&name, &value, codec)
}

fn text_bin(dict: &Bound<'_, PyDict>) -> Result<Bin> {
    let bin = bin(dict, None)?;
    check_text(&bin)?;
    Ok(bin)
}

/// What can be appended and prepended.
pub(crate) fn check_text(bin: &Bin) -> Result<()> {
    match bin.value {
        Value::String(_) | Value::Blob(_) => Ok(()),
        _ => Err(Error::wrong_type(format!(
            "bin '{}': only str and bytes can be appended or prepended",
            bin.name
        ))),
    }
}

/// A bin from its name and value.
pub(crate) fn named_bin(
    name: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    codec: Option<&Codec>,
) -> Result<Bin> {
    let name = bin_name(name)?;
    let value =
        value::parse_bin(value, codec).map_err(|error| error.within(format!("bin '{name}'")))?;
    Ok(Bin::new(name, value))
}

/// The bins of a dict.
pub(crate) fn bins(object: &Bound<'_, PyAny>, codec: Option<&Codec>) -> Result<Vec<Bin>> {
    let dumped;
    let dict = if let Ok(dict) = object.cast::<PyDict>() {
        dict
    } else {
        dumped = object::dump(object)?;
        dumped.as_ref().ok_or_else(|| {
            Error::wrong_type(format!(
                "bins is a dict, a dataclass, a pydantic model or a msgspec struct, not {}",
                type_name(object)
            ))
        })?
    };
    if dict.is_empty() {
        return Err(Error::value("bins is empty: there is nothing to write"));
    }
    pairs(dict)?
        .into_iter()
        .map(|(name, value)| named_bin(&name, &value, codec))
        .collect()
}

/// A checked bin name.
pub(crate) fn bin_name<'a>(object: &'a Bound<'_, PyAny>) -> Result<&'a str> {
    let text = object.cast::<PyString>().map_err(|_| {
        Error::wrong_type(format!(
            "bin name {} is a {}, not a str",
            repr(object),
            type_name(object)
        ))
    })?;
    let name = str_of(text)?;
    if name.is_empty() {
        return Err(Error::value("a bin name is empty"));
    }
    if name.len() > LONGEST_BIN {
        return Err(Error::value(format!(
            "bin name '{name}' has {} bytes: at most {LONGEST_BIN} are allowed",
            name.len()
        )));
    }
    if name.contains('\0') {
        return Err(Error::value(format!(
            "bin name {} holds a NUL",
            repr(object)
        )));
    }
    Ok(name)
}

/// A list of bin names, an argument called `what`.
pub(crate) fn bin_names(object: &Bound<'_, PyAny>, what: &str) -> Result<Vec<String>> {
    items_of(object, what)?
        .iter()
        .map(|item| bin_name(item).map(str::to_owned))
        .collect()
}
