//! A partition: records by digest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use wire::Digest;

use super::{Namespace, Record};
use crate::clock::Moment;

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
        found.sort_unstable_by_key(|(digest, _)| Reverse(**digest));
        found
    }

    /// Removes what is not alive; says how many that were.
    pub(crate) fn sweep(&mut self, namespace: &Namespace, now: Moment) -> usize {
        let before = self.records.len();
        self.records
            .retain(|_, record| record.is_alive(namespace, now));
        if self.records.len() * 4 < self.records.capacity() {
            self.records.shrink_to_fit();
        }
        before - self.records.len()
    }
}
