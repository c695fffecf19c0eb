//! One file per operation. Each is a type with `parse` (Python to request, in [`crate::client`]'s hands)
//! and [`Operation::run`] (request to reply, on the reactor).

pub(crate) mod admin;
pub(crate) mod aggregate;
pub(crate) mod apply;
pub(crate) mod batch;
pub(crate) mod batch_apply;
pub(crate) mod batch_mixed;
pub(crate) mod batch_operate;
pub(crate) mod batch_read;
pub(crate) mod batch_remove;
pub(crate) mod batch_stream;
pub(crate) mod batch_write;
pub(crate) mod command;
pub(crate) mod connect;
pub(crate) mod drain;
pub(crate) mod exists;
pub(crate) mod get;
pub(crate) mod index;
pub(crate) mod info;
pub(crate) mod job;
pub(crate) mod operate;
pub(crate) mod put;
pub(crate) mod query;
pub(crate) mod remove;
pub(crate) mod rotation;
pub(crate) mod task;
pub(crate) mod touch;
pub(crate) mod transaction;
pub(crate) mod truncate;
pub(crate) mod udf;
pub(crate) mod within;
pub(crate) mod write_rows;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core::policy::{BatchPolicy, ReadPolicy, WritePolicy};

use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::error::Result;
use crate::observe::watch::Watch;

/// The server's code for a record that does not exist.
pub(crate) const NOT_FOUND: i32 = 2;

/// What `dispatch` has to know of a request.
pub(crate) trait Operation: Send + 'static {
    /// The name users know it by, in metrics, traces and messages.
    const NAME: &'static str;
    /// Whether it can change anything, so that its loss leaves a doubt.
    const WRITES: bool;

    /// Whom it is for.
    fn target(&self) -> Target<'_>;

    /// What metrics and spans call it, where that is not its name.
    fn label(&self) -> &'static str {
        Self::NAME
    }

    /// The namespace and the set it is about; empty where it is about none.
    fn place(&self) -> (&str, &str) {
        self.target().place()
    }

    /// The policy that bounds its time from the call on, if one does.
    fn policy(&mut self) -> Option<&mut dyn Timed> {
        None
    }

    /// How long it may take from the call on; zero for ever.
    fn total_timeout(&mut self) -> Duration {
        self.policy()
            .map_or(Duration::ZERO, |policy| policy.total_timeout())
    }

    /// It waited: this is what is left of the total timeout.
    fn shorten(&mut self, left: Duration) {
        if let Some(policy) = self.policy() {
            policy.shorten(left);
        }
    }

    /// Whether it is one of those on one record that go past the core; the thread that waits for it may sleep in the socket.
    fn is_plain(&self) -> bool {
        false
    }

    /// It is to go through the core all the same: it may use one of the core's connections, and no other.
    fn leave_to_core(&mut self) {}

    /// Does it.
    fn run(self, cluster: &Cluster) -> impl Future<Output = Result<Reply>> + Send;

    /// Whether it can travel together with others of its burst, through [`join`](Self::join).
    const JOINS: bool = false;

    /// Does it together with others, passing the gate with them.
    fn join(
        self,
        cluster: &Arc<Cluster>,
        _deadline: Option<Instant>,
        _watch: Option<&Watch>,
    ) -> impl Future<Output = Result<Reply>> + Send
    where
        Self: Sized,
    {
        let cluster = Arc::clone(cluster);
        async move { self.run(&cluster).await }
    }
}

/// A policy with a total timeout.
pub(crate) trait Timed {
    /// Zero for ever.
    fn total_timeout(&self) -> Duration;

    /// Makes it what is left, rounded up: zero would mean for ever.
    fn shorten(&mut self, left: Duration);
}

macro_rules! timed {
    ($($policy:ty),*) => {$(
        impl Timed for Arc<$policy> {
            fn total_timeout(&self) -> Duration {
                Duration::from_millis(u64::from(self.base_policy.total_timeout))
            }

            fn shorten(&mut self, left: Duration) {
                Arc::make_mut(self).base_policy.total_timeout = u32::try_from(left.as_millis())
                    .unwrap_or(u32::MAX)
                    .saturating_add(1);
            }
        }
    )*};
}

timed!(ReadPolicy, WritePolicy, BatchPolicy);
