//! Iterators over lists and maps: `for` calls them, and the functions of the table `iterator` step them by hand.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Lua, MultiValue, UserData, UserDataMethods, Value};

use super::arguments::define;
use super::item::Item;

/// What is left of a list or map as it was when the iterator was made: a value, or a key and a value, at a time.
#[derive(Clone, Debug)]
pub(super) struct Iterator(Rc<RefCell<std::vec::IntoIter<Vec<Item>>>>);

impl Iterator {
    pub(super) fn new(steps: Vec<Vec<Item>>) -> Self {
        Self(Rc::new(RefCell::new(steps.into_iter())))
    }

    fn has_next(&self) -> bool {
        self.0.borrow().len() > 0
    }

    fn next(&self, lua: &Lua) -> mlua::Result<MultiValue> {
        let step = self.0.borrow_mut().next().unwrap_or_default();
        if step.is_empty() {
            return Ok(MultiValue::from_iter([Value::Nil]));
        }
        step.iter().map(|item| item.to_lua(lua)).collect()
    }
}

impl UserData for Iterator {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method("__call", |lua, this, _: MultiValue| this.next(lua));
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define(lua, &table, "has_next", |call| {
        Ok(call.userdata::<Iterator>(1)?.has_next())
    })?;
    define(lua, &table, "next", |call| {
        call.userdata::<Iterator>(1)?.next(call.lua)
    })?;
    lua.globals().set("iterator", table)
}
