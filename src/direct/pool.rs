//! The connections of our own to one node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aerospike_core::{Host, Node};
use bytes::Bytes;
use parking_lot::Mutex;
use wire::Message;

use super::connection::{Connection, Messages, Patience, UNKNOWN};
use super::failure::{Exchange, Failure, Lost};
use super::login::Login;
use crate::convert::config::Config;

/// How long a connection may have been idle before it is asked whether the node has closed it.
const LOOK_AFTER: Duration = Duration::from_millis(10);

/// How the connections of a cluster are opened.
pub(crate) struct Dial {
    config: Arc<Config>,
    login: Option<Login>,
}

impl Dial {
    /// None if those of this cluster are left to the core.
    pub(crate) fn of(config: &Arc<Config>) -> Option<Arc<Self>> {
        (config.own_connections() > 0).then(|| {
            Arc::new(Self {
                config: Arc::clone(config),
                login: Login::of(&config.policy().auth_mode),
            })
        })
    }

    /// Does beforehand what takes long.
    pub(crate) async fn prepare(&self) {
        if let Some(login) = &self.login {
            login.prepare().await;
        }
    }

    async fn open(&self, host: &Host, until: Option<Instant>) -> Exchange<Connection> {
        let policy = self.config.policy();
        let connect = match policy.connect_timeout {
            0 => policy.timeout,
            own => own,
        };
        // Each for the whole of what it bounds.
        let patience = |milliseconds: u32| {
            let own = Instant::now() + Duration::from_millis(u64::from(milliseconds));
            Patience::until(until.map_or(own, |until| until.min(own)))
        };
        let tls = self.config.tls();
        let name = self.config.cluster_name();
        let mut connection = Connection::open(host, tls, name, patience(connect)).await?;
        if let Some(login) = &self.login {
            let patience = match policy.login_timeout {
                0 => patience(connect),
                own => patience(own),
            };
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
    /// Until when none is opened, since the last time failed.
    resting: Mutex<Option<Instant>>,
    counts: Counts,
}

/// What became of connections so far.
#[derive(Default)]
struct Counts {
    opened: AtomicU64,
    failed: AtomicU64,
    broken: AtomicU64,
    closed: AtomicU64,
}

impl Pool {
    pub(crate) fn new(dial: Arc<Dial>) -> Self {
        Self {
            dial,
            idle: Mutex::new(Some(Vec::new())),
            open: AtomicUsize::new(0),
            resting: Mutex::new(None),
            counts: Counts::default(),
        }
    }

    /// What became of connections so far: opened, not opened, broken, closed.
    pub(crate) fn history(&self) -> [u64; 4] {
        let Counts {
            opened,
            failed,
            broken,
            closed,
        } = &self.counts;
        [opened, failed, broken, closed].map(|count| count.load(Ordering::Relaxed))
    }

    /// So many are closed in good order.
    fn note_closed(&self, count: usize) {
        self.open.fetch_sub(count, Ordering::Relaxed);
        let closed = &self.counts.closed;
        closed.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Whether one that could not be opened a moment ago would only be tried in vain again.
    fn rests(&self) -> bool {
        let resting = *self.resting.lock();
        resting.is_some_and(|until| Instant::now() < until)
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
        self.note_closed(old.len());
    }

    /// Closes those that nobody uses, and the others as soon as they are done.
    pub(crate) fn close(&self) {
        let idle = self.idle.lock().take().unwrap_or_default();
        self.note_closed(idle.len());
    }

    /// One that is idle, rather one in which the last to use it waited in the same way.
    fn take_idle(&self, patience: Patience) -> Option<Connection> {
        let mut idle = self.idle.lock();
        let idle = idle.as_mut()?;
        let fits = |connection: &Connection| connection.is_ready_for(patience);
        match idle.iter().rposition(fits) {
            Some(place) => Some(idle.remove(place)),
            None => idle.pop(),
        }
    }

    /// A connection: one that is idle, or a new one. None if none can be had.
    pub(super) async fn lease(&self, node: &Node, patience: Patience) -> Option<Lease<'_>> {
        let until = patience.until;
        while let Some(connection) = self.take_idle(patience) {
            let lease = Lease {
                pool: self,
                connection: Some(connection),
            };
            // One that was used a moment ago is taken as it is: to look costs a system call.
            if lease.connection.as_ref()?.is_usable(LOOK_AFTER) {
                return Some(lease);
            }
        }
        if self.rests() {
            return None;
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
        match self.dial.open(&node.host(), until).await {
            Ok(connection) => {
                self.counts.opened.fetch_add(1, Ordering::Relaxed);
                lease.connection = Some(connection);
                Some(lease)
            }
            Err(failure) => {
                log::debug!("{node}: no connection beside the core's: {failure}");
                self.counts.failed.fetch_add(1, Ordering::Relaxed);
                let now = Instant::now();
                // Where the caller had too little time, that says nothing of the node.
                if until.is_none_or(|until| now < until) {
                    let pause = u64::from(self.dial.config.policy().tend_interval);
                    *self.resting.lock() = Some(now + Duration::from_millis(pause));
                }
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
    ) -> Result<u8, Lost> {
        let lost = |failure, sent| Lost { failure, sent };
        let Some(mut connection) = self.connection.take() else {
            return Err(lost(Failure::Broken("no connection".to_owned()), false));
        };
        let outcome = connection.converse(request, messages, patience, take).await;
        let result = outcome.map_err(|failure| {
            let broken = &self.pool.counts.broken;
            broken.fetch_add(1, Ordering::Relaxed);
            lost(failure, connection.sent)
        })?;
        if UNKNOWN.contains(&result) {
            if let Some(login) = &self.pool.dial.login {
                login.forget();
            }
            self.pool.counts.closed.fetch_add(1, Ordering::Relaxed);
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
