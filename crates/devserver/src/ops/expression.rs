//! Expressions: filters, and operations that read or write what an expression yields. None is implemented yet.

use wire::{Digest, ResultCode, Value};

use super::Modified;
use crate::clock::Moment;
use crate::store::{Bins, Record};

/// What an expression can see.
#[allow(
    dead_code,
    reason = "read by expressions, which are not implemented yet"
)]
pub(crate) struct View<'a> {
    pub(crate) digest: Digest,
    /// The record as it is stored; `None` for one that is being made.
    pub(crate) record: Option<&'a Record>,
    /// The bins as earlier operations of the request left them.
    pub(crate) bins: &'a dyn Bins,
    pub(crate) now: Moment,
}

/// Whether a filter lets a record pass; a filter that cannot tell does not.
pub(crate) fn passes(_filter: &[u8], _view: &View<'_>) -> Result<bool, ResultCode> {
    Err(ResultCode::Unsupported)
}

/// What op 7 answers.
pub(crate) fn read(_payload: &[u8], _view: &View<'_>) -> Result<Option<Value>, ResultCode> {
    Err(ResultCode::Unsupported)
}

/// What op 8 does to its bin.
pub(crate) fn modify(_payload: &[u8], _view: &View<'_>) -> Result<Modified, ResultCode> {
    Err(ResultCode::Unsupported)
}
