//! Modules and functions as clients use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, Reply, Request, int, start, text};
use wire::message::{info1, info2, info3};
use wire::{FieldType, OpCode, Value, msgpack};

const MODULE: &str = "
function write(rec, name, value)
    rec[name] = value
    if aerospike:exists(rec) then aerospike:update(rec) else aerospike:create(rec) end
    return record.gen(rec)
end
function remove(rec) return aerospike:remove(rec) end
function fail(rec) rec.a = 9 aerospike:update(rec) error('no') end
function expire(rec) record.set_ttl(rec, 50) aerospike:update(rec) end
function empty(rec) rec.a = nil rec.b = nil aerospike:update(rec) end
";

fn put(client: &mut Client, name: &str, source: &str) -> String {
    let content = STANDARD.encode(source);
    let length = content.len();
    client.info(&format!(
        "udf-put:filename={name};content={content};content-len={length};udf-type=LUA;"
    ))
}

fn call(key: i64, function: &str, arguments: Vec<Value>) -> Request {
    Request::on(key)
        .info(0, info2::WRITE, 0)
        .field(FieldType::UdfModule, b"module")
        .field(FieldType::UdfFunction, function.as_bytes())
        .field(
            FieldType::UdfArgs,
            &msgpack::encode(&Value::list(arguments)),
        )
}

fn answer(reply: &Reply) -> (u8, u32, Vec<(&str, Value)>) {
    (reply.result(), reply.header.generation, reply.bins())
}

#[test]
fn modules() {
    let (_server, mut client) = start();
    assert_eq!(client.info("udf-list"), "");
    assert_eq!(put(&mut client, "module.lua", MODULE), "ok");
    let list = client.info("udf-list");
    assert!(
        list.starts_with("filename=module.lua,hash=") && list.ends_with(",type=LUA;"),
        "{list}"
    );
    assert_eq!(list.len(), "filename=module.lua,hash=,type=LUA;".len() + 40);
    let content = STANDARD.encode(MODULE);
    assert_eq!(
        client.info("udf-get:filename=module.lua;"),
        format!("type=LUA;content={content};")
    );
    assert_eq!(
        client.info("udf-get:filename=other.lua;"),
        "error=not_found"
    );
    assert_eq!(client.info("udf-remove:filename=other.lua;"), "ok");
    assert_eq!(client.info("udf-remove:filename=module.lua;"), "ok");
    assert_eq!(client.info("udf-list"), "");
    let message = STANDARD.encode("syntax error near 'is'");
    assert_eq!(
        put(&mut client, "x.lua", "this is wrong"),
        format!("error=compile_error;file=x.lua;line=1;message={message}")
    );
    assert_eq!(put(&mut client, "x", ""), "error=invalid_filename");
    assert_eq!(
        client.info("udf-put:filename=x.lua;content=*;"),
        "error=invalid_base64_content"
    );
    assert_eq!(
        client.info("udf-put:content=;"),
        "ERROR:4:missing 'filename'"
    );
    assert_eq!(client.info("udf-get"), "ERROR:4:missing 'filename'");
}

#[test]
fn a_function_writes() {
    let (_server, mut client) = start();
    put(&mut client, "module.lua", MODULE);
    let reply = client.call(&call(1, "write", vec![text("a"), int(5)]));
    assert_eq!(answer(&reply), (0, 1, vec![("SUCCESS", int(0))]));
    let reply = client.call(&call(1, "write", vec![text("b"), text("x")]));
    assert_eq!(answer(&reply), (0, 2, vec![("SUCCESS", int(1))]));
    let got = client.call(&Request::get(1));
    assert_eq!(answer(&got), (0, 2, vec![("a", int(5)), ("b", text("x"))]));
}

#[test]
fn a_failure_changes_nothing() {
    let (_server, mut client) = start();
    put(&mut client, "module.lua", MODULE);
    client.call(&Request::put(1, &[("a", int(1))]));
    let reply = client.call(&call(1, "fail", vec![]));
    let place = "/opt/aerospike/usr/udf/lua/module.lua:8: no";
    assert_eq!(answer(&reply), (100, 1, vec![("FAILURE", text(place))]));
    let reply = client.call(&call(1, "nothing", vec![]));
    assert_eq!(
        answer(&reply),
        (100, 1, vec![("FAILURE", text("function not found"))])
    );
    let got = client.call(&Request::get(1));
    assert_eq!(answer(&got), (0, 1, vec![("a", int(1))]));
}

#[test]
fn removal_and_times_to_live() {
    let (_server, mut client) = start();
    put(&mut client, "module.lua", MODULE);
    client.call(&Request::put(1, &[("a", int(1))]));
    let reply = client.call(&call(1, "expire", vec![]));
    assert!(reply.result() == 0 && reply.header.ttl > 0);
    let reply = client.call(&call(1, "remove", vec![]));
    assert_eq!(answer(&reply), (0, 0, vec![("SUCCESS", int(0))]));
    assert_eq!(client.call(&Request::get(1)).result(), 2);
    client.call(&Request::put(1, &[("a", int(1)), ("b", int(2))]));
    let reply = client.call(&call(1, "empty", vec![]));
    assert_eq!(answer(&reply), (0, 0, vec![("SUCCESS", Value::Nil)]));
    assert_eq!(client.call(&Request::get(1)).result(), 2);
}

#[test]
fn policies_and_operations_are_refused() {
    let (_server, mut client) = start();
    put(&mut client, "module.lua", MODULE);
    let mut reading = call(1, "write", vec![]).info(info1::READ, 0, 0);
    reading.header.info2 = 0;
    let refused = [
        call(1, "write", vec![]).info(0, info2::WRITE | info2::CREATE_ONLY, 0),
        call(1, "write", vec![]).info(0, info2::WRITE | info2::GENERATION, 0),
        call(1, "write", vec![]).info(0, info2::WRITE, info3::UPDATE_ONLY),
        reading,
        call(1, "write", vec![]).op(OpCode::Write, "a", &int(1)),
    ];
    for request in refused {
        assert_eq!(client.call(&request).result(), 4);
    }
}
