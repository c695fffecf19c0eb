//! The arguments of an operation, taken one by one.

use wire::{ResultCode, Value};

/// Arguments not yet taken. Whatever is missing, left over or of another type than expected is a parameter error.
pub(crate) struct Arguments<'a> {
    rest: std::slice::Iter<'a, Value>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(arguments: &'a [Value]) -> Self {
        Self {
            rest: arguments.iter(),
        }
    }

    pub(crate) fn int(&mut self) -> Result<i64, ResultCode> {
        self.take(Value::as_int)
    }

    /// An integer that may be left out, 0 then.
    pub(crate) fn optional_int(&mut self) -> Result<i64, ResultCode> {
        self.optional_int_or(0)
    }

    pub(crate) fn optional_int_or(&mut self, default: i64) -> Result<i64, ResultCode> {
        if self.rest.len() == 0 {
            Ok(default)
        } else {
            self.int()
        }
    }

    /// A length or count.
    pub(crate) fn size(&mut self) -> Result<usize, ResultCode> {
        let size = u32::try_from(self.int()?).map_err(|_| ResultCode::Parameter)?;
        Ok(size as usize)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, ResultCode> {
        self.take(|value| match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        })
    }

    pub(crate) fn blob(&mut self) -> Result<&'a [u8], ResultCode> {
        self.take(|value| match value {
            Value::Blob(_, bytes) => Some(&**bytes),
            _ => None,
        })
    }

    pub(crate) fn list(&mut self) -> Result<&'a [Value], ResultCode> {
        self.take(|value| value.as_list().map(|list| list.items.as_slice()))
    }

    pub(crate) fn finish(&self) -> Result<(), ResultCode> {
        if self.rest.len() == 0 {
            Ok(())
        } else {
            Err(ResultCode::Parameter)
        }
    }

    fn take<T>(&mut self, pick: impl FnOnce(&'a Value) -> Option<T>) -> Result<T, ResultCode> {
        self.rest.next().and_then(pick).ok_or(ResultCode::Parameter)
    }
}
