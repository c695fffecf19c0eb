//! The mailbox an event loop empties, woken through the descriptor the loop watches.

use std::io;
use std::sync::Arc;

use crossbeam_queue::SegQueue;

use crate::mailbox::Mailbox;
use crate::owed::{Deferred, Owed};
use crate::signal::Descriptor;

/// Replies on their way to one event loop, each with the ticket of its request.
///
/// Those who will still post to it share it in an `Arc`, and the descriptor lives in it: a number the
/// kernel has given to somebody else is never written.
pub type Outbox<R> = Mailbox<(usize, R), SegQueue<(usize, R)>, OutboxSignal>;

/// The descriptor of an outbox, raised when the reactor is about to sleep.
pub type OutboxSignal = Deferred<Descriptor, SegQueue<Arc<Descriptor>>>;

/// The event loops a reactor has to wake.
pub type OwedLoops = Owed<Descriptor, SegQueue<Arc<Descriptor>>>;

/// An empty outbox, woken by the reactor that owes.
///
/// # Errors
/// The process has no file descriptor left.
pub fn outbox<R>(owed: &Arc<OwedLoops>) -> io::Result<Outbox<R>> {
    let signal = Deferred::new(Descriptor::open()?, Arc::clone(owed));
    Ok(Mailbox::new(SegQueue::new(), signal))
}
