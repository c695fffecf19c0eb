//! What is plain enough to be asked past the core, and the requests for it.

use aerospike_core::policy::{BasePolicy, WritePolicy};
use aerospike_core::{
    Bin, Bins, CommitLevel, GenerationPolicy, Key, ReadModeAp, ReadModeSc, ReadTouchTtl,
    RecordExistsAction, Replica, Value as CoreValue,
};
use wire::message::{info1, info2};
use wire::op::Op;
use wire::{FieldType, Header, MessageWriter, OpCode, ParticleType, Value};

use super::connection::{Patience, frame};

/// Whether a read of one record under this policy is one of those that are asked past the core: of the master first, and without anything
/// that the core would have to see to.
pub(crate) fn is_plain(base: &BasePolicy) -> bool {
    matches!(base.replica, Replica::Sequence | Replica::Master)
        && matches!(base.read_mode_ap, ReadModeAp::One)
        && matches!(base.read_mode_sc, ReadModeSc::Session)
        && matches!(base.read_touch_ttl, ReadTouchTtl::ServerDefault)
        && base.filter_expression.is_none()
        && base.txn.is_none()
        && !base.use_compression
        && base.error_detail_verbosity == 0
        && base.timeout_delay == 0
        // Its pauses are the core's.
        && base.sleep_between_retries == 0
}

/// Whether any other request is.
pub(super) fn is_plain_at_master(base: &BasePolicy) -> bool {
    // Of two attempts the core makes the second at a replica; it would not know of ours.
    let is_left = base.max_retries == 1 && matches!(base.replica, Replica::Sequence);
    is_plain(base) && !is_left
}

/// Whether a write of bins is: of scalars, to a record as it may be.
pub(crate) fn is_plain_write(policy: &WritePolicy, key: &Key, bins: &[Bin]) -> bool {
    is_plain_at_master(&policy.base_policy)
        && matches!(policy.record_exists_action, RecordExistsAction::Update)
        && matches!(policy.generation_policy, GenerationPolicy::None)
        && matches!(policy.commit_level, CommitLevel::CommitAll)
        && !policy.durable_delete
        && !policy.on_locking_only
        && !policy.xdr
        && key_of(policy, key).is_none_or(|key| Scalar::of(key).is_some())
        && bins.len() <= MOST_BINS
        && size_of(bins).is_some_and(|size| size <= LARGEST_WRITE)
}

/// The core refuses what a server would not take; these are far below.
const MOST_BINS: usize = 1000;
const LARGEST_WRITE: usize = 1 << 20;

/// The bytes of bins that are scalars; None if one is none.
fn size_of(bins: &[Bin]) -> Option<usize> {
    let size = |bin: &Bin| Some(Scalar::of(&bin.value)?.particle().1.len());
    bins.iter().map(size).sum()
}

/// The key that is stored with the record, if it is to be.
fn key_of<'a>(policy: &WritePolicy, key: &'a Key) -> Option<&'a CoreValue> {
    key.user_key().filter(|_| policy.send_key)
}

/// A value whose bytes need not be built: the number of its type, and they.
enum Scalar<'a> {
    Short(u8, [u8; 8]),
    Bool([u8; 1]),
    Bytes(u8, &'a [u8]),
}

impl<'a> Scalar<'a> {
    fn of(value: &'a CoreValue) -> Option<Self> {
        Some(match value {
            CoreValue::Nil => Self::Bytes(0, &[]),
            CoreValue::Bool(flag) => Self::Bool([u8::from(*flag)]),
            CoreValue::Int(number) => Self::Short(ParticleType::Int as u8, number.to_be_bytes()),
            CoreValue::Float(number) => {
                Self::Short(ParticleType::Float as u8, f64::from(number).to_be_bytes())
            }
            CoreValue::String(text) => Self::Bytes(ParticleType::Str as u8, text.as_bytes()),
            CoreValue::Blob(bytes) => Self::Bytes(ParticleType::Blob as u8, bytes),
            _ => return None,
        })
    }

    fn particle(&self) -> (u8, &[u8]) {
        match self {
            Self::Short(kind, bytes) => (*kind, bytes),
            Self::Bool(byte) => (ParticleType::Bool as u8, byte),
            Self::Bytes(kind, bytes) => (*kind, bytes),
        }
    }
}

/// What to do with a record.
pub(super) fn header(bins: &Bins) -> Header {
    let bins = match bins {
        Bins::All => info1::GET_ALL,
        Bins::None => info1::GET_NO_BINS,
        Bins::Some(_) => 0,
    };
    Header {
        info1: info1::READ | bins,
        ..Header::default()
    }
}

/// Where a record is, unless its digest stands elsewhere, and which bins are wanted.
pub(super) fn describe(
    message: &mut MessageWriter<'_>,
    key: &Key,
    bins: &Bins,
    digest: Option<&[u8; 20]>,
) {
    place(message, key.namespace(), key.set_name());
    if let Some(digest) = digest {
        message.field(FieldType::Digest, digest);
    }
    names(message, bins);
}

/// Where records are.
pub(super) fn place(message: &mut MessageWriter<'_>, namespace: &str, set: &str) {
    message.field(FieldType::Namespace, namespace.as_bytes());
    if !set.is_empty() {
        message.field(FieldType::Set, set.as_bytes());
    }
}

/// Which bins are wanted, if not all.
pub(super) fn names(message: &mut MessageWriter<'_>, bins: &Bins) {
    if let Bins::Some(names) = bins {
        for name in names {
            message.op(OpCode::Read as u8, name.as_bytes(), &Value::Nil);
        }
    }
}

/// The request for one record.
pub(super) fn of_one(key: &Key, bins: &Bins, patience: Patience) -> Vec<u8> {
    let header = Header {
        timeout: patience.milliseconds(),
        ..header(bins)
    };
    frame(&header, |message| {
        describe(message, key, bins, Some(&key.digest()));
    })
}

/// The request to write bins of one record, or to add to them; None if one of them is no scalar, see [`is_plain_write`].
pub(super) fn of_write(
    key: &Key,
    bins: &[Bin],
    code: OpCode,
    policy: &WritePolicy,
    patience: Patience,
) -> Option<Vec<u8>> {
    let header = Header {
        info2: info2::WRITE,
        ttl: policy.expiration.into(),
        timeout: patience.milliseconds(),
        ..Header::default()
    };
    let mut is_plain = true;
    let request = frame(&header, |message| {
        place(message, key.namespace(), key.set_name());
        message.field(FieldType::Digest, &key.digest());
        if let Some(user_key) = key_of(policy, key) {
            match Scalar::of(user_key) {
                Some(scalar) => {
                    let (kind, bytes) = scalar.particle();
                    message.field(FieldType::Key, &[&[kind], bytes].concat());
                }
                None => is_plain = false,
            }
        }
        for bin in bins {
            let Some(scalar) = Scalar::of(&bin.value) else {
                is_plain = false;
                return;
            };
            let (kind, value) = scalar.particle();
            message.op_bytes(&Op {
                code: code as u8,
                particle: kind,
                flags: 0,
                name: bin.name.as_bytes(),
                value,
            });
        }
    });
    is_plain.then_some(request)
}
