//! Operations that answer or store what an expression yields.

use wire::msgpack::Reader;
use wire::{ResultCode, Value};

use super::{Expr, Subject, Unknown};

/// The flags behind an operation's expression.
mod flags {
    /// The bin must not exist.
    pub(super) const CREATE_ONLY: i64 = 1;
    /// The bin must exist.
    pub(super) const UPDATE_ONLY: i64 = 2;
    /// Nil removes the bin.
    pub(super) const ALLOW_DELETE: i64 = 4;
    /// Do nothing instead of failing for one of the above.
    pub(super) const POLICY_NO_FAIL: i64 = 8;
    /// Do nothing instead of failing when the expression has no value.
    pub(super) const EVAL_NO_FAIL: i64 = 16;
}

/// An expression that is read.
#[derive(Debug)]
pub struct Read {
    expr: Expr,
    flags: i64,
}

impl Read {
    /// Builds the operation from its op's value: `[expression, flags]`.
    pub fn build(bytes: &[u8]) -> Result<Self, ResultCode> {
        let (expr, flags) = build(bytes, flags::EVAL_NO_FAIL)?;
        Ok(Self { expr, flags })
    }

    /// What to answer. `None` is nothing: the value is nil, or there is none and that is no failure.
    pub fn run(&self, subject: &dyn Subject) -> Result<Option<Value>, ResultCode> {
        match self.expr.evaluate(subject) {
            Ok(Value::Nil) => Ok(None),
            Ok(value) if value.is_storable() => Ok(Some(value)),
            _ if self.flags & flags::EVAL_NO_FAIL != 0 => Ok(None),
            _ => Err(ResultCode::OpNotApplicable),
        }
    }
}

/// An expression whose value is stored.
#[derive(Debug)]
pub struct Write {
    expr: Expr,
    flags: i64,
}

/// What a [`Write`] does to its bin.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Keep,
    /// The bin gets a value.
    Set(Value),
    /// The bin goes.
    Remove,
}

impl Write {
    /// Builds the operation from its op's value: `[expression, flags]`.
    pub fn build(bytes: &[u8]) -> Result<Self, ResultCode> {
        let known = flags::CREATE_ONLY
            | flags::UPDATE_ONLY
            | flags::ALLOW_DELETE
            | flags::POLICY_NO_FAIL
            | flags::EVAL_NO_FAIL;
        let (expr, flags) = build(bytes, known)?;
        let both = flags::CREATE_ONLY | flags::UPDATE_ONLY;
        if flags & both == both {
            return Err(ResultCode::Parameter);
        }
        Ok(Self { expr, flags })
    }

    /// What to do to the bin `name` of the record.
    pub fn run(&self, subject: &dyn Subject, name: &[u8]) -> Result<Effect, ResultCode> {
        let has = |flag| self.flags & flag != 0;
        let denied = |code| {
            if has(flags::POLICY_NO_FAIL) {
                Ok(Effect::Keep)
            } else {
                Err(code)
            }
        };
        match subject.bin(name) {
            Some(_) if has(flags::CREATE_ONLY) => return denied(ResultCode::BinExists),
            None if has(flags::UPDATE_ONLY) => return denied(ResultCode::BinNotFound),
            _ => {}
        }
        match self.expr.apply(subject, None) {
            Ok(None | Some(Value::Nil)) if has(flags::ALLOW_DELETE) => Ok(Effect::Remove),
            Ok(None | Some(Value::Nil)) => denied(ResultCode::OpNotApplicable),
            Ok(Some(value)) if value.is_storable() => Ok(Effect::Set(value)),
            Ok(Some(_)) | Err(Unknown) if has(flags::EVAL_NO_FAIL) => Ok(Effect::Keep),
            Ok(Some(_)) | Err(Unknown) => Err(ResultCode::OpNotApplicable),
        }
    }
}

fn build(bytes: &[u8], known: i64) -> Result<(Expr, i64), ResultCode> {
    let wrong = wire::Error::result_code;
    let mut reader = Reader::new(bytes);
    if reader.array().map_err(wrong)? != 2 {
        return Err(ResultCode::Parameter);
    }
    let expr = reader.skip().map_err(wrong)?;
    let flags = reader.int().map_err(wrong)?;
    reader.finish().map_err(wrong)?;
    if flags & !known != 0 {
        return Err(ResultCode::Parameter);
    }
    Ok((Expr::build(expr)?, flags))
}
