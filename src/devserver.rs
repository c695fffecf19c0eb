//! The embedded server, for `aerospike_py.devserver`.

use std::net::SocketAddr;

use devserver::fault::Rule;
use devserver::{ClusterError, Config, Enterprise, Server, StartError, TLS_NAME, Tls, User};
use parking_lot::Mutex;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

#[doc = include_str!("docs/DevServer.md")]
#[pyclass(frozen, module = "aerospike_py._aerospike")]
pub(crate) struct DevServer {
    config: Config,
    server: Mutex<Option<Server>>,
}

/// What `aerospike_py.devserver` passes of the Enterprise edition.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Settings {
    users: Vec<(String, Option<String>, Vec<String>)>,
    session_ttl: i64,
    /// Whether with TLS clients must present a certificate; `None` without TLS.
    mutual_tls: Option<bool>,
    tls_port: i64,
    strong_consistency: bool,
    racks: Vec<i64>,
}

impl Settings {
    fn into_enterprise(self) -> PyResult<Enterprise> {
        let port = within("tls_port", self.tls_port)?;
        Ok(Enterprise {
            users: self
                .users
                .into_iter()
                .map(|(name, password, roles)| User {
                    name,
                    password,
                    roles,
                })
                .collect(),
            session_ttl: within("session_ttl", self.session_ttl)?,
            tls: self.mutual_tls.map(|mutual| Tls { mutual, port }),
            strong_consistency: self.strong_consistency,
            racks: self
                .racks
                .into_iter()
                .map(|rack| within("racks", rack))
                .collect::<PyResult<_>>()?,
        })
    }
}

/// A number in the range of its setting; the server checks what else there is to check.
fn within<T: TryFrom<i64>>(name: &str, number: i64) -> PyResult<T> {
    T::try_from(number)
        .map_err(|_| PyValueError::new_err(format!("{name}: {number} is out of range")))
}

#[pymethods]
impl DevServer {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "as pyo3 extracts it")]
    fn new(
        nodes: i64,
        replication_factor: i64,
        namespaces: Vec<String>,
        default_ttl: i64,
        host: String,
        port: i64,
        cluster_name: Option<String>,
        enterprise: Option<Settings>,
    ) -> PyResult<Self> {
        let (nodes, replication_factor, default_ttl, port) = (
            within("nodes", nodes)?,
            within("replication_factor", replication_factor)?,
            within("default_ttl", default_ttl)?,
            within("port", port)?,
        );
        let config = Config {
            host,
            port,
            nodes,
            replication_factor,
            namespaces,
            default_ttl,
            cluster_name,
            enterprise: enterprise.map(Settings::into_enterprise).transpose()?,
            ..Config::default()
        };
        config
            .validate()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            config,
            server: Mutex::new(None),
        })
    }

    #[doc = include_str!("docs/DevServer.hosts.md")]
    #[getter]
    fn hosts(&self) -> Vec<(String, u16)> {
        let named = |address: SocketAddr| (address.ip().to_string(), address.port());
        match &*self.server.lock() {
            Some(server) => server.hosts().into_iter().map(named).collect(),
            None => Vec::new(),
        }
    }

    #[doc = include_str!("docs/DevServer.tls_hosts.md")]
    #[getter]
    fn tls_hosts(&self) -> Vec<(String, u16, &'static str)> {
        let named = |address: SocketAddr| (address.ip().to_string(), address.port(), TLS_NAME);
        match &*self.server.lock() {
            Some(server) => server.tls_hosts().into_iter().map(named).collect(),
            None => Vec::new(),
        }
    }

    #[doc = include_str!("docs/DevServer.ca_pem.md")]
    #[getter]
    fn ca_pem(&self) -> Option<String> {
        self.server.lock().as_ref().and_then(Server::ca_pem)
    }

    #[doc = include_str!("docs/DevServer.client_certificate.md")]
    fn client_certificate(&self, name: &str) -> PyResult<(String, String)> {
        let issued = self
            .running(|server| server.client_certificate(name))?
            .map_err(|error| PyOSError::new_err(error.to_string()))?;
        Ok((issued.certificate, issued.key))
    }

    #[doc = include_str!("docs/DevServer.start.md")]
    fn start(&self, py: Python<'_>) -> PyResult<()> {
        // Without the interpreter: another thread may hold the lock and wait for it.
        py.detach(|| {
            let mut server = self.server.lock();
            if server.is_none() {
                *server = Some(Server::start(self.config.clone())?);
            }
            Ok(())
        })
        .map_err(|error: StartError| PyOSError::new_err(error.to_string()))
    }

    #[doc = include_str!("docs/DevServer.stop.md")]
    fn stop(&self, py: Python<'_>) {
        py.detach(|| {
            let server = self.server.lock().take();
            drop(server);
        });
    }

    #[doc = include_str!("docs/DevServer.inject.md")]
    #[expect(clippy::needless_pass_by_value, reason = "as pyo3 extracts it")]
    fn inject(&self, rule: Vec<(String, String)>) -> PyResult<Fault> {
        let pairs = rule
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let rule = Rule::parse(pairs).map_err(PyValueError::new_err)?;
        self.running(|server| Fault(server.inject(rule)))
    }

    #[doc = include_str!("docs/DevServer.clear_faults.md")]
    fn clear_faults(&self) -> PyResult<()> {
        self.running(Server::clear_faults)
    }

    #[doc = include_str!("docs/DevServer.freeze.md")]
    fn freeze(&self, node: i64) -> PyResult<()> {
        self.change(node, Server::freeze)
    }

    #[doc = include_str!("docs/DevServer.thaw.md")]
    fn thaw(&self, node: i64) -> PyResult<()> {
        self.change(node, Server::thaw)
    }

    #[doc = include_str!("docs/DevServer.stop_node.md")]
    fn stop_node(&self, py: Python<'_>, node: i64) -> PyResult<()> {
        py.detach(|| self.change(node, Server::stop_node))
    }

    #[doc = include_str!("docs/DevServer.kill_node.md")]
    fn kill_node(&self, py: Python<'_>, node: i64) -> PyResult<()> {
        py.detach(|| self.change(node, Server::kill_node))
    }

    #[doc = include_str!("docs/DevServer.start_node.md")]
    fn start_node(&self, py: Python<'_>, node: i64) -> PyResult<()> {
        py.detach(|| self.change(node, Server::start_node))
    }

    #[doc = include_str!("docs/DevServer.add_node.md")]
    fn add_node(&self) -> PyResult<usize> {
        self.running(Server::add_node)?.map_err(refused)
    }

    #[doc = include_str!("docs/DevServer.move_partitions.md")]
    #[expect(clippy::needless_pass_by_value, reason = "as pyo3 extracts it")]
    fn move_partitions(&self, partitions: Vec<i64>, node: i64) -> PyResult<()> {
        let partitions = partitions.iter().map(|id| within("partitions", *id));
        let partitions = partitions.collect::<PyResult<Vec<usize>>>()?;
        self.change(node, |server, node| {
            server.move_partitions(&partitions, node)
        })
    }

    #[doc = include_str!("docs/DevServer.set_rack.md")]
    fn set_rack(&self, node: i64, rack: i64) -> PyResult<()> {
        let rack = within("rack", rack)?;
        self.change(node, |server, node| server.set_rack(node, rack))
    }

    #[doc = include_str!("docs/DevServer.advance.md")]
    fn advance(&self, seconds: f64) -> PyResult<()> {
        if !(seconds >= 0.0 && seconds.is_finite()) {
            return Err(PyValueError::new_err(format!(
                "the clock cannot be moved by {seconds} s"
            )));
        }
        if let Some(server) = &*self.server.lock() {
            // The server's clock counts seconds; a part of one must not be nothing.
            server.advance(seconds.ceil() as u64);
        }
        Ok(())
    }
}

impl DevServer {
    /// Does something with the server, if it runs.
    fn running<R>(&self, what: impl FnOnce(&Server) -> R) -> PyResult<R> {
        let server = self.server.lock();
        let server = server.as_ref();
        server
            .map(what)
            .ok_or_else(|| PyOSError::new_err("the server does not run"))
    }

    /// Does something with a node, if the server runs.
    fn change(
        &self,
        node: i64,
        what: impl FnOnce(&Server, usize) -> Result<(), ClusterError>,
    ) -> PyResult<()> {
        let node = within("node", node)?;
        self.running(|server| what(server, node))?.map_err(refused)
    }
}

/// Why a cluster was not changed.
fn refused(error: ClusterError) -> PyErr {
    match error {
        ClusterError::Listen(text) => PyOSError::new_err(text),
        ClusterError::Stopped => PyOSError::new_err(ClusterError::Stopped.to_string()),
        other => PyValueError::new_err(other.to_string()),
    }
}

#[doc = include_str!("docs/Fault.md")]
#[pyclass(frozen, module = "aerospike_py._aerospike")]
pub(crate) struct Fault(devserver::Fault);

#[pymethods]
impl Fault {
    #[doc = include_str!("docs/Fault.hits.md")]
    #[getter]
    fn hits(&self) -> u64 {
        self.0.hits()
    }

    #[doc = include_str!("docs/Fault.remove.md")]
    fn remove(&self) {
        self.0.remove();
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __exit__(
        &self,
        _kind: Option<Bound<'_, PyAny>>,
        _error: Option<Bound<'_, PyAny>>,
        _traceback: Option<Bound<'_, PyAny>>,
    ) {
        self.0.remove();
    }

    fn __repr__(&self) -> String {
        format!("<Fault, {} hits>", self.0.hits())
    }
}
