//! Iterators over lists and maps. `list.iterator` and its like give what a `for` needs, a function and an iterator; the functions of the
//! table `iterator` step one by hand.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Function, Lua, MultiValue, UserData, UserDataMethods, Value};

use super::arguments::{Class, define};
use super::item::Item;
use super::list::List;

/// What comes next.
#[derive(Clone, Debug)]
pub(super) struct Iterator(Rc<RefCell<Source>>);

#[derive(Debug)]
enum Source {
    /// A list, which may grow meanwhile, and how much of it is behind.
    List(List, usize),
    /// A map as it was: what each step gives.
    Map(std::vec::IntoIter<Vec<Item>>),
}

impl Class for Iterator {
    const NAME: &'static str = "Iterator";
}

impl Iterator {
    pub(super) fn of_list(list: List) -> Self {
        Self(Rc::new(RefCell::new(Source::List(list, 0))))
    }

    pub(super) fn of_map(steps: Vec<Vec<Item>>) -> Self {
        Self(Rc::new(RefCell::new(Source::Map(steps.into_iter()))))
    }

    /// What a `for` needs.
    pub(super) fn for_loop(self, lua: &Lua) -> mlua::Result<(Function, Self)> {
        let step = lua.create_function(|lua, (this, _): (Value, MultiValue)| match this {
            Value::UserData(this) => match this.borrow::<Self>() {
                Ok(this) => this.step(lua),
                Err(_) => Ok(MultiValue::new()),
            },
            _ => Ok(MultiValue::new()),
        })?;
        Ok((step, self))
    }

    fn has_next(&self) -> bool {
        match &*self.0.borrow() {
            Source::List(list, behind) => *behind < list.borrow().len(),
            Source::Map(steps) => steps.len() > 0,
        }
    }

    /// The next value, or key and value; nothing at the end.
    fn step(&self, lua: &Lua) -> mlua::Result<MultiValue> {
        let items = match &mut *self.0.borrow_mut() {
            Source::List(list, behind) => {
                let item = list.borrow().get(*behind).cloned();
                *behind += 1;
                item.into_iter().collect()
            }
            Source::Map(steps) => steps.next().unwrap_or_default(),
        };
        items.iter().map(|item| item.to_lua(lua)).collect()
    }

    /// The next value; a key and a value as a list of two.
    fn next(&self, lua: &Lua) -> mlua::Result<Value> {
        let mut values = self.step(lua)?;
        if values.len() < 2 {
            return Ok(values.pop_front().unwrap_or(Value::Nil));
        }
        let pair = values.iter().filter_map(Item::from_lua).collect();
        Item::List(List::new(pair)).to_lua(lua)
    }
}

impl UserData for Iterator {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("has_next", |_, this, ()| Ok(this.has_next()));
        methods.add_method("next", |lua, this, ()| this.next(lua));
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define(lua, &table, "has_next", |call| {
        Ok(call.object::<Iterator>(1)?.has_next())
    })?;
    define(lua, &table, "next", |call| {
        call.object::<Iterator>(1)?.next(call.lua)
    })?;
    lua.globals().set("iterator", table)
}
