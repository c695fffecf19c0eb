//! `batch_remove`: many records deleted at once.

use std::sync::Arc;
use std::time::Duration;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchDeletePolicy, BatchOperation, Key};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::batch_write::parse_retry;
use super::{Operation, batch, shorten, total_timeout};
use crate::cluster::{Cluster, Target};
use crate::convert::key;
use crate::convert::keys::{Keys, as_columns, items_of};
use crate::convert::policy::{Options, Policies};
use crate::convert::reply::{Reply, Shape};
use crate::error::{Error, Result};

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
        // Columns hold no pairs.
        if as_columns(keys)?.is_some() {
            let (keys, callers) = Keys::parse(keys)?;
            let row_policies = vec![common; keys.len()];
            return Ok((
                Self {
                    keys,
                    row_policies,
                    policy,
                    retry,
                },
                Shape::BatchWrite(callers),
            ));
        }
        let mut operation = Self {
            keys: Vec::new(),
            row_policies: Vec::new(),
            policy,
            retry,
        };
        let mut callers = Vec::new();
        for (index, item) in items_of(keys, "keys")?.into_iter().enumerate() {
            let within = |error: Error| error.within(format!("keys[{index}]"));
            let (caller, row_policy) = match as_pair(&item)? {
                None => (item, Arc::clone(&common)),
                Some((key, meta)) => {
                    let mut own = options.clone();
                    own.overlay(&Options::from_meta(Some(&meta)).map_err(within)?);
                    (key, Arc::new(own.batch_delete()))
                }
            };
            operation.keys.push(key::parse(&caller).map_err(within)?);
            operation.row_policies.push(row_policy);
            callers.push(caller.unbind());
        }
        Ok((operation, Shape::BatchWrite(Keys::Tuples(callers))))
    }
}

/// `(key, meta)`, if it is that: its first element is a key, where that of a key is a namespace.
fn as_pair<'py>(
    item: &Bound<'py, PyAny>,
) -> Result<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    let Ok(tuple) = item.cast::<PyTuple>() else {
        return Ok(None);
    };
    if tuple.len() != 2 || !tuple.get_item(0)?.is_instance_of::<PyTuple>() {
        return Ok(None);
    }
    Ok(Some((tuple.get_item(0)?, tuple.get_item(1)?)))
}

impl Operation for BatchRemove {
    const NAME: &'static str = "batch_remove";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn total_timeout(&self) -> Duration {
        total_timeout(&*self.policy)
    }

    fn shorten(&mut self, left: Duration) {
        shorten(&mut self.policy, left);
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
