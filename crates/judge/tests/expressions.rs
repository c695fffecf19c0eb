//! Expressions: each is read in an operation, and some filter every kind of request.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use aerospike::expressions::{self as exp, Expression, bitwise, hll, lists, maps};
use aerospike::operations::bitwise::BitPolicy;
use aerospike::operations::cdt_context::{ctx_all_children_with_filter, ctx_map_key};
use aerospike::operations::exp::{ExpReadFlags, ExpWriteFlags, read_exp, write_exp};
use aerospike::operations::hll::{HllPolicy, add_with_index};
use aerospike::operations::{path, scalar};
use aerospike::query::PartitionFilter;
use aerospike::{
    BatchOperation, BatchPolicy, BatchReadPolicy, BatchWritePolicy, Bin, Bins, ListPolicy,
    ListReturnType, ListSortFlags, MapPolicy, MapReturnType, QueryPolicy, ReadPolicy, RegexFlags,
    ResultCode, Statement, Value, WritePolicy,
};
use exp::{
    ExpType, blob_bin, bool_val, float_bin, float_val, hll_bin, int_bin, int_val, list_bin,
    map_bin, string_bin, string_val,
};
use futures_util::StreamExt as _;
use support::{Judge, code, int, ints, key, text};

fn map(pairs: &[(&str, i64)]) -> Value {
    let pair = |(name, value): &(&str, i64)| (text(name), int(*value));
    Value::HashMap(pairs.iter().map(pair).collect::<HashMap<_, _>>())
}

async fn filled() -> Judge {
    let judge = Judge::new().await;
    let bins = [
        ("a", int(6)),
        ("f", Value::from(2.5)),
        ("s", text("abc")),
        ("l", ints(&[5, 1, 3])),
        ("m", map(&[("x", 1), ("y", 2)])),
        ("z", Value::Blob(vec![0x0f, 0xf0])),
    ];
    judge.put(&key(1), &bins).await;
    let add = add_with_index(&HllPolicy::default(), "h", vec![int(1), int(2), int(3)], 8);
    judge.operate(&key(1), add).await;
    judge
}

/// Reads each expression; what it has to be.
async fn read(cases: Vec<(Expression, Value)>) {
    let judge = filled().await;
    for (number, (expression, expected)) in cases.into_iter().enumerate() {
        let operation = read_exp("b", expression, ExpReadFlags::DEFAULT);
        let found = judge.operate(&key(1), operation).await;
        assert_eq!(found, Some(expected), "case {number}");
    }
}

fn a() -> Expression {
    int_bin("a")
}

#[tokio::test]
async fn comparisons_and_logic() {
    let (yes, no) = (|| Value::Bool(true), || Value::Bool(false));
    let is = |number| exp::eq(a(), int_val(number));
    read(vec![
        (is(6), yes()),
        (exp::ne(a(), int_val(6)), no()),
        (exp::gt(a(), int_val(6)), no()),
        (exp::ge(a(), int_val(6)), yes()),
        (exp::lt(a(), int_val(6)), no()),
        (exp::le(a(), int_val(6)), yes()),
        (exp::and(vec![is(6), is(7)]), no()),
        (exp::or(vec![is(6), is(7)]), yes()),
        (exp::not(is(6)), no()),
        (exp::exclusive(vec![is(6), is(7)]), yes()),
        (exp::bin_exists("none"), no()),
        (exp::eq(exp::bin_type("s"), int_val(3)), yes()),
        (exp::eq(exp::set_name(), string_val("judge")), yes()),
        (exp::key_exists(), no()),
        (exp::is_tombstone(), no()),
        (exp::ttl(), int(-1)),
        (exp::void_time(), int(-1)),
        (exp::gt(exp::record_size(), int_val(20)), yes()),
        (exp::lt(exp::since_update(), int_val(600_000)), yes()),
        (exp::gt(exp::last_update(), int_val(1_000_000_000)), yes()),
        (exp::lt(exp::digest_modulo(3), int_val(3)), yes()),
        (
            exp::regex_compare("^AB.$", RegexFlags::ICASE, string_bin("s")),
            yes(),
        ),
        (
            exp::regex_compare("^AB.$", RegexFlags::NONE, string_bin("s")),
            no(),
        ),
        (
            exp::regex_compare("ab+c|x", RegexFlags::EXTENDED, string_bin("s")),
            yes(),
        ),
        (exp::in_list(int_val(5), list_bin("l")), yes()),
        (
            exp::geo_compare(
                exp::geo_val(r#"{"type":"Point","coordinates":[1,2]}"#),
                exp::geo_val(r#"{"type":"AeroCircle","coordinates":[[1,2],1000]}"#),
            ),
            yes(),
        ),
    ])
    .await;
}

#[tokio::test]
async fn arithmetic() {
    read(vec![
        (exp::num_add(vec![a(), int_val(1), int_val(2)]), int(9)),
        (exp::num_sub(vec![a(), int_val(1)]), int(5)),
        (exp::num_mul(vec![a(), int_val(7)]), int(42)),
        (exp::num_div(vec![a(), int_val(4)]), int(1)),
        (
            exp::num_pow(float_bin("f"), float_val(2.0)),
            Value::from(6.25),
        ),
        (
            exp::num_log(float_val(8.0), float_val(2.0)),
            Value::from(3.0),
        ),
        (exp::num_mod(a(), int_val(4)), int(2)),
        (exp::num_abs(exp::num_sub(vec![a(), int_val(9)])), int(3)),
        (exp::num_floor(float_bin("f")), Value::from(2.0)),
        (exp::num_ceil(float_bin("f")), Value::from(3.0)),
        (exp::to_int(float_bin("f")), int(2)),
        (exp::to_float(a()), Value::from(6.0)),
        (exp::min(vec![a(), int_val(2)]), int(2)),
        (exp::max(vec![a(), int_val(9)]), int(9)),
        (exp::int_and(vec![a(), int_val(3)]), int(2)),
        (exp::int_or(vec![a(), int_val(1)]), int(7)),
        (exp::int_xor(vec![a(), int_val(3)]), int(5)),
        (exp::int_not(a()), int(-7)),
        (exp::int_lshift(a(), int_val(2)), int(24)),
        (exp::int_rshift(a(), int_val(1)), int(3)),
        (exp::int_arshift(int_val(-8), int_val(1)), int(-4)),
        (exp::int_count(a()), int(2)),
        (exp::int_lscan(a(), bool_val(true)), int(61)),
        (exp::int_rscan(a(), bool_val(true)), int(62)),
        (
            exp::cond(vec![
                exp::gt(a(), int_val(9)),
                string_val("big"),
                string_val("small"),
            ]),
            text("small"),
        ),
        (
            exp::exp_let(vec![
                exp::def("x", exp::num_add(vec![a(), int_val(1)])),
                exp::num_mul(vec![exp::var("x"), exp::var("x")]),
            ]),
            int(49),
        ),
    ])
    .await;
}

#[tokio::test]
async fn calls_of_operations() {
    let values = ListReturnType::VALUES;
    let (list, map_of) = (|| list_bin("l"), || map_bin("m"));
    let range = |kind| {
        let (least, most) = (Some(int_val(1)), Some(int_val(4)));
        lists::get_by_value_range(kind, least, most, list(), &[])
    };
    let y = || string_val("y");
    read(vec![
        (lists::size(list(), &[]), int(3)),
        (
            lists::get_by_index(values, ExpType::Int, int_val(-1), list(), &[]),
            int(3),
        ),
        (
            lists::get_by_rank(values, ExpType::Int, int_val(0), list(), &[]),
            int(1),
        ),
        (range(values), ints(&[1, 3])),
        (range(values.inverted()), ints(&[5])),
        (
            lists::append(ListPolicy::default(), int_val(4), list(), &[]),
            ints(&[5, 1, 3, 4]),
        ),
        (
            lists::sort(ListSortFlags::DEFAULT, list(), &[]),
            ints(&[1, 3, 5]),
        ),
        (
            lists::remove_by_index(ListReturnType::NONE, int_val(0), list(), &[]),
            ints(&[1, 3]),
        ),
        (maps::size(map_of(), &[]), int(2)),
        (
            maps::get_by_key(MapReturnType::VALUE, ExpType::Int, y(), map_of(), &[]),
            int(2),
        ),
        (
            maps::get_by_value(MapReturnType::KEY, int_val(2), map_of(), &[]),
            Value::List(vec![text("y")]),
        ),
        (
            maps::put(
                &MapPolicy::default(),
                string_val("z"),
                int_val(3),
                map_of(),
                &[],
            ),
            map(&[("x", 1), ("y", 2), ("z", 3)]),
        ),
        (
            maps::remove_by_key(MapReturnType::NONE, y(), map_of(), &[]),
            map(&[("x", 1)]),
        ),
        (
            exp::map_keys(map_of()),
            Value::List(vec![text("x"), text("y")]),
        ),
        (exp::map_values(map_of()), ints(&[1, 2])),
        (
            bitwise::count(int_val(0), int_val(16), blob_bin("z")),
            int(8),
        ),
        (
            bitwise::get(int_val(4), int_val(8), blob_bin("z")),
            Value::Blob(vec![0xff]),
        ),
        (
            bitwise::not(
                &BitPolicy::default(),
                int_val(0),
                int_val(16),
                blob_bin("z"),
            ),
            Value::Blob(vec![0xf0, 0x0f]),
        ),
        (hll::get_count(hll_bin("h")), int(3)),
        (hll::describe(hll_bin("h")), ints(&[8, 0])),
        (
            hll::may_contain(exp::list_val(vec![int(1)]), hll_bin("h")),
            int(1),
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_written() {
    let judge = Judge::new().await;
    let more = || exp::num_add(vec![int_bin("b"), int_val(1)]);
    for (expression, flags, failure, left) in [
        (more(), ExpWriteFlags::DEFAULT, None, Some(6)),
        (more(), ExpWriteFlags::UPDATE_ONLY, None, Some(6)),
        (
            more(),
            ExpWriteFlags::CREATE_ONLY,
            Some(ResultCode::BinExistsError),
            Some(5),
        ),
        (
            more(),
            ExpWriteFlags::CREATE_ONLY | ExpWriteFlags::POLICY_NO_FAIL,
            None,
            Some(5),
        ),
        (
            exp::nil(),
            ExpWriteFlags::DEFAULT,
            Some(ResultCode::OpNotApplicable),
            Some(5),
        ),
        (exp::nil(), ExpWriteFlags::ALLOW_DELETE, None, None),
        (
            exp::unknown(),
            ExpWriteFlags::DEFAULT,
            Some(ResultCode::OpNotApplicable),
            Some(5),
        ),
        (exp::unknown(), ExpWriteFlags::EVAL_NO_FAIL, None, Some(5)),
    ] {
        judge
            .put(&key(1), &[("b", int(5)), ("other", int(1))])
            .await;
        let operations = [write_exp("b", expression, flags)];
        let told = judge
            .client
            .operate(&judge.write, &key(1), &operations)
            .await;
        assert_eq!(code(told), failure, "{flags:?}");
        assert_eq!(judge.bin(&key(1), "b").await, left.map(int), "{flags:?}");
    }
}

#[tokio::test]
async fn paths() {
    let judge = Judge::new().await;
    let value = || exp::exp_int_loop_var(exp::LoopVarPart::VALUE);
    let way = [
        ctx_map_key(text("k")),
        ctx_all_children_with_filter(exp::gt(value(), int_val(1))),
    ];
    let put = || async {
        let inner = map(&[("p", 1), ("q", 2), ("r", 3)]);
        let outer = Value::HashMap(HashMap::from([(text("k"), inner)]));
        judge.put(&key(1), &[("b", outer)]).await;
    };
    let left = |inner| Some(Value::HashMap(HashMap::from([(text("k"), inner)])));
    put().await;
    let found = judge.operate(&key(1), path::select_values("b", &way)).await;
    assert_eq!(found, Some(ints(&[2, 3])));
    let found = judge
        .operate(&key(1), path::select_map_keys("b", &way))
        .await;
    assert_eq!(found, Some(Value::List(vec![text("q"), text("r")])));
    let found = judge
        .operate(&key(1), path::select_matching_tree("b", &way))
        .await;
    assert_eq!(found, left(map(&[("q", 2), ("r", 3)])));
    let more = exp::num_add(vec![value(), int_val(10)]);
    judge.operate(&key(1), path::modify("b", more, &way)).await;
    let changed = map(&[("p", 1), ("q", 12), ("r", 13)]);
    assert_eq!(judge.bin(&key(1), "b").await, left(changed));
    put().await;
    judge.operate(&key(1), path::remove("b", &way)).await;
    assert_eq!(judge.bin(&key(1), "b").await, left(map(&[("p", 1)])));
}

#[tokio::test]
async fn filters_of_every_kind_of_request() {
    let judge = filled().await;
    let (client, key) = (&judge.client, key(1));
    let never = || exp::eq(a(), int_val(7));
    let filtered = Some(ResultCode::FilteredOut);
    let mut read = ReadPolicy::default();
    read.base_policy.filter_expression = Some(never());
    let mut write = WritePolicy::default();
    write.base_policy.filter_expression = Some(never());
    assert_eq!(code(client.get(&read, &key, Bins::All).await), filtered);
    let bins = [Bin::new("a", int(1))];
    assert_eq!(code(client.put(&write, &key, &bins).await), filtered);
    assert_eq!(code(client.delete(&write, &key).await), filtered);
    assert_eq!(code(client.touch(&write, &key).await), filtered);
    let reads = BatchReadPolicy {
        filter_expression: Some(never()),
        ..BatchReadPolicy::default()
    };
    let writes = BatchWritePolicy {
        filter_expression: Some(never()),
        ..BatchWritePolicy::default()
    };
    let mut rows = [
        BatchOperation::read(&reads, key.clone(), Bins::All),
        BatchOperation::write(&writes, key.clone(), vec![scalar::put(&bins[0])]),
        BatchOperation::read(&BatchReadPolicy::default(), key.clone(), Bins::All),
    ];
    client
        .batch(&BatchPolicy::default(), &mut rows)
        .await
        .unwrap();
    let codes = rows.map(|row| row.result_code());
    assert_eq!(codes, [filtered, filtered, Some(ResultCode::Ok)]);
    for (expression, count) in [(never(), 0), (exp::eq(a(), int_val(6)), 1)] {
        let mut policy = QueryPolicy::default();
        policy.base_policy.filter_expression = Some(expression);
        let statement = Statement::new("test", "judge", Bins::All);
        let found = client
            .query(&policy, PartitionFilter::all(), statement)
            .await;
        assert_eq!(found.unwrap().into_stream().count().await, count);
    }
    assert_eq!(judge.bin(&key, "a").await, Some(int(6)));
}
