//! What is read past the core, and what of it is left to the core.

use std::sync::Arc;
use std::time::Instant;

use aerospike_core::policy::ReadPolicy;
use aerospike_core::{Bins, Key};

use super::gate::Gate;
use super::{Cluster, where_is};
use crate::convert::bins::Found;
use crate::direct::{Collector, Left, One, Outcome, Question, Scan, Share, Taker, take_off};
use crate::error::{Error, Result};
use crate::query::cursor::Cursor;

impl Cluster {
    /// Reads one record.
    pub(crate) async fn find(&self, policy: &ReadPolicy, key: &Key, bins: Bins) -> Result<Found> {
        let began = Instant::now();
        let one = One {
            key,
            bins: &bins,
            base: &policy.base_policy,
        };
        let gate = if one.is_plain() {
            self.routes.load().owner(key)
        } else {
            None
        };
        let share = gate.as_ref().and_then(|gate| share(gate, &[]));
        let Some(share) = share else {
            // Boxed: it is large, and seldom needed.
            let record = Box::pin(self.read(policy, key, bins)).await?;
            return Ok(record.into());
        };
        let spent = match one.ask(&share).await {
            Outcome::Found(found) => return Ok(found),
            Outcome::Refused(code) => return Err(Error::answered(code, share.node)),
            Outcome::Left => None,
            Outcome::Spent(spent) if spent.is_last(&policy.base_policy) => {
                return Err(Error::from(&spent));
            }
            Outcome::Spent(spent) => Some(spent),
        };
        let mut policy = policy.clone();
        take_off(&mut policy.base_policy, began.elapsed(), spent.is_some());
        match Box::pin(self.read(&policy, key, bins)).await {
            Ok(record) => Ok(record.into()),
            Err(error) => Err(match spent {
                Some(spent) => Error::from(error).after(&spent),
                None => error.into(),
            }),
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
