//! What operations do to bins. Every kind of operation has one place here; those without an implementation answer
//! [`ResultCode::Unsupported`].
//!
//! An operation sees its bin (or, for expressions, the whole record) and never changes it: it gives back what the bin becomes, and a
//! request whose operations all succeed puts these values in place. So an operation that fails needs to undo nothing.

pub(crate) mod expression;
mod scalar;

use wire::{Op, OpCode, ResultCode, Value};

use self::expression::View;
use crate::expr::{Budget, Elements};
use crate::store::BinName;
use crate::{bits, cdt, geo, hll};

/// What a bin becomes.
#[derive(Debug)]
pub(crate) enum Change {
    /// What it was.
    Keep,
    /// This.
    Set(Value),
    /// Nothing.
    Remove,
}

/// What a modifying operation does.
#[derive(Debug)]
pub(crate) struct Modified {
    pub(crate) bin: Change,
    /// What is answered, if anything.
    pub(crate) reply: Option<Value>,
}

impl Modified {
    /// The bin becomes this, and nothing is answered.
    pub(crate) const fn to(value: Value) -> Self {
        Self {
            bin: Change::Set(value),
            reply: None,
        }
    }
}

/// The value a write gives its bin; `None` removes it.
pub(crate) fn write(op: &Op<'_>) -> Result<Option<Value>, ResultCode> {
    match op.decode() {
        Ok(Value::Nil) => Ok(None),
        Ok(Value::GeoJson(text)) => {
            geo::Shape::parse(&text)?;
            Ok(Some(Value::GeoJson(text)))
        }
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(error.result_code()),
    }
}

/// What a reading operation other than a plain read answers. `None`: nothing, since the bin does not exist.
pub(crate) fn read(
    kind: OpCode,
    name: &BinName,
    payload: &[u8],
    view: &View<'_>,
) -> Result<Option<Value>, ResultCode> {
    let bin = view.bins.get(name);
    match kind {
        OpCode::ExpRead => expression::read(payload, view),
        OpCode::BitsRead => bits::read(bin, payload).map(answer),
        OpCode::HllRead => hll::read(bin, payload).map(answer),
        OpCode::CdtRead => cdt::read(bin, payload, &Elements::new(view, &Budget::default())),
        _ => Err(ResultCode::Parameter),
    }
}

/// What a modifying operation other than a plain write does.
pub(crate) fn modify(
    kind: OpCode,
    name: &BinName,
    op: &Op<'_>,
    view: &View<'_>,
) -> Result<Modified, ResultCode> {
    let bin = view.bins.get(name);
    match kind {
        OpCode::Incr => scalar::add(bin, op),
        OpCode::Append => scalar::append(bin, op),
        OpCode::Prepend => scalar::prepend(bin, op),
        OpCode::ExpModify => expression::modify(op.value, name, view),
        OpCode::BitsModify => bits::modify(bin, op.value).map(|new| Modified {
            bin: new.map_or(Change::Keep, Change::Set),
            reply: None,
        }),
        OpCode::HllModify => hll::modify(bin, op.value).map(|modified| Modified {
            bin: modified.bin.map_or(Change::Keep, Change::Set),
            reply: answer(modified.result),
        }),
        OpCode::CdtModify => {
            let budget = Budget::default();
            let modified = cdt::modify(bin.cloned(), op.value, &Elements::new(view, &budget))?;
            Ok(Modified {
                bin: modified.bin.map_or(Change::Keep, Change::Set),
                reply: modified.reply,
            })
        }
        _ => Err(ResultCode::Parameter),
    }
}

/// Nil is no answer.
fn answer(value: Value) -> Option<Value> {
    match value {
        Value::Nil => None,
        value => Some(value),
    }
}
