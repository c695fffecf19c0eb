//! Removing a record.

use wire::ResultCode;
use wire::message::info2;

use super::single::{Failure, Request, Success};
use crate::store::Lookup;

pub(super) fn run(request: &Request<'_>) -> Result<Success, Failure> {
    let mut partition = request.target.namespace.partition(&request.digest).lock();
    let record = partition.get(&request.digest).ok_or(ResultCode::NotFound)?;
    // A record whose time is over is there to be removed until it is swept, as on a real server.
    if record.is_truncated(request.target.namespace) {
        return Err(ResultCode::NotFound.into());
    }
    request.check_set(record)?;
    request.check_generation(record.generation)?;
    request.check_filter(record, &Lookup::new(&record.bins, 1))?;
    request.check_key(record)?;
    if request.message.header.info2 & info2::DURABLE_DELETE != 0 {
        return Err(ResultCode::EnterpriseOnly.into());
    }
    partition.place(request.digest).remove();
    Ok(Success::default())
}
