//! What is known of a record beside its bins.

use wire::{ResultCode, Value};

use super::Subject;
use super::kind::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meta {
    DeviceSize,
    LastUpdate,
    SinceUpdate,
    VoidTime,
    Ttl,
    SetName,
    KeyExists,
    IsTombstone,
    /// In memory the two sizes are the same.
    RecordSize,
}

impl Meta {
    pub(super) const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            65 => Self::DeviceSize,
            66 => Self::LastUpdate,
            67 => Self::SinceUpdate,
            68 => Self::VoidTime,
            69 => Self::Ttl,
            70 => Self::SetName,
            71 => Self::KeyExists,
            72 => Self::IsTombstone,
            73 | 74 => Self::RecordSize,
            _ => return None,
        })
    }

    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::SetName => Kind::Str,
            Self::KeyExists | Self::IsTombstone => Kind::Bool,
            _ => Kind::Int,
        }
    }

    pub(super) fn of(self, subject: &dyn Subject) -> Value {
        let int = |value: u64| Value::Int(i64::try_from(value).unwrap_or(i64::MAX));
        match self {
            // Records are kept in memory only.
            Self::DeviceSize => Value::Int(0),
            Self::LastUpdate => int(subject.last_update().saturating_mul(1_000_000)),
            Self::SinceUpdate => int(subject.now().saturating_sub(subject.last_update())),
            Self::VoidTime => subject
                .void_time()
                .map_or(Value::Int(-1), |at| int(at.saturating_mul(1_000_000_000))),
            Self::Ttl => subject.void_time().map_or(Value::Int(-1), |at| {
                int(at.saturating_sub(subject.now() / 1000))
            }),
            Self::SetName => Value::string(subject.set_name()),
            Self::KeyExists => Value::Bool(subject.key().is_some()),
            Self::IsTombstone => Value::Bool(subject.is_tombstone()),
            Self::RecordSize => int(subject.record_size()),
        }
    }
}

/// A record's place in a sample: the last four bytes of its digest, little-endian, modulo something.
#[derive(Clone, Copy, Debug)]
pub(super) struct DigestModulo(i32);

impl DigestModulo {
    pub(super) fn new(modulus: i64) -> Result<Self, ResultCode> {
        let modulus = i32::try_from(modulus).ok().filter(|modulus| *modulus != 0);
        modulus.map(Self).ok_or(ResultCode::Parameter)
    }

    pub(super) fn of(self, subject: &dyn Subject) -> Value {
        let tail = subject.digest().0.last_chunk().copied().unwrap_or_default();
        Value::Int(i64::from(u32::from_le_bytes(tail)) % i64::from(self.0))
    }
}
