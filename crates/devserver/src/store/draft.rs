//! Looking bins up, and changing them on a draft: a request that fails leaves no trace, because only a finished draft reaches its record.

use std::collections::HashMap;

use wire::Value;

use super::{Bin, BinName};

/// Lookups times bins from which an index by name pays.
const WIDE: usize = 4096;

/// The bins of a record as an operation sees them.
pub(crate) trait Bins {
    /// The value of a bin.
    fn get(&self, name: &BinName) -> Option<&Value>;
}

/// Finds bins by name: one after the other, or by an index if there will be many lookups in many bins.
#[derive(Debug)]
pub(crate) struct Lookup<'a> {
    bins: &'a [Bin],
    index: Option<HashMap<BinName, &'a Bin>>,
}

impl<'a> Lookup<'a> {
    /// Prepares for so many lookups.
    pub(crate) fn new(bins: &'a [Bin], lookups: usize) -> Self {
        let wide = bins.len().saturating_mul(lookups) > WIDE && lookups > 1;
        let index = wide.then(|| bins.iter().map(|bin| (bin.name, bin)).collect());
        Self { bins, index }
    }

    pub(crate) fn find(&self, name: &BinName) -> Option<&'a Value> {
        let bin = match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.bins.iter().find(|bin| bin.name == *name),
        };
        bin.map(|bin| &bin.value)
    }
}

impl Bins for Lookup<'_> {
    fn get(&self, name: &BinName) -> Option<&Value> {
        self.find(name)
    }
}

/// Bins of a record with changes that have not reached it.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    base: Lookup<'a>,
    /// The record's own bins do not count any more.
    cleared: bool,
    /// The last word on each bin that was changed; `None` removes it.
    changes: Vec<(BinName, Option<Value>)>,
    /// Where in `changes` a bin is, if there will be many.
    index: Option<HashMap<BinName, usize>>,
}

/// What a finished draft makes of its record's bins.
#[derive(Debug)]
pub(crate) struct Changes {
    cleared: bool,
    list: Vec<(BinName, Option<Value>)>,
}

impl<'a> Draft<'a> {
    /// A draft of bins that so many operations will be applied to.
    pub(crate) fn new(bins: &'a [Bin], operations: usize) -> Self {
        let index = (operations.saturating_mul(operations) > WIDE).then(HashMap::new);
        Self {
            base: Lookup::new(bins, operations),
            cleared: false,
            changes: Vec::with_capacity(operations.min(16)),
            index,
        }
    }

    /// Changes a bin; `None` removes it.
    pub(crate) fn set(&mut self, name: BinName, value: Option<Value>) {
        if let Some(change) = self.position(&name).and_then(|at| self.changes.get_mut(at)) {
            change.1 = value;
            return;
        }
        if let Some(index) = &mut self.index {
            index.insert(name, self.changes.len());
        }
        self.changes.push((name, value));
    }

    /// Removes all bins.
    pub(crate) fn clear(&mut self) {
        self.cleared = true;
        self.changes.clear();
        if let Some(index) = &mut self.index {
            index.clear();
        }
    }

    /// The bins as they would be, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&BinName, &Value)> {
        let base = if self.cleared { &[] } else { self.base.bins };
        let kept = base
            .iter()
            .filter_map(|bin| match self.position(&bin.name) {
                Some(at) => self
                    .changes
                    .get(at)?
                    .1
                    .as_ref()
                    .map(|value| (&bin.name, value)),
                None => Some((&bin.name, &bin.value)),
            });
        let added = self
            .changes
            .iter()
            .filter(|(name, _)| self.cleared || self.base.find(name).is_none());
        kept.chain(added.filter_map(|(name, value)| Some((name, value.as_ref()?))))
    }

    pub(crate) fn finish(self) -> Changes {
        Changes {
            cleared: self.cleared,
            list: self.changes,
        }
    }

    fn position(&self, name: &BinName) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.changes.iter().position(|(changed, _)| changed == name),
        }
    }
}

impl Bins for Draft<'_> {
    fn get(&self, name: &BinName) -> Option<&Value> {
        match self.position(name).and_then(|at| self.changes.get(at)) {
            Some((_, value)) => value.as_ref(),
            None if self.cleared => None,
            None => self.base.find(name),
        }
    }
}

impl Changes {
    /// The bins a record has afterwards.
    pub(crate) fn apply(self, bins: Box<[Bin]>) -> Box<[Bin]> {
        let mut bins = if self.cleared {
            Vec::new()
        } else {
            bins.into_vec()
        };
        let mut places: Option<HashMap<BinName, usize>> = None;
        if bins.len().saturating_mul(self.list.len()) > WIDE {
            places = Some(
                bins.iter()
                    .enumerate()
                    .map(|(at, bin)| (bin.name, at))
                    .collect(),
            );
        }
        let old = bins.len();
        let mut removes = false;
        let added = self
            .list
            .iter()
            .filter(|(_, value)| value.is_some())
            .count();
        if bins.is_empty() {
            bins.reserve_exact(added);
        }
        for (name, value) in self.list {
            let place = match &places {
                Some(places) => places.get(&name).copied(),
                None => bins.iter().take(old).position(|bin| bin.name == name),
            };
            match (place.and_then(|at| bins.get_mut(at)), value) {
                (Some(bin), Some(value)) => bin.value = value,
                (Some(bin), None) => {
                    // Nil cannot be stored, so it can stand for what is to go.
                    bin.value = Value::Nil;
                    removes = true;
                }
                (None, Some(value)) => bins.push(Bin { name, value }),
                (None, None) => {}
            }
        }
        if removes {
            bins.retain(|bin| !matches!(bin.value, Value::Nil));
        }
        bins.into_boxed_slice()
    }
}
