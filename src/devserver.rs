//! The embedded server, for `aerospike_py.devserver`.

use std::net::SocketAddr;

use devserver::{Config, Server, StartError};
use parking_lot::Mutex;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

#[doc = include_str!("docs/DevServer.md")]
#[pyclass(frozen, module = "aerospike_py._aerospike")]
pub(crate) struct DevServer {
    config: Config,
    server: Mutex<Option<Server>>,
}

/// A number in the range of its setting; the server checks what else there is to check.
fn within<T: TryFrom<i64>>(name: &str, number: i64) -> PyResult<T> {
    T::try_from(number)
        .map_err(|_| PyValueError::new_err(format!("{name}: {number} is out of range")))
}

#[pymethods]
impl DevServer {
    #[new]
    fn new(
        nodes: i64,
        namespaces: Vec<String>,
        default_ttl: i64,
        host: String,
        port: i64,
        cluster_name: Option<String>,
    ) -> PyResult<Self> {
        let (nodes, default_ttl, port) = (
            within("nodes", nodes)?,
            within("default_ttl", default_ttl)?,
            within("port", port)?,
        );
        let config = Config {
            host,
            port,
            nodes,
            namespaces,
            default_ttl,
            cluster_name,
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
