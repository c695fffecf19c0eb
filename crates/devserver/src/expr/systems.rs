//! Where calls go: the operations on collections, bits and HLLs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use wire::{ResultCode, Value};

use super::budget::Budget;
use super::call::System;
use super::eval::Evaluation;
use super::term::Term;
use super::{Expr, Subject};
use crate::cdt::{self, Applied, Element, Evaluator};
use crate::{bits, hll};

/// What an operation reads from a value; `None` if that is nothing.
pub(super) fn read(
    system: System,
    operation: &[u8],
    value: &Value,
    elements: &Elements<'_>,
) -> Result<Option<Value>, ResultCode> {
    match system {
        System::Collection => cdt::read(Some(value), operation, elements),
        System::Bits => bits::read(Some(value), operation).map(Some),
        System::Hll => hll::read(Some(value), operation).map(Some),
    }
}

/// What an operation makes of a value.
pub(super) fn modify(
    system: System,
    operation: &[u8],
    value: Value,
    elements: &Elements<'_>,
) -> Result<Option<Value>, ResultCode> {
    match system {
        System::Collection => Ok(cdt::modify(Some(value), operation, elements)?.bin),
        System::Bits => Ok(bits::modify(Some(&value), operation)?.or(Some(value))),
        System::Hll => Ok(hll::modify(Some(&value), operation)?.bin.or(Some(value))),
    }
}

/// The expressions inside operations on collections, evaluated for one element after the other.
pub struct Elements<'a> {
    subject: &'a dyn Subject,
    budget: &'a Budget,
    /// What was built for an element before.
    built: RefCell<HashMap<Box<[u8]>, Rc<Expr>>>,
}

impl<'a> Elements<'a> {
    /// Of a record, for as long as the budget lasts.
    #[must_use]
    pub fn new(subject: &'a dyn Subject, budget: &'a Budget) -> Self {
        Self {
            subject,
            budget,
            built: RefCell::default(),
        }
    }

    fn build(&self, expression: &[u8]) -> Result<Rc<Expr>, ResultCode> {
        if let Some(built) = self.built.borrow().get(expression) {
            return Ok(Rc::clone(built));
        }
        let built = Rc::new(Expr::build(expression)?);
        let kept = Rc::clone(&built);
        self.built.borrow_mut().insert(expression.into(), kept);
        Ok(built)
    }
}

impl Evaluator for Elements<'_> {
    fn test(&self, expression: &[u8], element: &Element<'_>) -> Result<Option<bool>, ResultCode> {
        let expr = self.build(expression)?;
        if !expr.is_filter() {
            return Err(ResultCode::Parameter);
        }
        Ok(Evaluation::new(self.subject, Some(element), self.budget).truth(&expr.root))
    }

    fn apply(&self, expression: &[u8], element: &Element<'_>) -> Result<Applied, ResultCode> {
        let expr = self.build(expression)?;
        let mut evaluation = Evaluation::new(self.subject, Some(element), self.budget);
        Ok(match evaluation.value(&expr.root) {
            Some(Term::Removed) => Applied::Remove,
            Some(term) => Applied::Value(term.into_value()),
            None => Applied::Unknown,
        })
    }
}
