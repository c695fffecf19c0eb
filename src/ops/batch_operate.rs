//! `batch_operate`: the same operations on many records.

use std::sync::Arc;

use aerospike_core::operations::Operation as CoreOperation;
use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchReadPolicy, BatchWritePolicy, Key};
use pyo3::prelude::*;

use super::batch_write::parse_retry;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::Codec;
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::operation;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::error::Result;

/// Reads can be sent as reads, which any replica may answer.
enum RowPolicy {
    Read(BatchReadPolicy),
    Write(Box<BatchWritePolicy>),
}

/// Operations on many records.
pub(crate) struct BatchOperate {
    keys: Vec<Key>,
    list: Vec<CoreOperation>,
    policy: Arc<BatchPolicy>,
    row_policy: RowPolicy,
    retry: usize,
}

impl BatchOperate {
    pub(crate) fn parse(
        policies: &Policies,
        keys: &Bound<'_, PyAny>,
        ops: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let loader = Loader::of_dicts(keys.py(), codec);
        let (keys, callers) = Keys::parse(keys)?;
        let operations = operation::parse(ops, codec)?;
        let retry = parse_retry(retry)?;
        let (policy, row_policy) = if operations.writes {
            let (policy, options) = policies.batch_write(policy)?;
            (policy, RowPolicy::Write(Box::new(options.batch_write())))
        } else {
            let (policy, options) = policies.batch(policy)?;
            (policy, RowPolicy::Read(options.batch_read()))
        };
        let operation = Self {
            keys,
            list: operations.list,
            policy,
            row_policy,
            retry,
        };
        Ok((operation, Shape::BatchWrite(callers, loader)))
    }
}

impl Operation for BatchOperate {
    const NAME: &'static str = "batch_operate";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let make = |index: usize| {
            let key = self.keys.get(index)?.clone();
            Some(match &self.row_policy {
                RowPolicy::Read(policy) => BatchOperation::read_ops(policy, key, self.list.clone()),
                RowPolicy::Write(policy) => BatchOperation::write(policy, key, self.list.clone()),
            })
        };
        let (rows, retry) =
            batch::send_with_retry(cluster, &self.policy, &self.keys, make, self.retry).await?;
        Ok(Reply::Written { rows, retry })
    }
}
