//! Arithmetic of increments.

use wire::{ResultCode, Value};

use super::Result;

/// The sum, in the type of the element. Integers wrap around.
pub(super) fn add(element: &Value, delta: &Value) -> Result<Value> {
    Ok(match (element, delta) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.wrapping_add(*b)),
        (Value::Int(a), Value::Float(b)) => Value::Int(a.wrapping_add(*b as i64)),
        (Value::Float(a), Value::Float(b)) => Value::Float(a + b),
        #[allow(clippy::cast_precision_loss)]
        (Value::Float(a), Value::Int(b)) => Value::Float(a + *b as f64),
        _ => return Err(ResultCode::Parameter),
    })
}

/// A delta argument, which must be a number.
pub(super) fn delta(value: Option<Value>) -> Result<Value> {
    match value {
        None => Ok(Value::Int(1)),
        Some(value @ (Value::Int(_) | Value::Float(_))) => Ok(value),
        Some(_) => Err(ResultCode::Parameter),
    }
}

/// The delta that takes away what the given one adds.
pub(super) fn negate(delta: &Value) -> Value {
    match delta {
        Value::Int(value) => Value::Int(value.wrapping_neg()),
        Value::Float(value) => Value::Float(-value),
        other => other.clone(),
    }
}
