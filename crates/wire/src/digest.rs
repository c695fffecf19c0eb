//! Key digests and the partitions they fall into.

use std::fmt;
use std::hash::{Hash, Hasher};

use ripemd::{Digest as _, Ripemd160};

use crate::{ParticleType, Value};

/// How many partitions every namespace has.
pub const PARTITIONS: usize = 4096;

/// Seconds from the Unix epoch to the protocol's: 2010-01-01T00:00:00Z. Void-times count from there.
pub const EPOCH: u64 = 1_262_304_000;

/// The 20 bytes that stand for a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Digest(pub [u8; 20]);

impl Digest {
    /// The digest of a key: RIPEMD-160 over the set's name, the key's particle type and its bytes. `None` for a value that cannot
    /// be a key: only integers, strings and blobs can.
    #[must_use]
    pub fn of(set: &[u8], key: &Value) -> Option<Self> {
        match key {
            Value::Int(key) => Some(Self::of_bytes(set, ParticleType::Int, &key.to_be_bytes())),
            Value::Str(key) => Some(Self::of_bytes(set, ParticleType::Str, key)),
            Value::Blob(kind, key) => Some(Self::of_bytes(set, (*kind).into(), key)),
            _ => None,
        }
    }

    /// The digest of a key given as particle type and bytes.
    #[must_use]
    pub fn of_bytes(set: &[u8], kind: ParticleType, key: &[u8]) -> Self {
        let hash = Ripemd160::new()
            .chain_update(set)
            .chain_update([kind as u8])
            .chain_update(key);
        Self(hash.finalize().into())
    }

    /// A digest as it arrived; `None` unless it is 20 bytes long.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The partition, below [`PARTITIONS`].
    #[must_use]
    pub const fn partition(&self) -> usize {
        let [a, b, ..] = self.0;
        u16::from_le_bytes([a, b]) as usize & (PARTITIONS - 1)
    }
}

impl Hash for Digest {
    /// A digest is a hash already: eight of its bytes, none of which decide the partition, are the whole input.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(
            self.0
                .last_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes)),
        );
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
