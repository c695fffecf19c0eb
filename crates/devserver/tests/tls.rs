//! TLS: who is let in, and what nodes tell of each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod client;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use devserver::{ClientCertificate, Config, Enterprise, Server, TLS_NAME, Tls};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

fn start(nodes: usize, mutual: bool) -> Server {
    Server::start(Config {
        nodes,
        enterprise: Some(Enterprise {
            tls: Some(Tls { mutual, port: 0 }),
            ..Enterprise::default()
        }),
        ..Config::default()
    })
    .unwrap()
}

/// Asks a node's TLS port for its name.
fn ask(
    server: &Server,
    authority: &str,
    issued: Option<&ClientCertificate>,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match issued {
        Some(issued) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap(),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    let name = ServerName::try_from(TLS_NAME).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(server.tls_hosts()[0]).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(20)))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(&[2, 1, 0, 0, 0, 0, 0, 5])?;
    stream.write_all(b"node\n")?;
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    let mut body = vec![0; usize::from(head[7])];
    stream.read_exact(&mut body)?;
    let text = String::from_utf8(body).unwrap();
    Ok(text.trim().rsplit('\t').next().unwrap().to_owned())
}

#[test]
fn its_certificate_is_of_its_authority() {
    let server = start(1, false);
    let name = client::Client::to(&server).info("node");
    assert_eq!(ask(&server, &server.ca_pem().unwrap(), None).unwrap(), name);
    let other = start(1, false);
    assert!(ask(&server, &other.ca_pem().unwrap(), None).is_err());
}

#[test]
fn mutual_tls_lets_in_who_has_its_certificate() {
    let server = start(1, true);
    let authority = server.ca_pem().unwrap();
    let issued = server.client_certificate("u").unwrap();
    assert!(ask(&server, &authority, Some(&issued)).is_ok());
    assert!(ask(&server, &authority, None).is_err());
    let foreign = start(1, true).client_certificate("u").unwrap();
    assert!(ask(&server, &authority, Some(&foreign)).is_err());
}

#[test]
fn nodes_tell_of_their_tls_ports() {
    let server = start(3, false);
    let hosts = server.tls_hosts();
    let mut client = client::Client::to(&server);
    assert_eq!(client.info("service-tls-std"), hosts[0].to_string());
    let peers = client.info("peers-tls-std");
    let names: Vec<String> = server.hosts()[1..]
        .iter()
        .map(|host| client::Client::connect(*host).info("node"))
        .collect();
    let expected = format!(
        "1,4333,[[{},localhost,[{}]],[{},localhost,[{}]]]",
        names[0], hosts[1], names[1], hosts[2]
    );
    assert_eq!(peers, expected);
    assert!(!client.info("peers-clear-std").contains("localhost"));
}

#[test]
fn what_is_no_tls_is_no_harm() {
    let server = start(1, false);
    let mut plain = client::Client::connect(server.tls_hosts()[0]);
    plain.send(&[2, 1, 0, 0, 0, 0, 0, 5, b'n', b'o', b'd', b'e', b'\n']);
    let mut rest = Vec::new();
    // An alert may come before the end.
    let _ = plain.stream.read_to_end(&mut rest);
    assert!(rest.len() < 16);
    assert!(ask(&server, &server.ca_pem().unwrap(), None).is_ok());
}

#[test]
fn without_tls_there_are_no_certificates() {
    let (server, mut client) = client::start();
    assert!(server.tls_hosts().is_empty());
    assert_eq!(server.ca_pem(), None);
    assert!(server.client_certificate("u").is_err());
    assert_eq!(client.info("service-tls-std"), "");
    assert_eq!(client.info("peers-tls-std"), "1,4333,[]");
}
