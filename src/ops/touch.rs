//! `touch`: give one record a new time to live.

use std::sync::Arc;

use aerospike_core::policy::WritePolicy;
use aerospike_core::{Expiration, Key};
use pyo3::prelude::*;
use pyo3::types::PyInt;

use super::put::Rules;
use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::options::{Ttl, ttl};
use crate::convert::reply::{Reply, Shape};
use crate::convert::{key, value::repr};
use crate::error::{Error, Result};

/// A touch of one record.
pub(crate) struct Touch {
    key: Key,
    policy: Arc<WritePolicy>,
}

impl Touch {
    /// `val` is a time to live in seconds that overrides the policy's; 0 leaves it to the policy.
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        val: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let mut policy = rules.policies.write(rules.policy, rules.meta)?;
        if let Some(val) = val {
            let parsed = ttl(val).map_err(|error| error.within("val"));
            if val.is_instance_of::<PyInt>() && val.lt(0)? {
                return Err(Error::overflow(format!(
                    "val {} is negative: give special values in the policy",
                    repr(val)
                )));
            }
            match parsed? {
                Ttl::Is(Expiration::NamespaceDefault) | Ttl::ClientDefault => {}
                Ttl::Is(expiration) => Arc::make_mut(&mut policy).expiration = expiration,
            }
        }
        Ok((
            Self {
                key: key::parse(key)?,
                policy,
            },
            Shape::Plain,
        ))
    }
}

impl Operation for Touch {
    const NAME: &'static str = "touch";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        match cluster.client.touch(&self.policy, &self.key).await {
            Ok(()) => Ok(Reply::Nothing),
            Err(error) => Err(Error::from(error).of_key(&self.key)),
        }
    }
}
