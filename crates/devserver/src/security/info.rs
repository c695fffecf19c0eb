//! Which info commands need a permission. The others are for everybody who is logged in.

use wire::ResultCode;
use wire::info::Command;

use super::access::Access;
use super::role::permission;

pub(crate) fn check(access: &Access, command: &Command<'_>) -> Result<(), ResultCode> {
    let scope = |names: &[&str]| command.parameter(names).unwrap_or_default().as_bytes();
    let namespace = scope(&["namespace", "ns", "id"]);
    match command.name {
        "truncate" | "truncate-namespace" | "truncate-undo" | "truncate-namespace-undo" => {
            access.check(permission::TRUNCATE, namespace, scope(&["set"]))
        }
        "sindex-create" | "sindex-delete" => access.check(permission::ADMIN_INDEX, b"", b""),
        "udf-put" | "udf-remove" => access.check(permission::ADMIN_UDF, b"", b""),
        "query-abort" | "query-abort-all" => access.check(permission::ADMIN_QUERY, b"", b""),
        name if name.starts_with("devserver-") => access.check(permission::ADMIN_SYSTEM, b"", b""),
        "set-config"
        | "recluster"
        | "quiesce"
        | "quiesce-undo"
        | "roster-set"
        | "revive"
        | "log-set"
        | "tip"
        | "tip-clear"
        | "services-alumni-reset"
        | "dump-cluster" => access.check(permission::ADMIN_SYSTEM, b"", b""),
        _ => Ok(()),
    }
}
