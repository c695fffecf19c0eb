//! A connection of our own to a node: one request and its frames at a time.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use aerospike_bridge::reactor::{NAPS, may_nap};
use aerospike_core::Host;
use aerospike_core::policy::{BasePolicy, TlsPolicy};
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_util::either::Either;
use wire::message::{info3, split_message};
use wire::proto::{FrameHeader, HEADER_SIZE, Kind, begin_frame, end_frame};
use wire::{Header, Message, MessageWriter};

use super::failure::{Exchange, Failure};
use super::socket::{NAP, Socket};

/// What is read at once, while a frame is smaller.
const CHUNK: usize = 64 << 10;
/// Enough for a request on one record, as a rule.
const SMALL: usize = 256;
/// How many messages are taken before others have their turn.
const MESSAGES_AT_ONCE: usize = 512;

/// How long to wait, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For each write and each frame.
    pub(super) socket: Option<Duration>,
    /// For all of it.
    pub(super) until: Option<Instant>,
    /// Whether this thread sleeps in the socket.
    asleep: bool,
}

impl Patience {
    /// That of a request that begins now.
    pub(crate) fn of(base: &BasePolicy) -> Self {
        let some = |milliseconds: u32| {
            (milliseconds > 0).then(|| Duration::from_millis(u64::from(milliseconds)))
        };
        Self {
            socket: some(base.socket_timeout),
            until: some(base.total_timeout).map(|total| Instant::now() + total),
            asleep: false,
        }
    }

    /// That of a connection that is opened until a moment.
    pub(super) fn until(moment: Instant) -> Self {
        Self {
            socket: None,
            until: Some(moment),
            asleep: false,
        }
    }

    /// The same, for who waits for nothing else: where a thread may, it sleeps in the socket, unless a nap is long beside the time there is.
    pub(super) fn asleep(self) -> Self {
        let is_long = |time: Duration| time > (NAPS + 2) * NAP;
        Self {
            // Elsewhere a time-out in the middle of an answer may lose some of it.
            asleep: cfg!(unix)
                && may_nap()
                && self.socket.is_none_or(is_long)
                && self
                    .until
                    .is_none_or(|until| is_long(until.saturating_duration_since(Instant::now()))),
            ..self
        }
    }

    /// How long a node may take for a request; 0 for as long as it wants, as the core has it where the whole time is not bounded.
    pub(super) fn milliseconds(self) -> u32 {
        if self.until.is_none() {
            return 0;
        }
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        let time = [self.socket, self.until.map(left)].into_iter().flatten();
        // What has begun counts, since 0 would mean for ever.
        let milliseconds = |time: Duration| time.as_nanos().div_ceil(1_000_000).max(1);
        let time = time.min().map_or(0, milliseconds);
        u32::try_from(time).unwrap_or(u32::MAX)
    }

    async fn wait<T>(self, io: impl Future<Output = io::Result<T>>) -> Exchange<T> {
        let mut io = pin!(io);
        // Most of what is written, and of a frame that has begun to come, is done at once, and needs no timer.
        if let Poll::Ready(outcome) = poll_fn(|cx| Poll::Ready(io.as_mut().poll(cx))).await {
            return Ok(outcome?);
        }
        let silent = self.socket.map(|socket| Instant::now() + socket);
        let Some(end) = [silent, self.until].into_iter().flatten().min() else {
            return Ok(io.await?);
        };
        match timeout_at(end.into(), io).await {
            Ok(outcome) => Ok(outcome?),
            Err(_) if self.until == Some(end) => Err(Failure::Late),
            Err(_) => Err(Failure::Silent),
        }
    }
}

/// Results that say of a connection that nobody has logged in on it, or not lately: an expired session, one that is none. Whatever was asked
/// has no other answer.
pub(super) const UNKNOWN: [u8; 2] = [66, 80];

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Messages {
    /// One message.
    One,
    /// Any number, and a last one, which says that it is.
    UpToLast,
}

/// A request: its header, and what is written between that and its end.
pub(super) fn frame(header: &Header, content: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let mut request = Vec::with_capacity(SMALL);
    let start = begin_frame(&mut request, Kind::Message);
    let mut message = MessageWriter::begin(&mut request);
    content(&mut message);
    message.finish(header);
    end_frame(&mut request, start);
    request
}

/// A connection. Dropped, it is closed.
pub(super) struct Connection {
    stream: BufReader<Either<Socket, Box<TlsStream<Socket>>>>,
    /// When it was last used.
    pub(super) used: Instant,
    /// Whether the last request was sent as a whole.
    pub(super) sent: bool,
}

impl Connection {
    /// Connects, within the runtime.
    pub(super) async fn open(
        host: &Host,
        tls: Option<&TlsPolicy>,
        cluster_name: Option<&str>,
        patience: Patience,
    ) -> Exchange<Self> {
        let connect = TcpStream::connect((host.name.as_str(), host.port));
        let stream = patience.wait(connect).await?;
        stream.set_nodelay(true)?;
        let stream = Socket::new(stream)?;
        let stream = match tls {
            None => Either::Left(stream),
            Some(tls) => {
                // As the core has it.
                let name = host.tls_name.as_deref().or(cluster_name);
                let name = ServerName::try_from(name.unwrap_or_default().to_owned());
                let name = name.map_err(|error| Failure::Broken(error.to_string()))?;
                let connector = TlsConnector::from(Arc::clone(&tls.config));
                Either::Right(Box::new(
                    patience.wait(connector.connect(name, stream)).await?,
                ))
            }
        };
        Ok(Self {
            stream: BufReader::with_capacity(CHUNK, stream),
            used: Instant::now(),
            sent: false,
        })
    }

    /// Sends a request and takes what is answered, message by message: returns the result of the last.
    pub(super) async fn converse(
        &mut self,
        request: &[u8],
        messages: Messages,
        patience: Patience,
        mut take: impl FnMut(&Message<'_>, &Bytes) -> Exchange<()>,
    ) -> Exchange<u8> {
        self.sent = false;
        if patience.asleep && may_nap() {
            self.socket_mut().block()?;
        } else {
            self.socket_mut().watch()?;
        }
        self.send(request, patience).await?;
        self.sent = true;
        let mut taken = 0;
        loop {
            let frame = self.frame(Kind::Message, patience).await?;
            let mut rest = &*frame;
            while let Some((message, behind)) = split_message(rest)? {
                if UNKNOWN.contains(&message.header.result) {
                    return Ok(message.header.result);
                }
                let is_last = message.header.info3 & info3::LAST != 0;
                if is_last && messages == Messages::UpToLast {
                    return Ok(message.header.result);
                }
                take(&message, &frame)?;
                if messages == Messages::One {
                    return Ok(message.header.result);
                }
                rest = behind;
                taken += 1;
                if taken % MESSAGES_AT_ONCE == 0 {
                    yield_now().await;
                }
            }
        }
    }

    /// Whether it can be used again; looks whether the node has closed it if nobody has used it for some time.
    pub(super) fn is_usable(&self, look_after: Duration) -> bool {
        if !self.stream.buffer().is_empty() {
            return false;
        }
        if self.used.elapsed() < look_after {
            return true;
        }
        self.socket().is_silent()
    }

    /// Whether whoever used it last waited in this way.
    pub(super) fn is_ready_for(&self, patience: Patience) -> bool {
        self.socket().is_blocking() == patience.asleep
    }

    fn socket(&self) -> &Socket {
        match self.stream.get_ref() {
            Either::Left(socket) => socket,
            Either::Right(stream) => stream.get_ref().0,
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self.stream.get_mut() {
            Either::Left(socket) => socket,
            Either::Right(stream) => stream.get_mut().0,
        }
    }

    /// Sends a frame.
    pub(super) async fn send(&mut self, frame: &[u8], patience: Patience) -> Exchange<()> {
        let stream = &mut self.stream;
        let write = async {
            stream.write_all(frame).await?;
            stream.flush().await
        };
        patience.wait(write).await
    }

    /// The body of the next frame, which has to be of a kind.
    pub(super) async fn frame(&mut self, kind: Kind, patience: Patience) -> Exchange<Bytes> {
        let mut head = [0; HEADER_SIZE];
        patience.wait(self.stream.read_exact(&mut head)).await?;
        let header = FrameHeader::parse(head)?;
        if header.kind != kind {
            return Err(Failure::Broken(format!(
                "a reply of kind {:?} where {kind:?} was asked for",
                header.kind
            )));
        }
        let mut body = vec![0; header.size];
        patience.wait(self.stream.read_exact(&mut body)).await?;
        Ok(body.into())
    }
}
