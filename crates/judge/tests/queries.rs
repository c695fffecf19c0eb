//! Indexes of every kind, queries by them, functions, and what is done in the background.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use aerospike::expressions::{eq, int_bin, int_val, lt, num_add, num_mod};
use aerospike::operations::cdt_context::{CdtContext, ctx_list_index, ctx_map_key};
use aerospike::operations::{lists, scalar};
use aerospike::query::{Filter, PartitionFilter};
use aerospike::{
    AdminPolicy, BatchOperation, BatchPolicy, BatchUdfPolicy, Bin, Bins, CollectionIndexType,
    IndexType, ListReturnType, QueryPolicy, ResultCode, Statement, Task as _, UdfLang, Value,
};
use futures_util::StreamExt as _;
use support::{Judge, int, ints, key, text};

const COUNT: i64 = 100;
const MODULE: &[u8] = include_bytes!("functions.lua");

fn inside() -> Vec<CdtContext> {
    vec![ctx_map_key(text("inner")), ctx_list_index(0)]
}

fn doubled() -> aerospike::expressions::Expression {
    num_add(vec![int_bin("n"), int_bin("n")])
}

fn one(name: &str, value: Value) -> Value {
    Value::HashMap(HashMap::from([(text(name), value)]))
}

fn point(degrees: f64, latitude: f64) -> String {
    format!(r#"{{"type":"Point","coordinates":[{degrees},{latitude}]}}"#)
}

fn circle(lng: f64, lat: f64, metres: u32) -> String {
    format!(r#"{{"type":"AeroCircle","coordinates":[[{lng},{lat}],{metres}]}}"#)
}

fn ring(least: f64, most: f64) -> String {
    format!(
        "[[{least},{least}],[{most},{least}],[{most},{most}],[{least},{most}],[{least},{least}]]"
    )
}

async fn filled() -> Judge {
    let judge = Judge::new().await;
    for n in 0..COUNT {
        let degrees = n as f64 / 20.0;
        let bins = [
            ("n", int(n)),
            ("s", text(&format!("s{}", n % 10))),
            ("z", Value::Blob(vec![(n % 10) as u8])),
            ("g", Value::GeoJson(point(degrees, degrees))),
            ("r", Value::GeoJson(circle(degrees, 20.0, 1000))),
            ("l", ints(&[n, n + 1000])),
            ("mk", one(&format!("k{}", n % 10), int(1))),
            ("mv", one("k", int(n))),
            ("c", one("inner", ints(&[n]))),
        ];
        judge.put(&key(n), &bins).await;
    }
    judge
}

/// Makes all indexes. The client looks once a second whether one is ready, so it looks for the last alone.
async fn index(judge: &Judge) {
    let admin = AdminPolicy::default();
    let plain = CollectionIndexType::Default;
    for (name, kind, of, context) in [
        ("n", IndexType::Numeric, plain, None),
        ("s", IndexType::String, plain, None),
        ("z", IndexType::Blob, plain, None),
        ("g", IndexType::Geo2DSphere, plain, None),
        ("r", IndexType::Geo2DSphere, plain, None),
        ("l", IndexType::Numeric, CollectionIndexType::List, None),
        ("mk", IndexType::String, CollectionIndexType::MapKeys, None),
        (
            "mv",
            IndexType::Numeric,
            CollectionIndexType::MapValues,
            None,
        ),
        ("c", IndexType::Numeric, plain, Some(inside())),
    ] {
        let named = format!("j_{name}");
        let made = judge.client.create_index_on_bin(
            &admin,
            "test",
            "judge",
            name,
            &named,
            kind,
            of,
            context.as_deref(),
        );
        made.await.unwrap();
    }
    let expression = doubled();
    let made = judge.client.create_index_using_expression(
        &admin,
        "test",
        "judge",
        "j_e",
        IndexType::Numeric,
        plain,
        &expression,
    );
    made.await.unwrap();
    let made = judge
        .client
        .create_set_index(&admin, "test", "judge", "j_set");
    made.await.unwrap().wait_till_complete(None).await.unwrap();
}

fn statement(filter: Option<Filter>, bins: Bins) -> Statement {
    let mut statement = Statement::new("test", "judge", bins);
    if let Some(filter) = filter {
        statement.set_filter(filter);
    }
    statement
}

/// The numbers of the records a query finds, or the code it fails with.
async fn numbers(
    judge: &Judge,
    policy: &QueryPolicy,
    partitions: PartitionFilter,
    statement: Statement,
) -> Result<Vec<i64>, Option<ResultCode>> {
    let found = judge.client.query(policy, partitions, statement).await;
    let failure = |error: aerospike::Error| error.server_result_code();
    let mut stream = found.map_err(failure)?.into_stream();
    let mut numbers = Vec::new();
    while let Some(record) = stream.next().await {
        match record.map_err(failure)?.bins.get("n") {
            Some(Value::Int(number)) => numbers.push(*number),
            other => panic!("{other:?}"),
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

async fn by(judge: &Judge, filter: Filter) -> Result<Vec<i64>, Option<ResultCode>> {
    let (policy, all) = (QueryPolicy::default(), PartitionFilter::all());
    numbers(judge, &policy, all, statement(Some(filter), Bins::All)).await
}

fn step(first: i64) -> Vec<i64> {
    (first..COUNT).step_by(10).collect()
}

#[tokio::test]
async fn filters_of_every_kind_of_index() {
    let judge = filled().await;
    index(&judge).await;
    let (list, keys, values) = (
        CollectionIndexType::List,
        CollectionIndexType::MapKeys,
        CollectionIndexType::MapValues,
    );
    // A square with a hole in its middle: no point lies on a border.
    let holed = format!(
        r#"{{"type":"Polygon","coordinates":[{},{}]}}"#,
        ring(0.02, 4.02),
        ring(1.02, 3.02)
    );
    let outside: Vec<i64> = (1..=20).chain(61..=80).collect();
    let round = circle(2.0, 2.0, 10_000);
    for (filter, expected) in [
        (Filter::equal("n", 7), vec![7]),
        (Filter::equal_by_index("j_n", 7), vec![7]),
        (Filter::range("n", 10, 12), vec![10, 11, 12]),
        (Filter::range_by_index("j_n", 10, 12), vec![10, 11, 12]),
        (Filter::equal("s", "s3"), step(3)),
        (Filter::equal("z", vec![4_u8]), step(4)),
        (Filter::contains("l", 1005, list), vec![5]),
        (
            Filter::contains_range("l", 98, 1001, list),
            vec![0, 1, 98, 99],
        ),
        (Filter::contains("mk", "k8", keys), step(8)),
        (
            Filter::contains_range("mv", 30, 32, values),
            vec![30, 31, 32],
        ),
        (
            Filter::range("c", 40, 42).context(inside()),
            vec![40, 41, 42],
        ),
        (
            Filter::range("n", 20, 24).expression(doubled()),
            vec![10, 11, 12],
        ),
        (
            Filter::geo_within_radius("g", 2.0, 2.0, 10_000.0),
            vec![39, 40, 41],
        ),
        (Filter::geo_within_region("g", &round), vec![39, 40, 41]),
        (Filter::geo_within_region("g", &holed), outside.clone()),
        (
            Filter::geo_within_region_by_index("j_g", &holed),
            outside.clone(),
        ),
        (Filter::geo_contains("r", &point(2.5, 20.0)), vec![50]),
    ] {
        let about = format!("{filter:?}");
        assert_eq!(by(&judge, filter).await, Ok(expected), "{about}");
    }
    let no_index = Err(Some(ResultCode::IndexNotFound));
    assert_eq!(by(&judge, Filter::equal("unknown", 1)).await, no_index);
    let admin = AdminPolicy::default();
    let dropped = judge
        .client
        .drop_index(&admin, "test", "judge", "j_n")
        .await;
    dropped.unwrap().wait_till_complete(None).await.unwrap();
    assert_eq!(by(&judge, Filter::equal_by_index("j_n", 7)).await, no_index);
}

#[tokio::test]
async fn pages_parts_and_projections() {
    let judge = filled().await;
    index(&judge).await;
    let mut policy = QueryPolicy {
        max_records: 30,
        ..QueryPolicy::default()
    };
    let mut partitions = PartitionFilter::all();
    let mut seen = Vec::new();
    while !partitions.done() {
        let asked = statement(Some(Filter::range("n", 0, 79)), Bins::All);
        let found = judge
            .client
            .query(&policy, partitions, asked)
            .await
            .unwrap();
        let mut stream = std::sync::Arc::clone(&found).into_stream();
        let before = seen.len();
        while let Some(record) = stream.next().await {
            seen.push(record.unwrap().bins["n"].clone());
        }
        assert!(seen.len() - before <= 30);
        assert!(seen.len() <= 80, "a record comes twice");
        partitions = found.partition_filter().unwrap();
    }
    assert_eq!(seen.len(), 80);
    policy.max_records = 0;
    let mut parts = Vec::new();
    for begin in [0, 2048] {
        let part = PartitionFilter::by_range(begin, 2048);
        parts.extend(
            numbers(&judge, &policy, part, statement(None, Bins::All))
                .await
                .unwrap(),
        );
    }
    parts.sort_unstable();
    assert_eq!(parts, (0..COUNT).collect::<Vec<_>>());
    let even = eq(num_mod(int_bin("n"), int_val(2)), int_val(0));
    policy.base_policy.filter_expression = Some(even);
    let asked = statement(Some(Filter::range("n", 10, 14)), Bins::All);
    let found = numbers(&judge, &policy, PartitionFilter::all(), asked).await;
    assert_eq!(found, Ok(vec![10, 12, 14]));

    let mut asked = statement(Some(Filter::equal("n", 3)), Bins::All);
    asked.set_operations(vec![lists::get_by_index("l", -1, ListReturnType::VALUES)]);
    let all = PartitionFilter::all();
    let found = judge
        .client
        .query(&QueryPolicy::default(), all, asked)
        .await;
    let record = found.unwrap().into_stream().next().await.unwrap().unwrap();
    assert_eq!(record.bins["l"], int(1003));
}

async fn register(judge: &Judge) {
    let admin = AdminPolicy::default();
    let task = judge
        .client
        .register_udf(&admin, MODULE, "judged.lua", UdfLang::Lua)
        .await;
    task.unwrap().wait_till_complete(None).await.unwrap();
}

async fn marked(judge: &Judge, name: &str) -> usize {
    let all = statement(None, Bins::All);
    let found = judge
        .client
        .query(&QueryPolicy::default(), PartitionFilter::all(), all)
        .await;
    let has = |record: aerospike::Result<aerospike::Record>| {
        std::future::ready(record.unwrap().bins.contains_key(name))
    };
    found
        .unwrap()
        .into_stream()
        .filter_map(|record| async { has(record).await.then_some(()) })
        .count()
        .await
}

#[tokio::test]
async fn work_in_the_background() {
    let judge = filled().await;
    index(&judge).await;
    register(&judge).await;
    let mut asked = statement(Some(Filter::range("n", 50, 59)), Bins::None);
    asked.set_operations(vec![scalar::put(&Bin::new("ops", int(1)))]);
    let task = judge
        .client
        .query_operate(&judge.write, asked)
        .await
        .unwrap();
    task.wait_till_complete(None).await.unwrap();
    assert_eq!(marked(&judge, "ops").await, 10);
    let asked = statement(Some(Filter::equal("s", "s1")), Bins::None);
    let arguments = [text("udf"), int(1)];
    let task = judge
        .client
        .query_execute_udf(&judge.write, asked, "judged", "mark", &arguments)
        .await;
    task.unwrap().wait_till_complete(None).await.unwrap();
    assert_eq!(marked(&judge, "udf").await, 10);
}

#[tokio::test]
async fn functions() {
    let judge = Judge::new().await;
    register(&judge).await;
    let call = |function: &'static str, arguments: Vec<Value>| {
        let judge = &judge;
        async move {
            let (client, key) = (&judge.client, key(1));
            let call = client.execute_udf(&judge.write, &key, "judged", function, &arguments);
            call.await.map_err(|error| error.result_code())
        }
    };
    for value in [
        int(-5),
        Value::from(2.5),
        text("é"),
        Value::Bool(true),
        Value::Blob(vec![0, 255]),
        ints(&[1, 2]),
        one("k", ints(&[1])),
    ] {
        assert_eq!(call("echo", vec![value.clone()]).await, Ok(Some(value)));
    }
    let lists = vec![
        ints(&[9, 3, 1, 2]),
        int(4),
        int(15),
        ints(&[9, 3]),
        ints(&[2]),
    ];
    assert_eq!(call("lists", vec![]).await, Ok(Some(Value::List(lists))));
    assert_eq!(
        call("octets", vec![]).await,
        Ok(Some(Value::Blob(vec![1, 2, 7, 255])))
    );
    for (by, n) in [(2, 2), (5, 7)] {
        let told = HashMap::from([(text("n"), int(n)), (text("bins"), int(1))]);
        assert_eq!(
            call("count", vec![int(by)]).await,
            Ok(Some(Value::HashMap(told)))
        );
        assert_eq!(judge.bin(&key(1), "n").await, Some(int(n)));
    }
    assert_eq!(call("drop", vec![]).await, Ok(Some(int(0))));
    assert!(!judge.client.exists(&judge.read, &key(1)).await.unwrap());
    let wrong = Err(100);
    assert_eq!(call("wrong", vec![]).await, wrong);
    let mut patient = aerospike::WritePolicy::default();
    patient.base_policy.total_timeout = 0;
    patient.base_policy.socket_timeout = 0;
    let endless = judge
        .client
        .execute_udf(&patient, &key(1), "judged", "endless", &[])
        .await;
    assert_eq!(endless.unwrap_err().result_code(), 100);

    for id in 0..3 {
        judge.put(&key(id), &[("n", int(id))]).await;
    }
    let policy = BatchUdfPolicy {
        filter_expression: Some(lt(int_bin("n"), int_val(2))),
        ..BatchUdfPolicy::default()
    };
    let mut rows: Vec<_> = (0..3)
        .map(|id| {
            let arguments = vec![text("few"), int(1)];
            BatchOperation::udf(&policy, key(id), "judged", "mark", arguments)
        })
        .collect();
    judge
        .client
        .batch(&BatchPolicy::default(), &mut rows)
        .await
        .unwrap();
    let codes: Vec<_> = rows.iter().map(BatchOperation::result_code).collect();
    assert_eq!(
        codes,
        [
            Some(ResultCode::Ok),
            Some(ResultCode::Ok),
            Some(ResultCode::FilteredOut)
        ]
    );
    assert_eq!(marked(&judge, "few").await, 2);

    let admin = AdminPolicy::default();
    let removed = judge.client.remove_udf(&admin, "judged.lua").await.unwrap();
    removed.wait_till_complete(None).await.unwrap();
    assert_eq!(call("echo", vec![int(1)]).await, wrong);
}

/// What the servers make of a stream: it hands their values over, and its own part is left out.
#[tokio::test]
async fn streams() {
    let judge = filled().await;
    register(&judge).await;
    let values = async |function: &str, argument: i64| {
        let mut statement = statement(None, Bins::All);
        statement.set_aggregate_function("judged", function, &[int(argument)]);
        let policy = QueryPolicy::default();
        let found = judge
            .client
            .query(&policy, PartitionFilter::all(), statement)
            .await
            .unwrap();
        let values = found.into_stream().map(|record| {
            let mut record = record.unwrap();
            record.bins.swap_remove("SUCCESS").unwrap()
        });
        values.collect::<Vec<_>>().await
    };
    let number = |value: &Value| match value {
        Value::Int(number) => *number,
        other => panic!("{other} is no number"),
    };
    let sums = values("sum", 50).await;
    assert_eq!(
        sums.iter().map(number).sum::<i64>(),
        (50..COUNT).sum::<i64>()
    );
    let counts = values("remainders", 7).await;
    let counts = counts.iter().flat_map(|counts| match counts {
        Value::OrderedMap(counts) => counts.values().map(number).collect::<Vec<_>>(),
        other => panic!("{other} is no map"),
    });
    assert_eq!(counts.sum::<i64>(), COUNT);
}
