//! Elsewhere on Unix: a pipe that holds a byte while raised.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{FdFlags, fcntl_setfd};

use crate::mailbox::Signal;

/// A pipe: its reading end is readable while a byte is in it.
#[derive(Debug)]
pub struct Descriptor {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Descriptor {
    /// Opens one, closed on exec.
    ///
    /// # Errors
    /// The process has no two file descriptors left.
    pub fn open() -> io::Result<Self> {
        let (reader, writer) = rustix::pipe::pipe()?;
        for end in [&reader, &writer] {
            // Two steps, since macOS has no pipe2.
            fcntl_setfl(end, OFlags::NONBLOCK)?;
            fcntl_setfd(end, FdFlags::CLOEXEC)?;
        }
        Ok(Self { reader, writer })
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

impl Signal for Descriptor {
    fn raise(&self) {
        // EAGAIN means that the pipe is full: it is readable, which is all that is asked.
        let _ = rustix::io::write(&self.writer, &[1]);
    }

    fn lower(&self) {
        // The flag of the mailbox lets one byte in at a time; a few more can come from interrupted settles.
        let mut bytes = [0_u8; 64];
        while matches!(rustix::io::read(&self.reader, &mut bytes), Ok(64)) {}
    }
}
