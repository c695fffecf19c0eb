//! What a server can be told, and what can be wrong with it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use crate::Enterprise;
use crate::request::ttl::MAX_TTL;

/// How to start a server. Every field has a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen: an address or a name. Default `127.0.0.1`.
    pub host: String,
    /// The first node's port; further nodes take the ports after it. 0, the default, takes any free ones.
    pub port: u16,
    /// How many nodes the cluster has. Default 1.
    pub nodes: usize,
    /// On how many nodes a partition is, its master included; at most `nodes` count. Default 2.
    pub replication_factor: usize,
    /// The namespaces. Default `test`.
    pub namespaces: Vec<String>,
    /// Seconds a record lives when its writer does not say; 0, the default, is for ever.
    pub default_ttl: u32,
    /// The cluster's name, if it has one.
    pub cluster_name: Option<String>,
    /// Seconds between two removals of what has expired. Expired records are invisible at once. Default 120.
    pub sweep_period: u32,
    /// How many threads serve connections. Default 1.
    pub threads: usize,
    /// What the server offers of the Enterprise edition. `None`, the default, is the Community edition.
    pub enterprise: Option<Enterprise>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            nodes: 1,
            replication_factor: 2,
            namespaces: vec!["test".to_owned()],
            default_ttl: 0,
            cluster_name: None,
            sweep_period: 120,
            threads: 1,
            enterprise: None,
        }
    }
}

/// Why a server did not start, in one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is wrong.
    #[error("{0}")]
    Config(String),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A thread or its runtime cannot be made.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// Certificates cannot be made.
    #[error("cannot make a certificate: {0}")]
    Tls(String),
}

/// The most nodes, threads and namespaces that make sense in one process.
pub(crate) const MAX_COUNT: usize = 64;

impl Config {
    /// Checks every setting; the error names the one that is wrong.
    pub fn validate(&self) -> Result<(), StartError> {
        let wrong = |text: String| Err(StartError::Config(text));
        for (name, count) in [
            ("nodes", self.nodes),
            ("threads", self.threads),
            ("replication_factor", self.replication_factor),
        ] {
            if !(1..=MAX_COUNT).contains(&count) {
                return wrong(format!("{name} must be 1 to {MAX_COUNT}, not {count}"));
            }
        }
        if self.port != 0 && usize::from(self.port) + self.nodes - 1 > usize::from(u16::MAX) {
            return wrong(format!(
                "port {} leaves no ports for {} nodes",
                self.port, self.nodes
            ));
        }
        if self.default_ttl > MAX_TTL {
            return wrong(format!(
                "default_ttl must be at most {MAX_TTL} seconds (10 years), not {}",
                self.default_ttl
            ));
        }
        if self.sweep_period == 0 {
            return wrong("sweep_period must be at least 1 second".to_owned());
        }
        if let Some(name) = &self.cluster_name
            && !is_name(name, 64)
        {
            return wrong(format!(
                "cluster_name must be 1 to 64 letters, digits, '_', '-' or '.', not {name:?}"
            ));
        }
        if let Some(enterprise) = &self.enterprise {
            enterprise.validate(self.nodes)?;
        }
        self.validate_namespaces()
    }

    /// The address for a node to listen on; the first node's port is given.
    pub(crate) fn address(&self, port: u16, node: usize) -> Result<SocketAddr, StartError> {
        let found = (self.host.as_str(), port)
            .to_socket_addrs()
            .ok()
            .and_then(|mut found| found.next());
        let Some(mut address) = found else {
            return Err(StartError::Config(format!(
                "host {:?} is not an address of this machine",
                self.host
            )));
        };
        if port != 0 {
            let port = u16::try_from(usize::from(port) + node);
            address.set_port(port.map_err(|_| {
                StartError::Config(format!("there is no port left for node {node}"))
            })?);
        }
        Ok(address)
    }

    fn validate_namespaces(&self) -> Result<(), StartError> {
        let names = &self.namespaces;
        if !(1..=MAX_COUNT).contains(&names.len()) {
            return Err(StartError::Config(format!(
                "there must be 1 to {MAX_COUNT} namespaces, not {}",
                names.len()
            )));
        }
        for (index, name) in names.iter().enumerate() {
            if !is_name(name, 31) {
                let text = format!(
                    "a namespace is 1 to 31 letters, digits, '_', '-' or '.', not {name:?}"
                );
                return Err(StartError::Config(text));
            }
            if names.iter().take(index).any(|other| other == name) {
                return Err(StartError::Config(format!(
                    "namespace {name:?} is given twice"
                )));
            }
        }
        Ok(())
    }
}

fn is_name(name: &str, longest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=longest).contains(&name.len()) && name.bytes().all(allowed)
}
