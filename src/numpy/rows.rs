//! Structured arrays read in Rust: a row becomes a record's bins.

use aerospike_core::{Bin, Value};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use super::{Field, Kind, Layout};
use crate::convert::operation::bin_name;
use crate::convert::value::{float, repr, type_name};
use crate::error::{Error, Result};

/// Fields that name the record of a row and are no bins of it begin like this.
const HIDDEN: char = '_';

/// An array's rows: keys as Python objects, bins as the core's.
pub(crate) struct Rows<'py> {
    pub(crate) keys: Vec<Bound<'py, PyAny>>,
    pub(crate) bins: Vec<Vec<Bin>>,
}

/// What the rows of an array are called.
#[derive(Clone, Copy)]
pub(crate) struct Naming<'a, 'py> {
    pub(crate) namespace: &'a Bound<'py, PyAny>,
    pub(crate) set: &'a Bound<'py, PyAny>,
    pub(crate) key_field: &'a str,
}

/// Reads an array whose dtype is said once more in `dtype`.
pub(crate) fn read<'py>(
    data: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyAny>,
    naming: Naming<'_, 'py>,
) -> Result<Rows<'py>> {
    let data = native(data, dtype)?;
    let layout = Layout::parse(&data.getattr("dtype")?)?;
    let keys = keys(&data, &layout, naming)?;
    Ok(Rows {
        keys,
        bins: bins(&data, &layout, naming.key_field)?,
    })
}

/// The array in one piece and in this machine's byte order; a copy only where it is not so already.
fn native<'py>(data: &Bound<'py, PyAny>, dtype: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    let py = data.py();
    let numpy = py
        .import("aerospike_py.numpy_batch")?
        .call_method0("_numpy")?;
    if !data.is_instance(&numpy.getattr("ndarray")?)? {
        let kind = type_name(data);
        return Err(Error::wrong_type(format!(
            "data is a NumPy array, not {kind}"
        )));
    }
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
    let said = numpy
        .call_method1("dtype", (dtype,))
        .map_err(|error| super::not_a_dtype(py, error))?;
    let ours = own.call_method1("newbyteorder", ("=",))?;
    if !ours.eq(said.call_method1("newbyteorder", ("=",))?)? {
        return Err(Error::wrong_type(format!(
            "_dtype {said} is not the dtype of data, {own}"
        )));
    }
    // Objects are refused before anything looks at their bytes.
    Layout::parse(&ours)?;
    let swapped = data.call_method1("astype", (&ours,))?;
    Ok(numpy.call_method1("ascontiguousarray", (swapped,))?)
}

/// The key tuple of each row.
fn keys<'py>(
    data: &Bound<'py, PyAny>,
    layout: &Layout,
    naming: Naming<'_, 'py>,
) -> Result<Vec<Bound<'py, PyAny>>> {
    let py = data.py();
    let field = layout
        .fields
        .iter()
        .find(|field| field.name == naming.key_field);
    if !field.is_some_and(|field| matches!(field.kind, Kind::Signed | Kind::Unsigned | Kind::Text))
    {
        let names: Vec<_> = layout
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        return Err(Error::argument(format!(
            "key_field '{}' is not a field of integers or bytes (S); fields are {}",
            naming.key_field,
            names.join(", ")
        )));
    }
    let user_keys = column(data, naming.key_field)?;
    let has = |name: &str| layout.fields.iter().any(|field| field.name == name);
    let own = |name: &str| has(name).then(|| column(data, name)).transpose();
    let (namespaces, sets) = (own("_namespace")?, own("_set")?);
    let or = |column: &Option<Vec<Bound<'py, PyAny>>>, row: usize, common: &Bound<'py, PyAny>| {
        let found = column.as_ref().and_then(|column| column.get(row));
        found.unwrap_or(common).clone()
    };
    user_keys
        .into_iter()
        .enumerate()
        .map(|(row, user_key)| {
            let namespace = or(&namespaces, row, naming.namespace);
            let set = or(&sets, row, naming.set);
            Ok(PyTuple::new(py, [namespace, set, user_key])?.into_any())
        })
        .collect()
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

/// The bins of each row.
fn bins(data: &Bound<'_, PyAny>, layout: &Layout, key_field: &str) -> Result<Vec<Vec<Bin>>> {
    let py = data.py();
    let fields: Vec<&Field> = layout
        .fields
        .iter()
        .filter(|field| !field.name.starts_with(HIDDEN) && field.name != key_field)
        .collect();
    if fields.is_empty() {
        return Err(Error::value("data has no field for a bin"));
    }
    for field in &fields {
        bin_name(PyString::new(py, &field.name).as_any())?;
    }
    let bytes = data.call_method1("view", ("u1",))?;
    let bytes = bytes
        .cast::<PyArray1<u8>>()
        .map_err(|_| Error::client(format!("{} is not bytes", repr(data))))?
        .try_readonly()
        .map_err(|error| Error::client(error.to_string()))?;
    let bytes = bytes
        .as_slice()
        .map_err(|error| Error::client(error.to_string()))?;
    // An array of no rows has no bytes either.
    bytes
        .chunks_exact(layout.size.max(1))
        .enumerate()
        .map(|(row, record)| {
            let bin = |field: &&Field| {
                let value = field.read(record).map_err(|error| {
                    error.within(format!("field '{}' of row {row}", field.name))
                })?;
                Ok(Bin::new(field.name.clone(), value))
            };
            fields.iter().map(bin).collect()
        })
        .collect()
}

impl Field {
    /// The value of this field in the bytes of a row.
    fn read(&self, row: &[u8]) -> Result<Value> {
        let bytes = row
            .get(self.offset..self.offset + self.size)
            .unwrap_or_default();
        Ok(match self.kind {
            Kind::Signed => Value::Int(signed(bytes)),
            Kind::Unsigned => {
                let number = unsigned(bytes);
                if self.size == 8 && number < 0 {
                    return Err(Error::overflow(format!(
                        "{} does not fit into a signed 64-bit integer",
                        number.cast_unsigned()
                    )));
                }
                Value::Int(number)
            }
            Kind::Float => float(real(bytes)),
            Kind::Text | Kind::Bytes => Value::Blob(bytes.to_vec()),
        })
    }
}

/// An integer with sign, of 1, 2, 4 or 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i64::from(i8::from_ne_bytes([a])),
        [a, b] => i64::from(i16::from_ne_bytes([a, b])),
        [a, b, c, d] => i64::from(i32::from_ne_bytes([a, b, c, d])),
        _ => <[u8; 8]>::try_from(bytes).map_or(0, i64::from_ne_bytes),
    }
}

/// The same without sign; of 8 bytes the bits.
fn unsigned(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i64::from(a),
        [a, b] => i64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => i64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => signed(bytes),
    }
}

fn real(bytes: &[u8]) -> f64 {
    match *bytes {
        [a, b] => half::f16::from_ne_bytes([a, b]).to_f64(),
        [a, b, c, d] => f64::from(f32::from_ne_bytes([a, b, c, d])),
        _ => <[u8; 8]>::try_from(bytes).map_or(f64::NAN, f64::from_ne_bytes),
    }
}
