//! The bound on what is in flight to one node.
//!
//! The core client answers an exhausted connection pool by sleeping a millisecond and trying again, without
//! a queue. So nobody is let through who would not find a connection: the permits are as many as there are
//! connections open. Whoever had to wait long causes more to be opened, up to the configured limit; where
//! waiting is short, more connections would only make the node's own queue longer.
//!
//! What goes past the core has a lane of its own, for it has connections of its own. (Where it must go through the core after all, since a
//! node is not well, it takes no second permit: it might be waiting for itself.)

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aerospike_bridge::reactor::may_nap;
use aerospike_core as core;
use aerospike_core::policy::AdminPolicy;
use tokio::sync::SemaphorePermit;

use super::lane::{Lane, Permit};
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
    /// The reads that wait to travel together.
    pub(super) reads: Reads,
}

/// The connections that are not the core's.
struct Own {
    lane: Lane,
    pool: Pool,
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
            core: Lane::new(open, floor, config.connection_limit()),
            growing: AtomicBool::new(false),
            own: dial.map(|dial| Own {
                lane: Lane::new(0, floor.min(most), most),
                pool: Pool::new(dial),
            }),
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
        self.lanes().map(Lane::waiting).sum()
    }

    /// A permit, at once or in turn, to the core's connections, or to the others if it is for a plain request on one record.
    ///
    /// # Errors
    /// The time is up, or what is left of it does not suffice.
    pub(super) async fn enter(
        self: &Arc<Self>,
        is_plain: bool,
        deadline: Option<Instant>,
    ) -> Result<Permit<'_>> {
        let own = self.own.as_ref().filter(|_| is_plain);
        let lane = own.map_or(&self.core, |own| &own.lane);
        let began = Instant::now();
        let grow = || match own {
            Some(own) => own.lane.widen(began),
            None => self.grow(),
        };
        if own.is_some() && may_nap() && lane.is_full() {
            // A thread that waits for another to wake it costs more than a connection.
            lane.widen(began);
        }
        let permit = lane.enter(deadline, grow).await;
        permit.ok_or_else(|| self.expired(lane, began))
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
