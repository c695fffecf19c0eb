//! The arguments of a library function, checked as Lua's own library does it, and its errors.

use mlua::{AnyUserData, IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::bytes::Bytes;
use super::item::{GeoJson, Item};
use super::iterator::Iterator;
use super::list::List;
use super::map::Map;
use super::record::Handle;

/// What scripts can hold an object of, shared by all who hold it.
pub(super) trait Class: Clone + 'static {
    /// Its name in messages.
    const NAME: &'static str;
}

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
    table.raw_set(name, function(lua, name, 0, run)?)
}

/// Puts a function into a table that is called as `table:name(…)`.
pub(super) fn define_method<R: IntoLuaMulti>(
    lua: &Lua,
    table: &Table,
    name: &'static str,
    run: impl Fn(&Call<'_>) -> mlua::Result<R> + 'static,
) -> mlua::Result<()> {
    table.raw_set(name, function(lua, name, 1, run)?)
}

/// Makes a table callable as `name(…)`. The table itself is the first argument.
pub(super) fn define_call<R: IntoLuaMulti>(
    lua: &Lua,
    table: &Table,
    name: &'static str,
    run: impl Fn(&Call<'_>) -> mlua::Result<R> + 'static,
) -> mlua::Result<()> {
    let meta = lua.create_table()?;
    meta.raw_set("__call", function(lua, name, 0, run)?)?;
    table.set_metatable(Some(meta))
}

/// A library function; `skipped` arguments at the beginning are not its business.
fn function<R: IntoLuaMulti>(
    lua: &Lua,
    name: &'static str,
    skipped: usize,
    run: impl Fn(&Call<'_>) -> mlua::Result<R> + 'static,
) -> mlua::Result<mlua::Function> {
    lua.create_function(move |lua, arguments: MultiValue| {
        run(&Call {
            lua,
            name,
            arguments: arguments.into_iter().skip(skipped).collect(),
        })
    })
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

    pub(super) fn count(&self) -> usize {
        self.arguments.len()
    }

    /// All arguments.
    pub(super) fn all(&self) -> MultiValue {
        self.arguments.iter().cloned().collect()
    }

    pub(super) fn error(&self, text: &str) -> mlua::Error {
        raise(self.lua, text)
    }

    /// A value of the database. Nothing if there is no argument, or one that is none: lists and maps do not take those.
    pub(super) fn item(&self, index: usize) -> Option<Item> {
        self.arguments.get(index - 1).and_then(Item::from_lua)
    }

    pub(super) fn list(&self, index: usize) -> mlua::Result<List> {
        self.object(index)
    }

    pub(super) fn map(&self, index: usize) -> mlua::Result<Map> {
        self.object(index)
    }

    pub(super) fn bytes(&self, index: usize) -> mlua::Result<Bytes> {
        self.object(index)
    }

    /// An object of a class.
    pub(super) fn object<T: Class>(&self, index: usize) -> mlua::Result<T> {
        match self.value(index) {
            Value::UserData(data) => match data.borrow::<T>() {
                Ok(object) => Ok(object.clone()),
                Err(_) => Err(self.expected(index, T::NAME)),
            },
            _ => Err(self.expected(index, "userdata")),
        }
    }

    /// An integer; 0 if it is left out.
    pub(super) fn int(&self, index: usize) -> mlua::Result<i64> {
        integer(self.lua, &self.value(index)).map_err(|why| self.bad(index, &why))
    }

    pub(super) fn string(&self, index: usize) -> mlua::Result<mlua::String> {
        self.lua
            .coerce_string(self.value(index))?
            .ok_or_else(|| self.expected(index, "string"))
    }

    pub(super) fn expected(&self, index: usize, wanted: &str) -> mlua::Error {
        let got = self.arguments.get(index - 1).map_or("no value", kind);
        self.bad(index, &format!("{wanted} expected, got {got}"))
    }

    fn bad(&self, index: usize, why: &str) -> mlua::Error {
        self.error(&format!("bad argument #{index} to '{}' ({why})", self.name))
    }
}

/// The integer a value means, 0 for nil; or why it means none.
pub(super) fn integer(lua: &Lua, value: &Value) -> Result<i64, String> {
    if value.is_nil() {
        return Ok(0);
    }
    match lua.coerce_integer(value.clone()) {
        Ok(Some(number)) => Ok(number),
        _ if matches!(value, Value::Number(_)) => {
            Err("number has no integer representation".to_owned())
        }
        _ => Err(format!("number expected, got {}", kind(value))),
    }
}

/// The index of an object, which must be an integer.
pub(super) fn place(lua: &Lua, index: &Value, function: &str) -> mlua::Result<i64> {
    integer(lua, index)
        .map_err(|why| raise(lua, &format!("bad argument #2 to '{function}' ({why})")))
}

/// What a value is called in messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) | Value::Number(_) => "number",
        Value::UserData(data) => class(data),
        other => other.type_name(),
    }
}

fn class(data: &AnyUserData) -> &'static str {
    let classes = [
        (data.is::<List>(), List::NAME),
        (data.is::<Map>(), Map::NAME),
        (data.is::<Bytes>(), Bytes::NAME),
        (data.is::<GeoJson>(), GeoJson::NAME),
        (data.is::<Handle>(), Handle::NAME),
        (data.is::<Iterator>(), Iterator::NAME),
    ];
    let class = classes.into_iter().find(|(is, _)| *is);
    class.map_or("userdata", |(_, name)| name)
}
