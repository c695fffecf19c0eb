//! Every bit and `HyperLogLog` operation recorded with a real server answers here what it answered there.
//!
//! The bins live in a plain map: what a server does around an operation is no matter here, only its result.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod recorded;

use std::collections::HashMap;

use devserver::{bits, hll};
use wire::message::{info2, messages};
use wire::{FieldType, Message, OpCode, ResultCode, Value, proto};

type Bins = HashMap<Vec<u8>, Value>;

/// What the ops of a request answer: those that answer at all, in order.
fn run(bins: &mut Bins, request: &Message<'_>) -> Result<Vec<Value>, ResultCode> {
    let mut results = Vec::new();
    for op in request.ops.iter() {
        let bin = bins.get(op.name).cloned();
        let bin = bin.as_ref();
        let mut put = |value: Value| {
            if value == Value::Nil {
                bins.remove(op.name);
            } else {
                bins.insert(op.name.to_vec(), value);
            }
        };
        match op.kind().unwrap() {
            OpCode::Write => put(op.decode().unwrap()),
            OpCode::BitsRead => results.push(bits::read(bin, op.value)?),
            OpCode::HllRead => results.push(hll::read(bin, op.value)?),
            OpCode::BitsModify => {
                bits::modify(bin, op.value)?.map(put);
                results.push(Value::Nil);
            }
            OpCode::HllModify => {
                let modified = hll::modify(bin, op.value)?;
                results.push(modified.result);
                modified.bin.map(put);
            }
            OpCode::Read => {
                results.extend(bin.cloned());
            }
            other => panic!("{other:?} in the recording"),
        }
    }
    Ok(results)
}

/// Plays a recording's single-record requests and counts the bit and `HyperLogLog` operations among them.
fn play(name: &str) -> Option<usize> {
    let mut records: HashMap<Vec<u8>, Bins> = HashMap::new();
    let mut operations = 0;
    for exchange in recorded::exchanges(name)? {
        let Ok(Some(frame)) = proto::split_frame(&exchange.request) else {
            continue;
        };
        if frame.kind != proto::Kind::Message {
            continue;
        }
        let request = messages(frame.body).next().unwrap().unwrap();
        let Some(digest) = request.fields.get(FieldType::Digest) else {
            continue;
        };
        let reply = proto::split_frame(&exchange.reply).unwrap().unwrap();
        let reply = messages(reply.body).next().unwrap().unwrap();
        let at = exchange.number;
        let record = records.entry(digest.to_vec()).or_default();
        if request.header.info2 & info2::DELETE != 0 {
            record.clear();
            continue;
        }
        if request.ops.is_empty() {
            for op in reply.ops.iter() {
                assert_eq!(
                    record.get(op.name),
                    Some(&op.decode().unwrap()),
                    "exchange {at}"
                );
            }
            continue;
        }
        let kinds = request.ops.iter().map(|op| op.kind().unwrap());
        operations += kinds
            .filter(|kind| !matches!(kind, OpCode::Read | OpCode::Write))
            .count();
        let mut changed = record.clone();
        let outcome = run(&mut changed, &request);
        let code = outcome.as_ref().err().copied().unwrap_or(ResultCode::Ok);
        assert_eq!(Some(code), reply.header.result_code(), "exchange {at}");
        if let Ok(results) = outcome {
            let wanted: Vec<_> = reply.ops.iter().map(|op| op.decode().unwrap()).collect();
            assert_eq!(results, wanted, "exchange {at}");
            *record = changed;
        }
    }
    Some(operations)
}

#[test]
fn official_client_bits() {
    if let Some(operations) = play("c_test_bitwise_operations") {
        assert_eq!(operations, 134);
    }
}

#[test]
fn native_client_bits() {
    if let Some(operations) = play("n_operate_bit_test") {
        assert_eq!(operations, 1360);
    }
}

#[test]
fn official_client_hll() {
    if let Some(operations) = play("c_test_hll") {
        assert_eq!(operations, 2054);
    }
}
