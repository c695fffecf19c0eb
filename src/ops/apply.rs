//! `apply`: call a function on one record.

use std::sync::Arc;

use aerospike_core::policy::WritePolicy;
use aerospike_core::{Key, Value};
use pyo3::prelude::*;

use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::Codec;
use crate::convert::fields::items;
use crate::convert::object::Loader;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::{argument, key, value};
use crate::error::{Error, Result};

/// A function and what it is called with.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) arguments: Vec<Value>,
}

impl Function {
    pub(crate) fn parse(
        module: &Bound<'_, PyAny>,
        name: &Bound<'_, PyAny>,
        arguments: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        Ok(Self {
            module: argument::name(module, "module")?,
            name: argument::name(name, "function")?,
            arguments: parse_arguments(arguments)?,
        })
    }
}

/// A list of values; None is the empty one.
pub(crate) fn parse_arguments(arguments: Option<&Bound<'_, PyAny>>) -> Result<Vec<Value>> {
    let Some(arguments) = arguments.filter(|arguments| !arguments.is_none()) else {
        return Ok(Vec::new());
    };
    let parse =
        |(index, item)| value::parse(item).map_err(|error| error.within(format!("args[{index}]")));
    items(arguments)
        .map_err(|error| error.within("args"))?
        .iter()
        .enumerate()
        .map(parse)
        .collect()
}

/// A call of a function on one record.
pub(crate) struct Apply {
    key: Key,
    function: Function,
    policy: Arc<WritePolicy>,
}

impl Apply {
    pub(crate) fn parse(
        policies: &Policies,
        key: &Bound<'_, PyAny>,
        function: Result<Function>,
        policy: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let shape = Shape::Value(Loader::of_dicts(key.py(), codec));
        let operation = Self {
            key: key::parse(key)?,
            function: function?,
            policy: policies.apply(policy)?,
        };
        Ok((operation, shape))
    }
}

impl Operation for Apply {
    const NAME: &'static str = "apply";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let Function {
            module,
            name,
            arguments,
        } = &self.function;
        let client = &cluster.client;
        match client
            .execute_udf(&self.policy, &self.key, module, name, arguments)
            .await
        {
            Ok(value) => Ok(Reply::Value(value.unwrap_or(Value::Nil))),
            Err(error) => Err(Error::from(error).of_key(&self.key)),
        }
    }
}
