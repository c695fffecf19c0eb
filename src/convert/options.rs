//! What policy and meta dicts say: their names, and what each sets.
//!
//! One dict may be shared by all operations, so every name is known here once; what an operation has no
//! use for, it ignores. A name that nothing has a use for is a mistake and says so.

mod fill;
mod values;

use std::sync::Arc;

use aerospike_core::expressions::Expression;
use aerospike_core::{
    CommitLevel, Concurrency, GenerationPolicy, QueryDuration, ReadModeAp, ReadModeSc,
    ReadTouchTtl, RecordExistsAction, Replica,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::pairs::pairs;
use super::policy::PreparedPolicy;
use super::suggestion::suggestion;
use super::value::{repr, str_of, type_name};
use crate::error::{Error, Result};
use crate::expr;
use crate::partition_filter::PartitionFilter;
use crate::transaction::{self, Shared};
use values::{at_most, choice, flag, number, partition_filter, real, touch_percent};

pub(crate) use values::{Ttl, plain_int, ttl};

/// Defines what a dict may say, and how it is said over what another says.
macro_rules! options {
    ($($field:ident: $type:ty,)*) => {
        /// What a policy or meta dict says; `None` where it says nothing.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct Options {
            $(pub(crate) $field: Option<$type>,)*
        }

        impl Options {
            /// Takes over whatever `other` says.
            fn take_over(&mut self, other: &Self) {
                $(if other.$field.is_some() {
                    self.$field.clone_from(&other.$field);
                })*
            }
        }
    };
}

options! {
    socket_timeout: u32,
    total_timeout: u32,
    timeout_delay: u32,
    max_retries: usize,
    sleep_between_retries: u32,
    sleep_multiplier: f64,
    read_mode_ap: ReadModeAp,
    read_mode_sc: ReadModeSc,
    replica: Replica,
    read_touch_ttl: ReadTouchTtl,
    compress: bool,
    compression_threshold: usize,
    error_detail_verbosity: u8,
    send_key: bool,
    exists: RecordExistsAction,
    generation_policy: GenerationPolicy,
    generation: u32,
    commit_level: CommitLevel,
    durable_delete: bool,
    on_locking_only: bool,
    respond_per_each_op: bool,
    ttl: Ttl,
    allow_inline: bool,
    allow_inline_ssd: bool,
    respond_all_keys: bool,
    concurrency: Concurrency,
    max_records: u64,
    records_per_second: u32,
    max_concurrent_nodes: usize,
    record_queue_size: usize,
    expected_duration: QueryDuration,
    include_bin_data: bool,
    partition_filter: PartitionFilter,
    timeout: u32,
    filter: Filter,
    txn: Arc<Shared>,
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
            self.take_over(prepared.get().options());
            return Ok(());
        }
        let dict = object.cast::<PyDict>().map_err(|_| {
            Error::argument(format!(
                "a policy is a dict, not {} ({})",
                repr(object),
                type_name(object)
            ))
        })?;
        for (name, value) in pairs(dict)? {
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
        let ttl = self.ttl;
        self.take_over(other);
        if other.ttl == Some(Ttl::ClientDefault) {
            self.ttl = ttl;
        }
    }
}
