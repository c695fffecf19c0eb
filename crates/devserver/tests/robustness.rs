//! Clients that are slow, greedy, broken or hostile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::net::Shutdown;
use std::time::Duration;

use client::{Client, Request, frame, int, start, start_with};
use devserver::Config;
use wire::batch::BatchWriter;
use wire::message::{info1, info3};
use wire::proto::{FrameHeader, Kind, MAX_BODY};
use wire::{FieldType, Header, Value, admin};

/// Memory this process has resident, in bytes; `None` where the system does not say.
fn resident() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split_whitespace().nth(1)?.parse::<usize>().ok()? * 4096)
}

#[test]
fn what_is_no_frame_closes_the_connection() {
    let (server, mut good) = start();
    let over = FrameHeader {
        kind: Kind::Message,
        size: MAX_BODY + 1,
    }
    .to_bytes();
    let huge = [2, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 8],
        &[2, 9, 0, 0, 0, 0, 0, 0],
        &[3, 1, 0, 0, 0, 0, 0, 0],
        &over,
        &huge,
    ] {
        let mut client = Client::to(&server);
        client.send(garbage);
        assert!(client.is_closed(), "{garbage:?}");
    }
    assert_eq!(good.call(&Request::get(1)).result(), 2);
}

#[test]
fn what_came_before_garbage_is_answered() {
    let (_server, mut client) = start();
    client.send(
        &[
            Request::get(1).frame(),
            Request::get(2).frame(),
            b"garbage!".to_vec(),
        ]
        .concat(),
    );
    assert_eq!(client.reply().result(), 2);
    assert_eq!(client.reply().result(), 2);
    assert!(client.is_closed());
}

#[test]
fn a_message_that_is_none_is_an_error_and_no_more() {
    let (_server, mut client) = start();
    assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
    let whole = Request::put(1, &[("a", int(2))]).frame();
    let body = &whole[8..];
    for end in 0..body.len() {
        client.send(&frame(Kind::Message, &body[..end]));
        assert_eq!(client.reply().result(), 4, "cut at {end}");
    }
    client.send(&frame(Kind::Message, &[body, b"x"].concat()));
    assert_eq!(client.reply().result(), 4);
    // Every byte changed in turn: answered by something, and the connection lives.
    for at in 0..body.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = body.to_vec();
            changed[at] ^= flip;
            // A batch or scan by chance would answer with a stream; its last message ends this loop too.
            client.send(&frame(Kind::Message, &changed));
            assert!(!client.replies().is_empty(), "byte {at} changed");
        }
    }
    assert_eq!(
        client
            .call(&Request::get(1).field(FieldType::Namespace, b"bar"))
            .result(),
        2
    );
}

#[test]
fn noise_of_every_kind() {
    let (server, mut good) = start();
    // A small generator: the same noise every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    for round in 0..300 {
        let size = usize::from(byte()) * 3;
        let mut body: Vec<u8> = (0..size).map(|_| byte()).collect();
        if round % 2 == 0 && body.len() > 22 {
            // Pass for a header more often.
            body[0] = 22;
            body[18..22].copy_from_slice(&[0, byte() % 4, 0, byte() % 4]);
        }
        let kind = [Kind::Info, Kind::Security, Kind::Message, Kind::Compressed][round % 4];
        let mut client = Client::to(&server);
        client.send(&frame(kind, &body));
        client.stream.shutdown(Shutdown::Write).unwrap();
        while client.frame().is_some() {}
    }
    assert_eq!(good.call(&Request::get(1)).result(), 2);
}

#[test]
fn a_lying_header_reserves_nothing() {
    let (server, mut good) = start();
    let before = resident();
    let clients: Vec<Client> = (0..64)
        .map(|_| {
            let mut client = Client::to(&server);
            client.send(
                &FrameHeader {
                    kind: Kind::Message,
                    size: MAX_BODY,
                }
                .to_bytes(),
            );
            client.send(&[22; 100]);
            client
        })
        .collect();
    assert_eq!(good.call(&Request::get(1)).result(), 2);
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(
            after < before + (64 << 20),
            "{before} to {after} bytes for promises of 8 GiB"
        );
    }
    drop(clients);
}

#[test]
fn counts_that_lie() {
    let (_server, mut client) = start();
    // A list of four billion elements in a bin, and a batch of as many rows.
    let write = Request::on(1).info(0, 1, 0);
    assert_eq!(
        client
            .call(
                &write
                    .clone()
                    .raw_op(2, 20, b"l", &[0xdd, 0xff, 0xff, 0xff, 0xff])
            )
            .result(),
        4
    );
    assert_eq!(
        client
            .call(
                &write
                    .clone()
                    .raw_op(2, 19, b"m", &[0xdf, 0xff, 0xff, 0xff, 0xff])
            )
            .result(),
        4
    );
    let deep = [vec![0x91; 100_000], vec![0xc0]].concat();
    assert_eq!(client.call(&write.raw_op(2, 20, b"l", &deep)).result(), 4);
    let mut data = BatchWriter::new(4).finish();
    data[..4].copy_from_slice(&4999u32.to_be_bytes());
    let batch = Request::default()
        .info(info1::BATCH, 0, 0)
        .field(FieldType::Batch, &data);
    assert_eq!(client.stream(&batch).1.result(), 4);
}

#[test]
fn requests_in_one_piece_and_in_many() {
    let (_server, mut client) = start();
    // A thousand requests in one write.
    let mut all = Vec::new();
    for key in 0..1000 {
        all.extend(Request::put(key, &[("a", int(key))]).frame());
        all.extend(Request::get(key).frame());
    }
    client.send(&all);
    for key in 0..1000 {
        assert_eq!(client.reply().result(), 0);
        assert_eq!(client.reply().bins(), [("a", int(key))]);
    }
    // One request, a byte at a time.
    let mut pieces = Request::get(7).frame();
    pieces.extend(frame(Kind::Info, b"node\nbuild\n"));
    for byte in pieces {
        client.send(&[byte]);
        std::thread::sleep(Duration::from_micros(200));
    }
    assert_eq!(client.reply().bins(), [("a", int(7))]);
    assert_eq!(client.frame().unwrap().0, Kind::Info);
}

#[test]
fn a_client_that_does_not_read_delays_nobody() {
    let (server, mut good) = start();
    let large = Value::blob(vec![1; 1 << 20]);
    assert_eq!(
        good.call(&Request::put(1, &[("b", large.clone())]))
            .result(),
        0
    );
    let mut lazy = Client::to(&server);
    lazy.send(&Request::get(1).frame().repeat(64));
    for key in 2..200 {
        assert_eq!(
            good.call(&Request::put(key, &[("a", int(key))])).result(),
            0
        );
    }
    // It gets everything when it reads at last.
    for _ in 0..64 {
        assert_eq!(lazy.reply().ops[0].2, large);
    }
}

#[test]
fn a_large_request_and_small_ones_after_it() {
    let (_server, mut client) = start();
    let large = Value::blob(vec![9; 20 << 20]);
    let mut frames = Request::put(1, &[("b", large.clone())]).frame();
    frames.extend(Request::get(2).frame());
    frames.extend(Request::get(1).frame());
    let writer = client.stream.try_clone().unwrap();
    let sender =
        std::thread::spawn(move || std::io::Write::write_all(&mut &writer, &frames).unwrap());
    assert_eq!(client.reply().result(), 0);
    assert_eq!(client.reply().result(), 2);
    assert_eq!(client.reply().ops[0].2, large);
    sender.join().unwrap();
}

#[test]
fn a_client_that_leaves_in_the_middle() {
    let (server, mut good) = start();
    for key in 0..2000 {
        good.send(&Request::put(key, &[("a", Value::blob(vec![0; 1000]))]).frame());
        assert_eq!(good.reply().result(), 0);
    }
    for round in 0..50 {
        let mut client = Client::to(&server);
        client.send(&Request::scan(0..4096).frame());
        if round % 2 == 0 {
            client.replies();
        }
        client.send(&Request::put(round, &[("a", int(1))]).frame()[..20]);
    }
    // Half a request is no request.
    assert_eq!(
        good.call(&Request::get(0)).ops[0].2,
        Value::blob(vec![0; 1000])
    );
}

#[test]
fn a_request_that_ends_the_stream_is_answered() {
    let (_server, mut client) = start();
    client.send(&Request::get(1).frame());
    client.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.reply().result(), 2);
    assert!(client.is_closed());
}

#[test]
fn many_connections_on_several_threads() {
    let (server, _) = start_with(Config {
        threads: 3,
        nodes: 2,
        ..Config::default()
    });
    let hosts = server.hosts();
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let host = hosts[worker % hosts.len()];
            std::thread::spawn(move || {
                for round in 0..20 {
                    let mut client = Client::connect(host);
                    for _ in 0..10 {
                        let add = Request::on(1)
                            .info(0, 1, 0)
                            .op(wire::OpCode::Incr, "n", &int(1));
                        assert_eq!(client.call(&add).result(), 0);
                    }
                    let key = (worker * 100 + round) as i64;
                    assert_eq!(
                        client
                            .call(&Request::put(key + 10, &[("a", int(key))]))
                            .result(),
                        0
                    );
                    assert_eq!(
                        client.call(&Request::get(key + 10)).bins(),
                        [("a", int(key))]
                    );
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    let mut client = Client::connect(hosts[1]);
    assert_eq!(
        client.call(&Request::get(1)).bins(),
        [("n", int(8 * 20 * 10))]
    );
}

#[test]
fn compression_and_security_are_refused() {
    let (_server, mut client) = start();
    client.send(&frame(
        Kind::Compressed,
        &[0, 0, 0, 0, 0, 0, 0, 0x5a, 0x78, 1],
    ));
    assert_eq!(client.reply().result(), 25);

    let mut ask = |command: u8| {
        let mut body = Vec::new();
        admin::write(
            &mut body,
            wire::ResultCode::Ok,
            command,
            &[wire::Field {
                kind: 0,
                data: b"joe",
            }],
        );
        client.send(&frame(Kind::Security, &body));
        let (kind, body) = client.frame().unwrap();
        assert_eq!(kind, Kind::Security);
        admin::Admin::parse(&body).unwrap().result
    };
    assert_eq!(ask(admin::command::LOGIN), 52);
    for command in [
        admin::command::CREATE_USER,
        admin::command::QUERY_USERS,
        admin::command::QUERY_ROLES,
        200,
    ] {
        assert_eq!(ask(command), 51);
    }
}

#[test]
fn the_last_message_is_marked() {
    let (_server, mut client) = start();
    client.send(&Request::scan([1]).frame());
    let replies = client.replies();
    assert_eq!(replies.len(), 1);
    assert_eq!(
        replies[0].header,
        Header {
            info3: info3::LAST,
            ..Header::default()
        }
    );
}
