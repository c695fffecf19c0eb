//! Info commands: what a client asks to find its way, and what people ask to see how a server is.

mod enterprise;
mod faults;
mod jobs;
mod modules;

mod sindex;
mod statistics;
mod truncate;

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::info::{Command, lines};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{PARTITIONS, ResultCode};

use crate::cluster::View;
use crate::connection::Session;
use crate::security;
use crate::server::Shared;
use crate::store::Namespace;
use crate::tls::TLS_NAME;

/// The version of Aerospike whose protocol this is.
const BUILD: &str = "8.1.2.0";
const FEATURES: &str = "batch-any;batch-index;blob-bits;cdt-index;cdt-list;cdt-map;cluster-stable;float;geo;sindex-exists;peers;\
    pipelining;pquery;pscans;query-show;relaxed-sc;replicas;replicas-all;replicas-master;replicas-max;truncate-namespace;udf";
/// The longest user agent, decoded.
const MAX_USER_AGENT: usize = 64;
/// What an empty request is answered with.
const SUMMARY: [&str; 6] = [
    "node",
    "build",
    "edition",
    "namespaces",
    "services",
    "statistics",
];

type Value = Cow<'static, str>;

/// Answers an info request.
pub(crate) fn answer(session: &mut Session, body: &[u8], output: &mut Vec<u8>) {
    let frame = begin_frame(output, Kind::Info);
    if body.is_empty() {
        for name in SUMMARY {
            answer_line(session, name.as_bytes(), output);
        }
    }
    for line in lines(body) {
        answer_line(session, line, output);
    }
    end_frame(output, frame);
}

fn answer_line(session: &mut Session, line: &[u8], output: &mut Vec<u8>) {
    let value = Command::parse(line).map_or_else(
        |_| error(4, "not text"),
        |command| match permit(session, &command) {
            Ok(()) => value(session, &command),
            Err(error) => error,
        },
    );
    output.extend_from_slice(line);
    output.push(b'\t');
    output.extend_from_slice(value.as_bytes());
    output.push(b'\n');
}

/// Whether the client may use a command; with security it has to log in first, and some need a role.
fn permit(session: &mut Session, command: &Command<'_>) -> Result<(), Value> {
    if session.shared.security.is_none() {
        return Ok(());
    }
    let admitted = session.admit();
    let checked = admitted.and_then(|()| match session.access() {
        Some(access) => security::check_info(access, command),
        None => Err(ResultCode::NotAuthenticated),
    });
    checked.map_err(|result| match result {
        ResultCode::RoleViolation => error(result as u8, "role violation"),
        ResultCode::NotWhitelisted => error(result as u8, "not whitelisted"),
        _ => error(result as u8, "not authenticated"),
    })
}

fn value(session: &mut Session, command: &Command<'_>) -> Value {
    let shared = &*session.shared;
    let cluster = shared.cluster.view();
    let node = session.node;
    let name = || {
        cluster
            .nodes
            .get(node)
            .map_or_else(String::new, |node| node.name.clone())
    };
    let address = || {
        cluster
            .nodes
            .get(node)
            .map_or_else(String::new, |node| node.address.to_string())
    };
    match command.name {
        "node" | "name" => name().into(),
        "build" | "version-number" => BUILD.into(),
        "version" => format!("{} build {BUILD}", edition(shared)).into(),
        "edition" => edition(shared).into(),
        "release" => release(shared).into(),
        "features" => FEATURES.into(),
        "status" => "ok".into(),
        "digests" => "RIPEMD160".into(),
        "connection" => "admin=false".into(),
        "partitions" => PARTITIONS.to_string().into(),
        "logs" => "0:stderr".into(),
        "cluster-name" => shared
            .config
            .cluster_name
            .clone()
            .unwrap_or_else(|| "null".to_owned())
            .into(),
        "peers-generation" => cluster.peers_generation.to_string().into(),
        "partition-generation" => cluster.partition_generation.to_string().into(),
        "rebalance-generation" => cluster.rebalance_generation.to_string().into(),
        "service" | "services-own" | "service-clear-std" | "service-clear-alt" => address().into(),
        "services" | "services-alumni" => cluster.services(node).into(),
        "peers-clear-std" | "peers-clear-alt" => cluster.peers(node).into(),
        "peers-tls-std" | "peers-tls-alt" => cluster.tls_peers(node, TLS_NAME).into(),
        "service-tls-std" | "service-tls-alt" => cluster
            .nodes
            .get(node)
            .and_then(|node| node.tls_address)
            .map_or_else(String::new, |address| address.to_string())
            .into(),
        "replicas" => each_namespace(session, |namespace| cluster.replicas(node, namespace)),
        "replicas-all" => {
            each_namespace(session, |namespace| replicas_all(&cluster, node, namespace))
        }
        "replicas-master" => {
            each_namespace(session, |namespace| {
                format!("{}:{}", namespace.name, cluster.bitmap(node, 0))
            }) + ";"
        }
        "user-agent-set" => set_user_agent(session, command),
        "cluster-stable" => cluster_stable(session, command),
        "rack-ids" | "racks" | "roster" | "recluster" => enterprise::answer(session, command),
        "namespaces" => each_namespace(session, |namespace| namespace.name.clone()),
        "namespace" => statistics::namespace(session, command),
        "sets" => statistics::sets(shared, command),
        "statistics" => statistics::server(session).into(),
        "objects" => statistics::objects(session).to_string().into(),
        "partition-info" => statistics::partitions(session).into(),
        "get-config" => statistics::config(shared, command),
        "set-config" => set_config(session, command),
        "truncate" => truncate::set(shared, command),
        "truncate-namespace" => truncate::namespace(shared, command),
        "udf-put" => modules::put(&shared.modules, command).into(),
        "udf-get" => modules::get(&shared.modules, command).into(),
        "udf-list" => modules::list(&shared.modules).into(),
        "udf-remove" => modules::remove(&shared.modules, command).into(),
        // Nothing is measured.
        "latencies" => "".into(),
        "sindex-create" => sindex::create(&session.shared, command),
        "sindex-delete" => sindex::delete(&session.shared, command),
        "sindex-exists" => sindex::exists(shared, command),
        "sindex-stat" => sindex::stat(shared, command),
        "sindex" if command.args().nth(1).is_some() => sindex::stat(shared, command),
        "sindex" | "sindex-list" => sindex::list(shared, command),
        "query-show" => jobs::show(shared, node, command),
        "query-abort" => jobs::abort(shared, node, command),
        "query-abort-all" => jobs::abort_all(shared, node),
        name if name.starts_with("devserver-") => faults::answer(&session.shared, command),
        "truncate-undo" | "truncate-namespace-undo" => {
            error(16, "not implemented by the development server")
        }
        name if name.starts_with("sindex-") || name.starts_with("udf-") => {
            error(16, "not implemented by the development server")
        }
        _ => error(4, "unrecognized command"),
    }
}

/// An error as a value. Code 1 is not printed.
fn error(code: u8, text: &str) -> Value {
    if code == 1 {
        format!("ERROR::{text}").into()
    } else {
        format!("ERROR:{code}:{text}").into()
    }
}

/// The name of the namespace a command is about, or what to answer if it has none.
fn namespace_name<'a>(command: &Command<'a>) -> Result<&'a str, Value> {
    match command
        .parameter(&["namespace"])
        .or_else(|| command.parameter(&["ns", "id"]))
    {
        None => Err(error(20, "missing 'namespace'")),
        Some("") => Err(error(20, "missing 'namespace' value")),
        Some(name) if name.len() > 31 => Err(error(20, "'namespace' value too long")),
        Some(name) => Ok(name),
    }
}

/// The namespace a command is about, or what to answer if there is none.
fn namespace_of<'a>(shared: &'a Shared, command: &Command<'_>) -> Result<&'a Namespace, Value> {
    let name = namespace_name(command)?;
    shared
        .namespace(name.as_bytes())
        .ok_or_else(|| error(20, "namespace not found on node"))
}

fn each_namespace(session: &Session, text: impl Fn(&Namespace) -> String) -> Value {
    session
        .shared
        .namespaces
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join(";")
        .into()
}

const fn edition(shared: &Shared) -> &'static str {
    if shared.is_enterprise() {
        "Aerospike Enterprise Edition"
    } else {
        "Aerospike Community Edition"
    }
}

fn release(shared: &Shared) -> String {
    let edition = edition(shared);
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("edition={edition};version={BUILD};os={os};arch={arch};sha=devserver")
}

fn replicas_all(cluster: &View, node: usize, namespace: &Namespace) -> String {
    let mut text = format!("{}:{}", namespace.name, cluster.replication_factor);
    for replica in 0..cluster.replication_factor {
        let _ = write!(text, ",{}", cluster.bitmap(node, replica));
    }
    text
}

fn set_user_agent(session: &mut Session, command: &Command<'_>) -> Value {
    if session.has_user_agent {
        return error(4, "already set");
    }
    match command
        .parameter(&["value"])
        .map(|value| STANDARD.decode(value))
    {
        None => error(4, "missing 'value'"),
        Some(Ok(agent)) if agent.len() <= MAX_USER_AGENT => {
            session.has_user_agent = true;
            "ok".into()
        }
        Some(_) => error(4, "bad 'value'"),
    }
}

fn cluster_stable(session: &Session, command: &Command<'_>) -> Value {
    let cluster = session.shared.cluster.view();
    if command.parameter(&["namespace"]).is_some()
        && let Err(error) = namespace_of(&session.shared, command)
    {
        return error;
    }
    match command.parameter(&["size"]) {
        Some(size) if size.parse() != Ok(cluster.size()) => error(7, "unstable cluster"),
        _ => format!("{:X}", cluster.key()).into(),
    }
}

/// The default time to live can be set; every other setting is accepted and changes nothing here.
fn set_config(session: &Session, command: &Command<'_>) -> Value {
    if command.parameter(&["context"]) == Some("namespace")
        && let Some(seconds) = command.parameter(&["default-ttl"])
    {
        let namespace = match namespace_of(&session.shared, command) {
            Ok(namespace) => namespace,
            Err(error) => return error,
        };
        return match seconds.parse() {
            Ok(seconds) if seconds <= crate::request::ttl::MAX_TTL => {
                namespace.set_default_ttl(seconds);
                "ok".into()
            }
            _ => error(4, "bad 'default-ttl'"),
        };
    }
    "ok".into()
}
