//! Reads of records, in batches and scans too, and writes of bins past the core, on connections of our own.
//!
//! The core makes of each row a record with a map of strings and values, moves it several times and takes most of their time for that;
//! it offers no way to the bytes (figures: docs/performance.md). So what is asked often and simply is asked here: the request is encoded with
//! `crates/wire`, and what comes back stays the bytes it came as, or goes straight into the rows of an array.
//!
//! ```text
//!  keys, partitions ─ by master node ─ one request each ─ Pool ─ Connection ─► node
//!                                                                    │
//!                          who takes them ◄── message by message ◄───┘
//!      what was not answered well ──► the core, within what is left of the time and of the retries
//! ```
//!
//! The cluster view is the core's, and so is everything difficult: whatever a node does not answer with a record, or with that there is none,
//! is asked again through the core, which retries, follows moved partitions and says what went wrong; but for reads, where
//! the master was asked in vain: a replica is asked here first, if the policy is to take them in turn. What is no plain request goes there at
//! once; so does a write of anything but bins of scalars, and one that depends on what is there. The connections are a share of `max_conns_per_node`, taken off the core's.

mod batch;
mod connection;
mod failure;
mod login;
mod one;
mod pool;
mod request;
mod scan;
mod socket;

use std::sync::Arc;

use aerospike_core::Node;
use failure::{Failure, Lost};

pub(crate) use batch::{Left, Question, RowReply, Taker};
pub(crate) use connection::Patience;
pub(crate) use failure::{Spent, TIMED_OUT, take_off};
pub(crate) use one::{Change, One, Outcome, Read, Write, ask};
pub(crate) use pool::{Dial, Pool};
pub(crate) use request::{is_plain, is_plain_write};
pub(crate) use scan::{Collector, Scan};

/// The result of a record whose partition the node does not have.
const MOVED: u8 = 11;

/// Of one node: who it is, the connections to it, and what it is asked for: rows of a batch, or partitions.
pub(crate) struct Share<'a> {
    pub(crate) node: &'a Arc<Node>,
    pub(crate) pool: &'a Pool,
    pub(crate) asked: &'a [usize],
}

impl Share<'_> {
    /// A connection to it, unless it is better left to the core.
    async fn lease(&self, patience: Patience) -> Option<pool::Lease<'_>> {
        if !self.node.is_active() || !self.node.error_rate_within_limit() {
            return None;
        }
        self.pool.lease(self.node, patience).await
    }

    /// An attempt at it has failed, which its circuit breaker counts.
    fn spent(&self, Lost { failure, sent }: Lost) -> Spent {
        log::debug!("{}: {failure}", self.node.name());
        // A partition that is not there is not the node's failure.
        if !matches!(failure, Failure::Refused(MOVED)) {
            self.node.incr_error_rate();
        }
        Spent {
            node: Arc::clone(self.node),
            failure,
            sent,
        }
    }
}
