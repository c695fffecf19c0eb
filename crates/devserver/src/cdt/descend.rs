//! Walking a context, to read or to change what it leads to.

use wire::{ResultCode, Value};

use super::context::{Create, Selector, Step};
use super::list;
use super::{Evaluator, Kind, Modified, Result};

/// An operation that changes a list or map.
pub(super) trait Change {
    /// What it works on.
    const KIND: Kind;

    /// What it starts from where there is nothing; an error or nothing to do if it does not create.
    fn start(&self, create: Option<Create>) -> Start;

    /// Changes a container, which is of the right kind, and gives the answer. What an error leaves behind is thrown away.
    fn run(self, container: &mut Value) -> Result<Option<Value>>;
}

/// What an operation does where there is no container.
pub(super) enum Start {
    /// It works on this one, which is empty.
    With(Value),
    /// There is nothing to do.
    Nothing,
    /// It cannot work.
    Fail(ResultCode),
}

/// The value a context leads to.
pub fn find<'v>(bin: &'v Value, context: &[Step<'_>], eval: &dyn Evaluator) -> Result<&'v Value> {
    check_bin(bin, context)?;
    let mut value = bin;
    for step in context {
        let index = step.locate(value, eval)?;
        value = index
            .and_then(|index| child(value, index))
            .ok_or(ResultCode::OpNotApplicable)?;
    }
    Ok(value)
}

/// Changes what a context leads to.
pub(super) fn modify<C: Change>(
    bin: Option<Value>,
    context: &[Step<'_>],
    eval: &dyn Evaluator,
    change: C,
) -> Result<Modified> {
    if let Some(bin) = &bin {
        check_bin(bin, context)?;
    }
    match (&bin, context.first()) {
        // Without a bin an operation that creates nothing has nothing to do, wherever it was to be done.
        (None, Some(_)) if matches!(change.start(None), Start::Nothing) => Ok(Modified {
            bin: None,
            reply: None,
        }),
        (None, Some(first)) => {
            let Some(create) = first.create else {
                return Err(ResultCode::OpNotApplicable);
            };
            let kind = first.kind.ok_or(ResultCode::OpNotApplicable)?;
            change_inside(create.container(kind), context, eval, change)
        }
        _ => change_at(bin, context, None, eval, change),
    }
}

/// With a context, a bin that is neither list nor map is a mistake in the request.
fn check_bin(bin: &Value, context: &[Step<'_>]) -> Result<()> {
    if context.is_empty() || matches!(bin, Value::List(_) | Value::Map(_)) {
        Ok(())
    } else {
        Err(ResultCode::Parameter)
    }
}

fn child(container: &Value, index: usize) -> Option<&Value> {
    match container {
        Value::List(list) => list.items.get(index),
        Value::Map(map) => map.value_at(index),
        _ => None,
    }
}

/// Changes what the rest of a context leads to from here; `create` is what the step to here said.
fn change_at<C: Change>(
    here: Option<Value>,
    rest: &[Step<'_>],
    create: Option<Create>,
    eval: &dyn Evaluator,
    change: C,
) -> Result<Modified> {
    match (here, rest.first()) {
        (Some(here), Some(_)) => change_inside(here, rest, eval, change),
        (None, Some(next)) => {
            let kind = next.kind.ok_or(ResultCode::OpNotApplicable)?;
            let create = create.ok_or(ResultCode::OpNotApplicable)?;
            change_inside(create.container(kind), rest, eval, change)
        }
        (Some(mut container), None) => {
            if !C::KIND.is_of(&container) {
                return Err(ResultCode::IncompatibleType);
            }
            let reply = change.run(&mut container)?;
            Ok(Modified {
                bin: Some(container),
                reply,
            })
        }
        (None, None) => match change.start(create) {
            Start::With(mut container) => {
                let reply = change.run(&mut container)?;
                Ok(Modified {
                    bin: Some(container),
                    reply,
                })
            }
            Start::Nothing => Ok(Modified {
                bin: None,
                reply: None,
            }),
            Start::Fail(code) => Err(code),
        },
    }
}

/// Takes the first step inside `container` and goes on from there.
fn change_inside<C: Change>(
    mut container: Value,
    steps: &[Step<'_>],
    eval: &dyn Evaluator,
    change: C,
) -> Result<Modified> {
    let (step, rest) = steps.split_first().ok_or(ResultCode::Parameter)?;
    let index = step.locate(&container, eval)?;
    let taken = index.map(|index| take(&mut container, index));
    if taken.is_none() {
        check_creatable(step, &container)?;
    }
    let done = change_at(taken, rest, step.create, eval, change)?;
    if let Some(value) = done.bin {
        match index {
            Some(index) => put_back(&mut container, index, value),
            None => put_new(&mut container, step, value)?,
        }
    }
    Ok(Modified {
        bin: Some(container),
        reply: done.reply,
    })
}

/// Whether a step may create the element it has not found.
fn check_creatable(step: &Step<'_>, container: &Value) -> Result<()> {
    let creates = match (&step.selector, step.create, container) {
        (Selector::Key(key), Some(_), Value::Map(_)) => key.is_map_key(),
        (Selector::Index(index), Some(create), Value::List(list)) => {
            let len = list.items.len() as i64;
            *index == len || (*index > len && create.pads() && !list.ordered)
        }
        _ => false,
    };
    if creates && step.filter.is_none() {
        Ok(())
    } else {
        Err(ResultCode::OpNotApplicable)
    }
}

fn take(container: &mut Value, index: usize) -> Value {
    slot(container, index).map_or(Value::Nil, |slot| std::mem::replace(slot, Value::Nil))
}

fn slot(container: &mut Value, index: usize) -> Option<&mut Value> {
    match container {
        Value::List(list) => list.items.get_mut(index),
        Value::Map(map) => map.value_at_mut(index),
        _ => None,
    }
}

/// Puts a changed element where it was, or where it belongs now if the list is ordered.
fn put_back(container: &mut Value, index: usize, value: Value) {
    match container {
        Value::List(list) if list.ordered => {
            list.items.remove(index);
            list::insert_sorted(list, value);
        }
        _ => {
            if let Some(slot) = slot(container, index) {
                *slot = value;
            }
        }
    }
}

fn put_new(container: &mut Value, step: &Step<'_>, value: Value) -> Result<()> {
    match (container, &step.selector) {
        (Value::Map(map), Selector::Key(key)) => {
            map.insert(key.clone(), value);
        }
        (Value::List(list), Selector::Index(index)) => {
            list::pad(list, *index)?;
            if list.ordered {
                list::insert_sorted(list, value);
            } else {
                list.items.push(value);
            }
        }
        _ => return Err(ResultCode::OpNotApplicable),
    }
    Ok(())
}
