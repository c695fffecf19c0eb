//! The table `aerospike`, and what scripts write to the log with.

use mlua::{Function, Lua};

use super::arguments::{Call, define};
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

/// Opens the table; its methods get the table itself as their first argument.
pub(super) fn open(lua: &Lua, now: u64) -> mlua::Result<()> {
    let table = lua.create_table()?;
    let record = |call: &Call<'_>| call.userdata::<Handle>(2);
    define(
        lua,
        &table,
        "exists",
        move |call| Ok(record(call)?.exists()),
    )?;
    define(lua, &table, "create", move |call| {
        let created = record(call)?.create().map_err(|error| call.error(&error))?;
        Ok(if created { 0 } else { ALREADY })
    })?;
    define(lua, &table, "update", move |call| {
        let updated = record(call)?.update().map_err(|error| call.error(&error))?;
        Ok(if updated { 0 } else { NOT_OPEN })
    })?;
    define(lua, &table, "remove", move |call| {
        Ok(if record(call)?.remove() { 0 } else { ALREADY })
    })?;
    define(lua, &table, "log", |call| {
        let (number, text) = (call.int(2)?, call.string(3)?);
        if let Some((_, _, level)) = LEVELS.iter().find(|(_, known, _)| *known == number) {
            write(*level, &text);
        }
        Ok(())
    })?;
    define(lua, &table, "get_current_time", move |_| Ok(now))?;
    define(lua, &table, "set_context", |_| Ok(0))?;
    define(lua, &table, "get_config", |_| Ok(mlua::Value::Nil))?;
    lua.globals().set("aerospike", table)?;

    let format: Function = lua.globals().get::<mlua::Table>("string")?.get("format")?;
    for (name, _, level) in LEVELS {
        let format = format.clone();
        define(lua, &lua.globals(), name, move |call| {
            let text: mlua::String = format.call(call.rest(1))?;
            write(level, &text);
            Ok(())
        })?;
    }
    Ok(())
}

fn write(level: log::Level, text: &mlua::String) {
    log::log!(target: "devserver::udf", level, "{}", text.to_string_lossy());
}
