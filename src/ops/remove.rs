//! `remove`: delete one record.

use std::sync::Arc;

use aerospike_core::Key;
use aerospike_core::policy::WritePolicy;
use pyo3::prelude::*;

use super::put::Rules;
use super::{NOT_FOUND, Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::key;
use crate::convert::reply::{Reply, Shape};
use crate::error::{Error, Result};

/// The removal of one record.
pub(crate) struct Remove {
    key: Key,
    policy: Arc<WritePolicy>,
}

impl Remove {
    pub(crate) fn parse(rules: Rules<'_, '_>, key: &Bound<'_, PyAny>) -> Result<(Self, Shape)> {
        let policy = rules.policies.remove(rules.policy, rules.meta)?;
        Ok((
            Self {
                key: key::parse(key)?,
                policy,
            },
            Shape::Plain,
        ))
    }
}

impl Operation for Remove {
    const NAME: &'static str = "remove";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    // The name of the reference.
    fn label(&self) -> &'static str {
        "delete"
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        match cluster.client.delete(&self.policy, &self.key).await {
            Ok(true) => Ok(Reply::Nothing),
            Ok(false) => {
                Err(Error::server(NOT_FOUND, "The record does not exist").of_key(&self.key))
            }
            Err(error) => Err(Error::from(error).of_key(&self.key)),
        }
    }
}
