//! `batch_write_numpy` and `write_arrow`: the rows of a table, written so many at a time.

use std::sync::Arc;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchWritePolicy, Bin, Key, operations};
use pyo3::prelude::*;

use super::batch_write::parse_retry;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::batch::Row;
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Retry, Shape};
use crate::error::Result;

/// How many rows travel together: servers take no more in one batch by default, and each portion has the whole time-out.
const PORTION: usize = 5000;

/// Rows whose bins are made when they are sent.
pub(crate) trait Rows: Send + Sync + 'static {
    /// The name of the method that writes them.
    const NAME: &'static str;
    /// What metrics and spans call it if rows may be tried again.
    const NAME_WITH_RETRY: &'static str;

    /// The bins of a row.
    fn bins(&self, row: usize) -> Result<Vec<Bin>>;
}

/// How rows are written.
pub(crate) struct How {
    policy: Arc<BatchPolicy>,
    row_policy: BatchWritePolicy,
    retry: usize,
}

impl How {
    pub(crate) fn parse(
        policies: &Policies,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        let retry = parse_retry(retry)?;
        let (policy, options) = policies.batch_write(policy)?;
        Ok(Self {
            policy,
            row_policy: options.batch_write(),
            retry,
        })
    }

    /// The write of the rows of a table, which has these keys.
    pub(crate) fn write<R: Rows>(
        self,
        (keys, callers, rows): (Vec<Key>, Keys, R),
    ) -> (WriteRows<R>, Shape) {
        let how = self;
        let shape = Shape::BatchWrite(callers, Loader::default());
        (WriteRows { keys, rows, how }, shape)
    }
}

/// A write of a table.
pub(crate) struct WriteRows<R> {
    keys: Vec<Key>,
    rows: R,
    how: How,
}

impl<R: Rows> WriteRows<R> {
    /// The write of a row. What a row cannot be was refused when the call was parsed.
    fn operation(&self, row: usize) -> Option<BatchOperation> {
        let key = self.keys.get(row)?.clone();
        let bins = self.rows.bins(row).ok()?;
        let operations: Vec<_> = bins.iter().map(operations::put).collect();
        Some(BatchOperation::write(&self.how.row_policy, key, operations))
    }
}

impl<R: Rows> Operation for WriteRows<R> {
    const NAME: &'static str = R::NAME;
    const WRITES: bool = true;

    fn label(&self) -> &'static str {
        match self.how.retry {
            0 => R::NAME,
            _ => R::NAME_WITH_RETRY,
        }
    }

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.how.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let How { policy, retry, .. } = &self.how;
        let mut rows = Vec::with_capacity(self.keys.len());
        let mut report = Retry::none(*retry);
        let mut any_answer = false;
        let mut failure = None;
        for (number, keys) in self.keys.chunks(PORTION).enumerate() {
            let make = |index| self.operation(number * PORTION + index);
            match batch::send_with_retry(cluster, policy, keys, make, *retry).await {
                Ok((written, portion)) => {
                    any_answer = true;
                    rows.extend(written);
                    report.add(portion);
                }
                Err(error) => {
                    rows.extend(keys.iter().map(|key| Row::failed(key, &error)));
                    report.unresolved += keys.len();
                    failure.get_or_insert(error);
                }
            }
        }
        match failure {
            // Where no portion was answered there is nothing to report but the failure.
            Some(error) if !any_answer => Err(error),
            _ => Ok(Reply::Written {
                rows,
                retry: report,
            }),
        }
    }
}
