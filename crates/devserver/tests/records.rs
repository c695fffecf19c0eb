//! Single records: every rule and the order of errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, Request, int, start, start_with, text};
use devserver::Config;
use wire::message::{info1, info2, info3};
use wire::{FieldType, List, OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const GENERATION: u8 = 3;
const PARAMETER: u8 = 4;
const EXISTS: u8 = 5;
const INCOMPATIBLE: u8 = 12;
const UNSUPPORTED: u8 = 16;
const KEY_MISMATCH: u8 = 19;
const NAMESPACE: u8 = 20;
const BIN_NAME: u8 = 21;
const ENTERPRISE: u8 = 25;

fn put(client: &mut Client, key: i64, bins: &[(&str, Value)]) {
    assert_eq!(client.call(&Request::put(key, bins)).result(), OK);
}

fn bins(client: &mut Client, key: i64) -> Vec<(String, Value)> {
    let reply = client.call(&Request::get(key));
    assert_eq!(reply.result(), OK);
    reply
        .ops
        .into_iter()
        .map(|(_, name, value)| (name, value))
        .collect()
}

#[test]
fn what_is_put_can_be_got() {
    let (_server, mut client) = start();
    let values = [
        ("int", int(-5)),
        ("float", Value::Float(1.5)),
        ("text", text("é")),
        ("blob", Value::blob([0, 1, 255])),
        ("yes", Value::Bool(true)),
        (
            "geo",
            Value::geo_json(r#"{"type":"Point","coordinates":[1,2]}"#),
        ),
        (
            "list",
            Value::list(vec![int(1), Value::list(vec![Value::Nil]), text("x")]),
        ),
        ("sorted", List::sorted(vec![int(3), int(1)]).into()),
        ("hll", Value::Hll([0; 11].into())),
    ];
    let stored = client.call(&Request::put(1, &values));
    assert_eq!(
        (stored.result(), stored.header.generation, stored.header.ttl),
        (OK, 1, 0)
    );
    let got = client.call(&Request::get(1));
    assert_eq!(
        (got.result(), got.header.generation, got.fields.len()),
        (OK, 1, 0)
    );
    assert_eq!(got.bins(), values.to_vec());
    assert!(got.ops.iter().all(|op| op.0 == OpCode::Read as u8));

    let exists = client.call(&Request::exists(1));
    assert_eq!(
        (exists.result(), exists.header.generation, exists.ops.len()),
        (OK, 1, 0)
    );
    assert_eq!(client.call(&Request::exists(2)).result(), NOT_FOUND);
    let gone = client.call(&Request::delete(1));
    assert_eq!((gone.result(), gone.header.generation), (OK, 0));
    assert_eq!(client.call(&Request::delete(1)).result(), NOT_FOUND);
    assert_eq!(client.call(&Request::get(1)).result(), NOT_FOUND);
}

#[test]
fn namespaces_do_not_mix() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    assert_eq!(
        client
            .call(&Request::get(1).field(FieldType::Namespace, b"bar"))
            .result(),
        NOT_FOUND
    );
    assert_eq!(
        client
            .call(&Request::get(1).field(FieldType::Namespace, b"other"))
            .result(),
        NAMESPACE
    );
    let mut none = Request::get(1);
    none.fields
        .retain(|field| field.0 != FieldType::Namespace as u8);
    assert_eq!(client.call(&none).result(), PARAMETER);
}

#[test]
fn selected_bins() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1)), ("b", int(2))]);
    let read = Request::on(1).info(info1::READ, 0, 0);
    let reply = client.call(&read.clone().read("b").read("none").read("a"));
    assert_eq!(reply.bins(), [("b", int(2)), ("a", int(1))]);
    let reply = client.call(
        &read
            .clone()
            .info(0, info2::RESPOND_ALL_OPS, 0)
            .read("none")
            .read("a"),
    );
    assert_eq!(reply.bins(), [("none", Value::Nil), ("a", int(1))]);
    assert_eq!(client.call(&read).result(), PARAMETER);
    assert_eq!(
        client
            .call(&read.clone().op(OpCode::Write, "a", &int(1)))
            .result(),
        PARAMETER
    );
    assert_eq!(
        client.call(&read.clone().read("sixteen_letters_")).result(),
        BIN_NAME
    );
    let header_only = client.call(&Request::exists(1).read("a"));
    assert_eq!((header_only.result(), header_only.ops.len()), (OK, 0));
    assert_eq!(client.call(&Request::on(1)).result(), PARAMETER);
}

#[test]
fn a_set_must_be_the_records() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    for request in [
        Request::get(1),
        Request::put(1, &[("a", int(2))]),
        Request::delete(1),
    ] {
        assert_eq!(client.call(&request.set("other")).result(), PARAMETER);
    }
    assert_eq!(client.call(&Request::get(1).set("")).result(), OK);
    assert_eq!(
        client.call(&Request::get(1).set(&"s".repeat(64))).result(),
        PARAMETER
    );
    assert_eq!(bins(&mut client, 1), [("a".to_owned(), int(1))]);
}

#[test]
fn a_digest_is_computed_from_set_and_key() {
    let (_server, mut client) = start();
    put(&mut client, 7, &[("a", int(1))]);
    let mut request = Request::get(7).key(&int(7));
    request
        .fields
        .retain(|field| field.0 != FieldType::Digest as u8);
    assert_eq!(client.call(&request).result(), OK);
    assert_eq!(
        client
            .call(&Request::get(7).field(FieldType::Digest, &[0; 19]))
            .result(),
        PARAMETER
    );
}

#[test]
fn keys_are_stored_and_compared() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    // Nothing is stored yet, so nothing can differ.
    assert_eq!(client.call(&Request::get(1).key(&int(9))).result(), OK);
    assert_eq!(
        client
            .call(&Request::put(1, &[("a", int(2))]).key(&int(1)))
            .result(),
        OK
    );
    assert_eq!(client.call(&Request::get(1).key(&int(1))).result(), OK);
    for request in [
        Request::get(1),
        Request::put(1, &[("a", int(3))]),
        Request::delete(1),
    ] {
        let reply = client.call(&request.key(&text("1")));
        assert_eq!(reply.result(), KEY_MISMATCH);
    }
    assert_eq!(
        client
            .call(&Request::put(2, &[("a", int(1))]).key(&Value::list(vec![])))
            .result(),
        PARAMETER
    );
    assert_eq!(client.call(&Request::exists(2)).result(), NOT_FOUND);
}

#[test]
fn generations_guard_writes() {
    let (_server, mut client) = start();
    let equal = |generation| {
        Request::put(1, &[("a", int(1))])
            .info(0, info2::GENERATION, 0)
            .generation(generation)
    };
    let greater = |generation| {
        Request::put(1, &[("a", int(1))])
            .info(0, info2::GENERATION_GT, 0)
            .generation(generation)
    };
    assert_eq!(client.call(&equal(3)).result(), GENERATION);
    assert_eq!(client.call(&equal(0)).header.generation, 1);
    assert_eq!(client.call(&equal(1)).header.generation, 2);
    let refused = client.call(&equal(1));
    assert_eq!(
        (refused.result(), refused.header.generation),
        (GENERATION, 2)
    );
    assert_eq!(client.call(&greater(2)).result(), GENERATION);
    assert_eq!(client.call(&greater(3)).header.generation, 3);

    let refused = client.call(
        &Request::delete(1)
            .info(0, info2::GENERATION, 0)
            .generation(9),
    );
    assert_eq!(
        (refused.result(), refused.header.generation),
        (GENERATION, 0)
    );
    assert_eq!(
        client
            .call(
                &Request::delete(1)
                    .info(0, info2::GENERATION, 0)
                    .generation(3)
            )
            .result(),
        OK
    );
}

#[test]
fn a_generation_wraps_to_one() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(0))]);
    let touch = Request::on(1)
        .info(0, info2::WRITE, 0)
        .op(OpCode::Touch, "", &Value::Nil)
        .frame();
    let mut last = 1;
    for _ in 0..66 {
        client.send(&touch.repeat(1000));
        for _ in 0..1000 {
            let reply = client.reply();
            let next = if last == 65_535 { 1 } else { last + 1 };
            assert_eq!((reply.result(), reply.header.generation), (OK, next));
            last = next;
        }
    }
    assert_eq!(last, 66_001 - 65_535);
}

#[test]
fn existence_flags() {
    let (_server, mut client) = start();
    let write = |info2, info3| Request::put(1, &[("a", int(1))]).info(0, info2, info3);
    assert_eq!(
        client.call(&write(0, info3::UPDATE_ONLY)).result(),
        NOT_FOUND
    );
    assert_eq!(
        client.call(&write(0, info3::REPLACE_ONLY)).result(),
        NOT_FOUND
    );
    assert_eq!(client.call(&write(info2::CREATE_ONLY, 0)).result(), OK);
    let refused = client.call(&write(info2::CREATE_ONLY, 0));
    assert_eq!((refused.result(), refused.header.generation), (EXISTS, 1));
    assert_eq!(client.call(&write(0, info3::UPDATE_ONLY)).result(), OK);

    put(&mut client, 1, &[("b", int(2))]);
    let replace = Request::put(1, &[("c", int(3))]).info(0, 0, info3::CREATE_OR_REPLACE);
    assert_eq!(client.call(&replace).header.generation, 4);
    assert_eq!(bins(&mut client, 1), [("c".to_owned(), int(3))]);
    let replace = Request::put(1, &[("d", int(4))]).info(0, 0, info3::REPLACE_ONLY);
    assert_eq!(client.call(&replace).result(), OK);
    assert_eq!(bins(&mut client, 1), [("d".to_owned(), int(4))]);
}

#[test]
fn what_a_replacement_cannot_do() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    let replace = Request::operate(1).info(0, 0, info3::CREATE_OR_REPLACE);
    for (code, value) in [
        (OpCode::Write, Value::Nil),
        (OpCode::Incr, int(1)),
        (OpCode::Append, text("x")),
        (OpCode::Prepend, text("x")),
        (OpCode::Touch, Value::Nil),
        (OpCode::DeleteAll, Value::Nil),
        (OpCode::CdtModify, Value::blob([])),
        (OpCode::BitsModify, Value::blob([])),
        (OpCode::HllModify, Value::blob([])),
    ] {
        assert_eq!(
            client.call(&replace.clone().op(code, "a", &value)).result(),
            PARAMETER,
            "{code:?}"
        );
    }
    assert_eq!(bins(&mut client, 1), [("a".to_owned(), int(1))]);
}

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
        .op(OpCode::CdtModify, "l", &Value::blob([0x91, 0x0b]));
    on_new.ops.remove(3);
    assert_eq!(client.call(&on_new).result(), UNSUPPORTED);
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

#[test]
fn a_touch_needs_a_record() {
    let (_server, mut client) = start();
    let touch = Request::on(1)
        .info(0, info2::WRITE, 0)
        .op(OpCode::Touch, "", &Value::Nil);
    assert_eq!(client.call(&touch).result(), NOT_FOUND);
    put(&mut client, 1, &[("a", int(1))]);
    let reply = client.call(&touch.ttl(100));
    assert_eq!((reply.result(), reply.header.generation), (OK, 2));
    assert!(reply.header.ttl > 0);
}

#[test]
fn writes_that_are_none() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    let write = Request::on(1).info(0, info2::WRITE, 0);
    assert_eq!(client.call(&write).result(), PARAMETER);
    assert_eq!(client.call(&write.clone().read("a")).result(), PARAMETER);
    assert_eq!(
        client.call(&write.clone().raw_op(6, 0, b"a", b"")).result(),
        PARAMETER
    );
    assert_eq!(
        client.call(&write.clone().raw_op(2, 5, b"a", b"")).result(),
        PARAMETER
    );
    assert_eq!(
        client
            .call(&write.clone().raw_op(2, 1, b"a", b"123"))
            .result(),
        PARAMETER
    );
    assert_eq!(
        client
            .call(&write.clone().op(OpCode::Write, "sixteen_letters_", &int(1)))
            .result(),
        BIN_NAME
    );
    assert_eq!(
        client
            .call(&write.clone().raw_op(2, 3, b"a\0b", b""))
            .result(),
        BIN_NAME
    );
    assert_eq!(
        client
            .call(&Request::put(1, &[("b", int(1))]).ttl(315_360_001))
            .result(),
        PARAMETER
    );
    assert_eq!(
        client
            .call(&Request::put(1, &[("b", int(1))]).info(0, info2::DURABLE_DELETE, 0))
            .result(),
        ENTERPRISE
    );
    assert_eq!(
        client
            .call(&Request::delete(1).info(0, info2::DURABLE_DELETE, 0))
            .result(),
        ENTERPRISE
    );
    assert_eq!(
        client
            .call(&Request::delete(2).info(0, info2::DURABLE_DELETE, 0))
            .result(),
        NOT_FOUND
    );
    assert_eq!(
        client
            .call(&Request::get(1).field(FieldType::TxnId, &[1; 8]))
            .result(),
        ENTERPRISE
    );
    // A map with a key twice is told apart from a broken one.
    assert_eq!(
        client
            .call(&write.clone().raw_op(2, 19, b"m", &[0x82, 1, 1, 1, 2]))
            .result(),
        1
    );
    assert_eq!(bins(&mut client, 1), [("a".to_owned(), int(1))]);
}

#[test]
fn errors_come_in_their_order() {
    let (_server, mut client) = start();
    assert_eq!(
        client
            .call(&Request::put(1, &[("a", int(1))]).key(&int(1)))
            .result(),
        OK
    );
    // Everything is wrong; one thing after the other is put right.
    let mut request = Request::put(1, &[("a", text("x"))])
        .info(
            0,
            info2::CREATE_ONLY | info2::GENERATION | info2::DURABLE_DELETE,
            0,
        )
        .generation(7)
        .set("other")
        .key(&int(2))
        .read("a");
    assert_eq!(client.call(&request).result(), PARAMETER);
    request = request.info(info1::READ, 0, 0);
    assert_eq!(client.call(&request).result(), EXISTS);
    request.header.info2 &= !info2::CREATE_ONLY;
    assert_eq!(client.call(&request).result(), PARAMETER);
    request = request.set("demo");
    assert_eq!(client.call(&request).result(), GENERATION);
    request = request.generation(1);
    assert_eq!(client.call(&request).result(), KEY_MISMATCH);
    request = request.key(&int(1));
    assert_eq!(client.call(&request).result(), ENTERPRISE);
    request.header.info2 &= !info2::DURABLE_DELETE;
    request
        .ops
        .insert(1, (OpCode::Incr as u8, 1, b"a".to_vec(), vec![1]));
    assert_eq!(client.call(&request).result(), INCOMPATIBLE);
    request.ops.remove(1);
    assert_eq!(client.call(&request).bins(), [("a", text("x"))]);
}

#[test]
fn what_is_not_implemented_says_so() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    let read = Request::on(1).info(info1::READ, 0, 0);
    for code in [OpCode::CdtRead, OpCode::ExpRead] {
        assert_eq!(
            client
                .call(&read.clone().op(code, "a", &Value::blob([0x91, 0x10])))
                .result(),
            UNSUPPORTED
        );
    }
    for code in [OpCode::CdtModify, OpCode::ExpModify] {
        let write =
            Request::on(1)
                .info(0, info2::WRITE, 0)
                .op(code, "a", &Value::blob([0x91, 0x0b]));
        assert_eq!(client.call(&write).result(), UNSUPPORTED);
    }
    assert_eq!(
        client
            .call(&Request::get(1).field(FieldType::Filter, &[0xc3]))
            .result(),
        UNSUPPORTED
    );
    assert_eq!(bins(&mut client, 1), [("a".to_owned(), int(1))]);
}

#[test]
fn records_expire() {
    let (server, mut client) = start_with(Config {
        default_ttl: 100,
        ..Config::default()
    });
    let put = |ttl| Request::put(1, &[("a", int(1))]).ttl(ttl);
    let until = client.call(&put(10)).header.ttl;
    assert_eq!(client.call(&Request::get(1)).header.ttl, until);
    server.advance(9);
    assert_eq!(client.call(&Request::get(1)).result(), OK);
    server.advance(1);
    let gone = client.call(&Request::get(1));
    assert_eq!((gone.result(), gone.header.generation), (NOT_FOUND, 1));
    assert_eq!(client.call(&Request::exists(1)).result(), NOT_FOUND);
    assert_eq!(
        client
            .call(&put(10).info(0, 0, info3::UPDATE_ONLY))
            .result(),
        NOT_FOUND
    );
    let touch = Request::on(1)
        .info(0, info2::WRITE, 0)
        .op(OpCode::Touch, "", &Value::Nil);
    assert_eq!(client.call(&touch).result(), NOT_FOUND);
    // A write begins anew.
    assert_eq!(
        client
            .call(&put(10).info(0, info2::CREATE_ONLY, 0))
            .header
            .generation,
        1
    );

    let default = client.call(&put(0)).header.ttl;
    assert_eq!(client.call(&put(10)).header.ttl, default - 90);
    assert_eq!(client.call(&put(0xFFFF_FFFE)).header.ttl, default - 90);
    assert_eq!(client.call(&put(0xFFFF_FFFF)).header.ttl, 0);
    assert_eq!(client.call(&put(0xFFFF_FFFE)).header.ttl, 0);
    server.advance(1_000_000_000);
    assert_eq!(client.call(&Request::get(1)).result(), OK);
    // A new record has nothing to keep.
    assert!(
        client
            .call(&Request::put(2, &[("a", int(1))]).ttl(0xFFFF_FFFE))
            .header
            .ttl
            > 0
    );
}

#[test]
fn an_expired_record_can_be_removed_once() {
    let (server, mut client) = start();
    assert_eq!(
        client
            .call(&Request::put(1, &[("a", int(1))]).ttl(5))
            .result(),
        OK
    );
    server.advance(6);
    assert_eq!(client.call(&Request::delete(1)).result(), OK);
    assert_eq!(client.call(&Request::delete(1)).result(), NOT_FOUND);
}

#[test]
fn reads_touch_by_percent() {
    let (server, mut client) = start();
    let until = client
        .call(&Request::put(1, &[("a", int(1))]).ttl(10))
        .header
        .ttl;
    let read = |percent| Request::get(1).ttl(percent);
    server.advance(4);
    // 6 of 10 seconds are left: more than half.
    assert_eq!(client.call(&read(50)).header.ttl, until);
    assert_eq!(client.call(&read(0)).header.ttl, until);
    assert_eq!(client.call(&read(0xFFFF_FFFF)).header.ttl, until);
    server.advance(3);
    // The touching read still shows the old time, and the generation stays.
    assert_eq!(client.call(&read(50)).header.ttl, until);
    let touched = client.call(&read(0));
    assert_eq!(
        (touched.header.ttl, touched.header.generation),
        (until + 7, 1)
    );
    for bad in [101, 0xFFFF_FFFE] {
        assert_eq!(client.call(&read(bad)).result(), PARAMETER);
    }
}

#[test]
fn wide_records() {
    let (_server, mut client) = start();
    let names: Vec<String> = (0..32_767).map(|index| index.to_string()).collect();
    let bins: Vec<(&str, Value)> = names.iter().map(|name| (name.as_str(), int(1))).collect();
    assert_eq!(client.call(&Request::put(1, &bins)).result(), OK);
    let got = client.call(&Request::get(1));
    assert_eq!(got.ops.len(), 32_767);
    assert_eq!(got.bins(), bins);
    assert_eq!(
        client.call(&Request::put(1, &[("more", int(1))])).result(),
        PARAMETER
    );

    let mut change = Request::operate(1);
    for name in names.iter().step_by(2) {
        change = change.op(OpCode::Write, name, &Value::Nil);
    }
    for name in names.iter().skip(1).step_by(2) {
        change = change.op(OpCode::Incr, name, &int(1));
    }
    assert_eq!(client.call(&change).result(), OK);
    let got = client.call(&Request::get(1));
    assert_eq!(got.ops.len(), 16_383);
    assert!(got.ops.iter().all(|op| op.2 == int(2)));
    assert_eq!(got.ops[1].1, "3");

    let reads = names
        .iter()
        .fold(Request::on(1).info(info1::READ, 0, 0), |request, name| {
            request.read(name)
        });
    assert_eq!(client.call(&reads).ops.len(), 16_383);
}
