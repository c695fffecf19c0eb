//! The bound on what is in flight to one node.
//!
//! The core client answers an exhausted connection pool by sleeping a millisecond and trying again, without
//! a queue. So nobody is let through who would not find a connection: the permits are as many as there are
//! connections open. Whoever had to wait long causes more to be opened, up to the configured limit; where
//! waiting is short, more connections would only make the node's own queue longer.
//!
//! What goes past the core has a lane of its own, for it has connections of its own. (Where it must go through the core after all, since a
//! node is not well, it takes no second permit: it might be waiting for itself. Nor does it at the gate of a replica that is asked next.)

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use aerospike_bridge::reactor::may_nap;
use aerospike_core as core;
use aerospike_core::policy::AdminPolicy;
use tokio::sync::SemaphorePermit;

use super::lane::{LONG_WAIT, Lane, Permit};
use super::reads::Reads;
use crate::convert::config::Config;
use crate::direct::{Dial, Pool};
use crate::error::{Error, Result};

/// One node and the permits to talk to it.
pub(super) struct Gate {
    node: Arc<core::Node>,
    /// For what goes through the core, and for batches and reads that join one, wherever they go.
    core: Lane,
    growing: AtomicBool,
    /// For what goes past the core.
    own: Option<Own>,
    /// How many wait for a permit: some do so in both lanes.
    waiting: AtomicUsize,
    /// The reads that wait to travel together.
    pub(super) reads: Reads,
}

/// The connections that are not the core's.
struct Own {
    lane: Lane,
    pool: Pool,
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

/// A permit that outlives the borrow it was given for.
pub(super) struct Kept(Arc<Gate>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.core.give_back();
    }
}

impl Gate {
    pub(super) fn new(node: Arc<core::Node>, config: &Config, dial: Option<Arc<Dial>>) -> Self {
        let (open, floor) = (node.open_connections() as usize, config.warm_connections());
        let most = config.own_connections();
        Self {
            node,
            core: Lane::new(open, floor, config.connection_limit(), false),
            growing: AtomicBool::new(false),
            own: dial.map(|dial| Own {
                lane: Lane::new(0, floor.min(most), most, true),
                pool: Pool::new(dial),
            }),
            waiting: AtomicUsize::new(0),
            reads: Reads::default(),
        }
    }

    /// The connections that are not the core's, if there may be some.
    pub(super) fn pool(&self) -> Option<&Pool> {
        self.own.as_ref().map(|own| &own.pool)
    }

    pub(super) fn node(&self) -> &Arc<core::Node> {
        &self.node
    }

    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        [Some(&self.core), self.own.as_ref().map(|own| &own.lane)]
            .into_iter()
            .flatten()
    }

    /// How many permits there are, taken ones included.
    pub(super) fn granted(&self) -> usize {
        self.lanes().map(Lane::granted).sum()
    }

    /// How many wait for a permit.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// A permit, at once or in turn: for a plain request on one record also to the connections that are not the core's.
    ///
    /// # Errors
    /// The time is up, or what is left of it does not suffice.
    pub(super) async fn enter(
        self: &Arc<Self>,
        is_plain: bool,
        deadline: Option<Instant>,
    ) -> Result<Permit<'_>> {
        let began = Instant::now();
        let own = self.own.as_ref().filter(|_| is_plain);
        if let Some(own) = own
            && may_nap()
            && own.lane.is_full()
        {
            // A thread that waits for another to wake it costs more than a connection.
            own.lane.widen(began);
        }
        let lane = own.map_or(&self.core, |own| &own.lane);
        if let Some(permit) = lane.enter_at_once() {
            return Ok(permit);
        }
        let _waiting = Waiting::count(&self.waiting);
        let (lane, permit) = match own {
            Some(own) => self.enter_either(&own.lane, began, deadline).await,
            None => (&self.core, self.core.enter(deadline, || self.grow()).await),
        };
        permit.ok_or_else(|| self.expired(lane, began))
    }

    /// Waits for a permit to the connections that are not the core's; whoever has waited long takes one of the core's as well.
    async fn enter_either<'a>(
        self: &'a Arc<Self>,
        own: &'a Lane,
        began: Instant,
        deadline: Option<Instant>,
    ) -> (&'a Lane, Option<Permit<'a>>) {
        let mut turn = pin!(own.enter(deadline, || own.widen(began)));
        if let Ok(permit) = tokio::time::timeout(LONG_WAIT, turn.as_mut()).await {
            return (own, permit);
        }
        own.widen(began);
        tokio::select! {
            biased;
            permit = turn => (own, permit),
            permit = self.core.enter(deadline, || self.grow()) => (&self.core, permit),
        }
    }

    /// A permit to the core's connections, if there is nobody to wait for.
    pub(super) fn enter_at_once(&self) -> Option<Permit<'_>> {
        // Reads that wait have an attendant, who has not come to it yet.
        if !self.reads.is_empty() {
            return None;
        }
        self.core.enter_at_once()
    }

    /// Waits until it is the turn of reads that travel together.
    ///
    /// # Errors
    /// The time is up.
    pub(super) async fn turn(
        self: &Arc<Self>,
        deadline: Option<Instant>,
    ) -> Result<SemaphorePermit<'_>> {
        let began = Instant::now();
        let _waiting = Waiting::count(&self.waiting);
        let turn = self.core.turn(deadline, || self.grow()).await;
        turn.ok_or_else(|| self.expired(&self.core, began))
    }

    /// Takes a permit along into a task.
    pub(super) fn keep(self: &Arc<Self>, permit: SemaphorePermit<'_>) -> Kept {
        permit.forget();
        Kept(Arc::clone(self))
    }

    fn expired(&self, lane: &Lane, began: Instant) -> Error {
        Error::expired(format!(
            "Timeout after {} ms in the queue of node {}: all {} connections were busy, for {} ms each; not sent",
            began.elapsed().as_millis(),
            self.node.name(),
            lane.granted(),
            lane.held().as_millis(),
        ))
    }

    /// Opens half as many of the core's connections again, in the background.
    fn grow(self: &Arc<Self>) {
        let more = self.core.growth();
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

    /// Grants as many permits as connections are open now, and at least as many as are kept open.
    pub(super) fn follow_connections(&self) {
        self.core.follow(self.node.open_connections() as usize);
        if let Some(own) = &self.own {
            own.lane.follow(own.pool.counts().0);
        }
    }
}
