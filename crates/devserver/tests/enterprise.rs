//! Compression, durable deletes and racks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::io::{Read, Write};

use client::{Client, Request, int};
use devserver::{Config, Enterprise, Server};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use wire::Value;
use wire::message::{info1, info2, info3, messages};
use wire::proto::{Kind, begin_frame, end_frame};

fn start() -> (Server, Client) {
    client::start_with(Config {
        enterprise: Some(Enterprise::default()),
        ..Config::default()
    })
}

/// A frame, compressed; `claimed` is the size it says it has.
fn compressed(frame: &[u8], claimed: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let start = begin_frame(&mut out, Kind::Compressed);
    out.extend_from_slice(&(claimed as u64).to_be_bytes());
    let mut encoder = ZlibEncoder::new(&mut out, Compression::default());
    encoder.write_all(frame).unwrap();
    encoder.finish().unwrap();
    end_frame(&mut out, start);
    out
}

fn text(size: usize) -> Value {
    Value::string("x".repeat(size))
}

#[test]
fn a_compressed_request_is_answered_in_clear() {
    let (_server, mut client) = start();
    let frame = Request::put(1, &[("v", text(5000))]).frame();
    client.send(&compressed(&frame, frame.len()));
    assert_eq!(client.reply().result(), 0);
    assert_eq!(client.call(&Request::get(1)).bins(), [("v", text(5000))]);
}

#[test]
fn an_answer_is_compressed_if_that_is_asked_for_and_pays() {
    let (_server, mut client) = start();
    client.call(&Request::put(1, &[("v", text(5000))]));
    client.call(&Request::put(2, &[("v", int(1))]));
    client.send(&Request::get(1).info(info1::COMPRESS_RESPONSE, 0, 0).frame());
    let (kind, body) = client.frame().unwrap();
    assert_eq!(kind, Kind::Compressed);
    assert!(body.len() < 500);
    let mut inner = Vec::new();
    ZlibDecoder::new(&body[8..])
        .read_to_end(&mut inner)
        .unwrap();
    assert_eq!(
        u64::from_be_bytes(body[..8].try_into().unwrap()),
        inner.len() as u64
    );
    let message = messages(&inner[8..]).next().unwrap().unwrap();
    assert_eq!(
        message.ops.iter().next().unwrap().decode().unwrap(),
        text(5000)
    );
    let small = Request::get(2).info(info1::COMPRESS_RESPONSE, 0, 0);
    assert_eq!(client.call(&small).bins(), [("v", int(1))]);
}

#[test]
fn what_is_badly_compressed_is_refused() {
    let (_server, mut client) = start();
    let frame = Request::get(1).frame();
    let info = client::frame(Kind::Info, b"node\n");
    for bad in [
        compressed(&frame, frame.len() - 1),
        compressed(&frame, frame.len() + 1),
        compressed(&frame, usize::MAX),
        compressed(&info, info.len()),
        compressed(&compressed(&frame, frame.len()), 0),
        vec![2, 4, 0, 0, 0, 0, 0, 3, 1, 2, 3],
    ] {
        client.send(&bad);
        assert_eq!(client.reply().result(), 4);
    }
    assert_eq!(client.call(&Request::get(1)).result(), 2);
}

#[test]
fn a_bomb_is_not_inflated() {
    let (_server, mut client) = start();
    let frame = vec![0; 64 << 20];
    client.send(&compressed(&frame, 100));
    assert_eq!(client.reply().result(), 4);
}

#[test]
fn the_community_edition_does_none_of_it() {
    let (_server, mut client) = client::start();
    let frame = Request::get(1).frame();
    client.send(&compressed(&frame, frame.len()));
    assert_eq!(client.reply().result(), 25);
    client.call(&Request::put(1, &[("n", int(1))]));
    let durable = Request::delete(1).info(0, info2::DURABLE_DELETE, 0);
    assert_eq!(client.call(&durable).result(), 25);
    let linear = Request::get(1).info(0, 0, info3::SC_READ_TYPE);
    assert_eq!(client.call(&linear).result(), 25);
    let part = Request::get(1).field(wire::FieldType::TxnId, &[1; 8]);
    assert_eq!(client.call(&part).result(), 25);
    for command in ["rack-ids", "racks:", "roster:namespace=test", "recluster:"] {
        assert_eq!(client.info(command), "ERROR:25:enterprise only");
    }
}

#[test]
fn a_tombstone_is_there_for_a_day() {
    let (server, mut client) = start();
    client.call(&Request::put(1, &[("n", int(1))]));
    let durable = Request::delete(1).info(0, info2::DURABLE_DELETE, 0);
    assert_eq!(client.call(&durable).result(), 0);
    assert_eq!(client.call(&durable).result(), 2);
    assert_eq!(client.call(&Request::get(1)).result(), 2);
    let update = Request::put(1, &[("n", int(1))]).info(0, 0, info3::UPDATE_ONLY);
    assert_eq!(client.call(&update).result(), 2);
    assert!(client.info("namespace/test").contains("objects=0;"));
    assert!(client.info("namespace/test").contains("tombstones=1;"));
    assert!(
        client
            .info("sets/test/demo")
            .contains(":objects=0:tombstones=1:")
    );
    let create = Request::put(1, &[("n", int(2))]).info(0, info2::CREATE_ONLY, 0);
    let reply = client.call(&create);
    assert_eq!((reply.result(), reply.header.generation), (0, 3));
    client.call(&durable);
    server.advance(86_401);
    // A truncation runs the sweep; of another namespace it removes nothing here.
    client.info("truncate-namespace:namespace=bar");
    for _ in 0..200 {
        if client.info("namespace/test").contains("tombstones=0;") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the tombstone stays");
}

#[test]
fn racks_are_as_configured() {
    let server = Server::start(Config {
        nodes: 3,
        enterprise: Some(Enterprise {
            racks: vec![7, 8],
            ..Enterprise::default()
        }),
        ..Config::default()
    })
    .unwrap();
    let mut clients: Vec<Client> = server.hosts().into_iter().map(Client::connect).collect();
    let names: Vec<String> = clients
        .iter_mut()
        .map(|client| client.info("node"))
        .collect();
    let ids: Vec<String> = clients
        .iter_mut()
        .map(|client| client.info("rack-ids"))
        .collect();
    assert_eq!(ids, ["test:7", "test:8", "test:0"]);
    let racks = format!(
        "ns=test:rack_0={}:rack_7={}:rack_8={}",
        names[2], names[0], names[1]
    );
    assert_eq!(clients[0].info("racks:"), racks);
    assert_eq!(clients[0].info("racks:namespace=test"), racks);
    assert_eq!(
        clients[0].info("racks:namespace=none"),
        "ERROR:20:namespace not found on node"
    );
    assert_eq!(clients[0].info("edition"), "Aerospike Enterprise Edition");
}
