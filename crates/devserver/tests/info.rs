//! Info commands: what clients ask while they connect and tend, and figures for people.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::collections::{BTreeMap, BTreeSet};

use client::{Client, Request, frame, int, start, start_with};
use devserver::Config;
use wire::proto::Kind;

fn figures(text: &str) -> BTreeMap<String, String> {
    text.split(';')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn what_a_client_asks_to_connect() {
    let (server, mut client) = start();
    let answers = client.infos(&[
        "node",
        "partition-generation",
        "build",
        "peers-generation",
        "cluster-name",
        "features",
    ]);
    assert!(u64::from_str_radix(&answers[0], 16).is_ok() && answers[0].len() < 20);
    assert_eq!(answers[0], answers[0].to_uppercase());
    assert_eq!(answers[1..5], ["1", "8.1.2.0", "1", "null"]);
    assert!(answers[5].split(';').any(|feature| feature == "pscans"));
    assert_eq!(
        client.info("service-clear-std"),
        server.hosts()[0].to_string()
    );
    assert_eq!(client.info("peers-clear-std"), "1,3000,[]");
    assert_eq!(client.info("namespaces"), "test;bar");
    assert_eq!(client.info("status"), "ok");
    assert_eq!(client.info("rack-ids"), "ERROR:25:enterprise only");
}

#[test]
fn each_node_counts_its_connections() {
    let (server, mut first) = start_with(Config {
        nodes: 2,
        ..Config::default()
    });
    let mut second = Client::connect(server.hosts()[1]);
    let count =
        |client: &mut Client| figures(&client.info("statistics"))["client_connections"].clone();
    assert_eq!(
        (count(&mut first), count(&mut second)),
        ("1".into(), "1".into())
    );
    let mut more: Vec<Client> = (0..3).map(|_| Client::connect(server.hosts()[1])).collect();
    // A connection that is answered has been counted.
    for client in &mut more {
        client.info("node");
    }
    assert_eq!(
        (count(&mut first), count(&mut second)),
        ("1".into(), "4".into())
    );
    drop(more);
    assert!((0..100_000).any(|_| count(&mut second) == "1"));
}

#[test]
fn each_node_counts_the_records_it_has() {
    let (server, mut client) = start_with(Config {
        nodes: 3,
        ..Config::default()
    });
    for key in 0..60 {
        assert_eq!(
            client.call(&Request::put(key, &[("a", int(1))])).result(),
            0
        );
    }
    let counts: Vec<[usize; 3]> = server
        .hosts()
        .iter()
        .map(|address| {
            let mut node = Client::connect(*address);
            let figures = figures(&node.info("namespace/test"));
            assert_eq!(figures["objects"], node.info("objects"));
            ["objects", "master_objects", "prole_objects"]
                .map(|name| figures[name].parse().unwrap())
        })
        .collect();
    assert!(
        counts
            .iter()
            .all(|[all, masters, proles]| *all == masters + proles && *all < 60)
    );
    assert_eq!(
        counts.iter().map(|[_, masters, _]| masters).sum::<usize>(),
        60
    );
    assert_eq!(
        counts.iter().map(|[_, _, proles]| proles).sum::<usize>(),
        60
    );
}

#[test]
fn a_client_names_itself_once() {
    let (server, mut client) = start();
    let agent = "user-agent-set:value=MSxweXRob24tMTkuMy4wLG5vdC1zZXQ=";
    assert_eq!(client.infos(&[agent, agent]), ["ok", "ERROR:4:already set"]);
    let mut other = Client::to(&server);
    assert_eq!(other.info("user-agent-set"), "ERROR:4:missing 'value'");
    assert_eq!(other.info("user-agent-set:value=%"), "ERROR:4:bad 'value'");
    assert_eq!(other.info(agent), "ok");
}

#[test]
fn nodes_know_their_peers() {
    let (server, _) = start_with(Config {
        nodes: 3,
        cluster_name: Some("c".to_owned()),
        ..Config::default()
    });
    let ask = |host| {
        Client::connect(host).infos(&[
            "node",
            "peers-clear-std",
            "cluster-name",
            "cluster-stable:namespace=test",
        ])
    };
    let answers: Vec<_> = server.hosts().into_iter().map(ask).collect();
    let names: BTreeSet<&str> = answers.iter().map(|answer| answer[0].as_str()).collect();
    assert_eq!(names.len(), 3);
    for (index, answer) in answers.iter().enumerate() {
        let others: Vec<String> = (0..3)
            .filter(|other| *other != index)
            .map(|other| format!("[{},,[{}]]", answers[other][0], server.hosts()[other]))
            .collect();
        assert_eq!(answer[1], format!("1,3000,[{}]", others.join(",")));
        assert_eq!(answer[2], "c");
        assert_eq!(answer[3], answers[0][3]);
        assert!(u64::from_str_radix(&answer[3], 16).unwrap() > 0);
    }
    let mut client = Client::to(&server);
    assert_eq!(
        client.info("cluster-stable:size=2"),
        "ERROR:7:unstable cluster"
    );
    assert_eq!(client.info("cluster-stable:size=3"), answers[0][3]);
    assert_eq!(
        client.info("cluster-stable:namespace=x"),
        "ERROR:20:namespace not found on node"
    );
}

#[test]
fn one_node_owns_everything() {
    let (_server, mut client) = start();
    let full = format!("{}8=", "/".repeat(682));
    assert_eq!(
        client.info("replicas"),
        format!("test:0,1,{full};bar:0,1,{full}")
    );
    assert_eq!(
        client.info("replicas-all"),
        format!("test:1,{full};bar:1,{full}")
    );
    assert_eq!(
        client.info("replicas-master"),
        format!("test:{full};bar:{full};")
    );
    assert_eq!(client.info("partitions"), "4096");
    assert_eq!(
        client.info("partition-info").split(';').count(),
        1 + 2 * 4096
    );
}

#[test]
fn figures_follow_the_records() {
    let (server, mut client) = start();
    for key in 0..5 {
        assert_eq!(
            client.call(&Request::put(key, &[("a", int(1))])).result(),
            0
        );
    }
    assert_eq!(
        client
            .call(&Request::put(7, &[("a", int(1))]).set("a set"))
            .result(),
        0
    );
    let test = figures(&client.info("namespace/test"));
    assert_eq!(
        (test["objects"].as_str(), test["ns_cluster_size"].as_str()),
        ("6", "1")
    );
    assert_eq!(
        (test["nsup-period"].as_str(), test["default-ttl"].as_str()),
        ("120", "0")
    );
    let now: u64 = test["current_time"].parse().unwrap();
    server.advance(1000);
    let later: u64 = figures(&client.info("namespace/test"))["current_time"]
        .parse()
        .unwrap();
    assert!(later >= now + 1000);
    assert_eq!(client.info("namespace/none"), "type=unknown");
    assert_eq!(figures(&client.info("statistics"))["objects"], "6");
    assert_eq!(client.info("objects"), "6");

    let sets = client.info("sets");
    let rows: Vec<&str> = sets.split_terminator(';').collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].starts_with("ns=test:set=a set:objects=1:tombstones=0:"));
    assert!(rows[1].starts_with("ns=test:set=demo:objects=5:tombstones=0:"));
    assert_eq!(client.info("sets/test/demo"), format!("{};", rows[1]));
    assert_eq!(client.info("sets/bar"), "");
    assert_eq!(client.info("sets/none"), "ns_type=unknown");

    assert_eq!(client.call(&Request::delete(1)).result(), 0);
    assert_eq!(
        client
            .call(&Request::put(2, &[("a", wire::Value::Nil)]))
            .result(),
        0
    );
    assert!(
        client
            .info("sets/test/demo")
            .starts_with("ns=test:set=demo:objects=3:")
    );
}

#[test]
fn the_default_ttl_can_be_set() {
    let (_server, mut client) = start();
    assert_eq!(
        client.info("set-config:context=namespace;id=test;default-ttl=50"),
        "ok"
    );
    assert_eq!(
        figures(&client.info("get-config:context=namespace;id=test"))["default-ttl"],
        "50"
    );
    assert_eq!(
        figures(&client.info("get-config:context=namespace;id=bar"))["default-ttl"],
        "0"
    );
    assert!(client.call(&Request::put(1, &[("a", int(1))])).header.ttl > 0);
    assert_eq!(
        client.info("set-config:context=namespace;id=none;default-ttl=1"),
        "ERROR:20:namespace not found on node"
    );
    assert_eq!(
        client.info("set-config:context=namespace;id=test;default-ttl=x"),
        "ERROR:4:bad 'default-ttl'"
    );
}

#[test]
fn what_is_unknown_is_an_error() {
    let (_server, mut client) = start();
    for command in ["abcd", "bins", "jobs", "scan-show", "", " node"] {
        assert_eq!(
            client.info(command),
            "ERROR:4:unrecognized command",
            "{command:?}"
        );
    }
    let index = "sindex-unknown:namespace=test;indexname=i";
    assert!(client.info(index).starts_with("ERROR:16:"));
    assert_eq!(client.infos(&["sindex", "udf-list"]), ["", ""]);
    assert_eq!(client.info("query-show:id=5"), "ERROR:2:job not found");
}

#[test]
fn an_empty_request_is_answered_with_a_summary() {
    let (_server, mut client) = start();
    client.send(&frame(Kind::Info, b""));
    let (kind, body) = client.frame().unwrap();
    assert_eq!(kind, Kind::Info);
    assert!(
        wire::info::answers(&body).any(|(name, value)| name == b"build" && value == b"8.1.2.0")
    );

    // What is not ended by a newline is ignored.
    client.send(&frame(Kind::Info, b"build\nnode"));
    assert_eq!(client.frame().unwrap().1, b"build\t8.1.2.0\n");
}
