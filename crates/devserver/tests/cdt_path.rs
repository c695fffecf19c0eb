//! Path operations.
#![allow(
    clippy::needless_pass_by_value,
    reason = "`json!` reads better in place"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use cdt_support::{Toy, fails, get, get_fails, map, modify, ordered, payload, run, value};
use devserver::cdt::{self, NoExpressions};
use serde_json::{Value as Json, json};
use wire::{MapOrder, ResultCode, Value};

const MAP_KEY: i64 = 0x22;
const MAP_INDEX: i64 = 0x20;
const MAP_KEYS_IN: i64 = 0x2a;
const LIST_INDEX: i64 = 0x10;
const EXPRESSION: i64 = 4;
const AND: i64 = 0x204;

const TREE: i64 = 0;
const VALUES: i64 = 1;
const KEYS: i64 = 2;
const PAIRS: i64 = 3;
const APPLY: i64 = 4;
const NO_FAIL: i64 = 0x10;

fn select(context: Json, flags: i64) -> Json {
    json!([254, context, flags])
}

/// `value > n`
fn above(n: i64) -> Json {
    json!([3, [122, 2, 1], n])
}

fn shop() -> Json {
    json!({"ale": {"price": 5, "tags": [1, 20]}, "bun": {"price": 2, "tags": [30]}, "cod": {"price": 9, "tags": []}})
}

#[test]
fn modes() {
    let bin = value(&shop());
    let prices = json!([EXPRESSION, true, MAP_KEY, "price", AND, above(4)]);
    assert_eq!(
        get(&bin, &select(prices.clone(), VALUES)),
        value(&json!([5, 9]))
    );
    assert_eq!(
        get(&bin, &select(prices.clone(), KEYS)),
        value(&json!(["price", "price"]))
    );
    let pairs = json!(["price", 5, "price", 9]);
    assert_eq!(get(&bin, &select(prices.clone(), PAIRS)), value(&pairs));
    let tree = json!({"ale": {"price": 5}, "bun": {}, "cod": {"price": 9}});
    assert_eq!(get(&bin, &select(prices, TREE)), value(&tree));
}

#[test]
fn steps() {
    let bin = value(&shop());
    for (context, values) in [
        (json!([MAP_KEY, "bun", MAP_KEY, "price"]), json!([2])),
        (json!([MAP_KEY, "zzz", MAP_KEY, "price"]), json!([])),
        (
            json!([MAP_KEYS_IN, ["cod", "ale", "zzz"], MAP_KEY, "price"]),
            json!([5, 9]),
        ),
        (
            json!([MAP_INDEX, 0, AND, [1, [122, 3, 0], "ale"], MAP_KEY, "price"]),
            json!([5]),
        ),
        (
            json!([MAP_INDEX, 0, AND, [1, [122, 3, 0], "bun"], MAP_KEY, "price"]),
            json!([]),
        ),
        (
            json!([EXPRESSION, [1, [122, 3, 0], "bun"], MAP_KEY, "tags"]),
            json!([[30]]),
        ),
        (
            json!([EXPRESSION, true, MAP_KEY, "tags", EXPRESSION, above(10)]),
            json!([20, 30]),
        ),
        (
            json!([
                EXPRESSION,
                true,
                MAP_KEY,
                "tags",
                EXPRESSION,
                [1, [122, 2, 2], 0]
            ]),
            json!([1, 30]),
        ),
        (
            json!([EXPRESSION, true, MAP_KEY, "tags", LIST_INDEX, -1]),
            json!([20, 30]),
        ),
    ] {
        assert_eq!(
            get(&bin, &select(context.clone(), VALUES)),
            value(&values),
            "{context}"
        );
    }
}

#[test]
fn filter_beside_an_index() {
    // As the official client packs it: index 0, and value > 10.
    let payload = cdt_support::hex("93ccfe942000cd02049303937a02010a01");
    let bin = value(&json!({"x": 15, "y": 5}));
    assert_eq!(
        cdt::read(Some(&bin), &payload, &Toy),
        Ok(Some(value(&json!([15]))))
    );
    let bin = value(&json!({"x": 5, "y": 15}));
    assert_eq!(
        cdt::read(Some(&bin), &payload, &Toy),
        Ok(Some(value(&json!([]))))
    );
}

#[test]
fn trees_keep_flags() {
    let bin = map(&json!({"a": 15, "b": 5}), MapOrder::Key);
    let op = select(json!([EXPRESSION, above(10)]), TREE);
    assert_same!(get(&bin, &op), map(&json!({"a": 15}), MapOrder::Key));
    let bin = ordered(&json!([5, 15, 25]));
    assert_same!(get(&bin, &op), ordered(&json!([15, 25])));
}

#[test]
fn all_children_need_no_evaluator() {
    let bin = value(&json!([[1, 2], [3]]));
    let op = payload(&select(json!([EXPRESSION, true, EXPRESSION, true]), VALUES));
    let got = cdt::read(Some(&bin), &op, &NoExpressions);
    assert_eq!(got, Ok(Some(value(&json!([1, 2, 3])))));
    let op = payload(&select(json!([EXPRESSION, above(1)]), VALUES));
    assert_eq!(
        cdt::read(Some(&bin), &op, &NoExpressions),
        Err(ResultCode::Unsupported)
    );
    assert_eq!(cdt::read(None, &op, &NoExpressions), Ok(None));
}

#[test]
fn what_does_not_fit() {
    let bin = value(&json!({"a": 15, "b": "x", "c": [12, 1]}));
    let strings = json!([EXPRESSION, above(10)]);
    assert_eq!(
        get_fails(&bin, &select(strings.clone(), VALUES)),
        ResultCode::OpNotApplicable
    );
    assert_eq!(
        get(&bin, &select(strings, VALUES | NO_FAIL)),
        value(&json!([15]))
    );
    let deeper = json!([EXPRESSION, true, EXPRESSION, above(10)]);
    assert_eq!(
        get_fails(&bin, &select(deeper.clone(), VALUES)),
        ResultCode::OpNotApplicable
    );
    assert_eq!(
        get(&bin, &select(deeper.clone(), VALUES | NO_FAIL)),
        value(&json!([12]))
    );
    assert_eq!(
        get_fails(&bin, &select(deeper.clone(), TREE)),
        ResultCode::OpNotApplicable
    );
    assert_eq!(
        get(&bin, &select(deeper, TREE | NO_FAIL)),
        value(&json!({"c": [12]}))
    );

    let apply = json!([20, [122, 2, 1], 1]);
    let op = |flags: i64| json!([254, [EXPRESSION, true], flags, apply]);
    assert_eq!(fails(Some(&bin), &op(APPLY)), ResultCode::OpNotApplicable);
    let after = json!({"a": 16, "b": "x", "c": [12, 1]});
    assert_same!(run(&bin, &op(APPLY | NO_FAIL)).0, value(&after));

    assert_eq!(
        get_fails(&Value::Int(1), &select(json!([EXPRESSION, true]), VALUES)),
        ResultCode::Parameter
    );
    for op in [
        json!([254, [], VALUES]),
        json!([254, [EXPRESSION, true], 5]),
        json!([254, [EXPRESSION, true], APPLY]),
        json!([254, [EXPRESSION, true], VALUES, [100]]),
        json!([254, [EXPRESSION, true], APPLY, [100]]),
        json!([254, [EXPRESSION, true], 0x20]),
    ] {
        assert_eq!(get_fails(&bin, &op), ResultCode::Parameter, "{op}");
    }
    assert_eq!(
        fails(Some(&bin), &select(json!([EXPRESSION, true]), VALUES)),
        ResultCode::Parameter
    );
}

#[test]
fn changes() {
    let bin = value(&shop());
    let raise = json!([
        254,
        [EXPRESSION, true, MAP_KEY, "price", AND, above(4)],
        APPLY,
        [20, [122, 2, 1], 100]
    ]);
    let (after, reply) = run(&bin, &raise);
    assert_eq!(reply, None);
    let mut expected = shop();
    expected["ale"]["price"] = json!(105);
    expected["cod"]["price"] = json!(109);
    assert_same!(after, value(&expected));

    let remove = json!([
        254,
        [EXPRESSION, true, MAP_KEY, "tags", EXPRESSION, above(10)],
        APPLY,
        [100]
    ]);
    let mut expected = shop();
    expected["ale"]["tags"] = json!([1]);
    expected["bun"]["tags"] = json!([]);
    assert_same!(run(&bin, &remove).0, value(&expected));

    let remove = json!([254, [MAP_KEYS_IN, ["ale", "bun"]], APPLY, [100]]);
    let (after, _) = run(&bin, &remove);
    assert_same!(after, value(&json!({"cod": {"price": 9, "tags": []}})));
    assert_eq!(modify(None, &remove).unwrap().bin, None);
}

#[test]
fn changed_lists_stay_ordered() {
    let bin = ordered(&json!([1, 5, 9]));
    let op = json!([254, [LIST_INDEX, 0], APPLY, [20, [122, 2, 1], 6]]);
    assert_same!(run(&bin, &op).0, ordered(&json!([5, 7, 9])));
    let bin = map(&json!({"b": 1, "a": 2}), MapOrder::KeyValue);
    let op = json!([254, [EXPRESSION, true], APPLY, [20, [122, 2, 1], 1]]);
    assert_same!(
        run(&bin, &op).0,
        map(&json!({"b": 2, "a": 3}), MapOrder::KeyValue)
    );
}
