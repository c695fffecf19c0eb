//! Secondary indexes, queries by index, background work, aggregation and jobs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use client::{Client, Reply, Request, int, start, text};
use wire::{Digest, FieldType, OpCode, Value, particle};

fn range(bin: &str, kind: u8, from: &Value, to: &Value) -> Vec<u8> {
    let mut data = vec![1, bin.len() as u8];
    data.extend_from_slice(bin.as_bytes());
    data.push(kind);
    for end in [from, to] {
        let mut bytes = Vec::new();
        match end {
            Value::GeoJson(text) => bytes.extend_from_slice(text),
            end => particle::write(&mut bytes, end),
        }
        data.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        data.extend_from_slice(&bytes);
    }
    data
}

fn query(bin: &str, kind: u8, from: &Value, to: &Value) -> Request {
    Request::scan(0..4096)
        .set("demo")
        .field(FieldType::IndexRange, &range(bin, kind, from, to))
}

fn between(bin: &str, from: i64, to: i64) -> Request {
    query(bin, 1, &int(from), &int(to))
}

fn digests(replies: &[Reply]) -> BTreeSet<Digest> {
    let digest = |reply: &Reply| Digest::from_slice(reply.field(FieldType::Digest).unwrap());
    let found: BTreeSet<_> = replies.iter().map(|reply| digest(reply).unwrap()).collect();
    assert_eq!(found.len(), replies.len(), "each record once");
    found
}

fn of(keys: impl IntoIterator<Item = i64>) -> BTreeSet<Digest> {
    keys.into_iter().map(client::digest).collect()
}

fn put(client: &mut Client, key: i64, bin: &str, value: Value) {
    assert_eq!(client.call(&Request::put(key, &[(bin, value)])).result(), 0);
}

fn make(client: &mut Client, rest: &str) {
    let command = format!("sindex-create:namespace=test;set=demo;{rest}");
    assert_eq!(client.info(&command), "ok");
}

fn entries(client: &mut Client, name: &str) -> String {
    let stat = client.info(&format!("sindex-stat:namespace=test;indexname={name}"));
    stat.split(';').next().unwrap().to_owned()
}

#[test]
fn an_index_follows_its_records() {
    let (server, mut client) = start();
    for key in 0..20 {
        put(&mut client, key, "a", int(key));
    }
    make(&mut client, "indexname=i;bin=a;type=NUMERIC");
    let found = |client: &mut Client| digests(&client.stream(&between("a", 5, 9)).0);
    assert_eq!(found(&mut client), of(5..10));
    put(&mut client, 5, "a", int(100));
    put(&mut client, 6, "a", text("6"));
    put(&mut client, 30, "a", int(7));
    assert_eq!(client.call(&Request::delete(8)).result(), 0);
    assert_eq!(found(&mut client), of([7, 9, 30]));
    assert_eq!(entries(&mut client, "i"), "entries=19");

    let short = Request::put(31, &[("a", int(6))]).ttl(5);
    assert_eq!(client.call(&short).result(), 0);
    assert_eq!(found(&mut client), of([7, 9, 30, 31]));
    server.advance(10);
    assert_eq!(found(&mut client), of([7, 9, 30]));
    assert_eq!(client.info("truncate:namespace=test;set=demo"), "ok");
    assert!(found(&mut client).is_empty());
    wait(|| entries(&mut client, "i") == "entries=0");
}

#[test]
fn lists_and_maps_give_each_record_once_also_when_resumed() {
    let (_server, mut client) = start();
    make(&mut client, "indexname=l;bin=l;type=NUMERIC;indextype=LIST");
    for key in 0..50 {
        let list = Value::list((0..10).map(|n| int(key + n)).collect());
        put(&mut client, key, "l", list);
    }
    let all = between("l", 5, 30).field(FieldType::IndexType, &[1]);
    assert_eq!(digests(&client.stream(&all).0), of(0..31));
    assert_eq!(client.stream(&between("l", 5, 30)).1.result(), 201);

    // Page by page; the last record of a partition is what it goes on behind.
    let (mut seen, mut marks) = (Vec::new(), std::collections::BTreeMap::new());
    loop {
        let (ids, mut after, mut values) = (0..4096_u16, Vec::new(), Vec::new());
        let ids = ids.filter(|id| !marks.contains_key(&usize::from(*id)));
        let page = Request::scan(ids).set("demo");
        for (digest, value) in marks.values() {
            let digest: &Digest = digest;
            let value: &Vec<u8> = value;
            after.extend_from_slice(&digest.0);
            values.extend_from_slice(value);
        }
        let page = page
            .field(FieldType::IndexRange, &range("l", 1, &int(5), &int(30)))
            .field(FieldType::IndexType, &[1])
            .field(FieldType::MaxRecords, &4_u64.to_be_bytes())
            .field(FieldType::Digests, &after)
            .field(FieldType::IndexValues, &values);
        let (replies, last) = client.stream(&page);
        assert_eq!(last.result(), 0);
        if replies.is_empty() {
            break;
        }
        for reply in &replies {
            let digest = Digest::from_slice(reply.field(FieldType::Digest).unwrap()).unwrap();
            let value = reply.field(FieldType::IndexValues).unwrap().to_vec();
            marks.insert(digest.partition(), (digest, value));
        }
        seen.extend(replies);
    }
    assert_eq!(digests(&seen), of(0..31));
}

#[test]
fn strings_blobs_places_and_expressions() {
    let (_server, mut client) = start();
    make(&mut client, "indexname=s;bin=s;type=STRING");
    make(&mut client, "indexname=b;bin=b;type=BLOB");
    make(&mut client, "indexname=g;bin=g;type=GEO2DSPHERE");
    // `a` as an integer.
    make(&mut client, "indexname=e;exp=k1ECoWE=;type=NUMERIC");
    put(&mut client, 1, "s", text("x"));
    put(&mut client, 2, "b", Value::blob([1, 2]));
    let point = Value::geo_json(r#"{"type":"Point","coordinates":[10.5,50.5]}"#);
    let area = r#"{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51],[10,50]]]}"#;
    let area = Value::geo_json(area);
    put(&mut client, 3, "g", point.clone());
    put(&mut client, 4, "g", area.clone());
    put(&mut client, 5, "a", int(9));
    let mut found = |request: &Request| digests(&client.stream(request).0);
    assert_eq!(found(&query("s", 3, &text("x"), &text("x"))), of([1]));
    assert!(found(&query("s", 3, &text("y"), &text("y"))).is_empty());
    let blob = Value::blob([1, 2]);
    assert_eq!(found(&query("b", 4, &blob, &blob)), of([2]));
    assert_eq!(found(&query("g", 23, &area, &area)), of([3]));
    assert_eq!(found(&query("g", 23, &point, &point)), of([4]));
    let expression = between("", 9, 9).field(FieldType::IndexExpression, &[0x93, 81, 2, 0xa1, 97]);
    assert_eq!(found(&expression), of([5]));
    let named = between("", 9, 9).field(FieldType::IndexName, b"e");
    assert_eq!(found(&named), of([5]));
}

#[test]
fn what_is_refused() {
    let (_server, mut client) = start();
    make(&mut client, "indexname=i;bin=a;type=NUMERIC");
    make(&mut client, "indexname=i;bin=a;type=NUMERIC");
    let create = |rest: &str| format!("sindex-create:namespace=test;set=demo;{rest}");
    let refused = [
        ("indexname=i;bin=b;type=NUMERIC", "ERROR:200:"),
        (
            "indexname=g;bin=b;type=GEO2DSPHERE;indextype=mapkeys",
            "ERROR:4:",
        ),
        ("indexname=x;bin=b;type=FLOAT", "ERROR:4:"),
        ("indexname=x;bin=b;exp=k1ECoWE=;type=NUMERIC", "ERROR:4:"),
        // The bin `a` as an integer, in three places where it does not fit.
        ("indexname=x;exp=k1ECoWE=;type=STRING", "ERROR:4:"),
        ("indexname=x;exp=k1ECoWE=;type=BLOB", "ERROR:4:"),
        (
            "indexname=x;exp=k1ECoWE=;type=NUMERIC;indextype=LIST",
            "ERROR:4:",
        ),
        ("indexname=x;type=NUMERIC", "ERROR:4:"),
        ("bin=b;type=NUMERIC", "ERROR:4:"),
    ];
    for (rest, error) in refused {
        assert!(client.info(&create(rest)).starts_with(error), "{rest}");
    }
    assert_eq!(client.call(&between("b", 1, 2)).result(), 201);
    assert_eq!(client.call(&between("a", 2, 1)).result(), 4);
    for n in 1..256 {
        make(&mut client, &format!("indexname=n{n};bin=a;type=NUMERIC"));
    }
    let one_more = client.info(&create("indexname=more;bin=a;type=NUMERIC"));
    assert!(one_more.starts_with("ERROR:206:"));
    assert_eq!(
        client.info("sindex-delete:namespace=test;indexname=i"),
        "ok"
    );
    assert_eq!(
        client.info("sindex-exists:namespace=test;indexname=i"),
        "false"
    );
    assert_eq!(
        client.info("sindex-exists:namespace=test;indexname=n1"),
        "true"
    );
}

fn wait(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "it does not come to an end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn background_operations_run_as_a_job() {
    let (_server, mut client) = start();
    for key in 0..30 {
        put(&mut client, key, "a", int(key));
    }
    make(&mut client, "indexname=i;bin=a;type=NUMERIC");
    let work = Request::default()
        .info(0, wire::message::info2::WRITE, 0)
        .field(FieldType::Namespace, b"test")
        .set("demo")
        .field(FieldType::QueryId, &77_u64.to_be_bytes())
        .field(FieldType::IndexRange, &range("a", 1, &int(10), &int(19)))
        .op(OpCode::Write, "done", &int(1));
    assert_eq!(client.stream(&work).1.result(), 0);
    wait(|| client.info("query-show:id=77").contains("status=done(ok)"));
    let job = client.info("query-show:id=77");
    assert!(job.contains("recs-succeeded=10:recs-failed=0:"), "{job}");
    assert!(job.contains("sindex-name=i:") && job.contains("job-type=background-ops:"));
    for key in 0..30 {
        let bins = client.call(&Request::get(key)).ops.len();
        assert_eq!(bins, if (10..20).contains(&key) { 2 } else { 1 });
    }
    assert_eq!(client.info("query-abort:id=77"), "ERROR:2:id not active");
    assert_eq!(client.info("query-show:id=78"), "ERROR:2:job not found");
    assert_eq!(client.stream(&work.set("never")).1.result(), 2);
}
