//! A queue and a flag: one wake-up per burst, none lost.
//!
//! Producers push and then raise the flag; only the one that finds it lowered wakes the consumer. The
//! consumer leaves the flag raised while it works, so that everything posted meanwhile costs no wake-up,
//! and lowers it in [`Mailbox::settle`] when it found the queue empty.
//!
//! While the flag is raised, the signal is raised too (or about to be, by the producer that raised the
//! flag). A consumer that stops half way, because its time is used up or because user code threw, just
//! leaves: the signal still stands and brings it back.

use std::marker::PhantomData;

use crate::atomic::{AtomicBool, Ordering};

/// Where posted items wait: many producers, one consumer.
pub trait Queue<T> {
    /// Appends an item; never blocks.
    fn push(&self, item: T);
    /// Takes the oldest item.
    fn pop(&self) -> Option<T>;
    /// How many items wait.
    fn len(&self) -> usize;
    /// Whether none waits.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What wakes the consumer.
pub trait Signal {
    /// Wakes the consumer, and keeps it awake until [`lower`](Signal::lower).
    fn raise(&self);
    /// Takes the wake-up back; called by the consumer only.
    fn lower(&self);
    /// An item was posted; `first` if it began a burst, whose consumer is to be woken.
    fn posted(&self, first: bool) {
        if first {
            self.raise();
        }
    }
}

impl<T> Queue<T> for crossbeam_queue::SegQueue<T> {
    fn push(&self, item: T) {
        crossbeam_queue::SegQueue::push(self, item);
    }
    fn pop(&self) -> Option<T> {
        crossbeam_queue::SegQueue::pop(self)
    }
    fn len(&self) -> usize {
        crossbeam_queue::SegQueue::len(self)
    }
}

/// A queue whose consumer is woken once per burst.
#[derive(Debug)]
pub struct Mailbox<T, Q, S> {
    queue: Q,
    /// True from a burst's first post until the consumer found the queue empty.
    signalled: AtomicBool,
    signal: S,
    items: PhantomData<fn(T) -> T>,
}

impl<T, Q: Queue<T>, S: Signal> Mailbox<T, Q, S> {
    /// An empty mailbox.
    pub fn new(queue: Q, signal: S) -> Self {
        Self {
            queue,
            signalled: AtomicBool::new(false),
            signal,
            items: PhantomData,
        }
    }

    /// What wakes the consumer.
    pub fn signal(&self) -> &S {
        &self.signal
    }

    /// Adds an item; whoever adds the first of a burst sees to it that the consumer wakes.
    pub fn post(&self, item: T) {
        self.queue.push(item);
        let first = self.begin();
        self.signal.posted(first);
    }

    /// Wakes the consumer as if something had been posted.
    pub fn nudge(&self) {
        if self.begin() {
            self.signal.raise();
        }
    }

    /// Raises the flag; returns whether it was lowered.
    fn begin(&self) -> bool {
        // Release: the push before is visible to the consumer whose swap in `settle` reads this one. A swap
        // and not a store, since only the producer that turns false into true may pay for the wake-up.
        !self.signalled.swap(true, Ordering::AcqRel)
    }

    /// Takes the oldest item; for the consumer.
    pub fn take(&self) -> Option<T> {
        self.queue.pop()
    }

    /// How many items wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The consumer found nothing more: from now on the next post wakes it. Returns whether the mailbox was
    /// still empty then; if not, the signal is raised again and the consumer has work.
    ///
    /// The signal is lowered *before* the flag. The other way round a producer could raise both between the
    /// two steps, and this consumer would take its wake-up away.
    pub fn settle(&self) -> bool {
        self.signal.lower();
        // Acquire: a producer that found the flag raised did not wake anybody. Its swap comes before this
        // one in the flag's modification order, this one reads it or a later swap of the same release
        // sequence, so its push is visible to `is_empty` below. A plain store would order nothing.
        self.signalled.swap(false, Ordering::AcqRel);
        if self.queue.is_empty() {
            return true;
        }
        self.nudge();
        false
    }
}
