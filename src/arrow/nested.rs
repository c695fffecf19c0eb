//! Arrays of lists, maps and structs, made of arrays of what they hold.

use std::sync::Arc;

use aerospike_core::Value;
use arrow_array::{
    Array, FixedSizeListArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields};

use super::build::{Built, Cells, Misfit, build, cell, mismatch, unsupported};
use crate::error::{Error, Result};

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

pub(super) fn lists<O: OffsetSizeTrait>(cells: &Cells<'_>, item: &FieldRef) -> Built {
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

pub(super) fn fixed_lists(cells: &Cells<'_>, item: &FieldRef, size: i32) -> Built {
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

pub(super) fn maps(cells: &Cells<'_>, entry: &FieldRef) -> Built {
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
pub(super) fn structs(cells: &Cells<'_>, fields: &Fields) -> Built {
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
