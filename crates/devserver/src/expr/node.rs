//! A built expression: a tree that has been checked and only waits for a record.

use std::cmp::Ordering;

use wire::{ResultCode, Value};

use super::call::Call;
use super::kind::Kind;
use super::meta::{DigestModulo, Meta};
use super::number::Operator;
use super::regex::Regex;
use crate::geo::Shape;

#[derive(Debug)]
pub(super) enum Node {
    /// Never has a value.
    Unknown,
    /// Stands for what is to be removed.
    Removed,
    Literal(Value),
    Compare(Comparison, Box<[Node; 2]>),
    Matches(Box<(Regex, Node)>),
    /// Whether a point and a region, in any order, meet.
    Meets(Box<[Place; 2]>),
    /// Whether a value is among a list's.
    InList(Box<[Node; 2]>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    /// Whether exactly one is true.
    Exclusive(Box<[Node]>),
    Number(Operator, Box<[Node]>),
    DigestModulo(DigestModulo),
    Meta(Meta),
    Key(Kind),
    Bin(Kind, Box<[u8]>),
    BinType(Box<[u8]>),
    MapKeys(Box<Node>),
    MapValues(Box<Node>),
    LoopVariable(Kind, Part),
    Cond(Box<Cond>),
    /// What the definition in this place of the enclosing ones has.
    Variable(usize),
    Let(Box<Let>),
    Call(Box<Call>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub(super) const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            1 => Self::Equal,
            2 => Self::NotEqual,
            3 => Self::Greater,
            4 => Self::GreaterOrEqual,
            5 => Self::Less,
            6 => Self::LessOrEqual,
            _ => return None,
        })
    }

    /// Whether it holds. Values without an order (not-a-number) are only ever not equal.
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

/// What of an element a loop over a list or map offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
    Index,
}

impl Part {
    pub(super) const fn from_int(number: i64) -> Result<Self, ResultCode> {
        Ok(match number {
            0 => Self::Key,
            1 => Self::Value,
            2 => Self::Index,
            _ => return Err(ResultCode::Parameter),
        })
    }
}

/// A geometry.
#[derive(Debug)]
pub(super) enum Place {
    /// The same for every record.
    Fixed(Shape),
    Of(Node),
}

/// The value of the first test that is true.
#[derive(Debug)]
pub(super) struct Cond {
    pub(super) cases: Box<[(Node, Node)]>,
    pub(super) otherwise: Node,
}

/// A body that sees definitions, each of which sees those before it.
#[derive(Debug)]
pub(super) struct Let {
    pub(super) definitions: Box<[Node]>,
    pub(super) body: Node,
}
