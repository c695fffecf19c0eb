//! Operations as the official client packs them: each is understood and does what its name says.
#![allow(clippy::too_many_lines, reason = "tables of cases")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use std::collections::HashMap;

use cdt_support::{Toy, hex, map, ordered, value};
use devserver::cdt;
use serde_json::{Value as Json, json};
use wire::{MapOrder, Value};

const GOLDEN: &str = include_str!("../../wire/tests/golden/c_client_19_3.jsonl");

/// For the name of a captured operation: bin before, bin after, answer.
fn expectations() -> HashMap<&'static str, (Value, Value, Option<Value>)> {
    let list = || value(&json!([3, 5, 1]));
    let pairs = || json!({"a": 1, "b": 3, "c": 2});
    let int = |n: i64| Some(Value::Int(n));
    let changed =
        |before: Json, after: Json, answer: Option<Value>| (value(&before), value(&after), answer);
    let on_list = |after: Json, answer: Option<Value>| (list(), value(&after), answer);
    let read_list = |answer: Json| (list(), list(), Some(value(&answer)));
    let on_map = |after: Json, answer: Option<Value>| (value(&pairs()), value(&after), answer);
    let read_map = |answer: Json| (value(&pairs()), value(&pairs()), Some(value(&answer)));
    let mut items = value(&json!([3, 5, 1, 1, "a"]))
        .as_list()
        .unwrap()
        .items
        .clone();
    items.extend([
        Value::blob("z"),
        Value::Float(1.5),
        Value::Nil,
        Value::Bool(true),
    ]);
    items.push(value(&json!({"k": 1})));
    let mut put = value(&pairs());
    if let Value::Map(map) = &mut put {
        map.insert(Value::Int(2), Value::blob("x"));
    }
    let pair_range = wire::Map::preserving_order(vec![
        (Value::string("a"), Value::Int(1)),
        (Value::string("b"), Value::Int(3)),
    ]);
    HashMap::from([
        ("list_append(5)", on_list(json!([3, 5, 1, 5]), int(4))),
        (
            "list_append(5,ordered|unique|nofail)",
            on_list(json!([3, 5, 1]), int(3)),
        ),
        (
            "list_append(\"a\",ctx)",
            changed(
                json!({"k": [[1], [2]]}),
                json!({"k": [[1], [2, "a"]]}),
                int(2),
            ),
        ),
        (
            "list_append_items([1,\"a\",b\"z\",1.5,None,True,{\"k\":1}])",
            (list(), Value::list(items), int(10)),
        ),
        ("list_insert(0,9)", on_list(json!([9, 3, 5, 1]), int(4))),
        (
            "list_insert_items(0,[1])",
            on_list(json!([1, 3, 5, 1]), int(4)),
        ),
        ("list_pop(-1)", on_list(json!([3, 5]), int(1))),
        (
            "list_pop_range(0,2)",
            on_list(json!([1]), Some(value(&json!([3, 5])))),
        ),
        ("list_remove(1)", on_list(json!([3, 1]), int(1))),
        ("list_remove_range(0,2)", on_list(json!([1]), int(2))),
        ("list_set(1,7)", on_list(json!([3, 7, 1]), None)),
        ("list_trim(0,2)", on_list(json!([3, 5]), int(1))),
        ("list_clear", on_list(json!([]), None)),
        ("list_increment(0,3)", on_list(json!([6, 5, 1]), int(6))),
        ("list_sort(0)", on_list(json!([1, 3, 5]), None)),
        ("list_size", read_list(json!(3))),
        ("list_get(0)", read_list(json!(3))),
        ("list_get_range(0,2)", read_list(json!([3, 5]))),
        (
            "list_set_order(1)",
            (list(), ordered(&json!([1, 3, 5])), None),
        ),
        ("list_create?", (list(), ordered(&json!([1, 3, 5])), None)),
        (
            "list_create(ctx key k)",
            (
                value(&json!({"k": [2, 1]})),
                {
                    let mut map = wire::Map::new();
                    map.insert(Value::string("k"), ordered(&json!([1, 2])));
                    map.into()
                },
                None,
            ),
        ),
        ("list_get_by_index(0,VALUE)", read_list(json!(3))),
        ("list_get_by_value(5,INDEX)", read_list(json!([1]))),
        (
            "list_get_by_value(5,VALUE,inverted)",
            read_list(json!([3, 1])),
        ),
        ("list_get_by_value_range(1..5)", read_list(json!([3, 1]))),
        ("list_get_by_value_range(..5)", read_list(json!([3, 1]))),
        ("list_get_by_rank_range(-3)", read_list(json!([5, 3, 1]))),
        ("list_get_by_value_list", read_list(json!([1]))),
        (
            "list_get_by_value_rank_range_relative(5,0,2)",
            read_list(json!([5])),
        ),
        ("list_remove_by_value(5,NONE)", on_list(json!([3, 1]), None)),
        (
            "list_remove_by_index_range(0)",
            on_list(json!([]), Some(list())),
        ),
        ("list_remove_by_rank(-1)", on_list(json!([3, 1]), int(5))),
        (
            "map_set_policy(K)",
            (value(&pairs()), map(&pairs(), MapOrder::Key), None),
        ),
        ("map_put(\"a\",1)", on_map(pairs(), int(3))),
        ("map_put(\"a\",1,K|create|nofail)", on_map(pairs(), int(3))),
        (
            "map_put_items({\"a\":1,2:b\"x\"})",
            (value(&pairs()), put, int(4)),
        ),
        (
            "map_increment(\"a\",5)",
            on_map(json!({"a": 6, "b": 3, "c": 2}), int(6)),
        ),
        (
            "map_decrement(\"a\",5)",
            on_map(json!({"a": -4, "b": 3, "c": 2}), int(-4)),
        ),
        ("map_clear", on_map(json!({}), None)),
        ("map_size", read_map(json!(3))),
        ("map_get_by_key(VALUE)", read_map(json!(1))),
        (
            "map_get_by_key_range(\"a\",\"c\",KEY_VALUE)",
            (value(&pairs()), value(&pairs()), Some(pair_range.into())),
        ),
        ("map_get_by_value(1,KEY)", read_map(json!(["a"]))),
        ("map_get_by_index_range(0,2)", read_map(json!([1, 3]))),
        ("map_get_by_rank(-1)", read_map(json!(3))),
        ("map_get_by_key_list", read_map(json!([1, 3]))),
        (
            "map_get_by_key_index_range_relative(\"b\",1)",
            read_map(json!([2])),
        ),
        (
            "map_remove_by_key(COUNT)",
            on_map(json!({"b": 3, "c": 2}), int(1)),
        ),
        (
            "map_remove_by_value_range(1,3)",
            on_map(json!({"b": 3}), Some(value(&json!([1, 2])))),
        ),
        (
            "map_put ctx create key order",
            changed(json!({}), json!({"k": {"a": 1}}), int(1)),
        ),
        (
            "map_create(K,persist)",
            (value(&pairs()), map(&pairs(), MapOrder::Key), None),
        ),
    ])
}

#[test]
fn captured_operations() {
    let mut expected = expectations();
    let mut known = 0;
    for line in GOLDEN.lines() {
        let line: Json = serde_json::from_str(line).unwrap();
        let (Some(code @ (3 | 4)), Some(payload)) = (line[1].as_u64(), line[3].as_str()) else {
            continue;
        };
        let name = line[0].as_str().unwrap();
        let (before, after, answer) = expected
            .remove(name)
            .unwrap_or_else(|| panic!("nothing is expected of {name}"));
        let payload = hex(payload);
        if code == 4 {
            let done = cdt::modify(Some(before), &payload, &Toy).unwrap();
            assert_same!(done.bin.unwrap(), after);
            assert_eq!(done.reply, answer, "{name}");
        } else {
            let got = cdt::read(Some(&before), &payload, &Toy).unwrap();
            assert_eq!(got, answer, "{name}");
        }
        known += 1;
    }
    assert_eq!(known, 51);
    assert!(expected.is_empty(), "not captured: {:?}", expected.keys());
}
