//! Return types: what a selection answers about the elements it picked.

use wire::{Map, MapOrder, ResultCode, Value};

use super::elements::Elements;
use super::pick::Picked;
use super::{Kind, Result};

/// What to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Nothing.
    Nothing,
    /// Indexes.
    Index,
    /// Indexes counted from the end.
    ReverseIndex,
    /// Ranks.
    Rank,
    /// Ranks counted from the highest.
    ReverseRank,
    /// How many.
    Count,
    /// Keys.
    Key,
    /// Values.
    Value,
    /// Pairs in the order of the selection.
    KeyValue,
    /// First index and count.
    IndexRange,
    /// First index counted from the end, and count.
    ReverseIndexRange,
    /// First rank and count.
    RankRange,
    /// First rank counted from the highest, and count.
    ReverseRankRange,
    /// Whether there are any.
    Exists,
    /// Pairs as an unordered map.
    UnorderedMap,
    /// Pairs as a key-ordered map.
    OrderedMap,
}

/// A return type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnType {
    /// What to answer.
    pub what: What,
    /// The selection means all other elements.
    pub inverted: bool,
}

const INVERTED: i64 = 0x1_0000;

impl ReturnType {
    /// The return type of a number; an error if there is none, or none for this kind of container.
    pub fn parse(number: i64, kind: Kind) -> Result<Self> {
        use What::{
            Count, Exists, Index, IndexRange, Key, KeyValue, Nothing, OrderedMap, Rank, RankRange,
            ReverseIndex, ReverseIndexRange, ReverseRank, ReverseRankRange, UnorderedMap,
        };
        let what = match (number & !INVERTED, kind) {
            (0, _) => Nothing,
            (1, _) => Index,
            (2, _) => ReverseIndex,
            (3, _) => Rank,
            (4, _) => ReverseRank,
            (5, _) => Count,
            (6, Kind::Map) => Key,
            (7, _) => What::Value,
            (8, Kind::Map) => KeyValue,
            (9, _) => IndexRange,
            (10, _) => ReverseIndexRange,
            (11, _) => RankRange,
            (12, _) => ReverseRankRange,
            (13, _) => Exists,
            (16, Kind::Map) => UnorderedMap,
            (17, Kind::Map) => OrderedMap,
            _ => return Err(ResultCode::OpNotApplicable),
        };
        Ok(Self {
            what,
            inverted: number & INVERTED != 0,
        })
    }
}

/// The answer about picked elements.
pub(super) fn answer(what: What, elements: Elements<'_>, picked: &Picked) -> Result<Option<Value>> {
    let last = elements.len().wrapping_sub(1);
    let number = |index: usize| Value::Int(index as i64);
    let back = |position: usize| last.wrapping_sub(position);
    Ok(Some(match what {
        What::Nothing => return Ok(None),
        What::Count => number(picked.indexes.len()),
        What::Exists => Value::Bool(!picked.indexes.is_empty()),
        What::Index => each(picked, &Value::Int(-1), number),
        What::ReverseIndex => each(picked, &Value::Int(-1), |index| number(back(index))),
        What::Rank => ranked(elements, picked, number),
        What::ReverseRank => ranked(elements, picked, |rank| number(back(rank))),
        What::Key => each(picked, &Value::Nil, |index| owned(elements.key(index))),
        What::Value => each(picked, &Value::Nil, |index| owned(elements.value(index))),
        What::KeyValue => Map::preserving_order(pairs(elements, picked)).into(),
        What::UnorderedMap => map(MapOrder::Unordered, elements, picked)?,
        What::OrderedMap => map(MapOrder::Key, elements, picked)?,
        What::IndexRange => range(picked, picked.indexes.clone(), |first, _| first)?,
        What::ReverseIndexRange => range(picked, picked.indexes.clone(), |first, count| {
            elements.len() - first - count
        })?,
        What::RankRange => range(picked, ranks(elements, picked), |first, _| first)?,
        What::ReverseRankRange => range(picked, ranks(elements, picked), |first, count| {
            elements.len() - first - count
        })?,
    }))
}

/// One answer for a single element, a list of them for several.
fn each(picked: &Picked, missing: &Value, answer: impl Fn(usize) -> Value) -> Value {
    let mut answers = picked.indexes.iter().map(|index| answer(*index));
    if picked.single {
        answers.next().unwrap_or_else(|| missing.clone())
    } else {
        Value::list(answers.collect())
    }
}

fn ranked(elements: Elements<'_>, picked: &Picked, answer: impl Fn(usize) -> Value) -> Value {
    let ranks = Picked {
        indexes: ranks(elements, picked),
        single: picked.single,
    };
    each(&ranks, &Value::Int(-1), answer)
}

fn ranks(elements: Elements<'_>, picked: &Picked) -> Vec<usize> {
    let ranks = elements.ranks();
    let rank = |index: &usize| ranks.get(*index).copied();
    picked.indexes.iter().filter_map(rank).collect()
}

fn owned(value: Option<&Value>) -> Value {
    value.cloned().unwrap_or(Value::Nil)
}

fn pairs(elements: Elements<'_>, picked: &Picked) -> Vec<(Value, Value)> {
    let pair = |index: &usize| (owned(elements.key(*index)), owned(elements.value(*index)));
    picked.indexes.iter().map(pair).collect()
}

fn map(order: MapOrder, elements: Elements<'_>, picked: &Picked) -> Result<Value> {
    Map::from_pairs(order, pairs(elements, picked))
        .map(Value::from)
        .map_err(wire::Error::result_code)
}

/// First position and count; the positions must be neighbours.
fn range(
    picked: &Picked,
    mut positions: Vec<usize>,
    start: impl Fn(usize, usize) -> usize,
) -> Result<Value> {
    positions.sort_unstable();
    let first = positions.first().copied().unwrap_or(0);
    let count = positions.len();
    let neighbours = positions
        .last()
        .is_none_or(|last| last + 1 == first + count);
    if picked.single || !neighbours {
        return Err(ResultCode::OpNotApplicable);
    }
    let numbers = [start(first, count), count];
    Ok(Value::list(
        numbers
            .into_iter()
            .map(|number| Value::Int(number as i64))
            .collect(),
    ))
}
