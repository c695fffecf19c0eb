//! A cluster that changes while clients watch it: partitions move, nodes change racks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, Request, digest, int, start_with};
use devserver::{ClusterError, Config, Enterprise, Server};

const GENERATIONS: [&str; 3] = [
    "peers-generation",
    "partition-generation",
    "rebalance-generation",
];

fn start(nodes: usize, racks: Option<Vec<u32>>) -> (Server, Vec<Client>) {
    let (server, _) = start_with(Config {
        nodes,
        enterprise: racks.map(|racks| Enterprise {
            racks,
            ..Enterprise::default()
        }),
        ..Config::default()
    });
    let clients = server.hosts().into_iter().map(Client::connect).collect();
    (server, clients)
}

/// The partitions a node says it owns: as their master, and as holder of the other copy.
fn owned(client: &mut Client) -> [BTreeSet<usize>; 2] {
    let value = client.info("replicas");
    let parts: Vec<&str> = value.split(';').next().unwrap().split(',').collect();
    assert_eq!((parts.len(), parts[0], parts[1]), (4, "test:0", "2"));
    [parts[2], parts[3]].map(|bitmap| {
        let bytes = STANDARD.decode(bitmap).unwrap();
        let is_set = |id: &usize| bytes[id / 8] & 0x80 >> (id % 8) != 0;
        (0..4096).filter(is_set).collect()
    })
}

/// The generations that every node tells, which must be the same.
fn generations(clients: &mut [Client]) -> Vec<u32> {
    let told: Vec<Vec<String>> = clients
        .iter_mut()
        .map(|client| client.infos(&GENERATIONS))
        .collect();
    assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
    told[0].iter().map(|text| text.parse().unwrap()).collect()
}

/// The partitions that a node refuses to a scan of all, and how many records it sends.
fn refused(client: &mut Client) -> (BTreeSet<usize>, usize) {
    let (replies, last) = client.stream(&Request::scan(0..4096).set("demo"));
    assert_eq!(last.result(), 0);
    let (found, refused): (Vec<_>, Vec<_>) =
        replies.into_iter().partition(|reply| reply.result() == 0);
    assert!(refused.iter().all(|reply| reply.result() == 11));
    let ids = refused.iter().map(|reply| reply.header.generation as usize);
    (ids.collect(), found.len())
}

#[test]
fn partitions_move_and_every_node_tells_so() {
    let (server, mut clients) = start(3, None);
    for key in 0..2000 {
        let put = Request::put(key, &[("a", int(key))]);
        assert_eq!(clients[0].call(&put).result(), 0);
    }
    let before = generations(&mut clients);
    let key = clients[0].info("cluster-stable");
    let moved: Vec<usize> = (100..400).collect();
    server.move_partitions(&moved, 2).unwrap();

    // Who is there has not changed, who owns what has.
    let after = generations(&mut clients);
    assert_eq!(after, [before[0], before[1] + 1, before[2] + 1]);
    for client in &mut clients {
        assert_eq!(client.info("cluster-stable"), key);
    }

    let mut masters = BTreeSet::new();
    let mut copies = BTreeSet::new();
    let mut records = 0;
    for (node, client) in clients.iter_mut().enumerate() {
        let [master, copy] = owned(client);
        assert!(master.is_disjoint(&copy));
        assert_eq!(moved.iter().all(|id| master.contains(id)), node == 2);
        let (refused, found) = refused(client);
        assert!(refused.is_disjoint(&master));
        assert_eq!(refused.len() + master.len(), 4096);
        records += found;
        masters.extend(master);
        copies.extend(copy);
    }
    assert_eq!((masters.len(), copies.len(), records), (4096, 4096, 2000));
}

#[test]
fn a_former_master_answers_for_its_records() {
    let (server, mut clients) = start(2, None);
    let partition = digest(7).partition();
    for node in [0, 1, 0] {
        server.move_partitions(&[partition], node).unwrap();
        assert!(owned(&mut clients[node])[0].contains(&partition));
        let put = Request::put(7, &[("a", int(node as i64))]);
        assert_eq!(clients[1 - node].call(&put).result(), 0);
        for client in &mut clients {
            assert_eq!(
                client.call(&Request::get(7)).bins(),
                [("a", int(node as i64))]
            );
        }
    }
}

#[test]
fn copies_are_in_different_racks() {
    let racks = vec![1, 1, 2, 2];
    let (server, mut clients) = start(4, Some(racks.clone()));
    let check = |clients: &mut Vec<Client>, racks: &[u32]| {
        let owned: Vec<_> = clients.iter_mut().map(owned).collect();
        for partition in 0..4096 {
            let rack = |copy: usize| {
                let holders = (0..4).filter(|node| owned[*node][copy].contains(&partition));
                let holders: Vec<usize> = holders.collect();
                assert_eq!(holders.len(), 1, "copy {copy} of partition {partition}");
                racks[holders[0]]
            };
            assert_ne!(rack(0), rack(1), "partition {partition}");
        }
    };
    check(&mut clients, &racks);

    let before = generations(&mut clients);
    server.set_rack(1, 2).unwrap();
    assert_eq!(
        generations(&mut clients),
        [before[0], before[1] + 1, before[2] + 1]
    );
    assert_eq!(clients[1].info("rack-ids"), "test:2;bar:2");
    check(&mut clients, &[1, 2, 2, 2]);
}

#[test]
fn clients_in_any_language_change_it_by_info_commands() {
    let (_server, mut clients) = start(2, Some(Vec::new()));
    let commands = [
        ("devserver-move:node=1;partitions=0-99", "ok"),
        ("devserver-move:node=0;partitions=5", "ok"),
        ("devserver-rack:node=1;rack=7", "ok"),
    ];
    for (command, answer) in commands {
        assert_eq!(clients[0].info(command), answer, "{command}");
    }
    let [master, _] = owned(&mut clients[1]);
    let low: BTreeSet<usize> = master.range(..100).copied().collect();
    assert_eq!(low, (0..100).filter(|id| *id != 5).collect());
    assert_eq!(clients[1].info("rack-ids"), "test:7;bar:7");
}

#[test]
fn what_there_is_not_is_refused_and_changes_nothing() {
    let (server, mut clients) = start(2, None);
    let before = generations(&mut clients);
    assert_eq!(
        server.move_partitions(&[0], 2),
        Err(ClusterError::NoSuchNode { node: 2, nodes: 2 })
    );
    assert_eq!(
        server.move_partitions(&[0, 4096], 1),
        Err(ClusterError::NoSuchPartition(4096))
    );
    assert_eq!(server.set_rack(0, 1), Err(ClusterError::NoRacks));
    for command in [
        "devserver-move",
        "devserver-move:node=2;partitions=0",
        "devserver-move:node=-1;partitions=0",
        "devserver-move:node=1",
        "devserver-move:node=1;partitions=4096",
        "devserver-move:node=1;partitions=9-1",
        "devserver-move:node=1;partitions=0-18446744073709551615",
        "devserver-move:node=1;partitions=a-b",
        "devserver-rack:node=1;rack=1",
    ] {
        let answer = clients[0].info(command);
        assert!(answer.starts_with("ERROR:"), "{command}: {answer}");
    }
    assert_eq!(generations(&mut clients), before);
}
