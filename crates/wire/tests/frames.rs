//! Frames, info lines, security and query fields, by example.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use wire::info::{Command, answers, lines};
use wire::proto::{FrameHeader, Kind, MAX_BODY, begin_frame, end_frame, split_frame};
use wire::query::{IndexRange, digests, partition_ids};
use wire::{Error, Field, FieldType, Header, Message, MessageWriter, ResultCode, Value, admin};

#[test]
fn a_frame_header_is_eight_bytes() {
    let header = FrameHeader {
        kind: Kind::Info,
        size: 5,
    };
    assert_eq!(header.to_bytes(), [2, 1, 0, 0, 0, 0, 0, 5]);
    assert_eq!(FrameHeader::parse(header.to_bytes()), Ok(header));
    let largest = FrameHeader {
        kind: Kind::Message,
        size: MAX_BODY,
    };
    assert_eq!(FrameHeader::parse(largest.to_bytes()), Ok(largest));
    let over = FrameHeader {
        kind: Kind::Message,
        size: MAX_BODY + 1,
    };
    assert_eq!(
        FrameHeader::parse(over.to_bytes()),
        Err(Error::FrameTooBig(MAX_BODY as u64 + 1))
    );
    assert_eq!(
        FrameHeader::parse([3, 1, 0, 0, 0, 0, 0, 0]),
        Err(Error::Version(3))
    );
    assert_eq!(
        FrameHeader::parse([2, 9, 0, 0, 0, 0, 0, 0]),
        Err(Error::FrameKind(9))
    );
    assert_eq!(FrameHeader::parse(*b"GET / HT"), Err(Error::Version(b'G')));
}

#[test]
fn frames_follow_one_another() {
    let mut out = b"before".to_vec();
    for body in [&b"node\n"[..], b""] {
        let start = begin_frame(&mut out, Kind::Info);
        out.extend_from_slice(body);
        end_frame(&mut out, start);
    }
    let first = split_frame(&out[6..]).unwrap().unwrap();
    assert_eq!(first.body, b"node\n");
    let second = split_frame(first.rest).unwrap().unwrap();
    assert_eq!(
        (second.kind, second.body, second.rest),
        (Kind::Info, &b""[..], &b""[..])
    );
}

#[test]
fn info_lines_end_with_a_newline() {
    let found: Vec<_> = lines(b"node\n\nbuild\ntail").collect();
    assert_eq!(found, [&b"node"[..], b"", b"build"]);
    assert_eq!(lines(b"").count(), 0);
    let pairs: Vec<_> = answers(b"node\tBB9\nbuild\t8\t1\nbare\n").collect();
    assert_eq!(
        pairs,
        [
            (&b"node"[..], &b"BB9"[..]),
            (b"build", b"8\t1"),
            (b"bare", b"")
        ]
    );
}

#[test]
fn a_command_has_a_name_arguments_and_parameters() {
    let plain = Command::parse(b"node").unwrap();
    assert_eq!(
        (plain.name, plain.args().count(), plain.parameters().count()),
        ("node", 0, 0)
    );

    let sets = Command::parse(b"sets/test/demo").unwrap();
    assert_eq!(
        (sets.name, sets.args().collect::<Vec<_>>()),
        ("sets", vec!["test", "demo"])
    );

    let put =
        Command::parse(b"udf-put:filename=x.lua;content=ZnVu/+==;content-len=8;udf-type=LUA;")
            .unwrap();
    assert_eq!(put.name, "udf-put");
    assert_eq!(put.parameter(&["content"]), Some("ZnVu/+=="));
    assert_eq!(put.parameter(&["ns", "udf-type"]), Some("LUA"));
    assert_eq!(put.parameter(&["ns"]), None);
    assert_eq!(put.parameters().count(), 4);

    let mixed = Command::parse(b"sindex/test/idx:b64=true;x").unwrap();
    assert_eq!(mixed.args().collect::<Vec<_>>(), ["test", "idx"]);
    assert_eq!(mixed.parameter(&["x"]), Some(""));
    assert_eq!(Command::parse(b"udf-list;").unwrap().name, "udf-list");
    assert_eq!(Command::parse(b"\xff"), Err(Error::Utf8));
}

#[test]
fn a_captured_request_is_read_and_written() {
    let body = b"\x16\x00\x01\x00\x00\x00\0\0\0\0\0\0\0\0\0\0\x03\xe8\0\x01\0\x01\0\0\0\x05\0test\0\0\0\x0d\x02\x01\0\x01a\0\0\0\0\0\0\0\x01";
    let message = Message::parse(body).unwrap();
    assert_eq!(
        message.header,
        Header {
            info2: wire::message::info2::WRITE,
            timeout: 1000,
            ..Header::default()
        }
    );
    assert_eq!(message.fields.get(FieldType::Namespace), Some(&b"test"[..]));
    assert_eq!(message.fields.get(FieldType::Set), None);
    assert_eq!(
        message.fields.u32(FieldType::Namespace),
        Ok(Some(u32::from_be_bytes(*b"test")))
    );
    assert_eq!(message.fields.u64(FieldType::Namespace), Err(Error::Size));
    let op = message.ops.iter().next().unwrap();
    assert_eq!(
        (op.code, op.name, op.decode()),
        (2, &b"a"[..], Ok(Value::Int(1)))
    );

    let mut out = Vec::new();
    let mut writer = MessageWriter::begin(&mut out);
    writer.field(FieldType::Namespace, b"test").op_bytes(&op);
    writer.finish(&message.header);
    assert_eq!(out, body);
}

#[test]
fn an_unfinished_message_leaves_nothing_behind() {
    let mut out = b"before".to_vec();
    let mut writer = MessageWriter::begin(&mut out);
    writer
        .key_field(&Value::Int(1))
        .op(1, b"bin", &Value::string("text"));
    assert_eq!(writer.ops(), 1);
    drop(writer);
    assert_eq!(out, b"before");
}

#[test]
fn fields_and_ops_must_be_complete() {
    let head =
        |fields: u8, ops: u8| [&[22, 0, 0, 0, 0, 0], &[0; 12][..], &[0, fields, 0, ops]].concat();
    for (fields, ops, rest) in [
        (1, 0, &b"\0\0\0\0"[..]),            // a field without a type
        (1, 0, b"\xff\xff\xff\xff\0"),       // longer than the message
        (0, 1, b"\0\0\0\x03\x01\0\0"),       // an op without a name length
        (0, 1, b"\0\0\0\x04\x01\0\0\x01"),   // a name that is not there
        (0, 1, b"\0\0\0\x05\x01\0\x01\0\0"), // a last-update-time that is not there
        (0, 0, b"\0"),
    ] {
        assert!(
            Message::parse(&[head(fields, ops), rest.to_vec()].concat()).is_err(),
            "{rest:?}"
        );
    }
    let mut long = head(0, 0);
    long[0] = 23;
    assert_eq!(Message::parse(&long).unwrap_err(), Error::HeaderSize(23));
}

#[test]
fn security_frames() {
    // Query users, as the official client sends it.
    let sent = [0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let query = admin::Admin::parse(&sent).unwrap();
    assert_eq!(
        (query.command, query.fields().count()),
        (admin::command::QUERY_USERS, 0)
    );

    let mut out = Vec::new();
    admin::write(
        &mut out,
        ResultCode::SecurityNotEnabled,
        admin::command::LOGIN,
        &[Field {
            kind: 0,
            data: b"joe",
        }],
    );
    let login = admin::Admin::parse(&out).unwrap();
    assert_eq!(
        (login.result, login.command, login.field(0), login.field(1)),
        (52, 20, Some(&b"joe"[..]), None)
    );
    for end in 0..out.len() {
        assert!(admin::Admin::parse(&out[..end]).is_err());
    }
}

#[test]
fn query_fields() {
    assert_eq!(
        partition_ids(&[0x64, 0, 0xff, 0x0f])
            .unwrap()
            .collect::<Vec<_>>(),
        [100, 4095]
    );
    assert!(partition_ids(&[1]).is_err());
    assert_eq!(digests(&[7; 40]).unwrap().count(), 2);
    assert!(digests(&[7; 39]).is_err());

    let between = [
        &b"\x01\x01a\x01"[..],
        &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5],
    ]
    .concat();
    let range = IndexRange {
        bin: b"a",
        kind: 1,
        begin: Value::Int(1),
        end: Value::Int(5),
    };
    assert_eq!(IndexRange::parse(&between), Ok(range));
    let equal = b"\x01\x01s\x03\0\0\0\x03abc\0\0\0\x03abc";
    assert_eq!(IndexRange::parse(equal).unwrap().end, Value::string("abc"));
    let geo = b"\x01\x01g\x17\0\0\0\x02{}\0\0\0\x02{}";
    assert_eq!(IndexRange::parse(geo).unwrap().begin, Value::geo_json("{}"));
    for end in 0..equal.len() {
        assert!(IndexRange::parse(&equal[..end]).is_err());
    }
}
