//! A record to evaluate expressions on.

use devserver::expr::Subject;
use wire::{Digest, Value};

const NOW: u64 = 1_700_000_100_500;

/// Bins by names of one letter, as clients' examples have them.
pub struct Record {
    bins: Vec<(&'static [u8], Value)>,
    key: Value,
    digest: Digest,
}

impl Default for Record {
    fn default() -> Self {
        let map = wire::Map::from_pairs(
            wire::MapOrder::Key,
            vec![
                (Value::Int(1), Value::Int(5)),
                (Value::string("k"), Value::list(vec![Value::Int(2)])),
            ],
        );
        let point = br#"{"type":"Point","coordinates":[1,2]}"#;
        let sketch = [&[0, 4, 0][..], &[0; 8], &[0; 12]].concat();
        Self {
            bins: vec![
                (b"a", Value::Int(3)),
                (b"f", Value::Float(0.5)),
                (b"t", Value::Bool(true)),
                (b"s", Value::string("hello")),
                (b"b", Value::blob([0xff, 0x01])),
                (b"l", Value::list((0..4).map(Value::Int).collect())),
                (b"m", map.map_or(Value::Nil, Value::from)),
                (b"g", Value::geo_json(point)),
                (b"h", Value::Hll(sketch.into())),
            ],
            key: Value::string("key"),
            digest: Digest([7; 20]),
        }
    }
}

impl Subject for Record {
    fn bin(&self, name: &[u8]) -> Option<&Value> {
        let bin = self.bins.iter().find(|bin| bin.0 == name);
        bin.map(|bin| &bin.1)
    }

    fn key(&self) -> Option<&Value> {
        Some(&self.key)
    }

    fn digest(&self) -> &Digest {
        &self.digest
    }

    fn set_name(&self) -> &[u8] {
        b"demo"
    }

    fn last_update(&self) -> u64 {
        NOW - 1500
    }

    fn void_time(&self) -> Option<u64> {
        Some(NOW / 1000 + 60)
    }

    fn now(&self) -> u64 {
        NOW
    }

    fn record_size(&self) -> u64 {
        128
    }
}
