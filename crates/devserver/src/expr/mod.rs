//! Expressions: what clients filter records with, and compute from them.
//!
//! An expression travels as msgpack, `[code, arguments…]` with expressions as arguments. [`Expr::build`] reads it and checks its types
//! once; evaluating it on a [`Subject`] then either yields a value or [`Unknown`]: that of a missing bin, of a bin of another type, of a
//! division by zero, of an operation that fails, and of all that depends on one of these.
//!
//! ```
//! use devserver::expr::Expr;
//!
//! // `a == 1`: code 1 (equal) on code 81 (bin, type 2 integer, "a") and 1.
//! let expr = Expr::build(&[0x93, 1, 0x93, 81, 2, 0xa1, b'a', 1])?;
//! assert!(expr.is_filter());
//! # Ok::<(), wire::ResultCode>(())
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `parse` | building, with the types of `kind`, to the tree of `node` |
//! | `eval` | evaluating, on the values of `term` |
//! | `number`, `regex`, `meta`, `call` | single groups of expressions |
//! | `systems` | the operations calls go to, and expressions inside of these |
//! | `budget` | how much an evaluation may do |
//! | `operation` | reading and writing bins by expressions |
//! | `size` | the size of a record |

mod budget;
mod call;
mod eval;
mod kind;
mod meta;
mod node;
mod number;
mod operation;
mod parse;
mod regex;
mod size;
mod systems;
mod term;

use wire::msgpack::Reader;
use wire::{Digest, ResultCode, Value};

pub use crate::cdt::Element;
pub use budget::Budget;
pub use operation::{Effect, Read, Write};
pub use size::record_size;
pub use systems::Elements;

use eval::Evaluation;
pub(crate) use kind::Kind;
use node::Node;
use parse::Builder;
use term::Term;

/// The largest expression.
pub const MAX_SIZE: usize = 1 << 20;

/// A record as expressions see it.
pub trait Subject {
    /// The value of a bin.
    fn bin(&self, name: &[u8]) -> Option<&Value>;
    /// The key, if it was stored.
    fn key(&self) -> Option<&Value>;
    /// The digest.
    fn digest(&self) -> &Digest;
    /// The name of its set; empty without one.
    fn set_name(&self) -> &[u8];
    /// When it was last changed: milliseconds since the Unix epoch.
    fn last_update(&self) -> u64;
    /// When its time is over: seconds since the Unix epoch. `None` for never.
    fn void_time(&self) -> Option<u64>;
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> u64;
    /// Whether it is what a durable delete has left.
    fn is_tombstone(&self) -> bool {
        false
    }
    /// Its size in storage, see [`record_size`].
    fn record_size(&self) -> u64;
}

/// The outcome of an expression that has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

/// What a filter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The record passes.
    True,
    /// It does not.
    False,
    /// That cannot be known, so it does not pass either.
    Unknown,
}

/// An expression, built and checked.
#[derive(Debug)]
pub struct Expr {
    root: Node,
    kind: Kind,
}

impl Expr {
    /// Builds an expression; [`ResultCode::Parameter`] if it is none.
    pub fn build(bytes: &[u8]) -> Result<Self, ResultCode> {
        if bytes.len() > MAX_SIZE {
            return Err(ResultCode::Parameter);
        }
        // This bounds the depth of all that follows.
        Reader::new(bytes)
            .skip()
            .map_err(wire::Error::result_code)?;
        let mut builder = Builder::new(bytes);
        let (root, kind) = builder.node()?;
        builder.finish()?;
        Ok(Self { root, kind })
    }

    /// Builds an expression that must be a filter.
    pub fn build_filter(bytes: &[u8]) -> Result<Self, ResultCode> {
        Self::build(bytes).and_then(|expr| {
            if expr.is_filter() {
                Ok(expr)
            } else {
                Err(ResultCode::Parameter)
            }
        })
    }

    /// Whether it is true or false of a record.
    #[must_use]
    pub fn is_filter(&self) -> bool {
        self.kind.agrees(Kind::Bool)
    }

    /// Whether its value may be of a type.
    pub(crate) fn may_yield(&self, kind: Kind) -> bool {
        self.kind.agrees(kind)
    }

    /// What it says of a record, as a filter.
    #[must_use]
    pub fn filter(&self, subject: &dyn Subject) -> Outcome {
        let budget = Budget::default();
        match Evaluation::new(subject, None, &budget).truth(&self.root) {
            Some(true) => Outcome::True,
            Some(false) => Outcome::False,
            None => Outcome::Unknown,
        }
    }

    /// Its value for a record.
    pub fn evaluate(&self, subject: &dyn Subject) -> Result<Value, Unknown> {
        Ok(self.apply(subject, None)?.unwrap_or(Value::Nil))
    }

    /// Its value for an element of a list or map of a record; `None` if the element is to be removed.
    pub fn apply(
        &self,
        subject: &dyn Subject,
        element: Option<&Element<'_>>,
    ) -> Result<Option<Value>, Unknown> {
        let budget = Budget::default();
        match Evaluation::new(subject, element, &budget).value(&self.root) {
            Some(Term::Removed) => Ok(None),
            Some(term) => Ok(Some(term.into_value())),
            None => Err(Unknown),
        }
    }
}
