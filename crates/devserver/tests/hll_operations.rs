//! Flags and errors of `HyperLogLog` operations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use devserver::hll::{Modified, Sketch, modify, modify_with, read_with};
use wire::{ResultCode, Value, msgpack};

const INIT: i64 = 0;
const ADD: i64 = 1;
const SET_UNION: i64 = 2;
const REFRESH_COUNT: i64 = 3;
const FOLD: i64 = 4;
const COUNT: i64 = 50;
const UNION: i64 = 51;
const INTERSECT_COUNT: i64 = 53;
const DESCRIBE: i64 = 55;
const MAY_CONTAIN: i64 = 56;

const CREATE_ONLY: i64 = 1;
const UPDATE_ONLY: i64 = 2;
const NO_FAIL: i64 = 4;
const ALLOW_FOLD: i64 = 8;

fn ints(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::Int).collect()
}

fn run(bin: Option<&Value>, operation: i64, numbers: &[i64]) -> Result<Modified, ResultCode> {
    modify_with(bin, operation, &ints(numbers))
}

fn on_list(
    bin: Option<&Value>,
    operation: i64,
    list: &[Value],
    numbers: &[i64],
) -> Result<Modified, ResultCode> {
    let mut arguments = vec![Value::list(list.to_vec())];
    arguments.extend(ints(numbers));
    modify_with(bin, operation, &arguments)
}

/// A sketch of some integers.
fn filled(index_bits: i64, minhash_bits: i64, elements: &[i64]) -> Value {
    let made = on_list(None, ADD, &ints(elements), &[index_bits, minhash_bits]);
    made.unwrap().bin.unwrap()
}

fn bits(bin: &Value) -> Value {
    read_with(Some(bin), DESCRIBE, &[]).unwrap()
}

fn pair(index_bits: i64, minhash_bits: i64) -> Value {
    Value::list(ints(&[index_bits, minhash_bits]))
}

#[test]
fn init() {
    let made = run(None, INIT, &[10, -1, 0]).unwrap();
    assert_eq!(made.result, Value::Nil);
    assert_eq!(bits(&made.bin.unwrap()), pair(10, 0));
    let bin = filled(8, 12, &[1, 2, 3]);
    let cleared = run(Some(&bin), INIT, &[-1, -1]).unwrap().bin.unwrap();
    assert_eq!(bits(&cleared), pair(8, 12));
    assert_eq!(read_with(Some(&cleared), COUNT, &[]), Ok(Value::Int(0)));
    assert_eq!(run(None, INIT, &[-1, -1]), Err(ResultCode::OpNotApplicable));
    assert_eq!(
        run(None, INIT, &[8, 0, UPDATE_ONLY]),
        Err(ResultCode::BinNotFound)
    );
    assert_eq!(
        run(Some(&bin), INIT, &[8, 0, CREATE_ONLY]),
        Err(ResultCode::BinExists)
    );
    assert_eq!(
        run(Some(&bin), INIT, &[8, 0, CREATE_ONLY | NO_FAIL])
            .unwrap()
            .bin,
        None
    );
    for numbers in [
        [3, 0, 0],
        [17, 0, 0],
        [8, 3, 0],
        [8, 52, 0],
        [16, 49, 0],
        [8, 0, 8],
        [8, 0, 3],
        [8, -2, 0],
    ] {
        assert_eq!(
            run(None, INIT, &numbers),
            Err(ResultCode::Parameter),
            "{numbers:?}"
        );
    }
}

#[test]
fn add() {
    let made = on_list(None, ADD, &ints(&[1, 2, 2]), &[12, -1, 0]).unwrap();
    assert_eq!(made.result, Value::Int(2));
    let bin = made.bin.unwrap();
    let again = on_list(Some(&bin), ADD, &ints(&[1, 3]), &[-1, -1, NO_FAIL]).unwrap();
    assert_eq!(again.result, Value::Int(1));
    assert_eq!(read_with(again.bin.as_ref(), COUNT, &[]), Ok(Value::Int(3)));
    let on = |bin, flags| on_list(bin, ADD, &ints(&[1]), &[8, 0, flags]);
    assert_eq!(on(Some(&bin), CREATE_ONLY), Err(ResultCode::BinExists));
    assert_eq!(on(None, UPDATE_ONLY), Err(ResultCode::Parameter));
    assert_eq!(
        on_list(None, ADD, &ints(&[1]), &[]),
        Err(ResultCode::OpNotApplicable)
    );
    assert_eq!(
        on(Some(&Value::blob("x")), 0),
        Err(ResultCode::IncompatibleType)
    );
}

#[test]
fn elements_are_found_again() {
    let bin = filled(10, 20, &[1, 2, 3]);
    let ask = |elements: &[i64]| read_with(Some(&bin), MAY_CONTAIN, &[Value::list(ints(elements))]);
    assert_eq!(ask(&[1, 3]), Ok(Value::Int(1)));
    assert_eq!(ask(&[]), Ok(Value::Int(1)));
    assert_eq!(ask(&[1, 4]), Ok(Value::Int(0)));
}

#[test]
fn unions() {
    let (small, large) = (filled(8, 0, &[1, 2]), filled(12, 0, &[2, 3]));
    let union = |bin: Option<&Value>, other: &Value, flags| {
        on_list(bin, SET_UNION, std::slice::from_ref(other), &[flags])
    };
    let new = union(Some(&small), &large, 0).unwrap();
    assert_eq!(new.result, Value::Nil);
    assert_eq!(bits(new.bin.as_ref().unwrap()), pair(8, 0));
    assert_eq!(read_with(new.bin.as_ref(), COUNT, &[]), Ok(Value::Int(3)));
    assert_eq!(
        union(Some(&large), &small, 0),
        Err(ResultCode::OpNotApplicable)
    );
    assert_eq!(union(Some(&large), &small, NO_FAIL).unwrap().bin, None);
    let folded = union(Some(&large), &small, ALLOW_FOLD)
        .unwrap()
        .bin
        .unwrap();
    assert_eq!(bits(&folded), pair(8, 0));
    assert_eq!(union(None, &small, 0).unwrap().bin, Some(small.clone()));
    assert_eq!(
        union(None, &small, UPDATE_ONLY),
        Err(ResultCode::BinNotFound)
    );
    assert_eq!(
        union(Some(&small), &large, CREATE_ONLY),
        Err(ResultCode::BinExists)
    );
    assert_eq!(
        on_list(Some(&small), SET_UNION, &[], &[]),
        Err(ResultCode::Parameter)
    );
    assert_eq!(
        on_list(Some(&small), SET_UNION, &[Value::blob("x")], &[]),
        Err(ResultCode::Parameter)
    );

    let minhash = filled(8, 20, &[1]);
    let mixed = read_with(Some(&small), UNION, &[Value::list(vec![minhash.clone()])]).unwrap();
    assert_eq!(bits(&mixed), pair(8, 0));
    assert_eq!(
        union(Some(&minhash), &small, 0),
        Err(ResultCode::OpNotApplicable)
    );
}

#[test]
fn counts() {
    let bin = filled(8, 0, &[1, 2]);
    let refreshed = run(Some(&bin), REFRESH_COUNT, &[]).unwrap();
    assert_eq!(refreshed.result, Value::Int(2));
    let Some(Value::Hll(bytes)) = refreshed.bin else {
        panic!("no sketch");
    };
    assert_eq!(bytes[3..11], 2_u64.to_le_bytes());
    assert_eq!(run(None, REFRESH_COUNT, &[]), Err(ResultCode::BinNotFound));
    assert_eq!(read_with(None, COUNT, &[]), Ok(Value::Nil));
    let four = vec![bin.clone(); 3];
    let ask = [Value::list(four)];
    assert_eq!(
        read_with(Some(&bin), INTERSECT_COUNT, &ask),
        Err(ResultCode::Parameter)
    );
}

#[test]
fn folding() {
    let bin = filled(10, 0, &[1, 2, 3]);
    let folded = run(Some(&bin), FOLD, &[6]).unwrap().bin.unwrap();
    assert_eq!(folded, filled(6, 0, &[1, 2, 3]));
    assert_eq!(
        run(Some(&bin), FOLD, &[11]),
        Err(ResultCode::OpNotApplicable)
    );
    assert_eq!(
        run(Some(&filled(10, 4, &[1])), FOLD, &[6]),
        Err(ResultCode::OpNotApplicable)
    );
    assert_eq!(run(Some(&bin), FOLD, &[3]), Err(ResultCode::Parameter));
    assert_eq!(run(None, FOLD, &[6]), Err(ResultCode::BinNotFound));
}

#[test]
fn particles() {
    let bin = filled(4, 4, &[1]);
    let bytes = bin.as_bytes().unwrap();
    assert_eq!(Sketch::parse(bytes).unwrap().to_value(), bin);
    for cut in 0..bytes.len() {
        assert!(Sketch::parse(&bytes[..cut]).is_err());
    }
    let mut flagged = bytes.to_vec();
    flagged[0] = 1;
    assert!(Sketch::parse(&flagged).is_err());
}

#[test]
fn as_sent() {
    // init(10, unset, 0)
    let made = modify(None, &[0x94, 0x00, 0x0a, 0xff, 0x00]).unwrap();
    assert_eq!(bits(&made.bin.unwrap()), pair(10, 0));
    let payload = msgpack::encode(&Value::list(vec![]));
    assert_eq!(modify(None, &payload), Err(ResultCode::Parameter));
    assert_eq!(modify(None, &[0x94, 0x00]), Err(ResultCode::Parameter));
}
