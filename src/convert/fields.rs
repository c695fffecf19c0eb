//! The fields of the dicts that stand for operations and expressions.

use std::cell::RefCell;

use aerospike_core::Value;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString, PyTuple};
use smallvec::SmallVec;

use super::pairs::pairs;
use super::suggestion::suggestion;
use super::value::{self, numpy_scalar, repr, str_of, type_name};
use crate::error::{Error, Result};

/// A dict whose fields are taken by name; one that nobody asked for is a mistake, found by [`Fields::finish`].
pub(crate) struct Fields<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    asked: RefCell<SmallVec<[&'static str; 8]>>,
}

impl<'a, 'py> Fields<'a, 'py> {
    /// The fields of `dict`, of which `known` need not be asked for.
    pub(crate) fn new(dict: &'a Bound<'py, PyDict>, known: &[&'static str]) -> Self {
        Self {
            dict,
            asked: RefCell::new(known.iter().copied().collect()),
        }
    }

    /// A field that may be missing.
    pub(crate) fn find(&self, name: &'static str) -> Result<Option<Bound<'py, PyAny>>> {
        self.asked.borrow_mut().push(name);
        Ok(self.dict.get_item(name)?)
    }

    /// A field that may be missing or None.
    pub(crate) fn given(&self, name: &'static str) -> Result<Option<Bound<'py, PyAny>>> {
        Ok(self.find(name)?.filter(|value| !value.is_none()))
    }

    /// A field that must be there; None is a value.
    pub(crate) fn get(&self, name: &'static str) -> Result<Bound<'py, PyAny>> {
        self.find(name)?
            .ok_or_else(|| Error::argument(format!("'{name}' is missing")))
    }

    /// Any value Aerospike stores.
    pub(crate) fn value(&self, name: &'static str) -> Result<Value> {
        value::parse(&self.get(name)?).map_err(|error| error.within(format!("'{name}'")))
    }

    /// A list of values.
    pub(crate) fn values(&self, name: &'static str) -> Result<Vec<Value>> {
        let list = self.get(name)?;
        items(&list)
            .and_then(|items| items.iter().map(value::parse).collect())
            .map_err(|error| error.within(format!("'{name}'")))
    }

    /// A value to compare with: those that stand for any or the greatest one may be in it.
    pub(crate) fn argument(&self, name: &'static str) -> Result<Value> {
        value::parse_argument(&self.get(name)?).map_err(|error| error.within(format!("'{name}'")))
    }

    /// A list of values to compare with.
    pub(crate) fn arguments(&self, name: &'static str) -> Result<Vec<Value>> {
        let list = self.get(name)?;
        items(&list)
            .and_then(|items| items.iter().map(value::parse_argument).collect())
            .map_err(|error| error.within(format!("'{name}'")))
    }

    /// An int.
    pub(crate) fn int(&self, name: &'static str) -> Result<i64> {
        int(&self.get(name)?).map_err(|error| error.within(format!("'{name}'")))
    }

    /// An int that may be missing or None.
    pub(crate) fn find_int(&self, name: &'static str) -> Result<Option<i64>> {
        self.given(name)?
            .map(|value| int(&value).map_err(|error| error.within(format!("'{name}'"))))
            .transpose()
    }

    /// An int of a range.
    pub(crate) fn int_within(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64> {
        let value = self.int(name)?;
        within(value, range).map_err(|error| error.within(format!("'{name}'")))
    }

    /// An int of a range, 0 if it is missing or None.
    pub(crate) fn flags(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64> {
        let value = self.find_int(name)?.unwrap_or(0);
        within(value, range).map_err(|error| error.within(format!("'{name}'")))
    }

    /// How many: an int that is not negative.
    pub(crate) fn count(&self, name: &'static str) -> Result<i64> {
        self.int_within(name, 0..=i64::MAX)
    }

    /// How many, or None for all.
    pub(crate) fn find_count(&self, name: &'static str) -> Result<Option<i64>> {
        match self.given(name)? {
            Some(_) => self.count(name).map(Some),
            None => Ok(None),
        }
    }

    /// A bool.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool> {
        flag(&self.get(name)?).map_err(|error| error.within(format!("'{name}'")))
    }

    /// A bool, false if it is missing or None.
    pub(crate) fn find_flag(&self, name: &'static str) -> Result<bool> {
        match self.given(name)? {
            Some(value) => flag(&value).map_err(|error| error.within(format!("'{name}'"))),
            None => Ok(false),
        }
    }

    /// A text.
    pub(crate) fn text(&self, name: &'static str) -> Result<String> {
        text(&self.get(name)?).map_err(|error| error.within(format!("'{name}'")))
    }

    /// Refuses a field that nobody asked for, unless it holds None.
    pub(crate) fn finish(&self) -> Result<()> {
        let asked = self.asked.borrow();
        for (name, value) in pairs(self.dict)? {
            let name = text(&name)?;
            if !asked.contains(&name.as_str()) && !value.is_none() {
                return Err(Error::argument(format!(
                    "it has no field '{name}'; {}",
                    suggestion(&name, &asked)
                )));
            }
        }
        Ok(())
    }
}

/// The items of a list or tuple.
pub(crate) fn items<'py>(object: &Bound<'py, PyAny>) -> Result<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = object.cast::<PyList>() {
        Ok(list.iter().collect())
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        Ok(tuple.iter().collect())
    } else {
        Err(Error::argument(format!(
            "{} is a {}, not a list",
            repr(object),
            type_name(object)
        )))
    }
}

/// An int; a bool is none.
pub(crate) fn int(object: &Bound<'_, PyAny>) -> Result<i64> {
    if !object.is_instance_of::<PyBool>() {
        if let Ok(number) = object.cast::<PyInt>() {
            return value::int_of(number);
        }
        if let Some(item) = numpy_scalar(object)?.filter(PyAnyMethods::is_instance_of::<PyInt>) {
            return int(&item);
        }
    }
    Err(Error::argument(format!(
        "{} is a {}, not an int",
        repr(object),
        type_name(object)
    )))
}

/// A bool.
pub(crate) fn flag(object: &Bound<'_, PyAny>) -> Result<bool> {
    match object.cast::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        Err(_) => Err(Error::argument(format!(
            "{} is a {}, not a bool",
            repr(object),
            type_name(object)
        ))),
    }
}

/// A text.
pub(crate) fn text(object: &Bound<'_, PyAny>) -> Result<String> {
    match object.cast::<PyString>() {
        Ok(text) => Ok(str_of(text)?.to_owned()),
        Err(_) => Err(Error::argument(format!(
            "{} is a {}, not a str",
            repr(object),
            type_name(object)
        ))),
    }
}

fn within(value: i64, range: std::ops::RangeInclusive<i64>) -> Result<i64> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(Error::argument(match *range.end() {
        i64::MAX => format!("{value} is less than {}", range.start()),
        end => format!("{value} is not one of {} to {end}", range.start()),
    }))
}
