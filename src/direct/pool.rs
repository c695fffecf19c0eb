//! The connections of our own to one node.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aerospike_core::Host;
use aerospike_core::policy::AuthMode;
use bytes::Bytes;
use parking_lot::Mutex;
use wire::Message;

use super::connection::{Connection, Exchange, Failure, Messages, Patience};
use super::login::Login;
use crate::convert::config::Config;

/// Results that say of a connection that nobody has logged in on it, or not lately: an expired session, one that is none.
const UNKNOWN: [u8; 2] = [66, 80];

/// How long a connection may have been idle before it is asked whether the node has closed it.
const LOOK_AFTER: Duration = Duration::from_millis(10);

/// How the connections of a cluster are opened.
pub(crate) struct Dial {
    config: Arc<Config>,
    login: Option<Login>,
}

impl Dial {
    /// None if those of this cluster are left to the core: where a certificate logs in, or TLS is for the login only.
    pub(crate) fn of(config: &Arc<Config>) -> Option<Arc<Self>> {
        let auth = &config.policy().auth_mode;
        let is_served = !matches!(auth, AuthMode::Pki)
            && config.tls().is_none_or(|tls| !tls.for_login_only)
            && config.own_connections() > 0;
        is_served.then(|| {
            Arc::new(Self {
                config: Arc::clone(config),
                login: Login::of(auth),
            })
        })
    }

    async fn open(&self, host: &Host, until: Option<Instant>) -> Exchange<Connection> {
        let policy = self.config.policy();
        let patience = |milliseconds: u32| Patience {
            socket: Some(Duration::from_millis(u64::from(milliseconds))),
            until,
        };
        let connect = match policy.connect_timeout {
            0 => policy.timeout,
            own => own,
        };
        let tls = self.config.tls();
        let name = self.config.cluster_name();
        let mut connection = Connection::open(host, tls, name, patience(connect)).await?;
        if let Some(login) = &self.login {
            let patience = patience(policy.login_timeout);
            login.log_in(&mut connection, patience).await?;
        }
        Ok(connection)
    }
}

/// Connections to one node.
pub(crate) struct Pool {
    dial: Arc<Dial>,
    /// Those nobody uses; the last used goes first, so that what is not needed grows old. None when there are to be no more.
    idle: Mutex<Option<Vec<Connection>>>,
    /// All, used ones included.
    open: AtomicUsize,
}

impl Pool {
    pub(crate) fn new(dial: Arc<Dial>) -> Self {
        Self {
            dial,
            idle: Mutex::new(Some(Vec::new())),
            open: AtomicUsize::new(0),
        }
    }

    /// How many there are, and how many of them nobody uses.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let idle = self.idle.lock().as_ref().map_or(0, Vec::len);
        (self.open.load(Ordering::Relaxed).max(idle), idle)
    }

    /// Closes those that have been idle for too long: the server would do it soon, and nobody would notice before the next use.
    pub(crate) fn reap(&self) {
        let idle_timeout = u64::from(self.dial.config.policy().idle_timeout);
        if idle_timeout == 0 {
            return;
        }
        let now = Instant::now();
        let is_old = |connection: &mut Connection| {
            now.saturating_duration_since(connection.used) >= Duration::from_millis(idle_timeout)
        };
        let old: Vec<_> = match &mut *self.idle.lock() {
            Some(idle) => idle.extract_if(.., is_old).collect(),
            None => return,
        };
        self.open.fetch_sub(old.len(), Ordering::Relaxed);
    }

    /// Closes those that nobody uses, and the others as soon as they are done.
    pub(crate) fn close(&self) {
        let idle = self.idle.lock().take().unwrap_or_default();
        self.open.fetch_sub(idle.len(), Ordering::Relaxed);
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle.lock().as_mut()?.pop()
    }

    /// A connection: one that is idle, or a new one. None if none can be had.
    pub(super) async fn lease(&self, host: &Host, until: Option<Instant>) -> Option<Lease<'_>> {
        while let Some(connection) = self.take_idle() {
            let lease = Lease {
                pool: self,
                connection: Some(connection),
            };
            // One that was used a moment ago is taken as it is: to look costs a system call.
            if lease.connection.as_ref()?.is_usable(LOOK_AFTER) {
                return Some(lease);
            }
        }
        let most = self.dial.config.own_connections();
        let take = |open: usize| (open < most).then_some(open + 1);
        self.open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()?;
        let mut lease = Lease {
            pool: self,
            connection: None,
        };
        match self.dial.open(host, until).await {
            Ok(connection) => {
                lease.connection = Some(connection);
                Some(lease)
            }
            Err(failure) => {
                log::debug!("{host}: no connection beside the core's: {failure}");
                None
            }
        }
    }
}

/// The use of a connection. Dropped before it is given back, it is closed: something may still come on it.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lease<'_> {
    /// The same as [`Connection::converse`]; if it goes well, the connection is for the next one.
    pub(super) async fn converse(
        mut self,
        request: &[u8],
        messages: Messages,
        patience: Patience,
        take: impl FnMut(&Message<'_>, &Bytes) -> Exchange<()>,
    ) -> Exchange<u8> {
        let Some(mut connection) = self.connection.take() else {
            return Err(Failure::Broken("no connection".to_owned()));
        };
        let result = connection
            .converse(request, messages, patience, take)
            .await?;
        if UNKNOWN.contains(&result) {
            if let Some(login) = &self.pool.dial.login {
                login.forget();
            }
            return Ok(result);
        }
        connection.used = Instant::now();
        if let Some(idle) = &mut *self.pool.idle.lock() {
            idle.push(connection);
            // It is still open.
            std::mem::forget(self);
        }
        Ok(result)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.pool.open.fetch_sub(1, Ordering::Relaxed);
    }
}
