//! Namespaces and their sets.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use wire::{Digest, PARTITIONS};

use super::Partition;
use crate::clock::Moment;
use crate::index::Catalogue;
use crate::transaction::Transactions;

/// A set. Each of its records holds a reference, so the number of references beyond the namespace's own is how many it has.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) name: Box<[u8]>,
    truncated: AtomicU64,
}

impl Set {
    /// Records last updated before this are gone.
    pub(crate) fn truncated(&self) -> u64 {
        // A record's lock is taken between a truncation and a later look at the record, or the two are concurrent.
        self.truncated.load(Ordering::Relaxed)
    }

    pub(crate) fn truncate(&self, before: Moment) {
        self.truncated.fetch_max(before.0, Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub(crate) struct Namespace {
    pub(crate) name: String,
    partitions: Box<[Mutex<Partition>]>,
    sets: RwLock<HashMap<Box<[u8]>, Arc<Set>>>,
    pub(crate) indexes: Catalogue,
    truncated: AtomicU64,
    default_ttl: AtomicU32,
    /// Transactions under way, if the namespace is strongly consistent.
    transactions: Option<Transactions>,
    /// There has been a tombstone.
    has_tombstones: AtomicBool,
}

impl Namespace {
    pub(crate) fn new(name: &str, default_ttl: u32, strong: bool) -> Self {
        Self {
            name: name.to_owned(),
            partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
            sets: RwLock::default(),
            indexes: Catalogue::default(),
            truncated: AtomicU64::new(0),
            default_ttl: AtomicU32::new(default_ttl),
            has_tombstones: AtomicBool::new(false),
            transactions: strong.then(Transactions::default),
        }
    }

    /// Whether it is strongly consistent.
    pub(crate) const fn is_strong(&self) -> bool {
        self.transactions.is_some()
    }

    pub(crate) const fn transactions(&self) -> Option<&Transactions> {
        self.transactions.as_ref()
    }

    pub(crate) fn partitions(&self) -> &[Mutex<Partition>] {
        &self.partitions
    }

    /// The partition a digest falls into.
    pub(crate) fn partition(&self, digest: &Digest) -> &Mutex<Partition> {
        // A digest's partition is below their number by definition.
        #[expect(clippy::indexing_slicing)]
        &self.partitions[digest.partition()]
    }

    /// A set, if it exists.
    pub(crate) fn set(&self, name: &[u8]) -> Option<Arc<Set>> {
        self.sets.read().get(name).map(Arc::clone)
    }

    /// A set; made if it does not exist. No name, no set.
    pub(crate) fn make_set(&self, name: &[u8]) -> Option<Arc<Set>> {
        if name.is_empty() {
            return None;
        }
        self.set(name).or_else(|| {
            let mut sets = self.sets.write();
            let make = || {
                Arc::new(Set {
                    name: name.into(),
                    truncated: AtomicU64::new(0),
                })
            };
            Some(Arc::clone(sets.entry(name.into()).or_insert_with(make)))
        })
    }

    /// The sets by name, and how many records each has.
    pub(crate) fn sets(&self) -> Vec<(Arc<Set>, usize)> {
        let sets = self.sets.read();
        let mut found: Vec<_> = sets
            .values()
            .map(|set| (Arc::clone(set), Arc::strong_count(set) - 2))
            .collect();
        found.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        found
    }

    /// How many records there are in those partitions that count, expired ones included until they are swept.
    pub(crate) fn objects(&self, counts: impl Fn(usize) -> bool) -> usize {
        let has_tombstones = self.has_tombstones.load(Ordering::Relaxed);
        let partitions = self.partitions.iter().enumerate();
        partitions
            .filter(|(id, _)| counts(*id))
            .map(|(_, partition)| {
                let partition = partition.lock();
                let tombstones = if has_tombstones {
                    partition.tombstones(None)
                } else {
                    0
                };
                partition.len().saturating_sub(tombstones)
            })
            .sum()
    }

    /// How many tombstones there are, of a set or all.
    pub(crate) fn tombstones(&self, set: Option<&Set>) -> usize {
        if !self.has_tombstones.load(Ordering::Relaxed) {
            return 0;
        }
        let partitions = self.partitions.iter();
        partitions
            .map(|partition| partition.lock().tombstones(set))
            .sum()
    }

    pub(crate) fn note_tombstone(&self) {
        self.has_tombstones.store(true, Ordering::Relaxed);
    }

    /// Records last updated before this are gone.
    pub(crate) fn truncated(&self) -> u64 {
        self.truncated.load(Ordering::Relaxed)
    }

    pub(crate) fn truncate(&self, before: Moment) {
        self.truncated.fetch_max(before.0, Ordering::Relaxed);
    }

    pub(crate) fn default_ttl(&self) -> u32 {
        self.default_ttl.load(Ordering::Relaxed)
    }

    pub(crate) fn set_default_ttl(&self, seconds: u32) {
        self.default_ttl.store(seconds, Ordering::Relaxed);
    }
}
