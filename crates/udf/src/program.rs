//! [`Program`]: a module made ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlua::{ChunkMode, Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value as LuaValue};
use wire::Value;

use super::arguments::raise;
use super::item::{Item, value_of};
use super::limits::Watch;
use super::record::Handle;
use super::registry::chunk_name;
use super::stream::{Part, Stream};
use super::{
    Effect, Failure, Limits, Module, Record, Registry, aerospike, bytes, geojson, iterator, list,
    map, record,
};

/// A module in a Lua state of its own, with the modules it may require.
///
/// The state lives as long as the program: what a function leaves in global variables, the next call finds.
#[derive(Debug)]
pub struct Program {
    lua: Lua,
    watch: Watch,
}

/// What a function on a record gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// What it returned.
    pub result: Value,
    /// What it did to the record.
    pub effect: Effect,
}

impl Program {
    /// Loads a module by its name, without extension. `now` is what scripts are told of the time: milliseconds since 1970.
    pub fn load(
        registry: &Registry,
        module: &str,
        limits: Limits,
        now: u64,
    ) -> Result<Self, Failure> {
        let modules = registry.snapshot();
        let file = modules
            .get(&format!("{module}.lua"))
            .map(Arc::clone)
            .ok_or_else(Failure::no_module)?;
        let libraries =
            StdLib::STRING | StdLib::TABLE | StdLib::MATH | StdLib::UTF8 | StdLib::COROUTINE;
        let lua = Lua::new_with(libraries, LuaOptions::default())?;
        open(&lua, now)?;
        open_require(&lua, modules)?;
        let watch = Watch::new(&lua, limits)?;
        if let Err(error) = chunk(&lua, &file).exec() {
            log::warn!("module {module} cannot be loaded: {error}");
            return Err(Failure::no_module());
        }
        Ok(Self { lua, watch })
    }

    /// Runs a function on a record.
    pub fn apply(
        &self,
        function: &str,
        record: Record,
        arguments: &[Value],
    ) -> Result<Applied, Failure> {
        let handle = Handle::new(record);
        let returned = self.call(
            function,
            self.lua.create_userdata(handle.clone())?,
            arguments,
        )?;
        Ok(Applied {
            result: value_of(&returned).map_err(Failure::new)?,
            effect: handle.effect(),
        })
    }

    /// Runs a function on a stream of records, up to and including its first `reduce`, and gives its values: a server's part. The limits
    /// hold for each record.
    pub fn aggregate(
        &self,
        function: &str,
        arguments: &[Value],
        records: impl IntoIterator<Item = Record>,
    ) -> Result<Vec<Value>, Failure> {
        let stream = self.stream(function, arguments)?;
        let records = records.into_iter().map(|record| {
            self.watch.restart(&self.lua)?;
            let handle = self.lua.create_userdata(Handle::new(record))?;
            Ok(LuaValue::UserData(handle))
        });
        values_of(&stream.run(Part::Server, &self.lua, records)?)
    }

    /// Runs a function on the stream of what the servers gave, from its first `reduce` on, and gives its values: the client's part. The
    /// limits hold for all of it.
    pub fn reduce(
        &self,
        function: &str,
        arguments: &[Value],
        partials: &[Value],
    ) -> Result<Vec<Value>, Failure> {
        let stream = self.stream(function, arguments)?;
        let partials = partials
            .iter()
            .map(|value| Item::from(value).to_lua(&self.lua));
        values_of(&stream.run(Part::Client, &self.lua, partials)?)
    }

    /// What a function asks of a stream.
    fn stream(&self, function: &str, arguments: &[Value]) -> Result<Stream, Failure> {
        let stream = self.lua.create_userdata(Stream::default())?;
        let returned = self.call(function, stream, arguments)?;
        let returned = match &returned {
            LuaValue::UserData(data) => data.borrow::<Stream>().ok(),
            _ => None,
        };
        returned
            .map(|stream| stream.clone())
            .ok_or_else(|| Failure::new("the function did not return its stream"))
    }

    fn call(
        &self,
        function: &str,
        subject: mlua::AnyUserData,
        arguments: &[Value],
    ) -> Result<LuaValue, Failure> {
        self.watch.restart(&self.lua)?;
        let Ok(function) = self.lua.globals().get::<Function>(function) else {
            return Err(Failure::no_function());
        };
        let mut values = MultiValue::from_iter([LuaValue::UserData(subject)]);
        for argument in arguments {
            values.push_back(Item::from(argument).to_lua(&self.lua)?);
        }
        Ok(function.call(values)?)
    }
}

/// Values for the database; what is none of it, or nil, is left out.
fn values_of(values: &[LuaValue]) -> Result<Vec<Value>, Failure> {
    let values = values
        .iter()
        .map(|value| value_of(value).map_err(Failure::new));
    values.filter(|value| *value != Ok(Value::Nil)).collect()
}

/// Opens everything but `require`.
fn open(lua: &Lua, now: u64) -> mlua::Result<()> {
    aerospike::open(lua, now)?;
    record::open(lua)?;
    list::open(lua)?;
    map::open(lua)?;
    bytes::open(lua)?;
    geojson::open(lua)?;
    iterator::open(lua)?;
    let plain = lua.create_function(|lua, error: LuaValue| match error {
        LuaValue::Error(error) => {
            let text = Failure::from(*error).to_string();
            lua.create_string(text).map(LuaValue::String)
        }
        other => Ok(other),
    })?;
    lua.load(include_str!("prelude.lua"))
        .set_name("=prelude")
        .call(plain)
}

/// Opens `require` for the other modules: each is run once, and answers the same table or value from then on.
fn open_require(lua: &Lua, modules: BTreeMap<String, Arc<Module>>) -> mlua::Result<()> {
    let loaded = lua.create_table()?;
    let require = lua.create_function(move |lua, name: mlua::String| {
        let name = name.to_string_lossy();
        require(lua, &modules, &loaded, &name)
    })?;
    lua.globals().set("require", require)
}

fn require(
    lua: &Lua,
    modules: &BTreeMap<String, Arc<Module>>,
    loaded: &Table,
    name: &str,
) -> mlua::Result<LuaValue> {
    let known: LuaValue = loaded.raw_get(name)?;
    if !known.is_nil() {
        return Ok(known);
    }
    let module = modules
        .get(&format!("{name}.lua"))
        .ok_or_else(|| raise(lua, &format!("module '{name}' not found")))?;
    // While it runs it counts as loaded, so that two modules can require each other.
    loaded.raw_set(name, true)?;
    let value: LuaValue = chunk(lua, module).call(name)?;
    if !value.is_nil() {
        loaded.raw_set(name, value)?;
    }
    loaded.raw_get(name)
}

fn chunk<'a>(lua: &Lua, module: &'a Module) -> mlua::Chunk<'a> {
    lua.load(&module.source)
        .set_name(chunk_name(&module.name))
        .set_mode(ChunkMode::Text)
}
