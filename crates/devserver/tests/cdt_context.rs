//! Operations on nested lists and maps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use cdt_support::{ANY, Toy, fails, get, get_fails, map, modify, ordered, run, value};
use devserver::cdt::{self, Envelope};
use serde_json::{Value as Json, json};
use wire::{MapOrder, ResultCode, Value, msgpack};

const LIST_INDEX: i64 = 0x10;
const LIST_RANK: i64 = 0x11;
const LIST_VALUE: i64 = 0x13;
const MAP_INDEX: i64 = 0x20;
const MAP_RANK: i64 = 0x21;
const MAP_KEY: i64 = 0x22;
const MAP_VALUE: i64 = 0x23;
const CREATE_LIST: i64 = 0x40;
const CREATE_PADDED: i64 = 0x80;
const CREATE_ORDERED: i64 = 0xc0;
const CREATE_MAP: i64 = 0x40;
const CREATE_KEY_ORDERED: i64 = 0x80;

#[test]
fn ways_to_an_element() {
    let bin = value(&json!({"k": [[7, 9, 5], [13], 1], "l": {"x": [0], "y": [2]}}));
    for (context, size) in [
        (json!([MAP_KEY, "k"]), 3),
        (json!([MAP_INDEX, 0]), 3),
        (json!([MAP_RANK, 0]), 3),
        (json!([MAP_KEY, "k", LIST_INDEX, 0]), 3),
        (json!([MAP_KEY, "k", LIST_INDEX, -2]), 1),
        (json!([MAP_KEY, "k", LIST_RANK, 1]), 3),
        (json!([MAP_KEY, "k", LIST_RANK, -1]), 1),
        (json!([MAP_KEY, "k", LIST_VALUE, [7, 9, 5]]), 3),
        (json!([MAP_KEY, "l", MAP_VALUE, [2]]), 1),
        (json!([MAP_INDEX, -1, MAP_RANK, -1]), 1),
    ] {
        assert_eq!(
            get(&bin, &json!([255, context, [16]])),
            Value::Int(size),
            "{context}"
        );
    }
    let (after, reply) = run(&bin, &json!([255, [MAP_KEY, "k", LIST_INDEX, 1], [1, 14]]));
    assert_eq!(reply, Some(Value::Int(2)));
    let expected = json!({"k": [[7, 9, 5], [13, 14], 1], "l": {"x": [0], "y": [2]}});
    assert_same!(after, value(&expected));
}

#[test]
fn errors() {
    let bin = value(&json!({"k": [[7], 1], "l": {"x": [0]}}));
    for (context, code) in [
        (json!([MAP_KEY, "z"]), 26),
        (json!([MAP_INDEX, 2]), 26),
        (json!([MAP_RANK, -3]), 26),
        (json!([MAP_VALUE, 5]), 26),
        (json!([LIST_INDEX, 0]), 26),
        (json!([MAP_KEY, "k", MAP_KEY, "x"]), 26),
        (json!([MAP_KEY, "k", LIST_INDEX, 2]), 26),
        (json!([MAP_KEY, "k", LIST_INDEX, 1, LIST_INDEX, 0]), 26),
        (json!([MAP_KEY, "k", LIST_INDEX, 1]), 12),
        (json!([MAP_KEY, "l"]), 12),
        (json!([MAP_KEY]), 4),
        (json!([]), 4),
        (json!([0x12, 1]), 4),
        (json!([0x30, 1]), 4),
        (json!([0x00, 1]), 4),
        (json!([0x400, 1]), 4),
        (json!([MAP_INDEX, "x"]), 4),
        (json!([MAP_VALUE, ANY]), 4),
        (json!([4, true]), 4),
        (json!([0x2a, ["k"]]), 4),
    ] {
        assert_eq!(
            get_fails(&bin, &json!([255, context, [16]])) as i64,
            code,
            "{context}"
        );
        assert_eq!(
            fails(Some(&bin), &json!([255, context, [1, 5]])) as i64,
            code,
            "{context}"
        );
    }
    let number = Value::Int(1);
    let op = json!([255, [MAP_KEY, "k"], [16]]);
    assert_eq!(get_fails(&number, &op), ResultCode::Parameter);
    let op = json!([255, [MAP_KEY, "k"], [1, 5]]);
    assert_eq!(fails(Some(&number), &op), ResultCode::Parameter);
    assert_eq!(fails(None, &op), ResultCode::OpNotApplicable);
    // Without a bin there is nothing to read.
    let payload = cdt_support::payload(&json!([255, [MAP_KEY, "k"], [16]]));
    assert_eq!(cdt::read(None, &payload, &Toy), Ok(None));
}

#[test]
fn creation() {
    let with = |context: Json, op: Json| json!([255, context, op]);
    let nested = map(&json!({"k": [1]}), MapOrder::KeyValue);
    // A list under a key.
    let op = with(json!([MAP_KEY + CREATE_ORDERED, "k"]), json!([1, 1, 0]));
    assert_same!(modify(None, &op).unwrap().bin.unwrap(), nested);
    assert_same!(run(&value(&json!({})), &op).0, value(&json!({"k": [1]})));
    // The operation's own order is the last word; without one, the step's.
    let op = with(json!([LIST_INDEX + CREATE_ORDERED, 1]), json!([1, 2, 0, 0]));
    assert_same!(run(&value(&json!([[3]])), &op).0, value(&json!([[3], [2]])));
    let op = with(json!([LIST_INDEX + CREATE_ORDERED, 1]), json!([1, 2]));
    let after = run(&value(&json!([[3]])), &op).0;
    assert_same!(after.as_list().unwrap().items[1], ordered(&json!([2])));
    // Several levels.
    let op = with(
        json!([
            MAP_KEY + CREATE_KEY_ORDERED,
            "a",
            MAP_KEY + CREATE_MAP,
            "b",
            LIST_INDEX + CREATE_LIST,
            0
        ]),
        json!([67, "x", 1]),
    );
    let after = modify(None, &op).unwrap();
    assert_eq!(after.reply, Some(Value::Int(1)));
    assert_eq!(after.bin.unwrap(), value(&json!({"a": {"b": [{"x": 1}]}})));
    // Beyond the end only padded.
    let bin = value(&json!([[3]]));
    let op = with(json!([LIST_INDEX + CREATE_PADDED, 3]), json!([1, 2]));
    assert_same!(run(&bin, &op).0, value(&json!([[3], null, null, [2]])));
    for context in [
        json!([LIST_INDEX + CREATE_LIST, 2]),
        json!([LIST_INDEX + CREATE_ORDERED, 2]),
        json!([LIST_INDEX + CREATE_LIST, -2]),
        json!([LIST_RANK + CREATE_LIST, 1]),
        json!([LIST_VALUE + CREATE_LIST, 1]),
    ] {
        let op = with(context, json!([1, 2]));
        assert_eq!(fails(Some(&bin), &op), ResultCode::OpNotApplicable, "{op}");
    }
    // What is there is used.
    let op = with(json!([LIST_INDEX + CREATE_ORDERED, 0]), json!([1, 2]));
    assert_same!(run(&bin, &op).0, value(&json!([[3, 2]])));
    // Removals create nothing.
    let op = with(json!([MAP_KEY + CREATE_LIST, "k"]), json!([5, 0]));
    assert_same!(
        run(&value(&json!({"a": 1})), &op).0,
        value(&json!({"a": 1}))
    );
    // An operation that fails leaves nothing: the caller keeps its bin.
    let op = with(json!([MAP_KEY + CREATE_LIST, "k"]), json!([13, 0]));
    assert_eq!(
        fails(Some(&value(&json!({}))), &op),
        ResultCode::IncompatibleType
    );
}

#[test]
fn elements_of_ordered_lists_move_when_they_change() {
    let bin = ordered(&json!([[1], [2], [3]]));
    let (after, _) = run(&bin, &json!([255, [LIST_INDEX, 0], [3, 0, 9]]));
    assert_same!(after, ordered(&json!([[2], [3], [9, 1]])));
    let op = json!([255, [LIST_INDEX + CREATE_LIST, 3], [1, 0]]);
    assert_same!(run(&bin, &op).0, ordered(&json!([[0], [1], [2], [3]])));
}

#[test]
fn filters_on_steps() {
    let bin = value(&json!({"a": 5, "b": [15]}));
    let at = |index: i64, limit: i64| {
        json!([
            255,
            [MAP_INDEX, index, 0x204, [3, [122, 2, 2], limit]],
            [16]
        ])
    };
    assert_eq!(get(&bin, &at(1, 0)), Value::Int(1));
    assert_eq!(get_fails(&bin, &at(1, 1)), ResultCode::OpNotApplicable);
    // An expression without a result is an error.
    let op = json!([255, [MAP_INDEX, 1, 0x204, [3, [122, 2, 1], 1]], [16]]);
    assert_eq!(get_fails(&bin, &op), ResultCode::OpNotApplicable);
    for context in [
        json!([0x204, [3, [122, 2, 1], 0]]),
        json!([4, true, 0x204, [3, [122, 2, 1], 0]]),
        json!([
            MAP_INDEX,
            1,
            0x204,
            [3, [122, 2, 2], 0],
            0x204,
            [3, [122, 2, 2], 0]
        ]),
    ] {
        assert_eq!(
            get_fails(&bin, &json!([255, context, [16]])),
            ResultCode::Parameter
        );
    }
}

#[test]
fn arguments_worked_out_elsewhere() {
    let payload = cdt_support::payload(&json!([255, [MAP_KEY, "k"], [19, 7, [81, 2, "i"]]]));
    let Envelope::Call(raw) = Envelope::parse(&payload).unwrap() else {
        panic!("a call");
    };
    assert_eq!(raw.code, 19);
    assert_eq!(raw.args.len(), 2);
    assert_eq!(
        msgpack::decode(raw.args[1]),
        Ok(value(&json!([81, 2, "i"])))
    );
    let call = raw.with_args(vec![Value::Int(7), Value::Int(1)]);
    let bin = value(&json!({"k": [3, 4]}));
    assert_eq!(
        cdt::read_call(Some(&bin), call, &Toy),
        Ok(Some(Value::Int(4)))
    );
}

#[test]
fn nothing_nests_without_bound() {
    let mut bin = value(&json!([]));
    let mut context = Vec::new();
    let deep = |levels: usize| {
        (0..levels).fold(Value::list(vec![]), |inside, _| Value::list(vec![inside]))
    };
    for level in 0..200 {
        let op = if context.is_empty() {
            json!([1, []])
        } else {
            json!([255, context, [1, []]])
        };
        bin = run(&bin, &op).0;
        context.extend([json!(LIST_INDEX), json!(0)]);
        assert_eq!(context.len(), 2 * (level + 1));
    }
    let op = |levels| {
        let append = Value::list(vec![Value::Int(1), deep(levels)]);
        let steps = value(&Json::Array(context.clone()));
        msgpack::encode(&Value::list(vec![Value::Int(255), steps, append]))
    };
    let done = cdt::modify(Some(bin.clone()), &op(50), &Toy).unwrap();
    // What was grown can be decoded.
    let bytes = msgpack::encode(&done.bin.unwrap());
    assert!(msgpack::decode(&bytes).is_ok());
    assert_eq!(
        cdt::modify(Some(bin), &op(55), &Toy),
        Err(ResultCode::Parameter)
    );
}

#[test]
fn payloads_cut_short_are_errors() {
    let payload = cdt_support::payload(&json!([
        255,
        [MAP_KEY, "k", LIST_INDEX, 0],
        [2, [1, "a"], 0, 0]
    ]));
    let bin = value(&json!({"k": [[]]}));
    assert!(cdt::modify(Some(bin.clone()), &payload, &Toy).is_ok());
    for end in 0..payload.len() {
        let done = cdt::modify(Some(bin.clone()), &payload[..end], &Toy);
        assert_eq!(done, Err(ResultCode::Parameter), "{end}");
    }
    let longer = [&payload[..], &[0]].concat();
    assert_eq!(
        cdt::modify(Some(bin), &longer, &Toy),
        Err(ResultCode::Parameter)
    );
}
