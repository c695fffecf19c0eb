//! Changing a record: operations on a draft of it, which takes its place if all of them succeed.

use wire::message::{info1, info2, info3};
use wire::{Header, MessageWriter, Op, OpCode, Ops, ResultCode, Value};

use super::single::{Failure, Request, Success};
use super::ttl::Ttl;
use crate::ops::{self, Change, expression};
use crate::store::{Bin, BinName, Bins as _, Changes, Draft, Place, Record};

/// The most bins a record can have.
const MAX_BINS: usize = 32_767;

pub(super) fn run(
    request: &Request<'_>,
    reply: &mut MessageWriter<'_>,
) -> Result<Success, Failure> {
    let plan = Plan::new(&request.message.header, &request.message.ops)?;
    let namespace = request.target.namespace;
    let mut partition = namespace.partition(&request.digest).lock();
    let place = partition.place(request.digest);
    // What is not alive does not exist: a write begins anew in its place.
    let old = place
        .get()
        .filter(|record| record.is_alive(namespace, request.now));
    let failure = |result: ResultCode| {
        old.map_or_else(|| result.into(), |record| Failure::on(record, result))
    };

    if plan.must_exist && old.is_none() {
        return Err(ResultCode::NotFound.into());
    }
    if plan.must_not_exist && old.is_some() {
        return Err(failure(ResultCode::RecordExists));
    }
    let bins: &[Bin] = old.map_or(&[], |record| &record.bins);
    let mut draft = Draft::new(bins, request.message.ops.len());
    if let Some(record) = old {
        request.check_set(record).map_err(failure)?;
    }
    request
        .check_generation(old.map_or(0, |record| record.generation))
        .map_err(failure)?;
    if let Some(record) = old {
        request.check_filter(record, &draft).map_err(failure)?;
        request.check_key(record).map_err(failure)?;
    }
    if plan.durable_delete {
        return Err(failure(ResultCode::EnterpriseOnly));
    }

    if plan.replaces {
        draft.clear();
    }
    for op in request.message.ops.iter() {
        plan.apply(request, old, &op, &mut draft, reply)
            .map_err(failure)?;
    }

    let left = draft.iter().take(MAX_BINS + 1).count();
    let outcome = Outcome {
        exists: old.is_some(),
        left,
        changes: draft.finish(),
        ttl: plan.ttl,
        keeps_key: true,
    };
    outcome.store(request, place)
}

/// What a request makes of a record.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether the record existed, and its time was not over.
    pub(super) exists: bool,
    /// How many bins it has now, if that is not more than allowed.
    pub(super) left: usize,
    pub(super) changes: Changes,
    pub(super) ttl: Ttl,
    /// Whether its key stays, or a key that was sent is kept.
    pub(super) keeps_key: bool,
}

impl Outcome {
    /// Puts the record in its place.
    pub(super) fn store(self, request: &Request<'_>, place: Place<'_>) -> Result<Success, Failure> {
        let namespace = request.target.namespace;
        let old = place.get().filter(|_| self.exists);
        let failure = |result: ResultCode| {
            old.map_or_else(|| result.into(), |record| Failure::on(record, result))
        };
        if self.left > MAX_BINS {
            return Err(failure(ResultCode::Parameter));
        }
        if self.left == 0 {
            // A record without bins does not exist.
            if old.is_none() {
                return Err(ResultCode::NotFound.into());
            }
            place.remove();
            return Ok(Success::default());
        }

        let has_key = old.is_some_and(|record| record.key.is_some());
        let key = if has_key || !self.keeps_key {
            None
        } else {
            request.target.key().map_err(failure)?
        };
        let void_time = self.ttl.void_time(
            namespace.default_ttl(),
            old.map(|record| record.void_time),
            request.now,
        );
        let generation = old.map_or(1, Record::next_generation);
        if old.is_none() {
            place.put(Record {
                last_update: request.now.0,
                key: key.map(Box::new),
                set: namespace.make_set(request.target.set),
                bins: self.changes.apply(Box::default()),
                void_time,
                generation,
            });
        } else {
            place.change(|record| {
                record.bins = self.changes.apply(std::mem::take(&mut record.bins));
                record.generation = generation;
                record.void_time = void_time;
                record.last_update = record.last_update.max(request.now.0);
                if let Some(key) = key {
                    record.key = Some(Box::new(key));
                }
                if !self.keeps_key {
                    record.key = None;
                }
            });
        }
        Ok(Success {
            generation,
            void_time,
        })
    }
}

/// What a write's header and operations ask for, without a look at any record.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of the header")]
struct Plan {
    must_exist: bool,
    must_not_exist: bool,
    replaces: bool,
    durable_delete: bool,
    respond_all: bool,
    get_all: bool,
    ttl: Ttl,
}

impl Plan {
    fn new(header: &Header, ops: &Ops<'_>) -> Result<Self, ResultCode> {
        let Header {
            info1,
            info2,
            info3,
            ..
        } = *header;
        let mut plan = Self {
            must_exist: info3 & (info3::UPDATE_ONLY | info3::REPLACE_ONLY) != 0,
            must_not_exist: info2 & info2::CREATE_ONLY != 0,
            replaces: info3 & (info3::CREATE_OR_REPLACE | info3::REPLACE_ONLY) != 0,
            durable_delete: info2 & info2::DURABLE_DELETE != 0,
            respond_all: info2 & info2::RESPOND_ALL_OPS != 0,
            get_all: info1 & info1::GET_ALL != 0,
            ttl: Ttl::of_write(header.ttl)?,
        };
        if ops.is_empty() || ops.len() > MAX_BINS {
            return Err(ResultCode::Parameter);
        }
        let mut reads_all = 0;
        let mut answers = 0;
        for op in ops.iter() {
            let kind = op.kind().ok_or(ResultCode::Parameter)?;
            BinName::new(op.name)?;
            let allowed = match kind {
                OpCode::Touch => {
                    plan.must_exist = true;
                    !plan.replaces
                }
                OpCode::Write => !(plan.replaces && op.particle == 0),
                OpCode::Incr
                | OpCode::Append
                | OpCode::Prepend
                | OpCode::BitsModify
                | OpCode::DeleteAll => !plan.replaces,
                OpCode::CdtModify | OpCode::HllModify => {
                    answers += 1;
                    !plan.replaces
                }
                OpCode::ExpModify => true,
                OpCode::Read
                | OpCode::CdtRead
                | OpCode::ExpRead
                | OpCode::BitsRead
                | OpCode::HllRead => {
                    if plan.is_read_all(&op) {
                        reads_all += 1;
                    } else {
                        answers += 1;
                    }
                    info1 & info1::READ != 0
                }
            };
            if !allowed {
                return Err(ResultCode::Parameter);
            }
        }
        if reads_all > 1 || reads_all == 1 && (plan.respond_all || answers > 0) {
            return Err(ResultCode::Parameter);
        }
        Ok(plan)
    }

    fn is_read_all(&self, op: &Op<'_>) -> bool {
        self.get_all && op.name.is_empty() && op.kind() == Some(OpCode::Read)
    }

    /// Applies one operation to the draft and appends what it answers.
    fn apply(
        &self,
        request: &Request<'_>,
        record: Option<&Record>,
        op: &Op<'_>,
        draft: &mut Draft<'_>,
        reply: &mut MessageWriter<'_>,
    ) -> Result<(), ResultCode> {
        if self.is_read_all(op) {
            for (name, value) in draft.iter() {
                reply.op(op.code, name.as_bytes(), value);
            }
            return Ok(());
        }
        let kind = op.kind().ok_or(ResultCode::Parameter)?;
        let name = BinName::new(op.name)?;
        let answer = match kind {
            OpCode::Touch => return Ok(()),
            OpCode::Read => {
                match draft.get(&name) {
                    Some(value) => _ = reply.op(op.code, op.name, value),
                    None if self.respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
                    None => {}
                }
                return Ok(());
            }
            OpCode::Write => {
                draft.set(name, ops::write(op)?);
                None
            }
            OpCode::DeleteAll => {
                draft.clear();
                None
            }
            OpCode::CdtRead | OpCode::BitsRead | OpCode::HllRead | OpCode::ExpRead => {
                let view = expression::View {
                    digest: request.digest,
                    set: request.set(record),
                    record,
                    bins: draft,
                    now: request.now,
                };
                ops::read(kind, &name, op.value, &view)?
            }
            OpCode::Incr
            | OpCode::Append
            | OpCode::Prepend
            | OpCode::CdtModify
            | OpCode::BitsModify
            | OpCode::HllModify
            | OpCode::ExpModify => {
                let view = expression::View {
                    digest: request.digest,
                    set: request.set(record),
                    record,
                    bins: draft,
                    now: request.now,
                };
                let modified = ops::modify(kind, &name, op, &view)?;
                match modified.bin {
                    Change::Keep => {}
                    Change::Set(value) => draft.set(name, Some(value)),
                    Change::Remove => draft.set(name, None),
                }
                modified.reply
            }
        };
        match answer {
            Some(value) => _ = reply.op(op.code, op.name, &value),
            None if self.respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
            None => {}
        }
        Ok(())
    }
}
