//! Faults on demand, seen from a connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::time::{Duration, Instant};

use client::{Client, Request, int};
use devserver::fault::Rule;
use devserver::{Config, Server};

fn server() -> Server {
    Server::start(Config {
        nodes: 2,
        ..Config::default()
    })
    .unwrap()
}

fn rule(text: &str) -> Rule {
    let pairs = text.split(';').map(|pair| pair.split_once('=').unwrap());
    Rule::parse(pairs).unwrap()
}

fn value(client: &mut Client, key: i64) -> u8 {
    client.call(&Request::get(key)).result()
}

#[test]
fn a_code_answers_and_nothing_is_done() {
    let server = server();
    let mut client = Client::to(&server);
    let fault = server.inject(rule("op=write;code=18;times=2"));
    for _ in 0..2 {
        assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 18);
    }
    assert_eq!(value(&mut client, 1), 2);
    assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
    assert_eq!(fault.hits(), 2);
}

#[test]
fn dropped_before_or_after_it_is_done() {
    let server = server();
    for (text, found) in [("drop=before", 2), ("drop=after", 0)] {
        let fault = server.inject(rule(text));
        let mut client = Client::to(&server);
        client.send(&Request::put(2, &[("a", int(1))]).frame());
        assert!(client.is_closed());
        fault.remove();
        assert_eq!(value(&mut Client::to(&server), 2), found, "{text}");
        assert_eq!(fault.hits(), 1);
    }
}

#[test]
fn a_rule_is_about_what_it_names() {
    let server = server();
    let mut client = Client::to(&server);
    client.call(&Request::put(3, &[("a", int(1))]));
    for text in [
        "op=delete;code=1",
        "op=batch;code=1",
        "namespace=bar;code=1",
        "set=other;code=1",
        "node=1;code=1",
        "after=1000;code=1",
        "percent=0;code=1",
        "times=0;code=1",
    ] {
        let fault = server.inject(rule(text));
        assert_eq!(value(&mut client, 3), 0, "{text}");
        assert_eq!(fault.hits(), 0, "{text}");
        fault.remove();
    }
    let fault = server.inject(rule("op=read;namespace=test;set=demo;node=0;code=9"));
    assert_eq!(value(&mut client, 3), 9);
    assert_eq!(fault.hits(), 1);
    server.clear_faults();
    assert_eq!(value(&mut client, 3), 0);
}

#[test]
fn the_first_are_spared_and_chance_has_a_seed() {
    let server = server();
    let mut client = Client::to(&server);
    client.call(&Request::put(4, &[("a", int(1))]));
    let fault = server.inject(rule("after=3;code=1"));
    let results: Vec<u8> = (0..5).map(|_| value(&mut client, 4)).collect();
    assert_eq!(results, [0, 0, 0, 1, 1]);
    fault.remove();
    let mut draws = Vec::new();
    for _ in 0..2 {
        let fault = server.inject(rule("percent=50;seed=7;code=1"));
        draws.push((0..64).map(|_| value(&mut client, 4)).collect::<Vec<_>>());
        assert!((10..54).contains(&fault.hits()));
        fault.remove();
    }
    assert_eq!(draws[0], draws[1]);
}

#[test]
fn an_answer_cut_short_or_changed() {
    let server = server();
    let mut client = Client::to(&server);
    client.call(&Request::put(5, &[("a", int(1))]));
    let fault = server.inject(rule("truncate=12"));
    client.send(&Request::get(5).frame());
    let mut left = Vec::new();
    std::io::Read::read_to_end(&mut client.stream, &mut left).unwrap();
    assert_eq!(left.len(), 12);
    fault.remove();
    let mut client = Client::to(&server);
    client.send(&Request::get(5).frame());
    let (kind, good) = client.frame().unwrap();
    let _fault = server.inject(rule("corrupt=true;seed=1"));
    client.send(&Request::get(5).frame());
    let (same, bad) = client.frame().unwrap();
    assert_eq!((kind, good.len()), (same, bad.len()));
    assert_ne!(good, bad);
}

#[test]
fn a_frozen_node_answers_when_it_has_thawed_and_others_go_on() {
    let server = server();
    let mut frozen = Client::connect(server.hosts()[1]);
    let mut other = Client::connect(server.hosts()[0]);
    server.freeze(1).unwrap();
    frozen.send(&Request::put(6, &[("a", int(1))]).frame());
    assert_eq!(value(&mut other, 6), 2);
    server.thaw(1).unwrap();
    assert_eq!(frozen.reply().result(), 0);
    assert_eq!(value(&mut other, 6), 0);
}

#[test]
fn a_delayed_request_is_answered_later() {
    let server = server();
    let mut client = Client::to(&server);
    let fault = server.inject(rule("delay=30"));
    let began = Instant::now();
    assert_eq!(value(&mut client, 7), 2);
    // A lower bound, which no load can break.
    assert!(began.elapsed() >= Duration::from_millis(30));
    assert_eq!(fault.hits(), 1);
}

#[test]
fn by_info_command() {
    let server = server();
    let mut client = Client::to(&server);
    assert_eq!(client.info("devserver-inject:op=read;code=9;times=1"), "1");
    assert_eq!(value(&mut client, 8), 9);
    assert_eq!(value(&mut client, 8), 2);
    assert_eq!(client.info("devserver-hits:id=1"), "1");
    assert_eq!(client.info("devserver-remove:id=1"), "ok");
    assert_eq!(
        client.info("devserver-remove:id=1"),
        "ERROR:2:no such fault"
    );
    assert_eq!(
        client.info("devserver-inject:op=nothing;code=9"),
        "ERROR:4:bad 'op': \"nothing\""
    );
    assert_eq!(client.info("devserver-freeze:node=2"), "ERROR:4:bad 'node'");
    assert_eq!(client.info("devserver-freeze:node=1"), "ok");
    assert_eq!(client.info("devserver-thaw:node=1"), "ok");
    assert_eq!(
        client
            .call(&Request::put(8, &[("a", int(1))]).ttl(50))
            .result(),
        0
    );
    assert_eq!(client.info("devserver-advance:seconds=60"), "ok");
    assert_eq!(value(&mut client, 8), 2);
    assert_eq!(client.info("devserver-clear"), "ok");
    assert_eq!(
        client.info("devserver-else"),
        "ERROR:4:unrecognized command"
    );
}

#[test]
fn info_is_met_by_a_rule_alone_that_names_it() {
    let server = server();
    let mut client = Client::to(&server);
    let fault = server.inject(rule("node=0;code=9"));
    assert_eq!(client.info("build"), "8.1.2.0");
    assert_eq!(value(&mut client, 11), 9);
    assert_eq!(fault.hits(), 1);
    let named = server.inject(rule("op=info;code=9"));
    assert_eq!(client.info("build"), "ERROR:9:a fault");
    assert_eq!((fault.hits(), named.hits()), (1, 1));
}

#[test]
fn delays_add_up_until_a_rule_says_what_becomes_of_it() {
    let server = server();
    let mut client = Client::to(&server);
    let rules = [
        "delay=20",
        "op=read;delay=15",
        "op=write;code=1",
        "code=9;times=2",
        "code=8",
    ];
    let faults = rules.map(|text| server.inject(rule(text)));
    let began = Instant::now();
    let results: Vec<u8> = (0..3).map(|_| value(&mut client, 12)).collect();
    assert_eq!(results, [9, 9, 8]);
    assert!(began.elapsed() >= Duration::from_millis(3 * 35));
    assert_eq!(faults.map(|fault| fault.hits()), [3, 3, 0, 2, 1]);
}

#[test]
fn a_rule_outlives_neither_its_server_nor_its_times() {
    let server = server();
    let mut client = Client::to(&server);
    let fault = server.inject(rule("code=9;times=2"));
    let results: Vec<u8> = (0..4).map(|_| value(&mut client, 13)).collect();
    assert_eq!(results, [9, 9, 2, 2]);
    drop(server);
    fault.remove();
    assert_eq!(fault.hits(), 2);
}

#[test]
fn what_ends_a_fault_does_not_meet_it() {
    let server = Server::start(Config::default()).unwrap();
    let mut client = Client::to(&server);
    assert_eq!(client.info("devserver-inject:op=info;code=9"), "1");
    assert_eq!(client.info("build"), "ERROR:9:a fault");
    assert_eq!(client.info("devserver-clear"), "ok");
    assert_eq!(client.info("devserver-freeze:node=0"), "ok");
    assert_eq!(client.info("devserver-thaw:node=0"), "ok");
    assert_eq!(value(&mut client, 9), 2);
}

#[test]
fn a_silenced_connection_ends_with_its_client() {
    let server = server();
    let _fault = server.inject(rule("op=read;silence=true"));
    let mut client = Client::to(&server);
    client.send(&Request::get(10).frame());
    client.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(client.is_closed());
}

#[test]
fn wrong_rules_are_told_apart() {
    for (text, wrong) in [
        ("op=read", "nothing is to happen"),
        ("code=256", "bad 'code': \"256\""),
        ("percent=101;code=1", "bad 'percent': \"101\""),
        ("delay=3600001", "bad 'delay': \"3600001\""),
        ("drop=now", "bad 'drop': \"now\""),
        (
            "code=1;corrupt=true",
            "only one of drop, code, truncate, corrupt and silence can happen",
        ),
        ("corrupt=false", "bad 'corrupt': \"false\""),
        ("else=1;code=1", "bad 'else': \"1\""),
    ] {
        let pairs = text.split(';').map(|pair| pair.split_once('=').unwrap());
        assert_eq!(Rule::parse(pairs), Err(wrong.to_owned()));
    }
}
