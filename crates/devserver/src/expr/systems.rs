//! Where calls go: the operations on collections, bits, HLLs and geometries.

use wire::{ResultCode, Value};

use super::Subject;
use super::call::System;
use crate::{bits, hll};

/// What an operation reads from a value.
pub(super) fn read(
    system: System,
    operation: &[u8],
    value: &Value,
    _subject: &dyn Subject,
) -> Result<Value, ResultCode> {
    match system {
        System::Collection => Err(ResultCode::Unsupported),
        System::Bits => bits::read(Some(value), operation),
        System::Hll => hll::read(Some(value), operation),
    }
}

/// What an operation makes of a value.
pub(super) fn modify(
    system: System,
    operation: &[u8],
    value: Value,
    _subject: &dyn Subject,
) -> Result<Value, ResultCode> {
    match system {
        System::Collection => Err(ResultCode::Unsupported),
        System::Bits => Ok(bits::modify(Some(&value), operation)?.unwrap_or(value)),
        System::Hll => Ok(hll::modify(Some(&value), operation)?.bin.unwrap_or(value)),
    }
}

/// Whether one of two geometries is a point within the other.
pub(super) fn meets(_a: &Value, _b: &Value) -> Option<bool> {
    None
}
