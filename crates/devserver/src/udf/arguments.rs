//! The arguments of a library function, checked as Lua's own library does it, and its errors.

use mlua::{Function, IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::bytes::Bytes;
use super::item::Item;
use super::list::List;
use super::map::Map;

/// A call of a library function.
pub(super) struct Call<'a> {
    pub(super) lua: &'a Lua,
    name: &'static str,
    arguments: Vec<Value>,
}

/// Puts a function into a table.
pub(super) fn define<R: IntoLuaMulti>(
    lua: &Lua,
    table: &Table,
    name: &'static str,
    run: impl Fn(&Call<'_>) -> mlua::Result<R> + 'static,
) -> mlua::Result<()> {
    let function = lua.create_function(move |lua, arguments: MultiValue| {
        run(&Call {
            lua,
            name,
            arguments: arguments.into_vec(),
        })
    })?;
    table.raw_set(name, function)
}

/// An error of the function that runs, at the place where it was called.
pub(super) fn raise(lua: &Lua, text: &str) -> mlua::Error {
    let place = lua.inspect_stack(1, |caller| {
        let line = caller.current_line()?;
        Some(format!("{}:{line}: ", caller.source().short_src?))
    });
    let place = place.flatten().unwrap_or_default();
    mlua::Error::RuntimeError(format!("{place}{text}"))
}

impl Call<'_> {
    /// The argument at `index`, counted from 1; nil if there is none.
    pub(super) fn value(&self, index: usize) -> Value {
        self.arguments.get(index - 1).cloned().unwrap_or(Value::Nil)
    }

    /// The arguments from `index` on.
    pub(super) fn rest(&self, index: usize) -> MultiValue {
        self.arguments.iter().skip(index - 1).cloned().collect()
    }

    pub(super) fn error(&self, text: &str) -> mlua::Error {
        raise(self.lua, text)
    }

    pub(super) fn item(&self, index: usize) -> mlua::Result<Item> {
        Item::from_lua(&self.value(index)).map_err(|error| self.error(&error))
    }

    pub(super) fn list(&self, index: usize) -> mlua::Result<List> {
        self.userdata(index)
    }

    pub(super) fn map(&self, index: usize) -> mlua::Result<Map> {
        self.userdata(index)
    }

    pub(super) fn bytes(&self, index: usize) -> mlua::Result<Bytes> {
        self.userdata(index)
    }

    pub(super) fn userdata<T: Clone + 'static>(&self, index: usize) -> mlua::Result<T> {
        if let Value::UserData(data) = self.value(index)
            && let Ok(data) = data.borrow::<T>()
        {
            return Ok(data.clone());
        }
        Err(self.expected(index, "userdata"))
    }

    pub(super) fn int(&self, index: usize) -> mlua::Result<i64> {
        let value = self.value(index);
        match self.lua.coerce_integer(value.clone())? {
            Some(number) => Ok(number),
            None if self.lua.coerce_number(value)?.is_some() => {
                Err(self.bad(index, "number has no integer representation"))
            }
            None => Err(self.expected(index, "number")),
        }
    }

    pub(super) fn optional_int(&self, index: usize, default: i64) -> mlua::Result<i64> {
        match self.value(index) {
            Value::Nil => Ok(default),
            _ => self.int(index),
        }
    }

    pub(super) fn string(&self, index: usize) -> mlua::Result<mlua::String> {
        self.lua
            .coerce_string(self.value(index))?
            .ok_or_else(|| self.expected(index, "string"))
    }

    pub(super) fn function(&self, index: usize) -> mlua::Result<Function> {
        match self.value(index) {
            Value::Function(function) => Ok(function),
            _ => Err(self.expected(index, "function")),
        }
    }

    pub(super) fn expected(&self, index: usize, wanted: &str) -> mlua::Error {
        let got = self
            .arguments
            .get(index - 1)
            .map_or("no value", Value::type_name);
        self.bad(index, &format!("{wanted} expected, got {got}"))
    }

    fn bad(&self, index: usize, why: &str) -> mlua::Error {
        self.error(&format!("bad argument #{index} to '{}' ({why})", self.name))
    }
}
