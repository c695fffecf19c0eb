//! A client's connection: reads what arrives, answers every complete frame in it, writes the answers at once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use wire::proto::{Frame, Kind, begin_frame, end_frame, split_frame};
use wire::{Header, MessageWriter, ResultCode, admin};

use crate::info;
use crate::request::{self, Step};
use crate::server::Shared;

/// Answers are sent when so many bytes of them have gathered.
pub(crate) const FLUSH: usize = 256 << 10;
/// The least to read at once.
const READ: usize = 32 << 10;
/// A buffer that has grown beyond this is given back when it is empty.
const KEEP: usize = 1 << 20;

/// What a connection knows.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) shared: Arc<Shared>,
    /// The index of the node it was made to.
    pub(crate) node: usize,
    /// Who made it.
    pub(crate) peer: Option<SocketAddr>,
    /// The client has said who it is.
    pub(crate) has_user_agent: bool,
}

impl Session {
    pub(crate) const fn new(shared: Arc<Shared>, node: usize) -> Self {
        Self {
            shared,
            node,
            peer: None,
            has_user_agent: false,
        }
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(stream: std::net::TcpStream, session: Session) {
    let node = session.node;
    match converse(stream, session).await {
        Ok(()) => {}
        Err(error) => log::debug!("a connection to node {node} ended: {error}"),
    }
}

async fn converse(stream: std::net::TcpStream, mut session: Session) -> io::Result<()> {
    let mut stream = TcpStream::from_std(stream)?;
    stream.set_nodelay(true)?;
    session.peer = stream.peer_addr().ok();
    let mut input = Vec::new();
    let mut output = Vec::new();
    while receive(&stream, &mut input).await? {
        let mut rest = input.as_slice();
        let end = loop {
            let frame = match split_frame(rest) {
                Ok(Some(frame)) => frame,
                Ok(None) => break Ok(()),
                Err(error) => break Err(io::Error::other(error)),
            };
            rest = frame.rest;
            if let Err(error) = answer(&mut session, &frame, &mut output, &mut stream).await {
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
async fn receive(stream: &TcpStream, input: &mut Vec<u8>) -> io::Result<bool> {
    input.reserve(READ.max(input.len().min(KEEP)));
    loop {
        stream.readable().await?;
        match stream.try_read_buf(input) {
            Ok(read) => return Ok(read > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

async fn flush(stream: &mut TcpStream, output: &mut Vec<u8>) -> io::Result<()> {
    if !output.is_empty() {
        stream.write_all(output).await?;
        output.clear();
    }
    Ok(())
}

fn give_back(buffer: &mut Vec<u8>) {
    if buffer.is_empty() && buffer.capacity() > KEEP {
        *buffer = Vec::new();
    }
}

/// Answers one frame. No lock is held while it waits for the client to take a long answer.
async fn answer(
    session: &mut Session,
    frame: &Frame<'_>,
    output: &mut Vec<u8>,
    stream: &mut TcpStream,
) -> io::Result<()> {
    match frame.kind {
        Kind::Info => info::answer(session, frame.body, output),
        Kind::Security => answer_security(frame.body, output)?,
        Kind::Compressed => write_result(output, ResultCode::EnterpriseOnly),
        Kind::Message => {
            let Some(mut stream_of_records) = request::answer(session, frame.body, output) else {
                return Ok(());
            };
            loop {
                match stream_of_records.step(output) {
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
    }
    Ok(())
}

/// There is no security here: a login goes on without it, everything else is not supported.
fn answer_security(body: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
    let request = admin::Admin::parse(body).map_err(io::Error::other)?;
    let result = match request.command {
        admin::command::LOGIN | admin::command::AUTHENTICATE => ResultCode::SecurityNotEnabled,
        _ => ResultCode::SecurityNotSupported,
    };
    let start = begin_frame(output, Kind::Security);
    admin::write(output, result, request.command, &[]);
    end_frame(output, start);
    Ok(())
}

/// A frame of one message with a result and nothing else.
pub(crate) fn write_result(output: &mut Vec<u8>, result: ResultCode) {
    let start = begin_frame(output, Kind::Message);
    MessageWriter::begin(output).finish(&Header::of_result(result));
    end_frame(output, start);
}
