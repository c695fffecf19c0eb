//! [`Clause`]: which values a query by index asks for.

use wire::query::IndexRange;
use wire::{BlobType, Digest, ResultCode, Value};

use super::definition::hash;
use super::{Index, Kind};
use crate::geo::{self, Shape, cells};
use crate::store::Record;

/// Longer strings and blobs are refused.
const MAX_BYTES: usize = 2048;

#[derive(Debug)]
enum Test {
    Between(i64, i64),
    Is(Value),
    Matches(Shape),
}

#[derive(Debug)]
pub(crate) struct Clause {
    pub(crate) kind: Kind,
    test: Test,
    /// Where to look: ranges of keys, in order.
    pub(crate) ranges: Vec<(i64, i64)>,
}

impl Clause {
    pub(crate) fn new(range: IndexRange<'_>) -> Result<Self, ResultCode> {
        let (kind, test, ranges) = match (range.begin, range.end) {
            (Value::Int(from), Value::Int(to)) if from <= to => {
                (Kind::Numeric, Test::Between(from, to), vec![(from, to)])
            }
            (Value::GeoJson(text), Value::GeoJson(_)) => {
                let shape = Shape::parse(&text)?;
                let ranges = cells::ranges(&shape);
                (Kind::Geo, Test::Matches(shape), ranges)
            }
            (begin, end) if begin == end => {
                let kind = match &begin {
                    Value::Str(_) => Kind::String,
                    Value::Blob(BlobType::Plain, _) => Kind::Blob,
                    _ => return Err(ResultCode::Parameter),
                };
                let bytes = begin
                    .as_bytes()
                    .filter(|bytes| bytes.len() < MAX_BYTES)
                    .ok_or(ResultCode::Parameter)?;
                let key = hash(bytes);
                (kind, Test::Is(begin), vec![(key, key)])
            }
            _ => return Err(ResultCode::Parameter),
        };
        Ok(Self { kind, test, ranges })
    }

    fn matches(&self, value: &Value) -> bool {
        match (&self.test, value) {
            (Test::Between(from, to), Value::Int(number)) => (from..=to).contains(&number),
            (Test::Is(wanted), value) => wanted == value,
            (Test::Matches(shape), Value::GeoJson(text)) => {
                Shape::parse(text).is_ok_and(|found| geo::within(shape, &found))
            }
            _ => false,
        }
    }

    /// Whether a record that was found under a key is wanted, and this is the first key under which it is: a record with several keys is
    /// given once, wherever the query began or goes on.
    pub(crate) fn wants(&self, index: &Index, digest: &Digest, record: &Record, key: i64) -> bool {
        let mut keys = Vec::new();
        index.each(digest, record, &mut |value| {
            if self.matches(value) {
                index.kind.keys(value, &mut keys);
            }
        });
        let is_in_range = |key: &i64| {
            self.ranges
                .iter()
                .any(|(from, to)| (from..=to).contains(&key))
        };
        keys.into_iter().filter(is_in_range).min() == Some(key)
    }
}
