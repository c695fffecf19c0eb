//! `HyperLogLog` operations: `[operation, argument…]` on sketches.
//!
//! [`read`] and [`modify`] take an operation as a client sends it; [`read_with`] and [`modify_with`] take its number and arguments when
//! they are known already, as an expression has them after evaluating its operands.

mod estimate;
mod hash;
mod modify;
mod read;
mod sketch;

use wire::{ResultCode, Value};

use crate::bits::split;

pub use hash::{Hash, hash};
pub use modify::modify_with;
pub use read::read_with;
pub use sketch::{BadSketch, Sketch};

/// What a modify operation did.
#[derive(Clone, Debug, PartialEq)]
pub struct Modified {
    /// The bin's new content, or nothing if the bin stays as it is.
    pub bin: Option<Value>,
    /// What the client is told: nil where the operation answers nothing.
    pub result: Value,
}

/// Runs a read operation. A missing bin reads as nil.
pub fn read(bin: Option<&Value>, payload: &[u8]) -> Result<Value, ResultCode> {
    let (operation, arguments) = split(payload)?;
    read_with(bin, operation, &arguments)
}

/// Runs a modify operation.
pub fn modify(bin: Option<&Value>, payload: &[u8]) -> Result<Modified, ResultCode> {
    let (operation, arguments) = split(payload)?;
    modify_with(bin, operation, &arguments)
}

/// The sketch in a bin; nothing if there is no bin.
fn sketch(bin: Option<&Value>) -> Result<Option<Sketch>, ResultCode> {
    match bin {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Hll(bytes)) => match Sketch::parse(bytes) {
            Ok(sketch) => Ok(Some(sketch)),
            Err(BadSketch) => Err(ResultCode::Unknown),
        },
        Some(_) => Err(ResultCode::IncompatibleType),
    }
}

/// The sketches of an argument, which must hold at least one.
fn sketches(list: &[Value]) -> Result<Vec<Sketch>, ResultCode> {
    let sketches: Result<Vec<_>, _> = list
        .iter()
        .map(|value| match value {
            Value::Hll(bytes) => Sketch::parse(bytes).map_err(|BadSketch| ResultCode::Parameter),
            _ => Err(ResultCode::Parameter),
        })
        .collect();
    sketches.and_then(|sketches| {
        if sketches.is_empty() {
            Err(ResultCode::Parameter)
        } else {
            Ok(sketches)
        }
    })
}
