//! Users, roles and privileges.

use aerospike_core::{Privilege, PrivilegeCode, Role, User, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::argument;
use super::keys::items_of;
use super::pairs::pairs;
use super::suggestion::suggestion;
use super::value::{repr, str_of, type_name};
use crate::error::{Error, Result};
use crate::ops::command::{description, list, text};

/// Names of privileges, each with its code on the wire (protocol section 5) and whether it can be bound to a namespace.
const PRIVILEGES: &[(&str, u8)] = &[
    ("user-admin", 0),
    ("sys-admin", 1),
    ("data-admin", 2),
    ("udf-admin", 3),
    ("sindex-admin", 4),
    ("read", 10),
    ("read-write", 11),
    ("read-write-udf", 12),
    ("write", 13),
    ("truncate", 14),
    ("masking-admin", 15),
    ("read-masked", 16),
    ("write-masked", 17),
];
/// From this code on they can.
const SCOPED: u8 = 10;

/// A list of dicts `{"code": PRIV_* or a name, "ns": …, "set": …}`.
pub(crate) fn privileges(object: &Bound<'_, PyAny>) -> Result<Vec<Privilege>> {
    items_of(object, "privileges")?
        .iter()
        .enumerate()
        .map(|(index, item)| {
            privilege(item).map_err(|error| error.within(format!("privileges[{index}]")))
        })
        .collect()
}

fn privilege(object: &Bound<'_, PyAny>) -> Result<Privilege> {
    let dict = object.cast::<PyDict>().map_err(|_| {
        Error::wrong_type(format!("a privilege is a dict, not {}", type_name(object)))
    })?;
    let (mut number, mut namespace, mut set) = (None, None, None);
    for (name, value) in pairs(dict)? {
        match argument::text(&name, "a privilege's key")?.as_str() {
            "code" => number = Some(code(&value)?),
            "ns" => namespace = scope(&value, "ns")?,
            "set" => set = scope(&value, "set")?,
            other => {
                let known = suggestion(other, &["code", "ns", "set"]);
                return Err(Error::argument(format!(
                    "it has no field '{other}'; {known}"
                )));
            }
        }
    }
    let number = number.ok_or_else(|| Error::argument("'code' is missing"))?;
    if set.is_some() && namespace.is_none() {
        return Err(Error::argument("'set' needs 'ns'"));
    }
    if namespace.is_some() && number < SCOPED {
        return Err(Error::argument(format!(
            "privilege {number} holds everywhere and cannot be bound to a namespace"
        )));
    }
    let code = PrivilegeCode::try_from(number)?;
    Ok(Privilege::new(code, namespace, set))
}

fn code(value: &Bound<'_, PyAny>) -> Result<u8> {
    if let Ok(name) = value.cast::<PyString>() {
        let name = str_of(name)?.replace('_', "-");
        let found = PRIVILEGES.iter().find(|(known, _)| *known == name);
        return found.map(|(_, code)| *code).ok_or_else(|| {
            let known: Vec<_> = PRIVILEGES.iter().map(|(known, _)| *known).collect();
            Error::argument(format!(
                "'{name}' is not a privilege; {}",
                suggestion(&name, &known)
            ))
        });
    }
    let number: i64 = argument::number(Some(value), "'code'")?;
    PRIVILEGES
        .iter()
        .map(|(_, code)| *code)
        .find(|code| i64::from(*code) == number)
        .ok_or_else(|| Error::argument(format!("'code': {} is not one of PRIV_*", repr(value))))
}

/// A namespace or a set; None and the empty one stand for all.
fn scope(value: &Bound<'_, PyAny>, what: &str) -> Result<Option<String>> {
    if value.is_none() {
        return Ok(None);
    }
    let name = argument::text(value, what)?;
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// A user as a dict.
pub(crate) fn user(user: &User) -> Value {
    let numbers =
        |numbers: &[u32]| Value::List(numbers.iter().map(|&number| number.into()).collect());
    description([
        ("user", text(&user.user)),
        ("roles", list(&user.roles)),
        ("conns_in_use", user.conns_in_use.into()),
        ("read_info", numbers(&user.read_info)),
        ("write_info", numbers(&user.write_info)),
    ])
}

/// A role as a dict.
pub(crate) fn role(role: &Role) -> Value {
    description([
        ("name", text(&role.name)),
        (
            "privileges",
            Value::List(role.privileges.iter().map(scoped).collect()),
        ),
        ("allowlist", list(&role.allowlist)),
        ("read_quota", role.read_quota.into()),
        ("write_quota", role.write_quota.into()),
    ])
}

fn scoped(privilege: &Privilege) -> Value {
    let name = |name: &Option<String>| text(name.as_deref().unwrap_or_default());
    description([
        ("code", i64::from(u8::from(&privilege.code)).into()),
        ("ns", name(&privilege.namespace)),
        ("set", name(&privilege.set_name)),
    ])
}
