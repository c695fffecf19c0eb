//! The configuration dict of a client.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aerospike_core::Host;
use aerospike_core::policy::{AuthMode, ClientPolicy, TlsPolicy};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::hosts;
use super::policies_file::Live;
use super::settings::Settings;
use super::tls;
use super::value::type_name;
use crate::error::{Error, Result};

/// Connections opened at connect and kept: enough for a burst, few enough for sixty workers.
const WARM: usize = 16;
const MOST_CONNECTIONS: usize = 256;
/// The core's own lower bound, in milliseconds.
const SHORTEST_TEND: u32 = 250;
/// Of each question about the cluster, in milliseconds. A look at it is over when every node has answered or is out of time, so a node that
/// is silent delays the news of all others by as much.
const DEFAULT_TIMEOUT: u32 = 1000;
/// Shorter than a server keeps an idle connection, in milliseconds.
const DEFAULT_IDLE: u32 = 30_000;

/// A checked configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    hosts: Vec<Host>,
    policy: ClientPolicy,
    policies: Arc<Live>,
    own_connections: usize,
    max_concurrent_operations: Option<usize>,
    operation_queue_timeout: Duration,
    coalesce_reads: bool,
    slow: Option<Duration>,
    lua_path: Option<PathBuf>,
}

/// Keys of the official client that mean nothing here, and what to say of them.
const MEANINGLESS: &[(&str, &str)] = &[
    (
        "shm",
        "there is one I/O thread and no shared memory; leave it out",
    ),
    (
        "use_shared_connection",
        "clients of a process share their I/O thread; leave it out",
    ),
    ("thread_pool_size", "there is one I/O thread; leave it out"),
    ("max_socket_idle", "use 'idle_timeout', in milliseconds"),
    ("validate_keys", "names are always checked; leave it out"),
    ("send_bool_as", "bools are stored as bools; leave it out"),
    ("strict_types", "types are always checked; leave it out"),
    (
        "serialization",
        "its functions make and take str, and plain bytes go through them, too; use 'serializer' and 'deserializer'",
    ),
    ("max_threads", "use 'max_conns_per_node'"),
    (
        "batch_direct",
        "it has had no effect for years; leave it out",
    ),
    (
        "compression_threshold",
        "set it in a policy, with 'compress'",
    ),
    (
        "force_single_node",
        "use 'ip_map' where nodes announce addresses that cannot be reached; leave it out",
    ),
];

const NAMES: &[&str] = &[
    "hosts",
    "cluster_name",
    "auth_mode",
    "user",
    "password",
    "timeout",
    "idle_timeout",
    "max_conns_per_node",
    "min_conns_per_node",
    "conn_pools_per_node",
    "tend_interval",
    "use_services_alternate",
    "max_concurrent_operations",
    "operation_queue_timeout_ms",
    "policies",
    "config_provider",
    "ip_map",
    "rack_ids",
    "rack_id",
    "rack_aware",
    "app_id",
    "max_error_rate",
    "error_rate_window",
    "connect_timeout",
    "login_timeout_ms",
    "fail_if_not_connected",
    "tls",
    "coalesce_reads",
    "slow_ms",
    "serializer",
    "deserializer",
    "lua",
];

impl Config {
    /// Checks a configuration dict; user and password given to `connect` win over those in it.
    pub(crate) fn parse(
        config: &Bound<'_, PyAny>,
        user: Option<String>,
        password: Option<String>,
    ) -> Result<Self> {
        let dict = config.cast::<PyDict>().map_err(|_| {
            Error::wrong_type(format!(
                "the configuration is a dict, not {}",
                type_name(config)
            ))
        })?;
        let fields = Settings::new(dict, "");
        fields.check_names(NAMES, MEANINGLESS)?;
        let tls = fields.get("tls")?.map(|tls| tls::parse(&tls)).transpose()?;
        let tls = tls.flatten();
        let hosts = hosts::parse(&fields, tls.is_some())?;
        let (policy, own_connections) = client_policy(&fields, user, password, tls)?;
        let policies = Arc::new(Live::parse(&fields)?);
        Ok(Self {
            hosts,
            policies,
            policy,
            own_connections,
            max_concurrent_operations: fields
                .number::<usize>("max_concurrent_operations")?
                .filter(|&bound| bound > 0),
            operation_queue_timeout: Duration::from_millis(
                fields.number("operation_queue_timeout_ms")?.unwrap_or(0),
            ),
            coalesce_reads: fields.flag("coalesce_reads")?.unwrap_or(true),
            slow: fields
                .number("slow_ms")?
                .filter(|&milliseconds| milliseconds > 0)
                .map(Duration::from_millis),
            lua_path: lua_path(&fields)?,
        })
    }

    pub(crate) fn hosts(&self) -> Vec<Host> {
        self.hosts.clone()
    }

    pub(crate) fn policy(&self) -> &ClientPolicy {
        &self.policy
    }

    pub(crate) fn policies(&self) -> &Live {
        &self.policies
    }

    /// Whether connecting takes computing, and not only waiting.
    pub(crate) fn is_slow_to_open(&self) -> bool {
        self.policy.tls_policy.is_some() || !matches!(self.policy.auth_mode, AuthMode::None)
    }

    /// Whether a cluster of which no node can be reached is an error of `connect`.
    pub(crate) fn fails_without_nodes(&self) -> bool {
        self.policy.fail_if_not_connected
    }

    /// Who logs in, if by a password.
    pub(crate) fn user(&self) -> Option<&str> {
        match &self.policy.auth_mode {
            AuthMode::Internal(user, _)
            | AuthMode::External(user, _)
            | AuthMode::ExternalInsecure(user, _) => Some(user),
            AuthMode::None | AuthMode::Pki => None,
        }
    }

    /// The same, with another password.
    pub(crate) fn with_password(&self, new: &str) -> Self {
        let mut config = self.clone();
        if let AuthMode::Internal(_, password)
        | AuthMode::External(_, password)
        | AuthMode::ExternalInsecure(_, password) = &mut config.policy.auth_mode
        {
            new.clone_into(password);
        }
        config
    }

    /// How TLS is spoken, if it is.
    pub(crate) fn tls(&self) -> Option<&TlsPolicy> {
        self.policy.tls_policy.as_ref()
    }

    pub(crate) fn cluster_name(&self) -> Option<&str> {
        self.policy.cluster_name.as_deref()
    }

    pub(crate) fn warm_connections(&self) -> usize {
        self.policy.min_conns_per_node.max(1)
    }

    /// The most connections the core may open to a node.
    pub(crate) fn connection_limit(&self) -> usize {
        self.policy.max_conns_per_node
    }

    /// The most connections to a node that may be opened beside the core's.
    pub(crate) fn own_connections(&self) -> usize {
        self.own_connections
    }

    pub(crate) fn max_concurrent_operations(&self) -> Option<usize> {
        self.max_concurrent_operations
    }

    /// Whether asynchronous reads of one burst may travel as a batch.
    pub(crate) fn coalesces_reads(&self) -> bool {
        self.coalesce_reads
    }

    /// From how long on a call is logged as slow.
    pub(crate) fn slow(&self) -> Option<Duration> {
        self.slow
    }

    /// Where modules of functions are looked for before they are fetched from the cluster.
    pub(crate) fn lua_path(&self) -> Option<&Path> {
        self.lua_path.as_deref()
    }

    pub(crate) fn operation_queue_timeout(&self) -> Duration {
        self.operation_queue_timeout
    }
}

/// The core's policy, and how many of the connections to a node are not for it but for what goes past it: one in four, unless it is to keep
/// more of them open.
fn client_policy(
    fields: &Settings<'_, '_>,
    user: Option<String>,
    password: Option<String>,
    tls: Option<TlsPolicy>,
) -> Result<(ClientPolicy, usize)> {
    let most = fields
        .number("max_conns_per_node")?
        .unwrap_or(MOST_CONNECTIONS);
    let least = fields
        .number("min_conns_per_node")?
        .filter(|&least| least > 0);
    if most == 0 {
        return Err(Error::argument(
            "configuration 'max_conns_per_node': 0 connections serve nobody",
        ));
    }
    if let Some(least) = least.filter(|&least| least > most) {
        return Err(Error::argument(format!(
            "configuration 'min_conns_per_node': {least} is more than max_conns_per_node, {most}"
        )));
    }
    let pools: u8 = fields.number("conn_pools_per_node")?.unwrap_or(1);
    if pools == 0 || usize::from(pools) > most {
        return Err(Error::argument(format!(
            "configuration 'conn_pools_per_node': {pools} is not 1 to max_conns_per_node, {most}"
        )));
    }
    let needed = least.unwrap_or(1).max(usize::from(pools));
    let auth_mode = auth_mode(fields, user, password)?;
    // Where a certificate logs in, or TLS is for the login only, all is left to the core.
    let is_served =
        !matches!(auth_mode, AuthMode::Pki) && tls.as_ref().is_none_or(|tls| !tls.for_login_only);
    let own = if is_served {
        (most / 4).min(most.saturating_sub(needed))
    } else {
        0
    };
    let most = most - own;
    let tend_interval = fields.number("tend_interval")?.unwrap_or(1000);
    if tend_interval < SHORTEST_TEND {
        return Err(Error::argument(format!(
            "configuration 'tend_interval': {tend_interval} ms is below {SHORTEST_TEND} ms"
        )));
    }
    let mut policy = ClientPolicy {
        timeout: fields.number("timeout")?.unwrap_or(DEFAULT_TIMEOUT),
        connect_timeout: fields.number("connect_timeout")?.unwrap_or(0),
        idle_timeout: fields.number("idle_timeout")?.unwrap_or(DEFAULT_IDLE),
        min_conns_per_node: least.unwrap_or(WARM.min(most)),
        max_conns_per_node: most,
        // One pool, so that one permit is one connection.
        conn_pools_per_node: pools,
        fail_if_not_connected: fields.flag("fail_if_not_connected")?.unwrap_or(true),
        tend_interval,
        use_services_alternate: fields.flag("use_services_alternate")?.unwrap_or(false),
        application_id: fields.text("app_id")?,
        ip_map: ip_map(fields)?,
        rack_ids: rack_ids(fields)?,
        auth_mode,
        tls_policy: tls,
        ..ClientPolicy::default()
    };
    check_login(fields, &policy)?;
    policy.cluster_name = fields.text("cluster_name")?.filter(|name| !name.is_empty());
    if let Some(milliseconds) = fields.number("login_timeout_ms")? {
        policy.login_timeout = milliseconds;
    }
    if let Some(rate) = fields.number("max_error_rate")? {
        policy.max_error_rate = rate;
    }
    if let Some(window) = fields.number("error_rate_window")? {
        policy.error_rate_window = window;
    }
    Ok((policy, own))
}

/// Refuses a login that would go over a connection not fit for it.
fn check_login(fields: &Settings<'_, '_>, policy: &ClientPolicy) -> Result<()> {
    let refuse = |why: &str| Err(fields.refused("auth_mode", why));
    match (&policy.auth_mode, &policy.tls_policy) {
        (AuthMode::External(..), None) => refuse(
            "AUTH_EXTERNAL sends the password as it is and so needs 'tls'; without it there is AUTH_EXTERNAL_INSECURE",
        ),
        (AuthMode::Pki, None) => refuse(
            "AUTH_PKI logs in with a certificate and so needs 'tls', with 'certfile' and 'keyfile'",
        ),
        (AuthMode::Pki, Some(tls)) if !tls.config.client_auth_cert_resolver.has_certs() => {
            refuse("AUTH_PKI logs in with a certificate: 'tls' needs 'certfile' and 'keyfile'")
        }
        (AuthMode::None, Some(tls)) if tls.for_login_only => Err(fields.refused(
            "tls.for_login_only",
            "nobody logs in, so nothing would be protected: give 'user' and 'password'",
        )),
        _ => Ok(()),
    }
}

fn auth_mode(
    fields: &Settings<'_, '_>,
    user: Option<String>,
    password: Option<String>,
) -> Result<AuthMode> {
    let (user, password) = match (user, password) {
        (Some(user), Some(password)) => (Some(user), Some(password)),
        (Some(_), None) => {
            return Err(Error::client("connect() got a username without a password"));
        }
        (None, Some(_)) => {
            return Err(Error::client("connect() got a password without a username"));
        }
        (None, None) => (fields.text("user")?, fields.secret("password")?),
    };
    let mode: u8 = fields.number("auth_mode")?.unwrap_or(0);
    match (mode, user, password) {
        (2, ..) => Ok(AuthMode::Pki),
        (_, Some(user), Some(password)) => match mode {
            0 => Ok(AuthMode::Internal(user, password)),
            1 => Ok(AuthMode::External(user, password)),
            3 => Ok(AuthMode::ExternalInsecure(user, password)),
            other => Err(Error::argument(format!(
                "configuration 'auth_mode': {other} is not an AUTH_ constant"
            ))),
        },
        (_, Some(_), None) => Err(Error::client("configuration 'user' without a 'password'")),
        (_, None, Some(_)) => Err(Error::client("configuration 'password' without a 'user'")),
        (0..=3, None, None) => Ok(AuthMode::None),
        (other, ..) => Err(Error::argument(format!(
            "configuration 'auth_mode': {other} is not an AUTH_ constant"
        ))),
    }
}

fn lua_path(fields: &Settings<'_, '_>) -> Result<Option<PathBuf>> {
    const MEANINGLESS: &[(&str, &str)] = &[(
        "system_path",
        "what modules can use is built in; leave it out",
    )];
    let Some(value) = fields.get("lua")? else {
        return Ok(None);
    };
    let Ok(dict) = value.cast::<PyDict>() else {
        return Err(fields.bad("lua", &value, "a dict"));
    };
    let lua = Settings::new(dict, "lua.");
    lua.check_names(&["user_path"], MEANINGLESS)?;
    let Some(path) = lua.get("user_path")? else {
        return Ok(None);
    };
    let folder: PathBuf = path
        .extract()
        .map_err(|_| lua.bad("user_path", &path, "a str or a path"))?;
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    Err(lua.bad("user_path", &path, "a folder"))
}

fn ip_map(fields: &Settings<'_, '_>) -> Result<Option<HashMap<String, String>>> {
    fields
        .get("ip_map")?
        .map(|value| {
            value
                .extract()
                .map_err(|_| fields.bad("ip_map", &value, "a dict of str to str"))
        })
        .transpose()
}

fn rack_ids(fields: &Settings<'_, '_>) -> Result<Option<Vec<usize>>> {
    let aware = fields.flag("rack_aware")?;
    let mut ids: Vec<usize> = match fields.get("rack_ids")? {
        Some(value) => value
            .extract()
            .map_err(|_| fields.bad("rack_ids", &value, "a list of ints"))?,
        None => Vec::new(),
    };
    if ids.is_empty() && aware == Some(true) {
        ids.extend(fields.number::<usize>("rack_id")?);
    }
    if aware == Some(false) {
        ids.clear();
    }
    Ok((!ids.is_empty()).then_some(ids))
}
