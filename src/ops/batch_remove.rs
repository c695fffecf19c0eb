//! `batch_remove`: many records deleted at once.

use std::sync::Arc;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchDeletePolicy, BatchOperation, Key};
use pyo3::prelude::*;

use super::batch_write::parse_retry;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::options::Options;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::error::Result;

/// The removal of many records.
pub(crate) struct BatchRemove {
    keys: Vec<Key>,
    row_policies: Vec<Arc<BatchDeletePolicy>>,
    policy: Arc<BatchPolicy>,
    retry: usize,
}

impl BatchRemove {
    /// `keys` holds keys, or pairs of a key and a meta dict.
    pub(crate) fn parse(
        policies: &Policies,
        keys: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let retry = parse_retry(retry)?;
        let (policy, options) = policies.batch_remove(policy)?;
        let common = Arc::new(options.batch_delete());
        let (keys, row_policies, callers) = Keys::parse_with_meta(keys, &common, |meta| {
            let mut own = options.clone();
            own.overlay(&Options::from_meta(Some(meta))?);
            Ok(Arc::new(own.batch_delete()))
        })?;
        let operation = Self {
            keys,
            row_policies,
            policy,
            retry,
        };
        Ok((operation, Shape::BatchWrite(callers, Loader::default())))
    }
}

impl Operation for BatchRemove {
    const NAME: &'static str = "batch_remove";
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
            Some(BatchOperation::delete(self.row_policies.get(index)?, key))
        };
        let (rows, retry) =
            batch::send_with_retry(cluster, &self.policy, &self.keys, make, self.retry).await?;
        Ok(Reply::Written { rows, retry })
    }
}
