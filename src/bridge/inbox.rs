//! The mailbox the reactor empties, woken as a task: tokio's own wake-up already is an eventfd write when
//! the I/O thread sleeps, and nothing when it does not.

use std::task::Waker;

use atomic_waker::AtomicWaker;
use crossbeam_queue::SegQueue;

use crate::mailbox::{Mailbox, Signal};

/// Wakes whoever registered last: the reactor's task, or its thread while a lone caller drives.
#[derive(Debug, Default)]
pub struct TaskSignal(AtomicWaker);

impl TaskSignal {
    /// Whom to wake from now on. Register, then settle the mailbox: a post in between finds the waker.
    pub fn register(&self, waker: &Waker) {
        self.0.register(waker);
    }
}

impl Signal for TaskSignal {
    fn raise(&self) {
        self.0.wake();
    }

    /// A task's wake-up is used up when the task runs.
    fn lower(&self) {}
}

/// Jobs on their way to the reactor.
pub type Inbox<J> = Mailbox<J, SegQueue<J>, TaskSignal>;

/// An empty inbox.
#[must_use]
pub fn inbox<J>() -> Inbox<J> {
    Mailbox::new(SegQueue::new(), TaskSignal::default())
}
