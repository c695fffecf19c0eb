//! Requests on one record: alone in a frame, or a row of a batch. Each gets exactly one message as its answer.

use wire::message::{info1, info2};
use wire::{Digest, Header, Message, MessageWriter, ResultCode};

use super::{Target, calls_udf, delete, read, transaction, udf, write, writes};
use crate::clock::Moment;
use crate::ops::expression::{self, Filter, View};
use crate::store::{Bins, Partition, Place, Record};

/// A failed request: its result, and of a record that exists generation and void-time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    result: ResultCode,
    generation: u16,
    void_time: u32,
}

impl From<ResultCode> for Failure {
    fn from(result: ResultCode) -> Self {
        Self {
            result,
            generation: 0,
            void_time: 0,
        }
    }
}

impl Failure {
    pub(super) const fn result(self) -> ResultCode {
        self.result
    }

    pub(super) const fn on(record: &Record, result: ResultCode) -> Self {
        Self {
            result,
            generation: record.generation,
            void_time: record.void_time,
        }
    }
}

/// A request that succeeded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Success {
    pub(super) generation: u16,
    pub(super) void_time: u32,
}

/// A request on one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) message: &'a Message<'a>,
    pub(super) target: &'a Target<'a>,
    pub(super) filter: Option<&'a Filter>,
    pub(super) digest: Digest,
    pub(super) now: Moment,
}

/// Answers a request on one record with one message; `index` is a batch row's. Says how it went.
pub(super) fn answer(
    message: &Message<'_>,
    target: &Target<'_>,
    filter: Option<&Filter>,
    digest: Digest,
    now: Moment,
    index: u32,
    output: &mut Vec<u8>,
) -> ResultCode {
    let request = Request {
        message,
        target,
        filter,
        digest,
        now,
    };
    let mut reply = MessageWriter::begin(output);
    let header = |result: ResultCode, generation: u16, void_time: u32| Header {
        result: result as u8,
        generation: u32::from(generation),
        ttl: target.clock.shown(void_time),
        timeout: index,
        ..Header::default()
    };
    match run(&request, &mut reply) {
        Ok((
            result,
            Success {
                generation,
                void_time,
            },
        )) => {
            reply.finish(&header(result, generation, void_time));
            result
        }
        Err(Failure {
            result,
            generation,
            void_time,
        }) => {
            drop(reply);
            MessageWriter::begin(output).finish(&header(result, generation, void_time));
            result
        }
    }
}

/// Runs a request. A UDF that fails has a result of its own and still something to answer.
fn run(
    request: &Request<'_>,
    reply: &mut MessageWriter<'_>,
) -> Result<(ResultCode, Success), Failure> {
    let Target {
        namespace, cluster, ..
    } = request.target;
    if !cluster.view().has(request.digest.partition()) {
        return Err(ResultCode::Unavailable.into());
    }
    if let Some(transactions) = namespace.transactions() {
        return transaction::run(request, transactions, reply);
    }
    let mut partition = namespace.partition(&request.digest).lock();
    dispatch(request, &mut partition, reply)
}

/// Runs a change that comes from no client at the moment: not on a record that a transaction is writing.
pub(super) fn run_beside<R>(
    request: &Request<'_>,
    change: impl FnOnce(&mut Partition) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let mut partition = request.target.namespace.partition(&request.digest).lock();
    partition.settle(&request.digest, request.now);
    if partition.owner(&request.digest).is_some() {
        return Err(ResultCode::TxnBlocked.into());
    }
    change(&mut partition)
}

/// Runs a request on a record that is in a partition.
pub(super) fn dispatch(
    request: &Request<'_>,
    partition: &mut Partition,
    reply: &mut MessageWriter<'_>,
) -> Result<(ResultCode, Success), Failure> {
    let message = request.message;
    let success = if calls_udf(message) {
        return udf::run(request, partition, reply);
    } else if writes(message) {
        if message.header.info2 & info2::DELETE != 0 {
            delete::run(request, partition)
        } else {
            write::run(request, partition, reply)
        }
    } else if message.header.info1 & info1::READ != 0 {
        read::run(request, partition, reply)
    } else {
        Err(ResultCode::Parameter.into())
    };
    success.map(|success| (ResultCode::Ok, success))
}

impl Request<'_> {
    /// Whether the record may be changed by its generation; a record that does not exist has 0.
    pub(super) fn check_generation(&self, generation: u16) -> Result<(), ResultCode> {
        let Header {
            info2,
            generation: sent,
            ..
        } = self.message.header;
        let equal = info2 & info2::GENERATION == 0 || sent == u32::from(generation);
        let greater = info2 & info2::GENERATION_GT == 0 || sent > u32::from(generation);
        if equal && greater {
            Ok(())
        } else {
            Err(ResultCode::Generation)
        }
    }

    /// Whether a delete leaves a tombstone. In a transaction all do; strong consistency forbids others.
    pub(super) fn leaves_tombstone(&self) -> Result<bool, ResultCode> {
        let durable = self.message.header.info2 & info2::DURABLE_DELETE != 0
            || self.target.transaction.is_some();
        if durable && !self.target.enterprise {
            Err(ResultCode::EnterpriseOnly)
        } else if !durable && self.target.namespace.is_strong() {
            Err(ResultCode::Forbidden)
        } else {
            Ok(durable)
        }
    }

    /// Removes the record; leaves a tombstone if it is to.
    pub(super) fn erase(&self, place: Place<'_>) -> Result<(), ResultCode> {
        if self.leaves_tombstone()? {
            place.change(|record| record.bury(self.target.namespace, self.now));
        } else {
            place.remove();
        }
        Ok(())
    }

    /// The set of the record, or the one it would be in.
    pub(super) fn set<'a>(&'a self, record: Option<&'a Record>) -> &'a [u8] {
        record.map_or(self.target.set, Record::set_name)
    }

    /// Whether the record is in the set that was sent.
    pub(super) fn check_set(&self, record: &Record) -> Result<(), ResultCode> {
        let named = !self.target.set.is_empty();
        if named && record.set_name() != self.target.set {
            Err(ResultCode::Parameter)
        } else {
            Ok(())
        }
    }

    /// Whether the filter lets the record pass.
    pub(super) fn check_filter(&self, record: &Record, bins: &dyn Bins) -> Result<(), ResultCode> {
        let Some(filter) = self.filter else {
            return Ok(());
        };
        let filter = filter.as_ref().map_err(|result| *result)?;
        let view = View {
            digest: self.digest,
            set: record.set_name(),
            record: Some(record),
            bins,
            now: self.now,
        };
        if expression::passes(filter, &view) {
            Ok(())
        } else {
            Err(ResultCode::FilteredOut)
        }
    }

    /// Whether the stored key, if there is one, is the key that was sent, if one was.
    pub(super) fn check_key(&self, record: &Record) -> Result<(), ResultCode> {
        let (Some(stored), Some(sent)) = (&record.key, self.target.key()?) else {
            return Ok(());
        };
        if **stored == sent {
            Ok(())
        } else {
            Err(ResultCode::KeyMismatch)
        }
    }
}
