//! A socket that the reactor watches, or in which a thread sleeps that has nothing else to do.
//!
//! A blocked caller whose request is one write and one read needs nobody to tell him that the answer is there: the system can. So he sleeps
//! in the socket itself, which costs no look at epoll and meets no other thread. He does so for a moment only: whatever takes longer, or is
//! interrupted by a signal, goes on under the reactor's eyes, where deadlines, signals and the end of the client are seen to.

use std::io::{self, IoSlice, Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{mem, net};

use aerospike_bridge::reactor::take_nap;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How long a thread sleeps in a socket at most, before the reactor watches it.
pub(super) const NAP: Duration = Duration::from_millis(10);

/// A connected socket.
pub(super) enum Socket {
    /// The reactor says when something can be done.
    Watched(TcpStream),
    /// Whoever uses it sleeps in it.
    Blocking(net::TcpStream),
    /// Lost on its way from one to the other, which the system has refused.
    Lost,
}

impl Socket {
    /// One that is watched.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        // Without a meaning while it is watched.
        let socket = SockRef::from(&stream);
        socket.set_read_timeout(Some(NAP))?;
        socket.set_write_timeout(Some(NAP))?;
        Ok(Self::Watched(stream))
    }

    /// Whether a thread sleeps in it.
    pub(super) fn is_blocking(&self) -> bool {
        matches!(self, Self::Blocking(_))
    }

    /// From now on a thread sleeps in it that may.
    pub(super) fn block(&mut self) -> io::Result<()> {
        if let Self::Watched(_) = self
            && let Self::Watched(stream) = mem::replace(self, Self::Lost)
        {
            let stream = stream.into_std()?;
            stream.set_nonblocking(false)?;
            *self = Self::Blocking(stream);
        }
        Ok(())
    }

    /// From now on the reactor watches it; within its runtime.
    pub(super) fn watch(&mut self) -> io::Result<()> {
        if let Self::Blocking(_) = self
            && let Self::Blocking(stream) = mem::replace(self, Self::Lost)
        {
            stream.set_nonblocking(true)?;
            *self = Self::Watched(TcpStream::from_std(stream)?);
        }
        Ok(())
    }

    /// Whether nothing has come on it, not even its end.
    pub(super) fn is_silent(&self) -> bool {
        let socket = match self {
            Self::Watched(stream) => SockRef::from(stream),
            Self::Blocking(stream) => SockRef::from(stream),
            Self::Lost => return false,
        };
        let mut byte = [mem::MaybeUninit::uninit()];
        let seen = socket.recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT);
        seen.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Does something on a socket that this thread may sleep in: what came of it, or nothing if it is not for this thread to wait (longer).
    /// Then the reactor watches it.
    fn nap<T>(
        &mut self,
        act: impl FnOnce(&mut &net::TcpStream) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        if let Self::Blocking(stream) = self
            && take_nap()
        {
            match act(&mut &*stream) {
                Err(error) if LATER.contains(&error.kind()) => {}
                outcome => return outcome.map(Some),
            }
        }
        self.watch()?;
        Ok(None)
    }

    fn watched(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        match self {
            Self::Watched(stream) => Ok(Pin::new(stream)),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// The nap is over, or a signal has come.
const LATER: [io::ErrorKind; 3] = [
    io::ErrorKind::WouldBlock,
    io::ErrorKind::TimedOut,
    io::ErrorKind::Interrupted,
];

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = |stream: &mut &net::TcpStream| stream.read(buffer.initialize_unfilled());
        if let Some(count) = self.nap(read)? {
            buffer.advance(count);
            return Poll::Ready(Ok(()));
        }
        self.watched()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.nap(|stream| stream.write(bytes))? {
            Some(count) => Poll::Ready(Ok(count)),
            None => self.watched()?.poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.nap(|stream| stream.write_vectored(parts))? {
            Some(count) => Poll::Ready(Ok(count)),
            None => self.watched()?.poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket holds nothing back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch()?;
        self.watched()?.poll_shutdown(cx)
    }
}
