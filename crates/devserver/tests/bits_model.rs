//! Bit operations against a model that keeps one boolean per bit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use devserver::bits;
use proptest::prelude::*;
use wire::{ResultCode, Value, msgpack};

fn unpack(bytes: &[u8]) -> Vec<bool> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect()
}

fn pack(bits: &[bool]) -> Vec<u8> {
    bits.chunks(8)
        .map(|chunk| {
            let bit = |at| u8::from(chunk.get(at).copied().unwrap_or(false));
            (0..8).fold(0, |byte, at| byte << 1 | bit(at))
        })
        .collect()
}

fn number(bits: &[bool]) -> u64 {
    bits.iter()
        .fold(0, |number, bit| number << 1 | u64::from(*bit))
}

fn digits(number: u64, size: usize) -> Vec<bool> {
    (0..size).rev().map(|bit| number >> bit & 1 == 1).collect()
}

fn payload(operation: i64, arguments: &[Value]) -> Vec<u8> {
    let mut items = vec![Value::Int(operation)];
    items.extend_from_slice(arguments);
    msgpack::encode(&Value::list(items))
}

fn modify(bytes: &[u8], operation: i64, arguments: &[Value]) -> Result<Vec<u8>, ResultCode> {
    let bin = Value::blob(bytes);
    let new = bits::modify(Some(&bin), &payload(operation, arguments))?;
    Ok(new.unwrap_or(bin).as_bytes().unwrap().to_vec())
}

fn read(bytes: &[u8], operation: i64, arguments: &[Value]) -> Result<Value, ResultCode> {
    bits::read(Some(&Value::blob(bytes)), &payload(operation, arguments))
}

fn int(number: usize) -> Value {
    Value::Int(number as i64)
}

/// A blob and a range of bits inside of it.
fn ranged() -> impl Strategy<Value = (Vec<u8>, usize, usize)> {
    prop::collection::vec(any::<u8>(), 1..40).prop_flat_map(|bytes| {
        let bits = 8 * bytes.len();
        (0..bits).prop_flat_map(move |offset| {
            let bytes = bytes.clone();
            (1..=bits - offset).prop_map(move |size| (bytes.clone(), offset, size))
        })
    })
}

proptest! {
    #[test]
    fn combinations(
        (bytes, offset, size) in ranged(),
        with in prop::collection::vec(any::<u8>(), 40),
        operation in 3..=6_i64,
        from_end: bool,
    ) {
        let mut model = unpack(&bytes);
        for (bit, with) in model[offset..offset + size].iter_mut().zip(unpack(&with)) {
            *bit = match operation {
                3 => with,
                4 => *bit | with,
                5 => *bit ^ with,
                _ => *bit & with,
            };
        }
        let place = if from_end { offset as i64 - 8 * bytes.len() as i64 } else { offset as i64 };
        let arguments = [Value::Int(place), int(size), Value::blob(&with)];
        prop_assert_eq!(modify(&bytes, operation, &arguments), Ok(pack(&model)));
    }

    #[test]
    fn negation_and_shifts((bytes, offset, size) in ranged(), by in 0..330_usize) {
        let range = offset..offset + size;
        let mut model = unpack(&bytes);
        model[range.clone()].iter_mut().for_each(|bit| *bit = !*bit);
        prop_assert_eq!(modify(&bytes, 7, &[int(offset), int(size)]), Ok(pack(&model)));

        let gone = by.min(size);
        let old = unpack(&bytes);
        let mut left = old.clone();
        let moved: Vec<bool> = old[range.clone()][gone..].iter().copied().chain(vec![false; gone]).collect();
        left[range.clone()].copy_from_slice(&moved);
        prop_assert_eq!(modify(&bytes, 8, &[int(offset), int(size), int(by)]), Ok(pack(&left)));

        let mut right = old.clone();
        let moved: Vec<bool> = vec![false; gone].into_iter().chain(old[range.clone()][..size - gone].iter().copied()).collect();
        right[range].copy_from_slice(&moved);
        prop_assert_eq!(modify(&bytes, 9, &[int(offset), int(size), int(by)]), Ok(pack(&right)));
    }

    #[test]
    fn arithmetic(
        (bytes, offset, size) in ranged(),
        value: u64,
        subtract: bool,
        signed: bool,
        overflow in prop::sample::select(vec![0, 2, 4]),
    ) {
        let size = size.min(64);
        let mut model = unpack(&bytes);
        let range = offset..offset + size;
        let extend = |bits: &[bool]| {
            let number = i128::from(number(bits));
            if signed && bits[0] { number - (1 << bits.len()) } else { number }
        };
        let operand = extend(&digits(value, size));
        let old = extend(&model[range.clone()]);
        let sum = if subtract { old - operand } else { old + operand };
        let (least, most) = if signed {
            (-(1_i128 << (size - 1)), (1 << (size - 1)) - 1)
        } else {
            (0, (1_i128 << size) - 1)
        };
        let wanted = match overflow {
            _ if (least..=most).contains(&sum) => Ok(sum),
            0 => Err(ResultCode::OpNotApplicable),
            2 => Ok(sum.clamp(least, most)),
            _ => Ok(sum),
        };
        let wanted = wanted.map(|sum| {
            model[range].copy_from_slice(&digits(sum as u64, size));
            pack(&model)
        });
        let arguments = [
            int(offset),
            int(size),
            Value::Int(value as i64),
            Value::Int(0),
            Value::Int(i64::from(signed) | overflow),
        ];
        prop_assert_eq!(modify(&bytes, 10 + i64::from(subtract), &arguments), wanted);
    }

    #[test]
    fn integers((bytes, offset, size) in ranged(), value: u64) {
        let size = size.min(64);
        let mut model = unpack(&bytes);
        let bits = model[offset..offset + size].to_vec();
        let unsigned = number(&bits);
        let signed = if bits[0] && size < 64 { (unsigned as i64).wrapping_sub(1 << size) } else { unsigned as i64 };
        prop_assert_eq!(read(&bytes, 54, &[int(offset), int(size)]), Ok(Value::Int(unsigned as i64)));
        let arguments = [int(offset), int(size), Value::Int(1)];
        prop_assert_eq!(read(&bytes, 54, &arguments), Ok(Value::Int(signed)));
        model[offset..offset + size].copy_from_slice(&digits(value, size));
        let arguments = [int(offset), int(size), Value::Int(value as i64)];
        prop_assert_eq!(modify(&bytes, 12, &arguments), Ok(pack(&model)));
    }

    #[test]
    fn reads((bytes, offset, size) in ranged(), wanted: bool) {
        let bits = &unpack(&bytes)[offset..offset + size];
        let range = [int(offset), int(size)];
        prop_assert_eq!(read(&bytes, 50, &range), Ok(Value::blob(pack(bits))));
        let ones = bits.iter().filter(|bit| **bit).count();
        prop_assert_eq!(read(&bytes, 51, &range), Ok(int(ones)));
        let scan = [int(offset), int(size), Value::Bool(wanted)];
        let place = |index: Option<usize>| Ok(index.map_or(Value::Int(-1), int));
        let first = bits.iter().position(|bit| *bit == wanted);
        prop_assert_eq!(read(&bytes, 52, &scan), place(first));
        let last = bits.iter().rposition(|bit| *bit == wanted);
        prop_assert_eq!(read(&bytes, 53, &scan), place(last));
    }

    #[test]
    fn sizes(bytes in prop::collection::vec(any::<u8>(), 0..20), size in 0..30_usize, front: bool) {
        let mut model = bytes.clone();
        if front {
            model.reverse();
            model.resize(size, 0);
            model.reverse();
        } else {
            model.resize(size, 0);
        }
        let arguments = [int(size), Value::Int(0), Value::Int(i64::from(front))];
        prop_assert_eq!(modify(&bytes, 0, &arguments), Ok(model));
    }

    #[test]
    fn insertions(
        bytes in prop::collection::vec(any::<u8>(), 0..20),
        offset in 0..30_usize,
        new in prop::collection::vec(any::<u8>(), 1..5),
    ) {
        let mut model = bytes.clone();
        model.resize(bytes.len().max(offset), 0);
        let tail = model.split_off(offset);
        model.extend(new.iter().chain(&tail));
        prop_assert_eq!(modify(&bytes, 1, &[int(offset), Value::blob(new)]), Ok(model));
    }

    #[test]
    fn removals((bytes, offset, size) in ranged(), beyond in 1..50_usize) {
        let (offset, left) = (offset / 8, bytes.len() - offset / 8);
        let size = size.div_ceil(8).min(left);
        let mut model = bytes.clone();
        model.drain(offset..offset + size);
        prop_assert_eq!(modify(&bytes, 2, &[int(offset), int(size)]), Ok(model));
        let arguments = [int(offset), int(left + beyond)];
        prop_assert_eq!(modify(&bytes, 2, &arguments), Err(ResultCode::Parameter));
        let partial = [int(offset), int(left + beyond), Value::Int(8)];
        prop_assert_eq!(modify(&bytes, 2, &partial), Ok(bytes[..offset].to_vec()));
    }

    /// Whatever the arguments are, an operation ends, and no blob grows beyond its limit.
    #[test]
    fn anything(
        bytes in prop::collection::vec(any::<u8>(), 0..20),
        operation in -2..60_i64,
        numbers in prop::collection::vec(prop_oneof![any::<i64>(), -200..200_i64], 0..5),
        blob in prop::option::of(prop::collection::vec(any::<u8>(), 0..10)),
    ) {
        let mut arguments: Vec<Value> = numbers.into_iter().map(Value::Int).collect();
        if let Some(blob) = blob {
            let at = arguments.len().min(2);
            arguments.insert(at, Value::blob(blob));
        }
        if let Ok(new) = modify(&bytes, operation, &arguments) {
            prop_assert!(new.len() <= bits::MAX_BLOB);
        }
        let _ = read(&bytes, operation, &arguments);
    }
}
