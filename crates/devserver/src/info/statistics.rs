//! Figures: of the server, its namespaces, sets and partitions.

use std::fmt::{Display, Write as _};

use wire::info::Command;

use super::{Value, error, namespace_of};
use crate::connection::Session;
use crate::server::Shared;
use crate::store::{Namespace, Set};

/// `name=value;…`
struct Figures(String);

impl Figures {
    const fn new() -> Self {
        Self(String::new())
    }

    fn add(mut self, name: &str, value: impl Display) -> Self {
        if !self.0.is_empty() {
            self.0.push(';');
        }
        let _ = write!(self.0, "{name}={value}");
        self
    }
}

/// `statistics`
pub(super) fn server(session: &Session) -> String {
    let shared = &session.shared;
    let cluster = shared.cluster.view();
    let tombstones: usize = shared
        .namespaces
        .iter()
        .map(|namespace| namespace.tombstones(None))
        .sum();
    Figures::new()
        .add("cluster_size", cluster.size())
        .add("cluster_key", format_args!("{:X}", cluster.key()))
        .add("cluster_generation", cluster.peers_generation)
        .add(
            "cluster_principal",
            cluster
                .members()
                .next()
                .map_or("0", |node| node.name.as_str()),
        )
        .add("cluster_integrity", true)
        .add("cluster_is_member", true)
        .add("uptime", shared.started.elapsed().as_secs())
        .add("client_connections", shared.connections.of(session.node))
        .add("objects", objects(session))
        .add("tombstones", tombstones)
        .add("migrate_partitions_remaining", 0)
        .add("process_cpu_pct", 0)
        .0
}

/// `objects`: the records a node has a copy of.
pub(super) fn objects(session: &Session) -> usize {
    let cluster = session.shared.cluster.view();
    let namespaces = session.shared.namespaces.iter();
    namespaces
        .map(|namespace| namespace.objects(|id| cluster.holds(session.node, id)))
        .sum()
}

/// `namespace/<name>`
pub(super) fn namespace(session: &Session, command: &Command<'_>) -> Value {
    let shared = &session.shared;
    let name = command
        .args()
        .next()
        .or_else(|| command.parameter(&["namespace", "id"]));
    match shared
        .namespaces
        .iter()
        .find(|namespace| Some(namespace.name.as_str()) == name)
    {
        Some(namespace) => figures_of(session, namespace).into(),
        None => "type=unknown".into(),
    }
}

/// `get-config[:context=namespace;id=<name>]`
pub(super) fn config(shared: &Shared, command: &Command<'_>) -> Value {
    match command.parameter(&["context"]) {
        Some("namespace") => match namespace_of(shared, command) {
            Ok(namespace) => settings(shared, namespace, Figures::new()).0.into(),
            Err(error) => error,
        },
        None | Some("service" | "network" | "security" | "xdr") => {
            let name = shared.config.cluster_name.as_deref().unwrap_or("null");
            Figures::new()
                .add("cluster-name", name)
                .add("service-threads", shared.config.threads)
                .0
                .into()
        }
        Some(_) => error(4, "bad 'context'"),
    }
}

/// `sets[/<namespace>[/<set>]]`
pub(super) fn sets(shared: &Shared, command: &Command<'_>) -> Value {
    let mut args = command.args();
    let (namespace, set) = (args.next(), args.next());
    if namespace.is_some_and(|name| shared.namespace(name.as_bytes()).is_none()) {
        return "ns_type=unknown".into();
    }
    let mut text = String::new();
    for space in shared
        .namespaces
        .iter()
        .filter(|space| namespace.is_none_or(|name| space.name == name))
    {
        for (found, objects) in space.sets() {
            if set.is_none_or(|name| *found.name == *name.as_bytes()) {
                write_set(&mut text, space, &found, objects);
            }
        }
    }
    text.into()
}

/// `partition-info`
pub(super) fn partitions(session: &Session) -> String {
    let shared = &session.shared;
    let cluster = shared.cluster.view();
    let mut text = "namespace:partition:state:n_replicas:replica:n_dupl:records".to_owned();
    for namespace in &shared.namespaces {
        for (id, partition) in namespace.partitions().iter().enumerate() {
            let factor = cluster.replication_factor;
            let replica = (0..factor).find(|replica| cluster.owns(session.node, id, *replica));
            let (state, place) = replica.map_or(('A', factor), |replica| ('S', replica));
            let _ = write!(
                text,
                ";{}:{id}:{state}:{factor}:{place}:0:{}",
                namespace.name,
                partition.lock().len()
            );
        }
    }
    text
}

fn figures_of(session: &Session, namespace: &Namespace) -> String {
    let shared = &session.shared;
    let cluster = shared.cluster.view();
    let objects = namespace.objects(|id| cluster.holds(session.node, id));
    let masters = namespace.objects(|id| cluster.owns(session.node, id, 0));
    let figures = Figures::new()
        .add("ns_cluster_size", cluster.size())
        .add("effective_replication_factor", cluster.replication_factor)
        .add("objects", objects)
        .add("master_objects", masters)
        .add("prole_objects", objects.saturating_sub(masters))
        .add("tombstones", namespace.tombstones(None))
        .add("stop_writes", false)
        .add("hwm_breached", false)
        .add("migrate_tx_partitions_remaining", 0)
        .add("migrate_rx_partitions_remaining", 0)
        .add("unavailable_partitions", cluster.unavailable())
        .add("dead_partitions", 0)
        .add("truncate_lut", namespace.truncated())
        .add("current_time", shared.clock.now().seconds());
    settings(shared, namespace, figures).0
}

fn settings(shared: &Shared, namespace: &Namespace, figures: Figures) -> Figures {
    figures
        .add(
            "replication-factor",
            shared.cluster.view().replication_factor,
        )
        .add("default-ttl", namespace.default_ttl())
        .add("nsup-period", shared.config.sweep_period)
        .add("allow-ttl-without-nsup", false)
        .add("default-read-touch-ttl-pct", 0)
        .add("strong-consistency", namespace.is_strong())
        .add("storage-engine", "memory")
}

fn write_set(text: &mut String, namespace: &Namespace, set: &Set, objects: usize) {
    let tombstones = namespace.tombstones(Some(set));
    let objects = objects.saturating_sub(tombstones);
    let _ = write!(
        text,
        "ns={}:set={}:objects={objects}:tombstones={tombstones}:data_used_bytes=0:truncate_lut={}:sindexes=0:\
         index_populating=false:truncating=false:default-read-touch-ttl-pct=0:default-ttl=0:disable-eviction=false:\
         enable-index=false:stop-writes-count=0:stop-writes-size=0;",
        namespace.name,
        String::from_utf8_lossy(&set.name),
        set.truncated(),
    );
}
