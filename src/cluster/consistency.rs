//! Reads of strongly consistent namespaces, in the mode the caller asks for.
//!
//! The core leaves `read_mode_sc` out of a request for one record, and out of a batch that has one row for its node. In a batch of several
//! rows it travels. So where the mode matters each row is given company: a second one, which asks for the header of the same record and so
//! goes to the same node.

use std::borrow::Cow;

use aerospike_core as core;
use aerospike_core::operations::Operation;
use aerospike_core::policy::{BasePolicy, BatchPolicy, ReadPolicy};
use aerospike_core::{
    BatchOperation, BatchReadPolicy, BatchRecord, Bins, Key, ReadModeSc, Record, Replica,
};

use super::Cluster;

impl Cluster {
    /// Whether a read under this policy is in a mode that it has to say.
    pub(crate) fn says_mode(&self, policy: &BasePolicy, key: &Key) -> bool {
        !matches!(policy.read_mode_sc, ReadModeSc::Session)
            && self.client.is_strong_consistency(key.namespace()) != Some(false)
    }

    /// Reads one record.
    pub(crate) async fn read(
        &self,
        policy: &ReadPolicy,
        key: &Key,
        bins: Bins,
    ) -> core::Result<Record> {
        if !self.says_mode(&policy.base_policy, key) {
            return self.client.get(policy, key, bins).await;
        }
        let row = BatchOperation::read(&row_policy(&policy.base_policy), key.clone(), bins);
        // A batch's future is large and a read seldom one: it must not make room for it.
        Box::pin(self.read_row(&policy.base_policy, row)).await
    }

    /// What operations that only read say of one record.
    pub(crate) async fn read_with(
        &self,
        policy: &BasePolicy,
        key: &Key,
        operations: Vec<Operation>,
    ) -> core::Result<Record> {
        let row = BatchOperation::read_ops(&row_policy(policy), key.clone(), operations);
        self.read_row(policy, row).await
    }

    async fn read_row(&self, policy: &BasePolicy, row: BatchOperation) -> core::Result<Record> {
        let mut rows = vec![row];
        let sent = self.batch(&batch_policy(policy), &mut rows).await;
        let Some(mut row) = rows.pop() else {
            return Err(core::Error::client_error("The batch lost its row"));
        };
        if let Some(error) = row.error() {
            return Err(error.clone());
        }
        sent?;
        row.take_record()
            .ok_or_else(|| core::Error::client_error("The record was not answered"))
    }

    /// Sends a batch.
    pub(crate) async fn batch(
        &self,
        policy: &BatchPolicy,
        rows: &mut Vec<BatchOperation>,
    ) -> core::Result<()> {
        let asked = rows.len();
        let policy = self.accompany(policy, rows);
        let outcome = self.spread(&policy, rows).await;
        rows.truncate(asked);
        outcome
    }

    /// Sends a batch and tells of each answer as it comes: the position of its row, which lies beyond the end if nobody asked for it.
    pub(crate) async fn batch_foreach(
        &self,
        policy: &BatchPolicy,
        rows: &mut Vec<BatchOperation>,
        tell: impl Fn(usize, &BatchRecord) + Send + Sync + 'static,
    ) -> core::Result<()> {
        let asked = rows.len();
        let policy = self.accompany(policy, rows);
        // Whoever leaves does not stop the batch: to break it off would cost its connections.
        let tell = move |position, record: &BatchRecord| {
            tell(position, record);
            std::future::ready(true)
        };
        let outcome = self.client.batch_foreach(&policy, rows, tell).await;
        rows.truncate(asked);
        outcome
    }

    /// Gives company to rows that need it; returns the policy that goes with it.
    fn accompany<'a>(
        &self,
        policy: &'a BatchPolicy,
        rows: &mut Vec<BatchOperation>,
    ) -> Cow<'a, BatchPolicy> {
        let company: Vec<BatchOperation> = rows
            .iter()
            .map(BatchOperation::batch_record)
            .filter(|row| !row.has_write() && self.says_mode(&policy.base_policy, &row.key))
            .map(|row| {
                BatchOperation::read(
                    &row_policy(&policy.base_policy),
                    row.key.clone(),
                    Bins::None,
                )
            })
            .collect();
        if company.is_empty() {
            return Cow::Borrowed(policy);
        }
        rows.extend(company);
        let mut policy = policy.clone();
        let replica = &mut policy.base_policy.replica;
        if matches!(replica, Replica::Random | Replica::MasterProles) {
            // Either would choose anew for the company.
            *replica = Replica::Sequence;
        }
        Cow::Owned(policy)
    }
}

/// The policy of a batch that reads as a single read under `policy` does.
pub(super) fn batch_policy(policy: &BasePolicy) -> BatchPolicy {
    BatchPolicy {
        base_policy: policy.clone(),
        ..BatchPolicy::default()
    }
}

/// That of its rows, which are subject to the batch's filter.
pub(super) fn row_policy(policy: &BasePolicy) -> BatchReadPolicy {
    BatchReadPolicy {
        read_touch_ttl: policy.read_touch_ttl,
        filter_expression: None,
    }
}
