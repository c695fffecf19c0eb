//! Messages: what a request asks for and who answers it.

mod aggregate;
mod background;
mod batch;
mod delete;
mod query;
mod read;
mod single;
mod target;
pub(crate) mod ttl;
mod udf;
mod walk;
mod write;

use std::time::Duration;

use wire::message::{info1, info2, info3};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{FieldType, Header, Message, MessageWriter, ResultCode};

use self::aggregate::Aggregation;
use self::batch::Batch;
use self::query::Query;
pub(crate) use self::target::Target;
use crate::connection::{Session, write_result};

/// An answer of many messages, given step by step so that others get their turn and no answer has to fit into memory.
#[derive(Debug)]
pub(crate) enum Stream<'a> {
    Batch(Batch<'a>),
    Query(Query<'a>),
    Aggregation(Aggregation),
}

/// What follows a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing, the answer is complete.
    Done,
    /// Another step.
    More,
    /// Another step, later.
    Wait(Duration),
}

impl Stream<'_> {
    /// Appends the next part of the answer.
    pub(crate) fn step(&mut self, output: &mut Vec<u8>) -> Step {
        match self {
            Self::Batch(batch) => batch.step(output),
            Self::Query(query) => query.step(output),
            Self::Aggregation(aggregation) => aggregation.step(output),
        }
    }
}

/// Answers a message: at once, or by the stream it gives back.
pub(crate) fn answer<'a>(
    session: &'a Session,
    body: &'a [u8],
    output: &mut Vec<u8>,
) -> Option<Stream<'a>> {
    let message = match Message::parse(body) {
        Ok(message) => message,
        Err(error) => {
            log::debug!("not a message: {error}");
            write_result(output, error.result_code());
            return None;
        }
    };
    if message.header.info1 & info1::BATCH != 0 {
        return match Batch::new(&session.shared, &message) {
            Ok(batch) => Some(Stream::Batch(batch)),
            Err(result) => end_stream(output, result),
        };
    }
    let target = match Target::of(&session.shared, &message) {
        Ok(target) => target,
        Err(result) => {
            write_result(output, result);
            return None;
        }
    };
    if let Some(digest) = target.digest {
        let start = begin_frame(output, Kind::Message);
        single::answer(
            &message,
            &target,
            target.filter().as_ref(),
            digest,
            session.shared.clock.now(),
            0,
            output,
        );
        end_frame(output, start);
        return None;
    }
    let stream = if writes(&message) {
        background::start(session, body, &message, &target)
            .map(|()| end_stream(output, ResultCode::Ok))
    } else if calls_udf(&message) {
        Aggregation::start(session, body, &message, &target)
            .map(|stream| Some(Stream::Aggregation(stream)))
    } else {
        Query::new(session, message, target).map(|stream| Some(Stream::Query(stream)))
    };
    stream.unwrap_or_else(|result| {
        write_result(output, result);
        None
    })
}

/// Ends a stream of messages: a frame of one message that is the last.
fn end_stream<T>(output: &mut Vec<u8>, result: ResultCode) -> Option<T> {
    let start = begin_frame(output, Kind::Message);
    MessageWriter::begin(output).finish(&Header {
        info3: info3::LAST,
        ..Header::of_result(result)
    });
    end_frame(output, start);
    None
}

/// Whether a message asks for a change.
const fn writes(message: &Message<'_>) -> bool {
    message.header.info2 & info2::WRITE != 0
}

/// Whether a message calls a UDF.
fn calls_udf(message: &Message<'_>) -> bool {
    message.fields.get(FieldType::UdfModule).is_some()
        || message.fields.get(FieldType::UdfOp).is_some()
}
