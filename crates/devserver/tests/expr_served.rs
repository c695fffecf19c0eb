//! Filters and expression operations in requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, Request, int, start, text};
use devserver::Server;
use wire::message::{info1, info2};
use wire::{FieldType, OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const PARAMETER: u8 = 4;
const BIN_EXISTS: u8 = 6;
const NOT_APPLICABLE: u8 = 26;
const FILTERED_OUT: u8 = 27;

/// `a == 1`
const A_IS_1: &[u8] = b"\x93\x01\x93\x51\x02\xa1a\x01";
/// `missing == 1`
const UNKNOWN: &[u8] = b"\x93\x01\x93\x51\x02\xa7missing\x01";
/// A number, which is no filter.
const NO_FILTER: &[u8] = b"\x01";

/// Records 1 and 2 with `a` 1 and 2.
fn start_with_two() -> (Server, Client) {
    let (server, mut client) = start();
    for key in [1, 2] {
        assert_eq!(
            client.call(&Request::put(key, &[("a", int(key))])).result(),
            OK
        );
    }
    (server, client)
}

fn with(filter: &[u8], request: Request) -> Request {
    request.field(FieldType::Filter, filter)
}

#[test]
fn filters_decide_about_single_records() {
    let (_server, mut client) = start_with_two();
    let put = |key| Request::put(key, &[("b", int(5))]);
    let mut result = |request: Request| client.call(&request).result();
    for request in [Request::get, Request::exists, put] {
        assert_eq!(result(with(A_IS_1, request(1))), OK);
        assert_eq!(result(with(A_IS_1, request(2))), FILTERED_OUT);
        assert_eq!(result(with(UNKNOWN, request(1))), FILTERED_OUT);
        assert_eq!(result(with(NO_FILTER, request(1))), PARAMETER);
    }
    // Where there is no record, there is nothing to filter.
    assert_eq!(result(with(A_IS_1, Request::get(3))), NOT_FOUND);
    assert_eq!(result(with(A_IS_1, put(3))), OK);
    assert_eq!(result(with(A_IS_1, Request::delete(2))), FILTERED_OUT);
    assert_eq!(result(Request::exists(2)), OK);
    assert_eq!(result(with(A_IS_1, Request::delete(1))), OK);
    assert_eq!(result(Request::exists(1)), NOT_FOUND);
    // What was filtered out has not been changed.
    assert_eq!(client.call(&Request::get(2)).bins(), [("a", int(2))]);
}

#[test]
fn filtered_out_replies_tell_the_generation() {
    let (_server, mut client) = start_with_two();
    let reply = client.call(&with(A_IS_1, Request::get(2)));
    assert_eq!((reply.result(), reply.header.generation), (FILTERED_OUT, 1));
}

#[test]
fn filters_decide_about_scans() {
    let (_server, mut client) = start_with_two();
    let scan = || Request::scan(0..4096).set("demo");
    let (found, last) = client.stream(&with(A_IS_1, scan()));
    assert_eq!(last.result(), OK);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].bins(), [("a", int(1))]);
    let (found, _) = client.stream(&with(UNKNOWN, scan()));
    assert!(found.is_empty());
    assert_eq!(client.call(&with(NO_FILTER, scan())).result(), PARAMETER);
}

#[test]
fn expressions_are_read() {
    let (_server, mut client) = start_with_two();
    // a + 1
    let sum = b"\x92\x93\x14\x93\x51\x02\xa1a\x01\x00";
    let read = |payload: &[u8]| {
        let read = Request::on(1).info(info1::READ, 0, 0);
        read.op(OpCode::ExpRead, "sum", &Value::blob(payload))
    };
    assert_eq!(client.call(&read(sum)).bins(), [("sum", int(2))]);
    let unknown = b"\x92\x93\x51\x02\xa7missing\x00";
    assert_eq!(client.call(&read(unknown)).result(), NOT_APPLICABLE);
    // With the flag that forgives it there is nothing to answer, unless every op must be.
    let forgiven = read(b"\x92\x93\x51\x02\xa7missing\x10");
    let reply = client.call(&forgiven);
    assert_eq!((reply.result(), reply.ops.len()), (OK, 0));
    let reply = client.call(&forgiven.info(0, info2::RESPOND_ALL_OPS, 0));
    assert_eq!(reply.bins(), [("sum", Value::Nil)]);
    assert_eq!(client.call(&read(b"\x91\x01")).result(), PARAMETER);
    // Operations of a write see what those before them did.
    let operate = Request::operate(1).op(OpCode::Write, "a", &int(10)).op(
        OpCode::ExpRead,
        "sum",
        &Value::blob(sum),
    );
    assert_eq!(client.call(&operate).bins(), [("sum", int(11))]);
}

#[test]
fn expressions_are_written() {
    let (_server, mut client) = start_with_two();
    let write = |key, name: &str, payload: &[u8]| {
        let write = Request::on(key).info(0, info2::WRITE, 0);
        write.op(OpCode::ExpModify, name, &Value::blob(payload))
    };
    // a * 10
    let times = b"\x92\x93\x16\x93\x51\x02\xa1a\x0a\x00";
    assert_eq!(client.call(&write(2, "b", times)).result(), OK);
    assert_eq!(client.call(&write(2, "a", times)).result(), OK);
    assert_eq!(
        client.call(&Request::get(2)).bins(),
        [("a", int(20)), ("b", int(20))]
    );
    // Create only; nil, with and without leave to delete.
    assert_eq!(
        client.call(&write(2, "b", b"\x92\x05\x01")).result(),
        BIN_EXISTS
    );
    assert_eq!(
        client.call(&write(2, "b", b"\x92\xc0\x00")).result(),
        NOT_APPLICABLE
    );
    assert_eq!(client.call(&write(2, "b", b"\x92\xc0\x04")).result(), OK);
    assert_eq!(client.call(&Request::get(2)).bins(), [("a", int(20))]);
    assert_eq!(client.call(&write(2, "a", b"\x92\xc0\x04")).result(), OK);
    assert_eq!(client.call(&Request::exists(2)).result(), NOT_FOUND);
    // A record can begin with an expression, which knows its set.
    assert_eq!(
        client.call(&write(3, "set", b"\x92\x91\x46\x00")).result(),
        OK
    );
    assert_eq!(
        client.call(&Request::get(3)).bins(),
        [("set", text("demo"))]
    );
    assert_eq!(
        client.call(&write(4, "x", b"\x92\x91\x00\x10")).result(),
        NOT_FOUND
    );
    // Nothing of a request that fails stays.
    let half = write(1, "c", b"\x92\x05\x00").op(
        OpCode::ExpModify,
        "d",
        &Value::blob(b"\x92\x91\x00\x00"),
    );
    assert_eq!(client.call(&half).result(), NOT_APPLICABLE);
    assert_eq!(client.call(&Request::get(1)).bins(), [("a", int(1))]);
}

#[test]
fn metadata_is_the_stored_record_s() {
    let (server, mut client) = start();
    let put = Request::put(1, &[("a", int(1))]).ttl(100).key(&int(1));
    assert_eq!(client.call(&put).result(), OK);
    server.advance(40);
    let meta = |code: u8| {
        let payload = Value::blob([0x92, 0x91, code, 0]);
        Request::on(1)
            .info(info1::READ, 0, 0)
            .op(OpCode::ExpRead, "m", &payload)
    };
    let mut read = |code| client.call(&meta(code)).bins()[0].1.clone();
    assert_eq!(read(65), int(0));
    assert_eq!(read(69), int(60));
    assert_eq!(read(70), text("demo"));
    assert_eq!(read(71), Value::Bool(true));
    assert_eq!(read(74), int(64));
    let (Value::Int(changed), Value::Int(since)) = (read(66), read(67)) else {
        panic!()
    };
    assert!(changed > 1_600_000_000_000_000_000);
    assert!((40_000..60_000).contains(&since));
    let Value::Int(void_time) = read(68) else {
        panic!()
    };
    assert_eq!(void_time / 1_000_000_000, changed / 1_000_000_000 + 100);
}
