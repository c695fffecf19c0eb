//! [`Catalogue`]: the indexes of a namespace, and how they come and go.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::{Mutex, RwLock};

use super::{Index, Tree};
use crate::store::Partition;

/// The most indexes of a namespace.
const MAX: usize = 256;
/// How many entries tell how many have the same key.
const SAMPLE: usize = 100_000;

/// Why an index is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is one of its name that is another.
    Exists,
    TooMany,
}

#[derive(Debug, Default)]
pub(crate) struct Catalogue(RwLock<Vec<Arc<Index>>>);

impl Catalogue {
    /// Adds an index that is still to be [`build`]. `None` if it is there already.
    pub(crate) fn add(&self, index: Index) -> Result<Option<Arc<Index>>, Refused> {
        let mut indexes = self.0.write();
        if let Some(known) = indexes.iter().find(|known| known.name == index.name) {
            let same = known.has_definition_of(&index);
            return if same { Ok(None) } else { Err(Refused::Exists) };
        }
        // One definition under two names is one more than is needed, but a real server takes it.
        if indexes.len() >= MAX {
            return Err(Refused::TooMany);
        }
        let index = Arc::new(index);
        indexes.push(Arc::clone(&index));
        indexes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(index))
    }

    /// Takes an index out; its trees are still to be [`fell`]ed.
    pub(crate) fn remove(&self, name: &str) -> Option<Arc<Index>> {
        let mut indexes = self.0.write();
        let at = indexes.iter().position(|index| index.name == name)?;
        let index = indexes.remove(at);
        index.dropped.store(true, Ordering::Relaxed);
        Some(index)
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Index>> {
        self.find(|index| index.name == name)
    }

    /// The first index, by name, of which something is true.
    pub(crate) fn find(&self, is_it: impl Fn(&Index) -> bool) -> Option<Arc<Index>> {
        let indexes = self.0.read();
        indexes.iter().find(|index| is_it(index)).map(Arc::clone)
    }

    /// All of them, by name.
    pub(crate) fn list(&self) -> Vec<Arc<Index>> {
        self.0.read().clone()
    }
}

/// Covers one more partition; gives how many records were looked at.
pub(crate) fn build(index: &Arc<Index>, partition: &Mutex<Partition>) -> usize {
    let mut partition = partition.lock();
    // Who drops an index says so before looking into any partition.
    let looks = if index.dropped.load(Ordering::Relaxed) {
        0
    } else {
        partition.plant(Tree::new(Arc::clone(index)))
    };
    index.built.fetch_add(1, Ordering::Release);
    looks
}

/// How many entries share a key, on average; at least 1 if there are any.
pub(crate) fn entries_per_key(index: &Arc<Index>, partitions: &[Mutex<Partition>]) -> usize {
    let (mut seen, mut keys) = (0, HashSet::new());
    for partition in partitions {
        if let Some(tree) = partition.lock().tree(index) {
            for key in tree.all_keys() {
                seen += 1;
                keys.insert(key);
            }
        }
        if seen >= SAMPLE {
            break;
        }
    }
    seen / keys.len().max(1)
}
