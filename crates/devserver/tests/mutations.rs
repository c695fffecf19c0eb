//! Requests of every kind with something wrong in them: they are answered or their connection ends, and nobody else notices.
//!
//! What is changed are the requests of `fuzz/corpus/server`; the same changes are made every time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::fs;
use std::io::Write as _;
use std::net::Shutdown;
use std::path::Path;

use client::{Client, Request, frame, int, start_with};
use devserver::{Config, Enterprise};
use wire::FieldType;
use wire::proto::{HEADER_SIZE, Kind};

const ROUNDS: usize = 6000;
/// Between two looks at the other connection.
const STRIDE: usize = 100;
/// What this process, server and test, may grow by.
const GROWTH: usize = 256 << 20;
/// Lengths and counts that lie.
const SIZES: [u32; 8] = [
    0,
    1,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
];

/// Xorshift: the same numbers every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// Kinds and bodies of requests; each is smaller than what a socket holds.
fn corpus() -> Vec<(Kind, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/server");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let request = |path| {
        let bytes = fs::read(path).unwrap();
        let (kind, body) = bytes.split_first()?;
        let kind = match kind % 4 {
            0 => Kind::Info,
            1 => Kind::Security,
            _ => Kind::Message,
        };
        Some((kind, body.to_vec()))
    };
    files.into_iter().filter_map(request).collect()
}

/// The body of a compressed frame: how large the frame in it is, then its bytes.
fn compressed(inner: &[u8]) -> Vec<u8> {
    let body = (inner.len() as u64).to_be_bytes().to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(body, flate2::Compression::fast());
    encoder.write_all(inner).unwrap();
    encoder.finish().unwrap()
}

/// A request with something wrong, as the bytes that are sent.
fn mutated(chance: &mut Chance, corpus: &[(Kind, Vec<u8>)]) -> Vec<u8> {
    let (mut kind, mut body) = corpus[chance.below(corpus.len())].clone();
    if chance.below(8) == 0 {
        body = compressed(&frame(kind, &body));
        kind = Kind::Compressed;
    }
    let at = chance.below(body.len());
    match chance.below(8) {
        0 => body.truncate(at),
        1 => {
            let more = chance.below(200);
            body.extend(chance.bytes(more));
        }
        2 => {
            let (_, other) = &corpus[chance.below(corpus.len())];
            body.truncate(at);
            body.extend_from_slice(&other[chance.below(other.len())..]);
        }
        3 if body.len() >= at + 4 => {
            let size = SIZES[chance.below(SIZES.len())];
            body[at..at + 4].copy_from_slice(&size.to_be_bytes());
        }
        4 => {
            let again = body[at..].to_vec();
            body.extend(again);
        }
        5 => {
            let mut whole = frame(kind, &body);
            whole.truncate(chance.below(whole.len()));
            return whole;
        }
        6 => {
            let mut whole = frame(kind, &body);
            whole[chance.below(HEADER_SIZE)] ^= 1 << chance.below(8);
            return whole;
        }
        _ => {
            for _ in 0..=chance.below(6) {
                if let Some(byte) = body.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
                let other = chance.below(body.len());
                if let Some(byte) = body.get_mut(other) {
                    *byte = chance.next() as u8;
                }
            }
        }
    }
    frame(kind, &body)
}

/// Memory this process has resident, in bytes; `None` where the system does not say.
fn resident() -> Option<usize> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split_whitespace().nth(1)?.parse::<usize>().ok()? * 4096)
}

/// Sends all of them to a server; its other connection must not notice.
fn damage(config: Config) {
    let (server, mut other) = start_with(config);
    let corpus = corpus();
    assert!(corpus.len() > 100);
    let mut chance = Chance(0x5eed_cafe_f00d_d00d);
    let before = resident();
    let mut answers = 0;
    for round in 0..ROUNDS {
        let bytes = mutated(&mut chance, &corpus);
        let mut client = Client::to(&server);
        // The server may have had enough before all is sent.
        let _ = client.stream.write_all(&bytes);
        let _ = client.stream.shutdown(Shutdown::Write);
        // Whatever comes is made of whole frames; a server that neither answers nor ends fails by the client's timeout.
        while client.frame().is_some() {
            answers += 1;
        }
        if round % STRIDE == 0 {
            let own = |request: Request| request.field(FieldType::Namespace, b"bar");
            let mine = Request::put(987, &[("n", int(round as i64))]);
            assert_eq!(other.call(&own(mine)).result(), 0, "round {round}");
            let read = other.call(&own(Request::get(987)));
            assert_eq!(read.bins(), [("n", int(round as i64))]);
            other.info("truncate-namespace:namespace=test");
        }
    }
    assert!(answers > ROUNDS / 2, "{answers} answers");
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after < before + GROWTH, "{before} to {after} bytes");
    }
}

#[test]
fn are_answered_or_end_their_connection() {
    damage(Config::default());
}

#[test]
fn of_the_enterprise_edition_too() {
    damage(Config {
        enterprise: Some(Enterprise {
            strong_consistency: true,
            ..Enterprise::default()
        }),
        ..Config::default()
    });
}
