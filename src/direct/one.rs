//! A request on one record, asked of the node that holds it.

use aerospike_core::policy::{BasePolicy, ReadPolicy, WritePolicy};
use aerospike_core::{Bin, Bins, Key};
use bytes::Bytes;
use wire::{Message, OpCode};

use super::connection::{Messages, Patience, UNKNOWN};
use super::failure::{Failure, Lost, Spent, TIMED_OUT};
use super::{MOVED, Share, request};
use crate::convert::bins::Found;

/// A request on one record, and what it is answered with.
pub(crate) trait One: Sync {
    type Answer: Send;

    /// Whether it can change anything, so that its loss leaves a doubt.
    const WRITES: bool;

    fn key(&self) -> &Key;

    fn base(&self) -> &BasePolicy;

    /// The request; None if it is not one of those that are asked here.
    fn encode(&self, patience: Patience) -> Option<Vec<u8>>;

    /// What a message says that is no error; it is in a frame. None if it cannot be read.
    fn read(message: &Message<'_>, frame: &Bytes) -> Option<Self::Answer>;
}

/// Bins that are read.
pub(crate) struct Read<'a> {
    pub(crate) key: &'a Key,
    pub(crate) bins: &'a Bins,
    pub(crate) policy: &'a ReadPolicy,
}

/// What is done to bins.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Put,
    Append,
    Prepend,
    Add,
}

impl Change {
    fn code(self) -> OpCode {
        match self {
            Self::Put => OpCode::Write,
            Self::Append => OpCode::Append,
            Self::Prepend => OpCode::Prepend,
            Self::Add => OpCode::Incr,
        }
    }
}

/// Bins that are written, or added to what is there.
#[derive(Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) key: &'a Key,
    pub(crate) bins: &'a [Bin],
    pub(crate) change: Change,
    pub(crate) policy: &'a WritePolicy,
}

/// What became of a request.
pub(crate) enum Outcome<T> {
    Answered(T),
    /// The node refused it with a code.
    Refused(u8),
    /// It is to be asked through the core: nobody was asked, or what came could not be read.
    Left,
    /// An attempt is spent; whether there is another is for the policy to say.
    Spent(Spent),
}

/// What another attempt may cure: a time-out, a partition that is not there, a busy key, an overload.
const CURABLE: [u8; 4] = [TIMED_OUT, MOVED, 14, 18];

impl One for Read<'_> {
    type Answer = Found;

    const WRITES: bool = false;

    fn key(&self) -> &Key {
        self.key
    }

    fn base(&self) -> &BasePolicy {
        &self.policy.base_policy
    }

    fn encode(&self, patience: Patience) -> Option<Vec<u8>> {
        Some(request::of_one(self.key, self.bins, patience))
    }

    fn read(message: &Message<'_>, frame: &Bytes) -> Option<Found> {
        Found::of(message, frame).ok()
    }
}

impl One for Write<'_> {
    type Answer = ();

    const WRITES: bool = true;

    fn key(&self) -> &Key {
        self.key
    }

    fn base(&self) -> &BasePolicy {
        &self.policy.base_policy
    }

    fn encode(&self, patience: Patience) -> Option<Vec<u8>> {
        let code = self.change.code();
        request::of_write(self.key, self.bins, code, self.policy, patience)
    }

    fn read(_message: &Message<'_>, _frame: &Bytes) -> Option<()> {
        Some(())
    }
}

/// Asks a node, which may be for the last time.
pub(crate) async fn ask<O: One>(
    one: &O,
    share: &Share<'_>,
    patience: Patience,
    is_last: bool,
) -> Outcome<O::Answer> {
    let patience = patience.asleep();
    let Some(request) = one.encode(patience) else {
        return Outcome::Left;
    };
    let Some(lease) = share.lease(patience).await else {
        return Outcome::Left;
    };
    let mut answer = None;
    let take = |message: &Message<'_>, frame: &Bytes| {
        if message.header.result == 0 {
            answer = O::read(message, frame);
        }
        Ok(())
    };
    let conversation = lease.converse(&request, Messages::One, patience, take);
    match conversation.await {
        // Closed a moment ago, when nobody looked.
        Err(Lost {
            failure: Failure::Broken(_),
            sent: false,
        }) => Outcome::Left,
        Err(lost) => Outcome::Spent(share.spent(lost)),
        Ok(0) => answer.map_or(Outcome::Left, Outcome::Answered),
        Ok(code) if UNKNOWN.contains(&code) => Outcome::Left,
        Ok(code) if CURABLE.contains(&code) => {
            let spent = share.spent(Lost {
                failure: Failure::Refused(code),
                sent: true,
            });
            if is_last {
                Outcome::Refused(code)
            } else {
                Outcome::Spent(spent)
            }
        }
        Ok(code) => Outcome::Refused(code),
    }
}
