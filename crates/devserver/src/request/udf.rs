//! Functions on one record.

use std::collections::hash_map::Entry;
use std::time::Duration;

use wire::digest::EPOCH;
use wire::message::{info2, info3};
use wire::msgpack;
use wire::{FieldType, Message, MessageWriter, OpCode, ResultCode, Value};

use super::single::{Failure, Request, Success};
use super::ttl::Ttl;
use super::write::Outcome;
use crate::store::{BinName, Draft, Lookup, Partition, Record};
use crate::udf::{self, Effect, Limits, Program};

/// What policies a call of a function must not have.
const POLICIES: u8 = info2::GENERATION | info2::GENERATION_GT | info2::CREATE_ONLY;
const REPLACES: u8 = info3::UPDATE_ONLY | info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY;

pub(super) fn run(
    request: &Request<'_>,
    partition: &mut Partition,
    reply: &mut MessageWriter<'_>,
) -> Result<(ResultCode, Success), Failure> {
    let header = &request.message.header;
    let call = Call::parse(request.message)?;
    let ttl = Ttl::of_write(header.ttl)?;
    let namespace = request.target.namespace;
    let entry = partition.entry(request.digest);
    let old = match &entry {
        Entry::Occupied(entry) => {
            Some(entry.get()).filter(|record| record.is_alive(namespace, request.now))
        }
        Entry::Vacant(_) => None,
    };
    if let Some(record) = old {
        let failure = |result| Failure::on(record, result);
        request.check_set(record).map_err(failure)?;
        request
            .check_filter(record, &Lookup::new(&record.bins, 1))
            .map_err(failure)?;
        request.check_key(record).map_err(failure)?;
    }

    let untouched = old.map_or_else(Success::default, |record| Success {
        generation: record.generation,
        void_time: record.void_time,
    });
    let applied = match call.apply(request, old) {
        Ok(applied) => applied,
        Err(failure) => {
            let text = Value::string(failure.to_string());
            reply.op(OpCode::Read as u8, b"FAILURE", &text);
            return Ok((ResultCode::Udf, untouched));
        }
    };
    let success = match applied.effect {
        Effect::None => untouched,
        Effect::Remove => {
            if let Entry::Occupied(mut entry) = entry {
                if request.leaves_tombstone()? {
                    entry.get_mut().bury(namespace, request.now);
                } else {
                    entry.remove();
                }
            }
            Success::default()
        }
        Effect::Write(written) if written.bins.is_empty() && old.is_none() => untouched,
        Effect::Write(written) => {
            let bins = old.map_or(&[][..], |record| &record.bins);
            let left = written.bins.len();
            let mut draft = Draft::new(bins, left);
            draft.clear();
            for (name, value) in written.bins {
                draft.set(BinName::new(&name)?, Some(value));
            }
            let outcome = Outcome {
                exists: old.is_some(),
                left,
                changes: draft.finish(),
                ttl: match written.ttl {
                    Some(seconds) => Ttl::of_write(seconds as u32)?,
                    None => ttl,
                },
                keeps_key: !written.drops_key,
            };
            outcome.store(request, entry)?
        }
    };
    reply.op(OpCode::Read as u8, b"SUCCESS", &applied.result);
    Ok((ResultCode::Ok, success))
}

/// Which function to call, and with what.
struct Call<'a> {
    module: &'a str,
    function: &'a str,
    arguments: Vec<Value>,
}

impl<'a> Call<'a> {
    fn parse(message: &Message<'a>) -> Result<Self, ResultCode> {
        let header = &message.header;
        let allowed = header.info2 & info2::WRITE != 0
            && header.info2 & POLICIES == 0
            && header.info3 & REPLACES == 0
            && message.ops.is_empty();
        if !allowed {
            return Err(ResultCode::Parameter);
        }
        let text = |field| {
            let bytes = message.fields.get(field).unwrap_or_default();
            std::str::from_utf8(bytes).map_err(|_| ResultCode::Parameter)
        };
        Ok(Self {
            module: text(FieldType::UdfModule)?,
            function: text(FieldType::UdfFunction)?,
            arguments: match message.fields.get(FieldType::UdfArgs) {
                None | Some([]) => Vec::new(),
                Some(bytes) => match msgpack::decode(bytes) {
                    Ok(Value::List(list)) => list.items,
                    _ => return Err(ResultCode::Parameter),
                },
            },
        })
    }

    fn apply(
        &self,
        request: &Request<'_>,
        old: Option<&Record>,
    ) -> Result<udf::Applied, udf::Failure> {
        let mut limits = Limits::default();
        if request.message.header.timeout != 0 {
            limits.time = Duration::from_millis(u64::from(request.message.header.timeout));
        }
        let now = request.now.0 + EPOCH * 1000;
        let program = Program::load(request.target.modules, self.module, limits, now)?;
        program.apply(self.function, subject(request, old), &self.arguments)
    }
}

/// The record as a function sees it.
fn subject(request: &Request<'_>, old: Option<&Record>) -> udf::Record {
    let Some(record) = old else {
        return udf::Record {
            digest: Some(request.digest),
            set: request.target.set.to_vec(),
            ..udf::Record::default()
        };
    };
    let left = record.void_time.saturating_sub(request.now.seconds());
    let bins = record.bins.iter();
    udf::Record {
        digest: Some(request.digest),
        set: record.set_name().to_vec(),
        key: record.key.as_deref().cloned(),
        exists: true,
        generation: record.generation,
        ttl: i64::from(left),
        last_update: record.last_update,
        bins: bins
            .map(|bin| (bin.name.as_bytes().to_vec(), bin.value.clone()))
            .collect(),
    }
}
