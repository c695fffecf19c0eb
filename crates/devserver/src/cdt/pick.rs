//! Selections: which elements of a list or map an operation means.

use std::ops::Range;

use wire::{ResultCode, Value};

use super::args::Args;
use super::elements::Elements;
use super::reply::{ReturnType, What};
use super::span::{relative, span};
use super::{Kind, Result, pattern};

/// How an operation selects, without its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Index,
    Rank,
    Key,
    Value,
    AllValue,
    IndexRange,
    RankRange,
    KeyInterval,
    ValueInterval,
    KeyList,
    ValueList,
    KeyRelative,
    ValueRelative,
}

/// A selection: return type, criterion, arguments.
#[derive(Debug)]
pub(super) struct Pick {
    returns: ReturnType,
    by: Criterion,
}

#[derive(Debug)]
enum Criterion {
    Index(i64),
    Rank(i64),
    Key(Value),
    Value(Value),
    AllValue(Value),
    IndexRange(i64, Option<i64>),
    RankRange(i64, Option<i64>),
    KeyInterval(Interval),
    ValueInterval(Interval),
    KeyList(Vec<Value>),
    ValueList(Vec<Value>),
    KeyRelative(Value, i64, Option<i64>),
    ValueRelative(Value, i64, Option<i64>),
}

/// From a value up to one that is not included.
#[derive(Debug)]
struct Interval {
    start: Value,
    end: Option<Value>,
}

impl Interval {
    fn contains(&self, value: &Value) -> bool {
        pattern::compare(value, &self.start).is_ge()
            && self
                .end
                .as_ref()
                .is_none_or(|end| pattern::compare(value, end).is_lt())
    }
}

/// The elements an operation means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picked {
    /// Their indexes, in the order of the answer.
    pub(super) indexes: Vec<usize>,
    /// Whether the operation means one element at most and answers without a list.
    pub(super) single: bool,
}

impl Pick {
    pub(super) fn parse(by: By, kind: Kind, mut args: Args) -> Result<Self> {
        let returns = ReturnType::parse(args.int()?, kind)?;
        let by = Criterion::parse(by, &mut args)?;
        args.finish()?;
        if returns.inverted && by.is_single() {
            return Err(ResultCode::OpNotApplicable);
        }
        Ok(Self { returns, by })
    }

    /// The picked elements and what is answered about them.
    pub(super) fn run(&self, elements: Elements<'_>) -> Result<(Picked, Option<Value>)> {
        let what = self.returns.what;
        let mut picked = Picked {
            indexes: self.by.indexes(elements, what)?,
            single: self.by.is_single(),
        };
        if self.returns.inverted {
            picked.indexes = others(&picked.indexes, elements.len());
        }
        let answer = super::reply::answer(what, elements, &picked)?;
        Ok((picked, answer))
    }
}

impl Criterion {
    fn parse(by: By, args: &mut Args) -> Result<Self> {
        Ok(match by {
            By::Index => Self::Index(args.int()?),
            By::Rank => Self::Rank(args.int()?),
            By::Key => Self::Key(args.value()?),
            By::Value => Self::Value(args.value()?),
            By::AllValue => Self::AllValue(args.value()?),
            By::IndexRange => Self::IndexRange(args.int()?, args.optional_int()?),
            By::RankRange => Self::RankRange(args.int()?, args.optional_int()?),
            By::KeyInterval => Self::KeyInterval(Interval::parse(args)?),
            By::ValueInterval => Self::ValueInterval(Interval::parse(args)?),
            By::KeyList => Self::KeyList(args.list()?),
            By::ValueList => Self::ValueList(args.list()?),
            By::KeyRelative => Self::KeyRelative(args.value()?, args.int()?, args.optional_int()?),
            By::ValueRelative => {
                Self::ValueRelative(args.value()?, args.int()?, args.optional_int()?)
            }
        })
    }

    const fn is_single(&self) -> bool {
        matches!(
            self,
            Self::Index(_) | Self::Rank(_) | Self::Key(_) | Self::Value(_)
        )
    }

    fn indexes(&self, elements: Elements<'_>, what: What) -> Result<Vec<usize>> {
        let len = elements.len();
        let one = |index: Option<usize>| index.into_iter().collect();
        let required = |index: Option<usize>| {
            index
                .map(|index| vec![index])
                .ok_or(ResultCode::OpNotApplicable)
        };
        Ok(match self {
            Self::Index(index) => required(elements.position(*index))?,
            Self::Rank(rank) => required(elements.with_rank(*rank))?,
            Self::Key(key) => one(elements.with_key(key)),
            Self::Value(value) => one(elements.first_with_value(value)),
            Self::AllValue(value) => elements.with_value(value).collect(),
            Self::IndexRange(start, count) => span(*start, *count, len).collect(),
            Self::RankRange(start, count) => by_ranks(elements, what, &span(*start, *count, len)),
            Self::KeyInterval(interval) => keys_within(elements, interval),
            Self::ValueInterval(interval) => values_within(elements, interval),
            Self::KeyList(keys) => keys_among(elements, keys),
            Self::ValueList(values) => values_among(elements, values),
            Self::KeyRelative(key, offset, count) => {
                let base = elements.count_keys_below(key);
                relative(base, *offset, *count, len).collect()
            }
            Self::ValueRelative(value, offset, count) => {
                let base = elements.count_below(value);
                by_ranks(elements, what, &relative(base, *offset, *count, len))
            }
        })
    }
}

impl Interval {
    fn parse(args: &mut Args) -> Result<Self> {
        Ok(Self {
            start: args.value()?,
            end: args.optional(),
        })
    }
}

fn others(indexes: &[usize], len: usize) -> Vec<usize> {
    let picked = marks(indexes, len);
    (0..len)
        .filter(|index| picked.get(*index) == Some(&false))
        .collect()
}

/// For each index whether it is among those given.
pub(super) fn marks(indexes: &[usize], len: usize) -> Vec<bool> {
    let mut marks = vec![false; len];
    for index in indexes {
        if let Some(mark) = marks.get_mut(*index) {
            *mark = true;
        }
    }
    marks
}

/// The elements of a range of ranks.
///
/// In an unordered list the server finds them with a heap that it starts at the nearer end, and answers in the order in which the
/// heap leaves them: from the highest down if the range is nearer to the lowest rank. Ranks themselves always ascend.
fn by_ranks(elements: Elements<'_>, what: What, ranks: &Range<usize>) -> Vec<usize> {
    let mut indexes: Vec<usize> = elements
        .by_rank()
        .get(ranks.clone())
        .unwrap_or_default()
        .to_vec();
    let from_heap = matches!(elements, Elements::List(list) if !list.ordered);
    let asks_ranks = matches!(what, What::Rank | What::ReverseRank);
    if from_heap && !asks_ranks && ranks.start <= elements.len() - ranks.end {
        indexes.reverse();
    }
    indexes
}

fn keys_within(elements: Elements<'_>, interval: &Interval) -> Vec<usize> {
    (0..elements.len())
        .filter(|index| {
            elements
                .key(*index)
                .is_some_and(|key| interval.contains(key))
        })
        .collect()
}

/// In rank order if the container has an order, else in index order.
fn values_within(elements: Elements<'_>, interval: &Interval) -> Vec<usize> {
    let within = |index: &usize| {
        elements
            .value(*index)
            .is_some_and(|value| interval.contains(value))
    };
    let mut indexes: Vec<usize> = (0..elements.len()).filter(within).collect();
    if elements.is_ordered() && !elements.is_sorted_by_value() {
        indexes.sort_by(|a, b| elements.value(*a).cmp(&elements.value(*b)));
    }
    indexes
}

fn keys_among(elements: Elements<'_>, keys: &[Value]) -> Vec<usize> {
    let mut indexes: Vec<usize> = keys
        .iter()
        .filter_map(|key| elements.with_key(key))
        .collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes
}

/// In the order of the given values for an ordered list, else in index order.
fn values_among(elements: Elements<'_>, values: &[Value]) -> Vec<usize> {
    if elements.is_sorted_by_value() {
        let mut seen = vec![false; elements.len()];
        let mut indexes = Vec::new();
        for index in values.iter().flat_map(|value| elements.with_value(value)) {
            if let Some(seen) = seen.get_mut(index).filter(|seen| !**seen) {
                *seen = true;
                indexes.push(index);
            }
        }
        return indexes;
    }
    let (mut exact, wild): (Vec<&Value>, Vec<&Value>) =
        values.iter().partition(|value| value.is_storable());
    exact.sort_unstable();
    let among = |index: &usize| {
        elements.value(*index).is_some_and(|value| {
            exact.binary_search(&value).is_ok()
                || wild.iter().any(|wanted| pattern::matches(value, wanted))
        })
    };
    (0..elements.len()).filter(among).collect()
}
