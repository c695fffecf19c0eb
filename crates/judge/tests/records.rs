//! Operations on single records, batches and scans.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::HashMap;

use aerospike::operations::scalar;
use aerospike::query::PartitionFilter;
use aerospike::{
    BatchDeletePolicy, BatchOperation, BatchPolicy, BatchReadPolicy, BatchWritePolicy, Bin, Bins,
    Expiration, GenerationPolicy, QueryPolicy, RecordExistsAction, ResultCode, Statement, Value,
    WritePolicy,
};
use futures_util::StreamExt as _;
use support::{Judge, code, int, ints, key, text};

#[tokio::test]
async fn values_of_every_type_come_back() {
    let judge = Judge::new().await;
    let values = [
        int(-5),
        Value::from(1.5),
        text("é"),
        Value::Bool(true),
        Value::Blob(vec![0, 1, 255]),
        Value::GeoJson(r#"{"type":"Point","coordinates":[1,2]}"#.to_owned()),
        Value::List(vec![int(1), text("a"), ints(&[2]), Value::Nil]),
        Value::HashMap(HashMap::from([
            (text("k"), ints(&[1])),
            (int(2), text("v")),
        ])),
    ];
    for value in values {
        judge.put(&key(1), &[("b", value.clone())]).await;
        assert_eq!(judge.bin(&key(1), "b").await, Some(value));
    }
}

#[tokio::test]
async fn a_record_changes() {
    let judge = Judge::new().await;
    let (client, write, key) = (&judge.client, &judge.write, key(1));
    assert_eq!(
        code(client.get(&judge.read, &key, Bins::All).await),
        Some(ResultCode::KeyNotFoundError)
    );
    assert!(!client.exists(&judge.read, &key).await.unwrap());
    judge.put(&key, &[("n", int(1)), ("s", text("b"))]).await;
    client
        .add(write, &key, &[Bin::new("n", int(5))])
        .await
        .unwrap();
    client
        .append(write, &key, &[Bin::new("s", text("c"))])
        .await
        .unwrap();
    client
        .prepend(write, &key, &[Bin::new("s", text("a"))])
        .await
        .unwrap();
    client.touch(write, &key).await.unwrap();
    let record = judge.get(&key).await;
    assert_eq!(record.generation, 5);
    assert_eq!(
        (&record.bins["n"], &record.bins["s"]),
        (&int(6), &text("abc"))
    );
    let some = client.get(&judge.read, &key, ["n"]).await.unwrap();
    assert_eq!(some.bins.len(), 1);
    assert_eq!(
        client
            .get(&judge.read, &key, Bins::None)
            .await
            .unwrap()
            .bins
            .len(),
        0
    );
    assert!(client.delete(write, &key).await.unwrap());
    assert!(!client.delete(write, &key).await.unwrap());
}

#[tokio::test]
async fn policies_of_writes() {
    let judge = Judge::new().await;
    let key = key(1);
    let bins = [Bin::new("n", int(1))];
    let with = |action| WritePolicy {
        record_exists_action: action,
        ..WritePolicy::default()
    };
    let put = |policy: WritePolicy| {
        let (judge, key, bins) = (&judge, &key, &bins);
        async move { code(judge.client.put(&policy, key, bins).await) }
    };
    assert_eq!(
        put(with(RecordExistsAction::UpdateOnly)).await,
        Some(ResultCode::KeyNotFoundError)
    );
    assert_eq!(put(with(RecordExistsAction::CreateOnly)).await, None);
    assert_eq!(
        put(with(RecordExistsAction::CreateOnly)).await,
        Some(ResultCode::KeyExistsError)
    );
    let generation = |generation| WritePolicy {
        generation_policy: GenerationPolicy::ExpectGenEqual,
        generation,
        ..WritePolicy::default()
    };
    assert_eq!(put(generation(7)).await, Some(ResultCode::GenerationError));
    assert_eq!(put(generation(1)).await, None);
    let expires = WritePolicy {
        expiration: Expiration::Seconds(100),
        ..WritePolicy::default()
    };
    assert_eq!(put(expires).await, None);
    let left = judge.get(&key).await.time_to_live().unwrap().as_secs();
    assert!((95..=100).contains(&left), "{left}");
}

#[tokio::test]
async fn operations_in_one_request() {
    let judge = Judge::new().await;
    let bin = Bin::new("b", int(4));
    judge.put(&key(1), &[("b", int(3))]).await;
    let operations = [
        scalar::add(&bin),
        scalar::get_bin("b"),
        scalar::put(&Bin::new("c", text("x"))),
    ];
    let record = judge
        .client
        .operate(&judge.write, &key(1), &operations)
        .await
        .unwrap();
    assert_eq!(record.operation_result(1), Some(&int(7)));
    assert_eq!(judge.bin(&key(1), "c").await, Some(text("x")));
}

#[tokio::test]
async fn a_batch_of_everything() {
    let judge = Judge::new().await;
    for id in 0..50 {
        judge.put(&key(id), &[("b", int(id))]).await;
    }
    let put = scalar::put(&Bin::new("b", int(-1)));
    let mut batch: Vec<_> = (0..100)
        .map(|id| match id % 4 {
            0 => BatchOperation::write(&BatchWritePolicy::default(), key(id), vec![put.clone()]),
            1 => BatchOperation::delete(&BatchDeletePolicy::default(), key(id)),
            _ => BatchOperation::read(&BatchReadPolicy::default(), key(id), Bins::All),
        })
        .collect();
    judge
        .client
        .batch(&BatchPolicy::default(), &mut batch)
        .await
        .unwrap();
    let mut read = 0;
    for (id, row) in batch.into_iter().enumerate() {
        let missing = row.result_code() == Some(ResultCode::KeyNotFoundError);
        assert_eq!(
            missing,
            id >= 50 && id % 4 != 0,
            "{id}: {:?}",
            row.result_code()
        );
        if let (2 | 3, Some(record)) = (id % 4, row.into_batch_record().record) {
            assert_eq!(record.bins["b"], int(id as i64));
            read += 1;
        }
    }
    assert_eq!(read, 24);
    assert_eq!(judge.bin(&key(96), "b").await, Some(int(-1)));
    assert!(!judge.client.exists(&judge.read, &key(49)).await.unwrap());
}

#[tokio::test]
async fn a_scan_of_all_nodes() {
    let judge = Judge::new().await;
    for id in 0..300 {
        judge
            .put(&key(id), &[("b", int(id)), ("c", text("other"))])
            .await;
    }
    let policy = QueryPolicy::default();
    for (bins, width) in [(Bins::All, 2), (Bins::None, 0), (Bins::from(["b"]), 1)] {
        let statement = Statement::new("test", "judge", bins);
        let found = judge
            .client
            .query(&policy, PartitionFilter::all(), statement);
        let mut records = found.await.unwrap().into_stream();
        let (mut count, mut sum) = (0, 0);
        while let Some(record) = records.next().await {
            let record = record.unwrap();
            assert_eq!(record.bins.len(), width);
            count += 1;
            if let Some(Value::Int(id)) = record.bins.get("b") {
                sum += id;
            }
        }
        assert_eq!(count, 300);
        assert_eq!(sum, if width == 0 { 0 } else { 299 * 300 / 2 });
    }
}
