//! Expressions: filters, and operations that read or write what an expression yields.

use wire::digest::EPOCH;
use wire::{Digest, ResultCode, Value};

use super::{Change, Modified};
use crate::clock::Moment;
use crate::expr::{Effect, Expr, Outcome, Read, Subject, Write, record_size};
use crate::store::{BinName, Bins, Record};

/// A filter as it was sent. One that is none fails a request only if there is a record to look at.
pub(crate) type Filter = Result<Expr, ResultCode>;

/// What an expression can see.
pub(crate) struct View<'a> {
    pub(crate) digest: Digest,
    /// The set of the record.
    pub(crate) set: &'a [u8],
    /// The record as it is stored; `None` for one that is being made.
    pub(crate) record: Option<&'a Record>,
    /// The bins as earlier operations of the request left them.
    pub(crate) bins: &'a dyn Bins,
    pub(crate) now: Moment,
}

impl Subject for View<'_> {
    fn bin(&self, name: &[u8]) -> Option<&Value> {
        self.bins.get(&BinName::new(name).ok()?)
    }

    fn key(&self) -> Option<&Value> {
        self.record?.key.as_deref()
    }

    fn digest(&self) -> &Digest {
        &self.digest
    }

    fn set_name(&self) -> &[u8] {
        self.set
    }

    fn last_update(&self) -> u64 {
        let last_update = self.record.map_or(self.now.0, |record| record.last_update);
        EPOCH * 1000 + last_update
    }

    fn void_time(&self) -> Option<u64> {
        let void_time = self.record?.void_time;
        (void_time != 0).then(|| EPOCH + u64::from(void_time))
    }

    fn now(&self) -> u64 {
        EPOCH * 1000 + self.now.0
    }

    fn is_tombstone(&self) -> bool {
        self.record.is_some_and(Record::is_tombstone)
    }

    fn record_size(&self) -> u64 {
        self.record.map_or(0, |record| {
            let bins = record.bins.iter();
            record_size(
                record.void_time != 0,
                self.set,
                record.key.as_deref(),
                bins.map(|bin| (bin.name.as_bytes(), &bin.value)),
            )
        })
    }
}

/// Whether a filter lets a record pass; a filter that cannot tell does not.
pub(crate) fn passes(filter: &Expr, view: &View<'_>) -> bool {
    filter.filter(view) == Outcome::True
}

/// What op 7 answers.
pub(crate) fn read(payload: &[u8], view: &View<'_>) -> Result<Option<Value>, ResultCode> {
    Read::build(payload)?.run(view)
}

/// What op 8 does to its bin.
pub(crate) fn modify(
    payload: &[u8],
    name: &BinName,
    view: &View<'_>,
) -> Result<Modified, ResultCode> {
    let effect = Write::build(payload)?.run(view, name.as_bytes())?;
    Ok(Modified {
        bin: match effect {
            Effect::Keep => Change::Keep,
            Effect::Set(value) => Change::Set(value),
            Effect::Remove => Change::Remove,
        },
        reply: None,
    })
}
