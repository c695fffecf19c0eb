//! Where calls go: the operations on collections, bits, HLLs and geometries.

use wire::{ResultCode, Value};

use super::Subject;
use super::call::System;

/// What an operation reads from a value.
pub(super) fn read(
    _system: System,
    _operation: &[u8],
    _value: &Value,
    _subject: &dyn Subject,
) -> Result<Value, ResultCode> {
    Err(ResultCode::Unsupported)
}

/// What an operation makes of a value.
pub(super) fn modify(
    _system: System,
    _operation: &[u8],
    _value: Value,
    _subject: &dyn Subject,
) -> Result<Value, ResultCode> {
    Err(ResultCode::Unsupported)
}

/// Whether one of two geometries is a point within the other.
pub(super) fn meets(_a: &Value, _b: &Value) -> Option<bool> {
    None
}
