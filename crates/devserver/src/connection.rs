//! A client's connection: reads what arrives, answers every complete frame in it, writes the answers at once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use wire::admin::Admin;
use wire::message::{info1, info3};
use wire::proto::{Frame, Kind, begin_frame, end_frame, split_frame};
use wire::{Header, MessageWriter, ResultCode};

use crate::fault::{self, Effect, Subject};
use crate::request::{self, Step};
use crate::security::{self, Access};
use crate::server::Shared;
use crate::{compression, info};

/// Answers are sent when so many bytes of them have gathered.
pub(crate) const FLUSH: usize = 256 << 10;
/// The least to read at once.
const READ: usize = 32 << 10;
/// A buffer that has grown beyond this is given back when it is empty.
const KEEP: usize = 1 << 20;

/// How many connections each node has at the moment.
#[derive(Debug)]
pub(crate) struct Connections(Box<[AtomicUsize]>);

impl Connections {
    pub(crate) fn new(nodes: usize) -> Self {
        Self((0..nodes).map(|_| AtomicUsize::new(0)).collect())
    }

    pub(crate) fn of(&self, node: usize) -> usize {
        self.count(node)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    // Relaxed: it is a figure, and nothing is ordered by it.
    fn count(&self, node: usize) -> Option<&AtomicUsize> {
        self.0.get(node)
    }
}

/// What a connection knows.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
    /// The index of the node it was made to.
    pub(crate) node: usize,
    /// Who made it.
    pub(crate) peer: SocketAddr,
    /// The client has said who it is.
    pub(crate) has_user_agent: bool,
    /// Whose certificate the client presented.
    pub(crate) certificate_holder: Option<String>,
    /// What the user who has logged in may do.
    pub(crate) access: Option<Access>,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, node: usize, peer: SocketAddr) -> Self {
        if let Some(count) = shared.connections.count(node) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        Self {
            shared,
            node,
            peer,
            has_user_agent: false,
            certificate_holder: None,
            access: None,
        }
    }

    /// Whether the client may ask for anything. Without security everybody may.
    pub(crate) fn admit(&mut self) -> Result<(), ResultCode> {
        match &self.shared.security {
            Some(security) => security.refresh(&mut self.access, self.peer.ip()),
            None => Ok(()),
        }
    }

    /// What the user may do; `None` without security.
    pub(crate) const fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(count) = self.shared.connections.count(self.node) {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(
    stream: std::net::TcpStream,
    acceptor: Option<TlsAcceptor>,
    session: Session,
) {
    let node = session.node;
    match open(stream, acceptor, session).await {
        Ok(()) => {}
        Err(error) => log::debug!("a connection to node {node} ended: {error}"),
    }
}

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

async fn open(
    stream: std::net::TcpStream,
    acceptor: Option<TlsAcceptor>,
    mut session: Session,
) -> io::Result<()> {
    let stream = TcpStream::from_std(stream)?;
    stream.set_nodelay(true)?;
    let Some(acceptor) = acceptor else {
        return converse(stream, session).await;
    };
    let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await??;
    let (_, tls) = stream.get_ref();
    if let (Some([certificate, ..]), Some(authority)) =
        (tls.peer_certificates(), &session.shared.tls)
    {
        session.certificate_holder = authority.holder(certificate);
    }
    // A TLS stream is large: on the heap it does not make every connection's task as large.
    Box::pin(converse(stream, session)).await
}

async fn converse<S>(mut stream: S, mut session: Session) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut input = Vec::new();
    let mut output = Vec::new();
    while receive(&mut stream, &mut input).await? {
        let mut rest = input.as_slice();
        let end = loop {
            let frame = match split_frame(rest) {
                Ok(Some(frame)) => frame,
                Ok(None) => break Ok(()),
                Err(error) => break Err(io::Error::other(error)),
            };
            rest = frame.rest;
            if let Err(error) = meet(&mut session, &frame, &mut output, &mut stream).await {
                break Err(error);
            }
            if output.len() >= FLUSH {
                flush(&mut stream, &mut output).await?;
            }
        };
        let done = input.len() - rest.len();
        input.drain(..done);
        // What came before something that is no frame is answered before the connection closes.
        flush(&mut stream, &mut output).await?;
        end?;
        give_back(&mut input);
        give_back(&mut output);
    }
    Ok(())
}

/// Reads once. The buffer grows by what has arrived, whatever a header claims. `false` at the end of the stream.
async fn receive<S: AsyncRead + Unpin>(stream: &mut S, input: &mut Vec<u8>) -> io::Result<bool> {
    input.reserve(READ.max(input.len().min(KEEP)));
    // Reading less than there is room for says that no more has arrived: the runtime then waits, without a read that fails first.
    Ok(stream.read_buf(input).await? > 0)
}

async fn flush<S: AsyncWrite + Unpin>(stream: &mut S, output: &mut Vec<u8>) -> io::Result<()> {
    if !output.is_empty() {
        stream.write_all(output).await?;
        stream.flush().await?;
        output.clear();
    }
    Ok(())
}

fn give_back(buffer: &mut Vec<u8>) {
    if buffer.is_empty() && buffer.capacity() > KEEP {
        *buffer = Vec::new();
    }
}

/// Answers one frame, or does to it what a fault says.
async fn meet<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session,
    frame: &Frame<'_>,
    output: &mut Vec<u8>,
    stream: &mut S,
) -> io::Result<()> {
    // What ends a fault must not meet it.
    if !session.shared.faults.is_armed() || fault::is_about_faults(frame) {
        return answer(session, frame, output, stream).await;
    }
    // On the heap, so that a connection without faults is not as large.
    Box::pin(suffer(session, frame, output, stream)).await
}

async fn suffer<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session,
    frame: &Frame<'_>,
    output: &mut Vec<u8>,
    stream: &mut S,
) -> io::Result<()> {
    let shared = Arc::clone(&session.shared);
    // What was answered before must not wait for this.
    flush(stream, output).await?;
    shared.faults.wait_thawed(session.node).await;
    let Some(fault) = shared.faults.meet(&Subject::of(session.node, frame)) else {
        return answer(session, frame, output, stream).await;
    };
    tokio::time::sleep(fault.delay()).await;
    let dropped = || Err(io::Error::other("closed by a fault"));
    match fault.effect() {
        None => return answer(session, frame, output, stream).await,
        Some(Effect::DropBefore) => return dropped(),
        Some(Effect::Silence) => {
            // Until the client closes: a connection must not outlive it.
            tokio::io::copy(stream, &mut tokio::io::sink()).await?;
            return dropped();
        }
        Some(Effect::Code(code)) => {
            refuse(frame, code, output);
            return Ok(());
        }
        Some(Effect::DropAfter | Effect::Truncate(_) | Effect::Corrupt) => {}
    }
    // The whole answer is needed, also of one that is sent in parts.
    let (mut sent, mut rest) = (Vec::new(), Vec::new());
    answer(session, frame, &mut rest, &mut sent).await?;
    sent.append(&mut rest);
    match fault.effect() {
        Some(Effect::Truncate(length)) => {
            sent.truncate(length);
            flush(stream, &mut sent).await?;
            dropped()
        }
        Some(Effect::Corrupt) => {
            fault.corrupt(&mut sent);
            output.append(&mut sent);
            Ok(())
        }
        _ => dropped(),
    }
}

/// A result code as a frame's kind of answer has it.
fn refuse(frame: &Frame<'_>, code: u8, output: &mut Vec<u8>) {
    match frame.kind {
        Kind::Info => {
            let begin = begin_frame(output, Kind::Info);
            for line in wire::info::lines(frame.body) {
                output.extend_from_slice(line);
                output.extend_from_slice(format!("\tERROR:{code}:a fault\n").as_bytes());
            }
            end_frame(output, begin);
        }
        Kind::Security => {
            let begin = begin_frame(output, Kind::Security);
            output.extend_from_slice(&[0, code]);
            output.extend_from_slice(&[0; wire::admin::HEADER_SIZE - 2]);
            end_frame(output, begin);
        }
        Kind::Message | Kind::Compressed => {
            let begin = begin_frame(output, Kind::Message);
            MessageWriter::begin(output).finish(&Header {
                result: code,
                // Whoever waits for many messages waits for no more.
                info3: info3::LAST,
                ..Header::default()
            });
            end_frame(output, begin);
        }
    }
}

/// Answers one frame. No lock is held while it waits for the client to take a long answer.
async fn answer<S: AsyncWrite + Unpin>(
    session: &mut Session,
    frame: &Frame<'_>,
    output: &mut Vec<u8>,
    stream: &mut S,
) -> io::Result<()> {
    match frame.kind {
        Kind::Info => info::answer(session, frame.body, output),
        Kind::Security => {
            let request = Admin::parse(frame.body).map_err(io::Error::other)?;
            security::answer(session, &request, output);
        }
        Kind::Compressed if !session.shared.is_enterprise() => {
            write_result(output, ResultCode::EnterpriseOnly);
        }
        Kind::Compressed => match compression::inflate(frame.body) {
            Ok(body) => return answer_message(session, &body, output, stream).await,
            Err(result) => write_result(output, result),
        },
        Kind::Message => return answer_message(session, frame.body, output, stream).await,
    }
    Ok(())
}

async fn answer_message<S: AsyncWrite + Unpin>(
    session: &mut Session,
    body: &[u8],
    output: &mut Vec<u8>,
    stream: &mut S,
) -> io::Result<()> {
    if let Err(result) = session.admit() {
        write_result(output, result);
        return Ok(());
    }
    let compress = session.shared.is_enterprise()
        && body
            .get(1)
            .is_some_and(|info| info & info1::COMPRESS_RESPONSE != 0);
    let begin = output.len();
    let Some(mut stream_of_records) = request::answer(session, body, output) else {
        if compress {
            compression::deflate(output, begin);
        }
        return Ok(());
    };
    loop {
        let begin = output.len();
        let step = stream_of_records.step(output);
        if compress {
            compression::deflate(output, begin);
        }
        match step {
            Step::Done => return Ok(()),
            Step::More => {
                flush(stream, output).await?;
                tokio::task::yield_now().await;
            }
            Step::Wait(time) => {
                flush(stream, output).await?;
                tokio::time::sleep(time).await;
            }
        }
    }
}

/// A frame of one message with a result and nothing else.
pub(crate) fn write_result(output: &mut Vec<u8>, result: ResultCode) {
    let start = begin_frame(output, Kind::Message);
    MessageWriter::begin(output).finish(&Header::of_result(result));
    end_frame(output, start);
}
