//! Functions on streams of records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::time::Duration;

use udf::{Failure, Limits, Program, Record, Registry};
use wire::{Map, MapOrder, Value};

fn records() -> impl Iterator<Item = Record> {
    (1..=5).map(|number| Record {
        exists: true,
        bins: vec![
            (b"n".to_vec(), Value::Int(number)),
            (b"odd".to_vec(), Value::Bool(number % 2 == 1)),
        ],
        ..Record::default()
    })
}

fn patient() -> Limits {
    Limits {
        time: Duration::from_secs(600),
        ..Limits::default()
    }
}

fn load(body: &str, limits: Limits) -> Program {
    let registry = Registry::default();
    let source = format!(
        "local function n(rec) return rec.n end\nlocal function add(a, b) return a + b end\nfunction f(s, ...)\n{body}\nend"
    );
    registry.put("module.lua", source.into()).unwrap();
    Program::load(&registry, "module", limits, 0).unwrap()
}

fn run(body: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure> {
    load(body, patient()).aggregate("f", arguments, records())
}

fn values(body: &str) -> Vec<Value> {
    run(body, &[]).unwrap()
}

fn ints(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::Int).collect()
}

#[test]
fn steps() {
    assert_eq!(values("return s : map(n)"), ints(&[1, 2, 3, 4, 5]));
    assert_eq!(
        values("return s : filter(function(rec) return rec.odd end) : map(n)"),
        ints(&[1, 3, 5])
    );
    assert_eq!(values("return s : map(n) : reduce(add)"), ints(&[15]));
    assert_eq!(
        values("return s : map(n) : aggregate(100, add)"),
        ints(&[115])
    );
    assert_eq!(
        values("return s : map(function(rec) if rec.odd then return rec.n end end)"),
        ints(&[1, 3, 5])
    );
    assert_eq!(
        values("return s : map(n) : filter(function(x) return x > 9 end) : reduce(add)"),
        []
    );
    assert_eq!(
        values("return s : map(n) : filter(function(x) return x > 9 end) : aggregate(0, add)"),
        ints(&[0])
    );
}

#[test]
fn a_server_goes_on_after_an_aggregation() {
    let double = "map(function(x) return x * 2 end)";
    assert_eq!(
        values(&format!("return s : map(n) : aggregate(0, add) : {double}")),
        ints(&[30])
    );
    assert_eq!(
        values("return s : map(n) : aggregate(0, add) : aggregate(1, add)"),
        ints(&[16])
    );
}

#[test]
fn what_follows_a_reduce_is_the_clients() {
    assert_eq!(
        values("return s : map(n) : reduce(add) : map(function(x) return x * 2 end)"),
        ints(&[15])
    );
    assert_eq!(
        values("return s : map(n) : aggregate(0, add) : reduce(error)"),
        ints(&[15])
    );
}

/// What the client makes of 1 to 5, as the official one does.
fn reduced(body: &str) -> Vec<Value> {
    let program = load(body, patient());
    program.reduce("f", &[], &ints(&[1, 2, 3, 4, 5])).unwrap()
}

#[test]
fn the_clients_part() {
    let double = "map(function(x) return x * 2 end)";
    let body = |steps: &str| format!("return s : map(n) : {steps}");
    // Without a reduce it passes everything on.
    assert_eq!(reduced(&body(double)), ints(&[1, 2, 3, 4, 5]));
    assert_eq!(
        reduced(&body(&format!("aggregate(0, add) : {double}"))),
        ints(&[1, 2, 3, 4, 5])
    );
    assert_eq!(reduced(&body("reduce(add)")), ints(&[15]));
    assert_eq!(
        reduced(&body(&format!("reduce(add) : {double}"))),
        ints(&[30])
    );
    assert_eq!(
        reduced(&body("reduce(add) : aggregate(100, add)")),
        ints(&[115])
    );
    assert_eq!(
        reduced(&body(&format!("reduce(add) : {double} : reduce(add)"))),
        ints(&[30])
    );
    assert_eq!(reduced(&body("reduce(add) : map(function() end)")), []);
    // A table is no value of the database.
    assert_eq!(
        reduced(&body("reduce(add) : map(function(x) return {x} end)")),
        []
    );
}

#[test]
fn a_client_is_stopped_as_well() {
    let short = Limits {
        instructions: 100_000,
        ..patient()
    };
    let program = load(
        "return s : reduce(function(a, b) while true do end end)",
        short,
    );
    let failure = program.reduce("f", &[], &ints(&[1, 2])).unwrap_err();
    assert_eq!(failure.to_string(), "UDF Execution Timeout");
}

#[test]
fn steps_are_added_to_the_stream_itself() {
    assert_eq!(values("s : map(n) s : reduce(add) return s"), ints(&[15]));
}

#[test]
fn groups() {
    let body = "return s : aggregate(map{}, function(groups, rec)
        local key = rec.odd and 'odd' or 'even'
        groups[key] = (groups[key] or 0) + ...
        return groups
    end) : reduce(map.merge)";
    let body = body.replace("...", "rec.n");
    let pairs = vec![
        (Value::string("even"), Value::Int(6)),
        (Value::string("odd"), Value::Int(9)),
    ];
    let groups = Map::from_pairs(MapOrder::Unordered, pairs).unwrap();
    assert_eq!(run(&body, &[]), Ok(vec![Value::from(groups)]));
}

#[test]
fn arguments() {
    let body =
        "local least = ... return s : filter(function(rec) return rec.n >= least end) : map(n)";
    assert_eq!(run(body, &ints(&[4])), Ok(ints(&[4, 5])));
}

#[test]
fn failures() {
    let place = "/opt/aerospike/usr/udf/lua/module.lua:4: ";
    let failure = |body| run(body, &[]).unwrap_err().to_string();
    assert_eq!(
        failure("return s : map(function() error('boom') end)"),
        format!("{place}boom")
    );
    assert_eq!(
        failure("return 5"),
        "the function did not return its stream"
    );
    assert_eq!(
        failure("return s : nothing()"),
        format!("{place}attempt to call a nil value (method 'nothing')")
    );
    assert_eq!(
        failure("return nothing : map(n)"),
        format!("{place}attempt to index a nil value (global 'nothing')")
    );
}
