//! A batch over the nodes: all of them at once, or one after the other, as its policy says.
//!
//! What the core calls sequential is not: it asks all nodes that have several rows at once and only those that have one row in turn. And
//! what it calls parallel takes a task for each node, which a blocked caller would pay with a switch of threads.

use std::mem;
use std::time::Instant;

use aerospike_core as core;
use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, Concurrency};

use super::{Cluster, where_is};

/// The places of the rows that one node has.
type Group = Vec<usize>;

impl Cluster {
    /// Sends rows to their nodes.
    pub(super) async fn spread(
        &self,
        policy: &BatchPolicy,
        rows: &mut Vec<BatchOperation>,
    ) -> core::Result<()> {
        let groups = self.groups(rows);
        let several = groups.len() > 1;
        if several && matches!(policy.concurrency, Concurrency::Sequential) {
            return self.in_turn(policy, rows, groups).await;
        }
        let concurrency = if several && groups.iter().any(|group| group.len() == 1) {
            Concurrency::Parallel
        } else {
            Concurrency::Sequential
        };
        let policy = BatchPolicy {
            concurrency,
            ..policy.clone()
        };
        self.client.batch(&policy, rows).await
    }

    /// Which rows go together, as far as we know.
    fn groups(&self, rows: &[BatchOperation]) -> Vec<Group> {
        let keys = rows.iter().map(|row| &row.batch_record().key);
        match self.routes.load().shares(keys.map(where_is)) {
            Ok(shares) => shares.into_iter().map(|(_, group)| group).collect(),
            // The core says what is wrong.
            Err(_) => vec![(0..rows.len()).collect()],
        }
    }

    /// One node after the other, within the time of one batch.
    async fn in_turn(
        &self,
        policy: &BatchPolicy,
        rows: &mut Vec<BatchOperation>,
        groups: Vec<Group>,
    ) -> core::Result<()> {
        let began = Instant::now();
        let total = policy.base_policy.total_timeout;
        let mut policy = policy.clone();
        let mut places: Vec<_> = mem::take(rows).into_iter().map(Some).collect();
        let mut outcome = Ok(());
        for group in groups {
            let mut part: Vec<_> = group
                .iter()
                .filter_map(|&place| places.get_mut(place)?.take())
                .collect();
            if total > 0 {
                let passed = u32::try_from(began.elapsed().as_millis()).unwrap_or(total);
                policy.base_policy.total_timeout = total.saturating_sub(passed).max(1);
            }
            let answer = self.client.batch(&policy, &mut part).await;
            outcome = outcome.and(answer);
            for (place, row) in group.into_iter().zip(part) {
                if let Some(free) = places.get_mut(place) {
                    *free = Some(row);
                }
            }
        }
        rows.extend(places.into_iter().flatten());
        outcome
    }
}
