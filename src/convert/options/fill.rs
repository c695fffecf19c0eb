//! What is said becomes the core's policies.

use std::sync::Arc;

use aerospike_core::expressions::Expression;
use aerospike_core::policy::{BasePolicy, BatchPolicy, QueryPolicy, ReadPolicy, WritePolicy};
use aerospike_core::{
    BatchDeletePolicy, BatchReadPolicy, BatchUdfPolicy, BatchWritePolicy, Expiration,
    GenerationPolicy, ReadTouchTtl,
};

use super::{Filter, Options, Ttl};
use crate::error::{Error, Result};

/// Sets the fields of a policy of which something is said.
macro_rules! give {
    ($policy:ident, $($value:expr => $target:ident),* $(,)?) => {$(
        if let Some(value) = $value {
            $policy.$target = value;
        }
    )*};
}

impl Options {
    fn fill_base(&self, base: &mut BasePolicy) {
        give!(
            base,
            self.socket_timeout => socket_timeout, self.total_timeout => total_timeout, self.timeout_delay => timeout_delay,
            self.max_retries => max_retries, self.sleep_between_retries => sleep_between_retries,
            self.sleep_multiplier => sleep_multiplier, self.read_mode_ap => read_mode_ap, self.read_mode_sc => read_mode_sc,
            self.replica => replica, self.read_touch_ttl => read_touch_ttl, self.compress => use_compression,
            self.compression_threshold => compression_threshold, self.error_detail_verbosity => error_detail_verbosity
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
        give!(
            policy,
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
    pub(in crate::convert) fn check_no_transaction(&self) -> Result<()> {
        match self.txn {
            None => Ok(()),
            Some(_) => Err(Error::argument(
                "policy 'txn': a query cannot be part of a transaction",
            )),
        }
    }

    /// The policy of a query or scan.
    pub(in crate::convert) fn fill_query(&self, policy: &mut QueryPolicy) {
        self.fill_base(&mut policy.base_policy);
        give!(
            policy,
            self.max_records => max_records, self.records_per_second => records_per_second,
            self.max_concurrent_nodes => max_concurrent_nodes, self.record_queue_size => record_queue_size,
            self.expected_duration => expected_duration, self.include_bin_data => include_bin_data
        );
    }

    /// The policy of a whole batch.
    pub(crate) fn fill_batch(&self, policy: &mut BatchPolicy) {
        self.fill_base(&mut policy.base_policy);
        give!(
            policy,
            self.allow_inline => allow_inline, self.allow_inline_ssd => allow_inline_ssd,
            self.respond_all_keys => respond_all_keys, self.concurrency => concurrency
        );
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
        give!(
            policy,
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
        give!(
            policy,
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
        give!(
            policy,
            self.commit_level => commit_level, self.send_key => send_key,
            self.durable_delete => durable_delete, self.on_locking_only() => on_locking_only,
            self.expiration() => expiration
        );
        policy
    }
}
