//! Requests to one I/O thread and replies back, without a lock or a wake-up too many.
//!
//! ```text
//!  any thread ── submit ──► inbox ──► reactor: spawns each job on its runtime
//!                                        │
//!  a loop's thread ◄── signal ◄── outbox ◄── completion: a token that must complete
//! ```
//!
//! Nothing here knows of Python or of Aerospike: jobs are futures, replies are any type that can say it
//! was lost. So the model checker, the tests and the benchmarks run this crate alone.
//!
//! * [`mailbox`]: a queue and a flag; one wake-up per burst, none lost.
//! * [`signal`]: the file descriptor an event loop watches.
//! * [`inbox`]: the mailbox the reactor empties, woken as a task.
//! * [`outbox`]: the mailbox an event loop empties, woken through its descriptor.
//! * [`owed`]: wake-ups of event loops, put off until the reactor is about to sleep.
//! * [`completion`]: the promise that an outbox hears of each request once.
//! * [`reactor`]: the I/O thread and those who wait for it.
//! * [`seat`]: who drives the runtime, the I/O thread or a lone blocked caller.

pub mod completion;
#[cfg(not(feature = "loom"))]
pub mod inbox;
pub mod mailbox;
#[cfg(not(feature = "loom"))]
pub mod outbox;
pub mod owed;
#[cfg(not(feature = "loom"))]
pub mod reactor;
#[cfg(not(feature = "loom"))]
pub mod seat;
pub mod signal;

/// The atomics of the flag protocols: loom's where the model checker runs them.
mod atomic {
    #[cfg(feature = "loom")]
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
    #[cfg(not(feature = "loom"))]
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
}
