//! A list or a map as positions with values: what selections of both have in common.

use wire::{List, Map, MapOrder, Value};

use super::span::position;
use super::{Element, Kind, pattern};

/// The elements of a list, or of a map in key order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Elements<'a> {
    List(&'a List),
    Map(&'a Map),
}

impl<'a> Elements<'a> {
    pub(super) fn of(container: &'a Value) -> Option<Self> {
        match container {
            Value::List(list) => Some(Self::List(list)),
            Value::Map(map) => Some(Self::Map(map)),
            _ => None,
        }
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::List(list) => list.items.len(),
            Self::Map(map) => map.len(),
        }
    }

    pub(super) fn value(self, index: usize) -> Option<&'a Value> {
        match self {
            Self::List(list) => list.items.get(index),
            Self::Map(map) => map.value_at(index),
        }
    }

    pub(super) fn key(self, index: usize) -> Option<&'a Value> {
        match self {
            Self::List(_) => None,
            Self::Map(map) => map.pairs().get(index).map(|pair| &pair.0),
        }
    }

    pub(super) fn element(self, index: usize) -> Option<Element<'a>> {
        Some(Element {
            key: self.key(index),
            value: self.value(index)?,
            index,
        })
    }

    /// Whether the elements stand in the order of their values.
    pub(super) const fn is_sorted_by_value(self) -> bool {
        matches!(self, Self::List(list) if list.ordered)
    }

    /// Whether an order was asked for.
    pub(super) fn is_ordered(self) -> bool {
        match self {
            Self::List(list) => list.ordered,
            Self::Map(map) => map.order != MapOrder::Unordered,
        }
    }

    pub(super) fn position(self, index: i64) -> Option<usize> {
        position(index, self.len())
    }

    pub(super) fn with_key(self, key: &Value) -> Option<usize> {
        match self {
            Self::List(_) => None,
            Self::Map(map) => map.search(key).ok(),
        }
    }

    pub(super) fn with_rank(self, rank: i64) -> Option<usize> {
        let rank = self.position(rank)?;
        self.by_rank().get(rank).copied()
    }

    pub(super) fn first_with_value(self, value: &Value) -> Option<usize> {
        self.with_value(value).next()
    }

    /// The indexes of the elements a value or pattern matches, ascending.
    pub(super) fn with_value(self, wanted: &Value) -> impl Iterator<Item = usize> {
        // What matches a pattern with wildcards deep inside may stand here and there.
        let sorted = self.is_sorted_by_value() && wanted.is_storable();
        let start = if sorted { self.count_below(wanted) } else { 0 };
        (start..self.len())
            .map(move |index| (index, self.matches(index, wanted)))
            .take_while(move |(_, matches)| *matches || !sorted)
            .filter_map(|(index, matches)| matches.then_some(index))
    }

    fn matches(self, index: usize, wanted: &Value) -> bool {
        self.value(index)
            .is_some_and(|value| pattern::matches(value, wanted))
    }

    /// How many elements have a value below this one: the rank it has or would have.
    pub(super) fn count_below(self, value: &Value) -> usize {
        let below = |element: &Value| pattern::compare(element, value).is_lt();
        match self {
            Self::List(list) if list.ordered => list.items.partition_point(below),
            _ => self.values().filter(|element| below(element)).count(),
        }
    }

    /// How many keys are below this one.
    pub(super) fn count_keys_below(self, key: &Value) -> usize {
        match self {
            Self::List(_) => 0,
            Self::Map(map) => map
                .pairs()
                .partition_point(|pair| pattern::compare(&pair.0, key).is_lt()),
        }
    }

    fn values(self) -> impl Iterator<Item = &'a Value> {
        (0..self.len()).filter_map(move |index| self.value(index))
    }

    /// The indexes in the order of rank. Equal values rank by index.
    pub(super) fn by_rank(self) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.len()).collect();
        if !self.is_sorted_by_value() {
            indexes.sort_by(|a, b| self.value(*a).cmp(&self.value(*b)));
        }
        indexes
    }

    /// The rank of each index.
    pub(super) fn ranks(self) -> Vec<usize> {
        let mut ranks = vec![0; self.len()];
        for (rank, index) in self.by_rank().into_iter().enumerate() {
            if let Some(slot) = ranks.get_mut(index) {
                *slot = rank;
            }
        }
        ranks
    }
}
