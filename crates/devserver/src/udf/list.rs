//! Lists, and the functions of the table `list`.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use mlua::{Lua, MetaMethod, Table, UserData, UserDataMethods, Value};

use super::arguments::{Call, define, raise};
use super::item::{Item, MAX_VALUES, dismantle, size_of, text_of};
use super::iterator::Iterator;

/// A list, shared by all who hold it.
#[derive(Clone, Debug)]
pub(super) struct List(Rc<Items>);

#[derive(Debug)]
struct Items(RefCell<Vec<Item>>);

impl Drop for Items {
    fn drop(&mut self) {
        dismantle(self.0.take());
    }
}

impl List {
    pub(super) fn new(items: Vec<Item>) -> Self {
        Self(Rc::new(Items(RefCell::new(items))))
    }

    pub(super) fn borrow(&self) -> Ref<'_, Vec<Item>> {
        self.0.0.borrow()
    }

    fn borrow_mut(&self) -> RefMut<'_, Vec<Item>> {
        self.0.0.borrow_mut()
    }

    /// The items, if nobody else holds the list.
    pub(super) fn into_unshared(self) -> Vec<Item> {
        Rc::into_inner(self.0).map_or_else(Vec::new, |items| items.0.take())
    }

    fn items(&self) -> Vec<Item> {
        self.borrow().clone()
    }

    fn len(&self) -> usize {
        self.borrow().len()
    }

    /// Puts an item at a place counted from 1. Places that are skipped become nil.
    fn set(&self, index: i64, item: Item) -> Result<(), String> {
        let index = place(index).ok_or("list index out of range")?;
        let mut items = self.borrow_mut();
        if index >= items.len() {
            items.resize(index + 1, Item::Nil);
        }
        if let Some(old) = items.get_mut(index) {
            *old = item;
        }
        Ok(())
    }
}

/// The index of a place counted from 1.
fn place(index: i64) -> Option<usize> {
    let index = usize::try_from(index).ok()?.checked_sub(1)?;
    (index < MAX_VALUES).then_some(index)
}

impl UserData for List {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, index: Value| {
            let items = this.borrow();
            let index = index.as_integer().and_then(place);
            let item = index.and_then(|index| items.get(index));
            item.map_or(Ok(Value::Nil), |item| item.to_lua(lua))
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (index, value): (Value, Value)| {
                let index = index.as_integer().unwrap_or(0);
                Item::from_lua(&value)
                    .and_then(|item| this.set(index, item))
                    .map_err(|error| raise(lua, &error))
            },
        );
        methods.add_meta_method(MetaMethod::Len, |_, this, ()| Ok(this.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(text(this)));
    }
}

fn text(list: &List) -> String {
    text_of(&Item::List(list.clone()))
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    for name in ["new", "create"] {
        define(lua, &table, name, |_| Ok(List::new(Vec::new())))?;
    }
    make_callable(lua, &table, from_table)?;
    define(lua, &table, "size", |call| Ok(call.list(1)?.len()))?;
    define(lua, &table, "nbytes", |call| {
        size_of(call, &Item::List(call.list(1)?))
    })?;
    define(lua, &table, "tostring", |call| Ok(text(&call.list(1)?)))?;
    define(lua, &table, "iterator", |call| {
        let steps = call.list(1)?.items().into_iter().map(|item| vec![item]);
        Ok(Iterator::new(steps.collect()))
    })?;
    define(lua, &table, "append", |call| {
        let list = call.list(1)?;
        let item = call.item(2)?;
        list.borrow_mut().push(item);
        Ok(())
    })?;
    define(lua, &table, "prepend", |call| {
        let list = call.list(1)?;
        let item = call.item(2)?;
        list.borrow_mut().insert(0, item);
        Ok(())
    })?;
    define(lua, &table, "insert", |call| {
        let (list, index, item) = (call.list(1)?, call.int(2)?, call.item(3)?);
        match place(index) {
            Some(index) if index < list.len() => list.borrow_mut().insert(index, item),
            _ => list.set(index, item).map_err(|error| call.error(&error))?,
        }
        Ok(())
    })?;
    define(lua, &table, "remove", |call| {
        let (list, index) = (call.list(1)?, call.int(2)?);
        if let Some(index) = place(index).filter(|index| *index < list.len()) {
            list.borrow_mut().remove(index);
        }
        Ok(())
    })?;
    define(lua, &table, "trim", |call| {
        let (list, index) = (call.list(1)?, call.int(2)?);
        if let Some(index) = place(index) {
            list.borrow_mut().truncate(index);
        }
        Ok(())
    })?;
    define(lua, &table, "take", |call| {
        let (list, count) = (call.list(1)?, count(call.int(2)?));
        Ok(List::new(list.items().into_iter().take(count).collect()))
    })?;
    define(lua, &table, "drop", |call| {
        let (list, count) = (call.list(1)?, count(call.int(2)?));
        Ok(List::new(list.items().into_iter().skip(count).collect()))
    })?;
    define(lua, &table, "concat", |call| {
        let (list, other) = (call.list(1)?, call.list(2)?);
        let joined = join(call, &list, &other)?;
        *list.borrow_mut() = joined;
        Ok(())
    })?;
    define(lua, &table, "merge", |call| {
        join(call, &call.list(1)?, &call.list(2)?).map(List::new)
    })?;
    define(lua, &table, "clone", |call| {
        Ok(List::new(call.list(1)?.items()))
    })?;
    lua.globals().set("list", table)
}

/// Makes a table callable: `list(…)`.
pub(super) fn make_callable<R: mlua::IntoLuaMulti>(
    lua: &Lua,
    table: &Table,
    run: impl Fn(&Call<'_>, usize) -> mlua::Result<R> + 'static,
) -> mlua::Result<()> {
    let meta = lua.create_table()?;
    // The table itself is the first argument.
    define(lua, &meta, "__call", move |call| run(call, 2))?;
    table.set_metatable(Some(meta))
}

fn from_table(call: &Call<'_>, first: usize) -> mlua::Result<List> {
    let Value::Table(table) = call.value(first) else {
        return Ok(List::new(Vec::new()));
    };
    let items: mlua::Result<_> = table
        .sequence_values::<Value>()
        .map(|value| Item::from_lua(&value?).map_err(|error| call.error(&error)))
        .collect();
    items.map(List::new)
}

/// The items of two lists: not more than one can hold, or a script could fill the memory by few doublings.
fn join(call: &Call<'_>, list: &List, other: &List) -> mlua::Result<Vec<Item>> {
    if list.len() + other.len() > MAX_VALUES {
        return Err(call.error("lists hold too many values"));
    }
    let mut items = list.items();
    items.extend(other.items());
    Ok(items)
}

fn count(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
