//! A dict of settings: look-ups by name and type, whose errors name the setting.

use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use super::suggestion::suggestion;
use super::value::{repr, type_name};
use crate::error::{Error, Result};

/// Names and what to say of each.
pub(super) type Advice<'a> = &'a [(&'a str, &'a str)];

/// The configuration, or a dict within it.
pub(super) struct Settings<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    /// What stands before a name in messages: the way to this dict.
    path: &'static str,
}

impl<'a, 'py> Settings<'a, 'py> {
    pub(super) fn new(dict: &'a Bound<'py, PyDict>, path: &'static str) -> Self {
        Self { dict, path }
    }

    /// Refuses names that nothing has a use for; warns of those that mean nothing here.
    pub(super) fn check_names(&self, known: &[&str], meaningless: Advice<'_>) -> Result<()> {
        let (py, path) = (self.dict.py(), self.path);
        for name in self.dict.keys() {
            let name: String = name.extract().map_err(|_| {
                Error::argument(format!("configuration names are str, not {}", repr(&name)))
            })?;
            if let Some((_, advice)) = meaningless.iter().find(|(known, _)| *known == name) {
                let message = std::ffi::CString::new(format!(
                    "configuration '{path}{name}' has no meaning here: {advice}"
                ))
                .map_err(|_| Error::value("configuration names hold no NUL"))?;
                PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 1)?;
            } else if !known.contains(&name.as_str()) {
                return Err(Error::argument(format!(
                    "configuration '{path}{name}' is unknown; {}",
                    suggestion(&name, known)
                )));
            }
        }
        Ok(())
    }

    /// What is there; None counts as nothing.
    pub(super) fn get(&self, name: &str) -> Result<Option<Bound<'py, PyAny>>> {
        Ok(self.dict.get_item(name)?.filter(|value| !value.is_none()))
    }

    /// None is no number, and least of all a timeout.
    pub(super) fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.dict.get_item(name)? else {
            return Ok(None);
        };
        let number: i64 = if value.is_instance_of::<PyBool>() {
            return Err(self.bad(name, &value, "an int"));
        } else {
            value
                .extract()
                .map_err(|_| self.bad(name, &value, "an int"))?
        };
        T::try_from(number)
            .map(Some)
            .map_err(|_| self.refused(name, format!("{number} is out of range")))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.get(name)?
            .map(|value| {
                value
                    .extract()
                    .map_err(|_| self.bad(name, &value, "a bool"))
            })
            .transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        self.get(name)?
            .map(|value| value.extract().map_err(|_| self.bad(name, &value, "a str")))
            .transpose()
    }

    /// A text that no message may show.
    pub(super) fn secret(&self, name: &str) -> Result<Option<String>> {
        self.get(name)?
            .map(|value| {
                value.extract().map_err(|_| {
                    self.refused(name, format!("a {} is not a str", type_name(&value)))
                })
            })
            .transpose()
    }

    pub(super) fn bad(&self, name: &str, value: &Bound<'_, PyAny>, wanted: &str) -> Error {
        self.refused(name, format!("{} is not {wanted}", repr(value)))
    }

    /// The error that names a setting.
    pub(super) fn refused(&self, name: &str, why: impl std::fmt::Display) -> Error {
        Error::argument(format!("configuration '{}{name}': {why}", self.path))
    }
}
