//! [`Tree`]: an index's part in a partition.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Included};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use wire::Digest;

use super::{Entry, Index};
use crate::store::Record;

const LEAST: Digest = Digest([0; 20]);
const GREATEST: Digest = Digest([u8::MAX; 20]);

#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) index: Arc<Index>,
    entries: BTreeSet<Entry>,
}

impl Tree {
    pub(crate) fn new(index: Arc<Index>) -> Self {
        Self {
            index,
            entries: BTreeSet::new(),
        }
    }

    pub(crate) fn keys(&self, digest: &Digest, record: &Record) -> Vec<i64> {
        self.index.keys(digest, record)
    }

    /// Puts a record's new keys in the place of its old ones.
    pub(crate) fn update(&mut self, digest: &Digest, old: &[i64], new: &[i64]) {
        if old == new {
            return;
        }
        let mut gone = 0;
        for key in old {
            gone += usize::from(self.entries.remove(&(*key, *digest)));
        }
        let mut added = 0;
        for key in new {
            added += usize::from(self.entries.insert((*key, *digest)));
        }
        let Index {
            entries, records, ..
        } = &*self.index;
        entries.fetch_add(added, Ordering::Relaxed);
        entries.fetch_sub(gone, Ordering::Relaxed);
        match (gone, added) {
            (0, 1..) => _ = records.fetch_add(1, Ordering::Relaxed),
            (1.., 0) => _ = records.fetch_sub(1, Ordering::Relaxed),
            _ => {}
        }
    }

    /// The entries in ranges of keys, behind a place.
    pub(crate) fn walk<'a>(
        &'a self,
        ranges: &'a [(i64, i64)],
        after: Option<Entry>,
    ) -> impl Iterator<Item = Entry> + use<'a> {
        let behind = move |(from, to): &(i64, i64)| {
            let end = Included((*to, GREATEST));
            let start = match after {
                Some(after) if after >= (*to, GREATEST) => return None,
                Some(after) if after >= (*from, LEAST) => Excluded(after),
                _ => Included((*from, LEAST)),
            };
            Some(self.entries.range((start, end)).copied())
        };
        ranges.iter().filter_map(behind).flatten()
    }

    /// The digests under a key behind one, in descending order.
    pub(crate) fn behind(
        &self,
        key: i64,
        digest: Option<Digest>,
    ) -> impl Iterator<Item = Digest> + use<'_> {
        let end = digest.map_or(Included((key, GREATEST)), |digest| Excluded((key, digest)));
        let found = self.entries.range((Included((key, LEAST)), end));
        found.rev().map(|(_, digest)| *digest)
    }

    /// All keys, in order.
    pub(crate) fn all_keys(&self) -> impl Iterator<Item = i64> {
        self.entries.iter().map(|(key, _)| *key)
    }
}
