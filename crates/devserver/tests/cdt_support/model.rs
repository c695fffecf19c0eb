//! Models of selections: what an operation means by the definitions alone (an element's rank is how many elements are below it), with
//! no regard to speed.

use std::collections::BTreeSet;

use devserver::cdt;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wire::{ResultCode, Value};

use super::{modify, same, value};

/// What an operation does: the answer, or the error that leaves everything as it was.
pub(crate) type Outcome = Result<Option<Json>, ResultCode>;

/// How an operation selects.
#[derive(Clone, Debug)]
pub(crate) enum By {
    Index(i64),
    Rank(i64),
    Key(i64),
    Value(i64),
    IndexRange(i64, Option<i64>),
    RankRange(i64, Option<i64>),
    KeyInterval(Option<i64>, Option<i64>),
    ValueInterval(Option<i64>, Option<i64>),
    KeyList(Vec<i64>),
    ValueList(Vec<i64>),
    KeyRelative(i64, i64, Option<i64>),
    ValueRelative(i64, i64, Option<i64>),
}

/// Elements in index order, keys being absent in lists.
#[derive(Clone, Debug)]
pub(crate) struct Elements {
    pub(crate) pairs: Vec<(Option<i64>, i64)>,
    /// Rank order is what an interval of values is answered in.
    pub(crate) ranked_intervals: bool,
    /// A list that keeps no order.
    pub(crate) unordered_list: bool,
    /// A list that keeps its order.
    pub(crate) ordered_list: bool,
}

impl Elements {
    fn len(&self) -> i64 {
        self.pairs.len() as i64
    }

    fn rank(&self, index: usize) -> usize {
        let own = (self.pairs[index].1, index);
        let others = self.pairs.iter().enumerate();
        others.filter(|(at, pair)| (pair.1, *at) < own).count()
    }

    fn with_rank(&self, rank: i64) -> usize {
        (0..self.pairs.len())
            .find(|index| self.rank(*index) as i64 == rank)
            .unwrap()
    }

    fn filter(&self, keep: impl Fn(i64, i64) -> bool) -> Vec<usize> {
        let keeps = |index: &usize| keep(self.pairs[*index].0.unwrap_or(0), self.pairs[*index].1);
        (0..self.pairs.len()).filter(keeps).collect()
    }

    pub(crate) fn absolute(&self, position: i64) -> i64 {
        if position < 0 {
            position + self.len()
        } else {
            position
        }
    }

    /// The positions that a window covers.
    fn window(&self, start: i64, count: Option<i64>) -> Vec<i64> {
        let covered = |position: &i64| {
            *position >= start && count.is_none_or(|count| count < 0 || *position - start < count)
        };
        (0..self.len()).filter(covered).collect()
    }

    fn by_ranks(&self, ranks: &[i64], returns: i64) -> Vec<usize> {
        let mut picked: Vec<usize> = ranks.iter().map(|rank| self.with_rank(*rank)).collect();
        // As a heap leaves them that was begun at the nearer end.
        if let (Some(first), Some(last), true) = (ranks.first(), ranks.last(), self.unordered_list)
        {
            let near_lowest = *first < self.len() - last;
            if near_lowest && ![3, 4].contains(&returns) {
                picked.reverse();
            }
        }
        picked
    }

    /// The indexes picked, in the order of the answer.
    fn pick(&self, by: &By, returns: i64) -> Result<Vec<usize>, ResultCode> {
        let within = |value: i64, start: Option<i64>, end: Option<i64>| {
            start.is_none_or(|start| value >= start) && end.is_none_or(|end| value < end)
        };
        let at = |position: i64| {
            let position = self.absolute(position);
            if (0..self.len()).contains(&position) {
                Ok(position)
            } else {
                Err(ResultCode::OpNotApplicable)
            }
        };
        Ok(match by {
            By::Index(index) => vec![at(*index)? as usize],
            By::Rank(rank) => vec![self.with_rank(at(*rank)?)],
            By::Key(key) => self.filter(|k, _| k == *key),
            By::Value(value) => self.filter(|_, v| v == *value),
            By::IndexRange(start, count) => {
                let window = self.window(self.absolute(*start), *count);
                window.into_iter().map(|index| index as usize).collect()
            }
            By::RankRange(start, count) => {
                self.by_ranks(&self.window(self.absolute(*start), *count), returns)
            }
            By::KeyInterval(start, end) => self.filter(|k, _| within(k, *start, *end)),
            By::ValueInterval(start, end) => {
                let mut picked = self.filter(|_, v| within(v, *start, *end));
                if self.ranked_intervals {
                    picked.sort_by_key(|index| self.rank(*index));
                }
                picked
            }
            By::KeyList(keys) => self.filter(|k, _| keys.contains(&k)),
            By::ValueList(values) => {
                let mut picked = self.filter(|_, v| values.contains(&v));
                if self.ordered_list {
                    let place =
                        |index: &usize| values.iter().position(|v| *v == self.pairs[*index].1);
                    picked.sort_by_key(place);
                }
                picked
            }
            By::KeyRelative(key, offset, count) => {
                let below = self.filter(|k, _| k < *key).len() as i64;
                let window = self.window(below + offset, *count);
                window.into_iter().map(|index| index as usize).collect()
            }
            By::ValueRelative(value, offset, count) => {
                let below = self.filter(|_, v| v < *value).len() as i64;
                self.by_ranks(&self.window(below + offset, *count), returns)
            }
        })
    }

    /// Keys and values in turn.
    fn pairs_of(&self, picked: &[usize]) -> Json {
        let pairs = picked.iter().map(|index| self.pairs[*index]);
        pairs
            .flat_map(|(key, value)| [json!(key.unwrap()), json!(value)])
            .collect()
    }

    /// Where indexes or ranks that stand side by side begin, and how many there are.
    fn range(&self, picked: &[usize], returns: i64) -> Result<Json, ResultCode> {
        let place = |index: &usize| match returns {
            9 | 10 => *index,
            _ => self.rank(*index),
        };
        let places: BTreeSet<usize> = picked.iter().map(place).collect();
        let first = places.first().copied().unwrap_or(0);
        if !places.iter().copied().eq(first..first + places.len()) {
            return Err(ResultCode::OpNotApplicable);
        }
        let start = match returns {
            9 | 11 => first,
            _ => self.pairs.len() - first - places.len(),
        };
        Ok(json!([start, places.len()]))
    }

    /// The indexes an operation means and its answer. Pairs are answered as a list of keys and values in turn.
    pub(crate) fn select(
        &self,
        by: &By,
        returns: i64,
        inverted: bool,
    ) -> Result<(Vec<usize>, Option<Json>), ResultCode> {
        let single = matches!(by, By::Index(_) | By::Rank(_) | By::Key(_));
        if single && inverted {
            return Err(ResultCode::OpNotApplicable);
        }
        let mut picked = self.pick(by, returns)?;
        if inverted {
            picked = (0..self.pairs.len())
                .filter(|index| !picked.contains(index))
                .collect();
        }
        let last = self.pairs.len() as i64 - 1;
        let one = |index: &usize| match returns {
            1 => json!(index),
            2 => json!(last - *index as i64),
            3 => json!(self.rank(*index)),
            4 => json!(last - self.rank(*index) as i64),
            6 => json!(self.pairs[*index].0.unwrap()),
            _ => json!(self.pairs[*index].1),
        };
        let answer = match returns {
            0 => None,
            5 => Some(json!(picked.len())),
            13 => Some(json!(!picked.is_empty())),
            8 => Some(self.pairs_of(&picked)),
            16 | 17 => {
                let mut by_key = picked.clone();
                by_key.sort_unstable();
                Some(self.pairs_of(&by_key))
            }
            9..=12 if single => return Err(ResultCode::OpNotApplicable),
            9..=12 => Some(self.range(&picked, returns)?),
            _ if single => Some(
                picked
                    .first()
                    .map_or(if returns > 4 { Json::Null } else { json!(-1) }, one),
            ),
            _ => Some(picked.iter().map(one).collect()),
        };
        Ok((picked, answer))
    }
}

/// The number of the operation that reads or removes, and its arguments after the return type.
pub(crate) fn packed(by: &By, is_map: bool, removes: bool) -> (i64, Vec<Json>) {
    let with = |mut args: Vec<Json>, last: &Option<i64>| {
        args.extend(last.map(|last| json!(last)));
        args
    };
    let (list, read, remove, args) = match by {
        By::Index(index) => (19, 98, 77, vec![json!(index)]),
        By::Rank(rank) => (21, 100, 79, vec![json!(rank)]),
        By::Key(key) => (0, 97, 76, vec![json!(key)]),
        By::Value(value) => (22, 102, 82, vec![json!(value)]),
        By::IndexRange(start, count) => (24, 104, 85, with(vec![json!(start)], count)),
        By::RankRange(start, count) => (26, 106, 87, with(vec![json!(start)], count)),
        By::KeyInterval(start, end) => (0, 103, 84, with(vec![json!(start)], end)),
        By::ValueInterval(start, end) => (25, 105, 86, with(vec![json!(start)], end)),
        By::KeyList(keys) => (0, 107, 81, vec![json!(keys)]),
        By::ValueList(values) => (23, 108, 83, vec![json!(values)]),
        By::KeyRelative(key, offset, count) => {
            (0, 109, 88, with(vec![json!(key), json!(offset)], count))
        }
        By::ValueRelative(value, offset, count) => {
            (27, 110, 89, with(vec![json!(value), json!(offset)], count))
        }
    };
    let code = match (is_map, removes) {
        (false, false) => list,
        (false, true) => list + 13,
        (true, false) => read,
        (true, true) => remove,
    };
    (code, args)
}

#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) by: By,
    pub(crate) returns: i64,
    pub(crate) inverted: bool,
    pub(crate) removes: bool,
}

impl Selection {
    pub(crate) fn packed(&self, is_map: bool) -> Json {
        let (code, args) = packed(&self.by, is_map, self.removes);
        let returns = self.returns | if self.inverted { 0x1_0000 } else { 0 };
        let mut op = vec![json!(code), json!(returns)];
        op.extend(args);
        Json::Array(op)
    }
}

/// Runs an operation that modifies, or one that reads, and checks bin and answer: on the bin itself, and at the end of every kind of way
/// through a map and a list around it.
pub(crate) fn check(
    bin: &mut Value,
    op: &Json,
    reads: bool,
    after: &Value,
    outcome: &Outcome,
) -> Result<(), TestCaseError> {
    let wanted = outcome
        .clone()
        .map(|answer| answer.map(|answer| value(&answer)));
    for way in WAYS {
        let mut outer = inside(bin.clone());
        let got = run(&mut outer, &json!([0xff, way, op]), reads);
        prop_assert_eq!(got, wanted.clone(), "{} at {:?}", op, way);
        let expected = inside(after.clone());
        prop_assert!(same(&outer, &expected), "{}: {:?}", op, outer);
    }
    let got = run(bin, op, reads);
    prop_assert_eq!(got, wanted, "{}", op);
    prop_assert!(same(bin, after), "{}: {:?} against {:?}", op, bin, after);
    Ok(())
}

/// Contexts that lead to what is [`inside`]: by key, index and rank of the map, by index and rank of the list, from both ends.
const WAYS: [[i64; 4]; 5] = [
    [0x22, 7, 0x10, 1],
    [0x20, 0, 0x10, -1],
    [0x21, 0, 0x11, 1],
    [0x20, -1, 0x11, -1],
    [0x21, -1, 0x10, 1],
];

/// `{7: [0, value]}`.
fn inside(value: Value) -> Value {
    let mut map = wire::Map::new();
    map.insert(Value::Int(7), Value::list(vec![Value::Int(0), value]));
    map.into()
}

fn run(bin: &mut Value, op: &Json, reads: bool) -> cdt::Result<Option<Value>> {
    let answer = if reads {
        cdt::read(Some(bin), &super::payload(op), &super::Toy)
    } else {
        modify(Some(bin), op).map(|done| {
            *bin = done.bin.unwrap();
            done.reply
        })
    };
    answer.map(|answer| answer.map(flat))
}

/// A map as a list of its keys and values in turn, as they stand.
fn flat(answer: Value) -> Value {
    match answer {
        Value::Map(map) => {
            let pairs = map.into_pairs().into_iter();
            Value::list(pairs.flat_map(|(key, value)| [key, value]).collect())
        }
        answer => answer,
    }
}

pub(crate) fn item() -> impl Strategy<Value = i64> + Clone {
    0..8_i64
}

pub(crate) fn position() -> impl Strategy<Value = i64> + Clone {
    -9..9_i64
}

pub(crate) fn count() -> impl Strategy<Value = Option<i64>> + Clone {
    proptest::option::of(-1..5_i64)
}

pub(crate) fn several() -> impl Strategy<Value = Vec<i64>> + Clone {
    proptest::collection::vec(item(), 0..5)
}

pub(crate) fn returns() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..6_i64, 1 => Just(7), 3 => 9..14_i64]
}

pub(crate) fn by() -> impl Strategy<Value = By> {
    let end = || proptest::option::of(item());
    prop_oneof![
        position().prop_map(By::Index),
        position().prop_map(By::Rank),
        item().prop_map(By::Value),
        (position(), count()).prop_map(|(start, count)| By::IndexRange(start, count)),
        (position(), count()).prop_map(|(start, count)| By::RankRange(start, count)),
        (end(), end()).prop_map(|(start, end)| By::ValueInterval(start, end)),
        several().prop_map(By::ValueList),
        (item(), position(), count())
            .prop_map(|(v, rank, count)| By::ValueRelative(v, rank, count)),
    ]
}

pub(crate) fn by_key() -> impl Strategy<Value = By> {
    let end = || proptest::option::of(item());
    prop_oneof![
        item().prop_map(By::Key),
        (end(), end()).prop_map(|(start, end)| By::KeyInterval(start, end)),
        several().prop_map(By::KeyList),
        (item(), position(), count())
            .prop_map(|(k, index, count)| By::KeyRelative(k, index, count)),
    ]
}

pub(crate) fn selection(
    by: impl Strategy<Value = By>,
    returns: impl Strategy<Value = i64>,
) -> impl Strategy<Value = Selection> {
    (by, returns, any::<bool>(), proptest::bool::weighted(0.3)).prop_map(
        |(by, returns, inverted, removes)| Selection {
            by,
            returns,
            inverted,
            removes,
        },
    )
}
