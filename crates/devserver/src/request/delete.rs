//! Removing a record.

use wire::ResultCode;

use super::single::{Failure, Request, Success};
use crate::store::{Lookup, Partition};

pub(super) fn run(request: &Request<'_>, partition: &mut Partition) -> Result<Success, Failure> {
    let namespace = request.target.namespace;
    let record = partition.get(&request.digest).ok_or(ResultCode::NotFound)?;
    // A record whose time is over is there to be removed until it is swept, as on a real server.
    if record.is_tombstone() || record.is_truncated(namespace) {
        return Err(ResultCode::NotFound.into());
    }
    request.check_set(record)?;
    request.check_generation(record.generation)?;
    request.check_filter(record, &Lookup::new(&record.bins, 1))?;
    request.check_key(record)?;
    request.erase(partition.place(request.digest))?;
    Ok(Success::default())
}
