//! How long records live.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Request, int, start, start_with};
use devserver::Config;
use wire::message::{info2, info3};
use wire::{OpCode, Value};

const OK: u8 = 0;
const NOT_FOUND: u8 = 2;
const PARAMETER: u8 = 4;

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
    // 6 of 10 seconds are left: more than half. Void-times come nearer as the server's clock goes ahead.
    assert_eq!(client.call(&read(50)).header.ttl, until - 4);
    assert_eq!(client.call(&read(0)).header.ttl, until - 4);
    assert_eq!(client.call(&read(0xFFFF_FFFF)).header.ttl, until - 4);
    server.advance(3);
    // The touching read still shows the old time, and the generation stays.
    assert_eq!(client.call(&read(50)).header.ttl, until - 7);
    let touched = client.call(&read(0));
    assert!(touched.header.ttl >= until);
    assert_eq!(touched.header.generation, 1);
    for bad in [101, 0xFFFF_FFFE] {
        assert_eq!(client.call(&read(bad)).result(), PARAMETER);
    }
}
