//! A record to evaluate on.

use std::collections::BTreeMap;

use devserver::expr::{Expr, Outcome, Subject, Unknown};
use wire::{Digest, Map, Value};

pub(crate) const NOW: u64 = 1_700_000_100_500;

pub(crate) struct Record {
    pub(crate) bins: BTreeMap<&'static str, Value>,
    pub(crate) key: Option<Value>,
    pub(crate) digest: Digest,
    pub(crate) set: &'static str,
    pub(crate) void_time: Option<u64>,
}

impl Record {
    /// A bin of every type, named after it; `one` and `two` are integers.
    pub(crate) fn full() -> Self {
        let map = Map::from_pairs(
            wire::MapOrder::Unordered,
            vec![(Value::Int(2), "two".into()), (Value::Int(1), "one".into())],
        );
        let bins = [
            ("one", Value::Int(1)),
            ("two", Value::Int(2)),
            ("minus", Value::Int(-7)),
            ("half", Value::Float(0.5)),
            ("nan", Value::Float(f64::NAN)),
            ("yes", Value::Bool(true)),
            ("no", Value::Bool(false)),
            ("text", "hello".into()),
            ("blob", Value::blob([0xff, 0x01])),
            (
                "list",
                Value::list(vec![Value::Int(1), Value::Int(2), Value::Int(6)]),
            ),
            ("map", map.unwrap().into()),
            (
                "point",
                Value::geo_json(r#"{"type":"Point","coordinates":[1,2]}"#),
            ),
        ];
        let mut digest = Digest([7; 20]);
        digest.0[16..].copy_from_slice(&1_000_003_u32.to_le_bytes());
        Self {
            bins: bins.into(),
            key: Some("the key".into()),
            digest,
            set: "demo",
            void_time: Some(NOW / 1000 + 60),
        }
    }
}

impl Subject for Record {
    fn bin(&self, name: &[u8]) -> Option<&Value> {
        self.bins.get(std::str::from_utf8(name).ok()?)
    }

    fn key(&self) -> Option<&Value> {
        self.key.as_ref()
    }

    fn digest(&self) -> &Digest {
        &self.digest
    }

    fn set_name(&self) -> &[u8] {
        self.set.as_bytes()
    }

    fn last_update(&self) -> u64 {
        NOW - 1500
    }

    fn void_time(&self) -> Option<u64> {
        self.void_time
    }

    fn now(&self) -> u64 {
        NOW
    }

    fn record_size(&self) -> u64 {
        128
    }
}

/// What an expression yields for [`Record::full`].
#[track_caller]
pub(crate) fn evaluate(expression: &[u8]) -> Result<Value, Unknown> {
    let built = Expr::build(expression);
    built
        .unwrap_or_else(|code| panic!("{code:?}: {expression:02x?}"))
        .evaluate(&Record::full())
}

/// What a filter says of [`Record::full`].
#[track_caller]
pub(crate) fn filter(expression: &[u8]) -> Outcome {
    let built = Expr::build_filter(expression);
    built
        .unwrap_or_else(|code| panic!("{code:?}: {expression:02x?}"))
        .filter(&Record::full())
}

/// Whether it is an expression at all.
pub(crate) fn builds(expression: &[u8]) -> bool {
    match Expr::build(expression) {
        Ok(_) => true,
        Err(code) => {
            assert_eq!(code, wire::ResultCode::Parameter);
            false
        }
    }
}
