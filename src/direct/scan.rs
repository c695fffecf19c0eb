//! A scan, asked of the nodes that hold the partitions.
//!
//! Source: basic queries, `crates/wire/src/query.rs`. A node ends its answer with a last message, after which every partition it was asked
//! for is read, but for those of which it has said that they are not its own.

use aerospike_core::policy::QueryPolicy;
use aerospike_core::query::Statement;
use aerospike_core::{Bins, QueryDuration};
use bytes::Bytes;
use futures_util::future::join_all;
use parking_lot::Mutex;
use wire::message::{info1, info3};
use wire::{Digest, FieldType, Header, Message};

use super::connection::{Messages, Patience, frame};
use super::failure::{Exchange, Failure};
use super::{Share, request};
use crate::error::{Error, Result};
use crate::query::cursor::Cursor;

/// Whom records go to.
pub(crate) trait Collector: Send {
    /// A record, which is in a frame. An error ends the scan.
    fn collect(&mut self, digest: Digest, message: &Message<'_>, frame: &Bytes) -> Result<()>;
}

/// What is read.
pub(crate) struct Scan<'a> {
    pub(crate) statement: &'a Statement,
    pub(crate) policy: &'a QueryPolicy,
}

/// Records on their way.
struct Progress<'a, C> {
    collector: &'a mut C,
    cursor: &'a mut Cursor,
    /// Whether a node has declined a partition.
    declined: bool,
    /// Why no more are collected.
    refusal: Option<Error>,
}

impl<C: Collector> Progress<'_, C> {
    fn take(&mut self, message: &Message<'_>, frame: &Bytes) -> Exchange<()> {
        let unwanted = || Err(Failure::Broken("nobody takes its records".to_owned()));
        if self.refusal.is_some() {
            return unwanted();
        }
        if message.header.info3 & info3::PARTITION_DONE != 0 {
            self.declined |= message.header.result != 0;
            return Ok(());
        }
        let digest = message.fields.get(FieldType::Digest);
        let digest = digest.and_then(|digest| <[u8; 20]>::try_from(digest).ok());
        let (0, Some(digest)) = (message.header.result, digest) else {
            return Err(Failure::Broken(format!(
                "a scan was answered with {}",
                message.header.result
            )));
        };
        let digest = Digest(digest);
        if let Err(error) = self.collector.collect(digest, message, frame) {
            self.refusal = Some(error);
            return unwanted();
        }
        self.cursor.pass(digest.partition(), digest.0, None);
        Ok(())
    }
}

impl Scan<'_> {
    /// Whether it is one of those that are asked here: all records of masters as they are.
    pub(crate) fn is_plain(&self) -> bool {
        let base = &self.policy.base_policy;
        self.statement.filter.is_none()
            && self.statement.operations.is_none()
            && self.policy.max_records == 0
            && self.policy.records_per_second == 0
            && self.policy.max_concurrent_nodes == 0
            && self.policy.include_bin_data
            && matches!(self.policy.expected_duration, QueryDuration::Long)
            && base.total_timeout == 0
            && request::is_plain_at_master(base)
    }

    /// Asks the nodes, each for its share, all at once; the cursor goes along. Returns whether every partition of it was read.
    ///
    /// # Errors
    /// The collector's.
    pub(crate) async fn ask<C: Collector>(
        &self,
        shares: Vec<Share<'_>>,
        cursor: &mut Cursor,
        collector: &mut C,
    ) -> Result<bool> {
        let requests: Vec<_> = shares
            .iter()
            .map(|share| self.encode(share.asked, cursor))
            .collect();
        let progress = Mutex::new(Progress {
            collector,
            cursor,
            declined: false,
            refusal: None,
        });
        let exchanges = shares.iter().zip(&requests);
        let exchanges = exchanges.map(|(share, request)| self.exchange(share, request, &progress));
        let all = join_all(exchanges).await.into_iter().all(|read| read);
        let progress = progress.into_inner();
        match progress.refusal {
            Some(error) => Err(error),
            None => Ok(all && !progress.declined),
        }
    }

    /// Asks one node. Returns whether it has sent all it was asked for.
    async fn exchange<C: Collector>(
        &self,
        share: &Share<'_>,
        request: &[u8],
        progress: &Mutex<Progress<'_, C>>,
    ) -> bool {
        let patience = Patience::of(&self.policy.base_policy);
        let Some(lease) = share.lease(patience).await else {
            return false;
        };
        let take = |message: &Message<'_>, frame: &Bytes| progress.lock().take(message, frame);
        match lease
            .converse(request, Messages::UpToLast, patience, take)
            .await
        {
            Ok(result) => result == 0,
            Err(failure) => {
                if progress.lock().refusal.is_none() {
                    share.spent(failure);
                }
                false
            }
        }
    }

    /// The request for some partitions, each from where the cursor stands in it.
    fn encode(&self, partitions: &[usize], cursor: &Cursor) -> Vec<u8> {
        let (mut whole, mut begun) = (Vec::new(), Vec::new());
        for &partition in partitions {
            match cursor.mark(partition) {
                None => whole.extend_from_slice(&(partition as u16).to_le_bytes()),
                Some(digest) => begun.extend_from_slice(&digest),
            }
        }
        let mut header = Header {
            info1: info1::READ,
            info3: info3::PARTITION_DONE,
            ..Header::default()
        };
        if matches!(self.statement.bins, Bins::None) {
            header.info1 |= info1::GET_NO_BINS;
        }
        frame(&header, |message| {
            request::place(message, &self.statement.namespace, &self.statement.set_name);
            message.field(FieldType::QueryId, &fastrand::u64(1..).to_be_bytes());
            let socket = self.policy.base_policy.socket_timeout;
            message.field(FieldType::SocketTimeout, &socket.to_be_bytes());
            if !whole.is_empty() {
                message.field(FieldType::PartitionIds, &whole);
            }
            if !begun.is_empty() {
                message.field(FieldType::Digests, &begun);
            }
            request::names(message, &self.statement.bins);
        })
    }
}
