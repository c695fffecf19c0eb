//! `exists`: read the header of one record.

use std::sync::Arc;
use std::time::Instant;

use aerospike_core::policy::ReadPolicy;
use aerospike_core::{Bins, Key};
use pyo3::prelude::*;

use super::{NOT_FOUND, Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::bins::Found;
use crate::convert::key;
use crate::convert::policy::Policies;
use crate::convert::record::CallersKey;
use crate::convert::reply::{Reply, Shape};
use crate::direct::is_plain;
use crate::error::Result;
use crate::observe::watch::Watch;

/// A look at whether a record is there.
pub(crate) struct Exists {
    key: Key,
    policy: Arc<ReadPolicy>,
    is_plain: bool,
}

impl Exists {
    pub(crate) fn parse(
        policies: &Policies,
        key: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let parsed = key::parse(key)?;
        let shape = Shape::Exists(CallersKey::new(key, &parsed));
        let policy = policies.read(policy)?;
        let exists = Self {
            is_plain: is_plain(&policy.base_policy),
            key: parsed,
            policy,
        };
        Ok((exists, shape))
    }
}

impl Operation for Exists {
    const NAME: &'static str = "exists";
    const WRITES: bool = false;
    const JOINS: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    fn is_plain(&self) -> bool {
        self.is_plain
    }

    fn leave_to_core(&mut self) {
        self.is_plain = false;
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let found = cluster
            .find(&self.policy, &self.key, Bins::None, self.is_plain)
            .await;
        header(found.map_err(|error| error.of_key(&self.key)))
    }

    async fn join(
        self,
        cluster: &Arc<Cluster>,
        deadline: Option<Instant>,
        watch: Option<&Watch>,
    ) -> Result<Reply> {
        let found = cluster
            .read_together(self.key, Bins::None, self.policy, deadline, watch)
            .await;
        header(found)
    }
}

/// A read of the header, since the core's `exists` answers without generation and void time.
fn header(found: Result<Found>) -> Result<Reply> {
    match found {
        Ok(found) => Ok(Reply::Header(Some((found.generation, found.void_time)))),
        Err(error) if error.code() == NOT_FOUND => Ok(Reply::Header(None)),
        Err(error) => Err(error),
    }
}
