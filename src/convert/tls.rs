//! `config["tls"]`: whom to trust, and who we are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aerospike_core::policy::TlsPolicy;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::settings::{Advice, Settings};
use super::value::type_name;
use crate::error::{Error, Result};

const NAMES: &[&str] = &[
    "enable",
    "cafile",
    "capath",
    "cadata",
    "certfile",
    "keyfile",
    "for_login_only",
];

/// Settings of the official client that change nothing: what they ask for is so.
const MEANINGLESS: Advice<'_> = &[
    (
        "protocols",
        "TLS 1.3 and 1.2 are spoken, nothing older; leave it out",
    ),
    (
        "cipher_suite",
        "only suites without known weaknesses are offered; leave it out",
    ),
    ("log_session_info", "sessions are not logged; leave it out"),
];

/// Settings of the official client that would make it stricter: to ignore them would make it laxer than its user thinks.
const REFUSED: Advice<'_> = &[
    (
        "keyfile_pw",
        "keys with a password are not read; decrypt it: openssl pkey -in KEY -out DECRYPTED",
    ),
    (
        "cert_blacklist",
        "lists of revoked certificates are not read",
    ),
    ("crl_check", "lists of revoked certificates are not read"),
    (
        "crl_check_all",
        "lists of revoked certificates are not read",
    ),
];

/// Reads `config["tls"]`; None if it says that there is no TLS.
pub(super) fn parse(object: &Bound<'_, PyAny>) -> Result<Option<TlsPolicy>> {
    let dict = object.cast::<PyDict>().map_err(|_| {
        Error::argument(format!(
            "configuration 'tls': a {} is not a dict",
            type_name(object)
        ))
    })?;
    let settings = Settings::new(dict, "tls.");
    for (name, why) in REFUSED {
        if let Some(value) = settings.get(name)?
            && value.is_truthy()?
        {
            return Err(settings.refused(name, why));
        }
    }
    let known: Vec<&str> = NAMES
        .iter()
        .copied()
        .chain(REFUSED.iter().map(|(name, _)| *name))
        .collect();
    settings.check_names(&known, MEANINGLESS)?;
    let for_login_only = settings.flag("for_login_only")?.unwrap_or(false);
    // Whoever names authorities and forgets to switch it on does not want to talk in clear.
    if !settings.flag("enable")?.unwrap_or(true) {
        return Ok(None);
    }
    let config = Arc::new(client_config(&settings)?);
    Ok(Some(TlsPolicy {
        config,
        for_login_only,
    }))
}

fn client_config(settings: &Settings<'_, '_>) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::client(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(authorities(settings)?);
    let (certificate, key) = (path(settings, "certfile")?, path(settings, "keyfile")?);
    match (certificate, key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(_), None) => Err(settings.refused("certfile", "it needs its key, 'keyfile'")),
        (None, Some(_)) => Err(settings.refused("keyfile", "it needs its certificate, 'certfile'")),
        (Some(certificate), Some(key)) => {
            let chain =
                certificates(&certificate).map_err(|why| settings.refused("certfile", why))?;
            let secret = private_key(&key).map_err(|why| settings.refused("keyfile", why))?;
            builder
                .with_client_auth_cert(chain, secret)
                .map_err(|error| settings.refused("keyfile", misfit(&error, &certificate, &key)))
        }
    }
}

fn misfit(error: &rustls::Error, certificate: &Path, key: &Path) -> String {
    let (certificate, key) = (certificate.display(), key.display());
    match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("{key} is not the key of the certificate {certificate}")
        }
        other => format!("{key} cannot be used with {certificate}: {other}"),
    }
}

/// Those that are named; the system's if none are.
fn authorities(settings: &Settings<'_, '_>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let mut trust = |name: &str, file: &Path, found: Vec<CertificateDer<'static>>| {
        found.into_iter().try_for_each(|authority| {
            roots
                .add(authority)
                .map_err(|error| settings.refused(name, format!("{}: {error}", file.display())))
        })
    };
    let (file, directory) = (path(settings, "cafile")?, path(settings, "capath")?);
    if let Some(file) = &file {
        let found = certificates(file).map_err(|why| settings.refused("cafile", why))?;
        trust("cafile", file, found)?;
    }
    if let Some(directory) = &directory {
        let found = certificates_in(directory).map_err(|why| settings.refused("capath", why))?;
        trust("capath", directory, found)?;
    }
    let text = settings.text("cadata")?;
    if let Some(text) = &text {
        let found = certificates_of(text).map_err(|why| settings.refused("cadata", why))?;
        trust("cadata", Path::new("it"), found)?;
    }
    if file.is_none() && directory.is_none() && text.is_none() {
        // Some systems hold one that is unreadable among hundreds; it is trusted no more than one that is missing.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(settings.refused(
                "cafile",
                "it is not given, and the system has no certificates of authorities either",
            ));
        }
    }
    Ok(roots)
}

fn path(settings: &Settings<'_, '_>, name: &str) -> Result<Option<PathBuf>> {
    settings
        .get(name)?
        .map(|value| {
            value
                .extract()
                .map_err(|_| settings.bad(name, &value, "a path"))
        })
        .transpose()
}

/// Why a file was of no use.
type Found<T> = std::result::Result<T, String>;

fn certificates(file: &Path) -> Found<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(file, &error))?;
    if found.is_empty() {
        return Err(format!("{} holds no certificate as PEM", file.display()));
    }
    Ok(found)
}

fn certificates_of(text: &str) -> Found<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| format!("it is not PEM: {error}"))?;
    if found.is_empty() {
        return Err("it holds no certificate as PEM".to_owned());
    }
    Ok(found)
}

/// Of every file in a directory; what else is there is passed over.
fn certificates_in(directory: &Path) -> Found<Vec<CertificateDer<'static>>> {
    let entries = std::fs::read_dir(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    let found: Vec<_> = entries
        .filter_map(|entry| certificates(&entry.ok()?.path()).ok())
        .flatten()
        .collect();
    if found.is_empty() {
        return Err(format!(
            "no file in {} holds a certificate as PEM",
            directory.display()
        ));
    }
    Ok(found)
}

fn private_key(file: &Path) -> Found<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| match error {
        pem::Error::NoItemsFound if is_encrypted(file) => format!(
            "{} is encrypted; decrypt it: openssl pkey -in KEY -out DECRYPTED",
            file.display()
        ),
        pem::Error::NoItemsFound => format!("{} holds no private key as PEM", file.display()),
        other => unreadable(file, &other),
    })
}

fn is_encrypted(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains("ENCRYPTED"))
}

fn unreadable(file: &Path, error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => format!("{}: {error}", file.display()),
        other => format!("{} is not PEM: {other}", file.display()),
    }
}
