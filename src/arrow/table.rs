//! Records on their way into columns.
//!
//! Values are gathered in chunks, each of which becomes an array per column as soon as its type is certain; the types of the chunks of a
//! column are brought together at the end. Values inside lists and maps wait for the end, because what comes later can change their type.

use std::borrow::Cow;
use std::sync::Arc;

use aerospike_core::{IndexMap, Key, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::build::{Misfit, build, cell};
use super::kind::Kind;
use super::schema::{Asked, Note};
use crate::convert::record::ttl;
use crate::error::{Error, Result};

/// Rows of a chunk: enough to be worth an array, and few enough that making it does not keep the reactor for long.
const CHUNK: usize = 16_384;
/// Bytes of a chunk's strings and blobs, whose offsets have 32 bits.
const HEAVIEST: usize = 256 << 20;

/// What is known of a record beside its bins.
pub(crate) struct Head<'a> {
    pub(crate) key: Option<Cow<'a, Key>>,
    pub(crate) code: i32,
    /// Generation and void time; None of a record that was not read.
    pub(crate) meta: Option<(u32, u32)>,
}

/// A finished part of a column.
enum Chunk<'a> {
    /// Of so many rows, none of which has it.
    Absent(usize),
    Built(ArrayRef),
    Waiting(Vec<Cow<'a, Value>>),
}

#[derive(Default)]
struct Column<'a> {
    /// The type it was given, or has had since the first batch.
    fixed: Option<DataType>,
    kind: Kind,
    values: Vec<Cow<'a, Value>>,
    done: Vec<Chunk<'a>>,
}

/// What becomes of a bin that has no column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stranger {
    /// It gets one.
    Joins,
    /// The schema left it out.
    Ignored,
    /// The first batch did not have it.
    Refused,
}

/// Columns that grow.
pub(crate) struct Table<'a> {
    notes: Vec<Note>,
    columns: IndexMap<String, Column<'a>>,
    strangers: Stranger,
    /// The keys of the present chunk, for errors.
    keys: Vec<Option<Cow<'a, Key>>>,
    /// Rows of the chunks before.
    chunks: Vec<usize>,
    weight: usize,
    /// Rows of a chunk.
    most: usize,
    misfit: Option<usize>,
}

impl<'a> Table<'a> {
    /// No rows yet.
    pub(crate) fn new(asked: &Asked) -> Self {
        let column = |fixed| Column {
            fixed,
            ..Column::default()
        };
        let mut columns = IndexMap::new();
        for note in &asked.notes {
            columns.insert(note.column().to_owned(), column(note.data_type()));
        }
        for field in asked.fields.iter().flat_map(|fields| fields.iter()) {
            let data_type = field.data_type().clone();
            columns.insert(field.name().clone(), column(Some(data_type)));
        }
        Self {
            notes: asked.notes.clone(),
            columns,
            strangers: if asked.fields.is_some() {
                Stranger::Ignored
            } else {
                Stranger::Joins
            },
            keys: Vec::new(),
            chunks: Vec::new(),
            weight: 0,
            most: CHUNK,
            misfit: None,
        }
    }

    /// The same in batches of so many rows, whose types the first one settles.
    pub(crate) fn in_batches(asked: &Asked, size: usize) -> Self {
        Self {
            most: size,
            ..Self::new(asked)
        }
    }

    /// Rows of the present chunk.
    pub(crate) fn rows(&self) -> usize {
        self.keys.len()
    }

    /// How many rows may be pushed before it must be asked again whether a chunk is complete.
    pub(crate) fn room(&self) -> usize {
        const FEW: usize = 128;
        self.most.saturating_sub(self.rows()).min(FEW)
    }

    /// The row that the last error was about, if that is known: of all rows, counted from 0.
    pub(crate) fn misfit(&self) -> Option<usize> {
        self.misfit
    }

    /// Whether a chunk is complete.
    pub(crate) fn is_full(&self) -> bool {
        self.rows() >= self.most || self.weight >= HEAVIEST
    }

    /// One more row.
    pub(crate) fn push<'n>(
        &mut self,
        head: Head<'a>,
        bins: impl Iterator<Item = (Cow<'n, str>, Cow<'a, Value>)>,
    ) -> Result<()> {
        let row = self.rows();
        for index in 0..self.notes.len() {
            let value = self.notes.get(index).map(|note| note.of(&head));
            if let (Some(value), Some((_, column))) = (value, self.columns.get_index_mut(index)) {
                column.put(row, Cow::Owned(value));
            }
        }
        let first = self.notes.len();
        for (index, (name, value)) in bins.enumerate() {
            self.weight += weight(&value);
            // Bins stand where they stood in the record before, as a rule.
            let guess = self.columns.get_index(first + index);
            let place = match guess {
                Some((known, _)) if **known == *name => Some(first + index),
                _ => self
                    .columns
                    .get_index_of(&*name)
                    .filter(|&place| place >= first),
            };
            if let Some(place) = place {
                if let Some((_, column)) = self.columns.get_index_mut(place) {
                    column.put(row, value);
                }
                continue;
            }
            match self.strangers {
                Stranger::Ignored => {}
                Stranger::Joins => {
                    let mut column = Column::default();
                    column
                        .done
                        .extend(self.chunks.iter().map(|&rows| Chunk::Absent(rows)));
                    column.put(row, value);
                    self.columns.insert(name.into_owned(), column);
                }
                Stranger::Refused => {
                    let error = Error::wrong_type(format!(
                        "bin '{name}' is in none of the records of the first batch, so that it has no type: give a schema"
                    ));
                    return Err(about(error, head.key.as_deref()));
                }
            }
        }
        self.keys.push(head.key);
        Ok(())
    }

    /// Ends the present chunk.
    pub(crate) fn end_chunk(&mut self) -> Result<()> {
        let rows = self.rows();
        let before: usize = self.chunks.iter().sum();
        for (name, column) in &mut self.columns {
            column.end_chunk(rows).map_err(|misfit| {
                self.misfit = Some(before + misfit.row);
                let key = self.keys.get(misfit.row).and_then(Option::as_deref);
                about(misfit.error.within(format!("bin '{name}'")), key)
            })?;
        }
        self.chunks.push(rows);
        self.keys.clear();
        self.weight = 0;
        Ok(())
    }

    /// The chunks with one type per column.
    pub(crate) fn finish(mut self) -> Result<Finished> {
        if self.rows() > 0 {
            self.end_chunk()?;
        }
        self.take()
    }

    /// Ends the present chunk and gives it away; later ones have its types.
    pub(crate) fn take_batch(&mut self) -> Result<RecordBatch> {
        self.end_chunk()?;
        let finished = self.take()?;
        for (field, (_, column)) in finished.schema.fields().iter().zip(&mut self.columns) {
            column.fixed = Some(field.data_type().clone());
        }
        if self.strangers == Stranger::Joins {
            self.strangers = Stranger::Refused;
        }
        let batch = finished.batches.into_iter().next();
        Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(finished.schema)))
    }

    fn take(&mut self) -> Result<Finished> {
        let chunks = std::mem::take(&mut self.chunks);
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays: Vec<Vec<ArrayRef>> = chunks.iter().map(|_| Vec::new()).collect();
        for (name, column) in &mut self.columns {
            let within = |error: Error| error.within(format!("bin '{name}'"));
            let data_type = column.data_type().map_err(within)?;
            for (chunk, arrays) in std::mem::take(&mut column.done)
                .into_iter()
                .zip(&mut arrays)
            {
                arrays.push(chunk.build(&data_type).map_err(within)?);
            }
            fields.push(Field::new(name, data_type, true));
        }
        let schema = Arc::new(Schema::new(fields));
        let batches = arrays.into_iter().zip(chunks).map(|(arrays, rows)| {
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)
                .map_err(|error| Error::client(error.to_string()))
        });
        let batches = batches.collect::<Result<_>>()?;
        Ok(Finished { schema, batches })
    }
}

/// What a table is in the end.
pub(crate) struct Finished {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl<'a> Column<'a> {
    fn put(&mut self, row: usize, value: Cow<'a, Value>) {
        self.values.resize(row, Cow::Owned(Value::Nil));
        self.values.push(value);
    }

    fn end_chunk(&mut self, rows: usize) -> std::result::Result<(), Misfit> {
        let mut values = std::mem::take(&mut self.values);
        values.resize(rows, Cow::Owned(Value::Nil));
        let data_type = if let Some(fixed) = &self.fixed {
            Some(fixed.clone())
        } else {
            for value in &values {
                self.kind.see(value);
            }
            Some(&self.kind)
                .filter(|kind| !kind.is_nested())
                .and_then(|kind| kind.data_type().ok())
        };
        self.done.push(match data_type {
            Some(data_type) => Chunk::Built(build(&cells(&values), &data_type)?),
            None => Chunk::Waiting(values),
        });
        Ok(())
    }

    fn data_type(&self) -> Result<DataType> {
        match &self.fixed {
            Some(fixed) => Ok(fixed.clone()),
            None => self.kind.data_type(),
        }
    }
}

impl Chunk<'_> {
    fn build(self, data_type: &DataType) -> Result<ArrayRef> {
        Ok(match self {
            Self::Absent(rows) => new_null_array(data_type, rows),
            Self::Built(array) => widen(array, data_type),
            Self::Waiting(values) => build(&cells(&values), data_type)
                .map_err(|misfit| misfit.error.within(format!("row {}", misfit.row)))?,
        })
    }
}

fn cells<'v>(values: &'v [Cow<'_, Value>]) -> Vec<Option<&'v Value>> {
    values.iter().map(|value| cell(value)).collect()
}

/// A chunk as its column turned out: of no values at all, or of integers among floats.
fn widen(array: ArrayRef, data_type: &DataType) -> ArrayRef {
    match (array.data_type(), data_type) {
        (have, want) if have == want => array,
        (DataType::Int64, DataType::Float64) => {
            let numbers = array.as_primitive::<Int64Type>();
            Arc::new(numbers.unary::<_, Float64Type>(|number| number as f64))
        }
        _ => new_null_array(data_type, array.len()),
    }
}

fn about(error: Error, key: Option<&Key>) -> Error {
    match key {
        Some(key) => error.within(format!("key {key}")).of_key(key),
        None => error,
    }
}

/// Bytes of strings and blobs in a value.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::GeoJson(text) => text.len(),
        Value::Blob(bytes) | Value::Hll(bytes) | Value::Unknown(_, bytes) => bytes.len(),
        Value::List(items) | Value::MultiResult(items) => items.iter().map(weight).sum(),
        other => super::nested::entries(other)
            .into_iter()
            .flatten()
            .map(|(key, value)| weight(key) + weight(value))
            .sum(),
    }
}

impl Note {
    /// What it says of a record.
    fn of(self, head: &Head<'_>) -> Value {
        let number = |number: u32| Value::Int(i64::from(number));
        let key = head.key.as_deref();
        let found = match self {
            Self::Key => key.and_then(|key| key.user_key().cloned()),
            Self::Set => key.map(|key| Value::String(key.set_name().to_owned())),
            Self::Digest => key.map(|key| Value::Blob(key.digest().to_vec())),
            Self::Generation => head.meta.map(|(generation, _)| number(generation)),
            Self::Ttl => head.meta.map(|(_, void_time)| number(ttl(void_time))),
            Self::Code => Some(Value::Int(i64::from(head.code))),
        };
        found.unwrap_or(Value::Nil)
    }
}
