//! Arguments that are names, texts and numbers.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use super::key::{parse_namespace, parse_set};
use super::keys::items_of;
use super::value::{repr, str_of, type_name};
use crate::error::{Error, Result};

/// What separates the words of an info command: in a name it would be a command of its own.
const SEPARATORS: [char; 5] = [';', ':', '=', '\n', '\0'];

/// A str.
pub(crate) fn text(object: &Bound<'_, PyAny>, what: &str) -> Result<String> {
    let text = object.cast::<PyString>().map_err(|_| {
        let kind = type_name(object);
        Error::wrong_type(format!("{what} is a str, not {kind}"))
    })?;
    str_of(text).map(str::to_owned)
}

/// Several str.
pub(crate) fn texts(object: &Bound<'_, PyAny>, what: &str) -> Result<Vec<String>> {
    items_of(object, what)?
        .iter()
        .enumerate()
        .map(|(index, item)| text(item, &format!("{what}[{index}]")))
        .collect()
}

/// A name that has a place in an info command.
pub(crate) fn name(object: &Bound<'_, PyAny>, what: &str) -> Result<String> {
    let name = text(object, what)?;
    if name.is_empty() {
        return Err(Error::value(format!("{what} is empty")));
    }
    check_name(&name, object, what)?;
    Ok(name)
}

fn check_name(name: &str, object: &Bound<'_, PyAny>, what: &str) -> Result<()> {
    if name.contains(SEPARATORS) {
        return Err(Error::value(format!(
            "{what} {} holds one of ; : = or a line's end",
            repr(object)
        )));
    }
    Ok(())
}

/// A namespace that has a place in an info command.
pub(crate) fn namespace(object: &Bound<'_, PyAny>) -> Result<String> {
    let name = parse_namespace(object)?;
    check_name(name, object, "namespace")?;
    Ok(name.to_owned())
}

/// A set that has a place in an info command; None is the empty one, which stands for all.
pub(crate) fn set(object: Option<&Bound<'_, PyAny>>) -> Result<String> {
    let Some(object) = object else {
        return Ok(String::new());
    };
    let name = parse_set(object)?;
    check_name(name, object, "set")?;
    Ok(name.to_owned())
}

/// An int in the range of `T`; left out it is zero.
pub(crate) fn number<T: TryFrom<i64> + Default>(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
) -> Result<T> {
    let Some(object) = object else {
        return Ok(T::default());
    };
    let wrong = || Error::argument(format!("{what} {} is not such a number", repr(object)));
    if object.is_instance_of::<PyBool>() {
        return Err(wrong());
    }
    let number: i64 = object.extract().map_err(|_| wrong())?;
    T::try_from(number).map_err(|_| wrong())
}

/// A bool; left out it is what is given here.
pub(crate) fn flag(object: Option<&Bound<'_, PyAny>>, what: &str, unsaid: bool) -> Result<bool> {
    let Some(object) = object else {
        return Ok(unsaid);
    };
    object
        .cast::<PyBool>()
        .map(PyBoolMethods::is_true)
        .map_err(|_| Error::wrong_type(format!("{what} is a bool, not {}", repr(object))))
}
