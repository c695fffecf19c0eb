//! Background work: operations or a function on every record of a query, while the client is told at once that it has begun.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::message::{info1, info2, info3};
use wire::{Digest, FieldType, Header, Message, MessageWriter, OpCode, ResultCode};

use super::single::{self, Failure, Request};
use super::udf::{self, Call};
use super::walk::Walk;
use super::{Step, Target, calls_udf, end_stream, write};
use crate::connection::Session;
use crate::jobs::{BACKGROUND_RATE, Count, Job, Work};
use crate::server::Shared;
use crate::store::BinName;
use crate::udf::{Limits, Program};

/// How many records are found at once, before they are changed one by one.
const SLICE: usize = 1000;
/// The longest pause between two looks whether the work was stopped.
const PAUSE: Duration = Duration::from_millis(20);
/// What field 33 says.
const BACKGROUND: u8 = 2;

/// So long the client waits at most: little work is done when it is told that it has begun.
const GRACE: Duration = Duration::from_millis(50);

/// Work that has begun.
#[derive(Debug)]
pub(crate) struct Background {
    job: Arc<Job>,
    until: Instant,
}

impl Background {
    pub(super) fn step(&self, output: &mut Vec<u8>) -> Step {
        if !self.job.has_ended() && Instant::now() < self.until {
            return Step::Wait(Duration::from_millis(1));
        }
        let begin = output.len();
        end_stream::<()>(output, ResultCode::Ok);
        self.job.sent(output.len() - begin);
        Step::Done
    }
}

/// Starts the work on a thread of its own.
pub(super) fn start(
    session: &Session,
    body: &[u8],
    message: &Message<'_>,
    target: &Target<'_>,
) -> Result<Background, ResultCode> {
    let walk = Walk::of_node(&session.shared, session.node, message, target)?;
    let wrong = wire::Error::result_code;
    let rate = message
        .fields
        .u32(FieldType::RecordsPerSecond)
        .map_err(wrong)?;
    let rate = rate.filter(|rate| *rate > 0).unwrap_or(BACKGROUND_RATE);
    target.filter().transpose()?;
    let work = if calls_udf(message) {
        if message.fields.u8(FieldType::UdfOp).map_err(wrong)? != Some(BACKGROUND) {
            return Err(ResultCode::Parameter);
        }
        let call = Call::parse(message)?;
        Work::Udf {
            module: call.module.to_owned(),
            function: call.function.to_owned(),
        }
    } else {
        check_operations(message)?;
        Work::Operations
    };
    let job = Job::new(session, message, target, walk.index(), work, rate)?;
    let job = session.shared.jobs.begin(job)?;
    let started = Background {
        job: Arc::clone(&job),
        until: Instant::now() + GRACE,
    };
    let (shared, node, body) = (Arc::clone(&session.shared), session.node, body.to_vec());
    tokio::task::spawn_blocking(move || {
        let result = run(&shared, node, &body, &job);
        if let Err(result) = result {
            log::warn!("background work {} ended with {result:?}", job.id());
        }
        job.end(result.is_ok() && !job.is_aborted());
    });
    Ok(started)
}

/// Only writes, and nothing that answers.
fn check_operations(message: &Message<'_>) -> Result<(), ResultCode> {
    let allowed = message.header.info1 & (info1::READ | info1::GET_ALL) == 0
        && message.header.info2 & info2::DELETE == 0
        && !message.ops.is_empty();
    if !allowed {
        return Err(ResultCode::Parameter);
    }
    for op in message.ops.iter() {
        op.kind()
            .filter(|kind: &OpCode| !kind.is_read())
            .ok_or(ResultCode::Parameter)?;
        BinName::new(op.name)?;
    }
    Ok(())
}

fn run(shared: &Shared, node: usize, body: &[u8], job: &Job) -> Result<(), ResultCode> {
    let message = Message::parse(body).map_err(wire::Error::result_code)?;
    let target = Target::admitted(shared, &message)?;
    let mut walk = Walk::of_node(shared, node, &message, &target)?;
    let filter = target.filter();
    let program = if calls_udf(&message) {
        let call = Call::parse(&message)?;
        let now = shared.clock.now();
        let program = call.load(target.modules, Limits::default(), now);
        Some((program, call))
    } else {
        None
    };
    // A record that is gone by then is not made again.
    let message = Message {
        header: Header {
            info3: message.header.info3 | info3::UPDATE_ONLY,
            ..message.header
        },
        ..message
    };
    let mut pace = Pace::new(job.rate());
    while !walk.is_done() {
        let mut found: Vec<Digest> = Vec::new();
        let mut looks = SLICE;
        walk.step(shared.clock.now(), &mut looks, &mut |seen| {
            found.push(seen.digest);
            Ok(true)
        })?;
        for digest in found {
            if !pace.wait(|| job.is_aborted()) {
                return Ok(());
            }
            job.count(Count::Throttled);
            let request = Request {
                message: &message,
                target: &target,
                filter: filter.as_ref(),
                digest,
                now: shared.clock.now(),
            };
            job.count(change(&request, program.as_ref()));
        }
        job.advance(walk.progress());
        if job.is_aborted() {
            return Ok(());
        }
    }
    Ok(())
}

/// Changes one record.
fn change(
    request: &Request<'_>,
    program: Option<&(Result<Program, crate::udf::Failure>, Call<'_>)>,
) -> Count {
    let mut reply = Vec::new();
    let mut reply = MessageWriter::begin(&mut reply);
    let result = single::run_beside(request, |partition| match program {
        None => write::run(request, partition, &mut reply).map(|_| ResultCode::Ok),
        Some((program, call)) => {
            let execute = |subject| {
                let program = program.as_ref().map_err(Clone::clone)?;
                program.apply(call.function, subject, &call.arguments)
            };
            udf::run_with(request, partition, &mut reply, &execute).map(|(result, _)| result)
        }
    });
    match result.map_err(Failure::result) {
        Ok(ResultCode::Ok) => Count::Succeeded,
        Err(ResultCode::FilteredOut) => Count::Filtered,
        Ok(_) | Err(_) => Count::Failed,
    }
}

/// Spreads records over time.
struct Pace {
    next: Instant,
    gap: Duration,
}

impl Pace {
    fn new(rate: u32) -> Self {
        Self {
            next: Instant::now(),
            gap: Duration::from_secs(1) / rate.max(1),
        }
    }

    /// Waits for the next turn; `false` if told to stop meanwhile.
    fn wait(&mut self, stopped: impl Fn() -> bool) -> bool {
        // Short gaps are made up for together: a sleep is longer than any of them.
        while !stopped() {
            let ahead = self.next.saturating_duration_since(Instant::now());
            if ahead < Duration::from_millis(1) {
                self.next += self.gap;
                return true;
            }
            std::thread::sleep(ahead.min(PAUSE));
        }
        false
    }
}
