//! The table `geojson`.

use mlua::{Lua, MetaMethod, UserData, UserDataFields, UserDataMethods};

use super::arguments::{Class, define_call};
use super::item::{GeoJson, Item};
use super::text::text_of;

impl Class for GeoJson {
    const NAME: &'static str = "GeoJSON";
}

impl UserData for GeoJson {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, Self::NAME);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(text_of(&Item::GeoJson(this.clone())))
        });
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define_call(lua, &table, "geojson", |call| {
        if call.value(2).is_nil() {
            return Ok(None);
        }
        let text = call.string(2)?;
        Ok(Some(GeoJson(text.as_bytes().as_ref().into())))
    })?;
    lua.globals().set("geojson", table)
}
