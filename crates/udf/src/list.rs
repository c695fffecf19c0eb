//! Lists, and the functions of the table `list`. Places are counted from 1; what lies outside of a list is nil, and writing before its
//! beginning does nothing.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use mlua::{Lua, MetaMethod, UserData, UserDataMethods, Value};

use super::arguments::{Call, Class, define, define_call, place, raise};
use super::item::{Item, MAX_VALUES, dismantle, size_of};
use super::iterator::Iterator;
use super::text::text_of;

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

impl Class for List {
    const NAME: &'static str = "List";
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

    fn len(&self) -> usize {
        self.borrow().len()
    }

    /// Puts an item at a place. Places that are skipped become nil.
    fn set(&self, index: usize, item: Item) {
        let mut items = self.borrow_mut();
        if index >= items.len() {
            items.resize(index + 1, Item::Nil);
        }
        if let Some(old) = items.get_mut(index) {
            *old = item;
        }
    }
}

/// The index of a place that a list can have.
fn index_of(place: i64) -> Option<usize> {
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    (index < MAX_VALUES).then_some(index)
}

impl UserData for List {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, index: Value| {
            let index = index_of(place(lua, &index, "index")?);
            let items = this.borrow();
            let item = index.and_then(|index| items.get(index));
            item.map_or(Ok(Value::Nil), |item| item.to_lua(lua))
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (index, value): (Value, Value)| {
                let place = place(lua, &index, "newindex")?;
                if place > MAX_VALUES as i64 {
                    return Err(raise(lua, "lists and maps hold too many values"));
                }
                if let (Some(index), Some(item)) = (index_of(place), Item::from_lua(&value)) {
                    this.set(index, item);
                }
                Ok(())
            },
        );
        methods.add_meta_method(MetaMethod::Len, |_, this, ()| Ok(this.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(text_of(&Item::List(this.clone())))
        });
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    for name in ["new", "create"] {
        define(lua, &table, name, |_| Ok(List::new(Vec::new())))?;
    }
    define_call(lua, &table, "list", |call| {
        // With a second argument they are capacities.
        match call.value(2) {
            Value::Table(table) if call.count() == 2 => from_table(&table),
            _ => Ok(List::new(Vec::new())),
        }
    })?;
    define(lua, &table, "size", |call| Ok(call.list(1)?.len()))?;
    define(lua, &table, "nbytes", |call| {
        size_of(call, &Item::List(call.list(1)?))
    })?;
    define(lua, &table, "tostring", |call| {
        Ok(text_of(&Item::List(call.list(1)?)))
    })?;
    define(lua, &table, "iterator", |call| {
        Iterator::of_list(call.list(1)?).for_loop(call.lua)
    })?;
    define(lua, &table, "append", |call| {
        let list = call.list(1)?;
        if let Some(item) = call.item(2) {
            list.borrow_mut().push(item);
        }
        Ok(())
    })?;
    define(lua, &table, "prepend", |call| {
        let list = call.list(1)?;
        if let Some(item) = call.item(2) {
            list.borrow_mut().insert(0, item);
        }
        Ok(())
    })?;
    define(lua, &table, "insert", |call| {
        let (list, index) = (call.list(1)?, index_of(call.int(2)?));
        if let (Some(index), Some(item)) = (index, call.item(3)) {
            if index < list.len() {
                list.borrow_mut().insert(index, item);
            } else {
                list.set(index, item);
            }
        }
        Ok(())
    })?;
    define(lua, &table, "remove", |call| {
        let (list, index) = (call.list(1)?, index_of(call.int(2)?));
        if let Some(index) = index.filter(|index| *index < list.len()) {
            list.borrow_mut().remove(index);
        }
        Ok(())
    })?;
    define(lua, &table, "trim", |call| {
        let (list, index) = (call.list(1)?, index_of(call.int(2)?));
        if let Some(index) = index {
            list.borrow_mut().truncate(index);
        }
        Ok(())
    })?;
    define(lua, &table, "take", |call| {
        part(call, |items, count| items.into_iter().take(count).collect())
    })?;
    define(lua, &table, "drop", |call| {
        part(call, |items, count| items.into_iter().skip(count).collect())
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
        Ok(List::new(call.list(1)?.borrow().clone()))
    })?;
    lua.globals().set("list", table)
}

/// The values of a table at integers, in the order of these. What is no value of the database becomes nil.
fn from_table(table: &mlua::Table) -> mlua::Result<List> {
    let mut items = Vec::new();
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        if let Value::Integer(place) = key {
            items.push((place, Item::from_lua(&value).unwrap_or(Item::Nil)));
        }
    }
    items.sort_by_key(|(place, _)| *place);
    Ok(List::new(items.into_iter().map(|(_, item)| item).collect()))
}

/// Some items of a list by their number; nil for none or fewer.
fn part(
    call: &Call<'_>,
    pick: impl Fn(Vec<Item>, usize) -> Vec<Item>,
) -> mlua::Result<Option<List>> {
    let (list, count) = (call.list(1)?, call.int(2)?);
    let count = usize::try_from(count).ok().filter(|count| *count > 0);
    Ok(count.map(|count| List::new(pick(list.borrow().clone(), count))))
}

/// The items of two lists: not more than one can hold, or a script could fill the memory by few doublings.
fn join(call: &Call<'_>, list: &List, other: &List) -> mlua::Result<Vec<Item>> {
    if list.len() + other.len() > MAX_VALUES {
        return Err(call.error("lists and maps hold too many values"));
    }
    Ok([list.borrow().as_slice(), other.borrow().as_slice()].concat())
}
