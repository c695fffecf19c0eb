//! Arrow tables read for writing: a row becomes a record's bins when it is sent.

use aerospike_core::{Bin, IndexMap, Key, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::capsule::import_batches;
use crate::convert::key::{self, parse_namespace, parse_set};
use crate::convert::keys::Keys;
use crate::convert::operation::bin_name;
use crate::convert::value::float;
use crate::error::{Error, Result};
use crate::numpy::rows::{HIDDEN, Naming};
use crate::ops::write_rows::Rows;

/// The columns of a table that are bins.
pub(crate) struct ArrowRows {
    /// With the rows before each.
    batches: Vec<(usize, RecordBatch)>,
    /// Which columns, with their names.
    columns: Vec<(usize, String)>,
}

impl Rows for ArrowRows {
    const NAME: &'static str = "write_arrow";
    const NAME_WITH_RETRY: &'static str = "write_arrow_retry";

    fn bins(&self, row: usize) -> Result<Vec<Bin>> {
        let at = self.batches.partition_point(|(before, _)| *before <= row);
        let Some((before, batch)) = at.checked_sub(1).and_then(|at| self.batches.get(at)) else {
            return Ok(Vec::new());
        };
        let mut bins = Vec::with_capacity(self.columns.len());
        for (index, name) in &self.columns {
            let value = value(batch.column(*index), row - before)
                .map_err(|error| error.within(format!("column '{name}' of row {row}")))?;
            if !matches!(value, Value::Nil) {
                bins.push(Bin::new(name.clone(), value));
            }
        }
        Ok(bins)
    }
}

impl ArrowRows {
    /// What cannot be written is refused before anything is sent.
    fn check(&self, rows: usize, schema: &Schema) -> Result<()> {
        let mut has_wide = false;
        for (index, name) in &self.columns {
            let data_type = schema.field(*index).data_type();
            has_wide |=
                check_type(data_type).map_err(|error| error.within(format!("column '{name}'")))?;
        }
        let is_whole = |(index, _): &(usize, String)| {
            let mut batches = self.batches.iter();
            batches.all(|(_, batch)| batch.column(*index).logical_null_count() == 0)
        };
        if !has_wide && self.columns.iter().any(is_whole) {
            return Ok(());
        }
        (0..rows).try_for_each(|row| {
            if self.bins(row)?.is_empty() {
                return Err(Error::value(format!(
                    "row {row} has no value, and a record has at least one bin"
                )));
            }
            Ok(())
        })
    }
}

/// Reads a table of anything that has one.
pub(crate) fn read(
    data: &Bound<'_, PyAny>,
    naming: Naming<'_, '_>,
) -> Result<(Vec<Key>, Keys, ArrowRows)> {
    let py = data.py();
    let (namespace, set) = (parse_namespace(naming.namespace)?, parse_set(naming.set)?);
    let (schema, all) = import_batches(data)?;
    let columns = columns(py, &schema, naming.key_field)?;
    let place = Place {
        namespace,
        set,
        key: column(&schema, naming.key_field)?,
        namespaces: schema.index_of("_namespace").ok(),
        sets: schema.index_of("_set").ok(),
    };
    let mut batches = Vec::with_capacity(all.len());
    let mut rows = 0;
    for batch in all {
        let count = batch.num_rows();
        batches.push((rows, batch));
        rows += count;
    }
    let table = ArrowRows { batches, columns };
    let keys = py.detach(|| {
        let keys = place.keys(&table.batches, naming.key_field)?;
        table.check(rows, &schema)?;
        Ok::<_, Error>(keys)
    })?;
    Ok((keys.clone(), Keys::Known(keys), table))
}

/// Where the keys are.
struct Place<'a> {
    namespace: &'a str,
    set: &'a str,
    key: usize,
    namespaces: Option<usize>,
    sets: Option<usize>,
}

impl Place<'_> {
    fn keys(&self, batches: &[(usize, RecordBatch)], name: &str) -> Result<Vec<Key>> {
        let mut keys = Vec::new();
        for (before, batch) in batches {
            for row in 0..batch.num_rows() {
                let within =
                    |error: Error| error.within(format!("column '{name}' of row {}", before + row));
                let user_key = value(batch.column(self.key), row).map_err(within)?;
                let namespace = own(batch, self.namespaces, row)?;
                let set = own(batch, self.sets, row)?;
                let key = key::of_value(
                    namespace.as_deref().unwrap_or(self.namespace),
                    set.as_deref().unwrap_or(self.set),
                    user_key,
                );
                keys.push(key.map_err(within)?);
            }
        }
        Ok(keys)
    }
}

/// The text of a row's own namespace or set.
fn own(batch: &RecordBatch, column: Option<usize>, row: usize) -> Result<Option<String>> {
    let Some(column) = column else {
        return Ok(None);
    };
    match value(batch.column(column), row)? {
        Value::String(text) => Ok(Some(text)),
        Value::Nil => Ok(None),
        _ => Err(Error::wrong_type(
            "columns '_namespace' and '_set' hold strings",
        )),
    }
}

fn column(schema: &Schema, name: &str) -> Result<usize> {
    schema.index_of(name).map_err(|_| {
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        Error::argument(format!(
            "key '{name}' is no column; there are {}",
            names.join(", ")
        ))
    })
}

/// The columns that are bins.
fn columns(py: Python<'_>, schema: &Schema, key: &str) -> Result<Vec<(usize, String)>> {
    let mut columns = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        if name == key || name.starts_with(HIDDEN) {
            continue;
        }
        bin_name(PyString::new(py, name).as_any())?;
        columns.push((index, name.clone()));
    }
    if columns.is_empty() {
        return Err(Error::value("data has no column for a bin"));
    }
    Ok(columns)
}

/// Refuses what no bin can hold. Returns whether single values may be too large, too.
fn check_type(data_type: &DataType) -> Result<bool> {
    use DataType as D;
    Ok(match data_type {
        D::UInt64 => true,
        D::Null
        | D::Boolean
        | D::Int8
        | D::Int16
        | D::Int32
        | D::Int64
        | D::UInt8
        | D::UInt16
        | D::UInt32
        | D::Float16
        | D::Float32
        | D::Float64
        | D::Utf8
        | D::LargeUtf8
        | D::Utf8View
        | D::Binary
        | D::LargeBinary
        | D::BinaryView
        | D::FixedSizeBinary(_)
        | D::Timestamp(..)
        | D::Duration(_)
        | D::Date32
        | D::Date64
        | D::Time32(_)
        | D::Time64(_) => false,
        D::List(item) | D::LargeList(item) | D::FixedSizeList(item, _) => {
            check_type(item.data_type())?
        }
        D::Dictionary(_, values) => check_type(values)?,
        D::Struct(fields) => fields.iter().try_fold(false, |wide, field| {
            Ok::<_, Error>(wide | check_type(field.data_type())?)
        })?,
        D::Map(entries, _) => {
            check_type(entries.data_type())?;
            // Keys of any type, but not any key.
            true
        }
        other => {
            return Err(Error::wrong_type(format!(
                "{other} is no type of a bin: cast it to a float, an integer or a string"
            )));
        }
    })
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

fn integer<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, row: usize) -> Value {
    Value::Int(primitive::<T>(array, row).into())
}

/// The value of a cell; a null is Nil.
fn value(array: &dyn Array, row: usize) -> Result<Value> {
    use DataType as D;
    if array.is_null(row) {
        return Ok(Value::Nil);
    }
    Ok(match array.data_type() {
        // Its cells are null without being marked so.
        D::Null => Value::Nil,
        D::Boolean => Value::Bool(array.as_boolean().value(row)),
        D::Int8 => integer::<Int8Type>(array, row),
        D::Int16 => integer::<Int16Type>(array, row),
        D::Int32 => integer::<Int32Type>(array, row),
        D::Int64 => integer::<Int64Type>(array, row),
        D::UInt8 => integer::<UInt8Type>(array, row),
        D::UInt16 => integer::<UInt16Type>(array, row),
        D::UInt32 => integer::<UInt32Type>(array, row),
        D::UInt64 => {
            let number = primitive::<UInt64Type>(array, row);
            let fits = i64::try_from(number).map_err(|_| {
                Error::overflow(format!(
                    "{number} does not fit into a signed 64-bit integer"
                ))
            });
            Value::Int(fits?)
        }
        D::Float16 => float(primitive::<Float16Type>(array, row).to_f64()),
        D::Float32 => float(f64::from(primitive::<Float32Type>(array, row))),
        D::Float64 => float(primitive::<Float64Type>(array, row)),
        D::Utf8 => Value::String(array.as_string::<i32>().value(row).to_owned()),
        D::LargeUtf8 => Value::String(array.as_string::<i64>().value(row).to_owned()),
        D::Utf8View => Value::String(array.as_string_view().value(row).to_owned()),
        D::Binary => Value::Blob(array.as_binary::<i32>().value(row).to_vec()),
        D::LargeBinary => Value::Blob(array.as_binary::<i64>().value(row).to_vec()),
        D::BinaryView => Value::Blob(array.as_binary_view().value(row).to_vec()),
        D::FixedSizeBinary(_) => Value::Blob(array.as_fixed_size_binary().value(row).to_vec()),
        D::List(_) => list(&array.as_list::<i32>().value(row))?,
        D::LargeList(_) => list(&array.as_list::<i64>().value(row))?,
        D::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row))?,
        D::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            match value(dictionary.keys(), row)? {
                Value::Int(code) => value(dictionary.values(), code as usize)?,
                _ => Value::Nil,
            }
        }
        D::Struct(fields) => {
            let columns = array.as_struct().columns();
            let members = fields.iter().zip(columns).map(|(field, column)| {
                Ok((Value::String(field.name().clone()), value(column, row)?))
            });
            Value::OrderedMap(members.collect::<Result<IndexMap<_, _>>>()?)
        }
        D::Map(..) => map(array, row)?,
        other => Value::Int(time(array, row, other)),
    })
}

/// Dates, times and durations are integers in their unit.
fn time(array: &dyn Array, row: usize, data_type: &DataType) -> i64 {
    use DataType as D;
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match data_type {
        D::Timestamp(Second, _) => primitive::<TimestampSecondType>(array, row),
        D::Timestamp(Millisecond, _) => primitive::<TimestampMillisecondType>(array, row),
        D::Timestamp(Microsecond, _) => primitive::<TimestampMicrosecondType>(array, row),
        D::Timestamp(Nanosecond, _) => primitive::<TimestampNanosecondType>(array, row),
        D::Duration(Second) => primitive::<DurationSecondType>(array, row),
        D::Duration(Millisecond) => primitive::<DurationMillisecondType>(array, row),
        D::Duration(Microsecond) => primitive::<DurationMicrosecondType>(array, row),
        D::Duration(Nanosecond) => primitive::<DurationNanosecondType>(array, row),
        D::Date32 => primitive::<Date32Type>(array, row).into(),
        D::Date64 => primitive::<Date64Type>(array, row),
        D::Time32(Second) => primitive::<Time32SecondType>(array, row).into(),
        D::Time32(_) => primitive::<Time32MillisecondType>(array, row).into(),
        D::Time64(Nanosecond) => primitive::<Time64NanosecondType>(array, row),
        // What is left of what `check_type` lets through.
        _ => primitive::<Time64MicrosecondType>(array, row),
    }
}

fn list(items: &dyn Array) -> Result<Value> {
    let items = (0..items.len()).map(|row| value(items, row));
    Ok(Value::List(items.collect::<Result<_>>()?))
}

fn map(array: &dyn Array, row: usize) -> Result<Value> {
    let pairs = array.as_map().value(row);
    let [keys, values] = pairs.columns() else {
        return Ok(Value::Nil);
    };
    let pair = |row| {
        let key = value(keys, row)?;
        if !matches!(key, Value::String(_) | Value::Int(_) | Value::Blob(_)) {
            return Err(Error::wrong_type("map keys are integers, strings or blobs"));
        }
        Ok((key, value(values, row)?))
    };
    let pairs = (0..pairs.len()).map(pair);
    Ok(Value::OrderedMap(
        pairs.collect::<Result<IndexMap<_, _>>>()?,
    ))
}
