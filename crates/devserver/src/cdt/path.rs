//! Path operations: a context whose steps may lead to several elements each.

use wire::{List, Map, ResultCode, Value};

use super::context::Step;
use super::elements::Elements;
use super::envelope::{PathCall, PathMode};
use super::{Applied, Element, Evaluator, Result};

/// The way a path operation is walked.
struct Walk<'a> {
    eval: &'a dyn Evaluator,
    no_fail: bool,
}

/// Answers a reading path operation.
pub(super) fn select(bin: &Value, call: &PathCall<'_>, eval: &dyn Evaluator) -> Result<Value> {
    check_bin(bin)?;
    let walk = Walk {
        eval,
        no_fail: call.no_fail,
    };
    let mut leaves = Vec::new();
    match call.mode {
        PathMode::Tree => return walk.tree(bin, &call.context),
        PathMode::Apply(_) => return Err(ResultCode::Parameter),
        PathMode::Values => walk.leaves(bin, &call.context, &mut |element| {
            leaves.push(element.value.clone());
        })?,
        PathMode::Keys => walk.leaves(bin, &call.context, &mut |element| {
            leaves.extend(element.key.cloned());
        })?,
        PathMode::KeysAndValues => walk.leaves(bin, &call.context, &mut |element| {
            leaves.extend(element.key.cloned());
            leaves.push(element.value.clone());
        })?,
    }
    Ok(Value::list(leaves))
}

/// Runs a modifying path operation and gives the bin back.
pub(super) fn apply(bin: Value, call: &PathCall<'_>, eval: &dyn Evaluator) -> Result<Value> {
    let PathMode::Apply(expression) = call.mode else {
        return Err(ResultCode::Parameter);
    };
    check_bin(&bin)?;
    let walk = Walk {
        eval,
        no_fail: call.no_fail,
    };
    walk.apply(bin, &call.context, expression)
}

fn check_bin(bin: &Value) -> Result<()> {
    match bin {
        Value::List(_) | Value::Map(_) => Ok(()),
        _ => Err(ResultCode::Parameter),
    }
}

impl Walk<'_> {
    /// The indexes of the elements a step leads to in `container`.
    fn located(&self, step: &Step<'_>, container: &Value) -> Result<Vec<usize>> {
        match step.locate_all(container, self.eval, self.no_fail) {
            Err(ResultCode::OpNotApplicable) if self.no_fail => Ok(Vec::new()),
            found => found,
        }
    }

    /// Visits the elements the last step leads to.
    fn leaves(
        &self,
        container: &Value,
        steps: &[Step<'_>],
        visit: &mut dyn FnMut(&Element<'_>),
    ) -> Result<()> {
        let (Some((step, rest)), Some(elements)) = (steps.split_first(), Elements::of(container))
        else {
            return self.mismatch(());
        };
        for index in self.located(step, container)? {
            let Some(element) = elements.element(index) else {
                continue;
            };
            if rest.is_empty() {
                visit(&element);
            } else {
                self.leaves(element.value, rest, visit)?;
            }
        }
        Ok(())
    }

    /// The container reduced to what the steps lead to.
    fn tree(&self, container: &Value, steps: &[Step<'_>]) -> Result<Value> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok(container.clone());
        };
        let Some(elements) = Elements::of(container) else {
            return self.mismatch(container.clone());
        };
        let mut kept = Vec::new();
        for index in self.located(step, container)? {
            if let Some(element) = elements.element(index) {
                let inside = rest.is_empty() || Elements::of(element.value).is_some();
                if inside || !self.no_fail {
                    kept.push((element.key.cloned(), self.tree(element.value, rest)?));
                }
            }
        }
        rebuild(container, kept)
    }

    /// The container with what the steps lead to replaced by what the expression makes of it.
    fn apply(&self, container: Value, steps: &[Step<'_>], expression: &[u8]) -> Result<Value> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok(container);
        };
        if Elements::of(&container).is_none() {
            return self.mismatch(container);
        }
        let mut located = self.located(step, &container)?.into_iter().peekable();
        let (shell, elements) = dissolve(container);
        let mut kept = Vec::with_capacity(elements.len());
        for (index, (key, value)) in elements.into_iter().enumerate() {
            if located.next_if_eq(&index).is_none() {
                kept.push((key, value));
            } else if !rest.is_empty() {
                let value = self.apply(value, rest, expression)?;
                kept.push((key, value));
            } else if let Some(value) = self.replacement(key.as_ref(), value, index, expression)? {
                kept.push((key, value));
            }
        }
        rebuild(&shell, kept)
    }

    /// What becomes of one element; `None` if it is removed.
    fn replacement(
        &self,
        key: Option<&Value>,
        value: Value,
        index: usize,
        expression: &[u8],
    ) -> Result<Option<Value>> {
        let element = Element {
            key,
            value: &value,
            index,
        };
        match self.eval.apply(expression, &element)? {
            Applied::Value(new) if new.is_storable() => Ok(Some(new)),
            Applied::Value(_) => Err(ResultCode::Parameter),
            Applied::Remove => Ok(None),
            Applied::Unknown => self.mismatch(Some(value)),
        }
    }

    /// A step or expression does not fit an element.
    fn mismatch<T>(&self, otherwise: T) -> Result<T> {
        if self.no_fail {
            Ok(otherwise)
        } else {
            Err(ResultCode::OpNotApplicable)
        }
    }
}

type Pairs = Vec<(Option<Value>, Value)>;

/// A container's flags in an empty one, and its elements.
fn dissolve(container: Value) -> (Value, Pairs) {
    match container {
        Value::List(mut list) => {
            let items = std::mem::take(&mut list.items);
            let pairs = items.into_iter().map(|item| (None, item)).collect();
            (Value::List(list), pairs)
        }
        Value::Map(mut map) => {
            let mut shell = Map::with_order(map.order);
            shell.persist_index = map.persist_index;
            let pairs = std::mem::take(&mut *map).into_pairs();
            let pairs = pairs.into_iter().map(|(key, value)| (Some(key), value));
            (shell.into(), pairs.collect())
        }
        other => (other, Vec::new()),
    }
}

/// A container with the flags of another and these elements, which stand in its order of keys.
fn rebuild(like: &Value, pairs: Pairs) -> Result<Value> {
    match like {
        Value::List(list) => {
            let mut items: Vec<Value> = pairs.into_iter().map(|pair| pair.1).collect();
            if list.ordered {
                items.sort();
            }
            Ok(List {
                ordered: list.ordered,
                persist_index: list.persist_index,
                items,
            }
            .into())
        }
        Value::Map(map) => {
            let keyed = pairs.into_iter();
            let pairs = keyed
                .filter_map(|(key, value)| Some((key?, value)))
                .collect();
            let mut new = Map::from_sorted(map.order, pairs).map_err(wire::Error::result_code)?;
            new.persist_index = map.persist_index;
            Ok(new.into())
        }
        other => Ok(other.clone()),
    }
}
