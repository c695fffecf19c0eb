//! Many keys: a sequence of key tuples, the columns `(namespace, set, [user keys…])`, or an array of user
//! keys.

use aerospike_core::Key;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyMemoryView, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::key::{self, parse_namespace, parse_set};
use super::value::type_name;
use crate::error::{Error, Result};

/// The caller's own objects, for the keys of the reply.
pub(crate) enum Keys {
    /// Key tuples.
    Tuples(Vec<Py<PyAny>>),
    /// User keys of one namespace and set.
    Column {
        namespace: Py<PyAny>,
        set: Py<PyAny>,
        user_keys: Vec<Py<PyAny>>,
    },
}

impl Keys {
    /// Reads the `keys` argument.
    pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<(Vec<Key>, Self)> {
        if let Some((namespace, set, column)) = as_columns(object)? {
            return Self::parse_column(&namespace, &set, &column);
        }
        let items = items_of(object, "keys")?;
        let mut keys = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            keys.push(key::parse(item).map_err(|error| error.within(format!("keys[{index}]")))?);
        }
        Ok((
            keys,
            Self::Tuples(items.into_iter().map(Bound::unbind).collect()),
        ))
    }

    /// Reads a `keys` argument whose keys may also be pairs of a key and a meta dict: keys, what is made of their metas or else the
    /// `common`, and the caller's own objects.
    pub(crate) fn parse_with_meta<T: Clone>(
        object: &Bound<'_, PyAny>,
        common: &T,
        read: impl Fn(&Bound<'_, PyAny>) -> Result<T>,
    ) -> Result<(Vec<Key>, Vec<T>, Self)> {
        if as_columns(object)?.is_some() {
            let (keys, callers) = Self::parse(object)?;
            let said = vec![common.clone(); keys.len()];
            return Ok((keys, said, callers));
        }
        let (mut keys, mut said, mut callers) = (Vec::new(), Vec::new(), Vec::new());
        for (index, item) in items_of(object, "keys")?.into_iter().enumerate() {
            let within = |error: Error| error.within(format!("keys[{index}]"));
            let (caller, own) = match as_pair(&item)? {
                None => (item, common.clone()),
                Some((key, meta)) => (key, read(&meta).map_err(within)?),
            };
            keys.push(key::parse(&caller).map_err(within)?);
            said.push(own);
            callers.push(caller.unbind());
        }
        Ok((keys, said, Self::Tuples(callers)))
    }

    /// User keys of one namespace and set.
    pub(crate) fn parse_column(
        namespace: &Bound<'_, PyAny>,
        set: &Bound<'_, PyAny>,
        column: &Bound<'_, PyAny>,
    ) -> Result<(Vec<Key>, Self)> {
        // An array gives its elements as plain Python objects faster in one go.
        let column = match column.getattr("tolist") {
            Ok(tolist) => tolist.call0()?,
            Err(_) => column.clone(),
        };
        let items = items_of(&column, "user keys")?;
        Self::of_column(namespace, set, items, |row| format!("user keys[{row}]"))
    }

    /// The same, of user keys taken apart; `at` says where one of them stands.
    pub(crate) fn of_column(
        namespace: &Bound<'_, PyAny>,
        set: &Bound<'_, PyAny>,
        user_keys: Vec<Bound<'_, PyAny>>,
        at: impl Fn(usize) -> String,
    ) -> Result<(Vec<Key>, Self)> {
        let (namespace_name, set_name) = (parse_namespace(namespace)?, parse_set(set)?);
        let mut keys = Vec::with_capacity(user_keys.len());
        for (row, user_key) in user_keys.iter().enumerate() {
            let key = key::make(namespace_name, set_name, user_key, None);
            keys.push(key.map_err(|error| error.within(at(row)))?);
        }
        let column = Self::Column {
            namespace: namespace.clone().unbind(),
            set: set.clone().unbind(),
            user_keys: user_keys.into_iter().map(Bound::unbind).collect(),
        };
        Ok((keys, column))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Tuples(tuples) => tuples.len(),
            Self::Column { user_keys, .. } => user_keys.len(),
        }
    }

    /// The caller's user key; None if only a digest was given.
    pub(crate) fn user_key<'py>(
        &self,
        py: Python<'py>,
        index: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Tuples(tuples) => {
                Ok(element(py, tuples, index)?.cast::<PyTuple>()?.get_item(2)?)
            }
            Self::Column { user_keys, .. } => element(py, user_keys, index),
        }
    }

    /// The user key as a dict can hold it: where it cannot be hashed, as a bytearray, its bytes.
    pub(crate) fn dict_key<'py>(
        &self,
        py: Python<'py>,
        index: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let key = self.user_key(py, index)?;
        let changes = key.is_instance_of::<PyByteArray>() || key.is_instance_of::<PyMemoryView>();
        if changes {
            return py.get_type::<PyBytes>().call1((key,));
        }
        Ok(key)
    }

    /// The `AerospikeKey` of a row.
    pub(crate) fn to_python<'py>(
        &self,
        py: Python<'py>,
        index: usize,
        digest: &[u8; 20],
    ) -> PyResult<Bound<'py, PyAny>> {
        let (namespace, set, user_key) = match self {
            Self::Tuples(tuples) => {
                let tuple = element(py, tuples, index)?;
                let tuple = tuple.cast::<PyTuple>()?;
                (tuple.get_item(0)?, tuple.get_item(1)?, tuple.get_item(2)?)
            }
            Self::Column {
                namespace,
                set,
                user_keys,
            } => (
                namespace.bind(py).clone(),
                set.bind(py).clone(),
                element(py, user_keys, index)?,
            ),
        };
        key::to_python(py, namespace, set_or_empty(set), user_key, digest)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        match self {
            Self::Tuples(objects)
            | Self::Column {
                user_keys: objects, ..
            } => objects.iter().try_for_each(|object| visit.call(object)),
        }
    }
}

/// A set given as None is the empty one, also when it comes back.
pub(crate) fn set_or_empty(set: Bound<'_, PyAny>) -> Bound<'_, PyAny> {
    if set.is_none() {
        PyString::new(set.py(), "").into_any()
    } else {
        set
    }
}

fn element<'py>(
    py: Python<'py>,
    objects: &[Py<PyAny>],
    index: usize,
) -> PyResult<Bound<'py, PyAny>> {
    objects
        .get(index)
        .map(|object| object.bind(py).clone())
        .ok_or_else(|| PyTypeError::new_err("no such row"))
}

/// A namespace, a set and their user keys.
type Columns<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// `(namespace, set, [user keys…])`, if it is that: a key tuple ends in one user key, this in many.
pub(crate) fn as_columns<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Columns<'py>>> {
    let Ok(tuple) = object.cast::<PyTuple>() else {
        return Ok(None);
    };
    if tuple.len() < 3 || !tuple.get_item(0)?.is_instance_of::<PyString>() {
        return Ok(None);
    }
    let column = tuple.get_item(2)?;
    let is_many = column.is_instance_of::<PyList>()
        || column.is_instance_of::<PyTuple>()
        || column.hasattr("tolist")? && column.hasattr("__len__")? && column.len().is_ok();
    if tuple.len() == 3 && is_many {
        return Ok(Some((tuple.get_item(0)?, tuple.get_item(1)?, column)));
    }
    Err(Error::wrong_type("keys is one key: give a list of keys"))
}

/// `(key, meta)`, if it is that: its first element is a key, where that of a key is a namespace.
fn as_pair<'py>(
    item: &Bound<'py, PyAny>,
) -> Result<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    let Ok(tuple) = item.cast::<PyTuple>() else {
        return Ok(None);
    };
    if tuple.len() != 2 || !tuple.get_item(0)?.is_instance_of::<PyTuple>() {
        return Ok(None);
    }
    Ok(Some((tuple.get_item(0)?, tuple.get_item(1)?)))
}

/// The elements of any sequence but a str.
pub(crate) fn items_of<'py>(
    object: &Bound<'py, PyAny>,
    what: &str,
) -> Result<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = object.cast::<PyList>() {
        return Ok(list.iter().collect());
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return Ok(tuple.iter().collect());
    }
    let is_text = object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>();
    if is_text || object.is_instance_of::<PyDict>() {
        return Err(Error::wrong_type(format!(
            "{what} is a sequence, not a {}",
            type_name(object)
        )));
    }
    match object.try_iter() {
        Ok(items) => Ok(items.collect::<PyResult<_>>()?),
        Err(_) => Err(Error::wrong_type(format!(
            "{what} is a sequence, not a {}",
            type_name(object)
        ))),
    }
}
