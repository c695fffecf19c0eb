//! Policies of a client and of a call: what is said of each, over what is said of all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aerospike_core::policy::{
    AdminPolicy, BatchPolicy, QueryPolicy, ReadPolicy, TxnRollPolicy, TxnVerifyPolicy, WritePolicy,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::options::Options;
use super::pairs::pairs;
use super::suggestion::suggestion;
use super::value::type_name;
use crate::error::{Error, Result};
use crate::partition_filter::PartitionFilter;
use crate::transaction::{self, Shared};

/// What a policy's times are counted in: what is shorter they cannot tell.
pub(crate) const RESOLUTION: Duration = Duration::from_millis(1);

/// The client-wide policies; each operation starts from one of them.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    read: (Options, Arc<ReadPolicy>),
    write: (Options, Arc<WritePolicy>),
    operate: (Options, Arc<WritePolicy>),
    remove: (Options, Arc<WritePolicy>),
    apply: (Options, Arc<WritePolicy>),
    batch: (Options, Arc<BatchPolicy>),
    batch_write: (Options, Arc<BatchPolicy>),
    batch_remove: (Options, Arc<BatchPolicy>),
    batch_apply: (Options, Arc<BatchPolicy>),
    query: Options,
    scan: Options,
    txn_verify: Options,
    txn_roll: Options,
    info: Options,
    admin: Options,
}

/// What is said of each kind of operation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds(HashMap<String, Options>);

impl Kinds {
    /// Reads `config["policies"]`.
    pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Self> {
        const KINDS: &[&str] = &[
            "read",
            "write",
            "operate",
            "remove",
            "batch",
            "batch_write",
            "batch_remove",
            "batch_apply",
            "info",
            "apply",
            "query",
            "scan",
            "admin",
            "txn_verify",
            "txn_roll",
        ];
        let dict = object.cast::<PyDict>().map_err(|_| {
            Error::argument(format!(
                "'policies' is a dict of dicts, not {}",
                type_name(object)
            ))
        })?;
        let mut kinds = HashMap::new();
        for (kind, policy) in pairs(dict)? {
            let kind: String = kind
                .extract()
                .map_err(|_| Error::argument("the names in 'policies' are str"))?;
            if !KINDS.contains(&kind.as_str()) {
                return Err(Error::argument(format!(
                    "'policies' has no '{kind}'; {}",
                    suggestion(&kind, KINDS)
                )));
            }
            let options = Options::from_policy(Some(&policy))
                .map_err(|error| error.within(format!("policies['{kind}']")))?;
            if options.txn.is_some() {
                return Err(Error::argument(format!(
                    "policies['{kind}']: 'txn' belongs to calls, not to a client"
                )));
            }
            kinds.insert(kind, options);
        }
        Ok(Self(kinds))
    }

    /// The same, and over it what `other` says.
    pub(crate) fn overlaid(&self, other: &Self) -> Self {
        let mut kinds = self.0.clone();
        for (kind, options) in &other.0 {
            kinds.entry(kind.clone()).or_default().overlay(options);
        }
        Self(kinds)
    }

    pub(crate) fn policies(&self) -> Policies {
        Policies::new(|kind| self.0.get(kind).cloned().unwrap_or_default())
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self::new(|_| Options::default())
    }
}

impl Policies {
    /// Policies from the options of each kind of operation.
    fn new(options: impl Fn(&str) -> Options) -> Self {
        let read = |kind: &str| {
            let options = options(kind);
            let mut policy = ReadPolicy::default();
            options.fill_read(&mut policy);
            (options, Arc::new(policy))
        };
        let write = |kind: &str| {
            let options = options(kind);
            let mut policy = WritePolicy::default();
            options.fill_write(&mut policy);
            (options, Arc::new(policy))
        };
        // What is said of all batches, and over it what is said of one kind.
        let batch = |mut policy: BatchPolicy, kind: &str| {
            let mut said = options("batch");
            said.overlay(&options(kind));
            said.fill_batch(&mut policy);
            (said, Arc::new(policy))
        };
        Self {
            read: read("read"),
            write: write("write"),
            operate: write("operate"),
            remove: write("remove"),
            apply: write("apply"),
            batch: batch(BatchPolicy::default(), "batch"),
            batch_write: batch(BatchPolicy::write_default(), "batch_write"),
            batch_remove: batch(BatchPolicy::write_default(), "batch_remove"),
            batch_apply: batch(BatchPolicy::write_default(), "batch_apply"),
            query: options("query"),
            scan: options("scan"),
            txn_verify: options("txn_verify"),
            txn_roll: options("txn_roll"),
            info: options("info"),
            admin: options("admin"),
        }
    }

    /// The policy of a read.
    pub(crate) fn read(&self, policy: Option<&Bound<'_, PyAny>>) -> Result<Arc<ReadPolicy>> {
        let Some(policy) = policy else {
            return Ok(Arc::clone(&self.read.1));
        };
        let mut own = ReadPolicy::clone(&self.read.1);
        Options::from_policy(Some(policy))?.fill_read(&mut own);
        Ok(Arc::new(own))
    }

    /// The policy of a put, append, prepend, increment or touch.
    pub(crate) fn write(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> Result<Arc<WritePolicy>> {
        write_over(&self.write.1, policy, meta)
    }

    /// The policy of an operate.
    pub(crate) fn operate(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> Result<Arc<WritePolicy>> {
        write_over(&self.operate.1, policy, meta)
    }

    /// The policy of a remove.
    pub(crate) fn remove(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> Result<Arc<WritePolicy>> {
        write_over(&self.remove.1, policy, meta)
    }

    /// The policy of a batch of reads, and all that was said for its rows.
    pub(crate) fn batch(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Arc<BatchPolicy>, Options)> {
        batch_over(&self.batch, policy)
    }

    /// The policy of a batch that writes, and all that was said for its rows.
    pub(crate) fn batch_write(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Arc<BatchPolicy>, Options)> {
        batch_over(&self.batch_write, policy)
    }

    /// The policy of a batch that removes, and all that was said for its rows.
    pub(crate) fn batch_remove(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Arc<BatchPolicy>, Options)> {
        batch_over(&self.batch_remove, policy)
    }

    /// The policy of a call of a function.
    pub(crate) fn apply(&self, policy: Option<&Bound<'_, PyAny>>) -> Result<Arc<WritePolicy>> {
        write_over(&self.apply.1, policy, None)
    }

    /// The policy of a batch that calls a function, and all that was said for its rows.
    pub(crate) fn batch_apply(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Arc<BatchPolicy>, Options)> {
        batch_over(&self.batch_apply, policy)
    }

    /// The policy of a query, and which partitions it reads if not all. What is said of scans holds, over what is said of queries, for one
    /// without a predicate.
    pub(crate) fn query(
        &self,
        policy: Option<&Bound<'_, PyAny>>,
        is_scan: bool,
    ) -> Result<(QueryPolicy, Option<PartitionFilter>)> {
        let mut options = self.query.clone();
        if is_scan {
            options.overlay(&self.scan);
        }
        options.overlay(&Options::from_policy(policy)?);
        options.check_no_transaction()?;
        let mut policy = QueryPolicy::default();
        options.fill_query(&mut policy);
        Ok((policy, options.partition_filter))
    }

    /// The policy of a job in the background.
    pub(crate) fn background(&self, policy: Option<&Bound<'_, PyAny>>) -> Result<Arc<WritePolicy>> {
        Options::from_policy(policy)?.check_no_transaction()?;
        self.write(policy, None)
    }

    /// How a commit verifies what its transaction has read.
    pub(crate) fn txn_verify(&self) -> TxnVerifyPolicy {
        let mut policy = TxnVerifyPolicy::default();
        self.txn_verify.fill_batch(&mut policy.batch_policy);
        policy
    }

    /// How a commit or an abort goes through what its transaction has written.
    pub(crate) fn txn_roll(&self) -> TxnRollPolicy {
        let mut policy = TxnRollPolicy::default();
        self.txn_roll.fill_batch(&mut policy.batch_policy);
        policy
    }

    /// The timeout of an info command in milliseconds; 0 is the core's default.
    pub(crate) fn info_timeout(&self, policy: Option<&Bound<'_, PyAny>>) -> Result<u32> {
        timeout_over(&self.info, policy)
    }

    /// The policy of what changes the cluster and no record: indexes, modules of functions, users.
    pub(crate) fn admin(&self, policy: Option<&Bound<'_, PyAny>>) -> Result<AdminPolicy> {
        let timeout = timeout_over(&self.admin, policy)?;
        Ok(AdminPolicy { timeout })
    }
}

fn timeout_over(base: &Options, policy: Option<&Bound<'_, PyAny>>) -> Result<u32> {
    let mut options = base.clone();
    options.overlay(&Options::from_policy(policy)?);
    Ok(options.timeout.unwrap_or(0))
}

fn write_over(
    base: &Arc<WritePolicy>,
    policy: Option<&Bound<'_, PyAny>>,
    meta: Option<&Bound<'_, PyAny>>,
) -> Result<Arc<WritePolicy>> {
    if policy.is_none() && meta.is_none() {
        return Ok(Arc::clone(base));
    }
    let mut own = WritePolicy::clone(base);
    Options::from_policy_and_meta(policy, meta)?.fill_write(&mut own);
    Ok(Arc::new(own))
}

fn batch_over(
    base: &(Options, Arc<BatchPolicy>),
    policy: Option<&Bound<'_, PyAny>>,
) -> Result<(Arc<BatchPolicy>, Options)> {
    let (options, shared) = base;
    if policy.is_none() {
        return Ok((Arc::clone(shared), options.clone()));
    }
    let given = Options::from_policy(policy)?;
    let mut own = BatchPolicy::clone(shared);
    given.fill_batch(&mut own);
    let mut options = options.clone();
    options.overlay(&given);
    Ok((Arc::new(own), options))
}

/// A policy parsed once and accepted wherever a policy dict is.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
#[derive(Debug)]
pub(crate) struct PreparedPolicy {
    options: Options,
}

impl PreparedPolicy {
    pub(super) const fn options(&self) -> &Options {
        &self.options
    }
}

/// Parses a policy once, for use in many calls.
#[pyfunction]
pub(crate) fn prepare(policy: &Bound<'_, PyAny>) -> PyResult<PreparedPolicy> {
    if policy.is_none() {
        return Err(Error::argument("a policy is a dict, not None").into());
    }
    Ok(PreparedPolicy {
        options: Options::from_policy(Some(policy))?,
    })
}

/// The policy of a call that is part of a transaction: what `policy` says, and the transaction, unless it is None.
pub(crate) fn within<'py>(
    policy: Option<&Bound<'py, PyAny>>,
    txn: Option<&Bound<'py, PyAny>>,
) -> Result<Option<Bound<'py, PyAny>>> {
    let Some(txn) = txn.filter(|txn| !txn.is_none()) else {
        return Ok(policy.cloned());
    };
    let mut options = Options::from_policy(policy)?;
    options.txn = Some(transaction::parse(txn).map_err(|error| error.within("txn"))?);
    Ok(Some(
        Bound::new(txn.py(), PreparedPolicy { options })?.into_any(),
    ))
}

/// The transaction that a call under this policy is part of.
pub(crate) fn transaction_of(policy: &Bound<'_, PyAny>) -> Result<Option<Arc<Shared>>> {
    if let Ok(prepared) = policy.cast::<PreparedPolicy>() {
        return Ok(prepared.get().options.txn.clone());
    }
    let given = match policy.cast::<PyDict>() {
        Ok(dict) => dict.get_item("txn")?.filter(|txn| !txn.is_none()),
        Err(_) => None,
    };
    given.map(|txn| transaction::parse(&txn)).transpose()
}

#[pymethods]
impl PreparedPolicy {
    fn __repr__(&self) -> String {
        format!("PreparedPolicy({:?})", self.options)
    }
}
