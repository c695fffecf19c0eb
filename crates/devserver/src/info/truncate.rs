//! Truncation: everything last updated before a moment is gone. A real server does not look whether the namespace exists: it answers ok.

use wire::info::Command;

use super::{Value, error, namespace_name};
use crate::clock::Moment;
use crate::server::Shared;

/// `truncate:namespace=…;set=…[;lut=…]`
pub(super) fn set(shared: &Shared, command: &Command<'_>) -> Value {
    let namespace = match namespace_name(command) {
        Ok(name) => shared.namespace(name.as_bytes()),
        Err(error) => return error,
    };
    let name = match command.parameter(&["set"]) {
        None => return error(4, "missing 'set'"),
        Some("") => return error(4, "missing 'set' value"),
        Some(name) if name.len() > 63 => return error(4, "'set' value too long"),
        Some(name) => name.as_bytes(),
    };
    let before = match moment(shared, command) {
        Ok(before) => before,
        Err(error) => return error,
    };
    if let Some(set) = namespace.and_then(|namespace| namespace.set(name)) {
        set.truncate(before);
        shared.sweep.notify_one();
    }
    "ok".into()
}

/// `truncate-namespace:namespace=…[;lut=…]`
pub(super) fn namespace(shared: &Shared, command: &Command<'_>) -> Value {
    let namespace = match namespace_name(command) {
        Ok(name) => shared.namespace(name.as_bytes()),
        Err(error) => return error,
    };
    let before = match moment(shared, command) {
        Ok(before) => before,
        Err(error) => return error,
    };
    if let Some(namespace) = namespace {
        namespace.truncate(before);
        shared.sweep.notify_one();
    }
    "ok".into()
}

/// The moment a command names in nanoseconds since the Unix epoch; without one, now.
fn moment(shared: &Shared, command: &Command<'_>) -> Result<Moment, Value> {
    let Some(lut) = command.parameter(&["lut"]) else {
        return Ok(shared.clock.cut());
    };
    let nanos = lut.parse().map_err(|_| error(4, "bad 'lut'"))?;
    match Moment::from_unix_nanos(nanos) {
        None => Err(error(4, "would truncate to 0")),
        Some(moment) if moment > shared.clock.now() => {
            Err(error(4, "would truncate in the future"))
        }
        Some(moment) => Ok(moment),
    }
}
