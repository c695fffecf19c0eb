//! The static types of expressions.

use wire::{ResultCode, Value};

/// What an expression yields, as far as its build can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nil,
    Bool,
    Int,
    Str,
    List,
    Map,
    Blob,
    Float,
    Geo,
    Hll,
    /// Goes with every type: what is never a value, or one only known when evaluated.
    Any,
}

impl Kind {
    /// The type an expression names by its number.
    pub(super) const fn from_int(number: i64) -> Result<Self, ResultCode> {
        Ok(match number {
            0 => Self::Nil,
            1 => Self::Bool,
            2 => Self::Int,
            3 => Self::Str,
            4 => Self::List,
            5 => Self::Map,
            6 => Self::Blob,
            7 => Self::Float,
            8 => Self::Geo,
            9 => Self::Hll,
            _ => return Err(ResultCode::Parameter),
        })
    }

    /// The type of a value.
    pub(super) const fn of(value: &Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::Str(_) => Self::Str,
            Value::Blob(..) => Self::Blob,
            Value::GeoJson(_) => Self::Geo,
            Value::Hll(_) => Self::Hll,
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Map,
            Value::Wildcard | Value::Infinity => Self::Any,
        }
    }

    /// Whether one may stand where the other is expected.
    pub(super) fn agrees(self, other: Self) -> bool {
        self == other || self == Self::Any || other == Self::Any
    }

    /// An error unless one may stand where the other is expected.
    pub(super) fn expect(self, other: Self) -> Result<(), ResultCode> {
        if self.agrees(other) {
            Ok(())
        } else {
            Err(ResultCode::Parameter)
        }
    }

    /// The more telling of two types that must agree.
    pub(super) fn unify(self, other: Self) -> Result<Self, ResultCode> {
        self.expect(other)?;
        Ok(if self == Self::Any { other } else { self })
    }
}
