//! `batch_read`: many records at once, as objects or as columns.

use std::sync::Arc;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchReadPolicy, Bins, Key};
use pyo3::prelude::*;

use super::get::read_bins;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::batch::outcome;
use crate::convert::codec::Codec;
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::error::{Error, Result};
use crate::numpy::columns::Columns;
use crate::numpy::field::Conduct;
use crate::numpy::{Layout, Plan};

/// A read of many records.
pub(crate) struct BatchRead {
    keys: Vec<Key>,
    bins: Bins,
    policy: Arc<BatchPolicy>,
    row_policy: BatchReadPolicy,
    /// How to lay the records out in an array, if they are to be, and what to do with what does not fit.
    plan: Option<(Plan, Conduct)>,
}

/// What kind of result is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a, 'py> {
    pub(crate) py: Python<'py>,
    pub(crate) dtype: Option<&'a Bound<'py, PyAny>>,
    pub(crate) lazy: bool,
    /// Whether what does not fit its field of `dtype` is refused.
    pub(crate) strict: bool,
    pub(crate) into: Option<&'a Bound<'py, PyAny>>,
    pub(crate) codec: Option<&'a Codec>,
}

impl BatchRead {
    pub(crate) fn parse(
        policies: &Policies,
        (keys, callers): (Vec<Key>, Keys),
        bins: Option<&Bound<'_, PyAny>>,
        policy: Option<&Bound<'_, PyAny>>,
        wanted: Wanted<'_, '_>,
    ) -> Result<(Self, Shape)> {
        let bins = read_bins(bins)?;
        let loader = Loader::parse(wanted.py, wanted.into, wanted.codec)?;
        if loader.makes_objects() && (wanted.lazy || wanted.dtype.is_some()) {
            return Err(Error::argument(
                "'into' makes objects at once: it goes neither with 'lazy' nor with '_dtype'",
            ));
        }
        let (policy, options) = policies.batch(policy)?;
        let layout = wanted.dtype.map(Layout::parse).transpose()?;
        let operation = Self {
            keys,
            bins,
            policy,
            row_policy: options.batch_read(),
            plan: layout
                .as_ref()
                .map(|layout| (layout.plan(), Conduct::of(wanted.strict))),
        };
        let shape = match layout {
            Some(layout) => Shape::Numpy(Some(callers), layout),
            None => Shape::BatchRead {
                keys: callers,
                lazy: wanted.lazy,
                loader,
            },
        };
        Ok((operation, shape))
    }
}

impl BatchRead {
    /// A read of nothing but whether the records are there.
    pub(crate) fn parse_exists(
        policies: &Policies,
        keys: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let (keys, callers) = Keys::parse(keys)?;
        let (policy, options) = policies.batch(policy)?;
        let operation = Self {
            keys,
            bins: Bins::None,
            policy,
            row_policy: options.batch_read(),
            plan: None,
        };
        Ok((operation, Shape::BatchExists(callers)))
    }
}

impl Operation for BatchRead {
    const NAME: &'static str = "batch_read";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let operations = self
            .keys
            .into_iter()
            .map(|key| BatchOperation::read(&self.row_policy, key, self.bins.clone()))
            .collect();
        match self.plan {
            None => {
                let answers = batch::send(cluster, &self.policy, operations).await?;
                Ok(Reply::Rows(answers.rows().collect()))
            }
            Some((plan, conduct)) => {
                let columns = Columns::new(plan, conduct, operations.len());
                fill(columns, cluster, &self.policy, operations).await
            }
        }
    }
}

/// The records written straight into the bytes of an array.
async fn fill(
    mut columns: Columns,
    cluster: &Cluster,
    policy: &BatchPolicy,
    operations: Vec<BatchOperation>,
) -> Result<Reply> {
    let answers = batch::send(cluster, policy, operations).await?;
    for operation in &answers.operations {
        let (code, _) = outcome(operation.batch_record(), answers.failure.as_ref());
        let record = operation.record().filter(|_| code == 0);
        let (generation, void_time) =
            record.map_or((0, 0), |record| (record.generation, record.expiration()));
        columns
            .push(
                (code, generation, void_time),
                record.map(|record| &record.bins),
            )
            .map_err(|error: Error| {
                let key = &operation.batch_record().key;
                error.within(format!("key {key}")).of_key(key)
            })?;
    }
    Ok(Reply::Columns(columns))
}
