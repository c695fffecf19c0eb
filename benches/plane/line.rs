//! A pipelined connection: whoever reads appends his request and himself to a queue; one task writes all that waits in one go, reads as
//! much as there is, and hands each message to the first of the queue. A server answers the requests of a connection in their order.

use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use aerospike_core::Host;
use parking_lot::Mutex;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use wire::proto::{FrameHeader, Kind};

use super::read::Taker;
use crate::error::{Error, Result};

/// What a connection comes to while it holds, or why it does no longer.
pub(super) type Going<T> = std::result::Result<T, String>;

/// How much is read at once.
const CHUNK: usize = 128 << 10;

/// A connection, for whoever sends. Dropped, it is closed.
pub(super) struct Line {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// Requests that are to be written.
    requests: Vec<u8>,
    /// Who sent them.
    senders: VecDeque<Taker>,
    /// How many have sent and are not answered.
    waiting: usize,
    /// The task's, while it sleeps.
    waker: Option<Waker>,
    /// Nobody can send any more.
    closed: bool,
    /// Why it broke, once it did.
    broken: Option<String>,
}

impl Line {
    /// Connects, within the runtime.
    pub(super) async fn open(host: &Host) -> Result<Self> {
        let connect = TcpStream::connect((host.name.as_str(), host.port));
        let failed = |error: std::io::Error| Error::connection(format!("{host}: {error}"));
        let stream = connect.await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let shared = Arc::<Mutex<Shared>>::default();
        tokio::spawn(Driver {
            stream,
            shared: Arc::clone(&shared),
            output: Vec::new(),
            written: 0,
            takers: VecDeque::new(),
            input: Input::new(),
        });
        Ok(Self { shared })
    }

    /// How many have sent and are not answered.
    pub(super) fn waiting(&self) -> usize {
        self.shared.lock().waiting
    }

    /// Queues a request, which `encode` appends to what is to be written.
    pub(super) fn send(&self, taker: Taker, encode: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let mut shared = self.shared.lock();
        if let Some(why) = &shared.broken {
            return Err(Error::connection(why.clone()));
        }
        encode(&mut shared.requests);
        shared.senders.push_back(taker);
        shared.waiting += 1;
        let waker = shared.waker.take();
        drop(shared);
        // The task runs behind all others of this burst, each of which will have sent its own by then.
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut shared = self.shared.lock();
        shared.closed = true;
        let waker = shared.waker.take();
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The task of a line. Ends when the connection does; what waits then fails, because its takers are dropped.
struct Driver {
    stream: TcpStream,
    shared: Arc<Mutex<Shared>>,
    /// What is being written, and how much of it is.
    output: Vec<u8>,
    written: usize,
    /// Who waits for a reply, in the order sent.
    takers: VecDeque<Taker>,
    input: Input,
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let why = ready!(this.work(cx));
        let mut shared = this.shared.lock();
        shared.broken = Some(why);
        let senders = mem::take(&mut shared.senders);
        drop(shared);
        // Each tells its request that nobody will answer.
        drop(senders);
        this.takers.clear();
        Poll::Ready(())
    }
}

impl Driver {
    /// Writes and reads as far as it goes; ready with the reason when it is over.
    fn work(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        if let Poll::Ready(Err(why)) = self.write(cx) {
            return Poll::Ready(why);
        }
        let why = ready!(self.read(cx));
        Poll::Ready(why)
    }

    /// Writes until nothing waits to be written, or no more can be.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<Going<()>> {
        loop {
            while let Some(rest) = self
                .output
                .get(self.written..)
                .filter(|rest| !rest.is_empty())
            {
                match ready!(Pin::new(&mut self.stream).poll_write(cx, rest)) {
                    Ok(written) => self.written += written,
                    Err(error) => return Poll::Ready(Err(error.to_string())),
                }
            }
            self.output.clear();
            self.written = 0;
            let mut shared = self.shared.lock();
            if shared.closed {
                return Poll::Ready(Err("The line was closed".to_owned()));
            }
            mem::swap(&mut self.output, &mut shared.requests);
            self.takers.append(&mut shared.senders);
            if self.output.is_empty() {
                // Whoever sends from now on wakes this task.
                shared.waker = Some(cx.waker().clone());
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Reads until nothing is there, and hands it out. Ready with the reason when nothing more will come.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        loop {
            let mut space = ReadBuf::new(self.input.space());
            if let Err(error) = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut space)) {
                return Poll::Ready(error.to_string());
            }
            let read = space.filled().len();
            if read == 0 {
                return Poll::Ready("The server closed the line".to_owned());
            }
            self.input.end += read;
            match self.input.hand_out(&mut self.takers) {
                Ok(answered) => self.shared.lock().waiting -= answered,
                Err(error) => return Poll::Ready(error),
            }
        }
    }
}

/// What has been read and not been handed out.
struct Input {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// What is missing of the present frame's body: a frame is taken in as it comes, not when it is complete.
    left: usize,
}

impl Input {
    fn new() -> Self {
        Self {
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            left: 0,
        }
    }

    /// Where to read to: at least half a chunk.
    fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.buffer.len() - self.end < CHUNK / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            if self.buffer.len() - self.end < CHUNK / 2 {
                // A message longer than that.
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        self.buffer.get_mut(self.end..).unwrap_or_default()
    }

    /// Hands complete messages to who waits for them. Returns how many have all of theirs.
    fn hand_out(&mut self, takers: &mut VecDeque<Taker>) -> Going<usize> {
        let mut answered = 0;
        loop {
            let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
            if self.left == 0 {
                let Some(head) = bytes.first_chunk() else {
                    return Ok(answered);
                };
                let header = FrameHeader::parse(*head).map_err(|error| error.to_string())?;
                if header.kind != Kind::Message {
                    return Err("A frame is no message".to_owned());
                }
                self.start += head.len();
                self.left = header.size;
                continue;
            }
            let body = bytes.get(..self.left).unwrap_or(bytes);
            let Some(taker) = takers.front_mut() else {
                return Err("A reply nobody waits for".to_owned());
            };
            let taken = taker.take(body)?;
            self.start += taken.bytes;
            self.left -= taken.bytes;
            if taken.is_all {
                if let Some(taker) = takers.pop_front() {
                    taker.finish();
                    answered += 1;
                }
            } else if taken.bytes == 0 {
                return Ok(answered);
            }
        }
    }
}
