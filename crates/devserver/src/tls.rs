//! TLS: a certificate authority of the server's own, the certificates it issues, and who they were issued to.
//!
//! The authority lives as long as the server and its key never leaves it. So whatever certificate a client presents was issued here, and
//! whom it was issued to need not be read from it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use crate::StartError;
use crate::enterprise::Tls as Settings;

/// The name in every node's certificate, which clients check.
pub const TLS_NAME: &str = "localhost";

/// A client's certificate and its key, both as PEM.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate.
    pub certificate: String,
    /// The private key, PKCS #8.
    pub key: String,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}

/// The authority, and what accepts connections with its certificate.
pub(crate) struct Tls {
    authority: CertifiedIssuer<'static, KeyPair>,
    acceptor: TlsAcceptor,
    /// The names certificates were issued to, by the certificates.
    issued: Mutex<HashMap<Vec<u8>, String>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// An authority, and a certificate for nodes that listen on an address.
    pub(crate) fn new(settings: Settings, address: IpAddr) -> Result<Self, StartError> {
        Self::make(settings, address).map_err(|error| StartError::Tls(error.to_string()))
    }

    fn make(
        settings: Settings,
        address: IpAddr,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "devserver authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let names = [TLS_NAME, "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new([&names[..], &[address.to_string()]].concat())?;
        params.distinguished_name.push(DnType::CommonName, TLS_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &authority)?;

        let provider = Arc::new(crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        // A certificate is always asked for: one that is presented says who logs in.
        let verifier = if settings.mutual {
            verifier.build()?
        } else {
            verifier.allow_unauthenticated().build()?
        };
        let config = builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )?;
        Ok(Self {
            authority,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            issued: Mutex::default(),
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// The authority's certificate as PEM.
    pub(crate) fn ca_pem(&self) -> String {
        self.authority.pem()
    }

    /// Issues a certificate to a name.
    pub(crate) fn issue(&self, name: &str) -> Result<ClientCertificate, StartError> {
        let issue = || -> Result<_, rcgen::Error> {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            let key = KeyPair::generate()?;
            Ok((params.signed_by(&key, &self.authority)?, key))
        };
        let (certificate, key) = issue().map_err(|error| StartError::Tls(error.to_string()))?;
        self.issued
            .lock()
            .insert(certificate.der().to_vec(), name.to_owned());
        Ok(ClientCertificate {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// The name a certificate was issued to.
    pub(crate) fn holder(&self, certificate: &[u8]) -> Option<String> {
        self.issued.lock().get(certificate).cloned()
    }
}
