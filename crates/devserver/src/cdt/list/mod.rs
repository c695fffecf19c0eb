//! List operations.

mod add;
mod change;
mod code;

use wire::{List, ResultCode, Value};

pub(super) use add::{insert_sorted, pad};
pub(super) use change::Change;

use super::args::Args;
use super::elements::Elements;
use super::pick::Pick;
use super::{Kind, Result, span};

/// Runs a reading operation.
pub(super) fn read(list: &List, code: u8, mut args: Args) -> Result<Option<Value>> {
    let items = &list.items;
    Ok(Some(match code {
        code::SIZE => {
            args.finish()?;
            Value::Int(items.len() as i64)
        }
        code::GET => {
            let index = args.int()?;
            args.finish()?;
            span::position(index, items.len())
                .and_then(|index| items.get(index))
                .cloned()
                .ok_or(ResultCode::OpNotApplicable)?
        }
        code::GET_RANGE => {
            let range = span::span(args.int()?, args.optional_int()?, items.len());
            args.finish()?;
            Value::list(items.get(range).unwrap_or_default().to_vec())
        }
        _ => {
            let by = code::get_by(code).ok_or(ResultCode::Parameter)?;
            return Ok(Pick::parse(by, Kind::List, args)?
                .run(Elements::List(list))?
                .1);
        }
    }))
}
