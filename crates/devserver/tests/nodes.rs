//! Nodes that are stopped, killed, brought back and added while clients watch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Client, Request, digest, int};
use devserver::fault::Rule;
use devserver::{ClusterError, Config, Enterprise, Server, Tls};

fn start(nodes: usize, replication_factor: usize) -> Server {
    Server::start(Config {
        nodes,
        replication_factor,
        threads: 2,
        ..Config::default()
    })
    .unwrap()
}

/// The partitions a node says it owns, for each copy.
fn owned(address: SocketAddr) -> Vec<BTreeSet<usize>> {
    let value = Client::connect(address).info("replicas");
    let (_, columns) = value.split_once(':').unwrap();
    let bitmaps = columns.split(',').skip(2).map(|bitmap| {
        let bytes = STANDARD.decode(bitmap).unwrap();
        let is_set = |id: &usize| bytes[id / 8] & 0x80 >> (id % 8) != 0;
        (0..4096).filter(is_set).collect()
    });
    bitmaps.collect()
}

/// The master of each partition, as nodes that are up tell.
fn masters(server: &Server, up: &[usize]) -> Vec<Option<usize>> {
    let mut masters = vec![None; 4096];
    for node in up {
        for id in &owned(server.hosts()[*node])[0] {
            assert_eq!(masters[*id].replace(*node), None, "partition {id}");
        }
    }
    masters
}

/// What a node says of the cluster: generations of peers, partitions and racks, cluster key, size, and how many peers it lists.
fn told(server: &Server, node: usize) -> (u32, u32, u32, String, String, usize) {
    let mut client = Client::connect(server.hosts()[node]);
    let [peers, partitions, racks, key, statistics, listed] = client
        .infos(&[
            "peers-generation",
            "partition-generation",
            "rebalance-generation",
            "cluster-stable",
            "statistics",
            "peers-clear-std",
        ])
        .try_into()
        .unwrap();
    let size = statistics
        .split(';')
        .find_map(|figure| figure.strip_prefix("cluster_size="))
        .unwrap();
    assert_eq!(listed.split(',').next().unwrap(), peers);
    (
        peers.parse().unwrap(),
        partitions.parse().unwrap(),
        racks.parse().unwrap(),
        key,
        size.to_owned(),
        listed.matches("127.0.0.1:").count(),
    )
}

fn refuses(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

#[test]
fn a_node_that_goes_moves_its_own_partitions_alone_and_gets_them_back() {
    let server = start(3, 2);
    let before = masters(&server, &[0, 1, 2]);
    for share in 0..3 {
        let count = before.iter().filter(|node| **node == Some(share)).count();
        // A third, within what hashing gives.
        assert!((1200..1550).contains(&count), "{count}");
    }
    for end in [Server::stop_node, Server::kill_node] {
        let replicas: Vec<_> = server.hosts().into_iter().map(owned).collect();
        end(&server, 1).unwrap();
        let without = masters(&server, &[0, 2]);
        for id in 0..4096 {
            let expected = match before[id] {
                // The replica takes over.
                Some(1) => (0..3).find(|node| replicas[*node][1].contains(&id)),
                same => same,
            };
            assert_eq!(without[id], expected, "partition {id}");
        }
        server.start_node(1).unwrap();
        assert_eq!(masters(&server, &[0, 1, 2]), before);
    }
}

/// A change, the nodes that are up after it, and how many a node says there are.
type Step = (fn(&Server), &'static [usize], &'static str);

#[test]
fn every_change_is_told_by_all_who_are_there() {
    let server = start(3, 2);
    let first = told(&server, 0);
    assert_eq!((first.4.as_str(), first.5), ("3", 2));
    let mut last = first;
    let steps: [Step; 5] = [
        (|server| server.stop_node(2).unwrap(), &[0, 1], "2"),
        (|server| server.kill_node(0).unwrap(), &[1], "1"),
        (|server| server.start_node(2).unwrap(), &[1, 2], "2"),
        (
            |server| assert_eq!(server.add_node().unwrap(), 3),
            &[1, 2, 3],
            "3",
        ),
        (|server| server.start_node(0).unwrap(), &[0, 1, 2, 3], "4"),
    ];
    for (step, up, size) in steps {
        step(&server);
        let now = told(&server, up[0]);
        assert_eq!((now.0, now.1, now.2), (last.0 + 1, last.1 + 1, last.2 + 1));
        assert_ne!(now.3, last.3);
        assert_eq!((now.4.as_str(), now.5), (size, up.len() - 1));
        for node in up {
            assert_eq!(told(&server, *node), now);
        }
        for copy in 0..up.len().min(2) {
            let nodes = up.iter().map(|node| owned(server.hosts()[*node]));
            let all: Vec<usize> = nodes.flat_map(|mut owned| owned.remove(copy)).collect();
            assert_eq!((all.len(), all.iter().max()), (4096, Some(&4095)));
        }
        last = now;
    }
}

#[test]
fn a_stopped_node_refuses_and_keeps_its_port() {
    let server = start(2, 2);
    let address = server.hosts()[1];
    let mut idle = Client::connect(address);
    server.stop_node(1).unwrap();
    assert!(idle.is_closed());
    for _ in 0..2 {
        assert!(refuses(address));
        // Somebody else who asks for any free port does not get it.
        let others: Vec<_> = (0..50)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        assert!(
            others
                .iter()
                .all(|other| other.local_addr().unwrap() != address)
        );
        server.start_node(1).unwrap();
        assert_eq!(server.hosts()[1], address);
        Client::connect(address).info("node");
        server.stop_node(1).unwrap();
    }
}

#[test]
fn the_connections_of_a_killed_node_are_reset() {
    let server = start(2, 2);
    let mut clients: Vec<Client> = (0..4).map(|_| Client::connect(server.hosts()[1])).collect();
    for client in &mut clients {
        assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
    }
    // Whatever they are at: waiting, delayed, frozen.
    let _fault = server.inject(Rule::parse([("op", "write"), ("delay", "60000")]).unwrap());
    clients[1].send(&Request::put(1, &[("a", int(2))]).frame());
    server.freeze(1).unwrap();
    clients[2].send(&Request::get(1).frame());
    server.kill_node(1).unwrap();
    for client in &mut clients {
        let ended = client.stream.read(&mut [0; 100]).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::ConnectionReset);
    }
    // What was not answered was not done, and a node that is started again is not frozen.
    server.start_node(1).unwrap();
    assert_eq!(
        Client::connect(server.hosts()[1])
            .call(&Request::get(1))
            .bins(),
        [("a", int(1))]
    );
}

#[test]
fn what_is_left_has_every_record() {
    let server = start(3, 2);
    let mut client = Client::to(&server);
    for key in 0..500 {
        client.call(&Request::put(key, &[("a", int(key))]));
    }
    server.kill_node(1).unwrap();
    server.kill_node(2).unwrap();
    for key in 0..500 {
        assert_eq!(client.call(&Request::get(key)).bins(), [("a", int(key))]);
    }
    let (found, last) = client.stream(&Request::scan(0..4096).set("demo"));
    assert_eq!((found.len(), last.result()), (500, 0));
}

#[test]
fn a_partition_without_a_copy_is_unavailable_until_its_node_is_back() {
    let server = start(2, 1);
    let mut client = Client::to(&server);
    for key in 0..100 {
        client.call(&Request::put(key, &[("a", int(key))]));
    }
    let lost = owned(server.hosts()[1]).remove(0);
    server.kill_node(1).unwrap();
    server.add_node().unwrap();
    let own = owned(server.hosts()[0]).remove(0);
    let mut counted = 0;
    for key in 0..100 {
        let partition = digest(key).partition();
        let is_lost = lost.contains(&partition);
        counted += usize::from(is_lost);
        let expected = if is_lost { 11 } else { 0 };
        for request in [Request::get(key), Request::put(key, &[("a", int(key))])] {
            assert_eq!(client.call(&request).result(), expected);
        }
        let (refused, _) = client.stream(&Request::scan([partition as u16]).set("demo"));
        assert_eq!(
            refused.iter().any(|reply| reply.result() == 11),
            !own.contains(&partition)
        );
    }
    assert!((20..80).contains(&counted));
    let unavailable = format!("unavailable_partitions={};", lost.len());
    assert!(client.info("namespace/test").contains(&unavailable));
    server.start_node(1).unwrap();
    for key in 0..100 {
        assert_eq!(client.call(&Request::get(key)).bins(), [("a", int(key))]);
    }
}

#[test]
fn a_node_that_is_asked_to_leave_hands_over_its_only_copies() {
    let server = start(2, 1);
    let mut client = Client::to(&server);
    for key in 0..100 {
        client.call(&Request::put(key, &[("a", int(key))]));
    }
    server.stop_node(1).unwrap();
    for key in 0..100 {
        assert_eq!(client.call(&Request::get(key)).bins(), [("a", int(key))]);
    }
    // The last has nobody to hand anything to.
    server.stop_node(0).unwrap();
    assert!(server.hosts().into_iter().all(refuses));
    server.start_node(1).unwrap();
    let mut client = Client::connect(server.hosts()[1]);
    assert_eq!(client.call(&Request::get(1)).result(), 11);
    server.start_node(0).unwrap();
    assert_eq!(client.call(&Request::get(1)).bins(), [("a", int(1))]);
}

#[test]
fn strong_consistency_tells_a_higher_regime_after_each_change() {
    let server = Server::start(Config {
        nodes: 3,
        enterprise: Some(Enterprise {
            strong_consistency: true,
            ..Enterprise::default()
        }),
        ..Config::default()
    })
    .unwrap();
    let regime = || {
        let value = Client::to(&server).info("replicas");
        let (_, columns) = value.split_once(':').unwrap();
        columns.split(',').next().unwrap().parse::<u32>().unwrap()
    };
    let before = regime();
    assert!(before > 0);
    server.kill_node(2).unwrap();
    assert!(regime() > before);
    let roster = Client::to(&server).info("roster:namespace=test");
    let count = |name: &str| {
        let list = roster
            .split(':')
            .find_map(|part| part.strip_prefix(name))
            .unwrap();
        list.split(',').count()
    };
    assert_eq!((count("roster="), count("observed_nodes=")), (3, 2));
}

#[test]
fn a_node_goes_and_comes_back_with_tls() {
    let server = Server::start(Config {
        nodes: 2,
        enterprise: Some(Enterprise {
            tls: Some(Tls::default()),
            ..Enterprise::default()
        }),
        ..Config::default()
    })
    .unwrap();
    let address = server.tls_hosts()[1];
    // One that never shakes hands must not hold it up.
    let mut idle = TcpStream::connect(address).unwrap();
    server.stop_node(1).unwrap();
    assert!(matches!(idle.read(&mut [0; 1]), Ok(0) | Err(_)));
    assert!(refuses(address) && refuses(server.hosts()[1]));
    server.start_node(1).unwrap();
    assert!(!refuses(address) && !refuses(server.hosts()[1]));
    server.add_node().unwrap();
    assert!(!refuses(server.tls_hosts()[2]));
}

#[test]
fn by_info_command_as_well() {
    let server = start(2, 2);
    let mut client = Client::to(&server);
    let before = told(&server, 0);
    for (command, answer) in [
        ("devserver-stop:node=1", "ok"),
        ("devserver-stop:node=1", "ok"),
        ("devserver-start:node=1", "ok"),
        ("devserver-kill:node=1", "ok"),
        ("devserver-start:node=1", "ok"),
        ("devserver-add", "2"),
        ("devserver-stop:node=3", "ERROR:4:bad 'node'"),
        ("devserver-start", "ERROR:4:bad 'node'"),
    ] {
        assert_eq!(client.info(command), answer, "{command}");
    }
    let now = told(&server, 0);
    // What changes nothing is no change.
    assert_eq!((now.0, now.4.as_str()), (before.0 + 5, "3"));
    Client::connect(server.hosts()[2]).info("node");
    // A node tells whoever asks it to go.
    assert_eq!(client.info("devserver-kill:node=0"), "ok");
    assert!(client.is_closed());
}

#[test]
fn what_there_is_not_is_refused() {
    let server = start(1, 1);
    let wrong = Err(ClusterError::NoSuchNode { node: 1, nodes: 1 });
    assert_eq!(server.stop_node(1), wrong);
    assert_eq!(server.kill_node(1), wrong);
    assert_eq!(server.start_node(1), wrong);
    assert_eq!(server.freeze(1), wrong);
    let many = start(63, 1);
    assert_eq!(many.add_node(), Ok(63));
    assert_eq!(many.add_node(), Err(ClusterError::TooManyNodes(64)));
    server.stop();
    assert_eq!(server.stop_node(0), Err(ClusterError::Stopped));
}
