//! What a write demands of its record, what is refused, and the order of errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Request, bins, int, put, start, text};
use wire::message::{info1, info2, info3};
use wire::{FieldType, OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const GENERATION: u8 = 3;
const PARAMETER: u8 = 4;
const EXISTS: u8 = 5;
const INCOMPATIBLE: u8 = 12;
const KEY_MISMATCH: u8 = 19;
const BIN_NAME: u8 = 21;
const ENTERPRISE: u8 = 25;
const UDF: u8 = 100;

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
fn a_module_that_nobody_put_is_an_error() {
    let (_server, mut client) = start();
    put(&mut client, 1, &[("a", int(1))]);
    let udf = Request::on(1)
        .info(0, info2::WRITE, 0)
        .field(FieldType::UdfModule, b"m")
        .field(FieldType::UdfFunction, b"f");
    assert_eq!(
        client
            .call(&udf.field(FieldType::UdfArgs, &[0x90]))
            .result(),
        UDF
    );
    assert_eq!(bins(&mut client, 1), [("a".to_owned(), int(1))]);
}
