//! Flags and errors of bit operations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use devserver::bits::{modify_with, read_with};
use wire::{BlobType, ResultCode, Value};

const RESIZE: i64 = 0;
const INSERT: i64 = 1;
const REMOVE: i64 = 2;
const SET: i64 = 3;
const NOT: i64 = 7;
const ADD: i64 = 10;

const CREATE_ONLY: i64 = 1;
const UPDATE_ONLY: i64 = 2;
const NO_FAIL: i64 = 4;
const PARTIAL: i64 = 8;

fn ints(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::Int).collect()
}

fn modify(
    bin: Option<&Value>,
    operation: i64,
    numbers: &[i64],
) -> Result<Option<Value>, ResultCode> {
    modify_with(bin, operation, &ints(numbers))
}

#[test]
fn a_missing_bin() {
    use ResultCode::BinNotFound;
    assert_eq!(modify(None, RESIZE, &[2]), Ok(Some(Value::blob([0, 0]))));
    assert_eq!(
        modify(None, RESIZE, &[2, CREATE_ONLY]),
        Ok(Some(Value::blob([0, 0])))
    );
    assert_eq!(modify(None, RESIZE, &[2, UPDATE_ONLY]), Err(BinNotFound));
    assert_eq!(modify(None, RESIZE, &[2, UPDATE_ONLY | NO_FAIL]), Ok(None));
    let insert = [Value::Int(1), Value::blob([7])];
    assert_eq!(
        modify_with(None, INSERT, &insert),
        Ok(Some(Value::blob([0, 7])))
    );
    for operation in [REMOVE, NOT] {
        assert_eq!(modify(None, operation, &[0, 1]), Err(BinNotFound));
        assert_eq!(modify(None, operation, &[0, 1, NO_FAIL]), Ok(None));
    }
    assert_eq!(read_with(None, 50, &ints(&[0, 1])), Ok(Value::Nil));
}

#[test]
fn a_bin_that_is_there() {
    let bin = Value::blob([1, 2]);
    assert_eq!(
        modify(Some(&bin), RESIZE, &[3, CREATE_ONLY]),
        Err(ResultCode::BinExists)
    );
    assert_eq!(
        modify(Some(&bin), RESIZE, &[3, CREATE_ONLY | NO_FAIL]),
        Ok(None)
    );
    assert_eq!(
        modify(Some(&bin), RESIZE, &[3, UPDATE_ONLY]),
        Ok(Some(Value::blob([1, 2, 0])))
    );
}

#[test]
fn other_types() {
    let wrong = ResultCode::IncompatibleType;
    let others = [
        Value::Int(1),
        Value::string("ab"),
        Value::list(vec![]),
        Value::Blob(BlobType::Python, [1, 2].into()),
    ];
    for bin in others {
        assert_eq!(modify(Some(&bin), NOT, &[0, 1, NO_FAIL]), Err(wrong));
        assert_eq!(read_with(Some(&bin), 50, &ints(&[0, 1])), Err(wrong));
    }
}

#[test]
fn ranges() {
    let bin = Value::blob([0xff, 0xff]);
    let run = |operation, numbers: &[i64]| modify(Some(&bin), operation, numbers);
    let beyond = Err(ResultCode::OpNotApplicable);
    assert_eq!(run(NOT, &[16, 1]), beyond);
    assert_eq!(run(NOT, &[-17, 1]), beyond);
    assert_eq!(run(NOT, &[15, 2]), beyond);
    assert_eq!(run(NOT, &[15, 2, NO_FAIL]), Ok(None));
    assert_eq!(
        run(NOT, &[15, 2, PARTIAL]),
        Ok(Some(Value::blob([0xff, 0xfe])))
    );
    assert_eq!(run(NOT, &[16, 1, PARTIAL]), beyond);
    assert_eq!(run(NOT, &[-1, 1]), Ok(Some(Value::blob([0xff, 0xfe]))));
    assert_eq!(run(REMOVE, &[1, 2]), Err(ResultCode::Parameter));
    assert_eq!(run(REMOVE, &[-1, 1]), Ok(Some(Value::blob([0xff]))));
    assert_eq!(run(ADD, &[0, 8, 1]), beyond);
    assert_eq!(run(ADD, &[0, 8, 1, NO_FAIL]), Ok(None));
}

#[test]
fn bad_arguments() {
    let bin = Value::blob([1, 2]);
    let bad = [
        (RESIZE, vec![]),
        (RESIZE, vec![-1]),
        (RESIZE, vec![1, CREATE_ONLY | UPDATE_ONLY]),
        (RESIZE, vec![1, PARTIAL]),
        (RESIZE, vec![1, 16]),
        (RESIZE, vec![1, 0, 8]),
        (RESIZE, vec![1, 0, 6]),
        (RESIZE, vec![1, 0, 0, 0]),
        (RESIZE, vec![1, 0, 2]),
        (RESIZE, vec![3, 0, 4]),
        (INSERT, vec![0, 1]),
        (NOT, vec![0]),
        (NOT, vec![0, 0]),
        (NOT, vec![0, -1]),
        (NOT, vec![0, 1, CREATE_ONLY]),
        (ADD, vec![0, 65, 1]),
        (ADD, vec![0, 8, 1, PARTIAL]),
        (ADD, vec![0, 8, 1, 0, 6]),
        (13, vec![0, 1]),
        (50, vec![0, 1]),
    ];
    for (operation, numbers) in bad {
        let outcome = modify(Some(&bin), operation, &numbers);
        assert_eq!(
            outcome,
            Err(ResultCode::Parameter),
            "{operation} {numbers:?}"
        );
    }
    let short = [Value::Int(0), Value::Int(9), Value::blob([1])];
    assert_eq!(
        modify_with(Some(&bin), SET, &short),
        Err(ResultCode::Parameter)
    );
    assert_eq!(
        read_with(Some(&bin), 55, &ints(&[0, 1])),
        Err(ResultCode::Parameter)
    );
    assert_eq!(
        read_with(Some(&bin), 52, &ints(&[0, 1, 1])),
        Err(ResultCode::Parameter)
    );
    assert_eq!(
        modify(Some(&bin), RESIZE, &[9 << 20]),
        Err(ResultCode::RecordTooBig)
    );
}
