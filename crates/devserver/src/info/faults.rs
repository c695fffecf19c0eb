//! Info commands of this server alone: faults, frozen nodes, the cluster and the clock, for clients in any language.

use std::ops::RangeInclusive;
use std::sync::Arc;

use wire::PARTITIONS;
use wire::info::Command;

use super::{Value, error};
use crate::ClusterError;
use crate::cluster::Ending;
use crate::fault::Rule;
use crate::server::Shared;

pub(super) fn answer(shared: &Arc<Shared>, command: &Command<'_>) -> Value {
    let faults = &shared.faults;
    let number = |name: &str| {
        let value = command.parameter(&[name]).unwrap_or_default();
        value
            .parse::<u64>()
            .map_err(|_| error(4, &format!("bad '{name}'")))
    };
    let node = || match number("node") {
        Ok(node) if (node as usize) < shared.cluster.view().nodes.len() => Ok(node as usize),
        Ok(_) => Err(error(4, "bad 'node'")),
        Err(error) => Err(error),
    };
    let answer = match command.name {
        "devserver-inject" => match Rule::parse(command.parameters()) {
            Ok(rule) => Ok(faults.inject(rule).id.to_string().into()),
            Err(text) => Err(error(4, &text)),
        },
        "devserver-hits" => number("id").and_then(|id| match faults.rule(id) {
            Some(rule) => Ok(rule.hits().to_string().into()),
            None => Err(error(2, "no such fault")),
        }),
        "devserver-remove" => number("id").and_then(|id| {
            if faults.remove(id) {
                Ok("ok".into())
            } else {
                Err(error(2, "no such fault"))
            }
        }),
        "devserver-clear" => {
            faults.clear();
            Ok("ok".into())
        }
        "devserver-freeze" => node().map(|node| {
            faults.freeze(node);
            "ok".into()
        }),
        "devserver-thaw" => node().map(|node| {
            faults.thaw(node);
            "ok".into()
        }),
        "devserver-stop" => node().and_then(|node| done(shared.end_node(node, Ending::Stop))),
        "devserver-kill" => node().and_then(|node| done(shared.end_node(node, Ending::Kill))),
        "devserver-start" => node().and_then(|node| done(shared.start_node(node))),
        "devserver-add" => match shared.add_node() {
            Ok(node) => Ok(node.to_string().into()),
            Err(wrong) => Err(error(4, &wrong.to_string())),
        },
        "devserver-move" => node().and_then(|node| {
            let text = command.parameter(&["partitions"]).unwrap_or_default();
            let range = range(text).ok_or_else(|| error(4, "bad 'partitions'"))?;
            done(
                shared
                    .cluster
                    .move_partitions(&range.collect::<Vec<_>>(), node),
            )
        }),
        "devserver-rack" if !shared.is_enterprise() => Err(error(25, "enterprise only")),
        "devserver-rack" => node().and_then(|node| {
            let rack = number("rack")?;
            let rack = u32::try_from(rack).map_err(|_| error(4, "bad 'rack'"))?;
            done(shared.cluster.set_rack(node, rack))
        }),
        "devserver-advance" => number("seconds").map(|seconds| {
            shared.clock.advance(seconds);
            "ok".into()
        }),
        _ => Err(error(4, "unrecognized command")),
    };
    answer.unwrap_or_else(|error| error)
}

/// Partitions: `first-last`, or one alone.
fn range(text: &str) -> Option<RangeInclusive<usize>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < PARTITIONS).then_some(first..=last)
}

fn done<T>(result: Result<T, ClusterError>) -> Result<Value, Value> {
    match result {
        Ok(_) => Ok("ok".into()),
        Err(wrong) => Err(error(4, &wrong.to_string())),
    }
}
