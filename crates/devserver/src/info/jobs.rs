//! What people ask about jobs, and how they stop them.

use wire::info::Command;

use super::{Value, error};
use crate::server::Shared;

/// `query-show[:id=…]`
pub(super) fn show(shared: &Shared, node: usize, command: &Command<'_>) -> Value {
    if command.parameters().next().is_none() {
        let jobs = shared.jobs.list(node);
        let lines: Vec<_> = jobs.iter().map(|job| job.describe()).collect();
        return lines.join(";").into();
    }
    match id(command) {
        Ok(id) => match shared.jobs.get(node, id) {
            Some(job) => job.describe().into(),
            None => error(2, "job not found"),
        },
        Err(error) => error,
    }
}

/// `query-abort:id=…`
pub(super) fn abort(shared: &Shared, node: usize, command: &Command<'_>) -> Value {
    match id(command) {
        Ok(id) if shared.jobs.abort(node, id) => "ok".into(),
        Ok(_) => error(2, "id not active"),
        Err(error) => error,
    }
}

/// `query-abort-all`
pub(super) fn abort_all(shared: &Shared, node: usize) -> Value {
    let killed = shared.jobs.abort_all(node);
    format!("number-of-queries-killed:{killed}").into()
}

fn id(command: &Command<'_>) -> Result<u64, Value> {
    let id = command.parameter(&["id", "trid"]);
    let id = id.ok_or_else(|| error(4, "missing 'id'"))?;
    id.parse().map_err(|_| error(4, "bad 'id'"))
}
