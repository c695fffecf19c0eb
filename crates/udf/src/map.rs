//! Maps, and the functions of the table `map`.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, UserData, UserDataMethods, Value as LuaValue};
use wire::Value;

use super::arguments::{Class, define, define_call};
use super::item::{Item, dismantle, size_of};
use super::iterator::Iterator;
use super::text::text_of;

type Entries = BTreeMap<Value, Item>;

/// A map, shared by all who hold it. Its keys are what a map of the database can have: integers, strings and bytes; pairs that it cannot
/// hold are not put.
#[derive(Clone, Debug)]
pub(super) struct Map(Rc<Pairs>);

#[derive(Debug)]
struct Pairs(RefCell<Entries>);

impl Drop for Pairs {
    fn drop(&mut self) {
        dismantle(self.0.take().into_values().collect());
    }
}

impl Class for Map {
    const NAME: &'static str = "Map";
}

impl Map {
    pub(super) fn new(entries: Entries) -> Self {
        Self(Rc::new(Pairs(RefCell::new(entries))))
    }

    pub(super) fn borrow(&self) -> Ref<'_, Entries> {
        self.0.0.borrow()
    }

    fn borrow_mut(&self) -> RefMut<'_, Entries> {
        self.0.0.borrow_mut()
    }

    /// The values, if nobody else holds the map.
    pub(super) fn into_unshared(self) -> Vec<Item> {
        Rc::into_inner(self.0).map_or_else(Vec::new, |pairs| pairs.0.take().into_values().collect())
    }

    fn entries(&self) -> Entries {
        self.borrow().clone()
    }

    fn len(&self) -> usize {
        self.borrow().len()
    }

    fn get(&self, key: &LuaValue) -> Item {
        let entries = self.borrow();
        let item = key_of(key).and_then(|key| entries.get(&key).cloned());
        item.unwrap_or(Item::Nil)
    }

    /// Puts a pair, if both are what a map can hold.
    fn set(&self, key: &LuaValue, value: &LuaValue) {
        if let (Some(key), Some(item)) = (key_of(key), Item::from_lua(value)) {
            self.borrow_mut().insert(key, item);
        }
    }

    fn iterator(&self, step: impl Fn(Item, Item) -> Vec<Item>) -> Iterator {
        let entries = self.entries().into_iter();
        let steps = entries.map(|(key, value)| step(Item::from(&key), value));
        Iterator::of_map(steps.collect())
    }
}

fn key_of(key: &LuaValue) -> Option<Value> {
    Item::from_lua(key)?.to_key()
}

impl UserData for Map {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, key: LuaValue| {
            this.get(&key).to_lua(lua)
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |_, this, (key, value): (LuaValue, LuaValue)| {
                this.set(&key, &value);
                Ok(())
            },
        );
        methods.add_meta_method(MetaMethod::Len, |_, this, ()| Ok(this.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(text_of(&Item::Map(this.clone())))
        });
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    for name in ["new", "create"] {
        define(lua, &table, name, |_| Ok(Map::new(Entries::new())))?;
    }
    define_call(lua, &table, "map", |call| {
        let map = Map::new(Entries::new());
        if let LuaValue::Table(table) = call.value(2) {
            for pair in table.pairs() {
                let (key, value) = pair?;
                map.set(&key, &value);
            }
        }
        Ok(map)
    })?;
    define(lua, &table, "size", |call| Ok(call.map(1)?.len()))?;
    define(lua, &table, "nbytes", |call| {
        size_of(call, &Item::Map(call.map(1)?))
    })?;
    define(lua, &table, "tostring", |call| {
        Ok(text_of(&Item::Map(call.map(1)?)))
    })?;
    define(lua, &table, "remove", |call| {
        let map = call.map(1)?;
        if let Some(key) = key_of(&call.value(2)) {
            map.borrow_mut().remove(&key);
        }
        Ok(())
    })?;
    for name in ["pairs", "iterator"] {
        define(lua, &table, name, |call| {
            let pairs = call.map(1)?.iterator(|key, value| vec![key, value]);
            pairs.for_loop(call.lua)
        })?;
    }
    define(lua, &table, "keys", |call| {
        let keys = call.map(1)?.iterator(|key, _| vec![key]);
        keys.for_loop(call.lua)
    })?;
    define(lua, &table, "values", |call| {
        let values = call.map(1)?.iterator(|_, value| vec![value]);
        values.for_loop(call.lua)
    })?;
    define(lua, &table, "clone", |call| {
        Ok(Map::new(call.map(1)?.entries()))
    })?;
    define(lua, &table, "diff", |call| {
        let (mut one, mut other) = (call.map(1)?.entries(), call.map(2)?.entries());
        one.retain(|key, _| other.remove(key).is_none());
        one.append(&mut other);
        Ok(Map::new(one))
    })?;
    lua.globals().set("map", table)
}
