//! Traffic captured from the official client: every line is read, and what can be written comes out byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;

use serde_json::Value as Json;
use wire::batch::Batch;
use wire::info::{Command, lines};
use wire::msgpack::{Reader, Token};
use wire::query::{IndexRange, partition_ids};
use wire::{
    Digest, FieldType, Header, Message, MessageWriter, Op, OpCode, Value, msgpack, particle,
};

fn golden(name: &str) -> Vec<Json> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read_to_string(folder.join(name))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap()
}

/// Writes what a reader reads: the dialect's own form of any payload, expressions included.
fn copy(reader: &mut Reader<'_>, out: &mut Vec<u8>) {
    match reader.token().unwrap() {
        Token::Nil => msgpack::write_nil(out),
        Token::Bool(value) => msgpack::write_bool(out, value),
        Token::Int(value) => msgpack::write_int(out, value),
        Token::Float(value) => msgpack::write_float(out, value),
        Token::Bytes(bytes) => msgpack::write_bytes(out, bytes),
        Token::Array(count) => {
            msgpack::write_array_header(out, count);
            (0..count).for_each(|_| copy(reader, out));
        }
        Token::Map(count) => {
            msgpack::write_map_header(out, count);
            (0..count * 2).for_each(|_| copy(reader, out));
        }
        Token::Ext(kind, data) => panic!("no capture has an extension: {kind} {data:?}"),
    }
}

fn check_payload(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut again = Vec::new();
    copy(&mut reader, &mut again);
    assert!(reader.is_empty());
    assert_eq!(again, bytes);
    for end in 0..bytes.len() {
        assert!(Reader::new(&bytes[..end]).skip().is_err());
    }
}

fn check_op(code: u8, kind: u8, bytes: &[u8]) {
    let value = particle::decode(kind, bytes).unwrap();
    assert_eq!(value.particle_type().map(|kind| kind as u8), Some(kind));
    let mut again = Vec::new();
    particle::write(&mut again, &value);
    if kind == 19 {
        // The server keeps maps sorted by key.
        assert_eq!(particle::decode(kind, &again), Ok(value));
        assert_eq!(again.len(), bytes.len());
    } else {
        assert_eq!(again, bytes);
    }
    assert!(OpCode::from_u8(code).is_some());
}

#[test]
fn single_encodings() {
    let golden = golden("c_client_19_3.jsonl");
    assert_eq!(golden.len(), 107);
    for line in &golden {
        let name = text(&line[0]);
        if name.starts_with("digest") {
            let digest = Digest::from_slice(&hex(text(&line[1]["4"]))).unwrap();
            let key = hex(text(&line[1]["2"]));
            let key = particle::decode(key[0], &key[1..]).unwrap();
            assert_eq!(
                Digest::of(&hex(text(&line[1]["1"])), &key),
                Some(digest),
                "{name}"
            );
        } else if let Json::Array(ops) = &line[2] {
            if name.starts_with("put") {
                let op = &ops[0];
                check_op(
                    op[0].as_u64().unwrap() as u8,
                    op[1].as_u64().unwrap() as u8,
                    &hex(text(&op[3])),
                );
            } else {
                check_payload(&hex(text(&line[3])));
            }
        } else {
            check_payload(&hex(text(&line[3])));
        }
    }
}

fn check_fields(fields: &Json, parsed: &Message<'_>) {
    for (sent, field) in fields.as_array().unwrap().iter().zip(parsed.fields.iter()) {
        let kind = sent[0].as_u64().unwrap() as u8;
        assert_eq!(field.kind, kind);
        match kind {
            11 => assert!(partition_ids(field.data).unwrap().count() > 0),
            22 => assert!(!IndexRange::parse(field.data).unwrap().bin.is_empty()),
            23 | 32 | 43 => check_payload(field.data),
            _ => {}
        }
    }
}

fn check_message(line: &Json) {
    let json = &line[2];
    let number = |name: &str| json[name].as_u64().unwrap() as u32;
    let info: Vec<u8> = json["info"]
        .as_array()
        .unwrap()
        .iter()
        .map(|byte| hex(text(byte))[0])
        .collect();
    let header = Header {
        info1: info[0],
        info2: info[1],
        info3: info[2],
        info4: info[3],
        generation: number("gen"),
        ttl: number("ttl"),
        timeout: number("tmo"),
        result: 0,
    };
    // Long fields are cut in the capture, "..<digits>" behind what is left.
    let data = |json: &Json| hex(text(json).split("..").next().unwrap());
    let mut body = Vec::new();
    let mut writer = MessageWriter::begin(&mut body);
    for field in json["fields"].as_array().unwrap() {
        let kind = field[0].as_u64().unwrap();
        let known = [
            FieldType::Namespace,
            FieldType::Set,
            FieldType::Digest,
            FieldType::QueryId,
            FieldType::SocketTimeout,
            FieldType::RecordsPerSecond,
            FieldType::MaxRecords,
            FieldType::Digests,
            FieldType::TxnId,
            FieldType::PartitionIds,
            FieldType::IndexRange,
            FieldType::IndexContext,
            FieldType::IndexType,
            FieldType::UdfModule,
            FieldType::UdfFunction,
            FieldType::UdfArgs,
            FieldType::UdfOp,
            FieldType::Batch,
            FieldType::Filter,
        ];
        let kind = known
            .into_iter()
            .find(|known| *known as u64 == kind)
            .unwrap_or_else(|| panic!("field {kind}"));
        let mut data = data(&field[1]);
        if kind == FieldType::PartitionIds {
            data.truncate(data.len() & !1);
        }
        writer.field(kind, &data);
    }
    let ops: Vec<_> = json["ops"]
        .as_array()
        .unwrap()
        .iter()
        .map(|op| {
            (
                op[0].as_u64().unwrap() as u8,
                op[1].as_u64().unwrap() as u8,
                text(&op[2]),
                hex(text(&op[3])),
            )
        })
        .collect();
    for (code, particle, name, value) in &ops {
        writer.op_bytes(&Op {
            code: *code,
            particle: *particle,
            flags: 0,
            name: name.as_bytes(),
            value,
        });
    }
    writer.finish(&header);

    let parsed = Message::parse(&body).unwrap();
    assert_eq!(parsed.header, header);
    check_fields(&json["fields"], &parsed);
    for (op, (code, kind, name, value)) in parsed.ops.iter().zip(&ops) {
        assert_eq!(
            (op.code, op.particle, op.name, op.value),
            (*code, *kind, name.as_bytes(), &value[..])
        );
        let is_call = matches!(op.kind(), Some(OpCode::CdtRead | OpCode::CdtModify));
        if is_call {
            check_payload(op.value);
        } else {
            check_op(*code, *kind, value);
        }
    }
    for end in 0..body.len() {
        assert!(Message::parse(&body[..end]).is_err());
    }
}

/// The capture's batch, taken apart: what each row must say.
fn check_batch(rows: &Json, data: &[u8]) {
    let batch = Batch::parse(data).unwrap();
    assert_eq!((batch.count, batch.flags), (4, 0x0d));
    let mut found = 0;
    for (row, sent) in batch.rows().zip(rows.as_array().unwrap()) {
        // The capture of the field itself is cut; its first rows are whole.
        let Ok(row) = row else { break };
        assert_eq!(u64::from(row.index), sent[0].as_u64().unwrap());
        let info = row.message.header;
        let infos: Vec<u8> = sent[2]
            .as_array()
            .unwrap()
            .iter()
            .map(|byte| hex(text(byte))[0])
            .collect();
        assert_eq!([info.info1, info.info2, info.info3, info.info4], infos[..]);
        assert_eq!(u64::from(info.generation), sent[3].as_u64().unwrap());
        assert_eq!(u64::from(info.ttl), sent[4].as_u64().unwrap());
        assert_eq!(
            row.message.fields.iter().count(),
            sent[5].as_array().unwrap().len()
        );
        assert_eq!(row.message.ops.len(), sent[6].as_array().unwrap().len());
        found += 1;
    }
    assert!(found >= 2, "{found} rows");
}

#[test]
fn raw_traffic() {
    let golden = golden("c_client_19_3_more.jsonl");
    assert_eq!(golden.len(), 78);
    let mut batch = None;
    for line in &golden {
        match text(&line[0]) {
            "info" => {
                let sent = text(&line[2]);
                for command in lines(sent.as_bytes()) {
                    let parsed = Command::parse(command).unwrap();
                    assert!(sent.contains(parsed.name) && !parsed.name.is_empty());
                }
            }
            "msg" => {
                let cut = |field: &&Json| field[0] == 41;
                if let Some(field) = line[2]["fields"].as_array().unwrap().iter().find(cut) {
                    batch = Some(hex(text(&field[1]).split("..").next().unwrap()));
                }
                check_message(line);
            }
            "batch" => check_batch(&line[3], batch.as_ref().unwrap()),
            "sec" => {
                let body = hex(text(&line[2]));
                assert_eq!(
                    wire::admin::Admin::parse(&body).unwrap().command,
                    wire::admin::command::QUERY_USERS
                );
            }
            "type" => assert_eq!(line[1], 4),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn elements_a_sketch_hashes() {
    // A HLL hashes an element's shortest msgpack form.
    for (value, bytes) in [
        (Value::Int(1), "01"),
        ("a".into(), "a20361"),
        ("abc".into(), "a403616263"),
        (Value::Int(200), "ccc8"),
        (Value::Float(1.5), "cb3ff8000000000000"),
        (Value::blob("zz"), "a3047a7a"),
    ] {
        assert_eq!(msgpack::encode(&value), hex(bytes));
    }
}
