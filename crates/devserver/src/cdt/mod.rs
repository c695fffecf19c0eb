//! Operations on lists and maps.
//!
//! Pure functions over [`Value`]: an operation gets a bin and its payload and gives back what the bin becomes and what is answered. A
//! payload is an [`Envelope`]: a list or map operation, with or without a context, or a path operation.
//!
//! | module | what it holds |
//! |---|---|
//! | [`envelope`] | the payload's outer form |
//! | [`context`] | the way from the bin to a nested list or map |
//! | `descend` | walking that way, to read or to change |
//! | `list`, `map` | the operations |
//! | `pick`, `span`, `elements` | which elements a selection means |
//! | [`reply`] | return types and answers |
//! | `path` | selecting and changing many elements at once |
//!
//! ```
//! use devserver::cdt::{self, NoExpressions};
//! use wire::Value;
//!
//! // Append 5 to a bin that is not there.
//! let done = cdt::modify(None, &[0x92, 0x01, 0x05], &NoExpressions)?;
//! assert_eq!(done.bin, Some(Value::list(vec![Value::Int(5)])));
//! assert_eq!(done.reply, Some(Value::Int(1)));
//!
//! // Read its element 0.
//! let got = cdt::read(done.bin.as_ref(), &[0x92, 0x11, 0x00], &NoExpressions)?;
//! assert_eq!(got, Some(Value::Int(5)));
//! # Ok::<(), wire::ResultCode>(())
//! ```

pub mod context;
pub mod envelope;
pub mod reply;

mod args;
mod descend;
mod elements;
mod list;
mod map;
mod number;
mod path;
mod pattern;
mod pick;
mod span;

use wire::{ResultCode, Value};

pub use context::Context;
pub use descend::find;
pub use envelope::{Call, Envelope, PathCall};

use args::Args;

/// Outcome of an operation; the error is what the server answers.
pub type Result<T> = std::result::Result<T, ResultCode>;

/// What a modifying operation did.
#[derive(Clone, Debug, PartialEq)]
pub struct Modified {
    /// The bin afterwards; `None` if there is none, which can only be if there was none before.
    pub bin: Option<Value>,
    /// The answer. `None` is no answer at all, `Some(Value::Nil)` an answer without a value.
    pub reply: Option<Value>,
}

/// The element an expression is evaluated for: its loop variables.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// The key, if the element is in a map.
    pub key: Option<&'a Value>,
    /// The value.
    pub value: &'a Value,
    /// The index in the list, or in the map's key order.
    pub index: usize,
}

/// What an expression made of an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The element's new value.
    Value(Value),
    /// The element is to be removed.
    Remove,
    /// The expression has no result for this element.
    Unknown,
}

/// Evaluates the expressions inside contexts and path operations, given in their packed form.
pub trait Evaluator {
    /// Whether an expression is true for an element; `None` if it has no result.
    fn test(&self, expression: &[u8], element: &Element<'_>) -> Result<Option<bool>>;

    /// What an expression makes of an element.
    fn apply(&self, expression: &[u8], element: &Element<'_>) -> Result<Applied>;
}

/// An evaluator for where expressions cannot occur: any of them is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExpressions;

impl Evaluator for NoExpressions {
    fn test(&self, _: &[u8], _: &Element<'_>) -> Result<Option<bool>> {
        Err(ResultCode::Unsupported)
    }

    fn apply(&self, _: &[u8], _: &Element<'_>) -> Result<Applied> {
        Err(ResultCode::Unsupported)
    }
}

/// Runs a reading operation on a bin. `None` is no answer: the bin is missing, or nothing was asked for.
pub fn read(bin: Option<&Value>, payload: &[u8], eval: &dyn Evaluator) -> Result<Option<Value>> {
    match Envelope::parse(payload)? {
        Envelope::Call(call) => read_call(bin, call.literal()?, eval),
        Envelope::Path(call) => read_path(bin, &call, eval),
    }
}

/// Runs a modifying operation on a bin, which is consumed: who wants to keep it on errors passes a copy.
pub fn modify(bin: Option<Value>, payload: &[u8], eval: &dyn Evaluator) -> Result<Modified> {
    match Envelope::parse(payload)? {
        Envelope::Call(call) => modify_call(bin, call.literal()?, eval),
        Envelope::Path(call) => modify_path(bin, &call, eval),
    }
}

/// [`read`] for an operation whose arguments are values already.
pub fn read_call(
    bin: Option<&Value>,
    call: Call<'_>,
    eval: &dyn Evaluator,
) -> Result<Option<Value>> {
    let Some(bin) = bin else {
        return Ok(None);
    };
    let target = descend::find(bin, &call.context, eval)?;
    let args = Args::new(call.args);
    match (kind_of(call.code), target) {
        (Kind::List, Value::List(list)) => list::read(list, call.code, args),
        (Kind::Map, Value::Map(map)) => map::read(map, call.code, args),
        _ => Err(ResultCode::IncompatibleType),
    }
}

/// [`modify`] for an operation whose arguments are values already.
pub fn modify_call(bin: Option<Value>, call: Call<'_>, eval: &dyn Evaluator) -> Result<Modified> {
    call.limit_depth()?;
    let Call {
        context,
        code,
        args,
    } = call;
    let args = Args::new(args);
    match kind_of(code) {
        Kind::List => {
            let change = list::Change::parse(code, args)?;
            descend::modify(bin, &context, eval, change)
        }
        Kind::Map => {
            let change = map::Change::parse(code, args)?;
            descend::modify(bin, &context, eval, change)
        }
    }
}

/// Runs a path operation that selects. `None` is no answer: the bin is missing.
pub fn read_path(
    bin: Option<&Value>,
    call: &PathCall<'_>,
    eval: &dyn Evaluator,
) -> Result<Option<Value>> {
    bin.map(|bin| path::select(bin, call, eval)).transpose()
}

/// Runs a path operation that changes what it selects; there is no answer. The bin is consumed, as in [`modify`].
pub fn modify_path(
    bin: Option<Value>,
    call: &PathCall<'_>,
    eval: &dyn Evaluator,
) -> Result<Modified> {
    let bin = bin.map(|bin| path::apply(bin, call, eval)).transpose()?;
    Ok(Modified { bin, reply: None })
}

/// What an operation or a step of a context works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list.
    List,
    /// A map.
    Map,
}

/// Codes from 64 on are map operations.
const fn kind_of(code: u8) -> Kind {
    if code < 64 { Kind::List } else { Kind::Map }
}

impl Kind {
    /// Whether a value is of this kind.
    #[must_use]
    pub const fn is_of(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::List, Value::List(_)) | (Self::Map, Value::Map(_))
        )
    }
}
