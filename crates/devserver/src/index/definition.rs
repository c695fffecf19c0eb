//! [`Index`]: what an index covers, and the keys a record has in it.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use wire::msgpack::Reader;
use wire::{BlobType, Digest, Value};

use crate::cdt::{self, NoExpressions, context};
use crate::clock::Moment;
use crate::expr::Expr;
use crate::geo::{Shape, cells};
use crate::ops::expression::View;
use crate::store::{BinName, Lookup, Record};

/// Where an index finds its values.
#[derive(Debug)]
pub(crate) enum Source {
    /// In a bin, or where a context leads from there.
    Bin(BinName, Option<Box<[u8]>>),
    /// What an expression yields; as it was sent, and built.
    Expression(Box<[u8]>, Expr),
    /// Nowhere: it is an index of a set's records.
    Set,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bin(a, x), Self::Bin(b, y)) => a == b && x == y,
            (Self::Expression(a, _), Self::Expression(b, _)) => a == b,
            (Self::Set, Self::Set) => true,
            _ => false,
        }
    }
}

/// What of the value is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    List,
    MapKeys,
    MapValues,
}

/// The type of the values; others are not indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Numeric,
    String,
    Blob,
    Geo,
}

impl Kind {
    /// Appends the keys of a value: none if it is of another type, several of a region.
    pub(super) fn keys(self, value: &Value, keys: &mut Vec<i64>) {
        match (self, value) {
            (Self::Numeric, Value::Int(number)) => keys.push(*number),
            (Self::String, Value::Str(bytes))
            | (Self::Blob, Value::Blob(BlobType::Plain, bytes)) => keys.push(hash(bytes)),
            (Self::Geo, Value::GeoJson(text)) => {
                if let Ok(shape) = Shape::parse(text) {
                    keys.extend(cells::keys(&shape));
                }
            }
            _ => {}
        }
    }
}

/// The key of bytes.
pub(super) fn hash(bytes: &[u8]) -> i64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish() as i64
}

#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    /// The set whose records it covers; all records without one.
    pub(crate) set: Option<Box<[u8]>>,
    pub(crate) source: Source,
    pub(crate) part: Part,
    pub(crate) kind: Kind,
    pub(super) entries: AtomicUsize,
    pub(super) records: AtomicUsize,
    /// How many partitions are covered so far.
    pub(super) built: AtomicUsize,
    pub(super) dropped: AtomicBool,
}

impl Index {
    pub(crate) fn new(
        name: &str,
        set: Option<Box<[u8]>>,
        source: Source,
        part: Part,
        kind: Kind,
    ) -> Self {
        Self {
            name: name.to_owned(),
            set,
            source,
            part,
            kind,
            entries: AtomicUsize::new(0),
            records: AtomicUsize::new(0),
            built: AtomicUsize::new(0),
            dropped: AtomicBool::new(false),
        }
    }

    pub(crate) fn has_definition_of(&self, other: &Self) -> bool {
        self.set == other.set
            && self.source == other.source
            && self.part == other.part
            && self.kind == other.kind
    }

    // The counts below are figures for people, and `dropped` is looked at under a partition's lock: relaxed is enough.

    pub(crate) fn entries(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// How many records it has entries of.
    pub(crate) fn records(&self) -> usize {
        self.records.load(Ordering::Relaxed)
    }

    /// How much of it is built, in percent.
    pub(crate) fn load_percent(&self) -> usize {
        self.built.load(Ordering::Acquire) * 100 / wire::PARTITIONS
    }

    /// Whether it covers every partition.
    pub(crate) fn is_ready(&self) -> bool {
        self.built.load(Ordering::Acquire) == wire::PARTITIONS
    }

    /// Shows each value a record has for it, whatever the type.
    pub(super) fn each(&self, digest: &Digest, record: &Record, visit: &mut dyn FnMut(&Value)) {
        if self
            .set
            .as_ref()
            .is_some_and(|set| **set != *record.set_name())
        {
            return;
        }
        match &self.source {
            Source::Set => visit(&Value::Int(0)),
            Source::Bin(name, path) => {
                let bins = Lookup::new(&record.bins, 1);
                let found = bins.find(name).and_then(|bin| match path {
                    None => Some(bin),
                    Some(path) => {
                        let steps = context::parse(&mut Reader::new(path)).ok()?;
                        cdt::find(bin, &steps, &NoExpressions).ok()
                    }
                });
                if let Some(value) = found {
                    self.each_part(value, visit);
                }
            }
            Source::Expression(_, expr) => {
                let bins = Lookup::new(&record.bins, 1);
                let view = View {
                    digest: *digest,
                    set: record.set_name(),
                    record: Some(record),
                    bins: &bins,
                    // The keys of a record must not change while it does not.
                    now: Moment(record.last_update),
                };
                if let Ok(value) = expr.evaluate(&view) {
                    self.each_part(&value, visit);
                }
            }
        }
    }

    fn each_part(&self, value: &Value, visit: &mut dyn FnMut(&Value)) {
        match (self.part, value) {
            (Part::Whole, value) => visit(value),
            (Part::List, Value::List(list)) => list.items.iter().for_each(visit),
            (Part::MapKeys, Value::Map(map)) => map.pairs().iter().for_each(|pair| visit(&pair.0)),
            (Part::MapValues, Value::Map(map)) => {
                map.pairs().iter().for_each(|pair| visit(&pair.1));
            }
            _ => {}
        }
    }

    /// The keys a record has in it, in order.
    pub(super) fn keys(&self, digest: &Digest, record: &Record) -> Vec<i64> {
        let mut keys = Vec::new();
        self.each(digest, record, &mut |value| {
            self.kind.keys(value, &mut keys)
        });
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
