//! Reading a record.

use wire::message::{info1, info2};
use wire::{MessageWriter, OpCode, ResultCode, Value};

use super::single::{Failure, Request, Success};
use super::ttl::ReadTouch;
use crate::ops::{self, expression};
use crate::store::{BinName, Lookup};

pub(super) fn run(
    request: &Request<'_>,
    reply: &mut MessageWriter<'_>,
) -> Result<Success, Failure> {
    let header = request.message.header;
    let touch = ReadTouch::of_read(header.ttl)?;
    let no_bins = header.info1 & info1::GET_NO_BINS != 0;
    let all_bins = header.info1 & info1::GET_ALL != 0;
    let ops = &request.message.ops;
    if ops.is_empty() && !no_bins && !all_bins {
        return Err(ResultCode::Parameter.into());
    }

    let mut partition = request.target.namespace.partition(&request.digest).lock();
    let record = partition.get(&request.digest).ok_or(ResultCode::NotFound)?;
    let failure = |result| Failure::on(record, result);
    if !record.is_alive(request.target.namespace, request.now) {
        return Err(failure(ResultCode::NotFound));
    }
    request.check_set(record).map_err(failure)?;
    let bins = Lookup::new(&record.bins, ops.len());
    request.check_filter(record, &bins).map_err(failure)?;
    request.check_key(record).map_err(failure)?;

    if no_bins {
        // The header is all that is asked for.
    } else if all_bins {
        for bin in &record.bins {
            reply.op(OpCode::Read as u8, bin.name.as_bytes(), &bin.value);
        }
    } else {
        let view = expression::View {
            digest: request.digest,
            set: record.set_name(),
            record: Some(record),
            bins: &bins,
            now: request.now,
        };
        let respond_all = header.info2 & info2::RESPOND_ALL_OPS != 0;
        for op in ops.iter() {
            let kind = op
                .kind()
                .filter(|kind| kind.is_read())
                .ok_or(ResultCode::Parameter)
                .map_err(failure)?;
            let name = BinName::new(op.name).map_err(failure)?;
            if kind == OpCode::Read {
                match bins.find(&name) {
                    Some(value) => _ = reply.op(op.code, op.name, value),
                    None if respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
                    None => {}
                }
            } else {
                match ops::read(kind, &name, op.value, &view).map_err(failure)? {
                    Some(value) => _ = reply.op(op.code, op.name, &value),
                    None if respond_all => _ = reply.op(op.code, op.name, &Value::Nil),
                    None => {}
                }
            }
        }
    }

    let success = Success {
        generation: record.generation,
        void_time: record.void_time,
    };
    if let Some(void_time) = touch.void_time(record, request.now) {
        // The reply still carries the old time; the generation stays.
        partition.place(request.digest).change(|record| {
            record.void_time = void_time;
            record.last_update = record.last_update.max(request.now.0);
        });
    }
    Ok(success)
}
