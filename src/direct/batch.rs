//! A batch of reads, asked of the nodes that hold the records: of the masters, and after those in vain of others that have them.
//!
//! Source: field 41 and the replies to it, `crates/wire/src/batch.rs`.

use std::sync::Arc;
use std::time::Duration;

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Bins, Key, Node};
use bytes::Bytes;
use futures_util::future::join_all;
use parking_lot::Mutex;
use wire::batch::{BatchWriter, flags};
use wire::message::info1;
use wire::{Digest, FieldType, Header, Message};

use super::connection::{Messages, Patience, frame};
use super::failure::{Spent, take_off};
use super::{MOVED, Share, request};

/// What is read of which records.
pub(crate) struct Question<'a> {
    pub(crate) rows: Vec<(&'a Key, &'a Bins)>,
    pub(crate) base: &'a BasePolicy,
    /// Whether the node may do it on the thread of the connection, where the records are in memory, and where they are not.
    pub(crate) inline: (bool, bool),
}

/// The answer to a row.
pub(crate) struct RowReply<'a> {
    pub(crate) message: &'a Message<'a>,
    /// What the message is in.
    pub(crate) frame: &'a Bytes,
    /// Who answers.
    pub(crate) node: &'a Arc<Node>,
    /// How many the policy allows after that.
    pub(crate) retries: usize,
}

/// Whom rows go to.
pub(crate) trait Taker: Send {
    /// Takes the answer to a row. Returns whether it could be read.
    fn take(&mut self, row: usize, reply: &RowReply<'_>) -> bool;
}

/// Takes some of the rows, by their places among these.
struct Part<'a, T> {
    taker: &'a mut T,
    rows: &'a [usize],
}

impl<T: Taker> Taker for Part<'_, T> {
    fn take(&mut self, row: usize, reply: &RowReply<'_>) -> bool {
        let row = self.rows.get(row);
        row.is_some_and(|&row| self.taker.take(row, reply))
    }
}

/// What became of the rows that have no answer.
pub(crate) struct Left {
    /// Those that are to be read through the core, in their order.
    pub(crate) rows: Vec<usize>,
    /// Those of them for which a node was asked in vain, in their order.
    tried: Vec<usize>,
    /// Those that had their last attempt, with it.
    pub(crate) lost: Vec<(Spent, Vec<usize>)>,
    /// How many attempts those had that are left, at most.
    pub(crate) spent: usize,
}

impl Left {
    /// Whether a node was asked for some of them in vain.
    pub(crate) fn has_tried(&self) -> bool {
        !self.tried.is_empty()
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
    fn take(&mut self, row: usize, reply: &RowReply<'_>) {
        if !self.left_alone.contains(&reply.message.header.result)
            && let Some(answered) = self.answered.get_mut(row)
            && !*answered
        {
            *answered = self.taker.take(row, reply);
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
        let mut left = Left {
            rows: Vec::new(),
            tried: Vec::new(),
            lost: Vec::new(),
            spent: 0,
        };
        let mut is_lost = vec![false; answered.len()];
        for (share, spent) in shares.iter().zip(outcomes) {
            let Some(spent) = spent else {
                continue;
            };
            let is_open = |row: &usize| answered.get(*row) == Some(&false);
            let rows: Vec<_> = share.asked.iter().copied().filter(is_open).collect();
            if !spent.is_last(self.base.max_retries) {
                left.tried.extend(rows);
                continue;
            }
            for &row in &rows {
                if let Some(is_lost) = is_lost.get_mut(row) {
                    *is_lost = true;
                }
            }
            left.lost.push((spent, rows));
        }
        left.tried.sort_unstable();
        left.spent = usize::from(!left.tried.is_empty());
        let rows = answered.iter().zip(&is_lost).enumerate();
        left.rows = rows
            .filter_map(|(row, (answered, is_lost))| (!answered && !is_lost).then_some(row))
            .collect();
        left
    }

    /// The rows for which a node was asked in vain.
    pub(crate) fn tried<'b>(&'b self, left: &'b Left) -> impl Iterator<Item = &'b Key> {
        let rows = left.tried.iter().filter_map(|&row| self.rows.get(row));
        rows.map(|&(key, _)| key)
    }

    /// Asks other nodes for those rows, each for its share by their places among them, when so much time has passed.
    pub(crate) async fn ask_again<T: Taker>(
        &self,
        left: &mut Left,
        shares: Vec<Share<'_>>,
        passed: Duration,
        taker: &mut T,
    ) {
        let tried = std::mem::take(&mut left.tried);
        let mut base = self.base.clone();
        take_off(&mut base, passed, left.spent);
        let rows = tried.iter().filter_map(|&row| self.rows.get(row).copied());
        let part = Question {
            rows: rows.collect(),
            base: &base,
            inline: self.inline,
        };
        let mut taker = Part {
            taker,
            rows: &tried,
        };
        // The future of an answer within that of the whole: boxed, since it is large and seldom needed.
        let again = Box::pin(part.ask(shares, &mut taker)).await;
        let of_all = |places: Vec<usize>| {
            let rows = places.into_iter().filter_map(|place| tried.get(place));
            rows.copied().collect::<Vec<_>>()
        };
        let open = of_all(again.rows);
        left.rows
            .retain(|row| tried.binary_search(row).is_err() || open.binary_search(row).is_ok());
        let lost = again.lost.into_iter();
        left.lost
            .extend(lost.map(|(spent, places)| (spent, of_all(places))));
        left.spent = if open.is_empty() {
            0
        } else {
            left.spent + again.spent
        };
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
            let reply = RowReply {
                message,
                frame,
                node: share.node,
                retries: self.base.max_retries,
            };
            progress.lock().take(row, &reply);
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
