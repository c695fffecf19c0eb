//! `batch`: reads, writes, removals and calls of functions together.

use std::sync::Arc;

use aerospike_core::operations::{self, Operation as CoreOperation};
use aerospike_core::policy::BatchPolicy;
use aerospike_core::{
    BatchDeletePolicy, BatchOperation, BatchReadPolicy, BatchUdfPolicy, BatchWritePolicy, Bins, Key,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::apply::Function;
use super::batch_stream::Rows;
use super::batch_write::parse_retry;
use super::get::read_bins;
use super::{Operation, Timed, batch};
use crate::cluster::{Cluster, Target};
use crate::convert::batch::Row;
use crate::convert::codec::Codec;
use crate::convert::keys::{Keys, items_of};
use crate::convert::names;
use crate::convert::object::{Loader, RowLoaders};
use crate::convert::options::Options;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Retry};
use crate::convert::value::type_name;
use crate::convert::{key, operation};
use crate::error::{Error, Result};

/// What is done with one record.
enum Task {
    Read(BatchReadPolicy, Bins),
    ReadOps(BatchReadPolicy, Vec<CoreOperation>),
    Write(Box<BatchWritePolicy>, Vec<CoreOperation>),
    Remove(Box<BatchDeletePolicy>),
    Apply(Box<BatchUdfPolicy>, Function),
}

impl Task {
    fn make(&self, key: Key) -> BatchOperation {
        match self {
            Self::Read(policy, bins) => BatchOperation::read(policy, key, bins.clone()),
            Self::ReadOps(policy, list) => BatchOperation::read_ops(policy, key, list.clone()),
            Self::Write(policy, list) => BatchOperation::write(policy, key, list.clone()),
            Self::Remove(policy) => BatchOperation::delete(policy, key),
            Self::Apply(policy, function) => {
                let Function {
                    module,
                    name,
                    arguments,
                } = function;
                BatchOperation::udf(policy, key, module, name, arguments.clone())
            }
        }
    }

    const fn writes(&self) -> bool {
        !matches!(self, Self::Read(..) | Self::ReadOps(..))
    }
}

/// Something of its own done with each of many records.
pub(crate) struct Batch {
    keys: Vec<Key>,
    tasks: Vec<Task>,
    policy: Arc<BatchPolicy>,
    retry: usize,
}

impl Batch {
    pub(crate) fn parse(
        policies: &Policies,
        ops: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        retry: Option<&Bound<'_, PyAny>>,
        codec: Option<&Codec>,
    ) -> Result<(Self, (Keys, RowLoaders))> {
        let retry = parse_retry(retry)?;
        let ((reading, read_options), (writing, options)) =
            (policies.batch(policy)?, policies.batch_write(policy)?);
        let (mut keys, mut tasks, mut callers) = (Vec::new(), Vec::new(), Vec::new());
        let mut loaders = RowLoaders::from(Loader::of_dicts(ops.py(), codec));
        for (index, item) in items_of(ops, "ops")?.into_iter().enumerate() {
            let within = |error: Error| error.within(format!("ops[{index}]"));
            let task = parse_task(&item, (&read_options, &options), codec).map_err(within)?;
            if let Some(into) = into_of(&item)? {
                loaders.set(index, Loader::parse(ops.py(), Some(&into), codec)?);
            }
            let caller = item.getattr("key")?;
            keys.push(key::parse(&caller).map_err(within)?);
            tasks.push(task);
            callers.push(
                caller
                    .cast_into::<PyTuple>()
                    .map_err(PyErr::from)?
                    .into_any()
                    .unbind(),
            );
        }
        let policy = if tasks.iter().any(Task::writes) {
            writing
        } else {
            reading
        };
        let operation = Self {
            keys,
            tasks,
            policy,
            retry,
        };
        Ok((operation, (Keys::Tuples(callers), loaders)))
    }

    /// Sends it, telling of the rows as they come.
    pub(crate) async fn send(
        &self,
        cluster: &Cluster,
        told: Option<&Arc<Rows>>,
    ) -> Result<(Vec<Row>, Retry)> {
        let make = |index: usize| {
            let key = self.keys.get(index)?.clone();
            Some(self.tasks.get(index)?.make(key))
        };
        batch::send_and_tell(cluster, &self.policy, &self.keys, make, self.retry, told).await
    }
}

/// What the record of a `Read` is to become.
fn into_of<'py>(item: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    let py = item.py();
    if !item.is_instance(names::READ_ROW.get(py)?)? {
        return Ok(None);
    }
    let into = item.getattr(intern!(py, "into"))?;
    Ok((!into.is_none()).then_some(into))
}

/// A row object of `aerospike_py.rows`, with what the batch's policy says where it says nothing.
fn parse_task(
    item: &Bound<'_, PyAny>,
    (reading, writing): (&Options, &Options),
    codec: Option<&Codec>,
) -> Result<Task> {
    let py = item.py();
    let field = |name: &str| -> Result<Option<Bound<'_, PyAny>>> {
        let value = item.getattr(name)?;
        Ok(Some(value).filter(|value| !value.is_none()))
    };
    let own = |common: &Options, meta: Option<Bound<'_, PyAny>>| -> Result<Options> {
        let mut own = common.clone();
        let policy = field("policy")?;
        own.overlay(&Options::from_policy_and_meta(
            policy.as_ref(),
            meta.as_ref(),
        )?);
        Ok(own)
    };
    if item.is_instance(names::READ_ROW.get(py)?)? {
        let policy = own(reading, None)?.batch_read();
        return Ok(match (field("bins")?, field("ops")?) {
            (bins, None) => Task::Read(policy, read_bins(bins.as_ref())?),
            (None, Some(ops)) => {
                let operations = operation::parse(&ops, None)?;
                if operations.writes {
                    return Err(Error::argument("the ops of a Read write: use Write"));
                }
                Task::ReadOps(policy, operations.list)
            }
            _ => return Err(Error::argument("it has both bins and ops")),
        });
    }
    if item.is_instance(names::WRITE_ROW.get(py)?)? {
        let policy = Box::new(own(writing, field("meta")?)?.batch_write());
        let list = match (field("bins")?, field("ops")?) {
            (Some(bins), None) => operation::bins(&bins, codec)?
                .iter()
                .map(operations::put)
                .collect(),
            (None, Some(ops)) => operation::parse(&ops, codec)?.list,
            (None, None) => return Err(Error::argument("it has neither bins nor ops")),
            _ => return Err(Error::argument("it has both bins and ops")),
        };
        return Ok(Task::Write(policy, list));
    }
    if item.is_instance(names::REMOVE_ROW.get(py)?)? {
        let options = own(writing, field("meta")?)?;
        return Ok(Task::Remove(Box::new(options.batch_delete())));
    }
    if item.is_instance(names::APPLY_ROW.get(py)?)? {
        let (module, function) = (item.getattr("module")?, item.getattr("function")?);
        let function = Function::parse(&module, &function, field("args")?.as_ref())?;
        return Ok(Task::Apply(
            Box::new(own(writing, None)?.batch_udf()),
            function,
        ));
    }
    Err(Error::wrong_type(format!(
        "{} is not a Read, Write, Remove or Apply",
        type_name(item)
    )))
}

impl Operation for Batch {
    const NAME: &'static str = "batch";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let (rows, retry) = self.send(cluster, None).await?;
        Ok(Reply::Written { rows, retry })
    }
}
