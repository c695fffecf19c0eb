//! Functions on one record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use udf::{Applied, Effect, Failure, Limits, Program, PutError, Record, Registry, Written};
use wire::{Digest, List, Map, MapOrder, Value};

fn int(value: i64) -> Value {
    Value::Int(value)
}

fn text(value: &str) -> Value {
    Value::string(value)
}

/// Loads a module that holds one function, `f`.
fn load(body: &str, limits: Limits) -> Program {
    let registry = Registry::default();
    registry
        .put(
            "module.lua",
            format!("function f(rec, ...)\n{body}\nend").into(),
        )
        .unwrap();
    Program::load(&registry, "module", limits, 1_700_000_000_123).unwrap()
}

fn apply(body: &str, record: Record, arguments: &[Value]) -> Result<Applied, Failure> {
    let patient = Limits {
        time: Duration::from_secs(600),
        ..Limits::default()
    };
    load(body, patient).apply("f", record, arguments)
}

fn result(body: &str) -> Value {
    apply(body, record(), &[]).unwrap().result
}

fn failure(body: &str) -> String {
    apply(body, record(), &[]).unwrap_err().to_string()
}

fn bins(bins: &[(&str, Value)]) -> Vec<(Vec<u8>, Value)> {
    bins.iter()
        .map(|(name, value)| (name.as_bytes().to_vec(), value.clone()))
        .collect()
}

fn record() -> Record {
    Record {
        digest: Some(Digest([7; 20])),
        set: b"demo".to_vec(),
        key: Some(int(1)),
        exists: true,
        generation: 3,
        ttl: 60,
        last_update: 5000,
        bins: bins(&[("a", int(1)), ("l", Value::list(vec![int(1)]))]),
    }
}

fn missing() -> Record {
    Record {
        digest: Some(Digest([7; 20])),
        ..Record::default()
    }
}

fn written(list: &[(&str, Value)]) -> Effect {
    Effect::Write(Written {
        bins: bins(list),
        ..Written::default()
    })
}

#[test]
fn values_in_and_out() {
    let map = Map::from_pairs(
        MapOrder::Unordered,
        vec![(int(1), text("x")), (text("k"), Value::Nil)],
    )
    .unwrap();
    let values = [
        Value::Nil,
        Value::Bool(true),
        int(i64::MIN),
        Value::Float(1.0),
        text("é"),
        Value::string([0xff, 0]),
        Value::blob([0, 1]),
        Value::geo_json(r#"{"type":"Point","coordinates":[1,2]}"#),
        Value::list(vec![int(1), Value::list(vec![Value::Nil])]),
        Value::from(map),
        Value::Hll(vec![0, 4, 0].into()),
        List::sorted(vec![int(2), int(1)]).into(),
    ];
    for value in values {
        let applied = apply("return ...", record(), std::slice::from_ref(&value)).unwrap();
        assert_eq!(applied.result, value);
        assert_eq!(applied.effect, Effect::None);
    }
    assert_eq!(result("return {1, 2}"), Value::Nil);
    assert_eq!(result("return 1, 2"), int(1));
    assert_eq!(result(""), Value::Nil);
}

#[test]
fn nothing_is_written_without_an_update() {
    let applied = apply("rec.a = 2 rec.b = 3 return rec.a", record(), &[]).unwrap();
    assert_eq!((applied.result, applied.effect), (int(2), Effect::None));
}

#[test]
fn updates() {
    let body = "rec.a = 2 rec.b = 'new' rec.l = nil local code = aerospike:update(rec) rec.a = 9 return code";
    let applied = apply(body, record(), &[]).unwrap();
    assert_eq!(applied.result, int(0));
    assert_eq!(
        applied.effect,
        written(&[("a", int(2)), ("b", text("new"))])
    );
    let applied = apply("rec.a = 2 return aerospike:update(rec)", missing(), &[]).unwrap();
    assert_eq!((applied.result, applied.effect), (int(-2), Effect::None));
}

#[test]
fn a_list_changed_in_place_is_written_when_it_is_set() {
    let applied = apply(
        "list.append(rec.l, 2) aerospike:update(rec) return rec.l",
        record(),
        &[],
    )
    .unwrap();
    assert_eq!(applied.result, Value::list(vec![int(1), int(2)]));
    assert_eq!(
        applied.effect,
        Effect::Write(Written {
            bins: record().bins,
            ..Written::default()
        })
    );
    let applied = apply(
        "local l = rec.l list.append(l, 2) rec.l = l aerospike:update(rec)",
        record(),
        &[],
    )
    .unwrap();
    let list = Value::list(vec![int(1), int(2)]);
    assert_eq!(applied.effect, written(&[("a", int(1)), ("l", list)]));
}

#[test]
fn creation() {
    let body = "if aerospike:exists(rec) then return 'there' end aerospike:create(rec) rec.a = ... aerospike:update(rec)";
    let applied = apply(body, missing(), &[int(5)]).unwrap();
    assert_eq!(applied.effect, written(&[("a", int(5))]));
    assert_eq!(apply(body, record(), &[]).unwrap().result, text("there"));
    assert_eq!(result("return aerospike:create(rec)"), int(1));
    let applied = apply("return aerospike:create(rec)", missing(), &[]).unwrap();
    assert_eq!((applied.result, applied.effect), (int(0), written(&[])));
}

#[test]
fn removal() {
    let applied = apply(
        "local code = aerospike:remove(rec) return list{code, aerospike:exists(rec), rec.a}",
        record(),
        &[],
    )
    .unwrap();
    assert_eq!(
        applied.result,
        Value::list(vec![int(0), Value::Bool(false)])
    );
    assert_eq!(applied.effect, Effect::Remove);
    let applied = apply("return aerospike:remove(rec)", missing(), &[]).unwrap();
    assert_eq!((applied.result, applied.effect), (int(1), Effect::None));
    let again = "aerospike:remove(rec) rec.b = 1 aerospike:create(rec)";
    assert_eq!(
        apply(again, record(), &[]).unwrap().effect,
        written(&[("b", int(1))])
    );
    let undone = "rec.a = 1 aerospike:create(rec) aerospike:remove(rec)";
    assert_eq!(apply(undone, missing(), &[]).unwrap().effect, Effect::None);
}

#[test]
fn metadata() {
    assert_eq!(result("return record.gen(rec)"), int(3));
    assert_eq!(result("return record.ttl(rec)"), int(60));
    assert_eq!(result("return record.last_update_time(rec)"), int(5000));
    assert_eq!(result("return record.setname(rec)"), text("demo"));
    assert_eq!(result("return record.key(rec)"), int(1));
    assert_eq!(result("return record.digest(rec)"), Value::blob([7; 20]));
    assert_eq!(
        result("rec.b = 1 rec.a = nil return record.numbins(rec)"),
        int(2)
    );
    assert_eq!(
        result("rec.b = 1 return table.concat(record.bin_names(rec), ' ')"),
        text("a l b")
    );
    assert_eq!(
        result(
            "return record.size(rec) > 0 and record.memory_size(rec) == record.device_size(rec)"
        ),
        Value::Bool(true)
    );
    assert_eq!(
        result("return aerospike:get_current_time()"),
        int(1_700_000_000_123)
    );
    let absent = apply("return record.gen(rec)", missing(), &[]).unwrap();
    assert_eq!(absent.result, int(0));
    let absent = apply(
        "return list{record.key(rec), record.setname(rec)}",
        missing(),
        &[],
    )
    .unwrap();
    assert_eq!(absent.result, Value::list(vec![]));
}

#[test]
fn time_to_live_and_key() {
    let applied = apply(
        "record.set_ttl(rec, 99) record.drop_key(rec) aerospike:update(rec)",
        record(),
        &[],
    )
    .unwrap();
    let wanted = Written {
        bins: record().bins,
        ttl: Some(99),
        drops_key: true,
    };
    assert_eq!(applied.effect, Effect::Write(wanted));
}

#[test]
fn bins_refuse() {
    let place = "/opt/aerospike/usr/udf/lua/module.lua:2: ";
    assert_eq!(
        failure("rec.a = {}"),
        format!("{place}a bin cannot hold a table")
    );
    assert_eq!(
        failure("rec[('x'):rep(16)] = 1"),
        format!("{place}not a bin name: xxxxxxxxxxxxxxxx")
    );
    assert_eq!(
        failure("rec[1] = 1"),
        format!("{place}a bin's name must be a string")
    );
    let itself = failure("local l = list() list.append(l, l) rec.a = l aerospike:update(rec)");
    assert_eq!(
        itself,
        format!("{place}lists and maps are nested too deeply")
    );
    let huge = failure("local l = list{1} for _ = 1, 40 do l = list{l, l} end return l");
    assert_eq!(huge, "lists and maps hold too many values");
}

#[test]
fn failures() {
    let place = "/opt/aerospike/usr/udf/lua/module.lua:2: ";
    assert_eq!(
        failure("error('1000:Invalid')"),
        format!("{place}1000:Invalid")
    );
    assert_eq!(
        failure("return 1 + 'x'"),
        format!("{place}attempt to add a 'number' with a 'string'")
    );
    assert_eq!(
        failure("list.append('x', 1)"),
        format!("{place}bad argument #1 to 'append' (userdata expected, got string)")
    );
    assert_eq!(failure("error('plain', 0)"), "plain");
    let program = load("", Limits::default());
    let unknown = program.apply("g", record(), &[]).unwrap_err();
    assert_eq!(unknown.to_string(), "function not found");
    let registry = Registry::default();
    registry
        .put("broken.lua", b"error('at once')".to_vec())
        .unwrap();
    for module in ["broken", "missing", ""] {
        let error = Program::load(&registry, module, Limits::default(), 0).unwrap_err();
        assert_eq!(error.to_string(), "UDF: Execution Error 1");
    }
}

#[test]
fn recursion_ends() {
    let place = "/opt/aerospike/usr/udf/lua/module.lua:2: ";
    let deep = failure("local function down() return 1 + down() end return down()");
    assert!(
        deep.starts_with(&format!("{place}stack overflow")),
        "{deep}"
    );
    let native =
        "local m = map{a = 1} local function down() return map.merge(m, m, down) end return down()";
    assert!(
        failure(native).contains("stack overflow"),
        "{}",
        failure(native)
    );
    let caught = "local function down() return pcall(down) end return tostring(down())";
    assert_eq!(result(caught), text("true"));
}

#[test]
fn a_failure_leaves_the_program_usable() {
    let program = load("if ... then error('x') end return 1", Limits::default());
    assert!(program.apply("f", record(), &[Value::Bool(true)]).is_err());
    assert_eq!(program.apply("f", record(), &[]).unwrap().result, int(1));
}

#[test]
fn runaway_scripts_are_stopped() {
    let few = Limits {
        instructions: 100_000,
        time: Duration::from_secs(600),
        ..Limits::default()
    };
    let endless = [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function again() return again() end again()",
        "coroutine.wrap(function() while true do end end)()",
        "while true do local ok = pcall(error) end",
        "for _ = 1, 1e9 do rec.a = 1 end",
    ];
    for body in endless {
        let program = load(body, few);
        let error = program.apply("f", record(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "UDF Execution Timeout", "{body}");
        let again = program.apply("f", record(), &[]).unwrap_err();
        assert_eq!(again.to_string(), "UDF Execution Timeout", "{body}");
    }
    let program = load("if ... then while true do end end return 1", few);
    assert!(program.apply("f", record(), &[int(1)]).is_err());
    assert_eq!(program.apply("f", record(), &[]).unwrap().result, int(1));
    let late = Limits {
        time: Duration::ZERO,
        ..Limits::default()
    };
    let program = load("for _ = 1, 1e6 do end", late);
    assert!(program.apply("f", record(), &[]).is_err());
}

#[test]
fn memory_is_limited() {
    let little = Limits {
        memory: 4 << 20,
        ..Limits::default()
    };
    for body in [
        "return ('x'):rep(1e9)",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1000) end",
    ] {
        let error = load(body, little).apply("f", record(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "not enough memory", "{body}");
    }
    let doubled = failure("local l = list{1} for _ = 1, 60 do list.concat(l, l) end");
    assert!(
        doubled.ends_with("lists and maps hold too many values"),
        "{doubled}"
    );
    assert!(failure("local b = bytes(1e9)").ends_with("bytes cannot have this size"));
    let far = failure("local l = list() l[10 ^ 12] = 1");
    assert!(
        far.ends_with("lists and maps hold too many values"),
        "{far}"
    );
    // A list of very many levels is dropped without as many frames.
    assert_eq!(
        result(
            "local l = list() for _ = 1, 2e5 do local outer = list() list.append(outer, l) l = outer end return 1"
        ),
        int(1)
    );
}

#[test]
fn no_files_no_clock_no_binary_code() {
    for name in ["os", "io", "package", "dofile", "loadfile"] {
        assert_eq!(
            result(&format!("return type({name})")),
            text("nil"),
            "{name}"
        );
    }
    let binary = "local ok = load(string.dump(function() end), 'x', 'b') return ok == nil";
    assert_eq!(result(binary), Value::Bool(true));
    let environment = "local env = {} load('x = 1', 'x', 't', env)() return env.x";
    assert_eq!(result(environment), int(1));
}

#[test]
fn modules_require_each_other() {
    let registry = Registry::default();
    let put = |name: &str, source: &str| registry.put(name, source.as_bytes().to_vec()).unwrap();
    put(
        "tools.lua",
        "local tools = {} loads = (loads or 0) + 1 function tools.double(x) return 2 * x end return tools",
    );
    put(
        "one.lua",
        "two = require('two') function f(rec, x) return require('tools').double(x) + loads end function g() return missing() end",
    );
    put("two.lua", "one = require('one')");
    put("three.lua", "function f() return require('nothing') end");
    let load = |module| Program::load(&registry, module, Limits::default(), 0).unwrap();
    let program = load("one");
    assert_eq!(
        program.apply("f", record(), &[int(4)]).unwrap().result,
        int(9)
    );
    assert_eq!(
        program.apply("f", record(), &[int(4)]).unwrap().result,
        int(9)
    );
    let error = load("three").apply("f", record(), &[]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("three.lua:1: module 'nothing' not found"),
        "{error}"
    );
}

#[test]
fn the_registry() {
    let registry = Registry::default();
    let put = |name: &str, source: &str| registry.put(name, source.as_bytes().to_vec());
    assert_eq!(put("b.lua", "x = 1"), Ok(()));
    assert_eq!(put("a.lua", "x = 1"), Ok(()));
    assert_eq!(put("a.lua", "x = 2"), Ok(()));
    let names: Vec<String> = registry
        .list()
        .iter()
        .map(|module| module.name.clone())
        .collect();
    assert_eq!(names, ["a.lua", "b.lua"]);
    assert_eq!(registry.get("a.lua").unwrap().source, b"x = 2");
    let sample =
        "function create_record(rec, val)\n    rec['bin'] = val\n    aerospike:create(rec)\nend\n";
    put("udf_basic_ops.lua", sample).unwrap();
    // As a server of version 8.1.2 listed it.
    assert_eq!(
        registry.get("udf_basic_ops.lua").unwrap().hash(),
        "e2b0f07f649e1b0ef2f136e9c2e3edbacd6ccb55"
    );
    registry.remove("a.lua");
    registry.remove("a.lua");
    assert_eq!(registry.get("a.lua"), None);
    for name in [
        "",
        "x",
        ".lua",
        "x.",
        "a/b.lua",
        &format!("{}.lua", "x".repeat(124)),
    ] {
        assert_eq!(put(name, "x = 1"), Err(PutError::Name), "{name}");
    }
    assert_eq!(
        put("big.lua", &" ".repeat((1 << 20) + 1)),
        Err(PutError::Size)
    );
    let wrong = PutError::Compile {
        line: 2,
        message: "syntax error near 'is'".to_owned(),
    };
    assert_eq!(put("wrong.lua", "x = 1\nthis is wrong"), Err(wrong));
    assert!(matches!(
        put("binary.lua", "\x1bLua"),
        Err(PutError::Compile { .. })
    ));
}
