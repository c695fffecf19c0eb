//! Streams: what an aggregation's function is given. It says what is to happen to each value, and the server makes it happen.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{AnyUserData, Function, Lua, UserData, UserDataMethods, Value};

use super::record::Handle;

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

/// The steps a script has asked for so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream(Rc<RefCell<Vec<Step>>>);

impl Stream {
    /// Runs the server's part on records and gives its values: all steps up to the first that makes one value of many. The rest is the
    /// client's, over the values of all servers.
    pub(super) fn run(
        &self,
        lua: &Lua,
        records: impl Iterator<Item = mlua::Result<Handle>>,
    ) -> mlua::Result<Vec<Value>> {
        let mut steps = self.0.borrow().clone();
        let folds = |step: &Step| matches!(step, Step::Aggregate(..) | Step::Reduce(_));
        let fold = steps.iter().position(folds);
        steps.truncate(fold.map_or(steps.len(), |at| at + 1));
        let mut folded = match steps.last() {
            Some(Step::Aggregate(initial, _)) => Some(initial.clone()),
            _ => None,
        };
        let mut values = Vec::new();
        for record in records {
            let record = Value::UserData(lua.create_userdata(record?)?);
            values.extend(pass(lua, &steps, record, &mut folded)?);
        }
        values.extend(folded);
        Ok(values)
    }
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
