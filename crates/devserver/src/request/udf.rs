//! Functions on one record.

use std::time::Duration;

use wire::digest::EPOCH;
use wire::message::{info2, info3};
use wire::msgpack;
use wire::{Digest, FieldType, Message, MessageWriter, OpCode, ResultCode, Value};

use super::single::{Failure, Request, Success};
use super::ttl::Ttl;
use super::write::Outcome;
use crate::clock::Moment;
use crate::store::{BinName, Draft, Lookup, Record};
use crate::udf::{self, Effect, Limits, Program, Registry};

/// What policies a call of a function must not have.
const POLICIES: u8 = info2::GENERATION | info2::GENERATION_GT | info2::CREATE_ONLY;
const REPLACES: u8 = info3::UPDATE_ONLY | info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY;

pub(super) fn run(
    request: &Request<'_>,
    reply: &mut MessageWriter<'_>,
) -> Result<(ResultCode, Success), Failure> {
    let call = Call::parse(request.message)?;
    let execute = |subject| {
        let header = &request.message.header;
        let mut limits = Limits::default();
        if header.timeout != 0 {
            limits.time = Duration::from_millis(u64::from(header.timeout));
        }
        let program = call.load(request.target.modules, limits, request.now)?;
        program.apply(call.function, subject, &call.arguments)
    };
    run_with(request, reply, &execute)
}

/// Lets a function that is loaded already do its work on a record.
pub(super) fn run_with(
    request: &Request<'_>,
    reply: &mut MessageWriter<'_>,
    execute: &dyn Fn(udf::Record) -> Result<udf::Applied, udf::Failure>,
) -> Result<(ResultCode, Success), Failure> {
    let header = &request.message.header;
    let ttl = Ttl::of_write(header.ttl)?;
    let namespace = request.target.namespace;
    let mut partition = namespace.partition(&request.digest).lock();
    let place = partition.place(request.digest);
    let old = place
        .get()
        .filter(|record| record.is_alive(namespace, request.now));
    if old.is_none() && header.info3 & info3::UPDATE_ONLY != 0 {
        return Err(ResultCode::NotFound.into());
    }
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
    let applied = match execute(subject_of(request, old)) {
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
            place.remove();
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
            outcome.store(request, place)?
        }
    };
    reply.op(OpCode::Read as u8, b"SUCCESS", &applied.result);
    Ok((ResultCode::Ok, success))
}

/// Which function to call, and with what.
pub(super) struct Call<'a> {
    pub(super) module: &'a str,
    pub(super) function: &'a str,
    pub(super) arguments: Vec<Value>,
}

impl<'a> Call<'a> {
    /// A call that may change its record.
    pub(super) fn parse(message: &Message<'a>) -> Result<Self, ResultCode> {
        let header = &message.header;
        let allowed = header.info2 & info2::WRITE != 0
            && header.info2 & POLICIES == 0
            && header.info3 & REPLACES == 0
            && message.ops.is_empty();
        if !allowed {
            return Err(ResultCode::Parameter);
        }
        Self::of(message)
    }

    /// What the message's fields call.
    pub(super) fn of(message: &Message<'a>) -> Result<Self, ResultCode> {
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

    /// Makes its module ready to run.
    pub(super) fn load(
        &self,
        modules: &Registry,
        limits: Limits,
        now: Moment,
    ) -> Result<Program, udf::Failure> {
        Program::load(modules, self.module, limits, now.0 + EPOCH * 1000)
    }
}

/// The request's record as a function sees it.
fn subject_of(request: &Request<'_>, old: Option<&Record>) -> udf::Record {
    match old {
        Some(record) => subject(request.digest, record, request.now),
        None => udf::Record {
            digest: Some(request.digest),
            set: request.target.set.to_vec(),
            ..udf::Record::default()
        },
    }
}

/// A record as a function sees it.
pub(super) fn subject(digest: Digest, record: &Record, now: Moment) -> udf::Record {
    let left = record.void_time.saturating_sub(now.seconds());
    let bins = record.bins.iter();
    udf::Record {
        digest: Some(digest),
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
