//! Operations of one request: one after the other, all or none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, Request, int, put, start, text};
use wire::message::{info1, info2};
use wire::{OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const PARAMETER: u8 = 4;
const INCOMPATIBLE: u8 = 12;

#[test]
fn numbers_are_added_and_text_is_joined() {
    let (_server, mut client) = start();
    let apply = |client: &mut Client, code, name: &str, value: &Value| {
        client
            .call(
                &Request::on(1)
                    .info(0, info2::WRITE, 0)
                    .op(code, name, value),
            )
            .result()
    };
    // A missing bin becomes the operand, whatever it is.
    assert_eq!(apply(&mut client, OpCode::Incr, "int", &int(5)), OK);
    assert_eq!(
        apply(&mut client, OpCode::Incr, "float", &Value::Float(0.5)),
        OK
    );
    assert_eq!(apply(&mut client, OpCode::Append, "text", &text("b")), OK);
    assert_eq!(
        apply(&mut client, OpCode::Prepend, "blob", &Value::blob("b")),
        OK
    );
    assert_eq!(
        apply(&mut client, OpCode::Incr, "odd", &Value::list(vec![])),
        OK
    );

    assert_eq!(apply(&mut client, OpCode::Incr, "int", &int(i64::MAX)), OK);
    assert_eq!(
        apply(&mut client, OpCode::Incr, "float", &Value::Float(1.0)),
        OK
    );
    assert_eq!(apply(&mut client, OpCode::Append, "text", &text("c")), OK);
    assert_eq!(apply(&mut client, OpCode::Prepend, "text", &text("a")), OK);
    assert_eq!(
        apply(&mut client, OpCode::Append, "blob", &Value::blob("c")),
        OK
    );
    let expected = [
        ("int", int(i64::MIN + 4)),
        ("float", Value::Float(1.5)),
        ("text", text("abc")),
        ("blob", Value::blob("bc")),
        ("odd", Value::list(vec![])),
    ];
    assert_eq!(client.call(&Request::get(1)).bins(), expected);

    for (code, name, value) in [
        (OpCode::Incr, "int", Value::Float(1.0)),
        (OpCode::Incr, "float", int(1)),
        (OpCode::Incr, "text", int(1)),
        (OpCode::Incr, "int", text("1")),
        (OpCode::Append, "text", Value::blob("x")),
        (OpCode::Append, "blob", text("x")),
        (OpCode::Prepend, "int", text("x")),
        (OpCode::Append, "odd", text("x")),
    ] {
        assert_eq!(
            apply(&mut client, code, name, &value),
            INCOMPATIBLE,
            "{code:?} {name}"
        );
    }
    assert_eq!(
        apply(&mut client, OpCode::Append, "text", &Value::Nil),
        PARAMETER
    );
    assert_eq!(client.call(&Request::get(1)).bins(), expected);
}

#[test]
fn a_request_that_fails_leaves_no_trace() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1)), ("s", text("x"))]);
    let request = Request::operate(1)
        .op(OpCode::Write, "a", &int(9))
        .op(OpCode::Write, "new", &int(9))
        .read("a")
        .op(OpCode::Incr, "s", &int(1));
    let reply = client.call(&request);
    assert_eq!(
        (reply.result(), reply.header.generation, reply.ops.len()),
        (INCOMPATIBLE, 1, 0)
    );
    let got = client.call(&Request::get(1));
    assert_eq!(
        (got.header.generation, got.bins()),
        (1, vec![("a", int(1)), ("s", text("x"))])
    );

    let mut on_new = request;
    on_new = on_new
        .digest(2)
        .op(OpCode::CdtModify, "a", &Value::blob([0x91, 0x0b]));
    on_new.ops.remove(3);
    assert_eq!(client.call(&on_new).result(), INCOMPATIBLE);
    assert_eq!(client.call(&Request::exists(2)).result(), NOT_FOUND);
}

#[test]
fn operations_see_what_came_before_them() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1)), ("b", int(2))]);
    let reply = client.call(
        &Request::operate(1)
            .read("a")
            .op(OpCode::Incr, "a", &int(1))
            .read("a")
            .op(OpCode::Write, "b", &Value::Nil)
            .read("b")
            .op(OpCode::Write, "c", &text("new"))
            .op(OpCode::Append, "c", &text("er"))
            .read("c"),
    );
    assert_eq!(
        reply.bins(),
        [("a", int(1)), ("a", int(2)), ("c", text("newer"))]
    );
    assert_eq!(reply.header.generation, 2);
    assert_eq!(
        client.call(&Request::get(1)).bins(),
        [("a", int(2)), ("c", text("newer"))]
    );

    let answered = client.call(
        &Request::operate(1)
            .info(0, info2::RESPOND_ALL_OPS, 0)
            .op(OpCode::Write, "a", &int(5))
            .op(OpCode::Touch, "", &Value::Nil)
            .read("none")
            .op(OpCode::DeleteAll, "", &Value::Nil)
            .read("a")
            .op(OpCode::Write, "z", &int(1)),
    );
    let nil = Value::Nil;
    assert_eq!(
        answered.bins(),
        [
            ("a", nil.clone()),
            ("none", nil.clone()),
            ("", nil.clone()),
            ("a", nil.clone()),
            ("z", nil)
        ]
    );
    let codes: Vec<u8> = answered.ops.iter().map(|op| op.0).collect();
    assert_eq!(codes, [2, 1, 14, 1, 2]);
    assert_eq!(client.call(&Request::get(1)).bins(), [("z", int(1))]);
}

#[test]
fn reading_all_bins_in_a_write() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1)), ("b", int(2))]);
    let all = Request::operate(1).info(info1::GET_ALL, 0, 0);
    let reply = client.call(&all.clone().op(OpCode::Write, "b", &int(3)).read("").op(
        OpCode::Write,
        "c",
        &int(4),
    ));
    assert_eq!(reply.bins(), [("a", int(1)), ("b", int(3))]);
    for bad in [
        all.clone().read("").read(""),
        all.clone().read("").read("a"),
        all.clone()
            .info(0, info2::RESPOND_ALL_OPS, 0)
            .read("")
            .op(OpCode::Write, "b", &int(3)),
    ] {
        assert_eq!(client.call(&bad).result(), PARAMETER);
    }
}

#[test]
fn a_record_without_bins_does_not_exist() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1)), ("b", int(2))]);
    let reply = client.call(&Request::put(1, &[("a", Value::Nil)]));
    assert_eq!((reply.result(), reply.header.generation), (OK, 2));
    let reply = client.call(&Request::put(1, &[("b", Value::Nil)]));
    assert_eq!(
        (reply.result(), reply.header.generation, reply.header.ttl),
        (OK, 0, 0)
    );
    assert_eq!(client.call(&Request::exists(1)).result(), NOT_FOUND);
    assert_eq!(
        client.call(&Request::put(1, &[("b", Value::Nil)])).result(),
        NOT_FOUND
    );
    assert_eq!(client.call(&Request::exists(1)).result(), NOT_FOUND);
}
