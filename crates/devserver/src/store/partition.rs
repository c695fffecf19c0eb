//! A partition: records by digest, and its part of every index.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use wire::Digest;

use super::{Namespace, Record};
use crate::clock::Moment;
use crate::index::{Index, Tree};

/// Digests are hashes already.
#[derive(Debug, Default)]
pub(crate) struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Debug, Default)]
pub(crate) struct Partition {
    records: HashMap<Digest, Record, BuildHasherDefault<DigestHasher>>,
    trees: Vec<Tree>,
}

/// The place of a record, taken or not. All changes go through it, so that the indexes follow.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    entry: Entry<'a, Digest, Record>,
    trees: &'a mut [Tree],
}

impl Place<'_> {
    /// The record, also one whose time is over.
    pub(crate) fn get(&self) -> Option<&Record> {
        match &self.entry {
            Entry::Occupied(entry) => Some(entry.get()),
            Entry::Vacant(_) => None,
        }
    }

    /// Changes the record that is there.
    pub(crate) fn change<R>(self, change: impl FnOnce(&mut Record) -> R) -> Option<R> {
        let Entry::Occupied(mut entry) = self.entry else {
            return None;
        };
        let digest = *entry.key();
        let keys = |record: &Record, trees: &[Tree]| -> Vec<_> {
            trees
                .iter()
                .map(|tree| tree.keys(&digest, record))
                .collect()
        };
        let record = entry.get_mut();
        let old = keys(record, self.trees);
        let changed = change(record);
        let new = keys(record, self.trees);
        for (tree, (old, new)) in self.trees.iter_mut().zip(old.iter().zip(&new)) {
            tree.update(&digest, old, new);
        }
        Some(changed)
    }

    /// Puts a new record here, in place of what was left of an old one.
    pub(crate) fn put(self, record: Record) {
        let digest = *self.entry.key();
        for tree in self.trees {
            let old = match &self.entry {
                Entry::Occupied(entry) => tree.keys(&digest, entry.get()),
                Entry::Vacant(_) => Vec::new(),
            };
            let new = tree.keys(&digest, &record);
            tree.update(&digest, &old, &new);
        }
        self.entry.insert_entry(record);
    }

    /// Removes the record, if there is one.
    pub(crate) fn remove(self) {
        if let Entry::Occupied(entry) = self.entry {
            forget(self.trees, entry.key(), entry.get());
            entry.remove();
        }
    }
}

/// Takes a record out of the indexes.
fn forget(trees: &mut [Tree], digest: &Digest, record: &Record) {
    for tree in trees {
        let keys = tree.keys(digest, record);
        tree.update(digest, &keys, &[]);
    }
}

impl Partition {
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// A record, also one whose time is over.
    pub(crate) fn get(&self, digest: &Digest) -> Option<&Record> {
        self.records.get(digest)
    }

    /// The place of a record, taken or not.
    pub(crate) fn place(&mut self, digest: Digest) -> Place<'_> {
        Place {
            entry: self.records.entry(digest),
            trees: &mut self.trees,
        }
    }

    /// The records behind a digest in the order of scans: descending, as a real server's.
    pub(crate) fn behind(&self, digest: Option<Digest>) -> Vec<(&Digest, &Record)> {
        let is_behind =
            |(other, _): &(&Digest, &Record)| digest.is_none_or(|digest| **other < digest);
        let mut found: Vec<_> = self.records.iter().filter(is_behind).collect();
        found.sort_unstable_by_key(|(digest, _)| Reverse(**digest));
        found
    }

    /// Removes what is not alive; says how many that were.
    pub(crate) fn sweep(&mut self, namespace: &Namespace, now: Moment) -> usize {
        let before = self.records.len();
        let trees = &mut self.trees;
        self.records.retain(|digest, record| {
            let alive = record.is_alive(namespace, now);
            if !alive {
                forget(trees, digest, record);
            }
            alive
        });
        if self.records.len() * 4 < self.records.capacity() {
            self.records.shrink_to_fit();
        }
        before - self.records.len()
    }

    /// An index's part here, if there is one.
    pub(crate) fn tree(&self, index: &Arc<Index>) -> Option<&Tree> {
        self.trees
            .iter()
            .find(|tree| Arc::ptr_eq(&tree.index, index))
    }

    /// Adds a tree and what is there to be found by it; says how many records were looked at.
    pub(crate) fn plant(&mut self, mut tree: Tree) -> usize {
        for (digest, record) in &self.records {
            let keys = tree.keys(digest, record);
            tree.update(digest, &[], &keys);
        }
        self.trees.push(tree);
        self.records.len()
    }

    /// Takes an index's part away.
    pub(crate) fn fell(&mut self, index: &Arc<Index>) {
        self.trees.retain(|tree| !Arc::ptr_eq(&tree.index, index));
        if self.trees.is_empty() {
            self.trees = Vec::new();
        }
    }
}
