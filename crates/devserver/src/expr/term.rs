//! Values while an expression is evaluated.

use std::rc::Rc;

use wire::Value;
use wire::msgpack::MAX_DEPTH;

/// A value that is looked at where it is as long as possible.
#[derive(Clone, Debug)]
pub(super) enum Term<'a> {
    /// Part of the record or of the expression.
    Lent(&'a Value),
    Made(Value),
    /// Made, and defined for use in several places.
    Shared(Rc<Value>),
    /// What is to be removed.
    Removed,
}

impl Term<'_> {
    /// The value; nil for what is to be removed.
    pub(super) fn get(&self) -> &Value {
        match self {
            Self::Lent(value) => value,
            Self::Made(value) => value,
            Self::Shared(value) => value,
            Self::Removed => &Value::Nil,
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Lent(value) => value.clone(),
            Self::Made(value) => value,
            Self::Shared(value) => Rc::unwrap_or_clone(value),
            Self::Removed => Value::Nil,
        }
    }

    /// The same, but cheap to clone.
    pub(super) fn shared(self) -> Self {
        match self {
            Self::Made(value) => Self::Shared(Rc::new(value)),
            other => other,
        }
    }
}

impl From<Value> for Term<'_> {
    fn from(value: Value) -> Self {
        Self::Made(value)
    }
}

/// About how many bytes a value takes; `None` if it is nested too deeply to be handled.
pub(super) fn weight(value: &Value) -> Option<usize> {
    weight_at(value, 0)
}

fn weight_at(value: &Value, depth: usize) -> Option<usize> {
    let own = size_of::<Value>() + value.as_bytes().map_or(0, <[u8]>::len);
    if depth > MAX_DEPTH {
        return None;
    }
    let inner = |value| weight_at(value, depth + 1);
    match value {
        Value::List(list) => list
            .items
            .iter()
            .try_fold(own, |sum, item| Some(sum + inner(item)?)),
        Value::Map(map) => map.pairs().iter().try_fold(own, |sum, (key, value)| {
            Some(sum + inner(key)? + inner(value)?)
        }),
        _ => Some(own),
    }
}
