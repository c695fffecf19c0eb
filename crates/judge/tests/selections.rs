//! Every selection of items of a list and of a map, with every return type, of what is chosen and of what is not; read and removed.
//! What each has to answer is said by a model.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use aerospike::operations::{Operation, lists, maps};
use aerospike::{ListReturnType, MapReturnType, Value};
use support::{Judge, int, key, text};

/// An item and its places.
#[derive(Clone)]
struct Item {
    index: i64,
    rank: i64,
    key: Value,
    value: Value,
}

/// What a return type makes of the chosen items of a container of `size`; several in any order.
fn answer(returned: &str, items: &[Item], size: i64, single: bool) -> Option<Value> {
    let each = |of: fn(&Item, i64) -> Value| -> Value {
        let mut found: Vec<Value> = items.iter().map(|item| of(item, size - 1)).collect();
        if single {
            return found.remove(0);
        }
        found.sort_by_key(order);
        Value::List(found)
    };
    Some(match returned {
        "none" => return None,
        "count" => int(items.len() as i64),
        "exists" => Value::Bool(!items.is_empty()),
        "index" => each(|item, _| int(item.index)),
        "reverse index" => each(|item, last| int(last - item.index)),
        "rank" => each(|item, _| int(item.rank)),
        "reverse rank" => each(|item, last| int(last - item.rank)),
        "key" => each(|item, _| item.key.clone()),
        "value" => each(|item, _| item.value.clone()),
        _ => Value::HashMap(pairs(items)),
    })
}

fn pairs(items: &[Item]) -> HashMap<Value, Value> {
    let pair = |item: &Item| (item.key.clone(), item.value.clone());
    items.iter().map(pair).collect()
}

/// Integers stand before strings.
fn order(value: &Value) -> (i64, String) {
    match value {
        Value::Int(number) => (*number, String::new()),
        other => (i64::MAX, format!("{other:?}")),
    }
}

/// The same answer, with several items in the model's order and maps of one kind; nil is no answer.
fn sorted(answer: Option<Value>) -> Option<Value> {
    Some(match answer? {
        Value::Nil => return None,
        Value::List(mut items) => {
            items.sort_by_key(order);
            Value::List(items)
        }
        Value::KeyValueList(pairs) => Value::HashMap(pairs.into_iter().collect()),
        Value::OrderedMap(map) => Value::HashMap(map.into_iter().collect()),
        other => other,
    })
}

/// A list's items, or a map's in the order of their keys.
fn items(of: &[(Value, Value)]) -> Vec<Item> {
    let mut ranked: Vec<&Value> = of.iter().map(|(_, value)| value).collect();
    ranked.sort_by_key(|value| order(value));
    let rank = |value: &Value| ranked.iter().position(|other| *other == value).unwrap() as i64;
    let item = |(index, (key, value)): (usize, &(Value, Value))| Item {
        index: index as i64,
        rank: rank(value),
        key: key.clone(),
        value: value.clone(),
    };
    of.iter().enumerate().map(item).collect()
}

/// A selection: its name, what it chooses, whether it is about one item, and how it is made to read and to remove.
struct Selection<R> {
    name: &'static str,
    chosen: Vec<i64>,
    single: bool,
    get: fn(R) -> Operation,
    remove: fn(R) -> Operation,
}

macro_rules! selections {
    ($module:ident, $($name:literal $($single:ident)? [$($chosen:expr),*] =>
        $get:ident / $remove:ident ($($argument:expr),*);)*) => {
        vec![$(Selection {
            name: $name,
            chosen: vec![$($chosen),*],
            single: selections!(@ $($single)?),
            get: |returned| $module::$get("b" $(, $argument)*, returned),
            remove: |returned| $module::$remove("b" $(, $argument)*, returned),
        }),*]
    };
    (@ single) => { true };
    (@) => { false };
}

/// Runs all selections of a table; `write` says how a container is put, `read` how its items are seen.
async fn judge<R: Copy>(
    whole: &[Item],
    table: Vec<Selection<R>>,
    returns: &[(&str, R, R)],
    write: impl Fn(&[Item]) -> Value,
) {
    let judge = Judge::new().await;
    let size = whole.len() as i64;
    for selection in table {
        for (returned, plain, inverted) in returns {
            for invert in [false, true] {
                if invert && selection.single {
                    continue;
                }
                let kind = if invert { *inverted } else { *plain };
                let is_chosen = |item: &&Item| selection.chosen.contains(&item.index) != invert;
                let chosen: Vec<Item> = whole.iter().filter(is_chosen).cloned().collect();
                let left: Vec<Item> = whole
                    .iter()
                    .filter(|item| !is_chosen(item))
                    .cloned()
                    .collect();
                let expected = answer(returned, &chosen, size, selection.single);
                let about = format!("{} {returned} {invert}", selection.name);
                judge.put(&key(1), &[("b", write(whole))]).await;
                let read = judge.operate(&key(1), (selection.get)(kind)).await;
                assert_eq!(sorted(read), expected, "get {about}");
                assert_eq!(judge.bin(&key(1), "b").await, Some(write(whole)), "{about}");
                let removed = judge.operate(&key(1), (selection.remove)(kind)).await;
                assert_eq!(sorted(removed), expected, "remove {about}");
                assert_eq!(judge.bin(&key(1), "b").await, Some(write(&left)), "{about}");
            }
        }
    }
}

#[tokio::test]
async fn of_lists() {
    let values = [int(5), int(1), text("a"), int(3), text("b"), int(9)];
    let whole = items(&values.map(|value| (Value::Nil, value)));
    let returns = [
        ("none", ListReturnType::NONE),
        ("index", ListReturnType::INDEX),
        ("reverse index", ListReturnType::REVERSE_INDEX),
        ("rank", ListReturnType::RANK),
        ("reverse rank", ListReturnType::REVERSE_RANK),
        ("count", ListReturnType::COUNT),
        ("value", ListReturnType::VALUES),
        ("exists", ListReturnType::EXISTS),
    ]
    .map(|(name, kind)| (name, kind, kind.inverted()));
    let mut table = selections! { lists,
        "index 1" single [1] => get_by_index / remove_by_index(1);
        "index -1" single [5] => get_by_index / remove_by_index(-1);
        "two from index 1" [1, 2] => get_by_index_range_count / remove_by_index_range_count(1, 2);
        "from index -2" [4, 5] => get_by_index_range / remove_by_index_range(-2);
        "lowest" single [1] => get_by_rank / remove_by_rank(0);
        "highest" single [4] => get_by_rank / remove_by_rank(-1);
        "three from rank 1" [3, 0, 5] => get_by_rank_range_count / remove_by_rank_range_count(1, 3);
        "from rank -2" [2, 4] => get_by_rank_range / remove_by_rank_range(-2);
        "a value" [2] => get_by_value / remove_by_value(text("a"));
        "no value" [] => get_by_value / remove_by_value(int(77));
        "values" [1, 4] => get_by_value_list / remove_by_value_list(vec![int(1), text("b"), int(77)]);
    };
    // These take the return type in another place when they remove.
    table.push(Selection {
        name: "values from 3 to 9",
        chosen: vec![3, 0],
        single: false,
        get: |kind| lists::get_by_value_range("b", int(3), int(9), kind),
        remove: |kind| lists::remove_by_value_range("b", kind, int(3), int(9)),
    });
    table.push(Selection {
        name: "above 3",
        chosen: vec![0, 5, 2, 4],
        single: false,
        get: |kind| lists::get_by_value_relative_rank_range("b", int(3), 1, kind),
        remove: |kind| lists::remove_by_value_relative_rank_range("b", kind, int(3), 1),
    });
    table.push(Selection {
        name: "two around 4",
        chosen: vec![3, 0],
        single: false,
        get: |kind| lists::get_by_value_relative_rank_range_count("b", int(4), -1, 2, kind),
        remove: |kind| lists::remove_by_value_relative_rank_range_count("b", kind, int(4), -1, 2),
    });
    let write = |items: &[Item]| Value::List(items.iter().map(|item| item.value.clone()).collect());
    judge(&whole, table, &returns, write).await;
}

#[tokio::test]
async fn of_maps() {
    let whole = items(&[
        (int(7), int(2)),
        (text("a"), int(5)),
        (text("b"), int(1)),
        (text("c"), text("x")),
    ]);
    let returns = [
        ("none", MapReturnType::NONE),
        ("index", MapReturnType::INDEX),
        ("reverse index", MapReturnType::REVERSE_INDEX),
        ("rank", MapReturnType::RANK),
        ("reverse rank", MapReturnType::REVERSE_RANK),
        ("count", MapReturnType::COUNT),
        ("key", MapReturnType::KEY),
        ("value", MapReturnType::VALUE),
        ("pairs", MapReturnType::KEY_VALUE),
        ("exists", MapReturnType::EXISTS),
        ("unordered map", MapReturnType::UNORDERED_MAP),
        ("ordered map", MapReturnType::ORDERED_MAP),
    ]
    .map(|(name, kind)| (name, kind, kind.inverted()));
    let table = selections! { maps,
        "a key" single [2] => get_by_key / remove_by_key(text("b"));
        "keys" [1, 0] => get_by_key_list / remove_by_key_list(vec![text("a"), int(7), text("zz")]);
        "keys from a to c" [1, 2] => get_by_key_range / remove_by_key_range(text("a"), text("c"));
        "index 0" single [0] => get_by_index / remove_by_index(0);
        "index -1" single [3] => get_by_index / remove_by_index(-1);
        "two from index 1" [1, 2] => get_by_index_range / remove_by_index_range(1, 2);
        "from index 2" [2, 3] => get_by_index_range_from / remove_by_index_range_from(2);
        "lowest" single [2] => get_by_rank / remove_by_rank(0);
        "highest" single [3] => get_by_rank / remove_by_rank(-1);
        "two from rank 1" [0, 1] => get_by_rank_range / remove_by_rank_range(1, 2);
        "from rank 2" [1, 3] => get_by_rank_range_from / remove_by_rank_range_from(2);
        "a value" [0] => get_by_value / remove_by_value(int(2));
        "values" [2, 3] => get_by_value_list / remove_by_value_list(vec![int(1), text("x"), int(77)]);
        "values from 2 to 6" [0, 1] => get_by_value_range / remove_by_value_range(int(2), int(6));
        "behind a" [2, 3] => get_by_key_relative_index_range / remove_by_key_relative_index_range(text("a"), 1);
        "two around b" [1, 2] =>
            get_by_key_relative_index_range_count / remove_by_key_relative_index_range_count(text("b"), -1, 2);
        "above 2" [1, 3] => get_by_value_relative_rank_range / remove_by_value_relative_rank_range(int(2), 1);
        "two around 2" [2, 0] =>
            get_by_value_relative_rank_range_count / remove_by_value_relative_rank_range_count(int(2), -1, 2);
    };
    judge(&whole, table, &returns, |items| {
        Value::HashMap(pairs(items))
    })
    .await;
}
