//! `batch_write`: many records written at once.

use std::sync::Arc;

use aerospike_core::operations::{self, Operation as CoreOperation};
use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchWritePolicy, Key};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::Codec;
use crate::convert::keys::{Keys, items_of};
use crate::convert::object::Loader;
use crate::convert::options::Options;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::value::repr;
use crate::convert::{key, operation};
use crate::error::{Error, Result};

/// A write of many records.
pub(crate) struct BatchWrite {
    keys: Vec<Key>,
    rows: Vec<(Arc<BatchWritePolicy>, Vec<CoreOperation>)>,
    policy: Arc<BatchPolicy>,
    retry: usize,
}

impl BatchWrite {
    pub(crate) fn parse(
        policies: &Policies,
        records: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let retry = parse_retry(retry)?;
        let (policy, options) = policies.batch_write(policy)?;
        let common = Arc::new(options.batch_write());
        let items = items_of(records, "records")?;
        let mut keys = Vec::with_capacity(items.len());
        let mut callers = Vec::with_capacity(items.len());
        let mut rows = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let within = |error: Error| error.within(format!("records[{index}]"));
            let (caller, bins, meta) = parts(item).map_err(within)?;
            keys.push(key::parse(&caller).map_err(within)?);
            let bins = operation::bins(&bins, codec).map_err(within)?;
            let row_policy = match meta {
                None => Arc::clone(&common),
                // What is said of one record wins over what is said of all.
                Some(meta) => {
                    let mut own = options.clone();
                    own.overlay(&Options::from_meta(Some(&meta)).map_err(within)?);
                    Arc::new(own.batch_write())
                }
            };
            rows.push((row_policy, bins.iter().map(operations::put).collect()));
            callers.push(caller.unbind());
        }
        let shape = Shape::BatchWrite(Keys::Tuples(callers), Loader::default());
        Ok((
            Self {
                keys,
                rows,
                policy,
                retry,
            },
            shape,
        ))
    }
}

/// `(key, bins)` or `(key, bins, meta)`.
type Parts<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
);

fn parts<'py>(item: &Bound<'py, PyAny>) -> Result<Parts<'py>> {
    let parts: Vec<Bound<'py, PyAny>> = if let Ok(tuple) = item.cast::<PyTuple>() {
        tuple.iter().collect()
    } else if let Ok(list) = item.cast::<PyList>() {
        list.iter().collect()
    } else {
        return Err(Error::wrong_type(format!(
            "{} is not a tuple (key, bins[, meta])",
            repr(item)
        )));
    };
    match <[Bound<'py, PyAny>; 2]>::try_from(parts) {
        Ok([key, bins]) => Ok((key, bins, None)),
        Err(parts) => match <[Bound<'py, PyAny>; 3]>::try_from(parts) {
            Ok([key, bins, meta]) => Ok((key, bins, Some(meta).filter(|meta| !meta.is_none()))),
            Err(parts) => Err(Error::value(format!(
                "a record is (key, bins[, meta]), not {} elements",
                parts.len()
            ))),
        },
    }
}

/// How often to try again: a count.
pub(crate) fn parse_retry(retry: Option<&Bound<'_, PyAny>>) -> Result<usize> {
    let Some(retry) = retry else {
        return Ok(0);
    };
    let wrong = || {
        Error::argument(format!(
            "retry {} is not an int from 0 to 1000",
            repr(retry)
        ))
    };
    if retry.is_instance_of::<pyo3::types::PyBool>() {
        return Err(wrong());
    }
    retry
        .extract()
        .ok()
        .filter(|&retry| retry <= 1000)
        .ok_or_else(wrong)
}

impl Operation for BatchWrite {
    const NAME: &'static str = "batch_write";
    const WRITES: bool = true;

    // The names of the reference, here and below.
    fn label(&self) -> &'static str {
        match self.retry {
            0 => Self::NAME,
            _ => "batch_write_retry",
        }
    }

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let make = |index: usize| {
            let key = self.keys.get(index)?.clone();
            let (policy, operations) = self.rows.get(index)?;
            Some(BatchOperation::write(policy, key, operations.clone()))
        };
        let (rows, retry) =
            batch::send_with_retry(cluster, &self.policy, &self.keys, make, self.retry).await?;
        Ok(Reply::Written { rows, retry })
    }
}
