//! How a transaction ends.

use std::sync::Arc;

use aerospike_core::policy::{TxnRollPolicy, TxnVerifyPolicy};
use aerospike_core::{AbortStatus, CommitStatus, TxnState, Value};

use super::Operation;
use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::error::Result;
use crate::transaction::Shared;

/// What it takes to end a transaction.
pub(crate) struct Ending {
    pub(crate) transaction: Arc<Shared>,
    pub(crate) verify: TxnVerifyPolicy,
    pub(crate) roll: TxnRollPolicy,
}

impl Ending {
    async fn commit(&self, cluster: &Cluster) -> Result<CommitStatus> {
        let client = &cluster.client;
        let outcome = client.commit_with_policies(&self.verify, &self.roll, &self.transaction.txn);
        Ok(outcome.await?)
    }

    async fn abort(&self, cluster: &Cluster) -> Result<AbortStatus> {
        let outcome = cluster
            .client
            .abort_with_policy(&self.roll, &self.transaction.txn);
        Ok(outcome.await?)
    }
}

/// Makes all of it visible.
pub(crate) struct Commit(pub(crate) Ending);

impl Operation for Commit {
    const NAME: &'static str = "commit";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let _turn = self.0.transaction.last_turn().await;
        // The numbers of the official client.
        let status = match self.0.commit(cluster).await? {
            CommitStatus::Ok => 0,
            CommitStatus::AlreadyCommitted => 1,
            CommitStatus::RollForwardAbandoned => 5,
            CommitStatus::CloseAbandoned => 6,
        };
        Ok(Reply::Value(Value::Int(status)))
    }
}

/// Undoes all of it.
pub(crate) struct Abort(pub(crate) Ending);

impl Operation for Abort {
    const NAME: &'static str = "abort";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let _turn = self.0.transaction.last_turn().await;
        let status = match self.0.abort(cluster).await? {
            AbortStatus::Ok => 0,
            AbortStatus::AlreadyAborted => 1,
            AbortStatus::RollBackAbandoned => 3,
            AbortStatus::CloseAbandoned => 4,
            AbortStatus::CommitFailed => 5,
        };
        Ok(Reply::Value(Value::Int(status)))
    }
}

/// The end of the block it was begun for.
pub(crate) struct Leave {
    pub(crate) ending: Ending,
    /// Whether an exception leaves the block.
    pub(crate) failed: bool,
}

impl Operation for Leave {
    const NAME: &'static str = "transaction";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let _turn = self.ending.transaction.last_turn().await;
        let txn = &self.ending.transaction.txn;
        let is_over = matches!(txn.state(), TxnState::Committed | TxnState::Aborted);
        let outcome = if is_over || self.failed {
            Ok(())
        } else {
            self.ending.commit(cluster).await.map(|_| ())
        };
        if (self.failed || outcome.is_err())
            && matches!(txn.state(), TxnState::Open | TxnState::Verified)
        {
            // What has gone wrong is more to the point than this; and the cluster aborts by itself when time is up.
            let _ = self.ending.abort(cluster).await;
        }
        outcome?;
        Ok(Reply::Flag(false))
    }
}
