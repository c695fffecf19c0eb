//! Reading and writing bins by expressions.

use devserver::expr::{Effect, Read, Write};
use wire::{ResultCode, Value};

use crate::pack::{INT, bin, lit, op, unknown, with_flags};
use crate::record::Record;

fn read(expression: &[u8], flags: i64) -> Result<Option<Value>, ResultCode> {
    Read::build(&with_flags(expression, flags))?.run(&Record::full())
}

fn write(name: &str, expression: &[u8], flags: i64) -> Result<Effect, ResultCode> {
    Write::build(&with_flags(expression, flags))?.run(&Record::full(), name.as_bytes())
}

const CREATE_ONLY: i64 = 1;
const UPDATE_ONLY: i64 = 2;
const ALLOW_DELETE: i64 = 4;
const POLICY_NO_FAIL: i64 = 8;
const EVAL_NO_FAIL: i64 = 16;

#[test]
fn reads() {
    let sum = op(20, &[bin(INT, "one"), lit(1)]);
    assert_eq!(read(&sum, 0), Ok(Some(Value::Int(2))));
    assert_eq!(read(&lit(true), 0), Ok(Some(Value::Bool(true))));
    assert_eq!(read(&lit(Value::Nil), 0), Ok(None));
    assert_eq!(read(&bin(INT, "none"), 0), Err(ResultCode::OpNotApplicable));
    assert_eq!(read(&bin(INT, "none"), EVAL_NO_FAIL), Ok(None));
    assert_eq!(
        read(&lit(Value::Wildcard), 0),
        Err(ResultCode::OpNotApplicable)
    );
}

#[test]
fn writes() {
    let set = |value: i64| Ok(Effect::Set(Value::Int(value)));
    assert_eq!(write("new", &lit(5), 0), set(5));
    assert_eq!(write("one", &lit(5), 0), set(5));
    assert_eq!(write("new", &lit(5), CREATE_ONLY), set(5));
    assert_eq!(write("one", &lit(5), UPDATE_ONLY), set(5));
    assert_eq!(
        write("one", &lit(5), CREATE_ONLY),
        Err(ResultCode::BinExists)
    );
    assert_eq!(
        write("new", &lit(5), UPDATE_ONLY),
        Err(ResultCode::BinNotFound)
    );
    assert_eq!(
        write("one", &lit(5), CREATE_ONLY | POLICY_NO_FAIL),
        Ok(Effect::Keep)
    );
    assert_eq!(
        write("new", &lit(5), UPDATE_ONLY | POLICY_NO_FAIL),
        Ok(Effect::Keep)
    );
    assert_eq!(write("one", &lit(5), POLICY_NO_FAIL | EVAL_NO_FAIL), set(5));
}

#[test]
fn nothing_removes_if_that_is_allowed() {
    for nothing in [lit(Value::Nil), op(100, &[])] {
        assert_eq!(write("one", &nothing, ALLOW_DELETE), Ok(Effect::Remove));
        assert_eq!(write("one", &nothing, 0), Err(ResultCode::OpNotApplicable));
        assert_eq!(write("one", &nothing, POLICY_NO_FAIL), Ok(Effect::Keep));
    }
    assert_eq!(
        write("one", &lit(5), ALLOW_DELETE),
        Ok(Effect::Set(Value::Int(5)))
    );
}

#[test]
fn expressions_without_a_value() {
    for nothing in [unknown(), bin(INT, "none"), lit(Value::Infinity)] {
        assert_eq!(write("one", &nothing, 0), Err(ResultCode::OpNotApplicable));
        assert_eq!(
            write("one", &nothing, POLICY_NO_FAIL),
            Err(ResultCode::OpNotApplicable)
        );
        assert_eq!(write("one", &nothing, EVAL_NO_FAIL), Ok(Effect::Keep));
    }
}

#[test]
fn what_is_not_an_operation() {
    let bad = Some(ResultCode::Parameter);
    for bytes in [
        &[][..],
        &[0x91, 1],
        &[0x93, 1, 0, 0],
        &[0x92, 1, 0xa1, 3],
        &[0x92, 1, 0, 0],
        &[1],
        &[0x92, 0x91, 99, 0],
    ] {
        assert_eq!(Read::build(bytes).err(), bad, "{bytes:02x?}");
        assert_eq!(Write::build(bytes).err(), bad, "{bytes:02x?}");
    }
    for flags in [
        CREATE_ONLY,
        UPDATE_ONLY,
        ALLOW_DELETE,
        POLICY_NO_FAIL,
        32,
        -1,
    ] {
        assert_eq!(
            Read::build(&with_flags(&lit(1), flags)).err(),
            bad,
            "{flags}"
        );
    }
    for flags in [CREATE_ONLY | UPDATE_ONLY, 32, -1] {
        assert_eq!(
            Write::build(&with_flags(&lit(1), flags)).err(),
            bad,
            "{flags}"
        );
    }
}
