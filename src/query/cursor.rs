//! How far a query has come: of each partition the last record that was taken, so that any process can go on after it.
//!
//! As bytes, numbers big-endian:
//!
//! ```text
//! "ASQC"  version 1: u8  flags: u8  begin: u16  count: u16  query: 8 bytes  entries: u16
//! an entry, of each partition with a mark: partition: u16  flags: u8  digest: 20 bytes  [value: u64]
//! checksum: 8 bytes
//! ```
//!
//! Flags of the head: 1, nothing is left to read. Of an entry: 1, the value of the index beside the digest. `query` are the first bytes of
//! the RIPEMD-160 of what was asked for, the checksum those of all that stands before it.

use std::ops::Range;
use std::sync::Arc;

use aerospike_core as core;
use aerospike_core::query::PartitionStatus;
use parking_lot::Mutex;
use ripemd::{Digest as _, Ripemd160};

use crate::error::{Error, Result};

const MAGIC: &[u8] = b"ASQC";
const VERSION: u8 = 1;
const DONE: u8 = 1;
const VALUED: u8 = 1;
const PARTITIONS: usize = 4096;

/// What a query asks for, in 8 bytes: a cursor of another one is refused.
pub(crate) type Fingerprint = [u8; 8];

/// The last record that was taken of a partition: its digest, and in an index query the value it was found by.
type Mark = ([u8; 20], Option<u64>);

/// Where a query stands.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    query: Fingerprint,
    begin: usize,
    /// One per partition.
    marks: Vec<Option<Mark>>,
    done: bool,
}

impl Cursor {
    /// The start of a query of `count` partitions; of the first only what comes after a digest, if there is one.
    pub(crate) fn start(
        query: Fingerprint,
        begin: usize,
        count: usize,
        after: Option<[u8; 20]>,
    ) -> Self {
        let mut marks = vec![None; count];
        if let Some(first) = marks.first_mut() {
            *first = after.map(|digest| (digest, None));
        }
        Self {
            query,
            begin,
            marks,
            done: false,
        }
    }

    /// Whether nothing is left to read.
    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    /// Everything was read.
    pub(crate) fn finish(&mut self) {
        self.done = true;
    }

    /// The partitions.
    pub(crate) fn partitions(&self) -> Range<usize> {
        self.begin..self.begin + self.marks.len()
    }

    /// The last record that was taken of a partition.
    pub(crate) fn mark(&self, partition: usize) -> Option<[u8; 20]> {
        let offset = partition.checked_sub(self.begin)?;
        let (digest, _) = self.marks.get(offset).copied().flatten()?;
        Some(digest)
    }

    /// A record was taken.
    pub(crate) fn pass(&mut self, partition: usize, digest: [u8; 20], value: Option<u64>) {
        let mark = partition
            .checked_sub(self.begin)
            .and_then(|offset| self.marks.get_mut(offset));
        if let Some(mark) = mark {
            *mark = Some((digest, value));
        }
    }

    /// What the core has to read: every partition after its mark. (Which of them have nothing more it finds out again; what it remembers
    /// of that is not all to be seen from here, and a partition left out would be records lost.)
    pub(crate) fn rest(&self) -> core::PartitionFilter {
        let mut filter = core::PartitionFilter::by_range(self.begin, self.marks.len());
        let statuses = self.marks.iter().enumerate().map(|(offset, mark)| {
            let mut status = PartitionStatus::new(self.begin + offset);
            if let Some((digest, value)) = mark {
                status.digest = Some(*digest);
                status.bval = *value;
            }
            Mutex::new(status)
        });
        filter.partitions = Some(Arc::new(statuses.collect()));
        filter
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let entries: Vec<_> = self
            .marks
            .iter()
            .enumerate()
            .filter_map(|(offset, mark)| mark.map(|mark| (offset, mark)))
            .collect();
        let mut out = Vec::with_capacity(28 + entries.len() * 31);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[VERSION, if self.done { DONE } else { 0 }]);
        out.extend_from_slice(&(self.begin as u16).to_be_bytes());
        out.extend_from_slice(&(self.marks.len() as u16).to_be_bytes());
        out.extend_from_slice(&self.query);
        out.extend_from_slice(&(entries.len() as u16).to_be_bytes());
        for (offset, (digest, value)) in entries {
            out.extend_from_slice(&((self.begin + offset) as u16).to_be_bytes());
            out.push(if value.is_some() { VALUED } else { 0 });
            out.extend_from_slice(&digest);
            if let Some(value) = value {
                out.extend_from_slice(&value.to_be_bytes());
            }
        }
        let checksum = fingerprint(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads a cursor of the query with this fingerprint.
    pub(crate) fn from_bytes(bytes: &[u8], query: Fingerprint) -> Result<Self> {
        let refuse = |why: &str| Error::argument(format!("the cursor {why}"));
        let broken = || refuse("is damaged");
        let body = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| refuse("is none: it does not begin as one"))?;
        match body.first() {
            Some(&VERSION) => {}
            Some(other) => {
                return Err(refuse(&format!(
                    "is of version {other}, and this release reads version {VERSION}"
                )));
            }
            None => return Err(broken()),
        }
        let (content, checksum) = bytes.split_last_chunk::<8>().ok_or_else(broken)?;
        if fingerprint(content) != *checksum {
            return Err(broken());
        }
        let mut reader = Reader(content.get(MAGIC.len() + 1..).unwrap_or_default());
        let cursor = reader.cursor().ok_or_else(broken)?;
        if cursor.query != query {
            return Err(refuse(
                "is that of another query: namespace, set or predicate differ",
            ));
        }
        Ok(cursor)
    }
}

/// Takes a cursor apart; None where it does not hold together.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn short(&mut self) -> Option<usize> {
        self.take()
            .map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    fn cursor(&mut self) -> Option<Cursor> {
        let [flags] = self.take()?;
        let (begin, count) = (self.short()?, self.short()?);
        if count == 0 || begin + count > PARTITIONS {
            return None;
        }
        let mut cursor = Cursor::start(self.take()?, begin, count, None);
        cursor.done = flags & DONE != 0;
        for _ in 0..self.short()? {
            let partition = self.short()?;
            let [flags] = self.take()?;
            let digest = self.take()?;
            let value = if flags & VALUED == 0 {
                None
            } else {
                Some(u64::from_be_bytes(self.take()?))
            };
            *cursor.marks.get_mut(partition.checked_sub(begin)?)? = Some((digest, value));
        }
        self.0.is_empty().then_some(cursor)
    }
}

/// The first bytes of a hash.
pub(crate) fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let hash: [u8; 20] = Ripemd160::digest(bytes).into();
    hash.first_chunk().copied().unwrap_or_default()
}
