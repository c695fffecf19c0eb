//! Info commands of this server alone: faults, frozen nodes and the clock, for clients in any language.

use wire::info::Command;

use super::{Value, error};
use crate::fault::Rule;
use crate::server::Shared;

pub(super) fn answer(shared: &Shared, command: &Command<'_>) -> Value {
    let faults = &shared.faults;
    let number = |name: &str| {
        let value = command.parameter(&[name]).unwrap_or_default();
        value
            .parse::<u64>()
            .map_err(|_| error(4, &format!("bad '{name}'")))
    };
    let node = || match number("node") {
        Ok(node) if (node as usize) < shared.cluster.nodes.len() => Ok(node as usize),
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
        "devserver-advance" => number("seconds").map(|seconds| {
            shared.clock.advance(seconds);
            "ok".into()
        }),
        _ => Err(error(4, "unrecognized command")),
    };
    answer.unwrap_or_else(|error| error)
}
