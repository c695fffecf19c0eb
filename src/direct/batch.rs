//! A batch of reads, asked of the nodes that hold the records.
//!
//! Source: field 41 and the replies to it, `crates/wire/src/batch.rs`.

use std::time::Duration;

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Bins, Key};
use bytes::Bytes;
use futures_util::future::join_all;
use parking_lot::Mutex;
use wire::batch::{BatchWriter, flags};
use wire::message::info1;
use wire::{Digest, FieldType, Header, Message};

use super::connection::{Failure, Messages, Patience, frame};
use super::{Share, request};
use crate::error::Error;

/// What is read of which records.
pub(crate) struct Question<'a> {
    pub(crate) rows: Vec<(&'a Key, &'a Bins)>,
    pub(crate) base: &'a BasePolicy,
    /// Whether the node may do it on the thread of the connection, where the records are in memory, and where they are not.
    pub(crate) inline: (bool, bool),
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
    /// Makes a policy one under which the rows that are left may be asked again, so long after the batch began.
    ///
    /// # Errors
    /// There is no time, or no attempt, left for that: what to say of the rows.
    pub(crate) fn second_chance(
        &self,
        base: &mut BasePolicy,
        passed: Duration,
    ) -> std::result::Result<(), &Failure> {
        second_chance(base, passed, &self.failures)
    }
}

/// Takes time and an attempt off a policy.
pub(crate) fn second_chance<'a>(
    base: &mut BasePolicy,
    passed: Duration,
    failures: &'a [Failure],
) -> std::result::Result<(), &'a Failure> {
    if base.total_timeout > 0 {
        let passed = u32::try_from(passed.as_millis()).unwrap_or(u32::MAX);
        base.total_timeout = base.total_timeout.saturating_sub(passed).max(1);
    }
    let is_late = |failure: &&Failure| matches!(failure, Failure::Late);
    if let Some(failure) = failures.iter().find(is_late) {
        return Err(failure);
    }
    if let Some(failure) = failures.first() {
        base.max_retries = base.max_retries.checked_sub(1).ok_or(failure)?;
    }
    Ok(())
}

impl From<&Failure> for Error {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Broken(_) => Self::connection(failure.to_string()),
            Failure::Silent | Failure::Late => Self::expired(failure.to_string()),
            Failure::Refused(code) => Self::server(i32::from(*code), failure.to_string()),
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
    /// Whether it is one of those that are asked here.
    pub(crate) fn is_plain(&self) -> bool {
        request::is_plain(self.base)
    }

    /// Asks the nodes, each for its share, all at once.
    pub(crate) async fn ask<T: Taker>(&self, shares: Vec<Share<'_>>, taker: &mut T) -> Left {
        let patience = Patience::of(self.base);
        let progress = Mutex::new(Progress {
            taker,
            answered: vec![false; self.rows.len()],
            left_alone: match self.base.max_retries {
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
            [row] => Some((*row, self.rows.get(*row)?)),
            _ => None,
        };
        let request = match only {
            Some((_, (key, bins))) => request::of_one(key, bins, patience),
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
        let outcome = lease.converse(&request, messages, patience, take).await;
        let failure = outcome.err()?;
        log::debug!("{}: batch read: {failure}", share.node.name());
        Some(failure)
    }

    /// The request for some rows.
    fn encode(&self, rows: &[usize], patience: Patience) -> Vec<u8> {
        let mut flags = flags::RESPOND_ALL | flags::ERROR_RECORD;
        let (in_memory, elsewhere) = self.inline;
        if in_memory {
            flags |= flags::INLINE;
        }
        if elsewhere {
            flags |= flags::INLINE_SSD;
        }
        let mut batch = BatchWriter::new(flags);
        let mut last: Option<(&Key, &Bins)> = None;
        for &row in rows {
            let Some(&(key, bins)) = self.rows.get(row) else {
                continue;
            };
            let (index, digest) = (row as u32, Digest(key.digest()));
            let is_like = |(known, same): (&Key, &Bins)| {
                known.namespace() == key.namespace()
                    && known.set_name() == key.set_name()
                    && (std::ptr::eq(same, bins) || same == bins)
            };
            if last.is_some_and(is_like) {
                batch.repeat(index, &digest);
                continue;
            }
            last = Some((key, bins));
            batch.define(index, &digest, &request::header(bins), |message| {
                request::describe(message, key, bins, None);
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
}
