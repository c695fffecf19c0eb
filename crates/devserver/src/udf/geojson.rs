//! The table `geojson`.

use mlua::{Lua, UserData, UserDataMethods};

use super::arguments::{Call, define};
use super::item::GeoJson;
use super::list::make_callable;

impl UserData for GeoJson {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method("__tostring", |lua, this, ()| lua.create_string(&this.0));
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    let make = |call: &Call<'_>, first: usize| {
        let text = call.string(first)?;
        Ok(GeoJson(text.as_bytes().as_ref().into()))
    };
    define(lua, &table, "new", move |call| make(call, 1))?;
    make_callable(lua, &table, make)?;
    define(lua, &table, "tostring", |call| {
        call.lua.create_string(&call.userdata::<GeoJson>(1)?.0)
    })?;
    lua.globals().set("geojson", table)
}
