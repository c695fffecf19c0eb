//! Map operations, one by one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use cdt_support::{ANY, INF, fails, get, get_fails, map, modify, run, value};
use serde_json::{Value as Json, json};
use wire::{Map, MapOrder, ResultCode, Value, msgpack};

#[test]
fn changes() {
    let before = json!({"a": 1, "b": 2});
    for (op, after, answer) in [
        (
            json!([65, "c", 3]),
            json!({"a": 1, "b": 2, "c": 3}),
            json!(3),
        ),
        (
            json!([66, {"c": 3, "d": 4}, 0]),
            json!({"a": 1, "b": 2, "c": 3, "d": 4}),
            json!(4),
        ),
        (json!([67, "a", 3]), json!({"a": 3, "b": 2}), json!(2)),
        (
            json!([67, 0, [3], 1, 0]),
            json!({"a": 1, "b": 2, "0": [3]}),
            json!(3),
        ),
        (
            json!([68, {"a": 3, "c": 4}]),
            json!({"a": 3, "b": 2, "c": 4}),
            json!(3),
        ),
        (json!([69, "a", 3]), json!({"a": 3, "b": 2}), json!(2)),
        (
            json!([70, {"a": 3, "b": 4}]),
            json!({"a": 3, "b": 4}),
            json!(2),
        ),
        (json!([73, "a", 3, 1]), json!({"a": 4, "b": 2}), json!(4)),
        (json!([73, "a"]), json!({"a": 2, "b": 2}), json!(2)),
        (
            json!([73, "c", 1.5]),
            json!({"a": 1, "b": 2, "c": 1.5}),
            json!(1.5),
        ),
        (json!([74, "a", 3]), json!({"a": -2, "b": 2}), json!(-2)),
        (
            json!([74, "c", 3]),
            json!({"a": 1, "b": 2, "c": -3}),
            json!(-3),
        ),
        (json!([75]), json!({}), json!(null)),
        (json!([64, 0]), before.clone(), json!(null)),
    ] {
        let (bin, reply) = run(&value(&before), &op);
        assert_same!(bin, value(&after));
        assert_eq!(reply, (!answer.is_null()).then(|| value(&answer)), "{op}");
    }
}

#[test]
fn many_pairs_at_once() {
    let pairs = |numbers: std::ops::Range<i64>, factor: i64| -> Vec<(Value, Value)> {
        numbers.map(|n| (n.into(), (n * factor).into())).collect()
    };
    let put: Value = Map::from_pairs(MapOrder::Unordered, pairs(50..150, 3))
        .unwrap()
        .into();
    let op = Value::list(vec![Value::Int(68), put, Value::Int(1)]);
    let before: Value = Map::from_pairs(MapOrder::Key, pairs(0..100, 1))
        .unwrap()
        .into();
    let op = msgpack::encode(&op);
    let done = devserver::cdt::modify(Some(before), &op, &devserver::cdt::NoExpressions).unwrap();
    let mut after = pairs(0..50, 1);
    after.extend(pairs(50..150, 3));
    assert_eq!(done.reply, Some(Value::Int(150)));
    assert_same!(
        done.bin.unwrap(),
        Map::from_pairs(MapOrder::Key, after).unwrap().into()
    );
}

#[test]
fn orders() {
    let plain = json!({"b": 1, "a": 2});
    for (flags, order) in [
        (1, MapOrder::Key),
        (3, MapOrder::KeyValue),
        (0x13, MapOrder::KeyValue),
        (0, MapOrder::Unordered),
    ] {
        assert_same!(
            run(&value(&plain), &json!([64, flags])).0,
            map(&plain, order)
        );
        let created = modify(None, &json!([64, flags])).unwrap().bin.unwrap();
        assert_same!(created, map(&json!({}), order));
        let created = modify(None, &json!([67, "a", 1, flags]))
            .unwrap()
            .bin
            .unwrap();
        assert_same!(created, map(&json!({"a": 1}), order));
        // The order of a map that is there stays.
        assert_same!(
            run(&map(&json!({}), MapOrder::Key), &json!([67, "a", 1, flags])).0,
            map(&json!({"a": 1}), MapOrder::Key)
        );
    }
    for op in [
        json!([64, 2]),
        json!([64, 8]),
        json!([64, -1]),
        json!([67, "a", 1, 2]),
    ] {
        assert_eq!(fails(None, &op), ResultCode::Parameter, "{op}");
    }
}

#[test]
fn write_flags() {
    const CREATE: i64 = 1;
    const UPDATE: i64 = 2;
    const NO_FAIL: i64 = 4;
    const PARTIAL: i64 = 8;
    let before = value(&json!({"a": 1}));
    for (op, code) in [
        (json!([65, "a", 2]), 24),
        (json!([66, {"a": 2, "b": 2}]), 24),
        (json!([67, "a", 2, 0, CREATE]), 24),
        (json!([67, "b", 2, 0, UPDATE]), 23),
        (json!([68, {"a": 2, "b": 2}, 0, CREATE]), 24),
        (json!([68, {"a": 2, "b": 2}, 0, CREATE | PARTIAL]), 24),
        (json!([68, {"a": 2, "b": 2}, 0, UPDATE]), 23),
        (json!([69, "b", 2]), 23),
        (json!([70, {"a": 2, "b": 2}]), 23),
        (json!([67, "b", 2, 0, 16]), 4),
    ] {
        assert_eq!(fails(Some(&before), &op) as i64, code, "{op}");
    }
    assert_eq!(
        fails(None, &json!([69, "b", 2])),
        ResultCode::ElementNotFound
    );
    for (op, after) in [
        (json!([67, "a", 2, 0, CREATE | NO_FAIL]), json!({"a": 1})),
        (json!([67, "b", 2, 0, CREATE]), json!({"a": 1, "b": 2})),
        (json!([67, "a", 2, 0, UPDATE]), json!({"a": 2})),
        (json!([67, "b", 2, 0, UPDATE | NO_FAIL]), json!({"a": 1})),
        (
            json!([68, {"a": 2, "b": 2}, 0, CREATE | NO_FAIL]),
            json!({"a": 1}),
        ),
        (
            json!([68, {"a": 2, "b": 2}, 0, CREATE | NO_FAIL | PARTIAL]),
            json!({"a": 1, "b": 2}),
        ),
        (
            json!([68, {"a": 2, "b": 2}, 0, UPDATE | NO_FAIL | PARTIAL]),
            json!({"a": 2}),
        ),
    ] {
        let (bin, reply) = run(&before, &op);
        assert_same!(bin, value(&after));
        assert_eq!(
            reply,
            Some(Value::Int(after.as_object().unwrap().len() as i64)),
            "{op}"
        );
    }
}

#[test]
fn errors() {
    let bin = value(&json!({"a": 1, "s": "x"}));
    for (op, code) in [
        (json!([67, [1], 2]), 4),
        (json!([67, 1.5, 2]), 4),
        (json!([67, null, 2]), 4),
        (json!([67, "k", ANY]), 4),
        (json!([67, "k"]), 4),
        (json!([67, "k", 1, 0, 0, 0]), 4),
        (json!([68, [1]]), 4),
        (json!([73, "s"]), 4),
        (json!([73, "a", "1"]), 4),
        (json!([71]), 4),
        (json!([80, 7, 1]), 4),
        (json!([96]), 4),
        (json!([77, 7, 2]), 26),
        (json!([79, 7, -3]), 26),
        (json!([76, 0x1_0007, "a"]), 26),
        (json!([1, 5]), 12),
    ] {
        assert_eq!(fails(Some(&bin), &op) as i64, code, "{op}");
    }
    for (op, code) in [
        (json!([98, 7, 2]), 26),
        (json!([100, 7, 2]), 26),
        (json!([101, 7, 2]), 4),
        (json!([97, 14, "a"]), 26),
        (json!([67, 1, 1]), 4),
        (json!([16]), 12),
    ] {
        assert_eq!(get_fails(&bin, &op) as i64, code, "{op}");
    }
}

#[test]
fn selections_of_one() {
    let bin = value(&json!({"a": 3, "b": 1, "c": 2}));
    let pair = Map::preserving_order(vec![(Value::string("c"), Value::Int(2))]);
    assert_same!(get(&bin, &json!([97, 8, "c"])), pair.into());
    for (op, answer) in [
        (json!([96]), json!(3)),
        (json!([97, 7, "a"]), json!(3)),
        (json!([97, 6, "a"]), json!("a")),
        (json!([97, 1, "b"]), json!(1)),
        (json!([97, 2, "a"]), json!(2)),
        (json!([97, 3, "a"]), json!(2)),
        (json!([97, 4, "a"]), json!(0)),
        (json!([97, 5, "a"]), json!(1)),
        (json!([97, 13, "a"]), json!(true)),
        (json!([97, 16, "a"]), json!({"a": 3})),
        (json!([97, 7, "z"]), json!(null)),
        (json!([97, 6, "z"]), json!(null)),
        (json!([97, 1, "z"]), json!(-1)),
        (json!([97, 3, "z"]), json!(-1)),
        (json!([97, 5, "z"]), json!(0)),
        (json!([97, 13, "z"]), json!(false)),
        (json!([97, 8, "z"]), json!({})),
        (json!([98, 6, -1]), json!("c")),
        (json!([99, 6, 1]), json!("b")),
        (json!([100, 6, 0]), json!("b")),
        (json!([100, 6, -1]), json!("a")),
    ] {
        assert_eq!(get(&bin, &op), value(&answer), "{op}");
    }
}

/// Operations on `{"a": 3, "b": 1, "c": 2, "d": "x", "e": 4}` and their answers.
fn selections(order: MapOrder) -> Vec<(Json, Json)> {
    // By an interval of values: rank order where the map has an order.
    let by_value = if order == MapOrder::Unordered {
        json!(["a", "b", "c", "e"])
    } else {
        json!(["b", "c", "a", "e"])
    };
    vec![
        (json!([102, 6, 2]), json!(["c"])),
        (json!([102, 5, 9]), json!(0)),
        (json!([102, 5, ANY]), json!(5)),
        (json!([103, 6, "b", "d"]), json!(["b", "c"])),
        (json!([103, 7, null, "c"]), json!([3, 1])),
        (json!([103, 6, "d"]), json!(["d", "e"])),
        (json!([103, 6, "d", INF]), json!(["d", "e"])),
        (json!([103, 0x1_0006, "b", "d"]), json!(["a", "d", "e"])),
        (json!([104, 6, 1, 2]), json!(["b", "c"])),
        (json!([104, 6, -2]), json!(["d", "e"])),
        (json!([105, 6, 1, 5]), by_value),
        (json!([106, 6, 0, 3]), json!(["b", "c", "a"])),
        (json!([106, 7, -2]), json!([4, "x"])),
        (json!([106, 3, 1, 2]), json!([1, 2])),
        (json!([107, 6, ["e", "a", "z", "a"]]), json!(["a", "e"])),
        (json!([107, 0x1_0007, ["e", "a", "z"]]), json!([1, 2, "x"])),
        (json!([108, 6, [1, 4, 7]]), json!(["b", "e"])),
        (json!([109, 6, "c", 0]), json!(["c", "d", "e"])),
        (json!([109, 6, "bb", -1, 2]), json!(["b", "c"])),
        (json!([109, 6, "a", -1, 2]), json!(["a"])),
        (json!([110, 6, 2, 0, 2]), json!(["c", "a"])),
        (json!([110, 6, 2, -1]), json!(["b", "c", "a", "e", "d"])),
        (json!([103, 16, "b", "d"]), json!({"b": 1, "c": 2})),
        (json!([103, 5, "x", "z"]), json!(0)),
        (json!([103, 7, "x", "z"]), json!([])),
        (json!([103, 8, "x", "z"]), json!({})),
        (json!([103, 13, "x", "z"]), json!(false)),
    ]
}

#[test]
fn selections_of_several() {
    let pairs = json!({"a": 3, "b": 1, "c": 2, "d": "x", "e": 4});
    for order in [MapOrder::Unordered, MapOrder::Key, MapOrder::KeyValue] {
        let bin = map(&pairs, order);
        for (op, answer) in selections(order) {
            assert_eq!(get(&bin, &op), value(&answer), "{op} {order:?}");
        }
        let kept = |pairs: &[(&str, i64)]| -> Vec<(Value, Value)> {
            pairs
                .iter()
                .map(|(k, v)| (Value::string(k), Value::Int(*v)))
                .collect()
        };
        assert_same!(
            get(&bin, &json!([106, 8, 0, 2])),
            Map::preserving_order(kept(&[("b", 1), ("c", 2)])).into()
        );
        assert_same!(
            get(&bin, &json!([106, 17, 1, 2])),
            Map::from_sorted(MapOrder::Key, kept(&[("a", 3), ("c", 2)]))
                .unwrap()
                .into()
        );
    }
}

#[test]
fn removals() {
    let before = json!({"a": 3, "b": 1, "c": 2});
    for (op, after, answer) in [
        (json!([76, 7, "a"]), json!({"b": 1, "c": 2}), json!(3)),
        (json!([76, 7, "z"]), before.clone(), json!(null)),
        (json!([76, 1, "z"]), before.clone(), json!(-1)),
        (json!([77, 6, 1]), json!({"a": 3, "c": 2}), json!("b")),
        (json!([78, 6, 2]), json!({"a": 3, "b": 1}), json!("c")),
        (json!([79, 6, 0]), json!({"a": 3, "c": 2}), json!("b")),
        (json!([81, 7, ["a", "c"]]), json!({"b": 1}), json!([3, 2])),
        (json!([82, 6, 1]), json!({"a": 3, "c": 2}), json!(["b"])),
        (json!([82, 0x1_0005, 1]), json!({"b": 1}), json!(2)),
        (json!([83, 6, [1, 2]]), json!({"a": 3}), json!(["b", "c"])),
        (json!([84, 6, "b"]), json!({"a": 3}), json!(["b", "c"])),
        (json!([85, 5, 0]), json!({}), json!(3)),
        (json!([86, 6, 2, 4]), json!({"b": 1}), json!(["a", "c"])),
        (json!([87, 6, 1, 2]), json!({"b": 1}), json!(["c", "a"])),
        (
            json!([88, 6, "b", 0, 1]),
            json!({"a": 3, "c": 2}),
            json!(["b"]),
        ),
        (json!([89, 6, 2, 0]), json!({"b": 1}), json!(["c", "a"])),
    ] {
        let (bin, reply) = run(&value(&before), &op);
        assert_same!(bin, value(&after));
        assert_eq!(reply, Some(value(&answer)), "{op}");
        assert_eq!(modify(None, &op).unwrap().bin, None);
    }
    assert_eq!(run(&value(&before), &json!([76, 0, "a"])).1, None);
}
