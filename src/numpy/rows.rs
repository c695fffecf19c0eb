//! Structured arrays, or columns by name, read in Rust: a row becomes a record's bins when it is sent.

use aerospike_core::{Bin, Key};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use super::field::{Field, Kind};
use super::{Layout, Plan};
use crate::convert::key;
use crate::convert::keys::Keys;
use crate::convert::operation::bin_name;
use crate::convert::value::type_name;
use crate::error::{Error, Result};
use crate::ops::write_rows::Rows;

/// Fields that name the record of a row and are no bins of it begin like this.
pub(crate) const HIDDEN: char = '_';

/// What the rows of an array are called.
#[derive(Clone, Copy)]
pub(crate) struct Naming<'a, 'py> {
    pub(crate) namespace: &'a Bound<'py, PyAny>,
    pub(crate) set: &'a Bound<'py, PyAny>,
    pub(crate) key_field: &'a str,
}

/// The bytes of an array that are bins.
pub(crate) struct ArrayRows {
    fields: Vec<Field>,
    /// Of a row.
    size: usize,
    /// A copy of our own: it is read without the interpreter, while the caller may write into his array.
    data: Vec<u8>,
}

impl Rows for ArrayRows {
    const NAME: &'static str = "batch_write_numpy";
    const NAME_WITH_RETRY: &'static str = "batch_write_numpy_retry";

    fn bins(&self, row: usize) -> Result<Vec<Bin>> {
        let start = row * self.size;
        let record = self.data.get(start..start + self.size).unwrap_or_default();
        let bin = |field: &Field| {
            let value = field
                .read(record)
                .map_err(|error| error.within(format!("field '{}' of row {row}", field.name)))?;
            Ok(Bin::new(field.name.clone(), value))
        };
        self.fields.iter().map(bin).collect()
    }
}

impl ArrayRows {
    /// An unsigned number that no bin holds is refused before anything is sent.
    fn check(&self, rows: usize) -> Result<()> {
        let is_wide = |field: &Field| field.kind == Kind::Unsigned && field.size == 8;
        if self.fields.iter().any(is_wide) {
            (0..rows).try_for_each(|row| self.bins(row).map(drop))?;
        }
        Ok(())
    }
}

/// Reads an array, or a dict of columns; `dtype` says what it holds once more, if it is given.
pub(crate) fn read<'py>(
    data: &Bound<'py, PyAny>,
    dtype: Option<&Bound<'py, PyAny>>,
    naming: Naming<'_, 'py>,
) -> Result<(Vec<Key>, Keys, ArrayRows)> {
    let data = native(&array(data, naming.key_field)?, dtype)?;
    let plan = Layout::parse(&data.getattr("dtype")?)?.plan;
    let fields = bin_fields(data.py(), &plan, naming.key_field)?;
    let (keys, callers) = keys(&data, &plan, naming)?;
    let bytes = data.call_method0("tobytes")?;
    let bytes = bytes.cast::<PyBytes>().map_err(PyErr::from)?;
    let rows = ArrayRows {
        fields,
        size: plan.size,
        data: bytes.as_bytes().to_vec(),
    };
    let count = keys.len();
    data.py().detach(|| rows.check(count))?;
    Ok((keys, callers, rows))
}

/// The structured array that was given, or that a dict of columns makes.
fn array<'py>(data: &Bound<'py, PyAny>, key_field: &str) -> Result<Bound<'py, PyAny>> {
    let py = data.py();
    let module = py.import("aerospike_py.numpy_batch")?;
    let numpy = module.call_method0("_numpy")?;
    if data.is_instance_of::<PyDict>() {
        return Ok(module.call_method1("_structured", (data, key_field))?);
    }
    if !data.is_instance(&numpy.getattr("ndarray")?)? {
        let kind = type_name(data);
        return Err(Error::wrong_type(format!(
            "data is a NumPy array, not {kind}"
        )));
    }
    if data.is_instance(&numpy.getattr("ma")?.getattr("MaskedArray")?)? {
        return Err(Error::wrong_type(
            "data is a masked array, whose mask nothing would keep: give data.filled() or data.data",
        ));
    }
    Ok(data.clone())
}

/// The array in this machine's byte order; a copy only where it is not so already.
fn native<'py>(
    data: &Bound<'py, PyAny>,
    dtype: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>> {
    let own = data.getattr("dtype")?;
    if own.getattr("names")?.is_none() {
        return Err(Error::wrong_type(format!(
            "data is a structured array with a field for each bin, not one of {own}"
        )));
    }
    let dimensions: usize = data.getattr("ndim")?.extract()?;
    if dimensions != 1 {
        return Err(Error::value(format!(
            "data has {dimensions} dimensions: a row is a record, so that it has one"
        )));
    }
    let ours = own.call_method1("newbyteorder", ("=",))?;
    if let Some(dtype) = dtype {
        let py = data.py();
        let said = py
            .import("numpy")?
            .call_method1("dtype", (dtype,))
            .map_err(|error| super::not_a_dtype(py, error))?;
        if !ours.eq(said.call_method1("newbyteorder", ("=",))?)? {
            return Err(Error::wrong_type(format!(
                "_dtype {said} is not the dtype of data, {own}"
            )));
        }
    }
    // Objects are refused before anything looks at their bytes.
    Layout::parse(&ours)?;
    let keywords = PyDict::new(data.py());
    keywords.set_item("copy", false)?;
    Ok(data.call_method("astype", (&ours,), Some(&keywords))?)
}

/// The fields that are bins.
fn bin_fields(py: Python<'_>, plan: &Plan, key_field: &str) -> Result<Vec<Field>> {
    let is_bin = |field: &&Field| !field.name.starts_with(HIDDEN) && field.name != key_field;
    let fields: Vec<Field> = plan.fields.iter().filter(is_bin).cloned().collect();
    if fields.is_empty() {
        return Err(Error::value("data has no field for a bin"));
    }
    for field in &fields {
        bin_name(PyString::new(py, &field.name).as_any())?;
    }
    Ok(fields)
}

/// The key of each row.
fn keys<'py>(
    data: &Bound<'py, PyAny>,
    plan: &Plan,
    naming: Naming<'_, 'py>,
) -> Result<(Vec<Key>, Keys)> {
    let find = |name: &str| plan.fields.iter().find(|field| field.name == name);
    let is_key = |field: &Field| matches!(field.kind, Kind::Signed | Kind::Unsigned | Kind::Text);
    if !find(naming.key_field).is_some_and(is_key) {
        let names: Vec<_> = plan.fields.iter().map(|field| &*field.name).collect();
        return Err(Error::argument(format!(
            "key_field '{}' is not a field of integers or bytes (S); fields are {}",
            naming.key_field,
            names.join(", ")
        )));
    }
    let user_keys = column(data, naming.key_field)?;
    let own = |name| find(name).map(|_| column(data, name)).transpose();
    let (namespaces, sets) = (own("_namespace")?, own("_set")?);
    let at = |row| format!("field '{}' of row {row}", naming.key_field);
    if namespaces.is_none() && sets.is_none() {
        return Keys::of_column(naming.namespace, naming.set, user_keys, at);
    }
    let or = |column: &Option<Vec<Bound<'py, PyAny>>>, row: usize, common: &Bound<'py, PyAny>| {
        let found = column.as_ref().and_then(|column| column.get(row));
        found.unwrap_or(common).clone()
    };
    let (mut keys, mut callers) = (Vec::new(), Vec::new());
    for (row, user_key) in user_keys.into_iter().enumerate() {
        let namespace = or(&namespaces, row, naming.namespace);
        let set = or(&sets, row, naming.set);
        let tuple = PyTuple::new(data.py(), [namespace, set, user_key])?.into_any();
        keys.push(key::parse(&tuple).map_err(|error| error.within(at(row)))?);
        callers.push(tuple.unbind());
    }
    Ok((keys, Keys::Tuples(callers)))
}

/// A field as Python objects. Bytes, which NumPy gives without their padding, are text where they can be: so keys are given elsewhere.
fn column<'py>(data: &Bound<'py, PyAny>, name: &str) -> Result<Vec<Bound<'py, PyAny>>> {
    let list = data.get_item(name)?.call_method0("tolist")?;
    let as_text = |item: Bound<'py, PyAny>| {
        let text = item
            .cast::<PyBytes>()
            .ok()
            .and_then(|bytes| std::str::from_utf8(bytes.as_bytes()).ok())
            .map(|text| PyString::new(item.py(), text).into_any());
        text.unwrap_or(item)
    };
    Ok(list
        .try_iter()?
        .map(|item| item.map(as_text))
        .collect::<PyResult<_>>()?)
}
