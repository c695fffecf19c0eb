//! Contexts: the way from a bin to a list or map nested in it.
//!
//! A context is a list of step types and values in turn. A type's lowest four bits say how the step finds an element, 0x10 and 0x20 in
//! what (list, map), 0xC0 what to create where there is none.

use wire::msgpack::{MAX_DEPTH, Reader};
use wire::{Error, List, Map, MapOrder, ResultCode, Value};

use super::elements::Elements;
use super::{Evaluator, Kind, Result};

/// The steps of a context, outermost first.
pub type Context<'a> = Vec<Step<'a>>;

/// One step.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// What the step is taken in; `None` for either.
    pub kind: Option<Kind>,
    /// How it finds its element.
    pub selector: Selector<'a>,
    /// What to create if there is no such element.
    pub create: Option<Create>,
    /// An expression that must be true for the element, too.
    pub filter: Option<&'a [u8]>,
}

/// How a step finds its element, or its elements in a path operation.
#[derive(Clone, Debug)]
pub enum Selector<'a> {
    /// By index.
    Index(i64),
    /// By rank.
    Rank(i64),
    /// By key.
    Key(Value),
    /// By value: the first that has it.
    Value(Value),
    /// All for which an expression is true.
    Expression(&'a [u8]),
    /// All whose key is in a list.
    Keys(Vec<Value>),
}

/// The order of a list or map created on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Create {
    /// The two order bits as a number from 1 to 3.
    order: u8,
}

mod bits {
    pub(super) const SELECTOR: i64 = 0x0f;
    pub(super) const LIST: i64 = 0x10;
    pub(super) const MAP: i64 = 0x20;
    pub(super) const KIND: i64 = LIST | MAP;
    pub(super) const CREATE: i64 = 0xc0;
    pub(super) const PERSIST: i64 = 0x100;
    pub(super) const AND: i64 = 0x200;
    pub(super) const ALL: i64 = SELECTOR | KIND | CREATE | PERSIST | AND;
}

/// The packed expression that is always true: a step to all children.
const TRUE: &[u8] = &[0xc3];

/// Reads a context.
pub fn parse<'a>(reader: &mut Reader<'a>) -> Result<Context<'a>> {
    let count = reader.array().map_err(Error::result_code)?;
    if count == 0 || count % 2 != 0 || count / 2 > MAX_DEPTH {
        return Err(ResultCode::Parameter);
    }
    let mut steps = Context::new();
    for _ in 0..count / 2 {
        let id = reader.int().map_err(Error::result_code)?;
        if id & !bits::ALL != 0 {
            return Err(ResultCode::Parameter);
        }
        if id & bits::AND == 0 {
            steps.push(parse_step(id, reader)?);
        } else {
            let filter = parse_filter(id, reader)?;
            add_filter(&mut steps, filter)?;
        }
    }
    Ok(steps)
}

fn parse_step<'a>(id: i64, reader: &mut Reader<'a>) -> Result<Step<'a>> {
    let kind = match id & bits::KIND {
        bits::LIST => Some(Kind::List),
        bits::MAP => Some(Kind::Map),
        0 => None,
        _ => return Err(ResultCode::Parameter),
    };
    let create = match id & bits::CREATE {
        0 => None,
        order => Some(Create {
            order: (order >> 6) as u8,
        }),
    };
    let mut value = || reader.value().map_err(Error::result_code);
    let selector = match (id & bits::SELECTOR, kind) {
        (0, Some(_)) => Selector::Index(int(&value()?)?),
        (1, Some(_)) => Selector::Rank(int(&value()?)?),
        (2, Some(Kind::Map)) => Selector::Key(value()?),
        (3, Some(_)) => Selector::Value(exact(value()?)?),
        (4, _) => Selector::Expression(reader.skip().map_err(Error::result_code)?),
        (10, Some(Kind::Map)) => match value()? {
            Value::List(keys) => Selector::Keys(keys.items),
            _ => return Err(ResultCode::Parameter),
        },
        _ => return Err(ResultCode::Parameter),
    };
    Ok(Step {
        kind,
        selector,
        create,
        filter: None,
    })
}

fn parse_filter<'a>(id: i64, reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    if id == bits::AND | 4 {
        reader.skip().map_err(Error::result_code)
    } else {
        Err(ResultCode::Parameter)
    }
}

/// One filter at most goes with a step, and none with an expression, which could say it itself.
fn add_filter<'a>(steps: &mut Context<'a>, filter: &'a [u8]) -> Result<()> {
    match steps.last_mut() {
        Some(step)
            if step.filter.is_none() && !matches!(step.selector, Selector::Expression(_)) =>
        {
            step.filter = Some(filter);
            Ok(())
        }
        _ => Err(ResultCode::Parameter),
    }
}

fn int(value: &Value) -> Result<i64> {
    value.as_int().ok_or(ResultCode::Parameter)
}

/// A value that can be found, not a pattern.
fn exact(value: Value) -> Result<Value> {
    if value.is_storable() {
        Ok(value)
    } else {
        Err(ResultCode::Parameter)
    }
}

impl Step<'_> {
    /// The index of the one element the step leads to. An error if `container` is not of the step's kind, or if the step may lead to
    /// several elements.
    pub(super) fn locate(&self, container: &Value, eval: &dyn Evaluator) -> Result<Option<usize>> {
        let elements = self.elements(container)?;
        let found = match &self.selector {
            Selector::Index(index) => elements.position(*index),
            Selector::Rank(rank) => elements.with_rank(*rank),
            Selector::Key(key) => elements.with_key(key),
            Selector::Value(value) => elements.first_with_value(value),
            Selector::Expression(_) | Selector::Keys(_) => return Err(ResultCode::Parameter),
        };
        match (found, self.filter) {
            (Some(index), Some(filter)) if !passes(filter, elements, index, eval, false)? => {
                Ok(None)
            }
            _ => Ok(found),
        }
    }

    /// The indexes of all elements the step leads to, in ascending order.
    pub(super) fn locate_all(
        &self,
        container: &Value,
        eval: &dyn Evaluator,
        no_fail: bool,
    ) -> Result<Vec<usize>> {
        let elements = self.elements(container)?;
        let (mut found, test) = match &self.selector {
            Selector::Expression(expression) => ((0..elements.len()).collect(), Some(*expression)),
            Selector::Keys(keys) => {
                let mut found: Vec<_> = keys
                    .iter()
                    .filter_map(|key| elements.with_key(key))
                    .collect();
                found.sort_unstable();
                found.dedup();
                (found, self.filter)
            }
            _ => {
                let alone = Self {
                    filter: None,
                    ..self.clone()
                };
                let found = alone.locate(container, eval)?;
                (found.into_iter().collect(), self.filter)
            }
        };
        if let Some(test) = test.filter(|test| *test != TRUE) {
            let mut passed = Vec::new();
            for index in found {
                if passes(test, elements, index, eval, no_fail)? {
                    passed.push(index);
                }
            }
            found = passed;
        }
        Ok(found)
    }

    fn elements<'v>(&self, container: &'v Value) -> Result<Elements<'v>> {
        Elements::of(container)
            .filter(|elements| self.kind.is_none_or(|kind| kind == elements.kind()))
            .ok_or(ResultCode::OpNotApplicable)
    }
}

fn passes(
    expression: &[u8],
    elements: Elements<'_>,
    index: usize,
    eval: &dyn Evaluator,
    no_fail: bool,
) -> Result<bool> {
    let Some(element) = elements.element(index) else {
        return Ok(false);
    };
    match eval.test(expression, &element)? {
        Some(passes) => Ok(passes),
        None if no_fail => Ok(false),
        None => Err(ResultCode::OpNotApplicable),
    }
}

impl Create {
    /// The empty list or map to create.
    #[must_use]
    pub fn container(self, kind: Kind) -> Value {
        match kind {
            Kind::List => List {
                ordered: self.list_ordered(),
                ..List::default()
            }
            .into(),
            Kind::Map => Map::with_order(self.map_order()).into(),
        }
    }

    /// Whether a list is to be created ordered.
    #[must_use]
    pub const fn list_ordered(self) -> bool {
        self.order == 3
    }

    /// Whether a list index may lie beyond the end; the gap is filled with nil.
    #[must_use]
    pub const fn pads(self) -> bool {
        self.order == 2
    }

    /// The order of a map that is to be created.
    #[must_use]
    pub const fn map_order(self) -> MapOrder {
        match self.order {
            2 => MapOrder::Key,
            3 => MapOrder::KeyValue,
            _ => MapOrder::Unordered,
        }
    }
}
