//! Streams: what an aggregation's function is given. It says what is to happen to each value, and the server makes it happen.

use mlua::{Function, MultiValue, UserData, UserDataMethods, Value};

use super::item::Item;
use super::record::Handle;

/// A step of a stream.
#[derive(Clone, Debug)]
enum Step {
    /// Keeps the values a function says yes to.
    Filter(Function),
    /// Replaces each value.
    Map(Function),
    /// Makes one value of all, from an initial one on.
    Aggregate(Value, Function),
    /// Makes one value of all, from the first one on.
    Reduce(Function),
}

/// A stream as a script describes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream(Vec<Step>);

impl Stream {
    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps a server runs: all up to the first that makes one value of many. The rest is the client's, over the values of all servers.
    fn server_steps(&self) -> &[Step] {
        let folds = |step: &Step| matches!(step, Step::Aggregate(..) | Step::Reduce(_));
        let end = self.0.iter().position(folds).map(|at| at + 1);
        self.0
            .get(..end.unwrap_or(self.0.len()))
            .unwrap_or_default()
    }

    /// Runs the server's part on records and gives its values.
    pub(super) fn run(
        &self,
        lua: &mlua::Lua,
        records: impl Iterator<Item = Handle>,
    ) -> mlua::Result<Vec<Value>> {
        let mut values = Vec::new();
        let mut folded = match self.server_steps().last() {
            Some(Step::Aggregate(initial, _)) => Some(copy(lua, initial)?),
            _ => None,
        };
        for record in records {
            let record = Value::UserData(lua.create_userdata(record)?);
            if let Some(value) = self.pass(record, &mut folded)? {
                values.push(value);
            }
        }
        values.extend(folded.filter(|value| !value.is_nil()));
        Ok(values)
    }

    /// Takes one value through all steps; what comes out at the end, if the last one does not fold it away.
    fn pass(&self, mut value: Value, folded: &mut Option<Value>) -> mlua::Result<Option<Value>> {
        for step in self.server_steps() {
            match step {
                Step::Filter(keep) => {
                    let kept: Value = keep.call(&value)?;
                    if matches!(kept, Value::Nil | Value::Boolean(false)) {
                        return Ok(None);
                    }
                }
                Step::Map(change) => value = change.call(value)?,
                Step::Aggregate(_, fold) => {
                    let before = folded.take();
                    *folded = Some(fold.call((before, value))?);
                    return Ok(None);
                }
                Step::Reduce(fold) => {
                    *folded = Some(match folded.take() {
                        Some(before) => fold.call((before, value))?,
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
}

/// An initial value of its own for each run: folding changes it.
fn copy(lua: &mlua::Lua, value: &Value) -> mlua::Result<Value> {
    Item::from_lua(value)
        .and_then(|item| item.deep_clone())
        .map_err(mlua::Error::RuntimeError)?
        .to_lua(lua)
}

impl UserData for Stream {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("filter", |_, this, (keep, _): (Function, MultiValue)| {
            Ok(this.with(Step::Filter(keep)))
        });
        methods.add_method("map", |_, this, (change, _): (Function, MultiValue)| {
            Ok(this.with(Step::Map(change)))
        });
        methods.add_method("reduce", |_, this, (fold, _): (Function, MultiValue)| {
            Ok(this.with(Step::Reduce(fold)))
        });
        methods.add_method(
            "aggregate",
            |_, this, (initial, fold, _): (Value, Function, MultiValue)| {
                Ok(this.with(Step::Aggregate(initial, fold)))
            },
        );
    }
}
