//! Recorded conversations with a real server, which lie beside the repository.

use std::io::{BufRead, BufReader};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A request and its reply, both raw bytes.
pub(crate) struct Exchange {
    pub(crate) number: u64,
    pub(crate) request: Vec<u8>,
    pub(crate) reply: Vec<u8>,
}

/// The exchanges of a recording in order; nothing where there are no recordings.
pub(crate) fn exchanges(name: &str) -> Option<Vec<Exchange>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = ["../shared", "../../shared"].iter().find_map(|shared| {
        let path = root.join(shared).join("recordings").join(name);
        std::fs::File::open(path.with_extension("jsonl.gz")).ok()
    });
    let Some(file) = file else {
        eprintln!("skipped: no recordings beside the repository");
        return None;
    };
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    let mut exchanges: Vec<Exchange> = lines
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let bytes = |name: &str| STANDARD.decode(line[name].as_str().unwrap()).unwrap();
            Exchange {
                number: line["n"].as_u64().unwrap(),
                request: bytes("q"),
                reply: bytes("r"),
            }
        })
        .collect();
    exchanges.sort_by_key(|exchange| exchange.number);
    Some(exchanges)
}
