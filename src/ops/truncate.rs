//! `truncate`: remove the records of a set, or of a namespace.

use pyo3::prelude::*;

use super::command::commands;
use crate::convert::argument;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::error::{Error, Result};

commands! {
    /// Removes records written before a moment.
    Truncate, "truncate", true, { namespace: String, set: String, nanos: i64 } of namespace set, |it, cluster| {
        cluster.check_namespace(&it.namespace)?;
        cluster
            .client
            .truncate(&it.policy, &it.namespace, &it.set, it.nanos)
            .await?;
        Ok(Reply::Nothing)
    };
}

impl Truncate {
    pub(crate) fn parse(
        policies: &Policies,
        namespace: &Bound<'_, PyAny>,
        set: Option<&Bound<'_, PyAny>>,
        (nanos, all_sets): (Option<&Bound<'_, PyAny>>, Option<&Bound<'_, PyAny>>),
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let set = argument::set(set)?;
        let all_sets = argument::flag(all_sets, "all_sets", false)?;
        if set.is_empty() != all_sets {
            return Err(Error::argument(if all_sets {
                "all_sets is True and there is a set: name the one or the other"
            } else {
                "no set is named: to remove the records of all of them, say all_sets=True"
            }));
        }
        let nanos: u64 = argument::number(nanos, "nanos")?;
        let operation = Self {
            policy: policies.admin(policy)?,
            namespace: argument::namespace(namespace)?,
            set,
            nanos: nanos.cast_signed(),
        };
        Ok((operation, Shape::Plain))
    }
}
