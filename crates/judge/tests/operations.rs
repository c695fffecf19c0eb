//! Operations on lists, maps, bits and sketches, expressions, and UDFs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use aerospike::expressions::{self as exp, eq, gt, int_bin, int_val};
use aerospike::operations::bitwise::{BitPolicy, BitwiseOverflowActions};
use aerospike::operations::cdt_context::ctx_map_key;
use aerospike::operations::exp::{ExpReadFlags, ExpWriteFlags, read_exp, write_exp};
use aerospike::operations::hll::{self, HllPolicy};
use aerospike::operations::{bitwise, lists, maps};
use aerospike::{
    AdminPolicy, Bins, ListPolicy, ListReturnType, ListSortFlags, MapPolicy, MapReturnType,
    ReadPolicy, ResultCode, Task as _, UdfLang, Value,
};
use support::{Judge, code, int, ints, key, text};

#[tokio::test]
async fn lists_work() {
    let judge = Judge::new().await;
    let (policy, key) = (ListPolicy::default(), key(1));
    judge.put(&key, &[("b", ints(&[3, 5, 1]))]).await;
    let one = |operation| judge.operate(&key, operation);
    assert_eq!(one(lists::append(&policy, "b", int(9))).await, Some(int(4)));
    assert_eq!(
        one(lists::append_items(&policy, "b", vec![int(5), int(2)])).await,
        Some(int(6))
    );
    assert_eq!(
        one(lists::insert(&policy, "b", 1, int(8))).await,
        Some(int(7))
    );
    assert_eq!(
        judge.bin(&key, "b").await,
        Some(ints(&[3, 8, 5, 1, 9, 5, 2]))
    );
    assert_eq!(one(lists::size("b")).await, Some(int(7)));
    assert_eq!(one(lists::get("b", -1)).await, Some(int(2)));
    assert_eq!(one(lists::get_range("b", 1, 2)).await, Some(ints(&[8, 5])));
    assert_eq!(
        one(lists::get_by_rank("b", -1, ListReturnType::VALUES)).await,
        Some(int(9))
    );
    assert_eq!(
        one(lists::get_by_value("b", int(5), ListReturnType::INDEX)).await,
        Some(ints(&[2, 5]))
    );
    let outside = ListReturnType::VALUES.inverted();
    assert_eq!(
        one(lists::get_by_index_range_count("b", 1, 5, outside)).await,
        Some(ints(&[3, 2]))
    );
    assert_eq!(
        one(lists::remove_by_value("b", int(5), ListReturnType::COUNT)).await,
        Some(int(2))
    );
    assert_eq!(
        one(lists::increment(&policy, "b", 0, 4)).await,
        Some(int(7))
    );
    assert_eq!(one(lists::pop("b", 1)).await, Some(int(8)));
    one(lists::sort("b", ListSortFlags::DEFAULT)).await;
    assert_eq!(judge.bin(&key, "b").await, Some(ints(&[1, 2, 7, 9])));
    one(lists::trim("b", 1, 2)).await;
    assert_eq!(judge.bin(&key, "b").await, Some(ints(&[2, 7])));
    one(lists::clear("b")).await;
    assert_eq!(judge.bin(&key, "b").await, Some(ints(&[])));
}

#[tokio::test]
async fn maps_work() {
    let judge = Judge::new().await;
    let (policy, key) = (MapPolicy::default(), key(1));
    let one = |operation| judge.operate(&key, operation);
    for (size, (name, value)) in [("a", 1), ("b", 3), ("c", 2)].into_iter().enumerate() {
        let put = maps::put(&policy, "b", text(name), int(value));
        assert_eq!(one(put).await, Some(int(size as i64 + 1)));
    }
    assert_eq!(one(maps::size("b")).await, Some(int(3)));
    assert_eq!(
        one(maps::get_by_key("b", text("b"), MapReturnType::VALUE)).await,
        Some(int(3))
    );
    assert_eq!(
        one(maps::get_by_rank_range("b", 1, 2, MapReturnType::VALUE)).await,
        Some(ints(&[2, 3]))
    );
    assert_eq!(
        one(maps::get_by_value("b", int(2), MapReturnType::KEY)).await,
        Some(Value::List(vec![text("c")]))
    );
    assert_eq!(
        one(maps::increment_value(&policy, "b", text("a"), int(9))).await,
        Some(int(10))
    );
    assert_eq!(
        one(maps::decrement_value(&policy, "b", text("a"), int(4))).await,
        Some(int(6))
    );
    assert_eq!(
        one(maps::remove_by_key("b", text("b"), MapReturnType::VALUE)).await,
        Some(int(3))
    );
    let left = HashMap::from([(text("a"), int(6)), (text("c"), int(2))]);
    assert_eq!(judge.bin(&key, "b").await, Some(Value::HashMap(left)));
}

#[tokio::test]
async fn a_context_leads_inside() {
    let judge = Judge::new().await;
    let inside = HashMap::from([(text("l"), ints(&[1, 2]))]);
    judge.put(&key(1), &[("b", Value::HashMap(inside))]).await;
    let append =
        lists::append(&ListPolicy::default(), "b", int(3)).context(vec![ctx_map_key(text("l"))]);
    assert_eq!(judge.operate(&key(1), append).await, Some(int(3)));
    let get = maps::get_by_key("b", text("l"), MapReturnType::VALUE);
    assert_eq!(judge.operate(&key(1), get).await, Some(ints(&[1, 2, 3])));
}

#[tokio::test]
async fn bits_work() {
    let judge = Judge::new().await;
    let (policy, key) = (BitPolicy::default(), key(1));
    judge
        .put(&key, &[("b", Value::Blob(vec![0b0000_0001, 0xff]))])
        .await;
    let one = |operation| judge.operate(&key, operation);
    assert_eq!(one(bitwise::count("b", 0, 16)).await, Some(int(9)));
    assert_eq!(
        one(bitwise::get("b", 4, 8)).await,
        Some(Value::Blob(vec![0x1f]))
    );
    assert_eq!(one(bitwise::lscan("b", 0, 16, true)).await, Some(int(7)));
    assert_eq!(one(bitwise::get_int("b", 8, 8, true)).await, Some(int(-1)));
    one(bitwise::set("b", 0, 8, Value::Blob(vec![0x0f]), &policy)).await;
    one(bitwise::add(
        "b",
        0,
        8,
        0xf1,
        false,
        BitwiseOverflowActions::Wrap,
        &policy,
    ))
    .await;
    assert_eq!(judge.bin(&key, "b").await, Some(Value::Blob(vec![0, 0xff])));
}

#[tokio::test]
async fn sketches_work() {
    let judge = Judge::new().await;
    let (policy, key) = (HllPolicy::default(), key(1));
    let one = |operation| judge.operate(&key, operation);
    one(hll::init(&policy, "b", 12)).await;
    let many = (0..10_000).map(int).collect();
    one(hll::add(&policy, "b", many)).await;
    assert_eq!(one(hll::get_count("b")).await, Some(int(9991)));
    assert_eq!(one(hll::describe("b")).await, Some(ints(&[12, 0])));
    let sketch = judge.bin(&key, "b").await.unwrap();
    assert_eq!(
        one(hll::get_similarity("b", vec![sketch])).await,
        Some(Value::from(1.0))
    );
}

#[tokio::test]
async fn expressions_filter_and_compute() {
    let judge = Judge::new().await;
    judge.put(&key(1), &[("a", int(20))]).await;
    let mut filtered = ReadPolicy::default();
    filtered.base_policy.filter_expression = Some(gt(int_bin("a"), int_val(20)));
    assert_eq!(
        code(judge.client.get(&filtered, &key(1), Bins::All).await),
        Some(ResultCode::FilteredOut)
    );
    filtered.base_policy.filter_expression = Some(eq(int_bin("a"), int_val(20)));
    assert_eq!(
        judge
            .client
            .get(&filtered, &key(1), Bins::All)
            .await
            .unwrap()
            .bins["a"],
        int(20)
    );
    let sum = || exp::num_add(vec![int_bin("a"), int_val(1)]);
    assert_eq!(
        judge
            .operate(&key(1), read_exp("b", sum(), ExpReadFlags::DEFAULT))
            .await,
        Some(int(21))
    );
    judge
        .operate(&key(1), write_exp("c", sum(), ExpWriteFlags::DEFAULT))
        .await;
    assert_eq!(judge.bin(&key(1), "c").await, Some(int(21)));
}

#[tokio::test]
async fn functions_are_called() {
    let judge = Judge::new().await;
    let module =
        b"function add(rec, n) rec['b'] = rec['b'] + n; aerospike:update(rec); return rec['b'] end";
    let admin = AdminPolicy::default();
    let task = judge
        .client
        .register_udf(&admin, module, "sums.lua", UdfLang::Lua)
        .await
        .unwrap();
    task.wait_till_complete(None).await.unwrap();
    judge.put(&key(1), &[("b", int(1))]).await;
    let called = judge
        .client
        .execute_udf(&judge.write, &key(1), "sums", "add", &[int(41)])
        .await;
    assert_eq!(called.unwrap(), Some(int(42)));
    assert_eq!(judge.bin(&key(1), "b").await, Some(int(42)));
    let missing = judge
        .client
        .execute_udf(&judge.write, &key(1), "sums", "no", &[])
        .await;
    assert_eq!(
        missing.unwrap_err().result_code(),
        i32::from(u8::from(ResultCode::UdfBadResponse))
    );
}
