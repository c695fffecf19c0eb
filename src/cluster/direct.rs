//! What is asked past the core, and what of it is left to the core.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core::policy::{BasePolicy, ReadPolicy};
use aerospike_core::{Bins, Key, Replica};

use super::gate::Gate;
use super::{Cluster, where_is};
use crate::convert::bins::Found;
use crate::convert::policy::RESOLUTION;
use crate::direct::{
    Change, Collector, Left, One, Outcome, Patience, Question, Read, Scan, Share, Spent, TIMED_OUT,
    Taker, Write, ask, take_off,
};
use crate::error::{Error, Result};
use crate::query::cursor::Cursor;

/// What came of asking past the core.
enum Tried<T> {
    Answered(T),
    /// It is to be asked through the core.
    Left(Attempts),
}

/// Attempts that came to nothing, in their order.
#[derive(Default)]
struct Attempts {
    spent: Vec<Spent>,
    /// Whether the next was to be at a replica, and came to nothing that counts: no connection could be had, as a rule.
    is_replica_missing: bool,
}

impl Attempts {
    fn count(&self) -> usize {
        self.spent.len()
    }

    /// How many of them the core shall not make again.
    fn to_take_off(&self, base: &BasePolicy) -> usize {
        // It begins at the master: where only the replica is left, it has an attempt for each.
        let is_short = self.is_replica_missing && self.count() == base.max_retries;
        self.count() - usize::from(is_short)
    }

    /// Whether one of them may have been carried out.
    fn are_doubtful(&self) -> bool {
        self.spent.iter().any(Spent::is_doubtful)
    }

    /// How it ended after them.
    fn before(&self, error: Error) -> Error {
        let attempts = self.spent.iter().rev();
        attempts.fold(error, Error::after)
    }
}

impl Cluster {
    /// Reads one record, past the core if it may.
    pub(crate) async fn find(
        &self,
        policy: &ReadPolicy,
        key: &Key,
        bins: Bins,
        may_pass: bool,
    ) -> Result<Found> {
        let began = Instant::now();
        let read = Read {
            key,
            bins: &bins,
            policy,
        };
        let attempts = match self.try_past(&read, may_pass).await? {
            Tried::Answered(found) => return Ok(found),
            Tried::Left(attempts) => attempts,
        };
        let policy = rest(
            policy,
            |policy| &mut policy.base_policy,
            began,
            attempts.to_take_off(&policy.base_policy),
        );
        // Boxed: it is large, and seldom needed.
        match Box::pin(self.read(&policy, key, bins)).await {
            Ok(record) => Ok(record.into()),
            Err(error) => Err(attempts.before(error.into())),
        }
    }

    /// Writes bins of one record, or adds to them, past the core if it may.
    pub(crate) async fn write(&self, write: Write<'_>, may_pass: bool) -> Result<()> {
        let began = Instant::now();
        let Write {
            key,
            bins,
            change,
            policy,
        } = write;
        let attempts = match self.try_past(&write, may_pass).await? {
            Tried::Answered(()) => return Ok(()),
            Tried::Left(attempts) => attempts,
        };
        let policy = rest(
            policy,
            |policy| &mut policy.base_policy,
            began,
            attempts.to_take_off(&policy.base_policy),
        );
        let sent = Box::pin(async {
            match change {
                Change::Put => self.client.put(&policy, key, bins).await,
                Change::Append => self.client.append(&policy, key, bins).await,
                Change::Prepend => self.client.prepend(&policy, key, bins).await,
                Change::Add => self.client.add(&policy, key, bins).await,
            }
        });
        sent.await.map_err(|error| {
            attempts
                .before(error.into())
                .or_in_doubt(attempts.are_doubtful())
        })
    }

    /// Asks the master of one record past the core, and after it in vain a replica where the core would, if that is possible.
    ///
    /// # Errors
    /// A node refused it, or the attempt that has failed was the last.
    async fn try_past<O: One>(&self, one: &O, may_pass: bool) -> Result<Tried<O::Answer>> {
        let (key, base) = (one.key(), one.base());
        let patience = Patience::of(base);
        let mut attempts = Attempts::default();
        let mut gate = may_pass.then(|| self.routes.load().owner(key)).flatten();
        while let Some(share) = gate.as_ref().and_then(|gate| share(gate, &[])) {
            let retries = base.max_retries.saturating_sub(attempts.count());
            let (error, doubt) = match ask(one, &share, patience, retries == 0).await {
                Outcome::Answered(answer) => return Ok(Tried::Answered(answer)),
                Outcome::Left => {
                    attempts.is_replica_missing = attempts.count() > 0;
                    break;
                }
                Outcome::Refused(code) => (Error::answered(code, share.node), code == TIMED_OUT),
                Outcome::Spent(last) if last.is_last(retries) => {
                    (Error::from(&last), last.is_doubtful())
                }
                Outcome::Spent(attempt) => {
                    attempts.spent.push(attempt);
                    // One here: what is left after it begins at the master, in the core.
                    let next = !O::WRITES
                        && attempts.count() == 1
                        && matches!(base.replica, Replica::Sequence);
                    gate = next.then(|| self.routes.load().replica(key)).flatten();
                    continue;
                }
            };
            let doubt = O::WRITES && (doubt || attempts.are_doubtful());
            return Err(attempts.before(error).or_in_doubt(doubt));
        }
        Ok(Tried::Left(attempts))
    }

    /// Reads records past the core, where that is possible; whatever is left is to be read through it.
    pub(crate) async fn ask<T: Taker>(&self, question: &Question<'_>, taker: &mut T) -> Left {
        let wanted = question.rows.iter().map(|(key, _)| where_is(key));
        let shares = if question.is_plain() {
            self.routes.load().owned(wanted)
        } else {
            Vec::new()
        };
        let began = Instant::now();
        let mut left = question.ask(own(&shares), taker).await;
        let (base, passed) = (question.base, began.elapsed());
        let is_time_left = base.total_timeout == 0
            || passed < Duration::from_millis(u64::from(base.total_timeout));
        if left.has_tried() && is_time_left && matches!(base.replica, Replica::Sequence) {
            let tried = question.tried(&left).map(where_is);
            let shares = self.routes.load().copied(tried);
            if !shares.is_empty() {
                let others = own(&shares);
                question.ask_again(&mut left, others, passed, taker).await;
            }
        }
        left
    }

    /// Reads all records past the core, where that is possible, and moves the cursor along. Returns whether that was everything.
    ///
    /// # Errors
    /// The collector's.
    pub(crate) async fn scan<C: Collector>(
        &self,
        scan: &Scan<'_>,
        cursor: &mut Cursor,
        collector: &mut C,
    ) -> Result<bool> {
        if !scan.is_plain() {
            return Ok(false);
        }
        let partitions = cursor.partitions();
        let begin = partitions.start;
        let wanted = partitions.map(|partition| (&*scan.statement.namespace, partition));
        let mut shares = self.routes.load().owned(wanted);
        let owned: usize = shares.iter().map(|(_, places)| places.len()).sum();
        for partition in shares.iter_mut().flat_map(|(_, places)| places) {
            *partition += begin;
        }
        let nodes = own(&shares);
        let all = nodes.len() == shares.len() && owned == cursor.partitions().len();
        Ok(scan.ask(nodes, cursor, collector).await? && all)
    }
}

/// What is left of a policy, once some time has passed, and attempts are spent.
fn rest<P: Clone>(
    policy: &P,
    base: impl FnOnce(&mut P) -> &mut BasePolicy,
    began: Instant,
    spent: usize,
) -> Cow<'_, P> {
    let passed = began.elapsed();
    let mut policy = Cow::Borrowed(policy);
    if spent > 0 || passed >= RESOLUTION {
        take_off(base(policy.to_mut()), passed, spent);
    }
    policy
}

/// The nodes among these that may be asked past the core.
fn own(shares: &[(Arc<Gate>, Vec<usize>)]) -> Vec<Share<'_>> {
    let shares = shares.iter().filter_map(|(gate, asked)| share(gate, asked));
    shares.collect()
}

/// What a node is asked for, if it may be asked past the core.
fn share<'a>(gate: &'a Arc<Gate>, asked: &'a [usize]) -> Option<Share<'a>> {
    Some(Share {
        node: gate.node(),
        pool: gate.pool()?,
        asked,
    })
}
