//! [`Map`]: pairs kept sorted by key.

use crate::{Error, Value};

/// How a map presents itself to clients. The server keeps every map sorted by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum MapOrder {
    /// No promise.
    #[default]
    Unordered = 0,
    /// Sorted by key.
    Key = 1,
    /// Sorted by key, with an index by value.
    KeyValue = 3,
}

impl MapOrder {
    /// The order of the two lowest bits of a map's flags; 2 alone is none.
    #[must_use]
    pub const fn from_flags(flags: u8) -> Option<Self> {
        match flags & 3 {
            0 => Some(Self::Unordered),
            1 => Some(Self::Key),
            3 => Some(Self::KeyValue),
            _ => None,
        }
    }
}

/// A map and its flags.
///
/// Its pairs are sorted by key and no key occurs twice: [`Map::insert`] and the constructors see to it. The one exception is a result
/// made by [`Map::preserving_order`], which holds its pairs as they were given and is only good to be encoded.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// How it presents itself.
    pub order: MapOrder,
    /// The client asked for a persisted index; never sent back.
    pub persist_index: bool,
    preserves_order: bool,
    pairs: Vec<(Value, Value)>,
}

impl Map {
    /// An empty unordered map.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_order(MapOrder::Unordered)
    }

    /// An empty map.
    #[must_use]
    pub const fn with_order(order: MapOrder) -> Self {
        Self {
            order,
            persist_index: false,
            preserves_order: false,
            pairs: Vec::new(),
        }
    }

    /// A map of pairs in any order; sorts them. An error if a key occurs twice.
    pub fn from_pairs(order: MapOrder, mut pairs: Vec<(Value, Value)>) -> Result<Self, Error> {
        let sorted = |pairs: &[(Value, Value)]| pairs.is_sorted_by(|a, b| a.0 < b.0);
        if !sorted(&pairs) {
            pairs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            if !sorted(&pairs) {
                return Err(Error::DuplicateKey);
            }
        }
        Ok(Self {
            pairs,
            ..Self::with_order(order)
        })
    }

    /// A map of pairs that must be sorted already. An error if they are not, or if a key occurs twice.
    pub fn from_sorted(order: MapOrder, pairs: Vec<(Value, Value)>) -> Result<Self, Error> {
        if pairs.is_sorted_by(|a, b| a.0 < b.0) {
            Ok(Self {
                pairs,
                ..Self::with_order(order)
            })
        } else {
            Err(Error::NotSorted)
        }
    }

    /// A result whose pairs are sent in the given order, flagged so that clients keep it. Only good to be encoded.
    #[must_use]
    pub const fn preserving_order(pairs: Vec<(Value, Value)>) -> Self {
        Self {
            order: MapOrder::Unordered,
            persist_index: false,
            preserves_order: true,
            pairs,
        }
    }

    /// Whether it was made by [`Map::preserving_order`].
    #[must_use]
    pub const fn preserves_order(&self) -> bool {
        self.preserves_order
    }

    /// The number of pairs.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are no pairs.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The pairs, sorted by key.
    #[must_use]
    pub fn pairs(&self) -> &[(Value, Value)] {
        &self.pairs
    }

    /// The pairs, sorted by key, taken out.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(Value, Value)> {
        self.pairs
    }

    /// Where `key` is, or where it would be inserted.
    pub fn search(&self, key: &Value) -> Result<usize, usize> {
        self.pairs.binary_search_by(|pair| pair.0.cmp(key))
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.search(key).ok().and_then(|index| self.value_at(index))
    }

    /// The value of `key`, to change.
    pub fn get_mut(&mut self, key: &Value) -> Option<&mut Value> {
        let index = self.search(key).ok()?;
        self.value_at_mut(index)
    }

    /// The value of the pair at `index` in key order.
    #[must_use]
    pub fn value_at(&self, index: usize) -> Option<&Value> {
        self.pairs.get(index).map(|pair| &pair.1)
    }

    /// The value of the pair at `index` in key order, to change.
    pub fn value_at_mut(&mut self, index: usize) -> Option<&mut Value> {
        self.pairs.get_mut(index).map(|pair| &mut pair.1)
    }

    /// Puts a pair; gives back the value it replaces. `key` should satisfy [`Value::is_map_key`].
    pub fn insert(&mut self, key: Value, value: Value) -> Option<Value> {
        match self.search(&key) {
            Ok(index) => self
                .value_at_mut(index)
                .map(|old| std::mem::replace(old, value)),
            Err(index) => {
                self.pairs.insert(index, (key, value));
                None
            }
        }
    }

    /// Removes a pair.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let index = self.search(key).ok()?;
        Some(self.pairs.remove(index).1)
    }

    /// Removes the pair at `index` in key order.
    pub fn remove_at(&mut self, index: usize) -> Option<(Value, Value)> {
        (index < self.pairs.len()).then(|| self.pairs.remove(index))
    }

    /// Keeps the pairs for which `keep` says so; it is asked in key order, once for each.
    pub fn retain(&mut self, mut keep: impl FnMut(&Value, &Value) -> bool) {
        self.pairs.retain(|(key, value)| keep(key, value));
    }

    /// Removes all pairs.
    pub fn clear(&mut self) {
        self.pairs.clear();
    }
}
