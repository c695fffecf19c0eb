//! Queries: the records of partitions, all of them in descending order of their digests, or those an index finds, in the order of its
//! keys; so that a query can go on behind any of them.

use std::sync::Arc;
use std::time::Duration;

use wire::message::{info1, info2, info3};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{FieldType, Header, Message, MessageWriter, OpCode, ResultCode, Value};

use super::walk::{Seen, Walk};
use super::{Step, Target, end_stream};
use crate::clock::Moment;
use crate::connection::{FLUSH, Session};
use crate::expr::Expr;
use crate::jobs::{Count, Job, Work};
use crate::ops::{self, expression};
use crate::server::Shared;
use crate::store::{BinName, Lookup};

/// How many records are looked at before others get their turn.
const SLICE: usize = 20_000;
/// With a limit of records per second, so many steps are made in one.
const STEPS_PER_SECOND: u32 = 10;

#[derive(Debug)]
pub(crate) struct Query<'a> {
    shared: &'a Shared,
    node: usize,
    target: Target<'a>,
    filter: Option<Expr>,
    message: Message<'a>,
    walk: Walk<'a>,
    job: Arc<Job>,
    /// How many records may still be sent.
    left: u64,
    per_second: u32,
}

impl<'a> Query<'a> {
    pub(super) fn new(
        session: &'a Session,
        message: Message<'a>,
        target: Target<'a>,
    ) -> Result<Self, ResultCode> {
        let fields = &message.fields;
        let wrong = wire::Error::result_code;
        if message.header.info3 & info3::PARTITION_DONE == 0 {
            return Err(ResultCode::Unsupported);
        }
        let mut walk = Walk::of_message(&message, &target)?;
        for op in message.ops.iter() {
            op.kind()
                .filter(|kind| kind.is_read())
                .ok_or(ResultCode::Parameter)?;
            BinName::new(op.name)?;
        }
        if !target.set.is_empty() && target.namespace.set(target.set).is_none() {
            // Nothing was ever written to this set.
            let cluster = session.shared.cluster.view();
            walk.retain(|id| !cluster.owns(session.node, id, 0));
        }
        let per_second = fields
            .u32(FieldType::RecordsPerSecond)
            .map_err(wrong)?
            .unwrap_or(0);
        let filter = target.filter().transpose()?;
        let job = Job::new(
            session,
            &message,
            &target,
            walk.index(),
            Work::Basic,
            per_second,
        )?;
        Ok(Self {
            shared: &session.shared,
            node: session.node,
            target,
            filter,
            left: fields
                .u64(FieldType::MaxRecords)
                .map_err(wrong)?
                .filter(|max| *max > 0)
                .unwrap_or(u64::MAX),
            per_second,
            job: session.shared.jobs.begin(job)?,
            walk,
            message,
        })
    }

    pub(super) fn step(&mut self, output: &mut Vec<u8>) -> Step {
        let begin = output.len();
        let step = self.advance(output);
        self.job.sent(output.len() - begin);
        step
    }

    fn advance(&mut self, output: &mut Vec<u8>) -> Step {
        let begin = output.len();
        let now = self.shared.clock.now();
        let frame = begin_frame(output, Kind::Message);
        let empty = output.len();
        let allowed = if self.per_second == 0 {
            u64::MAX
        } else {
            u64::from((self.per_second / STEPS_PER_SECOND).max(1))
        };
        let allowed = allowed.min(self.left);
        let mut budget = Budget {
            records: allowed,
            bytes: begin + FLUSH,
        };
        let result = if self.job.is_aborted() {
            Err(ResultCode::QueryAborted)
        } else {
            self.fill(now, &mut budget, output)
        };
        let sent = allowed - budget.records;
        self.left -= sent;
        self.job.advance(self.walk.progress());
        if output.len() == empty {
            output.truncate(begin);
        } else {
            end_frame(output, frame);
        }
        if result.is_err() || self.left == 0 || self.walk.is_done() {
            let result = result.err().unwrap_or(ResultCode::Ok);
            self.job.end(result == ResultCode::Ok);
            end_stream::<()>(output, result);
            return Step::Done;
        }
        if self.per_second == 0 || sent == 0 {
            return Step::More;
        }
        let time = sent.saturating_mul(1_000_000) / u64::from(self.per_second);
        Step::Wait(Duration::from_micros(time))
    }

    /// Appends records until the partitions or the budget are used up.
    fn fill(
        &mut self,
        now: Moment,
        budget: &mut Budget,
        output: &mut Vec<u8>,
    ) -> Result<(), ResultCode> {
        let mut looks = SLICE;
        let cluster = self.shared.cluster.view();
        while let Some(id) = self.walk.partition() {
            if !cluster.owns(self.node, id, 0) {
                let header = Header {
                    info3: info3::PARTITION_DONE,
                    generation: id as u32,
                    ..Header::of_result(ResultCode::Unavailable)
                };
                MessageWriter::begin(output).finish(&header);
                self.walk.skip();
                continue;
            }
            if looks == 0 || budget.is_spent(output) {
                return Ok(());
            }
            let answer = Answer {
                shared: self.shared,
                target: &self.target,
                filter: self.filter.as_ref(),
                message: &self.message,
                job: &self.job,
            };
            self.walk.step(now, &mut looks, &mut |seen| {
                if answer.write(seen, now, output)? {
                    budget.records -= 1;
                    answer.job.count(Count::Succeeded);
                }
                Ok(!budget.is_spent(output))
            })?;
        }
        Ok(())
    }
}

impl Drop for Query<'_> {
    /// A client that is gone ends its query.
    fn drop(&mut self) {
        self.job.end(false);
    }
}

/// What is answered for each record.
struct Answer<'q> {
    shared: &'q Shared,
    target: &'q Target<'q>,
    filter: Option<&'q Expr>,
    message: &'q Message<'q>,
    job: &'q Job,
}

impl Answer<'_> {
    /// Appends a record, if the filter lets it pass and it has what is asked for.
    fn write(&self, seen: Seen<'_>, now: Moment, output: &mut Vec<u8>) -> Result<bool, ResultCode> {
        let Seen {
            digest,
            record,
            key,
        } = seen;
        let ops = &self.message.ops;
        let bins = Lookup::new(&record.bins, ops.len());
        let view = expression::View {
            digest,
            set: record.set_name(),
            record: Some(record),
            bins: &bins,
            now,
        };
        if let Some(filter) = self.filter
            && !expression::passes(filter, &view)
        {
            self.job.count(Count::Filtered);
            return Ok(false);
        }
        let no_bins = self.message.header.info1 & info1::GET_NO_BINS;
        let mut reply = MessageWriter::begin(output);
        reply
            .field(FieldType::Namespace, self.target.namespace.name.as_bytes())
            .field(FieldType::Digest, &digest.0);
        if record.set.is_some() {
            reply.field(FieldType::Set, record.set_name());
        }
        if let Some(key) = &record.key {
            reply.key_field(key);
        }
        if let Some(key) = key {
            reply.field(FieldType::IndexValues, &key.to_le_bytes());
        }
        if no_bins != 0 {
            // The fields are all that is asked for.
        } else if ops.is_empty() {
            for bin in &record.bins {
                reply.op(OpCode::Read as u8, bin.name.as_bytes(), &bin.value);
            }
        } else if !self.project(&view, &bins, &mut reply)? {
            return Ok(false);
        }
        reply.finish(&Header {
            info1: no_bins,
            generation: u32::from(record.generation),
            ttl: self.shared.clock.shown(record.void_time),
            ..Header::default()
        });
        Ok(true)
    }

    /// Appends what the request's operations read; says whether that is anything.
    fn project(
        &self,
        view: &expression::View<'_>,
        bins: &Lookup<'_>,
        reply: &mut MessageWriter<'_>,
    ) -> Result<bool, ResultCode> {
        let respond_all = self.message.header.info2 & info2::RESPOND_ALL_OPS != 0;
        for op in self.message.ops.iter() {
            let name = BinName::new(op.name)?;
            match op.kind() {
                Some(OpCode::Read) => match bins.find(&name) {
                    Some(value) => _ = reply.op(op.code, op.name, value),
                    None if respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
                    None => {}
                },
                Some(kind) => match ops::read(kind, &name, op.value, view)? {
                    Some(value) => _ = reply.op(op.code, op.name, &value),
                    None if respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
                    None => {}
                },
                None => return Err(ResultCode::Parameter),
            }
        }
        Ok(reply.ops() > 0)
    }
}

/// What a step may still do.
#[derive(Debug)]
struct Budget {
    records: u64,
    /// The length the output may grow to.
    bytes: usize,
}

impl Budget {
    const fn is_spent(&self, output: &[u8]) -> bool {
        self.records == 0 || output.len() >= self.bytes
    }
}
