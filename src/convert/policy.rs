//! Policies: dicts with names and numbers to the core's structs.
//!
//! One dict may be shared by all operations, so every name is known here once; what an operation has no
//! use for, it ignores. A name that nothing has a use for is a mistake and says so.

use std::collections::HashMap;
use std::sync::Arc;

use aerospike_core::expressions::Expression;
use aerospike_core::policy::{
    AdminPolicy, BatchPolicy, QueryPolicy, ReadPolicy, TxnRollPolicy, TxnVerifyPolicy, WritePolicy,
};
use aerospike_core::{
    BatchDeletePolicy, BatchReadPolicy, BatchUdfPolicy, BatchWritePolicy, CommitLevel, Concurrency,
    Expiration, GenerationPolicy, QueryDuration, ReadModeAp, ReadModeSc, ReadTouchTtl,
    RecordExistsAction, Replica,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};

use super::value::{numpy_scalar, repr, str_of, type_name};
use crate::error::{Error, Result};
use crate::expr;
use crate::partition_filter::PartitionFilter;
use crate::transaction::{self, Shared};

/// Ten years, the server's limit (protocol section 2.6).
const LONGEST_TTL: i64 = 315_360_000;

/// A time to live as the caller may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ttl {
    /// The client-wide policy's, or else the namespace's.
    ClientDefault,
    /// What the server is told.
    Is(Expiration),
}

/// What a policy or meta dict says; `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) socket_timeout: Option<u32>,
    pub(crate) total_timeout: Option<u32>,
    pub(crate) timeout_delay: Option<u32>,
    pub(crate) max_retries: Option<usize>,
    pub(crate) sleep_between_retries: Option<u32>,
    pub(crate) sleep_multiplier: Option<f64>,
    pub(crate) read_mode_ap: Option<ReadModeAp>,
    pub(crate) read_mode_sc: Option<ReadModeSc>,
    pub(crate) replica: Option<Replica>,
    pub(crate) read_touch_ttl: Option<ReadTouchTtl>,
    pub(crate) compress: Option<bool>,
    pub(crate) compression_threshold: Option<usize>,
    pub(crate) error_detail_verbosity: Option<u8>,
    pub(crate) send_key: Option<bool>,
    pub(crate) exists: Option<RecordExistsAction>,
    pub(crate) generation_policy: Option<GenerationPolicy>,
    pub(crate) generation: Option<u32>,
    pub(crate) commit_level: Option<CommitLevel>,
    pub(crate) durable_delete: Option<bool>,
    pub(crate) on_locking_only: Option<bool>,
    pub(crate) respond_per_each_op: Option<bool>,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) allow_inline: Option<bool>,
    pub(crate) allow_inline_ssd: Option<bool>,
    pub(crate) respond_all_keys: Option<bool>,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) max_records: Option<u64>,
    pub(crate) records_per_second: Option<u32>,
    pub(crate) max_concurrent_nodes: Option<usize>,
    pub(crate) record_queue_size: Option<usize>,
    pub(crate) expected_duration: Option<QueryDuration>,
    pub(crate) include_bin_data: Option<bool>,
    pub(crate) partition_filter: Option<PartitionFilter>,
    pub(crate) timeout: Option<u32>,
    pub(crate) filter: Option<Filter>,
    pub(crate) txn: Option<Arc<Shared>>,
}

/// Which records an operation leaves alone.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// None of them, whatever the client-wide policy says.
    Off,
    /// Those for which this is not true.
    On(Arc<Expression>),
}

impl Filter {
    /// A filter that cannot be read is never dropped: what it would have kept out could be deleted.
    fn parse(value: &Bound<'_, PyAny>) -> Result<Self> {
        if value.is_none() {
            return Ok(Self::Off);
        }
        expr::parse(value).map(|filter| Self::On(Arc::new(filter)))
    }

    fn expression(&self) -> Option<Expression> {
        match self {
            Self::Off => None,
            Self::On(filter) => Some(Expression::clone(filter)),
        }
    }
}

/// Defines the names a dict may hold and what each sets. `gen` is not among them: it is an enum in a
/// policy and a number in meta.
macro_rules! names {
    ($($name:literal => |$options:ident, $value:ident| $set:expr;)*) => {
        const NAMES: &[&str] = &["gen", $($name),*];

        fn set(options: &mut Options, name: &str, value: &Bound<'_, PyAny>) -> Result<bool> {
            match name {
                $($name => {
                    let ($options, $value) = (options, value);
                    $set
                })*
                _ => return Ok(false),
            }
            Ok(true)
        }
    };
}

/// Names of the official client's policies that have no meaning here, and what to write instead.
const FOREIGN: &[(&str, &str)] = &[
    (
        "connect_timeout",
        "'timeout' of the configuration is how long connecting may take",
    ),
    (
        "deserialize",
        "bins always come as Python objects: leave it out",
    ),
    ("generation", "the generation itself is meta={'gen': …}"),
    (
        "short_query",
        "use 'expected_duration' with QUERY_DURATION_SHORT",
    ),
];

names! {
    "socket_timeout" => |o, v| o.socket_timeout = Some(number(v)?);
    "total_timeout" => |o, v| o.total_timeout = Some(number(v)?);
    "timeout_delay" => |o, v| o.timeout_delay = Some(number(v)?);
    "max_retries" => |o, v| o.max_retries = Some(number(v)?);
    "sleep_between_retries" => |o, v| o.sleep_between_retries = Some(number(v)?);
    "sleep_multiplier" => |o, v| o.sleep_multiplier = Some(real(v)?);
    "read_mode_ap" => |o, v| o.read_mode_ap = Some(choice(v, &[ReadModeAp::One, ReadModeAp::All])?);
    "read_mode_sc" => |o, v| o.read_mode_sc = Some(choice(v, &[
        ReadModeSc::Session, ReadModeSc::Linearize, ReadModeSc::AllowReplica, ReadModeSc::AllowUnavailable,
    ])?);
    "replica" => |o, v| o.replica = Some(choice(v, &[
        Replica::Master, Replica::Sequence, Replica::PreferRack, Replica::MasterProles, Replica::Random,
    ])?);
    "read_touch_ttl_percent" => |o, v| o.read_touch_ttl = Some(touch_percent(v)?);
    "compress" => |o, v| o.compress = Some(flag(v)?);
    "compression_threshold" => |o, v| o.compression_threshold = Some(number(v)?);
    "error_detail_verbosity" => |o, v| o.error_detail_verbosity = Some(at_most(v, 3)?);
    "key" => |o, v| o.send_key = Some(choice(v, &[false, true])?);
    "exists" => |o, v| o.exists = Some(choice(v, &[
        RecordExistsAction::Update, RecordExistsAction::UpdateOnly, RecordExistsAction::Replace,
        RecordExistsAction::ReplaceOnly, RecordExistsAction::CreateOnly,
    ])?);
    "commit_level" => |o, v| o.commit_level = Some(choice(v, &[CommitLevel::CommitAll, CommitLevel::CommitMaster])?);
    "durable_delete" => |o, v| o.durable_delete = Some(flag(v)?);
    "on_locking_only" => |o, v| o.on_locking_only = Some(flag(v)?);
    "respond_per_each_op" => |o, v| o.respond_per_each_op = Some(flag(v)?);
    "ttl" => |o, v| o.ttl = Some(ttl(v)?);
    "allow_inline" => |o, v| o.allow_inline = Some(flag(v)?);
    "allow_inline_ssd" => |o, v| o.allow_inline_ssd = Some(flag(v)?);
    "respond_all_keys" => |o, v| o.respond_all_keys = Some(flag(v)?);
    "concurrency" => |o, v| o.concurrency = Some(choice(v, &[Concurrency::Sequential, Concurrency::Parallel])?);
    "concurrent" => |o, v| o.concurrency = Some(if flag(v)? { Concurrency::Parallel } else { Concurrency::Sequential });
    "max_records" => |o, v| o.max_records = Some(number(v)?);
    "records_per_second" => |o, v| o.records_per_second = Some(number(v)?);
    "max_concurrent_nodes" => |o, v| o.max_concurrent_nodes = Some(number(v)?);
    "record_queue_size" => |o, v| o.record_queue_size = Some(number(v)?);
    "expected_duration" => |o, v| o.expected_duration = Some(choice(v, &[
        QueryDuration::Long, QueryDuration::Short, QueryDuration::LongRelaxAp,
    ])?);
    "include_bin_data" => |o, v| o.include_bin_data = Some(flag(v)?);
    "partition_filter" => |o, v| o.partition_filter = Some(partition_filter(v)?);
    "timeout" => |o, v| o.timeout = Some(number(v)?);
    "filter_expression" => |o, v| o.filter = Some(Filter::parse(v)?);
    "expressions" => |o, v| o.filter = Some(Filter::parse(v)?);
    "txn" => |o, v| o.txn = if v.is_none() { None } else { Some(transaction::parse(v)?) };
    "module" => |_o, _v| {};
    "function" => |_o, _v| {};
    "args" => |_o, _v| {};
}

/// Which of the two dicts of a write is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dict {
    Policy,
    Meta,
}

impl Options {
    /// Reads a policy: a dict, a prepared policy, or None.
    pub(crate) fn from_policy(policy: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        let mut options = Self::default();
        if let Some(policy) = policy {
            options.read(policy, Dict::Policy)?;
        }
        Ok(options)
    }

    /// Reads a policy and a meta dict; where both speak of the same, the policy wins.
    pub(crate) fn from_policy_and_meta(
        policy: Option<&Bound<'_, PyAny>>,
        meta: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        let mut options = Self::from_meta(meta)?;
        if let Some(policy) = policy {
            options.read(policy, Dict::Policy)?;
        }
        Ok(options)
    }

    /// Reads the meta dict of one record.
    pub(crate) fn from_meta(meta: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        let mut options = Self::default();
        if let Some(meta) = meta {
            options.read(meta, Dict::Meta)?;
        }
        Ok(options)
    }

    fn read(&mut self, object: &Bound<'_, PyAny>, kind: Dict) -> Result<()> {
        if object.is_none() {
            return Ok(());
        }
        if let Ok(prepared) = object.cast::<PreparedPolicy>() {
            let prepared = &prepared.get().options;
            self.overlay(prepared);
            self.ttl = prepared.ttl.or(self.ttl);
            return Ok(());
        }
        let dict = object.cast::<PyDict>().map_err(|_| {
            Error::argument(format!(
                "a policy is a dict, not {} ({})",
                repr(object),
                type_name(object)
            ))
        })?;
        for (name, value) in dict.iter() {
            let name = name.cast::<PyString>().map_err(|_| {
                Error::argument(format!("policy names are str, not {}", repr(&name)))
            })?;
            let name = str_of(name)?;
            self.read_one(name, &value, kind)
                .map_err(|error| error.within(format!("policy '{name}'")))?;
        }
        Ok(())
    }

    fn read_one(&mut self, name: &str, value: &Bound<'_, PyAny>, kind: Dict) -> Result<()> {
        if name == "gen" {
            if kind == Dict::Meta {
                self.generation = Some(number(value)?);
            } else {
                self.generation_policy = Some(choice(
                    value,
                    &[
                        GenerationPolicy::None,
                        GenerationPolicy::ExpectGenEqual,
                        GenerationPolicy::ExpectGenGreater,
                    ],
                )?);
            }
            return Ok(());
        }
        if set(self, name, value)? {
            return Ok(());
        }
        let hint = match FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
            Some((_, instead)) => (*instead).to_owned(),
            None => suggestion(name, NAMES),
        };
        Err(Error::argument(format!("no policy has this name; {hint}")))
    }

    /// Takes over whatever `other` says; a time to live that leaves it to the client's default leaves it here.
    pub(crate) fn overlay(&mut self, other: &Self) {
        if other.ttl != Some(Ttl::ClientDefault) {
            self.ttl = other.ttl.or(self.ttl);
        }
        macro_rules! take {
            ($($field:ident),*) => {$(
                if other.$field.is_some() {
                    self.$field.clone_from(&other.$field);
                }
            )*};
        }
        take!(
            socket_timeout,
            total_timeout,
            timeout_delay,
            max_retries,
            sleep_between_retries,
            sleep_multiplier,
            read_mode_ap,
            read_mode_sc,
            replica,
            read_touch_ttl,
            compress,
            compression_threshold,
            error_detail_verbosity,
            send_key,
            exists,
            generation_policy,
            generation,
            commit_level,
            durable_delete,
            on_locking_only,
            respond_per_each_op,
            allow_inline,
            allow_inline_ssd,
            respond_all_keys,
            concurrency,
            max_records,
            records_per_second,
            max_concurrent_nodes,
            record_queue_size,
            expected_duration,
            include_bin_data,
            partition_filter,
            timeout,
            filter,
            txn
        );
    }

    fn fill_base(&self, base: &mut aerospike_core::policy::BasePolicy) {
        macro_rules! give {
            ($($field:ident => $target:ident),*) => {$(
                if let Some(value) = &self.$field {
                    base.$target = value.clone();
                }
            )*};
        }
        give!(
            socket_timeout => socket_timeout, total_timeout => total_timeout, timeout_delay => timeout_delay,
            max_retries => max_retries, sleep_between_retries => sleep_between_retries,
            sleep_multiplier => sleep_multiplier, read_mode_ap => read_mode_ap, read_mode_sc => read_mode_sc,
            replica => replica, read_touch_ttl => read_touch_ttl, compress => use_compression,
            compression_threshold => compression_threshold, error_detail_verbosity => error_detail_verbosity
        );
        if let Some(filter) = &self.filter {
            base.filter_expression = filter.expression();
        }
        if let Some(transaction) = &self.txn {
            base.txn = Some(Arc::clone(&transaction.txn));
        }
    }

    /// The policy of a read.
    pub(crate) fn fill_read(&self, policy: &mut ReadPolicy) {
        self.fill_base(&mut policy.base_policy);
    }

    /// What the server is told of the generation: `meta["gen"]` asks for equality unless the policy says
    /// otherwise.
    fn generation(&self) -> (Option<GenerationPolicy>, Option<u32>) {
        let policy = self
            .generation_policy
            .or(self.generation.map(|_| GenerationPolicy::ExpectGenEqual));
        (policy, self.generation)
    }

    /// The policy of a write.
    pub(crate) fn fill_write(&self, policy: &mut WritePolicy) {
        self.fill_base(&mut policy.base_policy);
        let (generation_policy, generation) = self.generation();
        macro_rules! give {
            ($($value:expr => $target:ident),*) => {$(
                if let Some(value) = $value {
                    policy.$target = value;
                }
            )*};
        }
        give!(
            self.exists => record_exists_action, generation_policy => generation_policy,
            generation => generation, self.commit_level => commit_level, self.send_key => send_key,
            self.durable_delete => durable_delete, self.on_locking_only => on_locking_only,
            self.respond_per_each_op => respond_per_each_op, self.expiration() => expiration,
            self.records_per_second => records_per_second
        );
    }

    /// Rows outside a transaction do not say it: there it means nothing, and the core has no room for it.
    fn on_locking_only(&self) -> Option<bool> {
        self.on_locking_only.filter(|_| self.txn.is_some())
    }

    /// What the server is told of the time to live, if anything is said here.
    pub(crate) fn expiration(&self) -> Option<Expiration> {
        match self.ttl {
            Some(Ttl::Is(expiration)) => Some(expiration),
            Some(Ttl::ClientDefault) | None => None,
        }
    }

    /// Refuses a transaction where the cluster knows none, rather than to leave it out of one.
    fn check_no_transaction(&self) -> Result<()> {
        match self.txn {
            None => Ok(()),
            Some(_) => Err(Error::argument(
                "policy 'txn': a query cannot be part of a transaction",
            )),
        }
    }

    /// The policy of a query or scan.
    fn fill_query(&self, policy: &mut QueryPolicy) {
        self.fill_base(&mut policy.base_policy);
        macro_rules! give {
            ($($name:ident),*) => {$(
                if let Some(value) = self.$name {
                    policy.$name = value;
                }
            )*};
        }
        give!(
            max_records,
            records_per_second,
            max_concurrent_nodes,
            record_queue_size,
            expected_duration,
            include_bin_data
        );
    }

    /// The policy of a whole batch.
    pub(crate) fn fill_batch(&self, policy: &mut BatchPolicy) {
        self.fill_base(&mut policy.base_policy);
        if let Some(value) = self.allow_inline {
            policy.allow_inline = value;
        }
        if let Some(value) = self.allow_inline_ssd {
            policy.allow_inline_ssd = value;
        }
        if let Some(value) = self.respond_all_keys {
            policy.respond_all_keys = value;
        }
        if let Some(value) = self.concurrency {
            policy.concurrency = value;
        }
    }

    /// The policy of a batch's reads.
    pub(crate) fn batch_read(&self) -> BatchReadPolicy {
        BatchReadPolicy {
            read_touch_ttl: self.read_touch_ttl.unwrap_or(ReadTouchTtl::ServerDefault),
            filter_expression: self.row_filter(),
        }
    }

    /// The filter of one row of a batch; a row without one is subject to the batch's own.
    fn row_filter(&self) -> Option<Expression> {
        self.filter.as_ref().and_then(Filter::expression)
    }

    /// The policy of a batch's writes.
    pub(crate) fn batch_write(&self) -> BatchWritePolicy {
        let mut policy = BatchWritePolicy {
            filter_expression: self.row_filter(),
            ..BatchWritePolicy::default()
        };
        let (generation_policy, generation) = self.generation();
        macro_rules! give {
            ($($value:expr => $target:ident),*) => {$(
                if let Some(value) = $value {
                    policy.$target = value;
                }
            )*};
        }
        give!(
            self.exists => record_exists_action, generation_policy => generation_policy,
            generation => generation, self.commit_level => commit_level, self.send_key => send_key,
            self.durable_delete => durable_delete, self.on_locking_only() => on_locking_only,
            self.expiration() => expiration
        );
        policy
    }

    /// The policy of a batch's removals.
    pub(crate) fn batch_delete(&self) -> BatchDeletePolicy {
        let mut policy = BatchDeletePolicy {
            filter_expression: self.row_filter(),
            ..BatchDeletePolicy::default()
        };
        let (generation_policy, generation) = self.generation();
        macro_rules! give {
            ($($value:expr => $target:ident),*) => {$(
                if let Some(value) = $value {
                    policy.$target = value;
                }
            )*};
        }
        give!(
            generation_policy => generation_policy, generation => generation,
            self.commit_level => commit_level, self.send_key => send_key, self.durable_delete => durable_delete
        );
        policy
    }

    /// The policy of a batch's calls of functions.
    pub(crate) fn batch_udf(&self) -> BatchUdfPolicy {
        let mut policy = BatchUdfPolicy {
            filter_expression: self.row_filter(),
            ..BatchUdfPolicy::default()
        };
        macro_rules! give {
            ($($value:expr => $target:ident),*) => {$(
                if let Some(value) = $value {
                    policy.$target = value;
                }
            )*};
        }
        give!(
            self.commit_level => commit_level, self.send_key => send_key,
            self.durable_delete => durable_delete, self.on_locking_only() => on_locking_only,
            self.expiration() => expiration
        );
        policy
    }
}

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
        for (kind, policy) in dict.iter() {
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

/// "did you mean …?", or all there is.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= name.len().max(3) / 2);
    match nearest {
        Some((_, candidate)) => format!("did you mean '{candidate}'?"),
        None => format!("known are {}", known.join(", ")),
    }
}

/// An int in the range of `T`; bool and None are none.
fn number<T: TryFrom<i64>>(value: &Bound<'_, PyAny>) -> Result<T> {
    let number = plain_int(value)?;
    T::try_from(number).map_err(|_| Error::argument(format!("{number} is out of range")))
}

pub(crate) fn plain_int(value: &Bound<'_, PyAny>) -> Result<i64> {
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        if let Some(item) = numpy_scalar(value)?.filter(PyAnyMethods::is_instance_of::<PyInt>) {
            return plain_int(&item);
        }
        return Err(Error::argument(format!("{} is not an int", repr(value))));
    }
    value
        .extract()
        .map_err(|_| Error::argument(format!("{} is out of range", repr(value))))
}

fn real(value: &Bound<'_, PyAny>) -> Result<f64> {
    if value.is_instance_of::<PyFloat>()
        || (value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>())
    {
        return Ok(value.extract()?);
    }
    Err(Error::argument(format!("{} is not a number", repr(value))))
}

fn flag(value: &Bound<'_, PyAny>) -> Result<bool> {
    match value.cast::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        // The official client takes 0 and 1 here.
        Err(_) => choice(value, &[false, true])
            .map_err(|_| Error::argument(format!("{} is not a bool", repr(value)))),
    }
}

/// The constant with this number.
fn choice<T: Copy>(value: &Bound<'_, PyAny>, choices: &[T]) -> Result<T> {
    let number = if let Ok(flag) = value.cast::<PyBool>() {
        // `{"key": True}` can only mean one thing where there are two choices.
        if choices.len() != 2 {
            return Err(Error::argument(format!("{} is not an int", repr(value))));
        }
        i64::from(flag.is_true())
    } else {
        plain_int(value)?
    };
    usize::try_from(number)
        .ok()
        .and_then(|index| choices.get(index))
        .copied()
        .ok_or_else(|| {
            Error::argument(format!("{number} is not one of 0 to {}", choices.len() - 1))
        })
}

fn at_most(value: &Bound<'_, PyAny>, limit: u8) -> Result<u8> {
    let number: u8 = number(value)?;
    if number > limit {
        return Err(Error::argument(format!(
            "{number} is out of range: 0 to {limit}"
        )));
    }
    Ok(number)
}

fn touch_percent(value: &Bound<'_, PyAny>) -> Result<ReadTouchTtl> {
    match plain_int(value)? {
        -1 => Ok(ReadTouchTtl::DontReset),
        0 => Ok(ReadTouchTtl::ServerDefault),
        percent @ 1..=100 => Ok(ReadTouchTtl::Percent(percent as u8)),
        other => Err(Error::argument(format!(
            "{other} is neither -1 nor 0 nor a percentage"
        ))),
    }
}

/// A time to live in seconds, or one of the special values, also as the unsigned number they travel as.
pub(crate) fn ttl(value: &Bound<'_, PyAny>) -> Result<Ttl> {
    const NEVER: i64 = u32::MAX as i64;
    Ok(match plain_int(value)? {
        0 => Ttl::Is(Expiration::NamespaceDefault),
        -1 | NEVER => Ttl::Is(Expiration::Never),
        -2 | 4_294_967_294 => Ttl::Is(Expiration::DontUpdate),
        -3 | 4_294_967_293 => Ttl::ClientDefault,
        seconds @ 1..=LONGEST_TTL => Ttl::Is(Expiration::Seconds(seconds as u32)),
        other => {
            return Err(Error::argument(format!(
                "ttl {other} is neither a special value nor 1 to {LONGEST_TTL} seconds"
            )));
        }
    })
}

fn partition_filter(value: &Bound<'_, PyAny>) -> Result<PartitionFilter> {
    match value.cast::<PartitionFilter>() {
        Ok(filter) => Ok(filter.get().clone()),
        Err(_) => Err(Error::argument(format!(
            "{} is not a PartitionFilter",
            repr(value)
        ))),
    }
}
