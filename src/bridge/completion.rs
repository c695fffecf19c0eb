//! The promise that an outbox hears of each request exactly once.

use std::sync::Arc;

use crate::mailbox::{Mailbox, Queue, Signal};

/// A reply type that can say that its request ended without one.
pub trait Lost {
    /// The reply of a request that was dropped: by a panic, an abort or a shutdown.
    fn lost() -> Self;
}

/// Where a completion posts to, shared with the one who empties it.
type Shared<R, Q, S> = Arc<Mailbox<(usize, R), Q, S>>;

/// Travels with a request; completes its ticket once. Dropped without [`complete`](Completion::complete),
/// it completes with [`Lost::lost`], so no waiter waits for ever.
#[derive(Debug)]
pub struct Completion<R: Lost, Q: Queue<(usize, R)>, S: Signal> {
    ticket: usize,
    /// Empty once completed.
    outbox: Option<Shared<R, Q, S>>,
}

impl<R: Lost, Q: Queue<(usize, R)>, S: Signal> Completion<R, Q, S> {
    /// A token that will post to `outbox` under `ticket`.
    pub fn new(outbox: Arc<Mailbox<(usize, R), Q, S>>, ticket: usize) -> Self {
        Self {
            ticket,
            outbox: Some(outbox),
        }
    }

    /// Posts the reply.
    pub fn complete(mut self, reply: R) {
        self.post(reply);
    }

    fn post(&mut self, reply: R) {
        if let Some(outbox) = self.outbox.take() {
            outbox.post((self.ticket, reply));
        }
    }
}

impl<R: Lost, Q: Queue<(usize, R)>, S: Signal> Drop for Completion<R, Q, S> {
    fn drop(&mut self) {
        if self.outbox.is_some() {
            self.post(R::lost());
        }
    }
}
