//! Records: what is kept for a key. 48 bytes beside the digest, one allocation for the bins, none for scalars.

use std::fmt;
use std::sync::Arc;

use wire::{ResultCode, Value};

use super::{Namespace, Set};
use crate::clock::Moment;

/// The longest name of a bin.
const MAX_NAME: usize = 15;
/// Milliseconds a tombstone stays: a day.
const TOMBSTONE_AGE: u64 = 86_400_000;

/// The name of a bin, in place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BinName {
    size: u8,
    bytes: [u8; MAX_NAME],
}

impl BinName {
    /// A name as it was sent: at most 15 bytes, none of them zero.
    pub(crate) fn new(name: &[u8]) -> Result<Self, ResultCode> {
        let mut bytes = [0; MAX_NAME];
        let place = bytes.get_mut(..name.len()).ok_or(ResultCode::BinName)?;
        if name.contains(&0) {
            return Err(ResultCode::BinName);
        }
        place.copy_from_slice(name);
        Ok(Self {
            size: name.len() as u8,
            bytes,
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.size)).unwrap_or_default()
    }
}

impl fmt::Debug for BinName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(self.as_bytes()).fmt(f)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Bin {
    pub(crate) name: BinName,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// When it was last changed, in milliseconds since the epoch; never goes back.
    pub(crate) last_update: u64,
    /// The key, if the client sent it with a write.
    pub(crate) key: Option<Box<Value>>,
    pub(crate) set: Option<Arc<Set>>,
    pub(crate) bins: Box<[Bin]>,
    /// Seconds since the epoch, 0 for never.
    pub(crate) void_time: u32,
    pub(crate) generation: u16,
}

impl Record {
    /// The name of its set; empty without one.
    pub(crate) fn set_name(&self) -> &[u8] {
        self.set.as_ref().map_or(&[], |set| &set.name)
    }

    pub(crate) fn is_alive(&self, namespace: &Namespace, now: Moment) -> bool {
        !self.is_tombstone() && !self.is_expired(now) && !self.is_truncated(namespace)
    }

    /// Whether it is what a durable delete has left: a record without bins.
    pub(crate) const fn is_tombstone(&self) -> bool {
        self.bins.is_empty()
    }

    /// Whether the sweep leaves it where it is: a tombstone for a day.
    pub(crate) fn is_kept(&self, namespace: &Namespace, now: Moment) -> bool {
        let young = now.0.saturating_sub(self.last_update) < TOMBSTONE_AGE;
        self.is_alive(namespace, now)
            || self.is_tombstone() && young && !self.is_truncated(namespace)
    }

    /// Leaves a tombstone in its place.
    pub(crate) fn bury(&mut self, namespace: &Namespace, now: Moment) {
        self.bins = Box::default();
        self.void_time = 0;
        self.generation = self.next_generation();
        self.last_update = self.last_update.max(now.0);
        namespace.note_tombstone();
    }

    /// Its version, 56 bits: no two states of a record have the same.
    pub(crate) fn version(&self) -> u64 {
        self.last_update << 16 | u64::from(self.generation)
    }

    /// Whether its time is over. A void-time counts whole seconds; the fraction is that of the write which set it, so that a record lives
    /// exactly as long as it was told to.
    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        self.void_time != 0 && now.0 >= u64::from(self.void_time) * 1000 + self.last_update % 1000
    }

    pub(crate) fn is_truncated(&self, namespace: &Namespace) -> bool {
        let set = self.set.as_ref().map_or(0, |set| set.truncated());
        self.last_update < namespace.truncated().max(set)
    }

    /// The next generation: 1 after 65535, so that 0 is always a record that does not exist.
    pub(crate) const fn next_generation(&self) -> u16 {
        if self.generation == u16::MAX {
            1
        } else {
            self.generation + 1
        }
    }
}
