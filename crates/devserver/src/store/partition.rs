//! A partition: records by digest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use wire::Digest;

use super::{Namespace, Record, Set};
use crate::clock::Moment;
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
}

impl Partition {
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// A record, also one whose time is over.
    pub(crate) fn get(&self, digest: &Digest) -> Option<&Record> {
        self.records.get(digest)
    }

    /// A record to change, also one whose time is over.
    pub(crate) fn get_mut(&mut self, digest: &Digest) -> Option<&mut Record> {
        self.records.get_mut(digest)
    }

    /// The place of a record, taken or not.
    pub(crate) fn entry(&mut self, digest: Digest) -> Entry<'_, Digest, Record> {
        self.records.entry(digest)
    }

    pub(crate) fn remove(&mut self, digest: &Digest) {
        self.records.remove(digest);
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
        match lock.before {
            Some(record) => _ = self.records.insert(*digest, record),
            None => _ = self.records.remove(digest),
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

    /// Exchanges what a transaction wrote for what was there before, and back again.
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
        self.records
            .retain(|_, record| record.is_kept(namespace, now));
        if self.records.len() * 4 < self.records.capacity() {
            self.records.shrink_to_fit();
        }
        before - self.records.len()
    }
}
