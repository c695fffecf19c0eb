//! Transactions as messages: monitors, locks, versions, rolling.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, Reply, Request, int};
use devserver::{Config, Enterprise, Server};
use wire::message::{info1, info2, info3, info4};
use wire::{Digest, FieldType, OpCode, Value};

const SET: &str = "<ERO~MRT";

fn start() -> (Server, Client) {
    client::start_with(Config {
        enterprise: Some(Enterprise {
            strong_consistency: true,
            ..Enterprise::default()
        }),
        ..Config::default()
    })
}

/// A write of a transaction's monitor.
fn monitor(id: i64) -> Request {
    let digest = Digest::of(SET.as_bytes(), &int(id)).unwrap();
    Request::default()
        .field(FieldType::Namespace, b"test")
        .field(FieldType::Set, SET.as_bytes())
        .field(FieldType::Digest, &digest.0)
        .info(0, info2::WRITE, 0)
}

/// Announces the write of keys.
fn announce(request: Request, keys: impl IntoIterator<Item = i64>) -> Request {
    let keys: Vec<i64> = keys.into_iter().collect();
    let count = keys.len() as u16;
    // `[2, [digest…], 1, 13]`: add to an ordered list what is not in it.
    let mut payload = vec![0x94, 2, 0xdc];
    payload.extend_from_slice(&count.to_be_bytes());
    for key in keys {
        payload.extend_from_slice(&[0xb5, 4]);
        payload.extend_from_slice(&client::digest(key).0);
    }
    payload.extend_from_slice(&[1, 13]);
    request.raw_op(OpCode::CdtModify as u8, 4, b"keyds", &payload)
}

fn begin(client: &mut Client, id: i64, keys: &[i64]) -> Reply {
    let request = monitor(id).op(OpCode::Write, "id", &int(id));
    client.call(&announce(request, keys.iter().copied()))
}

/// A request as part of a transaction.
fn part(id: i64, request: Request) -> Request {
    request.field(FieldType::TxnId, &id.to_le_bytes())
}

fn put(key: i64, value: i64) -> Request {
    Request::put(key, &[("n", int(value))])
}

fn roll(id: i64, key: i64, how: u8) -> Request {
    let mut request = part(
        id,
        Request::on(key).info(0, info2::WRITE | info2::DURABLE_DELETE, 0),
    );
    request.header.info4 = how;
    request
}

fn verify(id: i64, key: i64, version: &[u8]) -> Request {
    let mut request = part(id, Request::exists(key)).info(0, 0, info3::SC_READ_TYPE);
    request.header.info4 = info4::TXN_VERIFY_READ;
    request.field(FieldType::RecordVersion, version)
}

fn value(client: &mut Client, key: i64) -> Option<Value> {
    let reply = client.call(&Request::get(key));
    reply.bins().first().map(|bin| bin.1.clone())
}

#[test]
fn a_monitor_tells_the_deadline() {
    let (_server, mut client) = start();
    let reply = begin(&mut client, 7, &[1]);
    assert_eq!(reply.result(), 0);
    let deadline: [u8; 4] = reply
        .field(FieldType::TxnDeadline)
        .unwrap()
        .try_into()
        .unwrap();
    assert!(u32::from_le_bytes(deadline) > 500_000_000);
    assert_eq!(client.call(&announce(monitor(7), [2])).result(), 0);
    assert_eq!(begin(&mut client, 7, &[1]).result(), 127);
    assert_eq!(client.call(&announce(monitor(8), [1])).result(), 122);
    let long = monitor(9).op(OpCode::Write, "id", &int(9)).ttl(121);
    assert_eq!(client.call(&long).result(), 4);
}

#[test]
fn a_transaction_writes_4096_records_at_most() {
    let (_server, mut client) = start();
    begin(&mut client, 7, &[]);
    assert_eq!(client.call(&announce(monitor(7), 0..4096)).result(), 0);
    assert_eq!(client.call(&announce(monitor(7), 10..20)).result(), 0);
    assert_eq!(client.call(&announce(monitor(7), [5000])).result(), 123);
}

#[test]
fn what_is_written_shows_when_it_is_rolled_forward() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1, 2]);
    assert_eq!(client.call(&part(7, put(1, 10))).result(), 0);
    assert_eq!(client.call(&part(7, put(2, 20))).result(), 0);
    assert_eq!(
        client.call(&part(7, Request::get(1))).bins(),
        [("n", int(10))]
    );
    assert_eq!(value(&mut client, 1), Some(int(1)));
    assert_eq!(value(&mut client, 2), None);
    let commit = monitor(7).op(OpCode::Write, "fwd", &Value::Bool(true));
    assert_eq!(client.call(&commit).result(), 0);
    assert_eq!(client.call(&commit).result(), 124);
    assert_eq!(client.call(&part(7, put(3, 1))).result(), 124);
    for key in [1, 2] {
        assert_eq!(
            client.call(&roll(7, key, info4::TXN_ROLL_FORWARD)).result(),
            0
        );
    }
    assert_eq!(value(&mut client, 1), Some(int(10)));
    assert_eq!(value(&mut client, 2), Some(int(20)));
    assert_eq!(client.call(&put(1, 11)).result(), 0);
}

#[test]
fn rolled_back_nothing_was() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1, 2]);
    client.call(&part(7, put(1, 10)));
    client.call(&part(7, Request::delete(1)));
    client.call(&part(7, put(2, 20)));
    for key in [1, 2] {
        assert_eq!(client.call(&roll(7, key, info4::TXN_ROLL_BACK)).result(), 0);
        // A second time there is nothing to do.
        assert_eq!(client.call(&roll(7, key, info4::TXN_ROLL_BACK)).result(), 0);
    }
    let reply = client.call(&Request::get(1));
    assert_eq!(
        (reply.bins(), reply.header.generation),
        (vec![("n", int(1))], 1)
    );
    assert_eq!(value(&mut client, 2), None);
    assert!(client.info("namespace/test").contains("objects=1;"));
}

#[test]
fn others_wait() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1]);
    begin(&mut client, 8, &[1]);
    client.call(&part(7, put(1, 10)));
    assert_eq!(client.call(&put(1, 2)).result(), 120);
    let durable = Request::delete(1).info(0, info2::DURABLE_DELETE, 0);
    assert_eq!(client.call(&durable).result(), 120);
    assert_eq!(client.call(&part(8, put(1, 2))).result(), 120);
    assert_eq!(client.call(&part(8, Request::get(1))).result(), 120);
    // Another's roll is not this one's.
    assert_eq!(client.call(&roll(8, 1, info4::TXN_ROLL_BACK)).result(), 0);
    assert_eq!(
        client.call(&part(7, Request::get(1))).bins(),
        [("n", int(10))]
    );
}

#[test]
fn a_write_that_fails_locks_nothing() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1]);
    let create = put(1, 2).info(0, info2::CREATE_ONLY, 0);
    assert_eq!(client.call(&part(7, create)).result(), 5);
    assert_eq!(client.call(&put(1, 3)).result(), 0);
}

#[test]
fn versions_tell_what_has_changed() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1]);
    let reply = client.call(&part(7, Request::get(1)));
    let version = reply.field(FieldType::RecordVersion).unwrap().to_vec();
    assert_eq!(version.len(), 7);
    assert_eq!(client.call(&verify(7, 1, &version)).result(), 0);
    client.call(&put(1, 2));
    assert_eq!(client.call(&verify(7, 1, &version)).result(), 121);
    let stale = part(7, put(1, 3)).field(FieldType::RecordVersion, &version);
    assert_eq!(client.call(&stale).result(), 121);
    let fresh = client.call(&part(7, Request::get(1)));
    let version = fresh.field(FieldType::RecordVersion).unwrap().to_vec();
    let current = part(7, put(1, 3)).field(FieldType::RecordVersion, &version);
    let written = client.call(&current);
    assert_eq!((written.result(), written.fields.len()), (0, 0));
    // Its own write is no version to verify.
    assert!(client.call(&part(7, Request::get(1))).fields.is_empty());
}

#[test]
fn a_lock_without_a_write() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1]);
    let mut lock = part(7, Request::on(1).info(0, info2::WRITE, 0));
    lock.header.info4 = info4::TXN_LOCK_ONLY;
    assert_eq!(client.call(&lock).result(), 0);
    assert_eq!(client.call(&lock).result(), 126);
    assert_eq!(client.call(&put(1, 2)).result(), 120);
    client.call(&roll(7, 1, info4::TXN_ROLL_BACK));
    assert_eq!(value(&mut client, 1), Some(int(1)));
}

#[test]
fn when_its_time_is_over_it_is_rolled_back() {
    let (server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1, 2]);
    client.call(&part(7, put(1, 10)));
    client.call(&part(7, put(2, 20)));
    server.advance(11);
    assert_eq!(client.call(&part(7, put(3, 1))).result(), 122);
    assert_eq!(client.call(&put(1, 2)).result(), 0);
    assert_eq!(value(&mut client, 2), None);
    let commit = monitor(7).op(OpCode::Write, "fwd", &Value::Bool(true));
    assert_eq!(client.call(&commit).result(), 122);
}

#[test]
fn once_committed_its_time_does_not_matter() {
    let (server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1]);
    client.call(&part(7, put(1, 10)));
    client.call(&monitor(7).op(OpCode::Write, "fwd", &Value::Bool(true)));
    server.advance(11);
    assert_eq!(value(&mut client, 1), Some(int(10)));
    assert_eq!(client.call(&put(1, 11)).result(), 0);
}

#[test]
fn the_end_of_a_monitor_ends_what_it_holds() {
    let (_server, mut client) = start();
    begin(&mut client, 7, &[1]);
    client.call(&part(7, put(1, 10)));
    let end = monitor(7).info(0, info2::DELETE | info2::DURABLE_DELETE, 0);
    assert_eq!(client.call(&end).result(), 0);
    assert_eq!(client.call(&end).result(), 2);
    assert_eq!(client.call(&put(1, 1)).result(), 0);
    assert_eq!(client.call(&part(7, put(1, 10))).result(), 122);
}

#[test]
fn scans_see_what_is_committed() {
    let (_server, mut client) = start();
    client.call(&put(1, 1));
    begin(&mut client, 7, &[1, 2]);
    client.call(&part(7, put(1, 10)));
    client.call(&part(7, put(2, 20)));
    let (records, _) = client.stream(&Request::scan(0..4096));
    let bins: Vec<_> = records.iter().flat_map(Reply::bins).collect();
    assert_eq!(bins, [("n", int(1))]);
}

#[test]
fn strong_consistency_shows_and_wants_durable_deletes() {
    let (_server, mut client) = start();
    assert!(client.info("replicas").starts_with("test:1,1,"));
    assert!(
        client
            .info("namespace/test")
            .contains("strong-consistency=true")
    );
    client.call(&put(1, 1));
    assert_eq!(client.call(&Request::delete(1)).result(), 22);
    let last = Request::on(1)
        .info(0, info2::WRITE, 0)
        .op(OpCode::Write, "n", &Value::Nil);
    assert_eq!(client.call(&last).result(), 22);
    let linear = Request::get(1).info(info1::READ, 0, info3::SC_READ_TYPE);
    assert_eq!(client.call(&linear).bins(), [("n", int(1))]);
}

#[test]
fn without_strong_consistency_there_are_no_transactions() {
    let (_server, mut client) = client::start_with(Config {
        enterprise: Some(Enterprise::default()),
        ..Config::default()
    });
    assert_eq!(client.call(&part(7, Request::get(1))).result(), 16);
}
