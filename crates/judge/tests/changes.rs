//! Operations that change lists, maps, bits and sketches, with their flags, orders and contexts: what each answers and what it leaves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod support;

use std::collections::HashMap;

use aerospike::operations::bitwise::{
    self, BitPolicy, BitwiseOverflowActions, BitwiseResizeFlags, BitwiseWriteFlags,
};
use aerospike::operations::cdt_context::{
    ctx_list_index, ctx_list_index_create, ctx_list_rank, ctx_list_value, ctx_map_index,
    ctx_map_key, ctx_map_key_create, ctx_map_rank, ctx_map_value,
};
use aerospike::operations::hll::{self, HllPolicy, HllWriteFlags};
use aerospike::operations::{MapOrder, Operation, lists, maps};
use aerospike::{
    AdminPolicy, ListOrderType, ListPolicy, ListSortFlags, ListWriteFlags, MapPolicy,
    MapWriteFlags, ResultCode, Value,
};
use support::{Judge, code, int, ints, key, text};

/// The bin before, the operation, what is answered or the code, and the bin after.
type Case = (
    Option<Value>,
    Operation,
    Result<Option<Value>, ResultCode>,
    Option<Value>,
);

async fn judge(cases: Vec<Case>) {
    let judge = Judge::new().await;
    for (number, (before, operation, answer, after)) in cases.into_iter().enumerate() {
        let key = key(number as i64);
        judge.put(&key, &[("other", int(1))]).await;
        if let Some(value) = before {
            judge.put(&key, &[("b", value)]).await;
        }
        let told = judge.client.operate(&judge.write, &key, &[operation]).await;
        let told = match told {
            Ok(record) => Ok(record
                .bins
                .get("b")
                .cloned()
                .filter(|value| *value != Value::Nil)),
            Err(error) => Err(error.server_result_code().unwrap()),
        };
        assert_eq!(told, answer, "case {number}");
        let left = match judge.bin(&key, "b").await {
            Some(Value::OrderedMap(map)) => Some(Value::HashMap(map.into_iter().collect())),
            Some(Value::SortedMap(map)) => Some(Value::HashMap(map.into_iter().collect())),
            other => other,
        };
        assert_eq!(left, after, "case {number}");
    }
}

fn map(pairs: &[(&str, i64)]) -> Value {
    let pair = |(name, value): &(&str, i64)| (text(name), int(*value));
    Value::HashMap(pairs.iter().map(pair).collect::<HashMap<_, _>>())
}

fn nest(name: &str, value: Value) -> Value {
    Value::HashMap(HashMap::from([(text(name), value)]))
}

fn blob(bytes: &[u8]) -> Value {
    Value::Blob(bytes.to_vec())
}

#[tokio::test]
async fn of_lists() {
    let plain = ListPolicy::default();
    let ordered = ListPolicy::new(ListOrderType::Ordered, ListWriteFlags::DEFAULT);
    let with = |flags| ListPolicy::new(ListOrderType::Unordered, flags);
    let (unique, quiet) = (ListWriteFlags::ADD_UNIQUE, ListWriteFlags::NO_FAIL);
    let partial = unique | quiet | ListWriteFlags::PARTIAL;
    let bounded = with(ListWriteFlags::INSERT_BOUNDED);
    let some = |values: &[i64]| Some(ints(values));
    let appended = vec![int(1), int(2)];
    let padded = Value::List(vec![int(1), Value::Nil, int(9)]);
    judge(vec![
        (
            some(&[3, 1]),
            lists::append(&plain, "b", int(2)),
            Ok(Some(int(3))),
            some(&[3, 1, 2]),
        ),
        (
            None,
            lists::append_items(&ordered, "b", vec![int(3), int(1)]),
            Ok(Some(int(2))),
            some(&[1, 3]),
        ),
        (
            some(&[1]),
            lists::append(&with(unique), "b", int(1)),
            Err(ResultCode::ElementExists),
            some(&[1]),
        ),
        (
            some(&[1]),
            lists::append(&with(unique | quiet), "b", int(1)),
            Ok(Some(int(1))),
            some(&[1]),
        ),
        (
            some(&[1]),
            lists::append_items(&with(partial), "b", appended),
            Ok(Some(int(2))),
            some(&[1, 2]),
        ),
        (
            some(&[1, 2]),
            lists::insert(&plain, "b", 1, int(9)),
            Ok(Some(int(3))),
            some(&[1, 9, 2]),
        ),
        (
            some(&[1]),
            lists::insert(&bounded, "b", 5, int(9)),
            Err(ResultCode::OpNotApplicable),
            some(&[1]),
        ),
        (
            some(&[1]),
            lists::insert(&plain, "b", 2, int(9)),
            Ok(Some(int(3))),
            Some(padded),
        ),
        (
            some(&[1]),
            lists::insert_items(&plain, "b", 0, vec![int(7)]),
            Ok(Some(int(2))),
            some(&[7, 1]),
        ),
        (
            some(&[1, 2, 3]),
            lists::pop_range("b", 0, 2),
            Ok(Some(ints(&[1, 2]))),
            some(&[3]),
        ),
        (
            some(&[1, 2, 3]),
            lists::pop_range_from("b", 1),
            Ok(Some(ints(&[2, 3]))),
            some(&[1]),
        ),
        (
            some(&[1, 2, 3]),
            lists::remove("b", 0),
            Ok(Some(int(1))),
            some(&[2, 3]),
        ),
        (
            some(&[1, 2, 3]),
            lists::remove_range("b", 1, 2),
            Ok(Some(int(2))),
            some(&[1]),
        ),
        (
            some(&[1, 2, 3]),
            lists::remove_range_from("b", 1),
            Ok(Some(int(2))),
            some(&[1]),
        ),
        (
            some(&[1, 2]),
            lists::set("b", 0, int(5)),
            Ok(None),
            some(&[5, 2]),
        ),
        (
            some(&[1, 2]),
            lists::increment_by_one("b", 1),
            Ok(Some(int(3))),
            some(&[1, 3]),
        ),
        (
            some(&[3, 1, 3]),
            lists::sort("b", ListSortFlags::DROP_DUPLICATES),
            Ok(None),
            some(&[1, 3]),
        ),
        (
            some(&[1, 3]),
            lists::sort("b", ListSortFlags::DESCENDING),
            Ok(None),
            some(&[3, 1]),
        ),
        (
            some(&[3, 1]),
            lists::set_order("b", ListOrderType::Ordered),
            Ok(None),
            some(&[1, 3]),
        ),
        (
            None,
            lists::create("b", ListOrderType::Ordered, false),
            Ok(None),
            some(&[]),
        ),
        (
            Some(text("x")),
            lists::size("b"),
            Err(ResultCode::BinTypeError),
            Some(text("x")),
        ),
    ])
    .await;
}

#[tokio::test]
async fn of_maps() {
    let plain = MapPolicy::default();
    let with = |flags| MapPolicy::new(MapOrder::Unordered, flags);
    let (create, update) = (MapWriteFlags::CREATE_ONLY, MapWriteFlags::UPDATE_ONLY);
    let quiet = MapWriteFlags::NO_FAIL;
    let partial = create | quiet | MapWriteFlags::PARTIAL;
    let sorted = MapPolicy::new(MapOrder::KeyOrdered, MapWriteFlags::DEFAULT);
    let one = || Some(map(&[("a", 1)]));
    let items = || HashMap::from([(text("a"), int(5)), (text("n"), int(6))]);
    let put = |policy: &MapPolicy, name: &str| maps::put(policy, "b", text(name), int(2));
    judge(vec![
        (
            one(),
            put(&plain, "c"),
            Ok(Some(int(2))),
            Some(map(&[("a", 1), ("c", 2)])),
        ),
        (
            one(),
            put(&with(create), "a"),
            Err(ResultCode::ElementExists),
            one(),
        ),
        (
            one(),
            put(&with(create | quiet), "a"),
            Ok(Some(int(1))),
            one(),
        ),
        (
            one(),
            put(&with(update), "z"),
            Err(ResultCode::ElementNotFound),
            one(),
        ),
        (
            one(),
            put(&with(update), "a"),
            Ok(Some(int(1))),
            Some(map(&[("a", 2)])),
        ),
        (
            one(),
            maps::put_items(&with(partial), "b", items()),
            Ok(Some(int(2))),
            Some(map(&[("a", 1), ("n", 6)])),
        ),
        (
            None,
            maps::put_items(&sorted, "b", items()),
            Ok(Some(int(2))),
            Some(map(&[("a", 5), ("n", 6)])),
        ),
        (
            one(),
            maps::increment_value(&plain, "b", text("n"), int(4)),
            Ok(Some(int(4))),
            Some(map(&[("a", 1), ("n", 4)])),
        ),
        (
            one(),
            maps::decrement_value(&plain, "b", text("a"), int(4)),
            Ok(Some(int(-3))),
            Some(map(&[("a", -3)])),
        ),
        (one(), maps::clear("b"), Ok(None), Some(map(&[]))),
        (
            one(),
            maps::set_order("b", MapOrder::KeyOrdered),
            Ok(None),
            one(),
        ),
        (
            None,
            maps::create_with_index("b", MapOrder::KeyOrdered),
            Ok(None),
            Some(map(&[])),
        ),
        (
            Some(int(1)),
            maps::size("b"),
            Err(ResultCode::BinTypeError),
            Some(int(1)),
        ),
    ])
    .await;
}

#[tokio::test]
async fn inside() {
    let plain = ListPolicy::default();
    let nested = || Some(Value::List(vec![ints(&[5]), ints(&[1, 2])]));
    let keyed = || {
        Some(Value::HashMap(HashMap::from([
            (text("k"), ints(&[1])),
            (text("z"), ints(&[0, 0])),
        ])))
    };
    let size = |step| lists::size("b").context(vec![step]);
    let mut cases = vec![
        (
            Some(nest("k", ints(&[1]))),
            lists::append(&plain, "b", int(2)).context(vec![ctx_map_key(text("k"))]),
            Ok(Some(int(2))),
            Some(nest("k", ints(&[1, 2]))),
        ),
        (
            Some(map(&[])),
            lists::append(&plain, "b", int(2)).context(vec![
                ctx_map_key_create(text("n"), MapOrder::KeyOrdered),
                ctx_map_key(text("q")),
            ]),
            Err(ResultCode::OpNotApplicable),
            Some(map(&[])),
        ),
        (
            Some(Value::List(vec![ints(&[1])])),
            lists::append(&plain, "b", int(2)).context(vec![ctx_list_index_create(
                1,
                ListOrderType::Unordered,
                false,
            )]),
            Ok(Some(int(1))),
            Some(Value::List(vec![ints(&[1]), ints(&[2])])),
        ),
    ];
    for (step, answer) in [
        (ctx_list_index(-1), Ok(Some(int(2)))),
        (ctx_list_rank(0), Ok(Some(int(2)))),
        (ctx_list_value(ints(&[5])), Ok(Some(int(1)))),
        (ctx_list_index(7), Err(ResultCode::OpNotApplicable)),
    ] {
        cases.push((nested(), size(step), answer, nested()));
    }
    for (step, answer) in [
        (ctx_map_index(1), Ok(Some(int(2)))),
        (ctx_map_rank(-1), Ok(Some(int(1)))),
        (ctx_map_value(ints(&[1])), Ok(Some(int(1)))),
        (ctx_map_key(text("q")), Err(ResultCode::OpNotApplicable)),
    ] {
        cases.push((keyed(), size(step), answer, keyed()));
    }
    judge(cases).await;
}

#[tokio::test]
async fn of_bits() {
    let plain = BitPolicy::default();
    let with = BitPolicy::new;
    let some = |bytes: &[u8]| Some(blob(bytes));
    let add = |action| bitwise::add("b", 0, 8, 2, false, action, &plain);
    let front = BitwiseResizeFlags::FROM_FRONT;
    let create = with(BitwiseWriteFlags::CREATE_ONLY);
    let update = with(BitwiseWriteFlags::UPDATE_ONLY | BitwiseWriteFlags::NO_FAIL);
    judge(vec![
        (
            some(&[1, 255]),
            bitwise::resize("b", 3, front, &plain),
            Ok(None),
            some(&[0, 1, 255]),
        ),
        (
            some(&[1]),
            bitwise::resize("b", 3, BitwiseResizeFlags::SHRINK_ONLY, &plain),
            Err(ResultCode::ParameterError),
            some(&[1]),
        ),
        (
            some(&[1]),
            bitwise::resize("b", 3, BitwiseResizeFlags::DEFAULT, &create),
            Err(ResultCode::BinExistsError),
            some(&[1]),
        ),
        (
            None,
            bitwise::insert("b", 0, blob(&[1]), &update),
            Ok(None),
            None,
        ),
        (
            some(&[1, 2]),
            bitwise::insert("b", 1, blob(&[9]), &plain),
            Ok(None),
            some(&[1, 9, 2]),
        ),
        (
            some(&[1, 2]),
            bitwise::remove("b", 0, 1, &plain),
            Ok(None),
            some(&[2]),
        ),
        (
            some(&[0, 0]),
            bitwise::set("b", 4, 8, blob(&[255]), &plain),
            Ok(None),
            some(&[0x0f, 0xf0]),
        ),
        (
            some(&[1]),
            bitwise::or("b", 0, 8, blob(&[0x80]), &plain),
            Ok(None),
            some(&[0x81]),
        ),
        (
            some(&[0x81]),
            bitwise::xor("b", 0, 8, blob(&[0xff]), &plain),
            Ok(None),
            some(&[0x7e]),
        ),
        (
            some(&[0x81]),
            bitwise::and("b", 0, 8, blob(&[0x0f]), &plain),
            Ok(None),
            some(&[0x01]),
        ),
        (
            some(&[0x0f]),
            bitwise::not("b", 4, 4, &plain),
            Ok(None),
            some(&[0]),
        ),
        (
            some(&[0x0f]),
            bitwise::lshift("b", 0, 8, 4, &plain),
            Ok(None),
            some(&[0xf0]),
        ),
        (
            some(&[0x0f]),
            bitwise::rshift("b", 0, 8, 2, &plain),
            Ok(None),
            some(&[0x03]),
        ),
        (
            some(&[255]),
            add(BitwiseOverflowActions::Wrap),
            Ok(None),
            some(&[1]),
        ),
        (
            some(&[255]),
            add(BitwiseOverflowActions::Saturate),
            Ok(None),
            some(&[255]),
        ),
        (
            some(&[255]),
            add(BitwiseOverflowActions::Fail),
            Err(ResultCode::OpNotApplicable),
            some(&[255]),
        ),
        (
            some(&[0]),
            bitwise::subtract("b", 0, 8, 1, false, BitwiseOverflowActions::Wrap, &plain),
            Ok(None),
            some(&[255]),
        ),
        (
            some(&[0, 0]),
            bitwise::set_int("b", 4, 8, 255, &plain),
            Ok(None),
            some(&[0x0f, 0xf0]),
        ),
        (
            some(&[0x0f, 0xf0]),
            bitwise::rscan("b", 0, 16, true),
            Ok(Some(int(11))),
            some(&[0x0f, 0xf0]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn of_sketches() {
    let judge = Judge::new().await;
    let (plain, key) = (HllPolicy::default(), key(1));
    let many = (0..1000).map(int).collect();
    let operate = |operation| judge.operate(&key, operation);
    operate(hll::add_with_index(&plain, "b", many, 12)).await;
    let sketch = || async { vec![judge.bin(&key, "b").await.unwrap()] };
    let fresh = sketch().await;
    let count = Some(int(992));
    for (operation, expected) in [
        (hll::get_count("b"), count.clone()),
        (hll::refresh_count("b"), count.clone()),
        (hll::describe("b"), Some(ints(&[12, 0]))),
        (hll::get_union("b", fresh.clone()), fresh.first().cloned()),
        (hll::get_union_count("b", fresh.clone()), count.clone()),
        (hll::get_intersect_count("b", fresh.clone()), count.clone()),
        (
            hll::get_similarity("b", fresh.clone()),
            Some(Value::from(1.0)),
        ),
        (hll::add(&plain, "b", vec![int(1), text("a")]), Some(int(1))),
    ] {
        assert_eq!(operate(operation).await, expected);
    }
    operate(hll::fold("b", 8)).await;
    assert_eq!(operate(hll::describe("b")).await, Some(ints(&[8, 0])));
    let exact = hll::set_union(&plain, "b", fresh.clone());
    operate(exact).await;
    assert_eq!(operate(hll::describe("b")).await, Some(ints(&[8, 0])));
    operate(hll::init_with_min_hash(&plain, "b", 4, 8)).await;
    assert_eq!(operate(hll::describe("b")).await, Some(ints(&[4, 8])));
    let create = HllPolicy::new(HllWriteFlags::CREATE_ONLY);
    let operations = [hll::init(&create, "b", 12)];
    let refused = judge.client.operate(&judge.write, &key, &operations).await;
    assert_eq!(code(refused), Some(ResultCode::BinExistsError));
}

#[tokio::test]
async fn a_set_is_truncated() {
    let judge = Judge::new().await;
    for id in 0..20 {
        judge.put(&key(id), &[("b", int(id))]).await;
    }
    let admin = AdminPolicy::default();
    judge
        .client
        .truncate(&admin, "test", "judge", 0)
        .await
        .unwrap();
    for id in 0..20 {
        assert!(!judge.client.exists(&judge.read, &key(id)).await.unwrap());
    }
}
