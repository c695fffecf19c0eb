//! Adding to numbers, appending and prepending to strings and blobs. A bin that is missing becomes the operand, whatever that is.

use wire::{Op, ResultCode, Value};

use super::Modified;

/// Adds to an integer or a double. Integers wrap.
pub(super) fn add(bin: Option<&Value>, op: &Op<'_>) -> Result<Modified, ResultCode> {
    match (bin, operand(op)?) {
        (None, operand) => Ok(Modified::to(operand)),
        (Some(Value::Int(a)), Value::Int(b)) => Ok(Modified::to(Value::Int(a.wrapping_add(b)))),
        (Some(Value::Float(a)), Value::Float(b)) => Ok(Modified::to(Value::Float(a + b))),
        _ => Err(ResultCode::IncompatibleType),
    }
}

/// Appends to a string or blob of the operand's type.
pub(super) fn append(bin: Option<&Value>, op: &Op<'_>) -> Result<Modified, ResultCode> {
    join(bin, operand(op)?, |bin, operand| [bin, operand])
}

/// Prepends to a string or blob of the operand's type.
pub(super) fn prepend(bin: Option<&Value>, op: &Op<'_>) -> Result<Modified, ResultCode> {
    join(bin, operand(op)?, |bin, operand| [operand, bin])
}

fn join(
    bin: Option<&Value>,
    operand: Value,
    order: for<'a> fn(&'a [u8], &'a [u8]) -> [&'a [u8]; 2],
) -> Result<Modified, ResultCode> {
    let joined = |a: &[u8], b: &[u8]| order(a, b).concat().into_boxed_slice();
    match (bin, operand) {
        (None, operand) => Ok(Modified::to(operand)),
        (Some(Value::Str(a)), Value::Str(b)) => Ok(Modified::to(Value::Str(joined(a, &b)))),
        (Some(Value::Blob(kind, a)), Value::Blob(other, b)) if *kind == other => {
            Ok(Modified::to(Value::Blob(other, joined(a, &b))))
        }
        _ => Err(ResultCode::IncompatibleType),
    }
}

fn operand(op: &Op<'_>) -> Result<Value, ResultCode> {
    match op.decode() {
        Ok(Value::Nil) => Err(ResultCode::Parameter),
        Ok(value) => Ok(value),
        Err(error) => Err(error.result_code()),
    }
}
