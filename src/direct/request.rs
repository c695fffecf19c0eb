//! What requests of reads have in common.

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Bins, Key, ReadModeAp, ReadModeSc, ReadTouchTtl, Replica};
use wire::message::info1;
use wire::{FieldType, Header, MessageWriter, OpCode, Value};

use super::connection::{Patience, frame};

/// Whether a read under this policy is one of those that are asked past the core: of the master, and without anything that the core would
/// have to see to.
pub(super) fn is_plain(base: &BasePolicy) -> bool {
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
