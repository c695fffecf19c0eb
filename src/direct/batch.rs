//! A batch of reads, asked of the nodes that hold the records.
//!
//! Source: field 41 and the replies to it, `crates/wire/src/batch.rs`.

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Bins, Key};
use bytes::Bytes;
use futures_util::future::join_all;
use parking_lot::Mutex;
use wire::batch::{BatchWriter, flags};
use wire::message::info1;
use wire::{Digest, FieldType, Header, Message};

use super::connection::{Messages, Patience, frame};
use super::failure::Spent;
use super::{MOVED, Share, request};

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

/// What became of the rows that have no answer.
pub(crate) struct Left {
    /// Those that are to be read through the core, in their order.
    pub(crate) rows: Vec<usize>,
    /// Those that had their last attempt, with it.
    pub(crate) lost: Vec<(Spent, Vec<usize>)>,
    /// Whether some of those that are left had an attempt.
    pub(crate) is_spent: bool,
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
const OR_MOVED: &[u8] = &[150, 151, 152, MOVED];

impl Question<'_> {
    /// Whether it is one of those that are asked here.
    pub(crate) fn is_plain(&self) -> bool {
        request::is_plain_at_master(self.base)
    }

    /// Asks the nodes, each for its share, all at once.
    pub(crate) async fn ask<T: Taker>(&self, shares: Vec<Share<'_>>, taker: &mut T) -> Left {
        let patience = Patience::of(self.base);
        let progress = Mutex::new(Progress {
            taker,
            answered: vec![false; self.rows.len()],
            left_alone: match self.base.max_retries {
                0 => OF_BATCH,
                _ => OR_MOVED,
            },
        });
        let exchanges = shares
            .iter()
            .map(|share| self.exchange(share, &progress, patience));
        let outcomes = join_all(exchanges).await;
        let answered = progress.into_inner().answered;
        let is_open = |row: &usize| answered.get(*row) == Some(&false);
        let mut left = Left {
            rows: Vec::new(),
            lost: Vec::new(),
            is_spent: false,
        };
        let mut is_lost = vec![false; answered.len()];
        for (share, spent) in shares.iter().zip(outcomes) {
            let Some(spent) = spent else {
                continue;
            };
            if !spent.is_last(self.base.max_retries) {
                left.is_spent = true;
                continue;
            }
            let rows: Vec<_> = share.asked.iter().copied().filter(is_open).collect();
            for &row in &rows {
                if let Some(is_lost) = is_lost.get_mut(row) {
                    *is_lost = true;
                }
            }
            left.lost.push((spent, rows));
        }
        let rows = answered.iter().zip(&is_lost).enumerate();
        left.rows = rows
            .filter_map(|(row, (answered, is_lost))| (!answered && !is_lost).then_some(row))
            .collect();
        left
    }

    /// Asks one node. Returns what befell it if an attempt is spent.
    async fn exchange<T: Taker>(
        &self,
        share: &Share<'_>,
        progress: &Mutex<Progress<'_, T>>,
        patience: Patience,
    ) -> Option<Spent> {
        let lease = share.lease(patience).await?;
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
        outcome.err().map(|failure| share.spent(failure))
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
