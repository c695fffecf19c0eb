//! Starting, stopping, configuring: in a process of its own server after server, and as a program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use client::{Client, Request, int};
use devserver::{Config, Server, StartError};

/// One of these tests counts what this process has open: they take turns.
static ALONE: Mutex<()> = Mutex::new(());

#[cfg(target_os = "linux")]
fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// The threads of servers in this process.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("devserver-")).count()
}

#[test]
#[cfg(target_os = "linux")]
fn servers_come_and_go_and_leave_nothing() {
    let _alone = ALONE.lock();
    // Whatever is made once per process is made by the first.
    drop(Server::start(Config::default()).unwrap());
    let before = files();
    for _ in 0..30 {
        let server = Server::start(Config {
            nodes: 3,
            threads: 2,
            ..Config::default()
        })
        .unwrap();
        let mut client = Client::to(&server);
        assert_eq!(client.call(&Request::put(1, &[("a", int(1))])).result(), 0);
        let idle = Client::connect(server.hosts()[2]);
        assert!(threads() > 0);
        server.stop();
        server.stop();
        assert!(client.is_closed());
        drop(idle);
    }
    // A thread that was joined may still be listed for a moment.
    let is_listed = |_: &i32| threads() > 0;
    (0..1000)
        .take_while(is_listed)
        .for_each(|_| std::thread::sleep(Duration::from_millis(1)));
    assert_eq!((files(), threads()), (before, 0));
}

#[test]
fn a_stopped_server_is_gone() {
    let _alone = ALONE.lock();
    let server = Server::start(Config {
        nodes: 2,
        ..Config::default()
    })
    .unwrap();
    let hosts = server.hosts();
    let mut clients: Vec<Client> = hosts.iter().map(|host| Client::connect(*host)).collect();
    // One of them is in the middle of a long answer.
    clients[0].send(&Request::scan(0..4096).frame());
    drop(server);
    for client in &mut clients {
        while client.frame().is_some() {}
    }
    for host in hosts {
        assert!(TcpStream::connect(host).is_err());
        // The port can be taken again at once.
        TcpListener::bind(host).unwrap();
    }
}

#[test]
fn servers_in_one_process_do_not_see_each_other() {
    let _alone = ALONE.lock();
    let servers: Vec<Server> = (0..3)
        .map(|_| Server::start(Config::default()).unwrap())
        .collect();
    for (index, server) in servers.iter().enumerate() {
        let put = Request::put(1, &[("a", int(index as i64))]).ttl(10);
        assert_eq!(Client::to(server).call(&put).result(), 0);
    }
    servers[1].advance(20);
    servers[2].stop();
    assert_eq!(
        Client::to(&servers[0]).call(&Request::get(1)).bins(),
        [("a", int(0))]
    );
    assert_eq!(Client::to(&servers[1]).call(&Request::get(1)).result(), 2);
    assert_eq!(servers[2].hosts().len(), 1);
}

#[test]
fn ports_follow_the_first() {
    let _alone = ALONE.lock();
    // Find four free ports in a row.
    let found = (20_000..60_000).step_by(7).find_map(|port| {
        Server::start(Config {
            port,
            nodes: 4,
            ..Config::default()
        })
        .ok()
        .map(|server| (port, server))
    });
    let (port, server) = found.unwrap();
    let ports: Vec<u16> = server
        .hosts()
        .iter()
        .map(std::net::SocketAddr::port)
        .collect();
    assert_eq!(ports, [port, port + 1, port + 2, port + 3]);

    let Err(error) = Server::start(Config {
        port: port + 2,
        ..Config::default()
    }) else {
        panic!("the port is taken")
    };
    assert!(matches!(error, StartError::Listen { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{}", port + 2)) && !text.contains('\n'),
        "{text}"
    );
}

/// The one line a wrong configuration is answered with.
fn refusal(config: Config) -> String {
    let error = Server::start(config).expect_err("the configuration is wrong");
    let text = error.to_string();
    assert!(
        matches!(error, StartError::Config(_)) && !text.contains('\n'),
        "{text}"
    );
    text
}

#[test]
fn numbers_that_make_no_sense() {
    let _alone = ALONE.lock();
    let default = Config::default;
    for (config, part) in [
        (
            Config {
                nodes: 0,
                ..default()
            },
            "nodes",
        ),
        (
            Config {
                nodes: 1000,
                ..default()
            },
            "nodes",
        ),
        (
            Config {
                threads: 0,
                ..default()
            },
            "threads",
        ),
        (
            Config {
                replication_factor: 0,
                ..default()
            },
            "replication_factor",
        ),
        (
            Config {
                port: 65_535,
                nodes: 2,
                ..default()
            },
            "port 65535",
        ),
        (
            Config {
                default_ttl: 315_360_001,
                ..default()
            },
            "default_ttl",
        ),
        (
            Config {
                sweep_period: 0,
                ..default()
            },
            "sweep_period",
        ),
    ] {
        let text = refusal(config);
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn names_that_make_no_sense() {
    let _alone = ALONE.lock();
    let namespaces = |names: &[&str]| Config {
        namespaces: names.iter().map(|&name| name.to_owned()).collect(),
        ..Config::default()
    };
    let cluster = |name: &str| Config {
        cluster_name: Some(name.to_owned()),
        ..Config::default()
    };
    for (config, part) in [
        (cluster(""), "cluster_name"),
        (cluster("a;b"), "cluster_name"),
        (namespaces(&[]), "namespaces"),
        (namespaces(&[""]), "namespace"),
        (namespaces(&["a b"]), "a b"),
        (namespaces(&["a", "b", "a"]), "twice"),
        (
            namespaces(&["thirty_two_letters_are_one_too_ma"]),
            "namespace",
        ),
        (
            Config {
                host: "no such host".to_owned(),
                ..Config::default()
            },
            "no such host",
        ),
    ] {
        let text = refusal(config);
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_host_can_be_a_name() {
    let _alone = ALONE.lock();
    let server = Server::start(Config {
        host: "localhost".to_owned(),
        ..Config::default()
    })
    .unwrap();
    assert!(server.hosts()[0].ip().is_loopback());
    let everywhere = Server::start(Config {
        host: "0.0.0.0".to_owned(),
        nodes: 2,
        ..Config::default()
    })
    .unwrap();
    let port = everywhere.hosts()[1].port();
    let mut client = Client::connect(([127, 0, 0, 1], everywhere.hosts()[0].port()).into());
    // Clients are told an address they can reach.
    assert!(
        client
            .info("peers-clear-std")
            .ends_with(&format!("[127.0.0.1:{port}]]]"))
    );
}

#[test]
fn the_program_serves() {
    let _alone = ALONE.lock();
    let mut program = Command::new(env!("CARGO_BIN_EXE_devserver"))
        .args([
            "--nodes",
            "2",
            "--namespace",
            "one",
            "--namespace",
            "two",
            "--default-ttl",
            "60",
            "--cluster-name",
            "mine",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let hosts: Vec<std::net::SocketAddr> = lines
        .take(2)
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    let mut client = Client::connect(hosts[1]);
    assert_eq!(
        client.infos(&["namespaces", "cluster-name"]),
        ["one;two", "mine"]
    );
    assert!(client.info("namespace/two").contains("default-ttl=60"));

    // A second one on the same port says so in one line.
    let taken = run(&["--port", &hosts[0].port().to_string()]);
    assert_eq!(taken, (Some(1), taken.1.clone()));
    assert!(
        taken
            .1
            .starts_with("devserver: cannot listen on 127.0.0.1:")
            && taken.1.lines().count() == 1,
        "{}",
        taken.1
    );
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn the_program_refuses_what_it_does_not_know() {
    let _alone = ALONE.lock();
    for (args, part) in [
        (&["--nodes", "0"][..], "nodes must be"),
        (&["--nodes", "x"], "x"),
        (&["--port"], "--port"),
        (&["--port", "70000"], "70000"),
        (&["--what"], "--what"),
        (&["stray"], "stray"),
        (&["--namespace", "a/b"], "a/b"),
    ] {
        let (code, text) = run(args);
        assert_eq!(code, Some(1), "{text}");
        assert!(
            text.starts_with("devserver: ") && text.contains(part) && text.lines().count() == 1,
            "{text}"
        );
    }
    assert_eq!(run(&["--help"]).0, Some(0));
}

fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_devserver"))
        .args(args)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
