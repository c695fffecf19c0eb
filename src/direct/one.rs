//! A read of one record, asked of the node that holds it.

use aerospike_core::policy::BasePolicy;
use aerospike_core::{Bins, Key};
use bytes::Bytes;
use wire::Message;

use super::connection::{Messages, Patience, UNKNOWN};
use super::failure::{Failure, Spent};
use super::{MOVED, Share, request};
use crate::convert::bins::Found;

/// What is read of which record.
pub(crate) struct One<'a> {
    pub(crate) key: &'a Key,
    pub(crate) bins: &'a Bins,
    pub(crate) base: &'a BasePolicy,
}

/// What became of it.
pub(crate) enum Outcome {
    Found(Found),
    /// The node refused it with a code.
    Refused(u8),
    /// It is to be read through the core: nobody was asked, or what came could not be read.
    Left,
    /// An attempt is spent; whether there is another is for the policy to say.
    Spent(Spent),
}

/// What another attempt may cure: a time-out, a partition that is not there, a busy key, an overload.
const CURABLE: [u8; 4] = [9, MOVED, 14, 18];

impl One<'_> {
    /// Whether it is one of those that are asked here.
    pub(crate) fn is_plain(&self) -> bool {
        request::is_plain(self.base)
    }

    /// Asks the node.
    pub(crate) async fn ask(&self, share: &Share<'_>) -> Outcome {
        let patience = Patience::of(self.base);
        let Some(lease) = share.lease(patience.until).await else {
            return Outcome::Left;
        };
        let request = request::of_one(self.key, self.bins, patience);
        let mut found = None;
        let take = |message: &Message<'_>, frame: &Bytes| {
            found = (message.header.result == 0).then(|| Found::of(message, frame));
            Ok(())
        };
        let conversation = lease.converse(&request, Messages::One, patience, take);
        match conversation.await {
            Err(failure) => Outcome::Spent(share.spent(failure)),
            Ok(0) => match found {
                Some(Ok(found)) => Outcome::Found(found),
                _ => Outcome::Left,
            },
            Ok(code) if UNKNOWN.contains(&code) => Outcome::Left,
            Ok(code) if CURABLE.contains(&code) => {
                let spent = share.spent(Failure::Refused(code));
                match self.base.max_retries {
                    0 => Outcome::Refused(code),
                    _ => Outcome::Spent(spent),
                }
            }
            Ok(code) => Outcome::Refused(code),
        }
    }
}
