//! A cluster that loses nodes and gets others, and faults, as the official Rust client lives through them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use aerospike::policy::Replica;
use aerospike::{Bin, Bins, ClientPolicy, ReadPolicy, ResultCode, WritePolicy};
use devserver::fault::Rule;
use devserver::{Config, Enterprise, Server};
use support::{Judge, code, int, key};

const COUNT: i64 = 24;

async fn judge() -> Judge {
    let config = Config {
        nodes: 3,
        enterprise: Some(Enterprise::default()),
        ..Config::default()
    };
    let policy = ClientPolicy {
        tend_interval: 250,
        max_error_rate: 0,
        ..ClientPolicy::default()
    };
    let mut judge = Judge::of(config, &policy).await;
    judge.read = read(3, 5000);
    judge.write.base_policy.max_retries = 3;
    judge.write.base_policy.total_timeout = 5000;
    judge
}

fn read(max_retries: usize, total_timeout: u32) -> ReadPolicy {
    let mut policy = ReadPolicy::default();
    policy.base_policy.replica = Replica::Master;
    policy.base_policy.max_retries = max_retries;
    policy.base_policy.total_timeout = total_timeout;
    policy
}

fn rule(text: &str) -> Rule {
    Rule::parse(text.split(';').map(|pair| pair.split_once('=').unwrap())).unwrap()
}

/// Writes and reads every record; which nodes were asked.
async fn asked(judge: &Judge) -> BTreeSet<usize> {
    let nodes = 0..judge.server.hosts().len();
    let faults: Vec<_> = nodes
        .map(|node| judge.server.inject(rule(&format!("node={node};delay=1"))))
        .collect();
    for id in 0..COUNT {
        judge.put(&key(id), &[("n", int(id))]).await;
        assert_eq!(judge.bin(&key(id), "n").await, Some(int(id)));
    }
    judge.server.clear_faults();
    let asked = faults
        .iter()
        .enumerate()
        .filter(|(_, fault)| fault.hits() > 0);
    asked.map(|(node, _)| node).collect()
}

/// Waits until the client asks these nodes and no others.
async fn settle(judge: &Judge, up: &[usize]) {
    let settled = async {
        while judge.client.nodes().len() != up.len()
            || asked(judge).await != up.iter().copied().collect()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), settled)
        .await
        .unwrap();
}

#[tokio::test]
async fn nodes_go_come_back_and_join() {
    let judge = judge().await;
    settle(&judge, &[0, 1, 2]).await;
    for end in [Server::stop_node, Server::kill_node] {
        end(&judge.server, 1).unwrap();
        settle(&judge, &[0, 2]).await;
        judge.server.start_node(1).unwrap();
        settle(&judge, &[0, 1, 2]).await;
    }
    judge.server.add_node().unwrap();
    settle(&judge, &[0, 1, 2, 3]).await;
    judge.server.kill_node(0).unwrap();
    settle(&judge, &[1, 2, 3]).await;
}

#[tokio::test]
async fn partitions_move_and_racks_change() {
    let judge = judge().await;
    let all: Vec<usize> = (0..4096).collect();
    for node in [2, 0] {
        judge.server.move_partitions(&all, node).unwrap();
        let followed = async { while asked(&judge).await != BTreeSet::from([node]) {} };
        tokio::time::timeout(Duration::from_secs(30), followed)
            .await
            .unwrap();
        judge.server.set_rack(node, 7).unwrap();
    }
    asked(&judge).await;
}

#[tokio::test]
async fn answers_that_are_late_lost_refused_or_damaged() {
    let judge = judge().await;
    let (one, once) = (key(1), read(0, 5000));
    let mut write = WritePolicy::default();
    write.base_policy.max_retries = 0;
    let put = async |value: i64| {
        let bins = [Bin::new("n", int(value))];
        judge.client.put(&write, &one, &bins).await
    };
    put(1).await.unwrap();

    let late = judge.server.inject(rule("op=read;delay=300"));
    assert!(
        judge
            .client
            .get(&read(0, 100), &one, Bins::All)
            .await
            .is_err()
    );
    late.remove();
    judge.server.inject(rule("op=write;drop=before;times=1"));
    put(2).await.unwrap_err();
    assert_eq!(judge.bin(&one, "n").await, Some(int(1)));
    judge.server.inject(rule("op=write;drop=after;times=1"));
    assert!(put(3).await.unwrap_err().in_doubt());
    assert_eq!(judge.bin(&one, "n").await, Some(int(3)));
    judge.server.inject(rule("op=write;code=22;times=1"));
    assert_eq!(code(put(4).await), Some(ResultCode::FailForbidden));
    for damage in ["truncate=0", "truncate=20", "silence=true"] {
        let fault = judge
            .server
            .inject(rule(&format!("op=read;times=1;{damage}")));
        assert!(
            judge
                .client
                .get(&read(0, 200), &one, Bins::All)
                .await
                .is_err()
        );
        assert_eq!(fault.hits(), 1, "{damage}");
        let record = judge.client.get(&once, &one, Bins::All).await.unwrap();
        assert_eq!(record.bins["n"], int(3), "{damage}");
    }
}

#[tokio::test]
async fn a_frozen_node_costs_its_own_requests_only() {
    let judge = judge().await;
    settle(&judge, &[0, 1, 2]).await;
    judge.server.freeze(1).unwrap();
    let mut served = 0;
    for id in 0..COUNT {
        let policy = read(0, 60);
        served += i64::from(judge.client.get(&policy, &key(id), Bins::All).await.is_ok());
    }
    assert!(COUNT / 3 < served && served < COUNT, "{served}");
    judge.server.thaw(1).unwrap();
    settle(&judge, &[0, 1, 2]).await;
}
