//! Maps, and the functions of the table `map`.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use mlua::{Function, Lua, MetaMethod, UserData, UserDataMethods, Value as LuaValue};
use wire::Value;

use super::arguments::{Call, define, raise};
use super::item::{Item, dismantle, size_of, text_of};
use super::iterator::Iterator;
use super::list::make_callable;

type Entries = BTreeMap<Value, Item>;

/// A map. Its keys are what a map of the database can have: integers, strings and bytes.
#[derive(Clone, Debug)]
pub(super) struct Map(Rc<Pairs>);

#[derive(Debug)]
struct Pairs(RefCell<Entries>);

impl Drop for Pairs {
    fn drop(&mut self) {
        dismantle(self.0.take().into_values().collect());
    }
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
        let key = Item::from_lua(key).ok().and_then(|key| key.to_key());
        let entries = self.borrow();
        key.and_then(|key| entries.get(&key).cloned())
            .unwrap_or(Item::Nil)
    }

    fn set(&self, key: &LuaValue, value: &LuaValue) -> Result<(), String> {
        let key = Item::from_lua(key)?
            .to_key()
            .ok_or("a map key must be an integer, a string or bytes")?;
        let item = Item::from_lua(value)?;
        self.borrow_mut().insert(key, item);
        Ok(())
    }

    fn iterator(&self, step: impl Fn(Item, Item) -> Vec<Item>) -> Iterator {
        let entries = self.entries().into_iter();
        Iterator::new(
            entries
                .map(|(key, value)| step(Item::from(&key), value))
                .collect(),
        )
    }
}

impl UserData for Map {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, key: LuaValue| {
            this.get(&key).to_lua(lua)
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (key, value): (LuaValue, LuaValue)| {
                this.set(&key, &value).map_err(|error| raise(lua, &error))
            },
        );
        methods.add_meta_method(MetaMethod::Len, |_, this, ()| Ok(this.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(text(this)));
    }
}

fn text(map: &Map) -> String {
    text_of(&Item::Map(map.clone()))
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    for name in ["new", "create"] {
        define(lua, &table, name, |_| Ok(Map::new(Entries::new())))?;
    }
    make_callable(lua, &table, from_table)?;
    define(lua, &table, "size", |call| Ok(call.map(1)?.len()))?;
    define(lua, &table, "nbytes", |call| {
        size_of(call, &Item::Map(call.map(1)?))
    })?;
    define(lua, &table, "tostring", |call| Ok(text(&call.map(1)?)))?;
    define(lua, &table, "remove", |call| {
        let map = call.map(1)?;
        if let Some(key) = call.item(2)?.to_key() {
            map.borrow_mut().remove(&key);
        }
        Ok(())
    })?;
    for name in ["pairs", "iterator"] {
        define(lua, &table, name, |call| {
            Ok(call.map(1)?.iterator(|key, value| vec![key, value]))
        })?;
    }
    define(lua, &table, "keys", |call| {
        Ok(call.map(1)?.iterator(|key, _| vec![key]))
    })?;
    define(lua, &table, "values", |call| {
        Ok(call.map(1)?.iterator(|_, value| vec![value]))
    })?;
    define(lua, &table, "clone", |call| {
        Ok(Map::new(call.map(1)?.entries()))
    })?;
    define(lua, &table, "merge", |call| {
        let (mut merged, other) = (call.map(1)?.entries(), call.map(2)?.entries());
        let combine: Option<Function> = match call.value(3) {
            LuaValue::Nil => None,
            _ => Some(call.function(3)?),
        };
        for (key, new) in other {
            let item = match (&combine, merged.get(&key)) {
                (Some(combine), Some(old)) => {
                    let pair = (old.to_lua(call.lua)?, new.to_lua(call.lua)?);
                    let value: LuaValue = combine.call(pair)?;
                    Item::from_lua(&value).map_err(|error| call.error(&error))?
                }
                _ => new,
            };
            merged.insert(key, item);
        }
        Ok(Map::new(merged))
    })?;
    define(lua, &table, "diff", |call| {
        let (mut one, mut other) = (call.map(1)?.entries(), call.map(2)?.entries());
        let common: Vec<Value> = one
            .keys()
            .filter(|key| other.contains_key(key))
            .cloned()
            .collect();
        for key in common {
            one.remove(&key);
            other.remove(&key);
        }
        one.append(&mut other);
        Ok(Map::new(one))
    })?;
    lua.globals().set("map", table)
}

fn from_table(call: &Call<'_>, first: usize) -> mlua::Result<Map> {
    let map = Map::new(Entries::new());
    if let LuaValue::Table(table) = call.value(first) {
        for pair in table.pairs::<LuaValue, LuaValue>() {
            let (key, value) = pair?;
            map.set(&key, &value).map_err(|error| call.error(&error))?;
        }
    }
    Ok(map)
}
