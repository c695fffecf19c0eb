//! Arrays of a type, made of values.

use std::sync::Arc;

use aerospike_core::Value;
use arrow_array::builder::{
    BinaryBuilder, BinaryLikeArrayBuilder, BinaryViewBuilder, BooleanBuilder,
    FixedSizeBinaryBuilder, LargeBinaryBuilder, LargeStringBuilder, PrimitiveBuilder,
    StringBuilder, StringLikeArrayBuilder, StringViewBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::{DataType, TimeUnit};
use half::f16;

use super::nested::{entries, fixed_lists, lists, maps, structs};
use crate::convert::bins::Cell;
use crate::error::{Error, Result};

/// An array, or what is wrong in which row.
pub(super) type Built = std::result::Result<ArrayRef, Misfit>;

/// A value that has no place in its column.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) row: usize,
    pub(super) error: Error,
}

/// Nil is no value.
pub(super) type Cells<'a> = [Option<&'a Value>];

/// A value as a cell.
pub(super) fn cell(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !matches!(value, Value::Nil))
}

/// Makes the array.
pub(super) fn build(cells: &Cells<'_>, data_type: &DataType) -> Built {
    // How many rows, and how many bytes they may have.
    let (rows, size) = (cells.len(), 16 * cells.len());
    match data_type {
        DataType::Null => nothing(cells),
        DataType::Boolean => booleans(cells),
        DataType::Int8 => integers::<Int8Type>(cells, data_type),
        DataType::Int16 => integers::<Int16Type>(cells, data_type),
        DataType::Int32 => integers::<Int32Type>(cells, data_type),
        DataType::Int64 => integers::<Int64Type>(cells, data_type),
        DataType::UInt8 => integers::<UInt8Type>(cells, data_type),
        DataType::UInt16 => integers::<UInt16Type>(cells, data_type),
        DataType::UInt32 => integers::<UInt32Type>(cells, data_type),
        DataType::UInt64 => integers::<UInt64Type>(cells, data_type),
        DataType::Float16 => floats::<Float16Type>(cells, f16::from_f64, f16::is_infinite),
        DataType::Float32 => floats::<Float32Type>(cells, |number| number as f32, f32::is_infinite),
        DataType::Float64 => floats::<Float64Type>(cells, |number| number, f64::is_infinite),
        DataType::Utf8 => strings(cells, StringBuilder::with_capacity(rows, size)),
        DataType::LargeUtf8 => strings(cells, LargeStringBuilder::with_capacity(rows, size)),
        DataType::Utf8View => strings(cells, StringViewBuilder::with_capacity(rows)),
        DataType::Binary => binaries(cells, BinaryBuilder::with_capacity(rows, size)),
        DataType::LargeBinary => binaries(cells, LargeBinaryBuilder::with_capacity(rows, size)),
        DataType::BinaryView => binaries(cells, BinaryViewBuilder::with_capacity(rows)),
        DataType::FixedSizeBinary(size) => fixed_binaries(cells, *size),
        DataType::List(item) => lists::<i32>(cells, item),
        DataType::LargeList(item) => lists::<i64>(cells, item),
        DataType::FixedSizeList(item, size) => fixed_lists(cells, item, *size),
        DataType::Struct(fields) => structs(cells, fields),
        DataType::Map(entries, _) => maps(cells, entries),
        _ => times(cells, data_type),
    }
}

/// Dates, times and durations: integers in their unit.
fn times(cells: &Cells<'_>, data_type: &DataType) -> Built {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match data_type {
        DataType::Timestamp(Second, _) => integers::<TimestampSecondType>(cells, data_type),
        DataType::Timestamp(Millisecond, _) => {
            integers::<TimestampMillisecondType>(cells, data_type)
        }
        DataType::Timestamp(Microsecond, _) => {
            integers::<TimestampMicrosecondType>(cells, data_type)
        }
        DataType::Timestamp(Nanosecond, _) => integers::<TimestampNanosecondType>(cells, data_type),
        DataType::Duration(Second) => integers::<DurationSecondType>(cells, data_type),
        DataType::Duration(Millisecond) => integers::<DurationMillisecondType>(cells, data_type),
        DataType::Duration(Microsecond) => integers::<DurationMicrosecondType>(cells, data_type),
        DataType::Duration(Nanosecond) => integers::<DurationNanosecondType>(cells, data_type),
        DataType::Date32 => integers::<Date32Type>(cells, data_type),
        DataType::Date64 => integers::<Date64Type>(cells, data_type),
        DataType::Time32(Second) => integers::<Time32SecondType>(cells, data_type),
        DataType::Time32(_) => integers::<Time32MillisecondType>(cells, data_type),
        DataType::Time64(Nanosecond) => integers::<Time64NanosecondType>(cells, data_type),
        DataType::Time64(_) => integers::<Time64MicrosecondType>(cells, data_type),
        _ => Err(Misfit {
            row: 0,
            error: unsupported(data_type),
        }),
    }
}

/// Whether columns of this type can be made, and if not why.
pub(super) fn check(data_type: &DataType) -> Result<()> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            check(item.data_type())
        }
        DataType::Struct(fields) => fields.iter().try_for_each(|field| check(field.data_type())),
        DataType::Map(entries, _) => check(entries.data_type()),
        other => match build(&[], other) {
            Ok(_) => Ok(()),
            Err(misfit) => Err(misfit.error),
        },
    }
}

pub(super) fn unsupported(data_type: &DataType) -> Error {
    Error::wrong_type(format!("type {data_type} is not supported"))
}

/// One cell after the other; what is wrong with one is about its row.
fn each(
    cells: &Cells<'_>,
    mut append: impl FnMut(Option<&Value>) -> Result<()>,
) -> std::result::Result<(), Misfit> {
    cells
        .iter()
        .enumerate()
        .try_for_each(|(row, cell)| append(*cell).map_err(|error| Misfit { row, error }))
}

fn nothing(cells: &Cells<'_>) -> Built {
    each(cells, |cell| {
        cell.map_or(Ok(()), |value| Err(mismatch(value)))
    })?;
    Ok(new_null_array(&DataType::Null, cells.len()))
}

fn booleans(cells: &Cells<'_>) -> Built {
    let mut builder = BooleanBuilder::with_capacity(cells.len());
    each(cells, |cell| {
        builder.append_option(match cell {
            None => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::Int(number @ (0 | 1))) => Some(*number == 1),
            Some(value) => return Err(mismatch(value)),
        });
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn integers<T: ArrowPrimitiveType<Native: TryFrom<i64>>>(
    cells: &Cells<'_>,
    data_type: &DataType,
) -> Built {
    let mut builder =
        PrimitiveBuilder::<T>::with_capacity(cells.len()).with_data_type(data_type.clone());
    each(cells, |cell| {
        let Some(value) = cell else {
            builder.append_null();
            return Ok(());
        };
        let number = integer(value)?;
        let narrow = T::Native::try_from(number)
            .map_err(|_| Error::overflow(format!("{number} does not fit into {data_type}")))?;
        builder.append_value(narrow);
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn integer(value: &Value) -> Result<i64> {
    const SIGNED: f64 = 9_223_372_036_854_775_808.0;
    Ok(match value {
        Value::Int(number) => *number,
        Value::Bool(flag) => i64::from(*flag),
        Value::Float(number) => {
            let number = f64::from(number);
            if number.fract() != 0.0 || !(-SIGNED..SIGNED).contains(&number) {
                return Err(Error::overflow(format!("{number} is no integer")));
            }
            number as i64
        }
        _ => return Err(mismatch(value)),
    })
}

fn floats<T: ArrowPrimitiveType>(
    cells: &Cells<'_>,
    narrow: impl Fn(f64) -> T::Native,
    is_infinite: impl Fn(T::Native) -> bool,
) -> Built {
    let mut builder = PrimitiveBuilder::<T>::with_capacity(cells.len());
    each(cells, |cell| {
        let number = match cell {
            None => {
                builder.append_null();
                return Ok(());
            }
            Some(Value::Float(number)) => f64::from(number),
            Some(Value::Int(number)) => *number as f64,
            Some(Value::Bool(flag)) => f64::from(u8::from(*flag)),
            Some(value) => return Err(mismatch(value)),
        };
        let narrow = narrow(number);
        if number.is_finite() && is_infinite(narrow) {
            let data_type = T::DATA_TYPE;
            return Err(Error::overflow(format!(
                "{number} does not fit into {data_type}"
            )));
        }
        builder.append_value(narrow);
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn strings(cells: &Cells<'_>, mut builder: impl StringLikeArrayBuilder) -> Built {
    each(cells, |cell| {
        match cell {
            None => builder.append_null(),
            Some(Value::String(text) | Value::GeoJson(text)) => builder.append_value(text),
            Some(value) => builder.append_value(&json(value)?.to_string()),
        }
        Ok(())
    })?;
    Ok(builder.finish())
}

/// What a column of strings says of other values.
fn json(value: &Value) -> Result<serde_json::Value> {
    Ok(match value {
        Value::Nil => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        // Numbers that JSON has not are null, as elsewhere.
        Value::Float(number) => f64::from(number).into(),
        Value::String(text) | Value::GeoJson(text) => text.as_str().into(),
        Value::List(items) | Value::MultiResult(items) => {
            items.iter().map(json).collect::<Result<Vec<_>>>()?.into()
        }
        other => {
            let pairs = entries(other).ok_or_else(|| mismatch(other))?;
            let member = |(key, value): (&Value, &Value)| {
                let key = match key {
                    Value::String(key) => key.clone(),
                    Value::Int(key) => key.to_string(),
                    key => return Err(mismatch(key)),
                };
                Ok((key, json(value)?))
            };
            serde_json::Value::Object(pairs.map(member).collect::<Result<_>>()?)
        }
    })
}

fn bytes(value: &Value) -> Result<&[u8]> {
    match value {
        Value::Blob(bytes) | Value::Hll(bytes) | Value::Unknown(_, bytes) => Ok(bytes),
        Value::String(text) | Value::GeoJson(text) => Ok(text.as_bytes()),
        _ => Err(mismatch(value)),
    }
}

fn binaries(cells: &Cells<'_>, mut builder: impl BinaryLikeArrayBuilder) -> Built {
    each(cells, |cell| {
        match cell {
            None => builder.append_null(),
            Some(value) => builder.append_value(bytes(value)?),
        }
        Ok(())
    })?;
    Ok(builder.finish())
}

fn fixed_binaries(cells: &Cells<'_>, size: i32) -> Built {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(cells.len(), size);
    each(cells, |cell| {
        let Some(value) = cell else {
            builder.append_null();
            return Ok(());
        };
        let bytes = bytes(value)?;
        builder.append_value(bytes).map_err(|_| {
            Error::value(format!(
                "a blob of {} bytes does not fill one of {size}",
                bytes.len()
            ))
        })
    })?;
    Ok(Arc::new(builder.finish()))
}

pub(super) fn mismatch(value: &Value) -> Error {
    Error::wrong_type(format!("it holds {}", Cell::from(value).kind()))
}
