//! Writes of bins: `put`, `append`, `prepend`, `increment`, `remove_bin`.

use std::sync::Arc;

use aerospike_core::operations::maps::{self, MapPolicy};
use aerospike_core::operations::{self, Operation as CoreOperation};
use aerospike_core::policy::WritePolicy;
use aerospike_core::{Bin, Key, Value};
use pyo3::prelude::*;

use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::codec::{self, Codec};
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::value::repr;
use crate::convert::{key, operation};
use crate::direct::{Change, is_plain_write};
use crate::error::{Error, Result};

/// A write of bins to one record.
struct Write {
    key: Key,
    bins: Vec<Bin>,
    policy: Arc<WritePolicy>,
    is_plain: bool,
}

/// The dicts that govern a write.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a, 'py> {
    pub(crate) policies: &'a Policies,
    pub(crate) meta: Option<&'a Bound<'py, PyAny>>,
    pub(crate) policy: Option<&'a Bound<'py, PyAny>>,
}

impl Write {
    fn parse(rules: Rules<'_, '_>, key: &Bound<'_, PyAny>, bins: Vec<Bin>) -> Result<Self> {
        let policy = rules.policies.write(rules.policy, rules.meta)?;
        let key = key::parse(key)?;
        Ok(Self {
            is_plain: is_plain_write(&policy, &key, &bins),
            key,
            bins,
            policy,
        })
    }
}

/// Defines the operation types that differ by what they do to a bin only.
macro_rules! writes {
    ($($(#[$doc:meta])* $type:ident, $name:literal, $change:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $type(Write);

        impl $type {
            fn of(
                rules: Rules<'_, '_>,
                key: &Bound<'_, PyAny>,
                bins: Vec<Bin>,
            ) -> Result<(Self, Shape)> {
                Ok((Self(Write::parse(rules, key, bins)?), Shape::Plain))
            }
        }

        impl Operation for $type {
            const NAME: &'static str = $name;
            const WRITES: bool = true;

            fn target(&self) -> Target<'_> {
                Target::Key(&self.0.key)
            }

            fn policy(&mut self) -> Option<&mut dyn Timed> {
                Some(&mut self.0.policy)
            }

            fn is_plain(&self) -> bool {
                self.0.is_plain
            }

            fn leave_to_core(&mut self) {
                self.0.is_plain = false;
            }

            async fn run(self, cluster: &Cluster) -> Result<Reply> {
                let Write {
                    key,
                    bins,
                    policy,
                    is_plain,
                } = self.0;
                let write = crate::direct::Write {
                    key: &key,
                    bins: &bins,
                    change: Change::$change,
                    policy: &policy,
                };
                match cluster.write(write, is_plain).await {
                    Ok(()) => Ok(Reply::Nothing),
                    Err(error) => Err(error.of_key(&key)),
                }
            }
        }
    )*};
}

writes! {
    /// Writes bins.
    Put, "put", Put;
    /// Appends to a string or blob.
    Append, "append", Append;
    /// Prepends to a string or blob.
    Prepend, "prepend", Prepend;
    /// Adds to a number.
    Increment, "increment", Add;
    /// Removes bins: a write of nothing.
    RemoveBin, "remove_bin", Put;
}

impl Put {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        bins: &Bound<'_, PyAny>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        Self::of(rules, key, operation::bins(bins, codec)?)
    }
}

/// A write of bins of which some are written key by key.
pub(crate) struct PutKeys {
    key: Key,
    list: Vec<CoreOperation>,
    policy: Arc<WritePolicy>,
}

impl PutKeys {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        bins: &Bound<'_, PyAny>,
        map_bins: &Bound<'_, PyAny>,
        codec: Option<&Codec>,
    ) -> Result<(Self, Shape)> {
        let write = Write::parse(rules, key, operation::bins(bins, codec)?)?;
        let Write {
            key, bins, policy, ..
        } = write;
        let names = operation::bin_names(map_bins, "map_bins")?;
        if let Some(name) = names
            .iter()
            .find(|name| bins.iter().all(|bin| bin.name != **name))
        {
            return Err(Error::argument(format!(
                "map_bins: there is no bin '{name}' to write"
            )));
        }
        let list = bins
            .into_iter()
            .map(|bin| match bin.value {
                _ if !names.contains(&bin.name) => Ok(operations::put(&bin)),
                Value::OrderedMap(pairs) if !pairs.is_empty() => {
                    Ok(maps::put_items(&MapPolicy::default(), bin.name, pairs))
                }
                value if codec::is_serialized(&value) => Err(Error::wrong_type(format!(
                    "map_bins: bin '{}' holds what the serializer made: that is written with the whole bin only",
                    bin.name
                ))),
                _ => Err(Error::argument(format!(
                    "map_bins: bin '{}' is no dict that says which keys to set",
                    bin.name
                ))),
            })
            .collect::<Result<_>>()?;
        Ok((Self { key, list, policy }, Shape::Plain))
    }
}

impl Operation for PutKeys {
    const NAME: &'static str = Put::NAME;
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Key(&self.key)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let sent = cluster
            .client
            .operate(&self.policy, &self.key, &self.list)
            .await;
        match sent {
            Ok(_) => Ok(Reply::Nothing),
            Err(error) => Err(Error::from(error).of_key(&self.key)),
        }
    }
}

fn text_bin(name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> Result<Vec<Bin>> {
    let bin = operation::named_bin(name, value, None)?;
    operation::check_text(&bin)?;
    Ok(vec![bin])
}

impl Append {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        bin: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> Result<(Self, Shape)> {
        Self::of(rules, key, text_bin(bin, value)?)
    }
}

impl Prepend {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        bin: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> Result<(Self, Shape)> {
        Self::of(rules, key, text_bin(bin, value)?)
    }
}

impl Increment {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        bin: &Bound<'_, PyAny>,
        offset: &Bound<'_, PyAny>,
    ) -> Result<(Self, Shape)> {
        let bin = operation::named_bin(bin, offset, None)?;
        if !matches!(bin.value, Value::Int(_) | Value::Float(_)) {
            return Err(Error::wrong_type(format!(
                "offset {} is neither an int nor a float",
                repr(offset)
            )));
        }
        Self::of(rules, key, vec![bin])
    }
}

impl RemoveBin {
    pub(crate) fn parse(
        rules: Rules<'_, '_>,
        key: &Bound<'_, PyAny>,
        names: &Bound<'_, PyAny>,
    ) -> Result<(Self, Shape)> {
        let names = operation::bin_names(names, "bin_names")?;
        if names.is_empty() {
            return Err(Error::value(
                "bin_names is empty: there is nothing to remove",
            ));
        }
        let bins = names
            .into_iter()
            .map(|name| Bin::new(name, Value::Nil))
            .collect();
        Self::of(rules, key, bins)
    }
}
