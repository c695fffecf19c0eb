//! Map operations.

mod change;
mod code;

use wire::{Map, ResultCode, Value};

pub(super) use change::Change;

use super::args::Args;
use super::elements::Elements;
use super::pick::Pick;
use super::{Kind, Result};

/// Runs a reading operation.
pub(super) fn read(map: &Map, code: u8, args: Args) -> Result<Option<Value>> {
    if code == code::SIZE {
        args.finish()?;
        return Ok(Some(Value::Int(map.len() as i64)));
    }
    let by = code::get_by(code).ok_or(ResultCode::Parameter)?;
    Ok(Pick::parse(by, Kind::Map, args)?.run(Elements::Map(map))?.1)
}
