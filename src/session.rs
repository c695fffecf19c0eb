//! What a client has between `connect` and `close`, in one process.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aerospike_bridge::reactor::is_lone;
use tokio::sync::{Notify, OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::cluster::{Cluster, Permit};
use crate::convert::config::Config;
use crate::convert::policy::RESOLUTION;
use crate::convert::reply::Reply;
use crate::error::{Error, Result};
use crate::fork;
use crate::observe::watch::Watch;
use crate::ops::Operation;

/// How many requests may be under way or wait in one client. A `gather` of 50,000 is no mistake, ten
/// times as many are a producer without a brake.
const LONGEST_QUEUE: usize = 500_000;

/// Where in its life a session is. It only ever goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub(crate) enum Phase {
    Connecting,
    Connected,
    Closing,
    Closed,
}

/// Whether others may be asking at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// A blocked thread's request.
    Alone,
    /// An event loop's: bursts are the rule.
    Burst,
}

/// A connected client of one process.
pub(crate) struct Session {
    generation: u64,
    config: Arc<Config>,
    /// Set by `connect`; in the child of a fork by its first request.
    cluster: OnceCell<Arc<Cluster>>,
    /// The configured bound on concurrent operations, if any.
    bound: Option<Semaphore>,
    /// Requests under way or waiting.
    requests: AtomicUsize,
    idle: Notify,
    phase: AtomicU8,
    /// Ends what close() did not wait for.
    abandoned: CancellationToken,
}

/// Counts a request out again when it ends or is dropped.
struct Counted<'a>(&'a Session);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        // AcqRel: whoever sees zero in `wait_idle` sees what the requests did.
        if self.0.requests.fetch_sub(1, Ordering::AcqRel) == 1 && self.0.phase() >= Phase::Closing {
            self.0.idle.notify_waiters();
        }
    }
}

impl Session {
    /// A session that is not connected yet.
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Self {
            generation: fork::generation(),
            bound: config.max_concurrent_operations().map(Semaphore::new),
            config,
            cluster: OnceCell::new(),
            requests: AtomicUsize::new(0),
            idle: Notify::new(),
            phase: AtomicU8::new(Phase::Connecting as u8),
            abandoned: CancellationToken::new(),
        }
    }

    /// Whether this process made it, and not its parent.
    pub(crate) fn is_ours(&self) -> bool {
        self.generation == fork::generation()
    }

    /// The same client, for the child of a fork: connected as soon as it is needed.
    pub(crate) fn reborn(&self) -> Self {
        let session = Self::new(Arc::clone(&self.config));
        // Whoever was connecting or closing it is not in this process.
        let phase = match self.phase() {
            Phase::Connected => Phase::Connected,
            Phase::Connecting | Phase::Closing | Phase::Closed => Phase::Closed,
        };
        session.phase.store(phase as u8, Ordering::Release);
        session
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Connecting,
            1 => Phase::Connected,
            2 => Phase::Closing,
            _ => Phase::Closed,
        }
    }

    /// Goes from one phase to the next, unless somebody else did.
    fn advance(&self, from: Phase, to: Phase) -> bool {
        self.phase
            .compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Connects; afterwards the session is connected or closed.
    pub(crate) async fn connect(&self) -> Result<()> {
        let outcome = self.cluster().await.map(|_| ());
        let next = if outcome.is_ok() {
            Phase::Connected
        } else {
            Phase::Closed
        };
        self.advance(Phase::Connecting, next);
        outcome
    }

    /// Whoever should have connected it did not come to it.
    pub(crate) fn give_up(&self) {
        self.advance(Phase::Connecting, Phase::Closed);
    }

    /// Ends the session of a client that goes away, without waiting for what it should not have left behind.
    pub(crate) fn begin_closing(&self) -> bool {
        self.advance(Phase::Connected, Phase::Closing)
    }

    /// The cluster; connects on first use.
    pub(crate) async fn cluster(&self) -> Result<&Arc<Cluster>> {
        self.cluster
            .get_or_try_init(|| Cluster::connect(Arc::clone(&self.config)))
            .await
    }

    /// The cluster, if it is connected.
    pub(crate) fn connected(&self) -> Option<&Arc<Cluster>> {
        self.cluster.get()
    }

    /// Takes a request through everything that is the same for all of them: the bounds, the deadline, the
    /// end of the client.
    pub(crate) async fn execute<O: Operation>(
        &self,
        operation: O,
        company: Company,
        watch: Option<&Watch>,
    ) -> Result<Reply> {
        let _counted = self.admit()?;
        let sent = AtomicBool::new(false);
        // Pinned here, since it is large: `select!` would move it.
        let mut outcome = pin!(self.pass(operation, company, &sent, watch));
        tokio::select! {
            biased;
            outcome = &mut outcome => outcome,
            () = self.abandoned.cancelled() => {
                Err(Error::closed(O::WRITES && sent.load(Ordering::Relaxed)))
            }
        }
    }

    /// `sent` becomes true when the request leaves this process, or may have.
    async fn pass<O: Operation>(
        &self,
        mut operation: O,
        company: Company,
        sent: &AtomicBool,
        watch: Option<&Watch>,
    ) -> Result<Reply> {
        let began = Instant::now();
        let timeout = operation.total_timeout();
        let deadline = (!timeout.is_zero()).then(|| began + timeout);
        let _slot = self.slot(O::NAME, deadline).await?;
        let cluster = self.cluster().await?;
        let joins = O::JOINS && company == Company::Burst && self.config.coalesces_reads();
        let leave = if joins && !is_lone() {
            None
        } else {
            Some(cluster.gates(operation.target())?)
        };
        let permits = match &leave {
            None => None,
            Some(leave) if joins => leave.at_once(),
            Some(leave) => Some(leave.wait(operation.is_plain(), deadline).await?),
        };
        let (Some(leave), Some(permits)) = (&leave, permits) else {
            return operation.join(cluster, deadline, watch).await;
        };
        if operation.is_plain() && !permits.iter().all(Permit::is_own) && !joins {
            operation.leave_to_core();
        }
        if deadline.is_some() || watch.is_some() {
            let now = Instant::now();
            if let Some(watch) = watch {
                watch.sent(now, leave.node());
            }
            let waited = now - began;
            if let Some(deadline) = deadline
                && waited >= RESOLUTION
            {
                let left = deadline.saturating_duration_since(now);
                if left.is_zero() {
                    return Err(Error::expired(format!(
                        "Timeout after {} ms in the queue; not sent",
                        waited.as_millis()
                    )));
                }
                operation.shorten(left);
            }
        }
        if self.abandoned.is_cancelled() {
            // What made room for it was ended by close() a moment ago, and so is this.
            return Err(Error::closed(false));
        }
        sent.store(true, Ordering::Relaxed);
        operation.run(cluster).await
    }

    /// A place among the configured number of concurrent operations.
    async fn slot(
        &self,
        name: &str,
        deadline: Option<Instant>,
    ) -> Result<Option<tokio::sync::SemaphorePermit<'_>>> {
        let Some(bound) = &self.bound else {
            return Ok(None);
        };
        if let Ok(permit) = bound.try_acquire() {
            return Ok(Some(permit));
        }
        let began = Instant::now();
        let patience = self.config.operation_queue_timeout();
        let patient_until = (!patience.is_zero()).then(|| began + patience);
        let turn = bound.acquire();
        let permit = match [patient_until, deadline].into_iter().flatten().min() {
            None => Ok(turn.await),
            Some(end) => tokio::time::timeout_at(end.into(), turn).await,
        };
        match permit {
            Ok(permit) => permit
                .map(Some)
                .map_err(|_| Error::client("The client is closing")),
            Err(_) if patient_until.is_some_and(|end| deadline.is_none_or(|last| end <= last)) => {
                Err(Error::backpressure(format!(
                    "Backpressure timeout on '{name}' after {}ms: max_concurrent_operations={} exceeded",
                    patience.as_millis(),
                    self.config.max_concurrent_operations().unwrap_or(0),
                )))
            }
            Err(_) => Err(Error::expired(format!(
                "Timeout after {} ms in the client's queue: max_concurrent_operations={} were under way; not sent",
                began.elapsed().as_millis(),
                self.config.max_concurrent_operations().unwrap_or(0),
            ))),
        }
    }

    fn admit(&self) -> Result<Counted<'_>> {
        let before = self.requests.fetch_add(1, Ordering::AcqRel);
        let counted = Counted(self);
        if self.phase() >= Phase::Closing {
            return Err(Error::not_connected());
        }
        if before >= LONGEST_QUEUE {
            return Err(Error::backpressure(format!(
                "{LONGEST_QUEUE} requests of this client are under way already"
            )));
        }
        Ok(counted)
    }

    /// Refuses new requests, waits for those under way, ends those that take too long, disconnects.
    pub(crate) async fn close(&self, patience: Option<Duration>) {
        self.begin_closing();
        let end = patience.map(|patience| Instant::now() + patience);
        within(end, self.wait_idle()).await;
        self.abandoned.cancel();
        // Each request notices on its own task; they have nothing left to wait for.
        self.wait_idle().await;
        if self.advance(Phase::Closing, Phase::Closed)
            && let Some(cluster) = self.connected()
        {
            within(end, cluster.disconnect()).await;
        }
    }

    async fn wait_idle(&self) {
        loop {
            // Register, then look again.
            let mut idle = std::pin::pin!(self.idle.notified());
            idle.as_mut().enable();
            if self.requests.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// Waits for something, until a moment at most.
async fn within<F: Future>(end: Option<Instant>, what: F) {
    match end {
        Some(end) => drop(tokio::time::timeout_at(end.into(), what).await),
        None => drop(what.await),
    }
}
