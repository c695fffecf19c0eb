//! Evaluating: a tree and a record yield a value, or nothing where that cannot be known.

use std::borrow::Cow;
use std::cmp::Ordering;

use wire::{Value, order};

use super::budget::Budget;
use super::kind::Kind;
use super::node::{Comparison, Cond, Let, Node, Part, Place};
use super::number::{Number, Operator};
use super::systems::Elements;
use super::term::{Term, weight};
use super::{Element, Subject};
use crate::geo::{self, Shape};

/// One evaluation. Everywhere `None` is the unknown value.
pub(super) struct Evaluation<'a> {
    subject: &'a dyn Subject,
    /// What a loop around this evaluation is at.
    element: Option<&'a Element<'a>>,
    /// What the definitions in scope have.
    scope: Vec<Option<Term<'a>>>,
    budget: &'a Budget,
}

impl<'a> Evaluation<'a> {
    pub(super) const fn new(
        subject: &'a dyn Subject,
        element: Option<&'a Element<'a>>,
        budget: &'a Budget,
    ) -> Self {
        Self {
            subject,
            element,
            scope: Vec::new(),
            budget,
        }
    }

    /// For expressions inside an operation on a collection.
    pub(super) fn elements(&self) -> Elements<'a> {
        Elements::new(self.subject, self.budget)
    }

    pub(super) fn value(&mut self, node: &'a Node) -> Option<Term<'a>> {
        self.budget.spend_node()?;
        let value = match node {
            Node::Unknown => return None,
            Node::Removed => return Some(Term::Removed),
            Node::Literal(value) => return Some(Term::Lent(value)),
            Node::Key(kind) => return lend(self.subject.key()?, *kind),
            Node::Bin(kind, name) => return lend(self.subject.bin(name)?, *kind),
            Node::LoopVariable(kind, part) => return self.loop_variable(*kind, *part),
            Node::Cond(cond) => return self.cond(cond),
            Node::Variable(place) => return self.scope.get(*place)?.clone(),
            Node::Let(node) => return self.definitions(node),

            Node::Compare(comparison, pair) => self.compare(*comparison, pair)?,
            Node::Matches(pair) => {
                let (regex, text) = &**pair;
                regex.is_match(self.value(text)?.get().as_bytes()?).into()
            }
            Node::Meets(pair) => {
                let [a, b] = &**pair;
                geo::within(&*self.shape(a)?, &*self.shape(b)?).into()
            }
            Node::InList(pair) => self.in_list(pair)?,
            Node::And(nodes) => self.any(nodes, false)?.into(),
            Node::Or(nodes) => self.any(nodes, true)?.into(),
            Node::Not(node) => (!self.truth(node)?).into(),
            Node::Exclusive(nodes) => self.exclusive(nodes)?.into(),
            Node::Number(operator, nodes) => self.number(*operator, nodes)?.into(),
            Node::DigestModulo(modulo) => modulo.of(self.subject),
            Node::Meta(meta) => meta.of(self.subject),
            Node::BinType(name) => self.bin_type(name),
            Node::MapKeys(map) => self.map_part(map, |(key, _)| key)?,
            Node::MapValues(map) => self.map_part(map, |(_, value)| value)?,
            Node::Call(call) => call.evaluate(self)?,
        };
        Some(Term::Made(value))
    }

    /// The value of a boolean expression.
    pub(super) fn truth(&mut self, node: &'a Node) -> Option<bool> {
        if let Value::Bool(value) = self.value(node)?.get() {
            Some(*value)
        } else {
            None
        }
    }

    /// Accounts for a value that is or will be made; `None` if it is too much.
    pub(super) fn pay_for(&self, value: &Value) -> Option<()> {
        self.budget.spend_bytes(weight(value)?)
    }

    /// A value that was made, unless it is too much.
    pub(super) fn made(&mut self, value: Value) -> Option<Value> {
        self.pay_for(&value)?;
        Some(value)
    }

    fn compare(&mut self, comparison: Comparison, pair: &'a [Node; 2]) -> Option<Value> {
        let [a, b] = pair;
        let (a, b) = (self.value(a)?, self.value(b)?);
        Some(comparison.holds(compare(a.get(), b.get())).into())
    }

    fn shape(&mut self, place: &'a Place) -> Option<Cow<'a, Shape>> {
        match place {
            Place::Fixed(shape) => Some(Cow::Borrowed(shape)),
            Place::Of(node) => {
                let value = self.value(node)?;
                Shape::parse(value.get().as_bytes()?).ok().map(Cow::Owned)
            }
        }
    }

    fn in_list(&mut self, pair: &'a [Node; 2]) -> Option<Value> {
        let [value, list] = pair;
        let (value, list) = (self.value(value)?, self.value(list)?);
        let mut items = list.get().as_list()?.items.iter();
        let found = items.any(|item| compare(item, value.get()).is_some_and(Ordering::is_eq));
        Some(found.into())
    }

    /// Whether any is `wanted`: then that is the result. Otherwise it is the opposite, if all are known. With true this is *or*, with
    /// false *and*.
    fn any(&mut self, nodes: &'a [Node], wanted: bool) -> Option<bool> {
        let mut result = Some(!wanted);
        for node in nodes {
            match self.truth(node) {
                Some(value) if value == wanted => return Some(wanted),
                Some(_) => {}
                None => result = None,
            }
        }
        result
    }

    /// Whether exactly one is true; a second one decides it even if others are unknown.
    fn exclusive(&mut self, nodes: &'a [Node]) -> Option<bool> {
        let mut result = Some(false);
        let mut found = false;
        for node in nodes {
            match self.truth(node) {
                Some(true) if found => return Some(false),
                Some(true) => {
                    found = true;
                    result = result.map(|_| true);
                }
                Some(false) => {}
                None => result = None,
            }
        }
        result
    }

    fn number(&mut self, operator: Operator, nodes: &'a [Node]) -> Option<Number> {
        let (first, rest) = nodes.split_first()?;
        let mut result = Number::of(self.value(first)?.get())?;
        if rest.is_empty() {
            return operator.of_one(result);
        }
        for node in rest {
            let next = Number::of(self.value(node)?.get())?;
            result = operator.of_two(result, next)?;
        }
        Some(result)
    }

    fn bin_type(&self, name: &[u8]) -> Value {
        let kind = self.subject.bin(name).and_then(Value::particle_type);
        Value::Int(kind.map_or(0, |kind| i64::from(kind as u8)))
    }

    fn map_part(&mut self, map: &'a Node, pick: fn(&(Value, Value)) -> &Value) -> Option<Value> {
        let map = self.value(map)?;
        let pairs = map.get().as_map()?.pairs();
        self.made(Value::list(
            pairs.iter().map(|pair| pick(pair).clone()).collect(),
        ))
    }

    fn loop_variable(&self, kind: Kind, part: Part) -> Option<Term<'a>> {
        let element = self.element?;
        match part {
            Part::Key => lend(element.key?, kind),
            Part::Value => lend(element.value, kind),
            Part::Index if kind == Kind::Int => Some(Value::Int(element.index as i64).into()),
            Part::Index => None,
        }
    }

    fn cond(&mut self, cond: &'a Cond) -> Option<Term<'a>> {
        for (test, value) in &cond.cases {
            if self.truth(test)? {
                return self.value(value);
            }
        }
        self.value(&cond.otherwise)
    }

    fn definitions(&mut self, node: &'a Let) -> Option<Term<'a>> {
        let outer = self.scope.len();
        for definition in &node.definitions {
            let value = self.value(definition).map(Term::shared);
            self.scope.push(value);
        }
        let result = self.value(&node.body);
        self.scope.truncate(outer);
        result
    }
}

/// A value, if it has the type that is expected of it.
fn lend(value: &Value, kind: Kind) -> Option<Term<'_>> {
    (Kind::of(value) == kind).then_some(Term::Lent(value))
}

/// How two values of one type compare; not at all if one is not a number.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        _ => Some(order::compare(a, b)),
    }
}
