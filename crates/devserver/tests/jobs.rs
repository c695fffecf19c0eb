//! Jobs as people see them: what they report, and that they can be stopped on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::time::{Duration, Instant};

use client::{Client, Request, int, start};
use devserver::{Config, Server};
use wire::message::info2;
use wire::{FieldType, OpCode};

const RECORDS: i64 = 200;
/// What a query ends with that was aborted.
const ABORTED: u8 = 15;

fn filled() -> (Server, Client) {
    let (server, mut client) = start();
    for key in 0..RECORDS {
        let put = Request::put(key, &[("a", int(key))]);
        assert_eq!(client.call(&put).result(), 0);
    }
    (server, client)
}

fn scan(id: u64) -> Request {
    Request::scan(0..4096)
        .set("demo")
        .field(FieldType::QueryId, &id.to_be_bytes())
}

/// A scan that takes 20 seconds if nothing stops it.
fn slow(request: Request) -> Request {
    request.field(FieldType::RecordsPerSecond, &10_u32.to_be_bytes())
}

/// A figure of a job.
fn figure(client: &mut Client, id: u64, name: &str) -> String {
    let job = client.info(&format!("query-show:id={id}"));
    let value = |pair: &str| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned());
    job.split(':').find_map(value).expect(&job)
}

/// Waits for a job to have begun.
fn await_start(client: &mut Client, id: u64) {
    let end = Instant::now() + Duration::from_secs(15);
    while client
        .info(&format!("query-show:id={id}"))
        .starts_with("ERROR")
    {
        assert!(Instant::now() < end, "it does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a request; how many bytes its answer has.
fn answered(client: &mut Client, request: &Request) -> usize {
    client.send(&request.frame());
    let mut bytes = 0;
    loop {
        let (_, body) = client.frame().unwrap();
        bytes += 8 + body.len();
        let last = wire::message::info3::LAST;
        if wire::message::messages(&body).any(|message| message.unwrap().header.info3 & last != 0) {
            return bytes;
        }
    }
}

#[test]
fn a_job_counts_the_bytes_it_sends() {
    let (_server, mut client) = filled();
    let all = answered(&mut client, &scan(1));
    assert!(all > RECORDS as usize * 30);
    assert_eq!(figure(&mut client, 1, "net-io-bytes"), all.to_string());
    let none = answered(&mut client, &scan(2).set("never"));
    assert_eq!(figure(&mut client, 2, "net-io-bytes"), none.to_string());
    let work = Request::default()
        .info(0, info2::WRITE, 0)
        .field(FieldType::Namespace, b"test")
        .set("demo")
        .field(FieldType::QueryId, &3_u64.to_be_bytes())
        .op(OpCode::Write, "done", &int(1));
    // One message without anything.
    assert_eq!(answered(&mut client, &work), 30);
    assert_eq!(figure(&mut client, 3, "net-io-bytes"), "30");
}

#[test]
fn a_query_is_aborted() {
    let (server, mut client) = filled();
    let mut other = Client::to(&server);
    let running = std::thread::spawn(move || client.stream(&slow(scan(5))));
    await_start(&mut other, 5);
    assert_eq!(figure(&mut other, 5, "status"), "active(ok)");
    assert_eq!(other.info("query-abort:id=5"), "ok");
    assert_eq!(other.info("query-abort:id=5"), "ERROR:2:id not active");
    let (found, last) = running.join().unwrap();
    assert_eq!(last.result(), ABORTED);
    assert!(found.len() < RECORDS as usize);
    assert_eq!(figure(&mut other, 5, "status"), "done(user-aborted)");
    assert_eq!(
        figure(&mut other, 5, "recs-succeeded"),
        found.len().to_string()
    );
}

#[test]
fn all_queries_are_aborted() {
    let (server, mut client) = filled();
    let mut second = Client::to(&server);
    let mut other = Client::to(&server);
    let first = std::thread::spawn(move || client.stream(&slow(scan(6))).1.result());
    let second = std::thread::spawn(move || second.stream(&slow(scan(7))).1.result());
    await_start(&mut other, 6);
    await_start(&mut other, 7);
    let killed = other.info("query-abort-all");
    assert_eq!(killed, "number-of-queries-killed:2");
    assert_eq!(
        (first.join().unwrap(), second.join().unwrap()),
        (ABORTED, ABORTED)
    );
    let killed = other.info("query-abort-all");
    assert_eq!(killed, "number-of-queries-killed:0");
}

#[test]
fn two_jobs_must_not_share_an_id_at_a_time() {
    let (server, mut client) = filled();
    let mut other = Client::to(&server);
    let running = std::thread::spawn(move || client.stream(&slow(scan(8))).1.result());
    await_start(&mut other, 8);
    assert_eq!(other.call(&scan(8)).result(), 4);
    assert_eq!(other.info("query-abort:id=8"), "ok");
    assert_eq!(running.join().unwrap(), ABORTED);
    let (found, last) = other.stream(&scan(8));
    assert_eq!((found.len() as i64, last.result()), (RECORDS, 0));
}

#[test]
fn each_node_has_its_part_of_a_query() {
    let (server, _) = client::start_with(Config {
        nodes: 3,
        ..Config::default()
    });
    let hosts = server.hosts();
    let connect = || hosts.iter().map(|host| Client::connect(*host));
    for mut client in connect() {
        for key in 0..3 * RECORDS {
            // The node that has the record takes it.
            client.call(&Request::put(key, &[("a", int(key))]));
        }
    }
    let queries: Vec<_> = connect()
        .map(|mut client| std::thread::spawn(move || client.stream(&slow(scan(11))).1.result()))
        .collect();
    let mut others: Vec<_> = connect().collect();
    for other in &mut others {
        await_start(other, 11);
        assert_eq!(figure(other, 11, "status"), "active(ok)");
    }
    for (other, query) in others.iter_mut().zip(queries) {
        assert_eq!(figure(other, 11, "status"), "active(ok)");
        assert_eq!(other.info("query-abort:id=11"), "ok");
        assert_eq!(query.join().unwrap(), ABORTED);
    }
}

#[test]
fn an_index_is_dropped_under_a_query() {
    let (server, mut client) = filled();
    let mut other = Client::to(&server);
    let create = "sindex-create:namespace=test;set=demo;indexname=i;bin=a;type=NUMERIC";
    assert_eq!(other.info(create), "ok");
    let mut range = vec![1, 1, b'a', 1];
    for end in [0, RECORDS] {
        range.extend_from_slice(&8_u32.to_be_bytes());
        range.extend_from_slice(&end.to_be_bytes());
    }
    let query = slow(scan(9).field(FieldType::IndexRange, &range));
    let running = std::thread::spawn(move || client.stream(&query));
    await_start(&mut other, 9);
    assert_eq!(other.info("sindex-delete:namespace=test;indexname=i"), "ok");
    let (found, last) = running.join().unwrap();
    assert_eq!(last.result(), 201);
    assert!(found.len() < RECORDS as usize);
    // The server and the name are as good as before.
    assert_eq!(other.info(create), "ok");
    let query = scan(10).field(FieldType::IndexRange, &range);
    assert_eq!(other.stream(&query).0.len() as i64, RECORDS);
}
