//! A client's connection: reads what arrives, answers every complete frame in it, writes the answers at once.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use wire::admin::Admin;
use wire::message::{info1, info3};
use wire::proto::{Frame, Kind, begin_frame, end_frame, split_frame};
use wire::{Header, MessageWriter, ResultCode};

use crate::cluster::Ending;
use crate::fault::{self, Effect, Meeting, Subject};
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
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<BTreeMap<usize, usize>>);

impl Connections {
    pub(crate) fn of(&self, node: usize) -> usize {
        self.0.lock().get(&node).copied().unwrap_or(0)
    }

    fn came(&self, node: usize) {
        *self.0.lock().entry(node).or_default() += 1;
    }

    fn went(&self, node: usize) {
        *self.0.lock().entry(node).or_default() -= 1;
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
        shared.connections.came(node);
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
        self.shared.connections.went(self.node);
    }
}

/// Tells connections how their node goes.
pub(crate) type Ended = watch::Receiver<Option<Ending>>;

/// Serves a connection to its end, or to its node's.
pub(crate) async fn serve(
    stream: std::net::TcpStream,
    acceptor: Option<TlsAcceptor>,
    session: Session,
    ended: Ended,
) {
    let node = session.node;
    match open(stream, acceptor, session, ended).await {
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
    mut ended: Ended,
) -> io::Result<()> {
    let mut stream = TcpStream::from_std(stream)?;
    stream.set_nodelay(true)?;
    let Some(acceptor) = acceptor else {
        let ending = converse_until(&mut ended, &mut stream, session).await?;
        return close(&stream, ending);
    };
    let handshake = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream));
    let mut stream = tokio::select! {
        stream = handshake => stream??,
        _ = end(&mut ended) => return Ok(()),
    };
    let (_, tls) = stream.get_ref();
    if let (Some([certificate, ..]), Some(authority)) =
        (tls.peer_certificates(), &session.shared.tls)
    {
        session.certificate_holder = authority.holder(certificate);
    }
    // A TLS stream is large: on the heap it does not make every connection's task as large.
    let ending = Box::pin(converse_until(&mut ended, &mut stream, session)).await?;
    close(stream.get_ref().0, ending)
}

/// How the node goes, once it does.
async fn end(ended: &mut Ended) -> Option<Ending> {
    ended
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|ending| *ending)
}

/// Serves until the client goes, or the node: then the request under way is answered if that takes no waiting.
async fn converse_until<S>(
    ended: &mut Ended,
    stream: &mut S,
    session: Session,
) -> io::Result<Option<Ending>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    tokio::select! {
        biased;
        ending = end(ended) => Ok(ending),
        outcome = converse(stream, session) => outcome.map(|()| None),
    }
}

/// A machine that dies says no goodbye: its peers are told that there is no such connection when they ask.
fn close(stream: &TcpStream, ending: Option<Ending>) -> io::Result<()> {
    if ending == Some(Ending::Kill) {
        stream.set_zero_linger()?;
    }
    Ok(())
}

async fn converse<S>(stream: &mut S, mut session: Session) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut input = Vec::new();
    let mut output = Vec::new();
    while receive(stream, &mut input).await? {
        let mut rest = input.as_slice();
        let end = loop {
            let frame = match split_frame(rest) {
                Ok(Some(frame)) => frame,
                Ok(None) => break Ok(()),
                Err(error) => break Err(io::Error::other(error)),
            };
            rest = frame.rest;
            if let Err(error) = meet(&mut session, &frame, &mut output, stream).await {
                break Err(error);
            }
            if output.len() >= FLUSH {
                flush(stream, &mut output).await?;
            }
        };
        let done = input.len() - rest.len();
        input.drain(..done);
        // What came before something that is no frame is answered before the connection closes.
        flush(stream, &mut output).await?;
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
    let Meeting { delay, effect } = shared.faults.meet(&Subject::of(session.node, frame));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let Some((effect, fault)) = effect else {
        return answer(session, frame, output, stream).await;
    };
    let dropped = || Err(io::Error::other("closed by a fault"));
    match effect {
        Effect::DropBefore => return dropped(),
        Effect::Silence => {
            // Until the client closes: a connection must not outlive it.
            tokio::io::copy(stream, &mut tokio::io::sink()).await?;
            return dropped();
        }
        Effect::Code(code) => {
            refuse(frame, code, output);
            return Ok(());
        }
        Effect::DropAfter | Effect::Truncate(_) | Effect::Corrupt => {}
    }
    // The whole answer is needed, also of one that is sent in parts.
    let (mut sent, mut rest) = (Vec::new(), Vec::new());
    answer(session, frame, &mut rest, &mut sent).await?;
    sent.append(&mut rest);
    match effect {
        Effect::Truncate(length) => {
            sent.truncate(length);
            flush(stream, &mut sent).await?;
            dropped()
        }
        Effect::Corrupt => {
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
