//! Arrays of a type, made of values.

use std::sync::Arc;

use aerospike_core::Value;
use arrow_array::builder::{
    BinaryViewBuilder, BooleanBuilder, FixedSizeBinaryBuilder, GenericBinaryBuilder,
    GenericStringBuilder, PrimitiveBuilder, StringViewBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
    new_null_array,
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields, TimeUnit};
use half::f16;

use crate::error::{Error, Result};
use crate::numpy::field::kind_of;

/// An array, or what is wrong in which row.
pub(super) type Built = std::result::Result<ArrayRef, Misfit>;

/// A value that has no place in its column.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) row: usize,
    pub(super) error: Error,
}

/// Nil is no value.
type Cells<'a> = [Option<&'a Value>];

/// A value as a cell.
pub(super) fn cell(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !matches!(value, Value::Nil))
}

/// Makes the array.
pub(super) fn build(cells: &Cells<'_>, data_type: &DataType) -> Built {
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
        DataType::Utf8 => strings::<i32>(cells),
        DataType::LargeUtf8 => strings::<i64>(cells),
        DataType::Utf8View => string_views(cells),
        DataType::Binary => binaries::<i32>(cells),
        DataType::LargeBinary => binaries::<i64>(cells),
        DataType::BinaryView => binary_views(cells),
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

fn unsupported(data_type: &DataType) -> Error {
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

fn strings<O: OffsetSizeTrait>(cells: &Cells<'_>) -> Built {
    let mut builder = GenericStringBuilder::<O>::with_capacity(cells.len(), 16 * cells.len());
    each(cells, |cell| {
        match cell {
            None => builder.append_null(),
            Some(Value::String(text) | Value::GeoJson(text)) => builder.append_value(text),
            Some(value) => builder.append_value(json(value)?.to_string()),
        }
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn string_views(cells: &Cells<'_>) -> Built {
    let mut builder = StringViewBuilder::with_capacity(cells.len());
    each(cells, |cell| {
        match cell {
            None => builder.append_null(),
            Some(Value::String(text) | Value::GeoJson(text)) => builder.append_value(text),
            Some(value) => builder.append_value(json(value)?.to_string()),
        }
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
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

fn binaries<O: OffsetSizeTrait>(cells: &Cells<'_>) -> Built {
    let mut builder = GenericBinaryBuilder::<O>::with_capacity(cells.len(), 16 * cells.len());
    each(cells, |cell| {
        builder.append_option(cell.map(bytes).transpose()?);
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
}

fn binary_views(cells: &Cells<'_>) -> Built {
    let mut builder = BinaryViewBuilder::with_capacity(cells.len());
    each(cells, |cell| {
        builder.append_option(cell.map(bytes).transpose()?);
        Ok(())
    })?;
    Ok(Arc::new(builder.finish()))
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

/// The elements of lists one after the other, and how many each has.
struct Flat<'a> {
    cells: Vec<Option<&'a Value>>,
    lengths: Vec<usize>,
    valid: BooleanBufferBuilder,
}

impl Flat<'_> {
    fn new(rows: usize) -> Self {
        Self {
            cells: Vec::with_capacity(rows),
            lengths: Vec::with_capacity(rows),
            valid: BooleanBufferBuilder::new(rows),
        }
    }

    /// A row ends: it is what has been added since the one before.
    fn end_row(&mut self, before: usize, valid: bool) {
        self.lengths.push(self.cells.len() - before);
        self.valid.append(valid);
    }

    /// The row an element is in.
    fn row_of(&self, element: usize) -> usize {
        let mut end = 0;
        let past = |length: &usize| {
            end += length;
            element < end
        };
        self.lengths.iter().position(past).unwrap_or_default()
    }

    fn nulls(&mut self) -> Option<NullBuffer> {
        Some(NullBuffer::new(self.valid.finish())).filter(|nulls| nulls.null_count() > 0)
    }

    /// The array of the elements.
    fn build(&self, data_type: &DataType) -> Built {
        build(&self.cells, data_type).map_err(|misfit| Misfit {
            row: self.row_of(misfit.row),
            error: misfit.error,
        })
    }
}

fn elements(value: &Value) -> Result<&[Value]> {
    match value {
        Value::List(items) | Value::MultiResult(items) => Ok(items),
        _ => Err(mismatch(value)),
    }
}

fn lists<O: OffsetSizeTrait>(cells: &Cells<'_>, item: &FieldRef) -> Built {
    let mut flat = Flat::new(cells.len());
    for (row, value) in cells.iter().enumerate() {
        let before = flat.cells.len();
        if let Some(value) = value {
            let items = elements(value).map_err(|error| Misfit { row, error })?;
            flat.cells.extend(items.iter().map(cell));
        }
        flat.end_row(before, value.is_some());
    }
    let items = flat.build(item.data_type())?;
    let offsets = OffsetBuffer::<O>::from_lengths(flat.lengths.iter().copied());
    let nulls = flat.nulls();
    whole(GenericListArray::try_new(
        Arc::clone(item),
        offsets,
        items,
        nulls,
    ))
}

fn fixed_lists(cells: &Cells<'_>, item: &FieldRef, size: i32) -> Built {
    let length = usize::try_from(size).unwrap_or_default();
    let mut flat = Flat::new(cells.len());
    for (row, value) in cells.iter().enumerate() {
        let before = flat.cells.len();
        match value {
            None => flat.cells.extend(std::iter::repeat_n(None, length)),
            Some(value) => {
                let items = elements(value).map_err(|error| Misfit { row, error })?;
                if items.len() != length {
                    let error = Error::value(format!(
                        "a list of {} does not fill one of {length}",
                        items.len()
                    ));
                    return Err(Misfit { row, error });
                }
                flat.cells.extend(items.iter().map(cell));
            }
        }
        flat.end_row(before, value.is_some());
    }
    let items = flat.build(item.data_type())?;
    let nulls = flat.nulls();
    whole(FixedSizeListArray::try_new(
        Arc::clone(item),
        size,
        items,
        nulls,
    ))
}

/// Key and value of each of a map's pairs.
pub(super) type Entries<'a> = Box<dyn Iterator<Item = (&'a Value, &'a Value)> + 'a>;

/// The pairs of a map, in any of its forms.
pub(super) fn entries(value: &Value) -> Option<Entries<'_>> {
    Some(match value {
        Value::HashMap(map) => Box::new(map.iter()),
        Value::OrderedMap(map) => Box::new(map.iter()),
        Value::SortedMap(map) => Box::new(map.iter()),
        Value::KeyValueList(pairs) => Box::new(pairs.iter().map(|(key, value)| (key, value))),
        _ => return None,
    })
}

fn maps(cells: &Cells<'_>, entry: &FieldRef) -> Built {
    let DataType::Struct(fields) = entry.data_type() else {
        return Err(Misfit {
            row: 0,
            error: unsupported(entry.data_type()),
        });
    };
    let (mut keys, mut values) = (Flat::new(cells.len()), Vec::new());
    for (row, value) in cells.iter().enumerate() {
        let before = keys.cells.len();
        if let Some(value) = value {
            let error = || Misfit {
                row,
                error: mismatch(value),
            };
            for (key, value) in entries(value).ok_or_else(error)? {
                keys.cells.push(cell(key));
                values.push(cell(value));
            }
        }
        keys.end_row(before, value.is_some());
    }
    let [key_field, value_field] = fields.as_ref() else {
        return Err(Misfit {
            row: 0,
            error: unsupported(entry.data_type()),
        });
    };
    let key_array = keys.build(key_field.data_type())?;
    let value_array = build(&values, value_field.data_type()).map_err(|misfit| Misfit {
        row: keys.row_of(misfit.row),
        error: misfit.error,
    })?;
    let pairs = StructArray::try_new(fields.clone(), vec![key_array, value_array], None);
    let pairs = pairs.map_err(|error| broken(&error))?;
    let offsets = OffsetBuffer::from_lengths(keys.lengths.iter().copied());
    let nulls = keys.nulls();
    whole(MapArray::try_new(
        Arc::clone(entry),
        offsets,
        pairs,
        nulls,
        false,
    ))
}

/// Maps by their keys; pairs that no field names are left out, as bins are.
fn structs(cells: &Cells<'_>, fields: &Fields) -> Built {
    let mut valid = BooleanBufferBuilder::new(cells.len());
    let mut columns = vec![vec![None; cells.len()]; fields.len()];
    for (row, value) in cells.iter().enumerate() {
        valid.append(value.is_some());
        let Some(value) = value else { continue };
        let error = || Misfit {
            row,
            error: mismatch(value),
        };
        for (key, value) in entries(value).ok_or_else(error)? {
            let Value::String(key) = key else { continue };
            let found = fields.find(key).map(|(index, _)| index);
            let place = found
                .and_then(|index| columns.get_mut(index))
                .and_then(|column| column.get_mut(row));
            if let Some(place) = place {
                *place = cell(value);
            }
        }
    }
    let arrays = fields.iter().zip(&columns).map(|(field, column)| {
        build(column, field.data_type()).map_err(|misfit| Misfit {
            row: misfit.row,
            error: misfit.error.within(format!("key '{}'", field.name())),
        })
    });
    let arrays = arrays.collect::<std::result::Result<Vec<_>, _>>()?;
    let nulls = Some(NullBuffer::new(valid.finish())).filter(|nulls| nulls.null_count() > 0);
    if fields.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(cells.len(), nulls)));
    }
    whole(StructArray::try_new(fields.clone(), arrays, nulls))
}

/// An array of parts. They fit together, but that a field may be declared never null.
fn whole<A: Array + 'static>(array: std::result::Result<A, ArrowError>) -> Built {
    match array {
        Ok(array) => Ok(Arc::new(array)),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &ArrowError) -> Misfit {
    Misfit {
        row: 0,
        error: Error::value(error.to_string()),
    }
}

fn mismatch(value: &Value) -> Error {
    Error::wrong_type(format!("it holds {}", kind_of(value)))
}
