//! List operations, one by one.
#![allow(clippy::too_many_lines, reason = "tables of cases")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use cdt_support::{ANY, INF, fails, get, get_fails, modify, ordered, run, value};
use serde_json::{Value as Json, json};
use wire::{ResultCode, Value};

/// Operation, list before, list after, answer.
type Case = (Json, Json, Json, Json);

fn check(cases: &[Case], list: fn(&Json) -> Value) {
    for (op, before, after, answer) in cases {
        let (bin, reply) = run(&list(before), op);
        assert_same!(bin, list(after));
        assert_eq!(reply, (!answer.is_null()).then(|| value(answer)), "{op}");
    }
}

#[test]
fn changes_of_unordered_lists() {
    check(
        &[
            (json!([1, 5]), json!([7]), json!([7, 5]), json!(2)),
            (json!([1, 5, 1, 0]), json!([7]), json!([7, 5]), json!(2)),
            (json!([2, [5, 7]]), json!([7]), json!([7, 5, 7]), json!(3)),
            (json!([2, []]), json!([7]), json!([7]), json!(1)),
            (json!([3, 0, 9]), json!([1, 2]), json!([9, 1, 2]), json!(3)),
            (json!([3, -1, 9]), json!([1, 2]), json!([1, 9, 2]), json!(3)),
            (json!([3, 2, 9]), json!([1, 2]), json!([1, 2, 9]), json!(3)),
            (
                json!([3, 4, 9]),
                json!([1, 2]),
                json!([1, 2, null, null, 9]),
                json!(5),
            ),
            (
                json!([4, 1, [8, 9]]),
                json!([1, 2]),
                json!([1, 8, 9, 2]),
                json!(4),
            ),
            (json!([5, -1]), json!([1, 2]), json!([1]), json!(2)),
            (json!([6, 1]), json!([1, 2, 3]), json!([1]), json!([2, 3])),
            (
                json!([6, -2, 1]),
                json!([1, 2, 3]),
                json!([1, 3]),
                json!([2]),
            ),
            (json!([6, 9]), json!([1, 2, 3]), json!([1, 2, 3]), json!([])),
            (json!([7, 0]), json!([1, 2]), json!([2]), json!(1)),
            (json!([8, 1]), json!([1, 2, 3]), json!([1]), json!(2)),
            (json!([8, -9, 8]), json!([1, 2, 3]), json!([3]), json!(2)),
            (
                json!([9, 1, 7]),
                json!([1, 2, 3]),
                json!([1, 7, 3]),
                json!(null),
            ),
            (
                json!([9, -1, 7]),
                json!([1, 2, 3]),
                json!([1, 2, 7]),
                json!(null),
            ),
            (
                json!([9, 3, 7]),
                json!([1]),
                json!([1, null, null, 7]),
                json!(null),
            ),
            (
                json!([10, 1, 2]),
                json!([1, 2, 3, 4]),
                json!([2, 3]),
                json!(2),
            ),
            (
                json!([10, 1, -5]),
                json!([1, 2, 3, 4]),
                json!([2, 3, 4]),
                json!(1),
            ),
            (json!([10, 9, 1]), json!([1, 2]), json!([]), json!(2)),
            (json!([11]), json!([1, 2]), json!([]), json!(null)),
            (json!([12, 1]), json!([1, 2]), json!([1, 3]), json!(3)),
            (
                json!([12, 0, -3, 0, 0]),
                json!([1, 2]),
                json!([-2, 2]),
                json!(-2),
            ),
            (json!([12, 0, 1.75]), json!([1]), json!([2]), json!(2)),
            (json!([12, 0, 2]), json!([1.5]), json!([3.5]), json!(3.5)),
            (
                json!([12, 3, 2]),
                json!([1]),
                json!([1, null, null, 2]),
                json!(2),
            ),
            (
                json!([13, 0]),
                json!([2, "a", 1, null]),
                json!([null, 1, 2, "a"]),
                json!(null),
            ),
            (
                json!([13, 1]),
                json!([2, 3, 1]),
                json!([3, 2, 1]),
                json!(null),
            ),
            (json!([13, 3]), json!([2, 3, 2]), json!([3, 2]), json!(null)),
            (json!([13]), json!([2, 1]), json!([1, 2]), json!(null)),
            (json!([0, 0]), json!([2, 1]), json!([2, 1]), json!(null)),
        ],
        value,
    );
    assert_same!(
        run(&value(&json!([2, 1])), &json!([0, 0x11])).0,
        ordered(&json!([1, 2]))
    );
}

#[test]
fn changes_of_ordered_lists() {
    check(
        &[
            (json!([1, 5]), json!([1, 9]), json!([1, 5, 9]), json!(3)),
            (json!([1, 5, 0]), json!([1, 9]), json!([1, 5, 9]), json!(3)),
            (
                json!([2, [5, 0, 10]]),
                json!([1, 9]),
                json!([0, 1, 5, 9, 10]),
                json!(5),
            ),
            (json!([12, 0, 10]), json!([1, 9]), json!([9, 11]), json!(11)),
            (
                json!([12, 2, 10]),
                json!([1, 11]),
                json!([1, 10, 11]),
                json!(10),
            ),
            (json!([13, 2]), json!([1, 1, 9]), json!([1, 9]), json!(null)),
            (json!([5, 0]), json!([9, 1]), json!([9]), json!(1)),
        ],
        ordered,
    );
    let list = ordered(&json!([1, 9]));
    for op in [
        json!([3, 0, 5]),
        json!([4, 0, [5]]),
        json!([9, 0, 5]),
        json!([13, 1]),
        json!([12, 3, 1]),
    ] {
        assert_eq!(fails(Some(&list), &op), ResultCode::OpNotApplicable, "{op}");
    }
    assert_same!(run(&list, &json!([0, 0])).0, value(&json!([1, 9])));
}

#[test]
fn write_flags() {
    const UNIQUE: i64 = 1;
    const BOUNDED: i64 = 2;
    const NO_FAIL: i64 = 4;
    const PARTIAL: i64 = 8;
    let list = value(&json!([1, 2]));
    for (op, code) in [
        (json!([1, 2, 0, UNIQUE]), 24),
        (json!([2, [3, 1], 0, UNIQUE]), 24),
        (json!([2, [3, 3], 0, UNIQUE]), 26),
        (json!([2, [3, 1], 0, UNIQUE | PARTIAL]), 24),
        (json!([3, 0, 2, UNIQUE]), 24),
        (json!([3, 3, 9, BOUNDED]), 26),
        (json!([3, -3, 9]), 26),
        (json!([4, 3, [9], BOUNDED]), 26),
        (json!([9, 3, 9, BOUNDED]), 26),
        (json!([9, -3, 9]), 26),
        (json!([9, 0, 2, UNIQUE]), 24),
        (json!([12, 3, 1, 0, BOUNDED]), 26),
        (json!([12, 0, 1, 0, UNIQUE]), 24),
        (json!([1, 5, 0, 16]), 4),
        (json!([1, 5, 2, 0]), 4),
    ] {
        assert_eq!(fails(Some(&list), &op) as i64, code, "{op}");
    }
    check(
        &[
            (
                json!([1, 2, 0, UNIQUE | NO_FAIL]),
                json!([1, 2]),
                json!([1, 2]),
                json!(2),
            ),
            (
                json!([2, [3, 1], 0, UNIQUE | NO_FAIL]),
                json!([1]),
                json!([1]),
                json!(1),
            ),
            (
                json!([2, [3, 1, 3, 4], 0, UNIQUE | NO_FAIL | PARTIAL]),
                json!([1]),
                json!([1, 3, 4]),
                json!(3),
            ),
            (
                json!([4, 0, [3, 1, 3], UNIQUE | NO_FAIL | PARTIAL]),
                json!([1]),
                json!([3, 1]),
                json!(2),
            ),
            (
                json!([3, 4, 9, BOUNDED | NO_FAIL]),
                json!([1]),
                json!([1]),
                json!(1),
            ),
            (
                json!([3, 1, 9, BOUNDED]),
                json!([1]),
                json!([1, 9]),
                json!(2),
            ),
            (
                json!([9, 1, 9, BOUNDED]),
                json!([1]),
                json!([1, 9]),
                json!(null),
            ),
            (
                json!([9, 3, 9, BOUNDED | NO_FAIL]),
                json!([1]),
                json!([1]),
                json!(null),
            ),
            (
                json!([12, 3, 9, 0, BOUNDED | NO_FAIL]),
                json!([1]),
                json!([1]),
                json!(null),
            ),
        ],
        value,
    );
}

#[test]
fn missing_bins() {
    for (op, after, answer) in [
        (json!([0, 1]), json!([]), json!(null)),
        (json!([1, 5]), json!([5]), json!(1)),
        (json!([2, [5, 4], 0]), json!([5, 4]), json!(2)),
        (json!([3, 1, 5]), json!([null, 5]), json!(2)),
        (json!([9, 1, 5]), json!([null, 5]), json!(null)),
        (json!([12, 2, 5]), json!([null, null, 5]), json!(5)),
    ] {
        let done = modify(None, &op).unwrap();
        assert_eq!(done.bin, Some(value(&after)), "{op}");
        assert_eq!(
            done.reply,
            (!answer.is_null()).then(|| value(&answer)),
            "{op}"
        );
    }
    let sorted = modify(None, &json!([2, [5, 4], 1])).unwrap().bin.unwrap();
    assert_same!(sorted, ordered(&json!([4, 5])));
    for op in [
        json!([5, 0]),
        json!([6, 0]),
        json!([7, 0]),
        json!([8, 0]),
        json!([10, 0, 1]),
        json!([11]),
        json!([32, 7, 0]),
        json!([37, 7, 0]),
        json!([255, [0x10, 0], [11]]),
    ] {
        let done = modify(None, &op).unwrap();
        assert_eq!((done.bin, done.reply), (None, None), "{op}");
    }
    assert_eq!(fails(None, &json!([13, 0])), ResultCode::IncompatibleType);
}

#[test]
fn errors_of_arguments_and_types() {
    let list = value(&json!([1, "a", null]));
    for (op, code) in [
        (json!([5, 3]), 26),
        (json!([5, -4]), 26),
        (json!([7, 3]), 26),
        (json!([12, 1]), 4),
        (json!([12, 2]), 4),
        (json!([12, 0, "1"]), 4),
        (json!([1]), 4),
        (json!([1, 5, 0, 0, 0]), 4),
        (json!([1, ANY]), 4),
        (json!([2, [[INF]]]), 4),
        (json!([2, 5]), 4),
        (json!([14]), 4),
        (json!([16]), 4),
        (json!([41, 7, 1]), 4),
        (json!([0, 2]), 4),
        (json!([9, 1_i64 << 40, 1]), 13),
        (json!([32, 7, 3]), 26),
        (json!([67, 1, 1]), 12),
        (json!([300]), 4),
        (json!([]), 4),
    ] {
        assert_eq!(fails(Some(&list), &op) as i64, code, "{op}");
    }
    for (op, code) in [
        (json!([17, 3]), 26),
        (json!([17]), 4),
        (json!([16, 1]), 4),
        (json!([1, 5]), 4),
        (json!([19, 7, 3]), 26),
        (json!([21, 7, -4]), 26),
        (json!([19, 6, 0]), 26),
        (json!([19, 14, 0]), 26),
        (json!([19, 0x1_0007, 0]), 26),
        (json!([96]), 12),
    ] {
        assert_eq!(get_fails(&list, &op) as i64, code, "{op}");
    }
    assert_eq!(
        fails(Some(&Value::Int(1)), &json!([1, 5])),
        ResultCode::IncompatibleType
    );
    assert_eq!(
        get_fails(&Value::Int(1), &json!([16])),
        ResultCode::IncompatibleType
    );
}

#[test]
fn selections_of_unordered_lists() {
    let list = value(&json!([7, 6, 5, 8, 9, 10]));
    for (op, answer) in [
        (json!([16]), json!(6)),
        (json!([17, -1]), json!(10)),
        (json!([18, 4]), json!([9, 10])),
        (json!([18, -8, 3]), json!([7])),
        (json!([19, 2, 2]), json!(3)),
        (json!([19, 3, 2]), json!(0)),
        (json!([19, 4, 2]), json!(5)),
        (json!([19, 5, 2]), json!(1)),
        (json!([19, 13, 2]), json!(true)),
        (json!([20, 1, 5]), json!(2)),
        (json!([20, 1, 4]), json!(-1)),
        (json!([20, 3, 4]), json!(-1)),
        (json!([20, 7, 4]), json!(null)),
        (json!([20, 13, 4]), json!(false)),
        (json!([20, 5, 4]), json!(0)),
        (json!([21, 7, 0]), json!(5)),
        (json!([22, 1, 7]), json!([0])),
        (json!([22, 0x1_0007, 7]), json!([6, 5, 8, 9, 10])),
        (json!([22, 5, 4]), json!(0)),
        (json!([22, 7, 4]), json!([])),
        (json!([23, 1, [9, 5, 7, 5]]), json!([0, 2, 4])),
        (json!([24, 7, 0, 3]), json!([7, 6, 5])),
        (json!([24, 0x1_0007, 0, 3]), json!([8, 9, 10])),
        (json!([24, 1, -2]), json!([4, 5])),
        (json!([24, 9, 2, 3]), json!([2, 3])),
        (json!([24, 10, 2, 3]), json!([1, 3])),
        (json!([25, 1, 5, 8]), json!([0, 1, 2])),
        (json!([25, 7, null, 7]), json!([6, 5])),
        (json!([25, 7, 9]), json!([9, 10])),
        (json!([25, 7, 9, INF]), json!([9, 10])),
        (json!([25, 7, 8, 5]), json!([])),
        (json!([26, 7, 0, 3]), json!([7, 6, 5])),
        (json!([26, 7, 0, 100]), json!([10, 9, 8, 7, 6, 5])),
        (json!([26, 7, 2]), json!([7, 8, 9, 10])),
        (json!([26, 3, 0, 3]), json!([0, 1, 2])),
        (json!([26, 4, 0, 3]), json!([5, 4, 3])),
        (json!([26, 11, 1, 3]), json!([1, 3])),
        (json!([26, 12, 1, 3]), json!([2, 3])),
        (json!([26, 0x1_0007, 0, 3]), json!([8, 9, 10])),
        (json!([27, 7, 9, 0]), json!([9, 10])),
        (json!([27, 5, 0, -1, 3]), json!(2)),
    ] {
        assert_eq!(get(&list, &op), value(&answer), "{op}");
    }
}

#[test]
fn selections_of_ordered_lists() {
    let list = ordered(&json!([0, 4, 5, 5, 11, 15]));
    for (op, answer) in [
        (json!([22, 1, 5]), json!([2, 3])),
        (json!([22, 3, 5]), json!([2, 3])),
        (json!([20, 3, 5]), json!(2)),
        (json!([23, 3, [11, 5, 4, 11]]), json!([4, 2, 3, 1])),
        (json!([23, 0x1_0007, [11, 5]]), json!([0, 4, 15])),
        (json!([25, 7, 4, 11]), json!([4, 5, 5])),
        (json!([26, 7, -2]), json!([11, 15])),
        (json!([27, 7, 5, -1, 2]), json!([4, 5])),
        (json!([27, 7, 3, -3, 2]), json!([])),
        (json!([27, 7, 3, -3]), json!([0, 4, 5, 5, 11, 15])),
        (json!([27, 0x1_0003, 4, 1]), json!([0, 1])),
    ] {
        assert_eq!(get(&list, &op), value(&answer), "{op}");
    }
}

#[test]
fn wildcards_and_infinity() {
    for make in [value as fn(&Json) -> Value, ordered] {
        let list = make(&json!([[0, "a"], [1], [1, "b"], [1, "c", 2], [2, "b"], 7]));
        for (op, answer) in [
            (json!([22, 7, [1, ANY]]), json!([[1, "b"], [1, "c", 2]])),
            (json!([22, 5, ANY]), json!(6)),
            (
                json!([25, 7, [1, null], [1, INF]]),
                json!([[1, "b"], [1, "c", 2]]),
            ),
            (json!([23, 5, [7, [0, ANY]]]), json!(2)),
            (json!([22, 5, [[ANY]]]), json!(0)),
        ] {
            assert_eq!(get(&list, &op), value(&answer), "{op}");
        }
    }
}

#[test]
fn removals() {
    let list = json!([7, 6, 5, 8, 9, 10]);
    check(
        &[
            (
                json!([32, 7, 2]),
                list.clone(),
                json!([7, 6, 8, 9, 10]),
                json!(5),
            ),
            (
                json!([33, 1, 8]),
                list.clone(),
                json!([7, 6, 5, 9, 10]),
                json!(3),
            ),
            (json!([33, 1, 1]), list.clone(), list.clone(), json!(-1)),
            (
                json!([34, 7, 2]),
                list.clone(),
                json!([6, 5, 8, 9, 10]),
                json!(7),
            ),
            (
                json!([35, 0, 7]),
                list.clone(),
                json!([6, 5, 8, 9, 10]),
                json!(null),
            ),
            (
                json!([35, 0x1_0001, 7]),
                list.clone(),
                json!([7]),
                json!([1, 2, 3, 4, 5]),
            ),
            (
                json!([36, 1, [7, 5, 9]]),
                list.clone(),
                json!([6, 8, 10]),
                json!([0, 2, 4]),
            ),
            (
                json!([37, 7, 2, 2]),
                list.clone(),
                json!([7, 6, 9, 10]),
                json!([5, 8]),
            ),
            (
                json!([37, 0x1_0007, 2, 2]),
                list.clone(),
                json!([5, 8]),
                json!([7, 6, 9, 10]),
            ),
            (
                json!([38, 1, null, 8]),
                list.clone(),
                json!([8, 9, 10]),
                json!([0, 1, 2]),
            ),
            (
                json!([39, 7, 0, 3]),
                list.clone(),
                json!([8, 9, 10]),
                json!([7, 6, 5]),
            ),
            (json!([39, 5, 0]), list.clone(), json!([]), json!(6)),
            (
                json!([40, 7, 9, 0]),
                list,
                json!([7, 6, 5, 8]),
                json!([9, 10]),
            ),
        ],
        value,
    );
}
