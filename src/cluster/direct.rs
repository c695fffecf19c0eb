//! What is asked past the core, and what of it is left to the core.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core as core;
use aerospike_core::policy::{BasePolicy, ReadPolicy};
use aerospike_core::{Bins, Key};

use super::gate::Gate;
use super::{Cluster, where_is};
use crate::convert::bins::Found;
use crate::direct::{
    Change, Collector, Left, One, Outcome, Question, Read, Scan, Share, Spent, TIMED_OUT, Taker,
    Write, ask, take_off,
};
use crate::error::{Error, Result};
use crate::query::cursor::Cursor;

/// Below this the resolution of a policy's times hides what has passed.
const MOMENT: Duration = Duration::from_millis(1);

/// What came of asking past the core.
enum Tried<T> {
    Answered(T),
    /// It is to be asked through the core, after an attempt if one is spent.
    Left(Option<Spent>),
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
        let spent = match self.try_past(&read, may_pass).await? {
            Tried::Answered(found) => return Ok(found),
            Tried::Left(spent) => spent,
        };
        let policy = rest(
            policy,
            |policy| &mut policy.base_policy,
            began,
            spent.is_some(),
        );
        // Boxed: it is large, and seldom needed.
        match Box::pin(self.read(&policy, key, bins)).await {
            Ok(record) => Ok(record.into()),
            Err(error) => Err(after(spent.as_ref(), error)),
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
        let spent = match self.try_past(&write, may_pass).await? {
            Tried::Answered(()) => return Ok(()),
            Tried::Left(spent) => spent,
        };
        let policy = rest(
            policy,
            |policy| &mut policy.base_policy,
            began,
            spent.is_some(),
        );
        let sent = Box::pin(async {
            match change {
                Change::Put => self.client.put(&policy, key, bins).await,
                Change::Append => self.client.append(&policy, key, bins).await,
                Change::Prepend => self.client.prepend(&policy, key, bins).await,
                Change::Add => self.client.add(&policy, key, bins).await,
            }
        });
        let doubt = spent.as_ref().is_some_and(Spent::is_doubtful);
        sent.await
            .map_err(|error| after(spent.as_ref(), error).or_in_doubt(doubt))
    }

    /// Asks the node of one record past the core, if that is possible.
    ///
    /// # Errors
    /// The node refused it, or the attempt that has failed was the last.
    async fn try_past<O: One>(&self, one: &O, may_pass: bool) -> Result<Tried<O::Answer>> {
        let gate = may_pass.then(|| self.routes.load().owner(one.key()));
        let gate = gate.flatten();
        let Some(share) = gate.as_ref().and_then(|gate| share(gate, &[])) else {
            return Ok(Tried::Left(None));
        };
        match ask(one, &share).await {
            Outcome::Answered(answer) => Ok(Tried::Answered(answer)),
            Outcome::Refused(code) => {
                Err(Error::answered(code, share.node).or_in_doubt(O::WRITES && code == TIMED_OUT))
            }
            Outcome::Left => Ok(Tried::Left(None)),
            Outcome::Spent(spent) if spent.is_last(one.base()) => {
                Err(Error::from(&spent).or_in_doubt(O::WRITES && spent.is_doubtful()))
            }
            Outcome::Spent(spent) => Ok(Tried::Left(Some(spent))),
        }
    }

    /// Reads records past the core, where that is possible; whatever is left is to be read through it.
    pub(crate) async fn ask<T: Taker>(&self, question: &Question<'_>, taker: &mut T) -> Left {
        let wanted = question.rows.iter().map(|(key, _)| where_is(key));
        let shares = if question.is_plain() {
            self.routes.load().owned(wanted)
        } else {
            Vec::new()
        };
        question.ask(own(&shares), taker).await
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

/// What is left of a policy, once some time has passed, and an attempt if one is spent.
fn rest<P: Clone>(
    policy: &P,
    base: impl FnOnce(&mut P) -> &mut BasePolicy,
    began: Instant,
    is_spent: bool,
) -> Cow<'_, P> {
    let passed = began.elapsed();
    let mut policy = Cow::Borrowed(policy);
    if is_spent || passed >= MOMENT {
        take_off(base(policy.to_mut()), passed, is_spent);
    }
    policy
}

/// An error of the core's, after an attempt it has no part in, if there was one.
fn after(spent: Option<&Spent>, error: core::Error) -> Error {
    let error = Error::from(error);
    match spent {
        Some(spent) => error.after(spent),
        None => error,
    }
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
