//! `operate` and `operate_ordered`: several operations on one record, atomically.

use std::sync::Arc;

use aerospike_core::operations::Operation as CoreOperation;
use aerospike_core::policy::WritePolicy;
use aerospike_core::{IndexMap, Key, Record, Value};
use pyo3::prelude::*;

use super::put::Rules;
use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::Codec;
use crate::convert::object::Loader;
use crate::convert::record::CallersKey;
use crate::convert::reply::{Reply, Shape};
use crate::convert::{key, operation};
use crate::error::{Error, Result};

/// Operations on one record.
struct Operations {
    key: Key,
    list: Vec<CoreOperation>,
    writes: bool,
    policy: Arc<WritePolicy>,
}

impl Operations {
    async fn run(self, cluster: &Cluster) -> Result<Box<Record>> {
        let base = &self.policy.base_policy;
        let answer = if self.writes || !cluster.says_mode(base, &self.key) {
            let operate = cluster.client.operate(&self.policy, &self.key, &self.list);
            operate.await
        } else if self.policy.respond_per_each_op {
            return Err(Error::argument(
                "policy 'read_mode_sc': operations that only read cannot say it where each has to answer; operate() can",
            ));
        } else {
            cluster.read_with(base, &self.key, self.list).await
        };
        match answer {
            Ok(record) => Ok(Box::new(record)),
            Err(error) => Err(Error::from(error).of_key(&self.key)),
        }
    }
}

macro_rules! routed {
    ($type:ty, $name:literal, $($run:tt)*) => {
        impl Operation for $type {
            const NAME: &'static str = $name;
            const WRITES: bool = true;

            fn target(&self) -> Target<'_> {
                Target::Key(&self.0.key)
            }

            fn policy(&mut self) -> Option<&mut dyn Timed> {
                Some(&mut self.0.policy)
            }

            $($run)*
        }
    };
}

/// Takes away what operations said that answer nothing: they leave no bin behind, and no gap among the
/// answers of one.
pub(crate) fn drop_silent(bins: &mut IndexMap<String, Value>) {
    bins.retain(|_, value| {
        if let Value::MultiResult(answers) = value {
            answers.retain(|answer| !matches!(answer, Value::Nil));
            if answers.len() <= 1 {
                *value = answers.pop().unwrap_or(Value::Nil);
            }
        }
        !matches!(value, Value::Nil)
    });
}

/// Answers by bin.
pub(crate) struct Operate(Operations);

impl Operate {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        ops: &Bound<'_, PyAny>,
        into: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let parsed = key::parse(key)?;
        let loader = Loader::parse(key.py(), into, codec)?;
        let shape = Shape::Record(CallersKey::new(key, &parsed), loader);
        let operations = operation::parse(ops, codec)?;
        let policy = rules.policies.operate(rules.policy, rules.meta)?;
        Ok((
            Self(Operations {
                key: parsed,
                list: operations.list,
                writes: operations.writes,
                policy,
            }),
            shape,
        ))
    }
}

routed! {
    Operate, "operate",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let asked = self.0.policy.respond_per_each_op;
        let mut record = self.0.run(cluster).await?;
        if !asked {
            drop_silent(&mut record.bins);
        }
        Ok(Reply::Record(record))
    }
}

/// Answers one by one, in the order asked.
pub(crate) struct OperateOrdered(Operations);

impl OperateOrdered {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        ops: &Bound<'_, PyAny>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let parsed = key::parse(key)?;
        let operations = operation::parse(ops, codec)?;
        let loader = Loader::of_dicts(key.py(), codec);
        let shape = Shape::Ordered(CallersKey::new(key, &parsed), operations.answers, loader);
        let mut policy = rules.policies.operate(rules.policy, rules.meta)?;
        // Every operation answers, if only with nothing: so the answers line up with what was asked. The
        // server refuses that together with a read of all bins (protocol section 2.8).
        let reads_all = matches!(&shape, Shape::Ordered(_, answers, _) if answers.iter().flatten().any(String::is_empty));
        Arc::make_mut(&mut policy).respond_per_each_op = !reads_all;
        Ok((
            Self(Operations {
                key: parsed,
                list: operations.list,
                writes: operations.writes,
                policy,
            }),
            shape,
        ))
    }
}

routed! {
    OperateOrdered, "operate_ordered",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        self.0.run(cluster).await.map(Reply::Record)
    }
}
