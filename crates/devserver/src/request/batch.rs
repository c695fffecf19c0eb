//! Batches: requests on many records in one message.

use wire::batch::{self, Rows, flags};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{FieldType, Header, Message, MessageWriter, ResultCode};

use super::{Step, Target, end_stream, single};
use crate::connection::{FLUSH, Session};
use crate::expr::Expr;
use crate::ops::expression::Filter;

/// The most rows a batch can have.
const MAX_ROWS: u32 = 5000;

#[derive(Debug)]
pub(crate) struct Batch<'a> {
    session: &'a Session,
    rows: Rows<'a>,
    respond_all: bool,
    /// Holds for rows without a filter of their own.
    filter: Option<Filter>,
    /// Of the last row with a definition.
    target: Result<Target<'a>, ResultCode>,
    /// Of the last row with a definition.
    row_filter: Option<Filter>,
    result: ResultCode,
}

impl<'a> Batch<'a> {
    pub(super) fn new(session: &'a Session, message: &Message<'a>) -> Result<Self, ResultCode> {
        let field = message
            .fields
            .get(FieldType::Batch)
            .ok_or(ResultCode::Unsupported)?;
        let batch = batch::Batch::parse(field).map_err(wire::Error::result_code)?;
        match batch.count {
            0 => return Err(ResultCode::Parameter),
            1..=MAX_ROWS => {}
            _ => return Err(ResultCode::BatchMaxRequests),
        }
        // A batch that is broken at its end must not be half done.
        if let Some(error) = batch.rows().find_map(Result::err) {
            log::debug!("not a batch: {error}");
            return Err(error.result_code());
        }
        let filter = message.fields.get(FieldType::Filter);
        let filter = filter.map(Expr::build_filter);
        if let Some(Err(result)) = &filter {
            return Err(*result);
        }
        Ok(Self {
            session,
            rows: batch.rows(),
            respond_all: batch.flags & flags::RESPOND_ALL != 0,
            filter,
            row_filter: None,
            target: Err(ResultCode::Parameter),
            result: ResultCode::Ok,
        })
    }

    pub(super) fn step(&mut self, output: &mut Vec<u8>) -> Step {
        let begin = output.len();
        let now = self.session.shared.clock.now();
        let frame = begin_frame(output, Kind::Message);
        let mut rows = 0;
        while self.goes_on() && output.len() - begin < FLUSH {
            let Some(Ok(row)) = self.rows.next() else {
                break;
            };
            if !row.repeats {
                self.target = Target::of(self.session, &row.message);
                self.row_filter = self.target.as_ref().ok().and_then(Target::filter);
            }
            let spent = match self.session.access() {
                Some(access) => access.spend(&row.message, now),
                None => Ok(()),
            };
            let result = match self
                .target
                .as_ref()
                .map_err(|result| *result)
                .and_then(|target| spent.map(|()| target))
            {
                Ok(target) => {
                    let filter = self.row_filter.as_ref().or(self.filter.as_ref());
                    let message = &row.message;
                    single::answer(message, target, filter, row.digest, now, row.index, output)
                }
                Err(result) => {
                    let header = Header {
                        timeout: row.index,
                        ..Header::of_result(result)
                    };
                    MessageWriter::begin(output).finish(&header);
                    result
                }
            };
            if !matches!(
                result,
                ResultCode::Ok | ResultCode::NotFound | ResultCode::FilteredOut
            ) && !self.respond_all
            {
                self.result = result;
            }
            rows += 1;
        }
        if rows == 0 {
            output.truncate(begin);
            end_stream::<()>(output, self.result);
            return Step::Done;
        }
        end_frame(output, frame);
        Step::More
    }

    /// Without [`flags::RESPOND_ALL`] the first row that fails is the last one answered.
    fn goes_on(&self) -> bool {
        self.result == ResultCode::Ok
    }
}
