//! A partition: records by digest, and its part of every index.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use wire::Digest;

use super::{Namespace, Record, Set};
use crate::clock::Moment;
use crate::index::{Index, Tree};
use crate::transaction::{Lock, Transaction};

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
    /// Records that transactions are writing; their states so far are in `records`.
    locks: HashMap<Digest, Lock, BuildHasherDefault<DigestHasher>>,
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
        if !self.locks.is_empty() {
            found = found
                .into_iter()
                .filter_map(|(digest, record)| Some((digest, self.committed(digest, record)?)))
                .collect();
        }
        found.sort_unstable_by_key(|(digest, _)| Reverse(**digest));
        found
    }

    /// The record an entry of an index leads to, as others than its transaction see it.
    pub(crate) fn found(&self, tree: &Tree, key: i64, digest: &Digest) -> Option<&Record> {
        let record = self.records.get(digest)?;
        if self.locks.is_empty() || !self.locks.contains_key(digest) {
            return Some(record);
        }
        let record = self.committed(digest, record)?;
        tree.keys(digest, record).contains(&key).then_some(record)
    }

    /// A record as others than its transaction see it.
    fn committed<'a>(&'a self, digest: &Digest, record: &'a Record) -> Option<&'a Record> {
        match self.locks.get(digest) {
            Some(lock) if !lock.transaction.goes_forward() => lock.before.as_ref(),
            _ => Some(record),
        }
    }

    /// The id of the transaction that is writing a record.
    pub(crate) fn owner(&self, digest: &Digest) -> Option<u64> {
        self.locks.get(digest).map(|lock| lock.transaction.id())
    }

    /// Locks a record for a transaction.
    pub(crate) fn lock(&mut self, digest: Digest, transaction: Arc<Transaction>) {
        let before = self.records.get(&digest).cloned();
        self.locks.insert(
            digest,
            Lock {
                transaction,
                before,
            },
        );
    }

    /// Unlocks a record: forward keeps what was written, back restores what was there before.
    pub(crate) fn roll(&mut self, digest: &Digest, forward: bool) {
        let Some(lock) = self.locks.remove(digest) else {
            return;
        };
        if forward {
            return;
        }
        let place = self.place(*digest);
        match lock.before {
            Some(record) => place.put(record),
            None => place.remove(),
        }
    }

    /// Unlocks a record if its transaction is over.
    pub(crate) fn settle(&mut self, digest: &Digest, now: Moment) {
        let over = self
            .locks
            .get(digest)
            .filter(|lock| lock.transaction.is_over(now));
        if let Some(lock) = over {
            let forward = lock.transaction.goes_forward();
            self.roll(digest, forward);
        }
    }

    /// Exchanges what a transaction wrote for what was there before, and back again. The indexes stay with what was written.
    pub(crate) fn swap(&mut self, digest: &Digest) {
        let Some(lock) = self.locks.get_mut(digest) else {
            return;
        };
        if lock.transaction.goes_forward() {
            return;
        }
        let other = self.records.remove(digest);
        if let Some(record) = std::mem::replace(&mut lock.before, other) {
            self.records.insert(*digest, record);
        }
    }

    /// How many tombstones there are, of a set or all.
    pub(crate) fn tombstones(&self, set: Option<&Set>) -> usize {
        let is_of = |record: &&Record| {
            set.is_none_or(|set| {
                let own = record.set.as_deref();
                own.is_some_and(|own| std::ptr::eq(own, set))
            })
        };
        self.records
            .values()
            .filter(|record| record.is_tombstone())
            .filter(is_of)
            .count()
    }

    /// Removes what is not alive; says how many that were.
    pub(crate) fn sweep(&mut self, namespace: &Namespace, now: Moment) -> usize {
        let before = self.records.len();
        let trees = &mut self.trees;
        self.records.retain(|digest, record| {
            let kept = record.is_kept(namespace, now);
            if !kept {
                forget(trees, digest, record);
            }
            kept
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
