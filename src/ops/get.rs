//! `get` and `select`: read one record.

use std::sync::Arc;
use std::time::Instant;

use aerospike_core::policy::ReadPolicy;
use aerospike_core::{Bins, Key};
use pyo3::prelude::*;
use rustc_hash::FxHashSet;

use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::Codec;
use crate::convert::object::Loader;
use crate::convert::policy::Policies;
use crate::convert::record::CallersKey;
use crate::convert::reply::{Reply, Shape};
use crate::convert::{key, operation};
use crate::direct::is_plain;
use crate::error::Result;
use crate::observe::watch::Watch;

/// A read of one record.
pub(crate) struct Get {
    key: Key,
    bins: Bins,
    policy: Arc<ReadPolicy>,
    is_plain: bool,
}

impl Get {
    /// `bins` is None for all of them; an empty list reads the header only.
    pub(crate) fn parse(
        policies: &Policies,
        key: &Bound<'_, PyAny>,
        bins: Option<&Bound<'_, PyAny>>,
        policy: Option<&Bound<'_, PyAny>>,
        into: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let parsed = key::parse(key)?;
        let loader = Loader::parse(key.py(), into, codec)?;
        let shape = Shape::Record(CallersKey::new(key, &parsed), loader);
        let bins = read_bins(bins)?;
        let policy = policies.read(policy)?;
        let get = Self {
            is_plain: is_plain(&policy.base_policy),
            key: parsed,
            bins,
            policy,
        };
        Ok((get, shape))
    }
}

/// The bins to read.
pub(crate) fn read_bins(bins: Option<&Bound<'_, PyAny>>) -> Result<Bins> {
    Ok(match bins.filter(|bins| !bins.is_none()) {
        None => Bins::All,
        Some(bins) => match operation::bin_names(bins, "bins")? {
            names if names.is_empty() => Bins::None,
            mut names => {
                // A bin that is named twice is still one bin of the record.
                let mut known = FxHashSet::default();
                names.retain(|name| known.insert(name.clone()));
                Bins::Some(names)
            }
        },
    })
}

impl Operation for Get {
    const NAME: &'static str = "get";
    const WRITES: bool = false;
    const JOINS: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    fn label(&self) -> &'static str {
        match self.bins {
            Bins::All => Self::NAME,
            Bins::None | Bins::Some(_) => "select",
        }
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
            .find(&self.policy, &self.key, self.bins, self.is_plain)
            .await;
        found
            .map(Reply::Found)
            .map_err(|error| error.of_key(&self.key))
    }

    async fn join(
        self,
        cluster: &Arc<Cluster>,
        deadline: Option<Instant>,
        watch: Option<&Watch>,
    ) -> Result<Reply> {
        let found = cluster
            .read_together(self.key, self.bins, self.policy, deadline, watch)
            .await?;
        Ok(Reply::Found(found))
    }
}
