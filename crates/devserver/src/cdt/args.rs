//! The arguments of an operation, taken one by one.

use wire::{Map, ResultCode, Value};

use super::Result;

/// What is left of an operation's arguments. Anything missing, surplus or of the wrong type is a parameter error.
#[derive(Debug)]
pub(super) struct Args {
    rest: std::vec::IntoIter<Value>,
}

impl Args {
    pub(super) fn new(args: Vec<Value>) -> Self {
        Self {
            rest: args.into_iter(),
        }
    }

    pub(super) fn value(&mut self) -> Result<Value> {
        self.rest.next().ok_or(ResultCode::Parameter)
    }

    pub(super) fn optional(&mut self) -> Option<Value> {
        self.rest.next()
    }

    /// A value that goes into the database.
    pub(super) fn stored(&mut self) -> Result<Value> {
        let value = self.value()?;
        if value.is_storable() {
            Ok(value)
        } else {
            Err(ResultCode::Parameter)
        }
    }

    /// A value that becomes a key.
    pub(super) fn key(&mut self) -> Result<Value> {
        let value = self.value()?;
        if value.is_map_key() {
            Ok(value)
        } else {
            Err(ResultCode::Parameter)
        }
    }

    pub(super) fn int(&mut self) -> Result<i64> {
        self.value()?.as_int().ok_or(ResultCode::Parameter)
    }

    pub(super) fn optional_int(&mut self) -> Result<Option<i64>> {
        self.optional()
            .map(|value| value.as_int().ok_or(ResultCode::Parameter))
            .transpose()
    }

    /// The flags of an operation, 0 if there are none; an error if there are others than `known`.
    pub(super) fn flags(&mut self, known: i64) -> Result<i64> {
        let flags = self.optional_int()?.unwrap_or(0);
        if flags & !known == 0 {
            Ok(flags)
        } else {
            Err(ResultCode::Parameter)
        }
    }

    pub(super) fn list(&mut self) -> Result<Vec<Value>> {
        match self.value()? {
            Value::List(list) => Ok(list.items),
            _ => Err(ResultCode::Parameter),
        }
    }

    /// A list whose elements go into the database.
    pub(super) fn stored_list(&mut self) -> Result<Vec<Value>> {
        let items = self.list()?;
        if items.iter().all(Value::is_storable) {
            Ok(items)
        } else {
            Err(ResultCode::Parameter)
        }
    }

    /// A map whose pairs go into the database.
    pub(super) fn stored_map(&mut self) -> Result<Map> {
        match self.stored()? {
            Value::Map(map) => Ok(*map),
            _ => Err(ResultCode::Parameter),
        }
    }

    pub(super) fn finish(mut self) -> Result<()> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err(ResultCode::Parameter),
        }
    }
}
