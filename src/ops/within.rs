//! A request that may be part of a transaction.

use std::sync::Arc;
use std::time::Instant;

use tokio::time::timeout_at;

use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::policy::RESOLUTION;
use crate::convert::reply::Reply;
use crate::error::{Error, Result};
use crate::observe::watch::Watch;
use crate::transaction::{Shared, Turn};

/// A request, and the transaction it is part of, if any.
pub(crate) struct Within<O> {
    pub(crate) transaction: Option<Arc<Shared>>,
    pub(crate) operation: O,
}

impl<O: Operation> Within<O> {
    /// Waits for the transaction's turn, within the request's own time.
    async fn turn<'a>(&mut self, transaction: &'a Arc<Shared>) -> Result<Turn<'a>> {
        let (began, timeout) = (Instant::now(), self.operation.total_timeout());
        let turn = transaction.turn(O::WRITES);
        if timeout.is_zero() {
            return Ok(turn.await);
        }
        let deadline = began + timeout;
        let turn = timeout_at(deadline.into(), turn)
            .await
            .map_err(|_| Error::expired("Timeout while the transaction began; not sent"))?;
        if began.elapsed() >= RESOLUTION {
            self.operation
                .shorten(deadline.saturating_duration_since(Instant::now()));
        }
        Ok(turn)
    }
}

impl<O: Operation> Operation for Within<O> {
    const NAME: &'static str = O::NAME;
    const WRITES: bool = O::WRITES;
    const JOINS: bool = O::JOINS;

    fn target(&self) -> Target<'_> {
        self.operation.target()
    }

    fn label(&self) -> &'static str {
        self.operation.label()
    }

    fn place(&self) -> (&str, &str) {
        self.operation.place()
    }

    fn is_plain(&self) -> bool {
        self.transaction.is_none() && self.operation.is_plain()
    }

    fn leave_to_core(&mut self) {
        self.operation.leave_to_core();
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        self.operation.policy()
    }

    async fn run(mut self, cluster: &Cluster) -> Result<Reply> {
        let Some(transaction) = self.transaction.take() else {
            return self.operation.run(cluster).await;
        };
        let _turn = self.turn(&transaction).await?;
        self.operation.run(cluster).await
    }

    async fn join(
        mut self,
        cluster: &Arc<Cluster>,
        deadline: Option<Instant>,
        watch: Option<&Watch>,
    ) -> Result<Reply> {
        let Some(transaction) = self.transaction.take() else {
            return self.operation.join(cluster, deadline, watch).await;
        };
        let _turn = self.turn(&transaction).await?;
        self.operation.join(cluster, deadline, watch).await
    }
}
