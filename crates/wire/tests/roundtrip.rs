//! What is written is read back, and no input at all makes a decoder panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use wire::batch::{Batch, BatchWriter};
use wire::info::{Command, lines};
use wire::message::messages;
use wire::proto::{Kind, begin_frame, end_frame, split_frame};
use wire::query::{IndexRange, digests, index_values, partition_ids};
use wire::{
    BlobType, Digest, Error, FieldType, Header, List, Map, MapOrder, Message, MessageWriter, Value,
    admin, msgpack, particle,
};

fn bytes() -> impl Strategy<Value = Box<[u8]>> {
    prop_oneof![
        8 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => proptest::collection::vec(any::<u8>(), 250..260),
    ]
    .prop_map(Vec::into_boxed_slice)
}

fn key() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Int),
        (-300i64..300).prop_map(Value::Int),
        bytes().prop_map(Value::Str),
        bytes().prop_map(|bytes| Value::Blob(BlobType::Plain, bytes)),
        bytes().prop_map(|bytes| Value::Blob(BlobType::Python, bytes)),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => key(),
        1 => Just(Value::Nil),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => any::<f64>().prop_map(Value::Float),
        1 => bytes().prop_map(Value::GeoJson),
        1 => bytes().prop_map(Value::Hll),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 64, 18, |inner| {
        prop_oneof![
            (
                any::<bool>(),
                proptest::collection::vec(inner.clone(), 0..18)
            )
                .prop_map(|(ordered, items)| {
                    if ordered {
                        List::sorted(items).into()
                    } else {
                        Value::list(items)
                    }
                }),
            (0..3usize, proptest::collection::vec((key(), inner), 0..18)).prop_map(
                |(order, pairs)| {
                    let order = [MapOrder::Unordered, MapOrder::Key, MapOrder::KeyValue][order];
                    let mut map = Map::with_order(order);
                    for (key, value) in pairs {
                        map.insert(key, value);
                    }
                    map.into()
                }
            ),
        ]
    })
}

/// Equality that also sees flags and the bits of floats.
fn same(a: &Value, b: &Value) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    #[test]
    fn msgpack_round_trips(value in value()) {
        let bytes = msgpack::encode(&value);
        prop_assert_eq!(msgpack::encoded_len(&value), bytes.len());
        let back = msgpack::decode(&bytes).unwrap();
        prop_assert!(same(&back, &value), "{:?} came back as {:?}", value, back);
        for end in 0..bytes.len() {
            prop_assert!(msgpack::decode(&bytes[..end]).is_err(), "cut at {}", end);
        }
        let mut longer = bytes.clone();
        longer.push(0);
        prop_assert_eq!(msgpack::decode(&longer).unwrap_err(), Error::TrailingBytes);
        let mut reader = msgpack::Reader::new(&longer);
        prop_assert_eq!(reader.skip().unwrap(), &bytes[..]);
    }

    #[test]
    fn particles_round_trip(value in value()) {
        let mut bytes = Vec::new();
        particle::write(&mut bytes, &value);
        prop_assert_eq!(particle::encoded_len(&value), bytes.len());
        let kind = value.particle_type().unwrap();
        let back = particle::decode(kind as u8, &bytes).unwrap();
        prop_assert!(same(&back, &value));
    }

    #[test]
    fn the_order_is_total(a in value(), b in value(), c in value()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert!(a.cmp(&a).is_eq());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        prop_assert_eq!(wire::order::compare(&a, &b), a.cmp(&b));
        prop_assert!(wire::order::matches(&a, &Value::Wildcard));
        prop_assert!(a < Value::Infinity);
    }

    #[test]
    fn messages_round_trip(
        header in any::<([u8; 5], [u32; 3])>(),
        fields in proptest::collection::vec(bytes(), 0..4),
        ops in proptest::collection::vec((1u8..17, "[a-z]{0,15}", value()), 0..6),
    ) {
        let ([info1, info2, info3, info4, result], [generation, ttl, timeout]) = header;
        let header = Header { info1, info2, info3, info4, result, generation, ttl, timeout };
        let mut out = Vec::new();
        let start = begin_frame(&mut out, Kind::Message);
        let mut writer = MessageWriter::begin(&mut out);
        for data in &fields {
            writer.field(FieldType::Set, data);
        }
        for (code, name, value) in &ops {
            writer.op(*code, name.as_bytes(), value);
        }
        writer.finish(&header);
        end_frame(&mut out, start);

        for end in 0..out.len() {
            prop_assert_eq!(split_frame(&out[..end]).unwrap(), None);
        }
        let frame = split_frame(&out).unwrap().unwrap();
        prop_assert_eq!(frame.kind, Kind::Message);
        prop_assert!(frame.rest.is_empty());
        let message = Message::parse(frame.body).unwrap();
        prop_assert_eq!(message.header, header);
        let sent: Vec<_> = message.fields.iter().map(|field| field.data).collect();
        prop_assert_eq!(sent, fields.iter().map(|data| &data[..]).collect::<Vec<_>>());
        prop_assert_eq!(message.ops.len(), ops.len());
        for (op, (code, name, value)) in message.ops.iter().zip(&ops) {
            prop_assert_eq!((op.code, op.name), (*code, name.as_bytes()));
            prop_assert!(same(&op.decode().unwrap(), value));
        }
        for end in 0..frame.body.len() {
            prop_assert!(Message::parse(&frame.body[..end]).is_err(), "cut at {}", end);
        }
        let twice = [frame.body, frame.body].concat();
        prop_assert_eq!(messages(&twice).flatten().count(), 2);
        prop_assert_eq!(Message::parse(&twice).unwrap_err(), Error::TrailingBytes);
    }

    #[test]
    fn batches_round_trip(rows in proptest::collection::vec((any::<[u8; 20]>(), any::<bool>(), any::<u16>(), 0u8..3), 1..20)) {
        let mut writer = BatchWriter::new(4);
        let mut last = None;
        let mut expected = Vec::new();
        for (index, (digest, repeat, generation, info4)) in rows.iter().enumerate() {
            let digest = Digest(*digest);
            if *repeat && last.is_some() {
                writer.repeat(index as u32, &digest);
            } else {
                let header = Header { info1: 1, info2: 2, info3: 3, info4: *info4, generation: u32::from(*generation), ttl: 9, ..Header::default() };
                writer.define(index as u32, &digest, &header, |row| {
                    row.field(FieldType::Namespace, b"test").op(1, b"bin", &Value::Int(5));
                });
                last = Some(header);
            }
            expected.push((index as u32, digest, last.unwrap()));
        }
        let data = writer.finish();
        let batch = Batch::parse(&data).unwrap();
        prop_assert_eq!((batch.count as usize, batch.flags), (rows.len(), 4));
        let read: Vec<_> = batch.rows().map(|row| { let row = row.unwrap(); (row.index, row.digest, row.message.header) }).collect();
        prop_assert_eq!(read, expected);
        for end in 0..data.len() {
            let whole = Batch::parse(&data[..end]).and_then(|batch| batch.rows().collect::<Result<Vec<_>, _>>());
            prop_assert!(whole.is_err(), "cut at {}", end);
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(noise in proptest::collection::vec(any::<u8>(), 0..200), kind in any::<u8>()) {
        let _ = msgpack::decode(&noise);
        let _ = particle::decode(kind, &noise);
        let _ = Message::parse(&noise);
        let _ = messages(&noise).count();
        let _ = split_frame(&noise);
        let _ = admin::Admin::parse(&noise);
        let _ = IndexRange::parse(&noise);
        let _ = partition_ids(&noise).map(Iterator::count);
        let _ = digests(&noise).map(Iterator::count);
        let _ = index_values(&noise).map(Iterator::count);
        if let Ok(batch) = Batch::parse(&noise) {
            prop_assert!(batch.rows().count() <= noise.len());
        }
        for line in lines(&noise) {
            if let Ok(command) = Command::parse(line) {
                let _ = command.parameters().count() + command.args().count();
            }
        }
    }

    #[test]
    fn damaged_messages_never_panic(at in 0usize..200, byte in any::<u8>(), value in value()) {
        let mut body = Vec::new();
        let mut writer = MessageWriter::begin(&mut body);
        writer.field(FieldType::Namespace, b"test").op(2, b"bin", &value);
        writer.finish(&Header::default());
        if let Some(place) = body.get_mut(at) {
            *place = byte;
        }
        if let Ok(message) = Message::parse(&body) {
            message.ops.iter().for_each(|op| drop(op.decode()));
        }
    }
}
