//! The bound on what is in flight to one node.
//!
//! The core client answers an exhausted connection pool by sleeping a millisecond and trying again, without
//! a queue. So nobody is let through who would not find a connection: the permits are as many as there are
//! connections open. Whoever had to wait long causes more to be opened, up to the configured limit; where
//! waiting is short, more connections would only make the node's own queue longer.
//!
//! Under overload a queue that is served in turn serves everybody too late: each has his permit just before
//! his time is up, and the node works for nobody. So whoever had to wait, and now has less time left than
//! requests take here, gives the permit to the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aerospike_core as core;
use aerospike_core::policy::AdminPolicy;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::reads::Reads;
use crate::convert::config::Config;
use crate::direct::{Dial, Pool};
use crate::error::{Error, Result};

/// A wait from which on more connections help.
const LONG_WAIT: Duration = Duration::from_millis(2);

/// One node and the permits to talk to it.
pub(super) struct Gate {
    node: Arc<core::Node>,
    permits: Semaphore,
    /// How many permits there are, taken ones included.
    granted: AtomicUsize,
    /// How many wait for one.
    waiting: AtomicUsize,
    floor: usize,
    limit: usize,
    growing: AtomicBool,
    /// How long a permit is held while others wait, in microseconds: a moving average.
    held: AtomicU64,
    /// The reads that wait to travel together.
    pub(super) reads: Reads,
    /// For reads past the core.
    pool: Option<Pool>,
}

/// Somebody who waits, counted until he does no longer.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn count(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to talk to a node.
pub(crate) struct Permit<'a> {
    gate: &'a Gate,
    _turn: SemaphorePermit<'a>,
    since: Instant,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.gate.permits.available_permits() == 0 {
            self.gate.learn(self.since.elapsed());
        }
    }
}

/// A permit that outlives the borrow it was given for.
pub(super) struct Kept(Arc<Gate>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.permits.add_permits(1);
    }
}

impl Gate {
    /// As many permits as connections are open, and at least as many as are kept open.
    pub(super) fn new(node: Arc<core::Node>, config: &Config, dial: Option<Arc<Dial>>) -> Self {
        let (floor, limit) = (config.warm_connections(), config.connection_limit());
        let granted = (node.open_connections() as usize).clamp(floor, limit);
        Self {
            node,
            permits: Semaphore::new(granted),
            granted: AtomicUsize::new(granted),
            waiting: AtomicUsize::new(0),
            floor,
            limit,
            growing: AtomicBool::new(false),
            held: AtomicU64::new(0),
            reads: Reads::default(),
            pool: dial.map(Pool::new),
        }
    }

    /// The connections that are not the core's, if there may be some.
    pub(super) fn pool(&self) -> Option<&Pool> {
        self.pool.as_ref()
    }

    pub(super) fn node(&self) -> &Arc<core::Node> {
        &self.node
    }

    /// How many permits there are, taken ones included.
    pub(super) fn granted(&self) -> usize {
        self.granted.load(Ordering::Relaxed)
    }

    /// How many wait for a permit.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// A permit, at once or in turn.
    ///
    /// # Errors
    /// The time is up, or what is left of it does not suffice.
    pub(super) async fn enter(self: &Arc<Self>, deadline: Option<Instant>) -> Result<Permit<'_>> {
        let began = Instant::now();
        let permit = self.turn(deadline).await?;
        let since = Instant::now();
        if let Some(deadline) = deadline {
            let (waited, left) = (since - began, deadline.saturating_duration_since(since));
            // Twice the average, for most take less; but who asks for little time shall be tried once, too.
            if left < waited.min(self.held() * 2) {
                return Err(self.expired(began));
            }
        }
        Ok(Permit {
            gate: self,
            _turn: permit,
            since,
        })
    }

    /// A permit, if there is nobody to wait for.
    pub(super) fn enter_at_once(&self) -> Option<Permit<'_>> {
        // Reads that wait have an attendant, who has not come to it yet.
        if !self.reads.is_empty() {
            return None;
        }
        Some(Permit {
            gate: self,
            _turn: self.permits.try_acquire().ok()?,
            since: Instant::now(),
        })
    }

    /// Waits until it is this request's turn.
    pub(super) async fn turn(
        self: &Arc<Self>,
        deadline: Option<Instant>,
    ) -> Result<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let began = Instant::now();
        let _waiting = Waiting::count(&self.waiting);
        let turn = self.permits.acquire();
        let permit = match deadline {
            None => turn.await,
            Some(deadline) => {
                let Ok(permit) = tokio::time::timeout_at(deadline.into(), turn).await else {
                    self.grow();
                    return Err(self.expired(began));
                };
                permit
            }
        };
        if began.elapsed() > LONG_WAIT {
            self.grow();
        }
        // The semaphore is never closed.
        permit.map_err(|_| Error::client("The node's queue was closed"))
    }

    /// Takes a permit along into a task.
    pub(super) fn keep(self: &Arc<Self>, permit: SemaphorePermit<'_>) -> Kept {
        permit.forget();
        Kept(Arc::clone(self))
    }

    fn held(&self) -> Duration {
        Duration::from_micros(self.held.load(Ordering::Relaxed))
    }

    fn learn(&self, held: Duration) {
        // Of two at once one is forgotten, and nothing depends on it.
        let average = self.held.load(Ordering::Relaxed);
        let held = u64::try_from(held.as_micros()).unwrap_or(u64::MAX / 8);
        self.held.store((average * 7 + held) / 8, Ordering::Relaxed);
    }

    fn expired(&self, began: Instant) -> Error {
        Error::expired(format!(
            "Timeout after {} ms in the queue of node {}: all {} connections were busy, for {} ms each; not sent",
            began.elapsed().as_millis(),
            self.node.name(),
            self.granted.load(Ordering::Relaxed),
            self.held().as_millis(),
        ))
    }

    /// Opens half as many connections again, in the background.
    fn grow(self: &Arc<Self>) {
        let granted = self.granted.load(Ordering::Relaxed);
        let more = (granted / 2).max(4).min(self.limit.saturating_sub(granted));
        if more == 0 || self.growing.swap(true, Ordering::Relaxed) {
            return;
        }
        let gate = Arc::clone(self);
        tokio::spawn(async move {
            // The core opens a connection when somebody asks an empty pool for one.
            let policy = AdminPolicy::default();
            let asks = (0..more).map(|_| gate.node.info(&policy, &["node"]));
            futures_util::future::join_all(asks).await;
            gate.follow_connections();
            gate.growing.store(false, Ordering::Relaxed);
        });
    }

    /// Grants as many permits as connections are open now.
    pub(super) fn follow_connections(&self) {
        let open = (self.node.open_connections() as usize).clamp(self.floor, self.limit);
        let granted = self.granted.load(Ordering::Relaxed);
        if open > granted {
            self.permits.add_permits(open - granted);
            self.granted.store(open, Ordering::Relaxed);
        } else {
            let taken_back = self.permits.forget_permits(granted - open);
            self.granted.fetch_sub(taken_back, Ordering::Relaxed);
        }
    }
}
