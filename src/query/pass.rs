//! What a query asks for, checked and made ready for a pass over the records.

use aerospike_core::Bins;
use aerospike_core::operations::Operation;
use aerospike_core::policy::QueryPolicy;
use aerospike_core::query::{Filter, Statement};

use pyo3::prelude::*;

use super::cursor::{Cursor, Fingerprint, fingerprint};
use super::{BaseQuery, Object};
use crate::convert::policy::Policies;
use crate::error::{Error, Result};
use crate::ops::apply::Function;
use crate::ops::job::StartJob;
use crate::ops::query::{Run, SharedRun};
use crate::partition_filter::PartitionFilter;

/// What has been asked for so far.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) bins: Option<Vec<String>>,
    pub(super) filter: Option<Filter>,
    /// The predicate as text, for the fingerprint.
    pub(super) predicate: String,
    pub(super) operations: Vec<Operation>,
    pub(super) function: Option<Function>,
    /// Whether the operations write, so that they can only run in the background.
    pub(super) writes: bool,
    /// Where to begin, if not at the start.
    pub(super) resume: Option<Cursor>,
}

impl Asked {
    /// Refuses what has no meaning where a function makes values of the records.
    fn check_aggregation(&self, policy: &QueryPolicy, pass: Pass) -> Result<()> {
        let refused = [
            (
                self.bins.is_some(),
                "select(): the function reads the bins it wants",
            ),
            (
                !self.operations.is_empty(),
                "add_ops(): both say what to do with the records",
            ),
            (
                self.resume.is_some(),
                "resume(): its values belong to no record, so that it has no cursor",
            ),
            (
                matches!(pass, Pass::Pages(_)),
                "pages(): its values come when all records were read; call results()",
            ),
            (
                pass == Pass::Columns,
                "to_numpy(): its values are no records; call results()",
            ),
            (
                policy.max_records > 0,
                "policy 'max_records': which records were read would be left to chance",
            ),
        ];
        let refused = refused.into_iter().find(|(refused, _)| *refused);
        refused.map_or(Ok(()), |(_, why)| {
            Err(Error::argument(format!(
                "an aggregation with apply() does not go with {why}"
            )))
        })
    }
}

/// How a pass deals with its records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// As many as the policy allows.
    All,
    /// The same, into arrays.
    Columns,
    /// At most one.
    First,
    /// So many at a time.
    Pages(u64),
}

impl BaseQuery {
    pub(super) fn fingerprint(&self, asked: &Asked) -> Fingerprint {
        let text = [&*self.namespace, &*self.set, &*asked.predicate].join("\0");
        fingerprint(text.as_bytes())
    }

    /// A pass over the records, not begun.
    pub(super) fn pass(
        &self,
        policies: &Policies,
        policy: Option<Object<'_, '_>>,
        pass: Pass,
    ) -> Result<SharedRun> {
        self.pass_for(policies, policy, pass, None)
    }

    /// The same, of somebody who only needs these bins, unless the query says itself what to read.
    pub(super) fn pass_for(
        &self,
        policies: &Policies,
        policy: Option<Object<'_, '_>>,
        pass: Pass,
        needed: Option<Vec<String>>,
    ) -> Result<SharedRun> {
        let asked = self.asked();
        let (mut policy, partitions) = policies.query(policy, asked.filter.is_none())?;
        if asked.function.is_some() {
            asked.check_aggregation(&policy, pass)?;
        }
        match pass {
            // The first value takes all records.
            Pass::First if asked.function.is_some() => {}
            Pass::All | Pass::Columns => {}
            Pass::First => policy.max_records = 1,
            Pass::Pages(size) => policy.max_records = size,
        }
        let cursor = self.start(&asked, partitions)?;
        let mut statement = self.statement(&asked)?;
        if let (Bins::All, None, Some(needed)) = (&statement.bins, &statement.operations, needed) {
            statement.bins = Bins::Some(needed);
        }
        let function = asked.function.clone();
        drop(asked);
        allow_a_retry(&mut policy);
        let paged = matches!(pass, Pass::Pages(_));
        let run = Run::prepare(statement, policy, cursor, paged, function);
        let before = self.latest.lock().replace(run.clone());
        drop(before);
        Ok(run)
    }

    /// Refuses a class for records where there are none.
    pub(super) fn check_records(&self, into: Option<Object<'_, '_>>) -> Result<()> {
        if into.is_some_and(|into| !into.is_none()) && self.asked().function.is_some() {
            return Err(Error::argument(
                "an aggregation with apply() does not go with into=: its values are no records",
            ));
        }
        Ok(())
    }

    fn start(&self, asked: &Asked, partitions: Option<PartitionFilter>) -> Result<Cursor> {
        match (&asked.resume, partitions) {
            (Some(_), Some(_)) => Err(Error::argument(
                "the cursor says which partitions are read: give no partition_filter beside it",
            )),
            (Some(cursor), None) => Ok(cursor.clone()),
            (None, partitions) => Ok(partitions
                .unwrap_or_default()
                .start(self.fingerprint(asked))),
        }
    }

    /// What a pass over records asks for.
    fn statement(&self, asked: &Asked) -> Result<Statement> {
        if asked.writes {
            return Err(Error::argument(
                "operations that write run in the background only: call execute_background()",
            ));
        }
        if asked.bins.is_some() && !asked.operations.is_empty() {
            return Err(Error::argument(
                "select() and add_ops() both say what to read: use one of them",
            ));
        }
        let bins = match &asked.bins {
            None => Bins::All,
            Some(names) if names.is_empty() => Bins::None,
            Some(names) => Bins::Some(names.clone()),
        };
        let mut statement = self.statement_of(asked, bins);
        if let Some(Function {
            module,
            name,
            arguments,
        }) = &asked.function
        {
            statement.set_aggregate_function(module, name, arguments);
        }
        Ok(statement)
    }

    fn statement_of(&self, asked: &Asked, bins: Bins) -> Statement {
        let mut statement = Statement::new(&*self.namespace, &*self.set, bins);
        statement.filter.clone_from(&asked.filter);
        if !asked.operations.is_empty() {
            statement.operations = Some(asked.operations.clone());
        }
        statement
    }

    /// What is applied to every record in the background.
    pub(super) fn work(
        &self,
        policies: &Policies,
        policy: Option<Object<'_, '_>>,
    ) -> Result<StartJob> {
        let asked = self.asked();
        let refuse = |why| Err(Error::argument(why));
        if asked.bins.is_some() {
            return refuse("select() says what to read, and a background job gives nothing back");
        }
        match (&asked.function, asked.operations.is_empty()) {
            (None, true) => {
                return refuse("there is nothing to do: say it with add_ops() or apply()");
            }
            (Some(_), false) => {
                return refuse("add_ops() and apply() both say what to do: use one of them");
            }
            (None, false) if !asked.writes => {
                return refuse("operations in the background must write");
            }
            _ => {}
        }
        Ok(StartJob {
            statement: self.statement_of(&asked, Bins::All),
            policy: policies.background(policy)?,
            function: asked.function.clone(),
        })
    }
}

/// To the core 0 retries are as many as it takes, which would hide for ever that a partition cannot be read.
fn allow_a_retry(policy: &mut QueryPolicy) {
    let retries = &mut policy.base_policy.max_retries;
    *retries = (*retries).max(1);
}
