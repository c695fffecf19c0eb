//! The embedded server alone: `cargo bench -p devserver --bench server`.
//!
//! A client that pipelines over loopback keeps one server thread busy. What counts is the processor time of that thread, which other work
//! on the machine hardly changes. `cargo bench -p devserver --bench server -- --memory` also writes ten million records, which takes a minute and 4 GiB,
//! and `-- --index` indexes a million.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use devserver::{Config, Server};
use wire::batch::{BatchWriter, flags};
use wire::message::{info1, info2, info3, messages};
use wire::proto::{Kind, begin_frame, end_frame, split_frame};
use wire::{Digest, FieldType, Header, MessageWriter, OpCode, Value};

/// How many records are read.
const RECORDS: u32 = 10_000;
/// How many records memory is measured with.
const MANY: u32 = 10_000_000;
/// How many records are indexed.
const INDEXED: u32 = 1_000_000;
/// Requests in one write.
const PIPELINE: u32 = 256;
/// Rows of a batch.
const ROWS: u32 = 1000;
/// How long a figure is measured.
const TIME: Duration = Duration::from_secs(2);

fn main() {
    let server = Server::start(Config::default()).unwrap();
    let mut client = Client::connect(&server);
    let puts: Vec<_> = (0..RECORDS).map(put).collect();
    for chunk in puts.chunks(PIPELINE as usize) {
        client.singles(&chunk.concat(), chunk.len());
    }

    println!("of one server thread      µs     per second");
    let digests: Vec<_> = (0..RECORDS).map(digest).collect();
    let chunks = || digests.chunks(PIPELINE as usize).cycle();
    for (name, request) in [
        ("get", get as fn(&Digest) -> Vec<u8>),
        ("get of one bin", get_bin),
        ("exists", exists),
    ] {
        let pipelines: Vec<(Vec<u8>, usize)> = chunks()
            .take(40)
            .map(|chunk| (chunk.iter().flat_map(request).collect(), chunk.len()))
            .collect();
        measure(name, || run_all(&mut client, &pipelines));
    }
    let pipelines: Vec<(Vec<u8>, usize)> = puts
        .chunks(PIPELINE as usize)
        .map(|chunk| (chunk.concat(), chunk.len()))
        .collect();
    measure("put", || run_all(&mut client, &pipelines));
    let alone = get(&digests[0]);
    measure("get, one at a time", || {
        client.singles(&alone, 1);
        1
    });

    let batches: Vec<_> = digests.chunks(ROWS as usize).map(batch).collect();
    measure("batch row", || {
        batches.iter().map(|frame| client.stream(frame)).sum()
    });
    measure("scanned record", || client.stream(&scan()));
    drop((client, server));
    if std::env::args().any(|arg| arg == "--memory") {
        memory();
    }
    if std::env::args().any(|arg| arg == "--index") {
        index();
    }
}

fn run_all(client: &mut Client, pipelines: &[(Vec<u8>, usize)]) -> usize {
    for (frames, count) in pipelines {
        client.singles(frames, *count);
    }
    pipelines.iter().map(|pipeline| pipeline.1).sum()
}

/// Repeats `work`, which says how much it did, and prints what the server's thread took for one.
fn measure(name: &str, mut work: impl FnMut() -> usize) {
    work();
    let (begun, before) = (Instant::now(), server_time());
    let mut done = 0;
    while begun.elapsed() < TIME {
        done += work();
    }
    let each = (server_time() - before) / done as f64;
    println!("{name:<22} {:6.2} {:14.0}", each / 1e3, 1e9 / each);
}

/// The processor time of the server's one thread in nanoseconds, from Linux' scheduler statistics.
fn server_time() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let nanos = tasks.map(|task| task.unwrap().path()).find_map(|task| {
        let name = fs::read_to_string(task.join("comm")).ok()?;
        let statistics = fs::read_to_string(task.join("schedstat")).ok()?;
        let nanos = statistics.split_whitespace().next()?.parse().ok()?;
        (name.trim() == "devserver-0").then_some(nanos)
    });
    nanos.expect("a thread devserver-0")
}

/// What ten million records of two small bins take.
fn memory() {
    let server = Server::start(Config::default()).unwrap();
    let mut client = Client::connect(&server);
    let before = resident();
    for first in (0..MANY).step_by(PIPELINE as usize) {
        let ids = first..MANY.min(first + PIPELINE);
        let count = ids.len();
        let frames: Vec<u8> = ids.flat_map(put).collect();
        client.singles(&frames, count);
    }
    let each = (resident() - before) / MANY as usize;
    println!("a record of two small bins: {each} bytes of memory");
    println!(
        "{MANY} of them: {:.2} GiB",
        (resident() - before) as f64 / f64::from(1 << 30)
    );
}

/// An index of a million integers: how long it takes to be built, what it takes in memory, and what a query by it costs.
fn index() {
    let server = Server::start(Config::default()).unwrap();
    let mut client = Client::connect(&server);
    for first in (0..INDEXED).step_by(PIPELINE as usize) {
        let ids = first..INDEXED.min(first + PIPELINE);
        let count = ids.len();
        client.singles(&ids.flat_map(put).collect::<Vec<u8>>(), count);
    }
    let (begun, before) = (Instant::now(), resident());
    client.info("sindex-create:namespace=test;set=bench;indexname=ids;bin=id;type=numeric");
    while !client
        .info("sindex-stat:namespace=test;indexname=ids")
        .contains("load_pct=100;")
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    println!("an index of {INDEXED} integers");
    println!("built in {:.2} s", begun.elapsed().as_secs_f64());
    let each = resident().saturating_sub(before) / INDEXED as usize;
    println!("{each} bytes of memory an entry");
    for (name, count) in [
        ("one of them", 1),
        ("a thousand", 1000),
        ("all, each", INDEXED),
    ] {
        let request = between(0, count - 1);
        let found = client.stream(&request);
        assert_eq!(found, count as usize);
        if count == INDEXED {
            measure(name, || client.stream(&request));
        } else {
            measure(name, || {
                client.stream(&request);
                1
            });
        }
    }
}

/// The memory this process has resident, in bytes.
fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

fn digest(id: u32) -> Digest {
    Digest::of(b"bench", &Value::Int(i64::from(id))).unwrap()
}

/// A message in a frame.
fn frame(header: &Header, content: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let start = begin_frame(&mut out, Kind::Message);
    let mut writer = MessageWriter::begin(&mut out);
    content(&mut writer);
    writer.finish(header);
    end_frame(&mut out, start);
    out
}

fn on(writer: &mut MessageWriter<'_>, digest: &Digest) {
    writer
        .field(FieldType::Namespace, b"test")
        .field(FieldType::Set, b"bench")
        .field(FieldType::Digest, &digest.0);
}

fn reads(info1: u8) -> Header {
    Header {
        info1: info1::READ | info1,
        ..Header::default()
    }
}

fn put(id: u32) -> Vec<u8> {
    let header = Header {
        info2: info2::WRITE,
        ..Header::default()
    };
    frame(&header, |writer| {
        on(writer, &digest(id));
        let write = OpCode::Write as u8;
        writer.op(write, b"id", &Value::Int(i64::from(id)));
        writer.op(write, b"name", &Value::string(format!("{id:08}")));
    })
}

fn get(digest: &Digest) -> Vec<u8> {
    frame(&reads(info1::GET_ALL), |writer| on(writer, digest))
}

fn get_bin(digest: &Digest) -> Vec<u8> {
    frame(&reads(0), |writer| {
        on(writer, digest);
        writer.op(OpCode::Read as u8, b"name", &Value::Nil);
    })
}

fn exists(digest: &Digest) -> Vec<u8> {
    frame(&reads(info1::GET_NO_BINS), |writer| on(writer, digest))
}

/// A batch of reads, as clients send it: the first row says what to do, the others repeat it.
fn batch(digests: &[Digest]) -> Vec<u8> {
    let mut rows = BatchWriter::new(flags::INLINE | flags::RESPOND_ALL);
    for (index, digest) in digests.iter().enumerate() {
        if index == 0 {
            rows.define(0, digest, &reads(info1::GET_ALL), |writer| {
                writer
                    .field(FieldType::Namespace, b"test")
                    .field(FieldType::Set, b"bench");
            });
        } else {
            rows.repeat(index as u32, digest);
        }
    }
    let header = Header {
        info1: info1::BATCH,
        ..Header::default()
    };
    frame(&header, |writer| {
        writer.field(FieldType::Batch, &rows.finish());
    })
}

/// A query for the records whose `id` is in a range, by the index.
fn between(least: u32, most: u32) -> Vec<u8> {
    let mut range = vec![1, 2, b'i', b'd', 1];
    for end in [least, most] {
        range.extend_from_slice(&8_u32.to_be_bytes());
        range.extend_from_slice(&i64::from(end).to_be_bytes());
    }
    query(|writer| {
        writer
            .field(FieldType::Set, b"bench")
            .field(FieldType::IndexRange, &range);
    })
}

fn scan() -> Vec<u8> {
    query(|_| ())
}

/// A query of all partitions.
fn query(content: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let partitions: Vec<u8> = (0..wire::PARTITIONS as u16)
        .flat_map(u16::to_le_bytes)
        .collect();
    let header = Header {
        info3: info3::PARTITION_DONE,
        ttl: u32::MAX,
        ..reads(0)
    };
    frame(&header, |writer| {
        writer
            .field(FieldType::Namespace, b"test")
            .field(FieldType::PartitionIds, &partitions);
        content(writer);
    })
}

struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.hosts()[0]).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends requests on single records; waits for as many answers, all of which must be good.
    fn singles(&mut self, frames: &[u8], count: usize) {
        self.stream.write_all(frames).unwrap();
        let mut answers = 0;
        while answers < count {
            answers += self.frames(|body| {
                let message = messages(body).next().unwrap().unwrap();
                assert_eq!(message.header.result, 0);
                1
            });
        }
        assert_eq!(answers, count);
    }

    /// Sends an info command; its value.
    fn info(&mut self, command: &str) -> String {
        let mut out = Vec::new();
        let start = begin_frame(&mut out, Kind::Info);
        out.extend_from_slice(command.as_bytes());
        out.push(b'\n');
        end_frame(&mut out, start);
        self.stream.write_all(&out).unwrap();
        let mut text = String::new();
        while self.frames(|body| {
            text = String::from_utf8(body.to_vec()).unwrap();
            1
        }) == 0
        {}
        text
    }

    /// Sends a batch or scan; the number of records in the answer.
    fn stream(&mut self, frame: &[u8]) -> usize {
        self.stream.write_all(frame).unwrap();
        let (mut records, mut ended) = (0, false);
        while !ended {
            records += self.frames(|body| {
                let headers = messages(body).map(|message| message.unwrap().header);
                headers
                    .filter(|header| {
                        assert_eq!(header.result, 0);
                        ended |= header.info3 & info3::LAST != 0;
                        header.generation > 0 && header.info3 == 0
                    })
                    .count()
            });
        }
        assert!(records > 0);
        records
    }

    /// Reads once; what `count` says of the frames that are complete.
    fn frames(&mut self, mut count: impl FnMut(&[u8]) -> usize) -> usize {
        let held = self.received.len();
        self.received.resize(held + (256 << 10), 0);
        let read = self.stream.read(&mut self.received[held..]).unwrap();
        assert!(read > 0, "the connection is open");
        self.received.truncate(held + read);
        let mut rest = self.received.as_slice();
        let mut counted = 0;
        while let Some(frame) = split_frame(rest).unwrap() {
            counted += count(frame.body);
            rest = frame.rest;
        }
        let done = self.received.len() - rest.len();
        self.received.drain(..done);
        counted
    }
}
