//! Single records: what is put can be got, and how records are told apart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Request, bins, int, put, start, text};
use wire::message::{info1, info2};
use wire::{FieldType, List, OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const PARAMETER: u8 = 4;
const KEY_MISMATCH: u8 = 19;
const NAMESPACE: u8 = 20;
const BIN_NAME: u8 = 21;

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
        // An empty sketch of 16 registers of 6 bits.
        (
            "hll",
            Value::Hll([&[0, 4, 0][..], &[0; 20]].concat().into()),
        ),
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
