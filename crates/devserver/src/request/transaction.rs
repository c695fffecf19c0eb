//! Requests on records of a strongly consistent namespace: in a transaction, and beside transactions.

use wire::message::{info2, info4};
use wire::{Digest, FieldType, MessageWriter, OpCode, ResultCode, Value, msgpack};

use super::single::{Failure, Request, Success, dispatch};
use super::writes;
use crate::store::Partition;
use crate::transaction::{MONITOR_SET, Transactions};

/// Codes of the list operations that a monitor's digests come with: one at its end, and several.
const APPEND: i64 = 1;
const APPEND_ITEMS: i64 = 2;

type Answer = Result<(ResultCode, Success), Failure>;

pub(super) fn run(
    request: &Request<'_>,
    transactions: &Transactions,
    reply: &mut MessageWriter<'_>,
) -> Answer {
    if request.target.set == MONITOR_SET {
        return Ok(monitor(request, transactions, reply)?);
    }
    let mut partition = request.target.namespace.partition(&request.digest).lock();
    partition.settle(&request.digest, request.now);
    if request.message.header.info4 & info4::TXN_VERIFY_READ != 0 {
        return verify(request, &partition);
    }
    match request.target.transaction {
        Some(id) => inside(request, id, transactions, &mut partition, reply),
        None => beside(request, &mut partition, reply),
    }
}

/// Without a transaction: reads see the state before another's write, writes have to wait for its end.
fn beside(
    request: &Request<'_>,
    partition: &mut Partition,
    reply: &mut MessageWriter<'_>,
) -> Answer {
    if partition.owner(&request.digest).is_none() {
        return dispatch(request, partition, reply);
    }
    if writes(request.message) {
        return Err(ResultCode::TxnBlocked.into());
    }
    partition.swap(&request.digest);
    let answer = dispatch(request, partition, reply);
    partition.swap(&request.digest);
    answer
}

fn inside(
    request: &Request<'_>,
    id: u64,
    transactions: &Transactions,
    partition: &mut Partition,
    reply: &mut MessageWriter<'_>,
) -> Answer {
    let digest = &request.digest;
    let owner = partition.owner(digest);
    let own = owner == Some(id);
    let rolls = request.message.header.info4 & (info4::TXN_ROLL_FORWARD | info4::TXN_ROLL_BACK);
    if rolls != 0 {
        // What is not locked by it any more has been rolled already.
        if own {
            partition.roll(digest, rolls & info4::TXN_ROLL_FORWARD != 0);
        }
        return Ok((ResultCode::Ok, Success::default()));
    }
    if owner.is_some() && !own {
        return Err(ResultCode::TxnBlocked.into());
    }
    if writes(request.message) {
        return write(request, id, transactions, partition, reply);
    }
    if let Some(version) = version(request, partition)
        && !own
    {
        let bytes = version.to_le_bytes();
        reply.field(FieldType::RecordVersion, bytes.get(..7).unwrap_or_default());
    }
    dispatch(request, partition, reply)
}

/// The version of the record as it is.
fn version(request: &Request<'_>, partition: &Partition) -> Option<u64> {
    let record = partition.get(&request.digest)?;
    record
        .is_alive(request.target.namespace, request.now)
        .then(|| record.version())
}

/// Whether a record is still as a transaction has read it. Clients do not always say which transaction: nobody may be writing it.
fn verify(request: &Request<'_>, partition: &Partition) -> Answer {
    if partition.owner(&request.digest).is_some() {
        Err(ResultCode::TxnBlocked.into())
    } else if sent_version(request)? == version(request, partition) {
        Ok((ResultCode::Ok, Success::default()))
    } else {
        Err(ResultCode::TxnVersionMismatch.into())
    }
}

fn write(
    request: &Request<'_>,
    id: u64,
    transactions: &Transactions,
    partition: &mut Partition,
    reply: &mut MessageWriter<'_>,
) -> Answer {
    let digest = &request.digest;
    let transaction = transactions.writable(id, request.now)?;
    let own = partition.owner(digest) == Some(id);
    let lock_only = request.message.header.info4 & info4::TXN_LOCK_ONLY != 0;
    if own {
        if lock_only {
            return Err(ResultCode::TxnAlreadyLocked.into());
        }
        return dispatch(request, partition, reply);
    }
    if let Some(read) = sent_version(request)?
        && version(request, partition) != Some(read)
    {
        return Err(ResultCode::TxnVersionMismatch.into());
    }
    transaction.announce([*digest], request.now)?;
    partition.lock(*digest, transaction);
    if lock_only {
        return Ok((ResultCode::Ok, Success::default()));
    }
    let answer = dispatch(request, partition, reply);
    if !matches!(answer, Ok((ResultCode::Ok, _))) {
        // Nothing was written.
        partition.roll(digest, false);
    }
    answer
}

/// The version of the record that the transaction has read.
fn sent_version(request: &Request<'_>) -> Result<Option<u64>, ResultCode> {
    let Some(data) = request.message.fields.get(FieldType::RecordVersion) else {
        return Ok(None);
    };
    let data: &[u8; 7] = data.try_into().map_err(|_| ResultCode::Parameter)?;
    let mut bytes = [0; 8];
    for (place, byte) in bytes.iter_mut().zip(data) {
        *place = *byte;
    }
    Ok(Some(u64::from_le_bytes(bytes)))
}

/// A request on a monitor: announces writes, commits, or ends the transaction.
fn monitor(
    request: &Request<'_>,
    transactions: &Transactions,
    reply: &mut MessageWriter<'_>,
) -> Result<(ResultCode, Success), ResultCode> {
    let header = &request.message.header;
    let done = Ok((ResultCode::Ok, Success::default()));
    if !writes(request.message) {
        return Err(ResultCode::NotFound);
    }
    if header.info2 & info2::DELETE != 0 {
        transactions.end(&request.digest, request.target.namespace, request.now)?;
        return done;
    }
    let mut begins = None;
    let mut commits = false;
    let mut digests = Vec::new();
    for op in request.message.ops.iter() {
        match (op.kind(), op.name) {
            (Some(OpCode::Write), b"id") => match op.decode() {
                Ok(Value::Int(id)) => begins = Some(id as u64),
                _ => return Err(ResultCode::Parameter),
            },
            (Some(OpCode::Write), b"fwd") => commits = true,
            (Some(OpCode::CdtModify), b"keyds") => digests = announced(op.value)?,
            _ => return Err(ResultCode::Parameter),
        }
    }
    let transaction = match begins {
        Some(id) => transactions.begin(id, header.ttl, request.now)?,
        None => transactions
            .of_monitor(&request.digest)
            .ok_or(ResultCode::TxnExpired)?,
    };
    if commits {
        transaction.commit(request.now)?;
        return done;
    }
    transaction.announce(digests, request.now)?;
    reply.field(
        FieldType::TxnDeadline,
        &transaction.deadline().to_le_bytes(),
    );
    done
}

/// The digests of a list operation on the monitor.
fn announced(payload: &[u8]) -> Result<Vec<Digest>, ResultCode> {
    let digest = |value: &Value| match value {
        Value::Blob(_, bytes) => Digest::from_slice(bytes).ok_or(ResultCode::Parameter),
        _ => Err(ResultCode::Parameter),
    };
    let Ok(Value::List(operation)) = msgpack::decode(payload) else {
        return Err(ResultCode::Parameter);
    };
    match operation.items.as_slice() {
        [Value::Int(APPEND), item, ..] => Ok(vec![digest(item)?]),
        [Value::Int(APPEND_ITEMS), Value::List(list), ..] => {
            list.items.iter().map(digest).collect()
        }
        _ => Err(ResultCode::Parameter),
    }
}
