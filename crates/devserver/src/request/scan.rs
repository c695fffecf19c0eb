//! Scans: the records of partitions, in descending order of their digests, so that a scan can go on behind any of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use wire::message::{info1, info2, info3};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::query::{digests, partition_ids};
use wire::{
    Digest, FieldType, Header, Message, MessageWriter, OpCode, PARTITIONS, ResultCode, Value,
};

use super::{Step, Target, calls_udf, end_stream, writes};
use crate::clock::Moment;
use crate::connection::{FLUSH, Session};
use crate::expr::Expr;
use crate::ops::{self, expression};
use crate::server::Shared;
use crate::store::{BinName, Lookup, Namespace, Record, Set};

/// How many records are looked at before others get their turn.
const SLICE: usize = 20_000;
/// With a limit of records per second, so many steps are made in one.
const STEPS_PER_SECOND: u32 = 10;

#[derive(Debug)]
pub(crate) struct Scan<'a> {
    shared: &'a Shared,
    node: usize,
    namespace: &'a Namespace,
    /// The set whose records are wanted; all records without one.
    set: Option<Arc<Set>>,
    filter: Option<Expr>,
    message: Message<'a>,
    /// What is left to scan: partitions, and the digest each is scanned behind.
    partitions: VecDeque<(usize, Option<Digest>)>,
    /// How many records may still be sent.
    left: u64,
    per_second: u32,
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        session: &'a Session,
        message: Message<'a>,
        target: &Target<'a>,
    ) -> Result<Self, ResultCode> {
        let fields = &message.fields;
        let wrong = wire::Error::result_code;
        let indexed = fields.get(FieldType::IndexRange).is_some()
            || fields.get(FieldType::IndexName).is_some();
        if calls_udf(&message) || writes(&message) || indexed {
            return Err(ResultCode::Unsupported);
        }
        if message.header.info3 & info3::PARTITION_DONE == 0 {
            return Err(ResultCode::Unsupported);
        }
        let mut partitions = partitions(&message)?;
        for op in message.ops.iter() {
            op.kind()
                .filter(|kind| kind.is_read())
                .ok_or(ResultCode::Parameter)?;
            BinName::new(op.name)?;
        }
        let set = target.namespace.set(target.set);
        if set.is_none() && !target.set.is_empty() {
            // Nothing was ever written to this set.
            partitions.retain(|(id, _)| !session.shared.cluster.owns(session.node, *id, 0));
        }
        Ok(Self {
            shared: &session.shared,
            node: session.node,
            namespace: target.namespace,
            set,
            filter: target.filter().transpose()?,
            partitions,
            left: fields
                .u64(FieldType::MaxRecords)
                .map_err(wrong)?
                .filter(|max| *max > 0)
                .unwrap_or(u64::MAX),
            per_second: fields
                .u32(FieldType::RecordsPerSecond)
                .map_err(wrong)?
                .unwrap_or(0),
            message,
        })
    }

    pub(super) fn step(&mut self, output: &mut Vec<u8>) -> Step {
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
            looks: SLICE,
            bytes: begin + FLUSH,
        };
        let result = self.fill(now, &mut budget, output);
        let sent = allowed - budget.records;
        self.left -= sent;
        if output.len() == empty {
            output.truncate(begin);
        } else {
            end_frame(output, frame);
        }
        if result != ResultCode::Ok || self.left == 0 || self.partitions.is_empty() {
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
    fn fill(&mut self, now: Moment, budget: &mut Budget, output: &mut Vec<u8>) -> ResultCode {
        while let Some((id, after)) = self.partitions.front().copied() {
            if !self.shared.cluster.owns(self.node, id, 0) {
                let header = Header {
                    info3: info3::PARTITION_DONE,
                    generation: id as u32,
                    ..Header::of_result(ResultCode::Unavailable)
                };
                MessageWriter::begin(output).finish(&header);
                self.partitions.pop_front();
                continue;
            }
            if budget.is_spent(output) {
                return ResultCode::Ok;
            }
            match self.fill_from(id, after, now, budget, output) {
                Ok(None) => _ = self.partitions.pop_front(),
                Ok(after) => {
                    if let Some(front) = self.partitions.front_mut() {
                        front.1 = after;
                    }
                    return ResultCode::Ok;
                }
                Err(result) => return result,
            }
        }
        ResultCode::Ok
    }

    /// Appends records of one partition. `None` when it has no more; else the digest to go on behind.
    fn fill_from(
        &self,
        id: usize,
        after: Option<Digest>,
        now: Moment,
        budget: &mut Budget,
        output: &mut Vec<u8>,
    ) -> Result<Option<Digest>, ResultCode> {
        let Some(partition) = self.namespace.partitions().get(id) else {
            return Err(ResultCode::Parameter);
        };
        let partition = partition.lock();
        for (digest, record) in partition.behind(after) {
            budget.looks = budget.looks.saturating_sub(1);
            if self.wants(record)
                && record.is_alive(self.namespace, now)
                && self.write(digest, record, now, output)?
            {
                budget.records -= 1;
            }
            if budget.is_spent(output) {
                return Ok(Some(*digest));
            }
        }
        Ok(None)
    }

    fn wants(&self, record: &Record) -> bool {
        let is_in = |set: &Arc<Set>| {
            record
                .set
                .as_ref()
                .is_some_and(|other| Arc::ptr_eq(set, other))
        };
        self.set.as_ref().is_none_or(is_in)
    }

    /// Appends a record, if the filter lets it pass and it has what is asked for.
    fn write(
        &self,
        digest: &Digest,
        record: &Record,
        now: Moment,
        output: &mut Vec<u8>,
    ) -> Result<bool, ResultCode> {
        let ops = &self.message.ops;
        let bins = Lookup::new(&record.bins, ops.len());
        let view = expression::View {
            digest: *digest,
            set: record.set_name(),
            record: Some(record),
            bins: &bins,
            now,
        };
        if let Some(filter) = &self.filter
            && !expression::passes(filter, &view)
        {
            return Ok(false);
        }
        let no_bins = self.message.header.info1 & info1::GET_NO_BINS;
        let mut reply = MessageWriter::begin(output);
        reply
            .field(FieldType::Namespace, self.namespace.name.as_bytes())
            .field(FieldType::Digest, &digest.0);
        if record.set.is_some() {
            reply.field(FieldType::Set, record.set_name());
        }
        if let Some(key) = &record.key {
            reply.key_field(key);
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
    looks: usize,
    /// The length the output may grow to.
    bytes: usize,
}

impl Budget {
    const fn is_spent(&self, output: &[u8]) -> bool {
        self.records == 0 || self.looks == 0 || output.len() >= self.bytes
    }
}

/// The partitions a scan asks for: whole ones, and those to go on in behind a digest.
fn partitions(message: &Message<'_>) -> Result<VecDeque<(usize, Option<Digest>)>, ResultCode> {
    let wrong = wire::Error::result_code;
    let whole = message.fields.get(FieldType::PartitionIds);
    let resumed = message.fields.get(FieldType::Digests);
    if whole.is_none() && resumed.is_none() {
        return Err(ResultCode::Unsupported);
    }
    let whole = partition_ids(whole.unwrap_or_default())
        .map_err(wrong)?
        .map(|id| (usize::from(id), None));
    let resumed = digests(resumed.unwrap_or_default())
        .map_err(wrong)?
        .map(|digest| (digest.partition(), Some(digest)));
    let mut seen = vec![false; PARTITIONS];
    let mut found = VecDeque::new();
    for (id, after) in whole.chain(resumed) {
        match seen.get_mut(id) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(ResultCode::Parameter),
        }
        found.push_back((id, after));
    }
    Ok(found)
}
