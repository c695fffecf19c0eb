//! Who drives the runtime: the I/O thread, or a lone blocked caller.
//!
//! A blocked caller polls its request on its own thread. While the I/O thread drives, each such request
//! costs two hand-overs between threads, to the I/O thread's epoll and back. A caller that is alone can do
//! without: the I/O thread *retires*, and tokio lets the caller itself wait in epoll (`block_on` on a
//! current-thread runtime: whoever comes first drives, whoever comes later is polled on his own thread and
//! inherits the seat).
//!
//! Leaving and taking the seat costs a wake-up each, so it happens per phase and not per call: the I/O
//! thread retires after [`LONE_CALLS`] calls that met nobody else, and comes back as soon as an
//! asynchronous request or a second caller shows up, or when nobody has called for a [`TICK`]. Between two
//! calls of a lone caller nobody drives; timers of the runtime can be late by two ticks then, never more.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

/// After how many blocking calls that met no other request the I/O thread leaves the seat to the caller.
const LONE_CALLS: u32 = 16;

/// How often a retired I/O thread looks whether anybody still drives.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// The state both sides share. All of it is advice but for what [`Seat::retire`] returns, so relaxed
/// orderings do: a stale reading costs a hand-over, never a request.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    /// Blocked callers at this moment.
    callers: AtomicUsize,
    /// Calls in a row that met nobody else.
    lone_calls: AtomicU32,
    /// Whether a caller came since the last tick.
    called: AtomicBool,
    /// Whether the I/O thread has left the runtime.
    retired: AtomicBool,
    /// Submitted jobs that have not ended: while there are any, the I/O thread stays.
    jobs: AtomicUsize,
    /// Those of them that have not begun.
    fresh: AtomicUsize,
}

/// What the arrival of a blocked caller asks of the I/O thread.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Nothing.
    Quiet,
    /// To look at the seat again: to retire, or to come back.
    Nudge,
}

impl Seat {
    /// A blocked caller comes in.
    pub(crate) fn enter(&self) -> Arrival {
        let alone = self.callers.fetch_add(1, Ordering::Relaxed) == 0;
        self.called.store(true, Ordering::Relaxed);
        let retired = self.retired.load(Ordering::Relaxed);
        if !alone {
            self.lone_calls.store(0, Ordering::Relaxed);
            return if retired {
                Arrival::Nudge
            } else {
                Arrival::Quiet
            };
        }
        if retired {
            return Arrival::Quiet;
        }
        // One nudge when the count is reached; it may be lost on a busy I/O thread, which then is not idle.
        if self.lone_calls.fetch_add(1, Ordering::Relaxed) + 1 == LONE_CALLS {
            Arrival::Nudge
        } else {
            Arrival::Quiet
        }
    }

    /// A blocked caller leaves.
    pub(crate) fn leave(&self) {
        self.callers.fetch_sub(1, Ordering::Relaxed);
    }

    /// A job was submitted.
    pub(crate) fn submitted(&self) {
        self.jobs.fetch_add(1, Ordering::Relaxed);
        self.fresh.fetch_add(1, Ordering::Relaxed);
        if self.lone_calls.load(Ordering::Relaxed) != 0 {
            self.lone_calls.store(0, Ordering::Relaxed);
        }
    }

    /// A job begins. Returns whether it is the only one that had not.
    pub(crate) fn begun(&self) -> bool {
        self.fresh.fetch_sub(1, Ordering::Relaxed) == 1
    }

    /// A job ended.
    pub(crate) fn ended(&self) {
        self.jobs.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many jobs have been submitted and have not ended.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs.load(Ordering::Relaxed)
    }

    /// Whether the I/O thread should leave the seat to a lone caller.
    pub(crate) fn wants_caller(&self) -> bool {
        self.lone_calls.load(Ordering::Relaxed) >= LONE_CALLS
            && self.jobs() == 0
            && self.callers.load(Ordering::Relaxed) <= 1
    }

    /// The I/O thread has left the runtime.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
        self.called.store(true, Ordering::Relaxed);
    }

    /// Whether the retired I/O thread must come back: nobody called since the last tick, or several are in.
    pub(crate) fn wants_thread(&self) -> bool {
        let called = self.called.swap(false, Ordering::Relaxed);
        match self.callers.load(Ordering::Relaxed) {
            0 => !called,
            1 => false,
            _ => true,
        }
    }

    /// The I/O thread drives again.
    pub(crate) fn resume(&self) {
        self.lone_calls.store(0, Ordering::Relaxed);
        self.retired.store(false, Ordering::Relaxed);
    }
}
