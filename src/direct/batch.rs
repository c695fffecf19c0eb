//! A batch of reads, asked of the nodes that hold the records.
//!
//! Source: field 41 and the replies to it, `crates/wire/src/batch.rs`.

use std::time::{Duration, Instant};

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{
    BatchReadPolicy, Bins, Concurrency, Key, ReadModeAp, ReadModeSc, ReadTouchTtl, Replica,
};
use bytes::Bytes;
use futures_util::future::join_all;
use parking_lot::Mutex;
use wire::batch::{BatchWriter, flags};
use wire::message::info1;
use wire::{Digest, FieldType, Header, Message, MessageWriter, OpCode, Value};

use super::Share;
use super::connection::{Failure, Messages, Patience, frame};
use crate::error::{Error, Result};

/// What is read of which records.
pub(crate) struct Question<'a> {
    pub(crate) keys: &'a [Key],
    pub(crate) bins: &'a Bins,
    pub(crate) policy: &'a BatchPolicy,
    pub(crate) row_policy: &'a BatchReadPolicy,
}

/// Whom rows go to.
pub(crate) trait Taker: Send {
    /// The answer to a row, which is in a frame. Returns whether it could be read.
    fn take(&mut self, row: usize, message: &Message<'_>, frame: &Bytes) -> bool;
}

/// What became of a batch.
pub(crate) struct Left {
    /// Which rows have no answer yet, in their order.
    pub(crate) rows: Vec<usize>,
    /// What befell the nodes that were asked, so that an attempt is spent.
    failures: Vec<Failure>,
}

impl Left {
    /// The policy under which the rows that are left may be asked again, so long after the batch began.
    ///
    /// # Errors
    /// There is no time, or no attempt, left for that: what to say of the rows.
    pub(crate) fn second_chance(
        &self,
        policy: &BatchPolicy,
        passed: Duration,
    ) -> Result<BatchPolicy> {
        let mut policy = policy.clone();
        let base = &mut policy.base_policy;
        if base.total_timeout > 0 {
            let passed = u32::try_from(passed.as_millis()).unwrap_or(u32::MAX);
            base.total_timeout = base.total_timeout.saturating_sub(passed).max(1);
        }
        let is_late = |failure: &&Failure| matches!(failure, Failure::Late);
        if let Some(failure) = self.failures.iter().find(is_late) {
            return Err(failure.into());
        }
        if let Some(failure) = self.failures.first() {
            base.max_retries = base
                .max_retries
                .checked_sub(1)
                .ok_or_else(|| Error::from(failure))?;
        }
        Ok(policy)
    }
}

impl From<&Failure> for Error {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Broken(_) => Self::connection(failure.to_string()),
            Failure::Silent | Failure::Late => Self::expired(failure.to_string()),
        }
    }
}

/// Rows on their way.
struct Progress<'a, T> {
    taker: &'a mut T,
    /// Of each row.
    answered: Vec<bool>,
    /// Results that are no answer.
    left_alone: &'static [u8],
}

impl<T: Taker> Progress<'_, T> {
    fn take(&mut self, row: usize, message: &Message<'_>, frame: &Bytes) {
        if !self.left_alone.contains(&message.header.result)
            && let Some(answered) = self.answered.get_mut(row)
            && !*answered
        {
            *answered = self.taker.take(row, message, frame);
        }
    }
}

/// Results of a batch and of no row: disabled, too many rows, queues full. The core says so in its own words.
const OF_BATCH: &[u8] = &[150, 151, 152];
/// The same, and that of a row whose partition has moved away: the core may know where to.
const CURABLE: &[u8] = &[150, 151, 152, 11];

impl Question<'_> {
    /// Whether it is one of those that are asked here: reads of the master without anything that the core would have to see to.
    pub(crate) fn is_plain(&self) -> bool {
        let base = &self.policy.base_policy;
        matches!(base.replica, Replica::Sequence | Replica::Master)
            && matches!(base.read_mode_ap, ReadModeAp::One)
            && matches!(base.read_mode_sc, ReadModeSc::Session)
            && matches!(base.read_touch_ttl, ReadTouchTtl::ServerDefault)
            && matches!(self.row_policy.read_touch_ttl, ReadTouchTtl::ServerDefault)
            && matches!(self.policy.concurrency, Concurrency::Parallel)
            && base.filter_expression.is_none()
            && self.row_policy.filter_expression.is_none()
            && base.txn.is_none()
            && !base.use_compression
            && base.error_detail_verbosity == 0
            && self.policy.respond_all_keys
    }

    /// Asks the nodes, each for its share, all at once.
    pub(crate) async fn ask<T: Taker>(&self, shares: Vec<Share<'_>>, taker: &mut T) -> Left {
        let began = Instant::now();
        let base = &self.policy.base_policy;
        let some = |milliseconds: u32| {
            (milliseconds > 0).then(|| Duration::from_millis(u64::from(milliseconds)))
        };
        let patience = Patience {
            socket: some(base.socket_timeout),
            until: some(base.total_timeout).map(|total| began + total),
        };
        let progress = Mutex::new(Progress {
            taker,
            answered: vec![false; self.keys.len()],
            left_alone: match base.max_retries {
                0 => OF_BATCH,
                _ => CURABLE,
            },
        });
        let exchanges = shares
            .iter()
            .map(|share| self.exchange(share, &progress, patience));
        let failures = join_all(exchanges).await.into_iter().flatten().collect();
        let answered = progress.into_inner().answered;
        let rows = answered.iter().enumerate();
        let rows = rows.filter_map(|(row, answered)| (!answered).then_some(row));
        Left {
            rows: rows.collect(),
            failures,
        }
    }

    /// Asks one node. Returns what befell it if an attempt is spent.
    async fn exchange<T: Taker>(
        &self,
        share: &Share<'_>,
        progress: &Mutex<Progress<'_, T>>,
        patience: Patience,
    ) -> Option<Failure> {
        let lease = share.lease(patience.until).await?;
        // What concerns one record travels as the request on one record that it is.
        let only = match share.asked {
            [row] => Some((*row, self.keys.get(*row)?)),
            _ => None,
        };
        let request = match only {
            Some((_, key)) => self.encode_one(key, patience),
            None => self.encode(share.asked, patience),
        };
        let take = |message: &Message<'_>, frame: &Bytes| {
            let row = only.map_or(message.header.timeout as usize, |(row, _)| row);
            progress.lock().take(row, message, frame);
            Ok(())
        };
        let messages = if only.is_some() {
            Messages::One
        } else {
            Messages::UpToLast
        };
        // The result of the whole is that of some row, or says why there are no rows, which the core finds out in its own words.
        let outcome = lease.converse(&request, messages, patience, take).await?;
        let failure = outcome.err()?;
        log::debug!("{}: batch read: {failure}", share.node.name());
        Some(failure)
    }

    /// The request for some rows.
    fn encode(&self, rows: &[usize], patience: Patience) -> Vec<u8> {
        let mut flags = flags::RESPOND_ALL | flags::ERROR_RECORD;
        if self.policy.allow_inline {
            flags |= flags::INLINE;
        }
        if self.policy.allow_inline_ssd {
            flags |= flags::INLINE_SSD;
        }
        let read = self.header();
        let mut batch = BatchWriter::new(flags);
        let mut last: Option<&Key> = None;
        for &row in rows {
            let Some(key) = self.keys.get(row) else {
                continue;
            };
            let (index, digest) = (row as u32, Digest(key.digest()));
            let is_like = |last: &Key| {
                last.namespace() == key.namespace() && last.set_name() == key.set_name()
            };
            if last.is_some_and(is_like) {
                batch.repeat(index, &digest);
                continue;
            }
            last = Some(key);
            batch.define(index, &digest, &read, |message| {
                self.describe(key, message, None);
            });
        }
        let header = Header {
            info1: info1::BATCH,
            timeout: patience.milliseconds(),
            ..Header::default()
        };
        frame(&header, |message| {
            message.field(FieldType::Batch, &batch.finish());
        })
    }

    /// The request for one record.
    fn encode_one(&self, key: &Key, patience: Patience) -> Vec<u8> {
        let header = Header {
            timeout: patience.milliseconds(),
            ..self.header()
        };
        frame(&header, |message| {
            self.describe(key, message, Some(&key.digest()));
        })
    }

    /// What to do with a record.
    fn header(&self) -> Header {
        let bins = match self.bins {
            Bins::All => info1::GET_ALL,
            Bins::None => info1::GET_NO_BINS,
            Bins::Some(_) => 0,
        };
        Header {
            info1: info1::READ | bins,
            ..Header::default()
        }
    }

    /// Where a record is, which it is unless that is said elsewhere, and which bins are wanted.
    fn describe(&self, key: &Key, message: &mut MessageWriter<'_>, digest: Option<&[u8; 20]>) {
        message.field(FieldType::Namespace, key.namespace().as_bytes());
        if !key.set_name().is_empty() {
            message.field(FieldType::Set, key.set_name().as_bytes());
        }
        if let Some(digest) = digest {
            message.field(FieldType::Digest, digest);
        }
        if let Bins::Some(names) = self.bins {
            for name in names {
                message.op(OpCode::Read as u8, name.as_bytes(), &Value::Nil);
            }
        }
    }
}
