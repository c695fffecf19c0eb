//! Linux: an eventfd, 8 bytes of counter in the kernel.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{EventfdFlags, eventfd};

use crate::mailbox::Signal;

/// An eventfd: readable while its counter is not zero.
#[derive(Debug)]
pub struct Descriptor(OwnedFd);

impl Descriptor {
    /// Opens one, closed on exec.
    ///
    /// # Errors
    /// The process has no file descriptor left.
    pub fn open() -> io::Result<Self> {
        Ok(Self(eventfd(
            0,
            EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC,
        )?))
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Signal for Descriptor {
    fn raise(&self) {
        // EAGAIN means that the counter is full: the descriptor is readable, which is all that is asked.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    fn lower(&self) {
        // EAGAIN means that it was not raised.
        let _ = rustix::io::read(&self.0, &mut [0_u8; 8]);
    }
}
