//! What the official client sends, to a server: every operation and message is understood.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use client::{Client, FIELDS, Request, int, start, text};
use serde_json::Value as Json;
use wire::message::{info1, info2};
use wire::{FieldType, OpCode, ResultCode, Value, particle};

const OPERATIONS: &str = include_str!("../../wire/tests/golden/c_client_19_3.jsonl");
const TRAFFIC: &str = include_str!("../../wire/tests/golden/c_client_19_3_more.jsonl");

fn lines(text: &str) -> impl Iterator<Item = Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// Bytes in hexadecimal, up to where a capture is cut.
fn hex(text: &Json) -> Vec<u8> {
    let text = text.as_str().unwrap().split("..").next().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn byte(json: &Json) -> u8 {
    json.as_u64().unwrap() as u8
}

/// A record with a bin of every type, under the names the captured requests use.
fn write_record(client: &mut Client) {
    let point = Value::geo_json(r#"{"type":"Point","coordinates":[1,2]}"#);
    let sketch = [&[0, 10, 0][..], &[0; 8], &[0; 768]].concat();
    let map = wire::Map::from_pairs(
        wire::MapOrder::Unordered,
        vec![
            (text("a"), int(1)),
            (text("b"), int(3)),
            (text("c"), int(2)),
        ],
    );
    let bins = [
        ("a", int(1)),
        ("f", Value::Float(1.5)),
        ("s", text("abc")),
        ("b", Value::blob([1, 2, 3])),
        ("l", Value::list(vec![int(3), int(5), int(1)])),
        ("m", map.unwrap().into()),
        ("g", point),
        ("h", Value::Hll(sketch.into())),
    ];
    assert_eq!(client.call(&Request::put(1, &bins)).result(), 0);
}

/// Operations on lists and maps are checked one by one elsewhere; here go those on bits, on sketches, and expressions.
#[test]
fn operations() {
    let (_server, mut client) = start();
    let mut seen = 0;
    for line in lines(OPERATIONS) {
        let (name, payload) = (line[0].as_str().unwrap(), &line[3]);
        write_record(&mut client);
        let request = match line[1]
            .as_u64()
            .map(|code| OpCode::from_u8(code as u8).unwrap())
        {
            Some(OpCode::CdtRead | OpCode::CdtModify) => continue,
            Some(code) => {
                let bin = match code {
                    OpCode::BitsRead | OpCode::BitsModify => "b",
                    OpCode::HllRead | OpCode::HllModify => "h",
                    _ => "a",
                };
                let op = Request::operate(1).raw_op(code as u8, 4, bin.as_bytes(), &hex(payload));
                if code.is_read() {
                    Request {
                        header: wire::Header::default(),
                        ..op
                    }
                    .info(info1::READ, 0, 0)
                } else {
                    op
                }
            }
            None if line[1] == "filter43" => {
                Request::get(1).field(FieldType::Filter, &hex(payload))
            }
            None => continue,
        };
        let reply = client.call(&request);
        // That a filter is false, or has no answer, is one as well.
        let filtered = reply.result() == ResultCode::FilteredOut as u8;
        let is_filter = line[1] == "filter43";
        assert!(
            reply.result() == 0 || filtered && is_filter,
            "{name}: {}",
            reply.result()
        );
        seen += 1;
    }
    assert_eq!(seen, 42);
}

#[test]
fn puts() {
    let (_server, mut client) = start();
    let mut seen = 0;
    for line in lines(OPERATIONS) {
        let name = line[0].as_str().unwrap();
        let Some(op) = name.starts_with("put").then(|| &line[2][0]) else {
            continue;
        };
        let (kind, payload) = (byte(&op[1]), hex(&op[3]));
        let put = Request::put(1, &[("other", int(1))]).raw_op(byte(&op[0]), kind, b"v", &payload);
        assert_eq!(client.call(&put).result(), 0, "{name}");
        let reply = client.call(&Request::get(1).info(0, 0, 0));
        let stored = reply
            .bins()
            .into_iter()
            .find(|bin| bin.0 == "v")
            .map(|bin| bin.1);
        let sent = particle::decode(kind, &payload).unwrap();
        assert_eq!(
            stored,
            Some(sent).filter(|value| *value != Value::Nil),
            "{name}"
        );
        seen += 1;
    }
    assert_eq!(seen, 10);
}

/// The message of a line; `None` if the capture of one of its fields is cut.
fn message(json: &Json) -> Option<Request> {
    let infos: Vec<u8> = json["info"]
        .as_array()
        .unwrap()
        .iter()
        .map(|info| hex(info)[0])
        .collect();
    let number = |name: &str| json[name].as_u64().unwrap() as u32;
    let header = wire::Header {
        info1: infos[0],
        info2: infos[1],
        info3: infos[2],
        info4: infos[3],
        generation: number("gen"),
        ttl: number("ttl"),
        timeout: number("tmo"),
        result: 0,
    };
    let mut request = Request {
        header,
        ..Request::default()
    };
    for field in json["fields"].as_array().unwrap() {
        let kind = FIELDS
            .into_iter()
            .find(|kind| *kind as u8 == byte(&field[0]))
            .unwrap();
        let cut = field[1].as_str().unwrap().contains("..");
        let mut data = hex(&field[1]);
        if kind == FieldType::PartitionIds {
            data.truncate(data.len() & !1);
        } else if cut {
            return None;
        }
        request = request.field(kind, &data);
    }
    for op in json["ops"].as_array().unwrap() {
        let name = op[2].as_str().unwrap();
        request = request.raw_op(byte(&op[0]), byte(&op[1]), name.as_bytes(), &hex(&op[3]));
    }
    Some(request)
}

#[test]
fn messages() {
    let (_server, mut client) = start();
    let (mut seen, mut cut) = (0, 0);
    for line in lines(TRAFFIC).filter(|line| line[0] == "msg") {
        write_record(&mut client);
        let Some(request) = message(&line[2]) else {
            cut += 1;
            continue;
        };
        let of_many = request.header.info2 & info2::WRITE == 0
            && request
                .fields
                .iter()
                .all(|field| field.0 != FieldType::Digest as u8);
        let result = if of_many {
            client.stream(&request).1.result()
        } else {
            client.call(&request).result()
        };
        assert_ne!(result, ResultCode::Parameter as u8, "{line}");
        seen += 1;
    }
    // The batch is longer than the capture.
    assert_eq!((seen, cut), (24, 1));
}

#[test]
fn info_commands() {
    let (server, _client) = start();
    let mut seen = 0;
    for line in lines(TRAFFIC).filter(|line| line[0] == "info") {
        let commands: Vec<_> = line[2].as_str().unwrap().lines().collect();
        let values = Client::to(&server).infos(&commands);
        for (command, value) in commands.iter().zip(values) {
            assert!(!value.starts_with("ERROR:4:"), "{command}: {value}");
        }
        seen += 1;
    }
    assert_eq!(seen, 50);
}
