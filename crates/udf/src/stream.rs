//! Streams: what an aggregation's function is given. It says what is to happen to each value, and servers and client make it happen.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{AnyUserData, Function, Lua, UserData, UserDataMethods, Value};

/// A step of a stream.
#[derive(Clone, Debug)]
enum Step {
    /// Keeps the values a function says yes to.
    Filter(Value),
    /// Replaces each value.
    Map(Value),
    /// Makes one value of all, from an initial one on.
    Aggregate(Value, Value),
    /// Makes one value of all, from the first one on.
    Reduce(Value),
}

/// Who runs the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All up to and including the first `reduce`, over the server's records.
    Server,
    /// All from that `reduce` on, over the values of all servers.
    Client,
}

/// The steps a script has asked for so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream(Rc<RefCell<Vec<Step>>>);

impl Stream {
    /// Runs a part of the steps on values and gives what comes out.
    pub(super) fn run(
        &self,
        part: Part,
        lua: &Lua,
        values: impl Iterator<Item = mlua::Result<Value>>,
    ) -> mlua::Result<Vec<Value>> {
        let steps = self.part(part);
        let mut stages = steps.split_inclusive(Step::folds);
        let mut values = through(lua, stages.next().unwrap_or_default(), values)?;
        for stage in stages {
            values = through(lua, stage, values.into_iter().map(Ok))?;
        }
        Ok(values)
    }

    fn part(&self, part: Part) -> Vec<Step> {
        let mut steps = self.0.borrow().clone();
        let reduce = steps
            .iter()
            .position(|step| matches!(step, Step::Reduce(_)));
        match (part, reduce) {
            (Part::Server, Some(at)) => steps.truncate(at + 1),
            (Part::Server, None) => {}
            (Part::Client, at) => drop(steps.drain(..at.unwrap_or(steps.len()))),
        }
        steps
    }
}

impl Step {
    /// Whether it makes one value of many, so that what follows has to wait for all.
    const fn folds(&self) -> bool {
        matches!(self, Self::Aggregate(..) | Self::Reduce(_))
    }
}

/// Takes all values through steps of which only the last may fold.
fn through(
    lua: &Lua,
    steps: &[Step],
    values: impl Iterator<Item = mlua::Result<Value>>,
) -> mlua::Result<Vec<Value>> {
    let mut folded = match steps.last() {
        Some(Step::Aggregate(initial, _)) => Some(initial.clone()),
        _ => None,
    };
    let mut out = Vec::new();
    for value in values {
        out.extend(pass(lua, steps, value?, &mut folded)?);
    }
    out.extend(folded);
    Ok(out)
}

/// Takes one value through all steps; what comes out at the end, if the last one does not fold it away.
fn pass(
    lua: &Lua,
    steps: &[Step],
    mut value: Value,
    folded: &mut Option<Value>,
) -> mlua::Result<Option<Value>> {
    let function = |value: &Value| lua.unpack::<Function>(value.clone());
    for step in steps {
        match step {
            Step::Filter(keep) => {
                let kept: Value = function(keep)?.call(&value)?;
                if matches!(kept, Value::Nil | Value::Boolean(false)) {
                    return Ok(None);
                }
            }
            Step::Map(change) => value = function(change)?.call(value)?,
            Step::Aggregate(_, fold) => {
                *folded = Some(function(fold)?.call((folded.take(), value))?);
                return Ok(None);
            }
            Step::Reduce(fold) => {
                *folded = Some(match folded.take() {
                    Some(before) => function(fold)?.call((before, value))?,
                    None => value,
                });
                return Ok(None);
            }
        }
        if value.is_nil() {
            return Ok(None);
        }
    }
    Ok(Some(value))
}

impl UserData for Stream {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        let filter: fn(Value, Value) -> Step = |keep, _| Step::Filter(keep);
        let map: fn(Value, Value) -> Step = |change, _| Step::Map(change);
        let reduce: fn(Value, Value) -> Step = |fold, _| Step::Reduce(fold);
        let aggregate: fn(Value, Value) -> Step = Step::Aggregate;
        let steps = [
            ("filter", filter),
            ("map", map),
            ("reduce", reduce),
            ("aggregate", aggregate),
        ];
        for (name, step) in steps {
            // Each asks for one more step and gives the stream itself.
            methods.add_function(
                name,
                move |_, (this, first, second): (AnyUserData, Value, Value)| {
                    this.borrow::<Self>()?
                        .0
                        .borrow_mut()
                        .push(step(first, second));
                    Ok(this)
                },
            );
        }
    }
}
