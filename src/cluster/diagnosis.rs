//! What a failed connect should have said: each address that was tried, and what happened there.

use std::time::Duration;

use aerospike_core as core;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wire::proto::{FrameHeader, HEADER_SIZE, Kind, begin_frame, end_frame};

use crate::convert::config::Config;
use crate::error::Error;

/// How long one address may take to show what is wrong with it.
const PATIENCE: Duration = Duration::from_secs(2);
/// An answer to two info commands is far shorter.
const LONGEST_ANSWER: usize = 4096;

/// The error of a failed connect, with what each seed does when asked now.
pub(super) async fn explain(config: &Config, error: Error) -> Error {
    let findings = join_all(config.hosts().iter().map(|host| async move {
        let finding = timeout(PATIENCE, examine(host, config.cluster_name()))
            .await
            .unwrap_or_else(|_| "no answer".to_owned());
        format!("{}: {finding}", host.address())
    }))
    .await;
    error.within(format!("Failed to connect [{}]", findings.join("; ")))
}

async fn examine(host: &core::Host, cluster_name: Option<&str>) -> String {
    let mut stream = match TcpStream::connect((host.name.as_str(), host.port)).await {
        Ok(stream) => stream,
        Err(error) => return error.to_string(),
    };
    let mut frame = Vec::new();
    let start = begin_frame(&mut frame, Kind::Info);
    frame.extend_from_slice(b"node\ncluster-name\n");
    end_frame(&mut frame, start);
    if let Err(error) = stream.write_all(&frame).await {
        return format!("connected, then: {error}");
    }
    match read_answer(&mut stream).await {
        Some(answer) => judge(&answer, cluster_name),
        None => "connected, but it does not answer as an Aerospike node".to_owned(),
    }
}

async fn read_answer(stream: &mut TcpStream) -> Option<String> {
    let mut head = [0; HEADER_SIZE];
    stream.read_exact(&mut head).await.ok()?;
    let header = FrameHeader::parse(head).ok()?;
    if header.kind != Kind::Info || header.size > LONGEST_ANSWER {
        return None;
    }
    let mut body = vec![0; header.size];
    stream.read_exact(&mut body).await.ok()?;
    String::from_utf8(body).ok()
}

fn judge(answer: &str, expected: Option<&str>) -> String {
    let value = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))
            .unwrap_or("?")
    };
    let (node, cluster) = (value("node"), value("cluster-name"));
    match expected {
        Some(expected) if expected != cluster => format!(
            "node {node} belongs to cluster '{cluster}', cluster_name asks for '{expected}'"
        ),
        _ => format!(
            "node {node} answers, so authentication, TLS or an address it announces may be at fault"
        ),
    }
}
