//! `batch_apply`: a function called on many records.

use std::sync::Arc;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchUdfPolicy, Key};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::apply::{Function, parse_arguments};
use super::batch_write::parse_retry;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::argument;
use crate::convert::codec::Codec;
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::options::Options;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::error::Result;

/// What is done with one record.
#[derive(Clone)]
struct Call {
    policy: BatchUdfPolicy,
    function: Function,
}

/// A call of a function on many records.
pub(crate) struct BatchApply {
    keys: Vec<Key>,
    calls: Vec<Arc<Call>>,
    policy: Arc<BatchPolicy>,
    retry: usize,
}

impl BatchApply {
    /// `keys` holds keys, or pairs of a key and a meta dict.
    pub(crate) fn parse(
        policies: &Policies,
        keys: &Bound<'_, PyAny>,
        function: Result<Function>,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let loader = Loader::of_dicts(keys.py(), codec);
        let (function, retry) = (function?, parse_retry(retry)?);
        let (policy, options) = policies.batch_apply(policy)?;
        let common = Arc::new(Call {
            policy: options.batch_udf(),
            function: function.clone(),
        });
        let (keys, calls, callers) = Keys::parse_with_meta(keys, &common, |meta| {
            let mut own = options.clone();
            own.overlay(&Options::from_meta(Some(meta))?);
            Ok(Arc::new(Call {
                policy: own.batch_udf(),
                function: overlay(&function, meta)?,
            }))
        })?;
        let operation = Self {
            keys,
            calls,
            policy,
            retry,
        };
        Ok((operation, Shape::BatchWrite(callers, loader)))
    }
}

/// The function with what the meta dict of one record says of it.
fn overlay(function: &Function, meta: &Bound<'_, PyAny>) -> Result<Function> {
    let mut own = function.clone();
    let Ok(meta) = meta.cast::<PyDict>() else {
        return Ok(own);
    };
    if let Some(module) = meta.get_item("module")? {
        own.module = argument::name(&module, "module")?;
    }
    if let Some(name) = meta.get_item("function")? {
        own.name = argument::name(&name, "function")?;
    }
    if let Some(arguments) = meta.get_item("args")? {
        own.arguments = parse_arguments(Some(&arguments))?;
    }
    Ok(own)
}

impl Operation for BatchApply {
    const NAME: &'static str = "batch_apply";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let make = |index: usize| {
            let (key, call) = (self.keys.get(index)?.clone(), self.calls.get(index)?);
            let Function {
                module,
                name,
                arguments,
            } = &call.function;
            let policy = &call.policy;
            Some(BatchOperation::udf(
                policy,
                key,
                module,
                name,
                arguments.clone(),
            ))
        };
        let (rows, retry) =
            batch::send_with_retry(cluster, &self.policy, &self.keys, make, self.retry).await?;
        Ok(Reply::Written { rows, retry })
    }
}
