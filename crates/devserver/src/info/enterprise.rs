//! Info commands of the Enterprise edition: racks and the roster.

use std::collections::BTreeMap;

use wire::info::Command;

use super::{Value, each_namespace, error, namespace_of};
use crate::cluster::Node;
use crate::connection::Session;
use crate::store::Namespace;

pub(super) fn answer(session: &Session, command: &Command<'_>) -> Value {
    if !session.shared.is_enterprise() {
        return error(25, "enterprise only");
    }
    match command.name {
        "rack-ids" => {
            let cluster = session.shared.cluster.view();
            let rack = cluster.nodes.get(session.node).map_or(0, |node| node.rack);
            each_namespace(session, |namespace| format!("{}:{rack}", namespace.name))
        }
        "racks" => of_one_or_all(session, command, racks),
        "roster" => of_one_or_all(session, command, roster),
        // Nodes are where they are already.
        _ => "ok".into(),
    }
}

/// The namespace a command names, or every one.
fn of_one_or_all(
    session: &Session,
    command: &Command<'_>,
    text: impl Fn(&Session, &Namespace) -> String,
) -> Value {
    if command.parameter(&["namespace", "ns", "id"]).is_none() {
        return each_namespace(session, |namespace| text(session, namespace));
    }
    match namespace_of(&session.shared, command) {
        Ok(namespace) => text(session, namespace).into(),
        Err(error) => error,
    }
}

/// `ns=…:rack_1=NODE,NODE:rack_2=…`
fn racks(session: &Session, namespace: &Namespace) -> String {
    let cluster = session.shared.cluster.view();
    let mut racks: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for node in cluster.members() {
        racks.entry(node.rack).or_default().push(&node.name);
    }
    let racks = racks
        .iter()
        .map(|(rack, nodes)| format!(":rack_{rack}={}", nodes.join(",")));
    format!("ns={}{}", namespace.name, racks.collect::<String>())
}

/// `ns=…:roster=NODE,…:pending_roster=…:observed_nodes=…`; without strong consistency nobody is on it.
fn roster(session: &Session, namespace: &Namespace) -> String {
    let cluster = session.shared.cluster.view();
    let names = |nodes: &mut dyn Iterator<Item = &Node>| {
        let names: Vec<&str> = nodes.map(|node| node.name.as_str()).collect();
        names.join(",")
    };
    let all = names(&mut cluster.nodes.iter());
    let observed = names(&mut cluster.members());
    let roster = if namespace.is_strong() { &all } else { "null" };
    format!(
        "ns={}:roster={roster}:pending_roster={roster}:observed_nodes={observed}",
        namespace.name
    )
}
