//! Where the cluster is: the hosts of the configuration, or of the environment.

use aerospike_core::Host;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyList, PyString, PyTuple};

use super::settings::Settings;
use super::value::{repr, str_of};
use crate::error::{Error, Result};

const DEFAULT_PORT: u16 = 3000;
/// Where the hosts are, if the configuration does not say.
const HOSTS_VARIABLE: &str = "AEROSPIKE_HOSTS";

/// The hosts to connect to first; `tls` is whether connections are encrypted.
pub(super) fn parse(fields: &Settings<'_, '_>, tls: bool) -> Result<Vec<Host>> {
    let hosts = match fields.get("hosts")? {
        Some(value) => hosts_given(fields, &value)?,
        None => hosts_of_environment()?,
    };
    Ok(hosts
        .into_iter()
        .map(|mut host| {
            // As everywhere: the certificate is for the name one connects to, unless another is given.
            if tls && host.tls_name.is_none() {
                host.tls_name = Some(host.name.clone());
            }
            host
        })
        .collect())
}

/// `host[[:tls_name]:port],…` of the environment.
fn hosts_of_environment() -> Result<Vec<Host>> {
    let text = std::env::var(HOSTS_VARIABLE).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Error::value(format!(
            "configuration 'hosts' is missing: [(\"127.0.0.1\", 3000)], for example; nor is {HOSTS_VARIABLE} set in the environment"
        )));
    }
    text.split(',')
        .map(|address| {
            parse_address(address)
                .map_err(|error| error.within(format!("{HOSTS_VARIABLE}: '{address}'")))
        })
        .collect()
}

fn hosts_given(fields: &Settings<'_, '_>, value: &Bound<'_, PyAny>) -> Result<Vec<Host>> {
    let entries: Vec<Bound<'_, PyAny>> = if let Ok(list) = value.cast::<PyList>() {
        list.iter().collect()
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        // The most frequent slip.
        if tuple.len() > 1 && tuple.get_item(1)?.is_instance_of::<PyInt>() {
            let list = "give a list of them, [(\"127.0.0.1\", 3000)]";
            return Err(Error::host(format!(
                "configuration 'hosts': {} is one host: {list}",
                repr(value)
            )));
        }
        tuple.iter().collect()
    } else {
        return Err(fields.bad(
            "hosts",
            value,
            "a list of (host, port) tuples or \"host:port\" strings",
        ));
    };
    if entries.is_empty() {
        return Err(Error::value("configuration 'hosts' is empty"));
    }
    entries
        .iter()
        .map(|entry| {
            parse_host(entry).map_err(|error| {
                Error::host(error.text()).within(format!("configuration 'hosts': {}", repr(entry)))
            })
        })
        .collect()
}

fn parse_host(entry: &Bound<'_, PyAny>) -> Result<Host> {
    if let Ok(text) = entry.cast::<PyString>() {
        return parse_address(str_of(text)?);
    }
    let parts = if let Ok(tuple) = entry.cast::<PyTuple>() {
        tuple.clone()
    } else if let Ok(list) = entry.cast::<PyList>() {
        list.to_tuple()
    } else {
        return Err(Error::host(
            "a host is (host, port), (host, port, tls_name), (host,) or \"host:port\"",
        ));
    };
    let name: String = parts
        .get_item(0)
        .ok()
        .and_then(|name| name.extract().ok())
        .filter(|name: &String| !name.is_empty())
        .ok_or_else(|| Error::host("the host name must be a non-empty str"))?;
    let port = match parts.get_item(1) {
        Err(_) => DEFAULT_PORT,
        Ok(port) if port.is_instance_of::<PyBool>() => checked_port(None)?,
        Ok(port) => checked_port(port.extract().ok())?,
    };
    match parts.len() {
        1 | 2 => Ok(Host::new(&name, port)),
        3 => {
            let tls_name: Option<String> = parts
                .get_item(2)?
                .extract()
                .map_err(|_| Error::host("the TLS name must be a str or None"))?;
            Ok(match tls_name {
                Some(tls_name) => Host::new_tls(&name, &tls_name, port),
                None => Host::new(&name, port),
            })
        }
        _ => Err(Error::host(
            "a host has at most three parts: (host, port, tls_name)",
        )),
    }
}

/// `host`, `host:port`, `host:tls_name:port`, `[v6]`, `[v6]:port`.
fn parse_address(text: &str) -> Result<Host> {
    if text.contains("://") {
        return Err(Error::host("a host is no URL: write \"host:port\""));
    }
    let text = text.trim();
    // No IPv6 address has two colons that do not stand side by side.
    if let [name, tls_name, port] = text.split(':').collect::<Vec<_>>()[..]
        && ![name, tls_name, port].contains(&"")
    {
        return Ok(Host::new_tls(
            name,
            tls_name,
            checked_port(port.parse().ok())?,
        ));
    }
    let (name, port) = if let Some(rest) = text.strip_prefix('[') {
        let (name, rest) = rest
            .split_once(']')
            .ok_or_else(|| Error::host("an IPv6 address needs its closing bracket"))?;
        (name, rest.strip_prefix(':'))
    } else if text.matches(':').count() > 1 {
        (text, None)
    } else {
        match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        }
    };
    if name.is_empty() {
        return Err(Error::host("the host name is empty"));
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) => checked_port(port.parse().ok())?,
    };
    Ok(Host::new(name, port))
}

fn checked_port(port: Option<i64>) -> Result<u16> {
    port.and_then(|port| u16::try_from(port).ok())
        .filter(|&port| port > 0)
        .ok_or_else(|| Error::host("the port must be an int from 1 to 65535"))
}
