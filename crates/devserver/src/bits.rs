//! Bit operations on blobs: `[operation, argument…]`, bits counted from the most significant of the first byte.
//!
//! [`read`] and [`modify`] take an operation as a client sends it; [`read_with`] and [`modify_with`] take its number and arguments when
//! they are known already, as an expression has them after evaluating its operands.

pub(crate) mod arguments;
pub(crate) mod field;
pub(crate) mod flags;
mod modify;
mod read;

use wire::{BlobType, ResultCode, Value, msgpack};

pub(crate) use arguments::Arguments;
pub use modify::modify_with;
pub use read::read_with;

/// The largest blob an operation may make. A server refuses records above its `max-record-size`, which can be set up to this.
pub const MAX_BLOB: usize = 8 << 20;

/// Runs a read operation. A missing bin reads as nil.
pub fn read(bin: Option<&Value>, payload: &[u8]) -> Result<Value, ResultCode> {
    let (operation, arguments) = split(payload)?;
    read_with(bin, operation, &arguments)
}

/// Runs a modify operation and gives the bin's new content, or nothing if the bin stays as it is.
pub fn modify(bin: Option<&Value>, payload: &[u8]) -> Result<Option<Value>, ResultCode> {
    let (operation, arguments) = split(payload)?;
    modify_with(bin, operation, &arguments)
}

/// The operation's number and its arguments.
pub(crate) fn split(payload: &[u8]) -> Result<(i64, Vec<Value>), ResultCode> {
    let Value::List(list) = msgpack::decode(payload).map_err(wire::Error::result_code)? else {
        return Err(ResultCode::Parameter);
    };
    let mut items = list.items.into_iter();
    match items.next() {
        Some(Value::Int(operation)) => Ok((operation, items.collect())),
        _ => Err(ResultCode::Parameter),
    }
}

/// The blob in a bin; nothing if there is no bin.
fn blob(bin: Option<&Value>) -> Result<Option<&[u8]>, ResultCode> {
    match bin {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Blob(BlobType::Plain, bytes)) => Ok(Some(bytes)),
        Some(_) => Err(ResultCode::IncompatibleType),
    }
}
