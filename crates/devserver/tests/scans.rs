//! Scans by partition, with limits, resumed, projected; on one node and several. Truncation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, Reply, Request, digest, int, start, start_with, text};
use devserver::Config;
use wire::message::{info1, info2, info3};
use wire::{Digest, FieldType, OpCode, Value};

fn fill(client: &mut Client, keys: std::ops::Range<i64>) {
    for chunk in keys.clone().collect::<Vec<_>>().chunks(500) {
        let frames: Vec<u8> = chunk
            .iter()
            .flat_map(|key| {
                Request::put(*key, &[("i", int(*key)), ("s", text("x"))])
                    .key(&int(*key))
                    .frame()
            })
            .collect();
        client.send(&frames);
        for _ in chunk {
            assert_eq!(client.reply().result(), 0);
        }
    }
}

fn digest_of(reply: &Reply) -> Digest {
    Digest::from_slice(reply.field(FieldType::Digest).unwrap()).unwrap()
}

fn keys(replies: &[Reply]) -> BTreeSet<i64> {
    replies
        .iter()
        .map(|reply| {
            reply
                .ops
                .iter()
                .find(|op| op.1 == "i")
                .unwrap()
                .2
                .as_int()
                .unwrap()
        })
        .collect()
}

#[test]
fn everything_is_found_once() {
    let (_server, mut client) = start();
    fill(&mut client, 0..5000);
    assert_eq!(
        client
            .call(
                &Request::put(1, &[("i", int(-1))])
                    .set("other")
                    .digest(90_001)
            )
            .result(),
        0
    );
    assert_eq!(
        client
            .call(&Request::put(1, &[("i", int(-2))]).set("").digest(90_002))
            .result(),
        0
    );

    let (replies, last) = client.stream(&Request::scan(0..4096).set("demo"));
    assert_eq!((replies.len(), last.result()), (5000, 0));
    assert_eq!(keys(&replies), (0..5000).collect());
    for reply in &replies {
        let key = reply.ops[0].2.as_int().unwrap();
        assert_eq!(digest_of(reply), digest(key));
        assert_eq!(reply.field(FieldType::Namespace), Some(&b"test"[..]));
        assert_eq!(reply.field(FieldType::Set), Some(&b"demo"[..]));
        assert_eq!(
            reply.field(FieldType::Key),
            Some(&[&[1][..], &key.to_be_bytes()].concat()[..])
        );
        assert_eq!((reply.header.generation, reply.ops.len()), (1, 2));
    }

    let (all, _) = client.stream(&Request::scan(0..4096));
    assert_eq!(all.len(), 5002);
    let without = all.iter().find(|reply| reply.ops[0].2 == int(-2)).unwrap();
    assert_eq!(
        (without.field(FieldType::Set), without.field(FieldType::Key)),
        (None, None)
    );
    let (none, last) = client.stream(&Request::scan(0..4096).set("never"));
    assert_eq!((none.len(), last.result()), (0, 0));
}

#[test]
fn some_partitions() {
    let (_server, mut client) = start();
    fill(&mut client, 0..3000);
    let wanted = [7u16, 4095, 100];
    let (replies, _) = client.stream(&Request::scan(wanted));
    let expected: BTreeSet<i64> = (0..3000)
        .filter(|key| wanted.contains(&(digest(*key).partition() as u16)))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(keys(&replies), expected);
}

#[test]
fn headers_and_projections() {
    let (_server, mut client) = start();
    fill(&mut client, 0..10);
    assert_eq!(
        client
            .call(&Request::put(10, &[("other", int(1))]))
            .result(),
        0
    );
    let (replies, _) = client.stream(&Request::scan(0..4096).info(info1::GET_NO_BINS, 0, 0));
    assert_eq!(replies.len(), 11);
    assert!(
        replies
            .iter()
            .all(|reply| reply.ops.is_empty() && reply.header.info1 == info1::GET_NO_BINS)
    );

    // A record with none of the bins is left out, unless every op is to be answered.
    let (replies, _) = client.stream(&Request::scan(0..4096).read("i").read("none"));
    assert_eq!(replies.len(), 10);
    assert!(
        replies
            .iter()
            .all(|reply| reply.ops.len() == 1 && reply.ops[0].1 == "i")
    );
    let all = Request::scan(0..4096)
        .info(0, info2::RESPOND_ALL_OPS, 0)
        .read("i")
        .read("none");
    let (replies, _) = client.stream(&all);
    assert_eq!(replies.len(), 11);
    assert!(
        replies
            .iter()
            .all(|reply| reply.ops.len() == 2 && reply.ops[1].2 == Value::Nil)
    );
}

#[test]
fn pages_meet_without_gap_or_overlap() {
    let (_server, mut client) = start();
    fill(&mut client, 0..2000);
    let mut left: Vec<(u16, Option<Digest>)> = (0..4096).map(|id| (id, None)).collect();
    let mut found = BTreeSet::new();
    let mut pages = 0;
    while !left.is_empty() {
        let ids = left
            .iter()
            .filter(|(_, after)| after.is_none())
            .map(|(id, _)| *id);
        let after: Vec<u8> = left
            .iter()
            .filter_map(|(_, after)| after.map(|after| after.0))
            .flatten()
            .collect();
        let mut scan = Request::scan(ids).field(FieldType::MaxRecords, &300u64.to_be_bytes());
        if !after.is_empty() {
            scan = scan.field(FieldType::Digests, &after);
        }
        let (replies, last) = client.stream(&scan);
        assert_eq!(last.result(), 0);
        assert!(replies.len() <= 300);
        pages += 1;
        let before = found.len();
        found.extend(keys(&replies));
        assert_eq!(found.len(), before + replies.len(), "a record came twice");
        if replies.len() < 300 {
            break;
        }
        // Go on as a client does: behind the last record of each partition that sent one.
        for reply in &replies {
            let digest = digest_of(reply);
            let place = left
                .iter_mut()
                .find(|(id, _)| usize::from(*id) == digest.partition())
                .unwrap();
            place.1 = Some(digest);
        }
    }
    assert_eq!((found.len(), pages), (2000, 7));
}

#[test]
fn a_partition_is_walked_in_descending_order() {
    let (_server, mut client) = start();
    // Digests of partition 5, made up.
    let digests: Vec<Digest> = (0..50u8)
        .map(|index| {
            let mut bytes = [index.wrapping_mul(37); 20];
            bytes[0] = 5;
            bytes[1] = index << 4;
            Digest(bytes)
        })
        .collect();
    for digest in &digests {
        let put = Request::put(0, &[("i", int(1))]).field(FieldType::Digest, &digest.0);
        assert_eq!(client.call(&put).result(), 0);
    }
    let (replies, _) = client.stream(&Request::scan([5]));
    let walked: Vec<Digest> = replies.iter().map(digest_of).collect();
    assert!(walked.is_sorted_by(|a, b| a > b));
    assert_eq!(walked.len(), digests.iter().collect::<BTreeSet<_>>().len());
    let mut resumed = Request::scan([]).field(FieldType::Digests, &walked[10].0);
    resumed
        .fields
        .retain(|field| field.0 != FieldType::PartitionIds as u8);
    let (replies, _) = client.stream(&resumed);
    assert_eq!(
        replies.iter().map(digest_of).collect::<Vec<_>>(),
        walked[11..]
    );
}

#[test]
fn a_rate_does_not_lose_records() {
    let (_server, mut client) = start();
    fill(&mut client, 0..60);
    let (replies, last) = client
        .stream(&Request::scan(0..4096).field(FieldType::RecordsPerSecond, &300u32.to_be_bytes()));
    assert_eq!((keys(&replies).len(), last.result()), (60, 0));
}

#[test]
fn scans_that_are_none() {
    let (_server, mut client) = start();
    fill(&mut client, 0..10);
    let result = |client: &mut Client, scan: &Request| {
        // A scan that does not begin has no end either: one message says why.
        let refused = client.call(scan);
        assert!(!refused.is_last());
        refused.result()
    };
    assert_eq!(result(&mut client, &Request::scan([4096])), 4);
    assert_eq!(result(&mut client, &Request::scan([1, 2, 1])), 4);
    assert_eq!(
        result(
            &mut client,
            &Request::scan([1]).field(FieldType::PartitionIds, &[1])
        ),
        4
    );
    assert_eq!(
        result(
            &mut client,
            &Request::scan([5]).field(
                FieldType::Digests,
                &[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            )
        ),
        4
    );
    assert_eq!(
        result(
            &mut client,
            &Request::scan([1]).op(OpCode::Write, "a", &int(1))
        ),
        4
    );
    let mut bare = Request::scan([1]);
    bare.header.info3 &= !info3::PARTITION_DONE;
    assert_eq!(result(&mut client, &bare), 16);
    let mut nowhere = Request::scan([]);
    nowhere
        .fields
        .retain(|field| field.0 != FieldType::PartitionIds as u8);
    assert_eq!(result(&mut client, &nowhere), 16);
    // Nothing is indexed.
    let everywhere = || Request::scan(0..4096);
    let range = b"\x01\x01i\x01\0\0\0\x08\0\0\0\0\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0\0\x05";
    assert_eq!(
        result(
            &mut client,
            &everywhere().field(FieldType::IndexRange, range)
        ),
        201
    );
    // false: nothing passes.
    let (replies, last) = client.stream(&everywhere().field(FieldType::Filter, &[0xc2]));
    assert_eq!((replies.len(), last.result()), (0, 0));
    // No function is named; background work must not read.
    assert_eq!(
        result(&mut client, &everywhere().field(FieldType::UdfOp, &[1])),
        4
    );
    assert_eq!(
        result(
            &mut client,
            &everywhere()
                .info(0, info2::WRITE, 0)
                .op(OpCode::Write, "z", &int(1))
        ),
        4
    );
    // An operation that no sketch has: known when the first record is read.
    let wrong = everywhere().op(OpCode::HllRead, "i", &Value::blob([0x91, 0x10]));
    let (replies, last) = client.stream(&wrong);
    assert_eq!((replies.len(), last.result()), (0, 4));
}

#[test]
fn expired_records_are_not_found() {
    let (server, mut client) = start();
    fill(&mut client, 0..10);
    assert_eq!(
        client
            .call(&Request::put(3, &[("i", int(3))]).ttl(5))
            .result(),
        0
    );
    server.advance(5);
    let (replies, _) = client.stream(&Request::scan(0..4096));
    assert_eq!(keys(&replies), (0..10).filter(|key| *key != 3).collect());
}

/// The partitions of a bitmap.
fn owned(bitmap: &str) -> BTreeSet<u16> {
    let bytes = STANDARD.decode(bitmap).unwrap();
    assert_eq!(bytes.len(), 512);
    (0..4096)
        .filter(|id| bytes[usize::from(*id) / 8] & (0x80 >> (id % 8)) != 0)
        .collect()
}

#[test]
fn every_partition_has_one_master() {
    let (server, mut first) = start_with(Config {
        nodes: 3,
        ..Config::default()
    });
    fill(&mut first, 0..3000);
    let mut masters = BTreeSet::new();
    let mut replicas = BTreeSet::<u16>::new();
    let mut found = BTreeSet::new();
    for host in server.hosts() {
        let mut client = Client::connect(host);
        let value = client.info("replicas");
        let namespaces: Vec<&str> = value.split(';').collect();
        assert_eq!(namespaces.len(), 2);
        let parts: Vec<&str> = namespaces[0].split(',').collect();
        assert_eq!((parts.len(), parts[0], parts[1]), (4, "test:0", "2"));
        let (master, replica) = (owned(parts[2]), owned(parts[3]));
        assert!(master.is_disjoint(&replica));
        assert!(masters.is_disjoint(&master));
        masters.extend(&master);
        replicas.extend(&replica);

        // Asked for all partitions, a node sends its own and says which it does not have.
        let (replies, last) = client.stream(&Request::scan(0..4096).set("demo"));
        assert_eq!(last.result(), 0);
        let (records, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.result() == 0);
        let refused: BTreeSet<u16> = refused
            .iter()
            .inspect(|reply| {
                assert_eq!(
                    (reply.result(), reply.header.info3),
                    (11, info3::PARTITION_DONE)
                );
            })
            .map(|reply| reply.header.generation as u16)
            .collect();
        assert_eq!(
            refused,
            (0..4096).filter(|id| !master.contains(id)).collect()
        );
        assert!(
            records
                .iter()
                .all(|reply| master.contains(&(digest_of(reply).partition() as u16)))
        );
        found.extend(keys(&records));
        // A record can be read and written through any node.
        assert_eq!(client.call(&Request::get(5)).result(), 0);
    }
    assert_eq!(
        (masters.len(), replicas.len(), found.len()),
        (4096, 4096, 3000)
    );
}

#[test]
fn truncation_removes_what_was_before_it() {
    let (_server, mut client) = start();
    for round in 0..20 {
        fill(&mut client, 0..50);
        assert_eq!(
            client
                .call(&Request::put(1, &[("i", int(1))]).set("other").digest(9999))
                .result(),
            0
        );
        assert_eq!(client.info("truncate:namespace=test;set=demo"), "ok");
        // At once, however short the time between.
        assert_eq!(client.call(&Request::get(1)).result(), 2, "round {round}");
        assert_eq!(client.call(&Request::delete(1)).result(), 2);
        assert_eq!(
            client
                .call(&Request::put(1, &[("i", int(5))]))
                .header
                .generation,
            1
        );
        let (replies, _) = client.stream(&Request::scan(0..4096).set("demo"));
        assert_eq!(keys(&replies), BTreeSet::from([5]));
        assert_eq!(
            client
                .call(&Request::get(1).set("other").digest(9999))
                .result(),
            0
        );
    }
    assert_eq!(client.info("truncate-namespace:namespace=test"), "ok");
    let (replies, _) = client.stream(&Request::scan(0..4096));
    assert!(replies.is_empty());
}

#[test]
fn truncation_by_time() {
    let (server, mut client) = start();
    fill(&mut client, 0..10);
    server.advance(100);
    fill(&mut client, 10..20);
    let unix = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    let seconds = |seconds: u128| unix + seconds * 1_000_000_000;
    assert_eq!(
        client.info(&format!(
            "truncate:namespace=test;set=demo;lut={}",
            seconds(50)
        )),
        "ok"
    );
    let (replies, _) = client.stream(&Request::scan(0..4096));
    assert_eq!(keys(&replies), (10..20).collect());
    let future = client.info(&format!(
        "truncate:namespace=test;set=demo;lut={}",
        seconds(500)
    ));
    assert_eq!(future, "ERROR:4:would truncate in the future");
    assert_eq!(
        client.info("truncate:namespace=test;set=demo;lut=1"),
        "ERROR:4:would truncate to 0"
    );
    assert_eq!(
        client.info("truncate:namespace=test;set=demo;lut=x"),
        "ERROR:4:bad 'lut'"
    );
    assert_eq!(
        client.info("truncate:namespace=test"),
        "ERROR:4:missing 'set'"
    );
    assert_eq!(
        client.info("truncate:namespace=test;set="),
        "ERROR:4:missing 'set' value"
    );
    assert_eq!(
        client.info("truncate:set=demo"),
        "ERROR:20:missing 'namespace'"
    );
    assert_eq!(
        client.info("truncate:namespace=;set=demo"),
        "ERROR:20:missing 'namespace' value"
    );
    assert_eq!(client.stream(&Request::scan(0..4096)).0.len(), 10);
}

#[test]
fn the_sweep_frees_what_is_gone() {
    let (server, mut client) = start_with(Config {
        sweep_period: 1,
        ..Config::default()
    });
    fill(&mut client, 0..1000);
    assert_eq!(client.info("objects"), "1000");
    for key in 0..10 {
        assert_eq!(
            client
                .call(&Request::put(key, &[("i", int(key))]).ttl(5))
                .result(),
            0
        );
    }
    server.advance(5);
    let mut waited = 0;
    while client.info("objects") != "990" {
        waited += 1;
        assert!(waited < 1000, "{} objects", client.info("objects"));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(client.info("truncate:namespace=test;set=demo"), "ok");
    while client.info("objects") != "0" {
        waited += 1;
        assert!(waited < 2000);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(
        client
            .info("sets/test/demo")
            .starts_with("ns=test:set=demo:objects=0:")
    );
}
