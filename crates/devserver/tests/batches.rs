//! Batches: rows of every kind, their results, and the result of the whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Reply, Request, digest, int, start, text};
use wire::batch::{BatchWriter, flags};
use wire::message::{info1, info2};
use wire::{FieldType, Header, OpCode, Value};

const REPORT_ALL: u8 = flags::RESPOND_ALL | flags::INLINE;

fn batch(flags: u8, rows: &[Request]) -> Request {
    let mut writer = BatchWriter::new(flags);
    for (index, row) in rows.iter().enumerate() {
        let digest = row
            .fields
            .iter()
            .find(|field| field.0 == FieldType::Digest as u8)
            .unwrap();
        let digest = wire::Digest::from_slice(&digest.1).unwrap();
        let mut row = row.clone();
        row.fields
            .retain(|field| field.0 != FieldType::Digest as u8);
        writer.define(index as u32, &digest, &row.header, |content| {
            row.write(content);
        });
    }
    parent(writer)
}

fn parent(writer: BatchWriter) -> Request {
    Request::default()
        .info(info1::BATCH, 0, 0)
        .field(FieldType::Batch, &writer.finish())
}

fn results(replies: &[Reply]) -> Vec<(u32, u8)> {
    replies
        .iter()
        .map(|reply| (reply.header.timeout, reply.result()))
        .collect()
}

#[test]
fn rows_of_every_kind() {
    let (_server, mut client) = start();
    for key in 0..4 {
        assert_eq!(
            client
                .call(&Request::put(key, &[("a", int(key)), ("b", text("x"))]))
                .result(),
            0
        );
    }
    let rows = [
        Request::get(0),
        Request::on(1).info(info1::READ, 0, 0).read("a"),
        Request::exists(2),
        Request::put(9, &[("n", int(1))]).ttl(100),
        Request::operate(3)
            .op(OpCode::Incr, "a", &int(10))
            .read("a"),
        Request::put(3, &[("a", int(0))])
            .info(0, info2::GENERATION, 0)
            .generation(1),
        Request::delete(2),
        Request::get(100),
        Request::get(0).field(FieldType::Namespace, b"other"),
        Request::get(0).set("other"),
    ];
    let (replies, last) = client.stream(&batch(REPORT_ALL, &rows));
    assert_eq!(last.result(), 0);
    let expected = [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 0),
        (4, 0),
        (5, 3),
        (6, 0),
        (7, 2),
        (8, 20),
        (9, 4),
    ];
    assert_eq!(results(&replies), expected);
    assert_eq!(replies[0].bins(), [("a", int(0)), ("b", text("x"))]);
    assert_eq!(replies[1].bins(), [("a", int(1))]);
    assert_eq!((replies[2].ops.len(), replies[2].header.generation), (0, 1));
    assert!(replies[3].header.ttl > 0);
    assert_eq!(replies[4].bins(), [("a", int(13))]);
    assert_eq!(replies[5].header.generation, 2);
    assert_eq!(client.call(&Request::exists(2)).result(), 2);
    assert_eq!(client.call(&Request::get(9)).bins(), [("n", int(1))]);
}

#[test]
fn rows_repeat_the_definition_before_them() {
    let (_server, mut client) = start();
    for key in 0..2000 {
        client.send(&Request::put(key, &[("a", int(key)), ("b", int(0))]).frame());
    }
    for _ in 0..2000 {
        assert_eq!(client.reply().result(), 0);
    }
    let mut writer = BatchWriter::new(REPORT_ALL);
    let header = Header {
        info1: info1::READ,
        ..Header::default()
    };
    writer.define(0, &digest(0), &header, |row| {
        row.field(FieldType::Namespace, b"test")
            .field(FieldType::Set, b"demo")
            .op(1, b"a", &Value::Nil);
    });
    for key in 1..2001 {
        writer.repeat(key, &digest(i64::from(key)));
    }
    let (replies, last) = client.stream(&parent(writer));
    assert_eq!((replies.len(), last.result()), (2001, 0));
    for (key, reply) in replies.iter().take(2000).enumerate() {
        assert_eq!(
            (reply.header.timeout as usize, reply.bins()),
            (key, vec![("a", int(key as i64))])
        );
    }
    assert_eq!(replies[2000].result(), 2);
}

#[test]
fn an_answer_of_any_size() {
    let (_server, mut client) = start();
    let large = Value::blob(vec![7; 300_000]);
    assert_eq!(
        client
            .call(&Request::put(1, &[("b", large.clone())]))
            .result(),
        0
    );
    let rows = vec![Request::get(1); 50];
    let (replies, last) = client.stream(&batch(REPORT_ALL, &rows));
    assert_eq!((replies.len(), last.result()), (50, 0));
    assert!(replies.iter().all(|reply| reply.ops[0].2 == large));
}

#[test]
fn without_respond_all_the_first_failure_ends_it() {
    let (_server, mut client) = start();
    assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
    let rows = [
        Request::get(100),
        Request::get(1),
        Request::put(1, &[("a", int(2))]).info(0, info2::CREATE_ONLY, 0),
        Request::put(2, &[("a", int(2))]),
    ];
    let (replies, last) = client.stream(&batch(flags::INLINE, &rows));
    assert_eq!(results(&replies), [(0, 2), (1, 0), (2, 5)]);
    assert_eq!(last.result(), 5);
    assert_eq!(client.call(&Request::exists(2)).result(), 2);
}

#[test]
fn batches_that_are_none() {
    let (_server, mut client) = start();
    let (replies, last) = client.stream(&batch(REPORT_ALL, &[]));
    assert_eq!((replies.len(), last.result()), (0, 4));
    let (_, last) = client.stream(&batch(REPORT_ALL, &vec![Request::get(1); 5001]));
    assert_eq!(last.result(), 151);
    let (replies, last) = client.stream(&batch(REPORT_ALL, &vec![Request::get(1); 5000]));
    assert_eq!((replies.len(), last.result()), (5000, 0));

    // Broken in its last row: nothing of it happens.
    let mut broken = batch(
        REPORT_ALL,
        &[Request::put(1, &[("a", int(1))]), Request::get(1)],
    );
    let data = &mut broken.fields[0].1;
    data.truncate(data.len() - 1);
    let (replies, last) = client.stream(&broken);
    assert_eq!((replies.len(), last.result()), (0, 4));
    assert_eq!(client.call(&Request::exists(1)).result(), 2);
}

#[test]
fn a_filter_of_the_batch_holds_for_its_rows() {
    let (_server, mut client) = start();
    assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
    let rows = [Request::get(1), Request::get(2)];
    for (filter, result) in [(0xc3, 0), (0xc2, 27)] {
        let filtered = batch(REPORT_ALL, &rows).field(FieldType::Filter, &[filter]);
        let (replies, last) = client.stream(&filtered);
        assert_eq!(results(&replies), [(0, result), (1, 2)]);
        assert_eq!(last.result(), 0);
    }
}
