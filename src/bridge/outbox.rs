//! The mailbox an event loop empties, woken through the descriptor the loop watches.

use std::io;

use crossbeam_queue::SegQueue;

use crate::mailbox::Mailbox;
use crate::signal::Descriptor;

/// Replies on their way to one event loop, each with the ticket of its request.
///
/// Those who will still post to it share it in an `Arc`, and the descriptor lives in it: a number the
/// kernel has given to somebody else is never written.
pub type Outbox<R> = Mailbox<(usize, R), SegQueue<(usize, R)>, Descriptor>;

/// An empty outbox.
///
/// # Errors
/// The process has no file descriptor left.
pub fn outbox<R>() -> io::Result<Outbox<R>> {
    Ok(Mailbox::new(SegQueue::new(), Descriptor::open()?))
}
