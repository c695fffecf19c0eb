//! Every query for places or regions recorded with a real server finds here the records it found there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod recorded;

use std::collections::{BTreeSet, HashMap};

use devserver::geo::{Shape, within};
use wire::message::{info2, info3, messages};
use wire::query::IndexRange;
use wire::{FieldType, Message, OpCode, Value, proto};

type Records = HashMap<Vec<u8>, HashMap<Vec<u8>, Value>>;

/// The values a query looks at: the bin's, or those in its list or map.
fn candidates(bin: &Value, index_type: u8) -> Vec<&Value> {
    match (index_type, bin) {
        (0, value) => vec![value],
        (1, Value::List(list)) => list.items.iter().collect(),
        (2, Value::Map(map)) => map.pairs().iter().map(|pair| &pair.0).collect(),
        (3, Value::Map(map)) => map.pairs().iter().map(|pair| &pair.1).collect(),
        _ => vec![],
    }
}

fn found(records: &Records, request: &Message<'_>) -> Option<BTreeSet<Vec<u8>>> {
    let range = IndexRange::parse(request.fields.get(FieldType::IndexRange)?).unwrap();
    let index_type = request.fields.u8(FieldType::IndexType).unwrap();
    if range.kind != 23 || request.fields.get(FieldType::IndexContext).is_some() {
        return None;
    }
    let asked = Shape::parse(range.begin.as_bytes().unwrap()).unwrap();
    let matches = |value: &&Value| match value {
        Value::GeoJson(text) => within(&Shape::parse(text).unwrap(), &asked),
        _ => false,
    };
    let hits = records.iter().filter(|(_, bins)| {
        let bin = bins.get(range.bin);
        bin.is_some_and(|bin| candidates(bin, index_type.unwrap_or(0)).iter().any(matches))
    });
    Some(hits.map(|(digest, _)| digest.clone()).collect())
}

fn write(records: &mut Records, digest: &[u8], request: &Message<'_>) {
    if request.header.info2 & info2::DELETE != 0 {
        records.remove(digest);
    } else if request.header.info2 & info2::WRITE != 0 {
        let record = records.entry(digest.to_vec()).or_default();
        for op in request
            .ops
            .iter()
            .filter(|op| op.kind() == Some(OpCode::Write))
        {
            record.insert(op.name.to_vec(), op.decode().unwrap());
        }
    }
}

#[test]
fn queries_of_the_official_client() {
    let Some(exchanges) = recorded::exchanges("c_test_geospatial") else {
        return;
    };
    let mut records = Records::new();
    let (mut queries, mut hits) = (0, 0);
    for exchange in exchanges {
        let Ok(Some(frame)) = proto::split_frame(&exchange.request) else {
            continue;
        };
        if frame.kind != proto::Kind::Message {
            continue;
        }
        let request = messages(frame.body).next().unwrap().unwrap();
        if let Some(digest) = request.fields.get(FieldType::Digest) {
            write(&mut records, digest, &request);
            continue;
        }
        let Some(found) = found(&records, &request) else {
            continue;
        };
        let mut wanted = BTreeSet::new();
        let mut rest = exchange.reply.as_slice();
        while let Ok(Some(frame)) = proto::split_frame(rest) {
            for message in messages(frame.body).map(Result::unwrap) {
                if message.header.info3 & (info3::LAST | info3::PARTITION_DONE) == 0 {
                    let digest = message.fields.get(FieldType::Digest);
                    wanted.extend(digest.map(<[u8]>::to_vec));
                }
            }
            rest = frame.rest;
        }
        assert_eq!(found, wanted, "exchange {}", exchange.number);
        queries += 1;
        hits += wanted.len();
    }
    assert_eq!((queries, hits), (23, 38));
}
