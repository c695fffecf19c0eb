//! [`Record`]: a record as a function gets it, and the functions of the table `record`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, UserData, UserDataFields, UserDataMethods, Value as LuaValue};
use wire::{Digest, ParticleType, Value, particle};

use super::arguments::{Call, Class, define, raise};
use super::bytes::Bytes;
use super::item::Item;

/// The longest name of a bin.
const MAX_NAME: usize = 15;

/// A record as it is before a function runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Its digest.
    pub digest: Option<Digest>,
    /// The name of its set; empty without one.
    pub set: Vec<u8>,
    /// Its key, if the server knows it.
    pub key: Option<Value>,
    /// Whether there is such a record. If not, there are no bins.
    pub exists: bool,
    /// 0 for a record that does not exist.
    pub generation: u16,
    /// Seconds it has left to live; 0 for ever.
    pub ttl: i64,
    /// When it was last changed, in milliseconds since 2010.
    pub last_update: u64,
    /// Its bins.
    pub bins: Vec<(Vec<u8>, Value)>,
}

/// What a function did to its record.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Nothing.
    None,
    /// It is to be written, whether it existed or not.
    Write(Written),
    /// It is to be removed.
    Remove,
}

/// A record as a function left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// Every bin it has now, the old ones in their order before the new ones.
    pub bins: Vec<(Vec<u8>, Value)>,
    /// The time to live it was given, as in a write request: seconds, 0 for the default, −1 for ever, −2 for no change.
    pub ttl: Option<i64>,
    /// Its key is not to be kept.
    pub drops_key: bool,
}

/// The record a script holds. What it writes into bins stays here until it creates or updates the record.
#[derive(Clone, Debug)]
pub(super) struct Handle(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    record: Record,
    exists: bool,
    /// Bins that were read or written, and whether they were written.
    bins: BTreeMap<Vec<u8>, (Item, bool)>,
    ttl: Option<i64>,
    drops_key: bool,
    effect: Effect,
}

impl Class for Handle {
    const NAME: &'static str = "Record";
}

impl Handle {
    pub(super) fn new(record: Record) -> Self {
        Self(Rc::new(RefCell::new(State {
            exists: record.exists,
            record,
            bins: BTreeMap::new(),
            ttl: None,
            drops_key: false,
            effect: Effect::None,
        })))
    }

    /// What became of the record.
    pub(super) fn effect(&self) -> Effect {
        self.0.borrow().effect.clone()
    }

    pub(super) fn exists(&self) -> bool {
        self.0.borrow().exists
    }

    /// Makes a record that does not exist; whether it did not.
    pub(super) fn create(&self) -> Result<bool, String> {
        if self.exists() {
            return Ok(false);
        }
        self.0.borrow_mut().exists = true;
        self.write().map(|()| true)
    }

    /// Writes a record that exists; whether it does.
    pub(super) fn update(&self) -> Result<bool, String> {
        if !self.exists() {
            return Ok(false);
        }
        self.write().map(|()| true)
    }

    /// Removes a record that exists; whether it did.
    pub(super) fn remove(&self) -> bool {
        let state = &mut *self.0.borrow_mut();
        let existed = std::mem::take(&mut state.exists);
        state.bins.clear();
        state.record.bins.clear();
        state.effect = if state.record.exists {
            Effect::Remove
        } else {
            Effect::None
        };
        existed
    }

    fn write(&self) -> Result<(), String> {
        let state = &mut *self.0.borrow_mut();
        for (name, (item, written)) in &mut state.bins {
            if !std::mem::take(written) {
                continue;
            }
            let value = match item {
                Item::Nil => None,
                item => Some(item.to_value()?),
            };
            let bins = &mut state.record.bins;
            match (bins.iter().position(|(old, _)| old == name), value) {
                (Some(at), Some(value)) => {
                    if let Some(bin) = bins.get_mut(at) {
                        bin.1 = value;
                    }
                }
                (Some(at), None) => _ = bins.remove(at),
                (None, Some(value)) => bins.push((name.clone(), value)),
                (None, None) => {}
            }
        }
        state.effect = Effect::Write(Written {
            bins: state.record.bins.clone(),
            ttl: state.ttl,
            drops_key: state.drops_key,
        });
        Ok(())
    }

    /// A bin's value; the same one each time, so that a script sees its own changes inside of lists and maps.
    fn get(&self, name: &[u8]) -> Item {
        let state = &mut *self.0.borrow_mut();
        if let Some((item, _)) = state.bins.get(name) {
            return item.clone();
        }
        let Some((_, value)) = state.record.bins.iter().find(|(bin, _)| bin == name) else {
            return Item::Nil;
        };
        let item = Item::from(value);
        state.bins.insert(name.to_vec(), (item.clone(), false));
        item
    }

    fn set(&self, name: &[u8], item: Item) -> Result<(), String> {
        if name.is_empty() || name.len() > MAX_NAME || name.contains(&0) {
            return Err(format!("not a bin name: {}", String::from_utf8_lossy(name)));
        }
        let state = &mut *self.0.borrow_mut();
        state.bins.insert(name.to_vec(), (item, true));
        Ok(())
    }

    /// The names of the bins with a value.
    fn names(&self) -> Vec<Vec<u8>> {
        let state = self.0.borrow();
        let is_set = |name: &Vec<u8>| !matches!(state.bins.get(name), Some((Item::Nil, _)));
        let old = state.record.bins.iter().map(|(name, _)| name);
        let is_new = |name: &&Vec<u8>| state.record.bins.iter().all(|(old, _)| old != *name);
        old.chain(state.bins.keys().filter(is_new))
            .filter(|name| is_set(name))
            .cloned()
            .collect()
    }

    /// About how many bytes the record takes.
    fn size(&self) -> usize {
        let state = self.0.borrow();
        let bins = state.record.bins.iter();
        bins.map(|(name, value)| name.len() + particle::encoded_len(value))
            .sum()
    }
}

impl UserData for Handle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, Self::NAME);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, name: LuaValue| match &name {
            LuaValue::String(name) => this.get(&name.as_bytes()).to_lua(lua),
            _ => Ok(LuaValue::Nil),
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (name, value): (LuaValue, LuaValue)| {
                let LuaValue::String(name) = name else {
                    return Err(raise(lua, "a bin's name must be a string"));
                };
                let unfit = || format!("a bin cannot hold a {}", value.type_name());
                Item::from_lua(&value)
                    .ok_or_else(unfit)
                    .and_then(|item| this.set(&name.as_bytes(), item))
                    .map_err(|error| raise(lua, &error))
            },
        );
    }
}

fn handle(call: &Call<'_>) -> mlua::Result<Handle> {
    call.object(1)
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define(lua, &table, "ttl", |call| {
        Ok(handle(call)?.0.borrow().record.ttl)
    })?;
    define(lua, &table, "gen", |call| {
        Ok(handle(call)?.0.borrow().record.generation)
    })?;
    define(lua, &table, "last_update_time", |call| {
        Ok(handle(call)?.0.borrow().record.last_update)
    })?;
    for name in ["size", "memory_size", "device_size"] {
        define(lua, &table, name, |call| Ok(handle(call)?.size()))?;
    }
    define(lua, &table, "key", |call| {
        let handle = handle(call)?;
        let key = handle.0.borrow().record.key.as_ref().map(Item::from);
        key.unwrap_or(Item::Nil).to_lua(call.lua)
    })?;
    define(lua, &table, "setname", |call| {
        let handle = handle(call)?;
        let set = handle.0.borrow().record.set.clone();
        let set = (!set.is_empty()).then(|| call.lua.create_string(set));
        set.transpose()
    })?;
    define(lua, &table, "digest", |call| {
        let digest = handle(call)?.0.borrow().record.digest;
        let kind = ParticleType::Blob.blob_type();
        Ok(digest
            .zip(kind)
            .map(|(digest, kind)| Bytes::new(digest.0.to_vec(), kind)))
    })?;
    define(lua, &table, "numbins", |call| {
        Ok(handle(call)?.names().len())
    })?;
    define(lua, &table, "bin_names", |call| {
        let names = handle(call)?.names().into_iter();
        let names: mlua::Result<Vec<_>> = names.map(|name| call.lua.create_string(name)).collect();
        names
    })?;
    define(lua, &table, "set_ttl", |call| {
        handle(call)?.0.borrow_mut().ttl = Some(call.int(2)?);
        Ok(())
    })?;
    define(lua, &table, "drop_key", |call| {
        handle(call)?.0.borrow_mut().drops_key = true;
        Ok(())
    })?;
    lua.globals().set("record", table)
}
