//! The table `aerospike`, and what scripts write to the log with.

use mlua::{Function, Lua};

use super::arguments::{Call, Class, define, define_method};
use super::record::Handle;

/// What `create` and `remove` answer for a record that exists, or does not; what `update` answers for one that does not.
const ALREADY: i64 = 1;
const NOT_OPEN: i64 = -2;

/// The log helpers and the levels `aerospike:log` knows them by.
const LEVELS: [(&str, i64, log::Level); 4] = [
    ("warn", 1, log::Level::Warn),
    ("info", 2, log::Level::Info),
    ("debug", 3, log::Level::Debug),
    ("trace", 4, log::Level::Trace),
];

/// Opens the table; its functions are called as `aerospike:name(…)`.
pub(super) fn open(lua: &Lua, now: u64) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define_method(lua, &table, "exists", |call| Ok(record(call)?.exists()))?;
    define_method(lua, &table, "create", |call| {
        let created = record(call)?.create().map_err(|error| call.error(&error))?;
        Ok(if created { 0 } else { ALREADY })
    })?;
    define_method(lua, &table, "update", |call| {
        let updated = record(call)?.update().map_err(|error| call.error(&error))?;
        Ok(if updated { 0 } else { NOT_OPEN })
    })?;
    define_method(lua, &table, "remove", |call| {
        Ok(if record(call)?.remove() { 0 } else { ALREADY })
    })?;
    define_method(lua, &table, "log", |call| {
        let (number, text) = (call.int(1)?, call.value(2));
        if let Some((_, _, level)) = LEVELS.iter().find(|(_, known, _)| *known == number)
            && let mlua::Value::String(text) = text
        {
            write(*level, &text);
        }
        Ok(())
    })?;
    define_method(lua, &table, "get_current_time", move |_| Ok(now))?;
    define_method(lua, &table, "set_context", |_| Ok(0))?;
    define_method(lua, &table, "get_config", |_| Ok(mlua::Value::Nil))?;
    lua.globals().set("aerospike", table)?;

    let format: Function = lua.globals().get::<mlua::Table>("string")?.get("format")?;
    for (name, _, level) in LEVELS {
        let format = format.clone();
        define(lua, &lua.globals(), name, move |call| {
            let text: mlua::String = format.call(call.all())?;
            write(level, &text);
            Ok(())
        })?;
    }
    Ok(())
}

fn record(call: &Call<'_>) -> mlua::Result<Handle> {
    if call.value(1).is_userdata() {
        call.object(1)
    } else {
        Err(call.expected(1, Handle::NAME))
    }
}

fn write(level: log::Level, text: &mlua::String) {
    log::log!(target: "udf", level, "{}", text.to_string_lossy());
}
