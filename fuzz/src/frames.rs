//! Frames, messages, their fields and ops, info requests, security frames.

use wire::info::{Command, answers, lines};
use wire::message::messages;
use wire::proto::{Kind, split_frame};
use wire::query::{IndexRange, digests, index_values, partition_ids};
use wire::{FieldType, Message, MessageWriter, admin};

/// Reads the frames that the bytes are.
pub fn run(mut data: &[u8]) {
    while let Ok(Some(frame)) = split_frame(data) {
        match frame.kind {
            Kind::Info => info(frame.body),
            Kind::Security => security(frame.body),
            Kind::Message | Kind::Compressed => message(frame.body),
        }
        data = frame.rest;
    }
}

fn message(body: &[u8]) {
    for message in messages(body).flatten() {
        fields(&message);
    }
    if let Ok(message) = Message::parse(body) {
        let ops = message.ops.iter().map(|op| _ = op.decode()).count();
        assert_eq!(ops, message.ops.len());
        copies(&message);
    }
}

fn fields(message: &Message<'_>) {
    for field in message.fields.iter() {
        _ = partition_ids(field.data).map(Iterator::count);
        _ = digests(field.data).map(Iterator::count);
        _ = index_values(field.data).map(Iterator::count);
        _ = IndexRange::parse(field.data);
    }
    _ = message.fields.u8(FieldType::UdfOp);
    _ = message.fields.u32(FieldType::SocketTimeout);
    _ = message.fields.u64(FieldType::QueryId);
    _ = message.fields.u64_le(FieldType::TxnId);
}

/// A message written from what was read of another reads the same.
fn copies(message: &Message<'_>) {
    let mut copy = Vec::new();
    let mut writer = MessageWriter::begin(&mut copy);
    for op in message.ops.iter() {
        writer.op_bytes(&op);
    }
    writer.finish(&message.header);
    let again = Message::parse(&copy).expect("a message that was written");
    assert_eq!(again.header, message.header);
    for (a, b) in again.ops.iter().zip(message.ops.iter()) {
        assert_eq!(
            (a.code, a.particle, a.name, a.value),
            (b.code, b.particle, b.name, b.value)
        );
    }
}

fn info(body: &[u8]) {
    for line in lines(body) {
        if let Ok(command) = Command::parse(line) {
            assert!(line.starts_with(command.name.as_bytes()));
            _ = command.args().count();
            _ = command.parameters().count();
            _ = command.parameter(&["namespace", "ns"]);
        }
    }
    _ = answers(body).count();
}

fn security(body: &[u8]) {
    if let Ok(request) = admin::Admin::parse(body) {
        for field in request.fields() {
            _ = request.field(field.kind);
        }
    }
}
