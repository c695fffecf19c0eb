//! Aggregations: a function on the stream of a query's records, and its values as the answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot::{self, error::TryRecvError};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{FieldType, Header, Message, MessageWriter, OpCode, ResultCode, Value};

use super::udf::{self, Call};
use super::walk::Walk;
use super::{Step, Target, end_stream};
use crate::connection::{FLUSH, Session};
use crate::jobs::{Count, Job, Work};
use crate::server::Shared;
use crate::udf::{Failure, Limits, Record};

/// What field 33 says.
const AGGREGATE: u8 = 1;
/// How many records are copied out of a partition at once.
const SLICE: usize = 1000;
/// How often the connection looks whether the function has ended.
const PAUSE: Duration = Duration::from_micros(500);

type Values = Result<Vec<Value>, Failure>;

/// A function that runs on a thread of its own: a Lua state stays where it is made.
#[derive(Debug)]
pub(crate) struct Aggregation {
    job: Arc<Job>,
    running: oneshot::Receiver<Values>,
    values: Option<std::vec::IntoIter<Value>>,
}

impl Aggregation {
    pub(super) fn start(
        session: &Session,
        body: &[u8],
        message: &Message<'_>,
        target: &Target<'_>,
    ) -> Result<Self, ResultCode> {
        let wrong = wire::Error::result_code;
        if message.fields.u8(FieldType::UdfOp).map_err(wrong)? != Some(AGGREGATE) {
            return Err(ResultCode::Parameter);
        }
        if target.filter().is_some() {
            return Err(ResultCode::Unsupported);
        }
        let call = Call::of(message)?;
        if call.module.is_empty() || call.function.is_empty() {
            return Err(ResultCode::Parameter);
        }
        let walk = Walk::of_node(&session.shared, session.node, message, target)?;
        let work = Work::Aggregation {
            module: call.module.to_owned(),
            function: call.function.to_owned(),
        };
        let job = Job::new(session, message, target, walk.index(), work, 0)?;
        let job = session.shared.jobs.begin(job)?;
        let (send, running) = oneshot::channel();
        let (shared, node, body) = (Arc::clone(&session.shared), session.node, body.to_vec());
        let watched = Arc::clone(&job);
        tokio::task::spawn_blocking(move || {
            // Nobody to tell is a client that is gone.
            let _ = send.send(run(&shared, node, &body, &watched));
        });
        Ok(Self {
            job,
            running,
            values: None,
        })
    }

    pub(super) fn step(&mut self, output: &mut Vec<u8>) -> Step {
        let begin = output.len();
        let step = self.advance(output);
        self.job.sent(output.len() - begin);
        step
    }

    fn advance(&mut self, output: &mut Vec<u8>) -> Step {
        if self.job.is_aborted() {
            end_stream::<()>(output, ResultCode::QueryAborted);
            return Step::Done;
        }
        if self.values.is_none() {
            let values = match self.running.try_recv() {
                Ok(values) => values,
                Err(TryRecvError::Empty) => return Step::Wait(PAUSE),
                Err(TryRecvError::Closed) => {
                    end_stream::<()>(output, ResultCode::Unknown);
                    return Step::Done;
                }
            };
            match values {
                Ok(values) => self.values = Some(values.into_iter()),
                Err(failure) => {
                    let text = Value::string(failure.to_string());
                    let frame = begin_frame(output, Kind::Message);
                    write(output, b"FAILURE", &text);
                    end_frame(output, frame);
                    end_stream::<()>(output, ResultCode::Ok);
                    return Step::Done;
                }
            }
        }
        let begin = output.len();
        let frame = begin_frame(output, Kind::Message);
        let empty = output.len();
        while let Some(value) = self.values.as_mut().and_then(Iterator::next) {
            write(output, b"SUCCESS", &value);
            if output.len() - begin >= FLUSH {
                end_frame(output, frame);
                return Step::More;
            }
        }
        if output.len() == empty {
            output.truncate(begin);
        } else {
            end_frame(output, frame);
        }
        self.job.end(true);
        end_stream::<()>(output, ResultCode::Ok);
        Step::Done
    }
}

impl Drop for Aggregation {
    /// A client that is gone ends its aggregation.
    fn drop(&mut self) {
        self.job.end(false);
    }
}

fn write(output: &mut Vec<u8>, bin: &[u8], value: &Value) {
    let mut reply = MessageWriter::begin(output);
    reply.op(OpCode::Read as u8, bin, value);
    reply.finish(&Header::default());
}

fn run(shared: &Shared, node: usize, body: &[u8], job: &Job) -> Values {
    let refused = |result: ResultCode| Failure::from_result(result);
    let message = Message::parse(body).map_err(|error| refused(error.result_code()))?;
    let target = Target::admitted(shared, &message).map_err(refused)?;
    let mut walk = Walk::of_node(shared, node, &message, &target).map_err(refused)?;
    let call = Call::of(&message).map_err(refused)?;
    let program = call.load(target.modules, Limits::default(), shared.clock.now())?;
    let mut values = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    while let Some(partition) = walk.partition()
        && !job.has_ended()
    {
        let now = shared.clock.now();
        let mut looks = SLICE;
        let seen = walk.step(now, &mut looks, &mut |seen| {
            records.push(udf::subject(seen.digest, seen.record, now));
            job.count(Count::Succeeded);
            Ok(true)
        });
        seen.map_err(refused)?;
        // Each partition's records are a stream, as on a real server; one without records gives nothing.
        if walk.partition() != Some(partition) && !records.is_empty() {
            let stream = std::mem::take(&mut records);
            values.extend(program.aggregate(call.function, &call.arguments, stream)?);
            job.advance(walk.progress());
        }
    }
    Ok(values)
}
