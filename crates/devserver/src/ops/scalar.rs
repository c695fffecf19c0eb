//! Adding to numbers, appending and prepending to strings and blobs.

use wire::{Op, ResultCode, Value};

use super::Modified;

/// Adds to an integer or a double; a missing bin becomes the operand. Integers wrap.
pub(super) fn add(bin: Option<&Value>, op: &Op<'_>) -> Result<Modified, ResultCode> {
    match (bin, operand(op)?) {
        (None, operand @ (Value::Int(_) | Value::Float(_))) => Ok(Modified::to(operand)),
        (Some(Value::Int(a)), Value::Int(b)) => Ok(Modified::to(Value::Int(a.wrapping_add(b)))),
        (Some(Value::Float(a)), Value::Float(b)) => Ok(Modified::to(Value::Float(a + b))),
        _ => Err(ResultCode::IncompatibleType),
    }
}

/// Appends to a string or blob of the operand's type; a missing bin becomes the operand.
pub(super) fn append(bin: Option<&Value>, op: &Op<'_>) -> Result<Modified, ResultCode> {
    join(bin, operand(op)?, |bin, operand| [bin, operand])
}

/// Prepends to a string or blob of the operand's type; a missing bin becomes the operand.
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
        (None, operand @ (Value::Str(_) | Value::Blob(..))) => Ok(Modified::to(operand)),
        (Some(Value::Str(a)), Value::Str(b)) => Ok(Modified::to(Value::Str(joined(a, &b)))),
        (Some(Value::Blob(kind, a)), Value::Blob(other, b)) if *kind == other => {
            Ok(Modified::to(Value::Blob(other, joined(a, &b))))
        }
        _ => Err(ResultCode::IncompatibleType),
    }
}

fn operand(op: &Op<'_>) -> Result<Value, ResultCode> {
    op.decode().map_err(wire::Error::result_code)
}
