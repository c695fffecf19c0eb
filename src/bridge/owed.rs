//! Wake-ups the reactor owes to event loops.
//!
//! Replies come in bursts: one turn of the reactor reads many sockets. A wake-up at the first of them would let the event loop's thread
//! deliver it alone, sleep again, and need another one for the next. So the reactor notes whom it has to wake, and does so when it has
//! nothing more to do, or when [`BURST`] replies wait and the other thread had better begin.
//!
//! A reply can also come from a thread that is not the reactor's, or while the reactor sleeps: then nobody would pay later, and the
//! wake-up happens at once.

use std::sync::Arc;

use crate::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use crate::mailbox::{Queue, Signal};

/// How many replies wait at most before the reactor pays what it owes. Chosen by measurement.
pub const BURST: usize = 16;

/// Signals to raise, and whether somebody will.
#[derive(Debug)]
pub struct Owed<S, Q> {
    signals: Q,
    /// Whether the reactor works: then it will come by to pay before it sleeps.
    awake: AtomicBool,
    /// Replies since it paid. Only decides when to pay, so it orders nothing.
    replies: AtomicUsize,
    of: std::marker::PhantomData<fn(S) -> S>,
}

impl<S: Signal, Q: Queue<Arc<S>>> Owed<S, Q> {
    /// Nothing owed, to a reactor that sleeps.
    pub fn new(signals: Q) -> Self {
        Self {
            signals,
            awake: AtomicBool::new(false),
            replies: AtomicUsize::new(0),
            of: std::marker::PhantomData,
        }
    }

    /// The reactor begins to work.
    pub fn work(&self) {
        // Nothing depends on when this is seen: whoever misses it raises the signal himself.
        self.awake.store(true, Ordering::Relaxed);
    }

    /// The reactor is about to sleep, or leaves.
    pub fn rest(&self) {
        self.awake.store(false, Ordering::Relaxed);
        // Pairs with the fence in `owe`: of the two, one comes first in the single order of such fences. If it is this one, the debtor
        // reads false and pays himself; if it is the other one, `pay` sees what he has pushed.
        fence(Ordering::SeqCst);
        self.pay();
    }

    /// Notes a signal: a burst has begun.
    fn owe(&self, signal: &Arc<S>) {
        self.signals.push(Arc::clone(signal));
        // See `rest`.
        fence(Ordering::SeqCst);
        if self.awake.load(Ordering::Relaxed) {
            self.count();
        } else {
            self.pay();
        }
    }

    fn count(&self) {
        if self.replies.fetch_add(1, Ordering::Relaxed) + 1 >= BURST {
            self.pay();
        }
    }

    fn pay(&self) {
        self.replies.store(0, Ordering::Relaxed);
        while let Some(signal) = self.signals.pop() {
            signal.raise();
        }
    }
}

/// A signal whose bursts are owed; what its consumer raises is raised at once.
#[derive(Debug)]
pub struct Deferred<S, Q> {
    signal: Arc<S>,
    owed: Arc<Owed<S, Q>>,
}

impl<S: Signal, Q: Queue<Arc<S>>> Deferred<S, Q> {
    /// Raised through `owed` when a burst begins.
    pub fn new(signal: S, owed: Arc<Owed<S, Q>>) -> Self {
        Self {
            signal: Arc::new(signal),
            owed,
        }
    }

    /// The signal itself.
    #[must_use]
    pub fn get(&self) -> &S {
        &self.signal
    }
}

impl<S: Signal, Q: Queue<Arc<S>>> Signal for Deferred<S, Q> {
    fn raise(&self) {
        self.signal.raise();
    }

    fn lower(&self) {
        self.signal.lower();
    }

    fn posted(&self, first: bool) {
        if first {
            self.owed.owe(&self.signal);
        } else {
            self.owed.count();
        }
    }
}
