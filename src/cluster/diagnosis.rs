//! What a failed connect should have said: each address that was tried, and what happened there.

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use aerospike_core as core;
use aerospike_core::policy::TlsPolicy;
use futures_util::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, AlertDescription, CertificateError};
use wire::proto::{FrameHeader, HEADER_SIZE, Kind, begin_frame, end_frame};

use crate::convert::config::Config;
use crate::error::Error;

/// How long one address may take to show what is wrong with it.
const PATIENCE: Duration = Duration::from_secs(2);
/// An answer to two info commands is far shorter.
const LONGEST_ANSWER: usize = 4096;

/// How a peer that speaks TLS begins its answer to one who does not: an alert, of version 3.x.
const ALERT: [u8; 2] = [21, 3];

/// The server's codes that concern users and logins.
const SECURITY: RangeInclusive<i32> = 51..=99;
/// What a node answers to an info command of one who has not logged in, and its code.
const NOT_LOGGED_IN: &str = "ERROR:80:";
const NOT_AUTHENTICATED: i32 = 80;

/// The error of a failed connect, with what each seed does when asked now.
pub(super) async fn explain(config: &Config, error: Error) -> Error {
    let findings = join_all(config.hosts().iter().map(|host| async move {
        let finding = timeout(PATIENCE, examine(config, host))
            .await
            .unwrap_or_else(|_| "no answer".to_owned());
        format!("{}: {finding}", host.address())
    }))
    .await;
    let error = match login_refusal(&error.text()) {
        Some(code) => Error::server(code, error.text()),
        None => error,
    };
    error.within(format!("Failed to connect [{}]", findings.join("; ")))
}

/// The code with which a node refused a login. The core hands on what its seeds answered as a text, a line for each:
/// `ADDRESS Error CODE, …`.
fn login_refusal(text: &str) -> Option<i32> {
    let code = |line: &str| {
        let (_, rest) = line.split_once(" Error ")?;
        let (digits, _) = rest.split_once(|character: char| !character.is_ascii_digit())?;
        digits.parse().ok().filter(|code| SECURITY.contains(code))
    };
    text.lines()
        .find_map(code)
        .or_else(|| text.contains(NOT_LOGGED_IN).then_some(NOT_AUTHENTICATED))
}

async fn examine(config: &Config, host: &core::Host) -> String {
    let outcome = match config.tls() {
        None => examine_in_clear(config, host).await,
        Some(tls) => examine_with_tls(config, host, tls).await,
    };
    outcome.unwrap_or_else(|error| error.to_string())
}

async fn examine_in_clear(config: &Config, host: &core::Host) -> io::Result<String> {
    let mut stream = reach(host).await?;
    let answer = match ask(&mut stream).await {
        Ok(answer) => answer,
        Err(error) => return Ok(format!("connected, then: {error}")),
    };
    Ok(match parse(&answer) {
        Some(text) => judge(text, config.cluster_name()),
        None if answer.starts_with(&ALERT) => {
            "it speaks TLS: this is its port for that; configure 'tls', or use its clear port"
                .to_owned()
        }
        None => "connected, but it does not answer as an Aerospike node".to_owned(),
    })
}

async fn examine_with_tls(
    config: &Config,
    host: &core::Host,
    tls: &TlsPolicy,
) -> io::Result<String> {
    let name = host.tls_name.clone().unwrap_or_default();
    let Ok(server) = ServerName::try_from(name.clone()) else {
        return Ok(format!("'{name}' cannot be the name in a certificate"));
    };
    let stream = reach(host).await?;
    let mut stream = match TlsConnector::from(Arc::clone(&tls.config))
        .connect(server, stream)
        .await
    {
        Ok(stream) => stream,
        Err(error) => return Ok(refusal(host, &name, &error).await),
    };
    Ok(match ask(&mut stream).await {
        Ok(answer) => match parse(&answer) {
            Some(text) => judge(text, config.cluster_name()),
            None => "TLS works, but it does not answer as an Aerospike node".to_owned(),
        },
        Err(error) => format!("TLS works so far, then: {}", tls_error(&name, &error)),
    })
}

/// Why a handshake failed.
async fn refusal(host: &core::Host, name: &str, error: &io::Error) -> String {
    if let Ok(mut stream) = reach(host).await
        && let Ok(answer) = ask(&mut stream).await
        && parse(&answer).is_some()
    {
        return "it answers without TLS: this is its clear port; use its port for TLS, or leave 'tls' out".to_owned();
    }
    tls_error(name, error)
}

fn tls_error(name: &str, error: &io::Error) -> String {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        // A bad signature: of an authority with the name of one that is trusted.
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => {
            "its certificate is of an authority that is not trusted: give the right one as 'cafile'"
                .to_owned()
        }
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => format!(
            "its certificate is not for '{name}': the third member of a host is the name in it"
        ),
        Some(rustls::Error::AlertReceived(AlertDescription::CertificateRequired)) => {
            "it wants a certificate of the client: give 'certfile' and 'keyfile'".to_owned()
        }
        _ => error.to_string(),
    }
}

async fn reach(host: &core::Host) -> io::Result<TcpStream> {
    TcpStream::connect((host.name.as_str(), host.port)).await
}

/// Who it is, in whatever way it answers.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<Vec<u8>> {
    let mut frame = Vec::new();
    let start = begin_frame(&mut frame, Kind::Info);
    frame.extend_from_slice(b"node\ncluster-name\n");
    end_frame(&mut frame, start);
    stream.write_all(&frame).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    while !is_complete(&answer) && stream.read_buf(&mut answer).await? > 0 {}
    Ok(answer)
}

/// Whether there is no more to read: it is a whole answer, or none.
fn is_complete(answer: &[u8]) -> bool {
    let Some(header) = answer.first_chunk::<HEADER_SIZE>() else {
        return answer.starts_with(&ALERT);
    };
    FrameHeader::parse(*header).map_or(true, |header| {
        header.kind != Kind::Info
            || header.size > LONGEST_ANSWER
            || answer.len() >= HEADER_SIZE + header.size
    })
}

/// The text of an answer of an Aerospike node.
fn parse(answer: &[u8]) -> Option<&str> {
    let (header, body) = answer.split_first_chunk::<HEADER_SIZE>()?;
    let header = FrameHeader::parse(*header).ok()?;
    (header.kind == Kind::Info && header.size == body.len())
        .then(|| std::str::from_utf8(body).ok())
        .flatten()
}

fn judge(answer: &str, expected: Option<&str>) -> String {
    let value = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))
            .unwrap_or("?")
    };
    let (node, cluster) = (value("node"), value("cluster-name"));
    if node.starts_with(NOT_LOGGED_IN) {
        return "it answers only those who log in".to_owned();
    }
    match expected {
        Some(expected) if expected != cluster => format!(
            "node {node} belongs to cluster '{cluster}', cluster_name asks for '{expected}'"
        ),
        _ => format!(
            "node {node} answers, so authentication or an address it announces may be at fault"
        ),
    }
}
