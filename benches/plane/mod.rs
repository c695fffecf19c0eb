//! A data plane of our own, as an experiment: single gets and batch reads on a few pipelined connections, beside aerospike-core.
//!
//! ```text
//!  Python call ─ read: Python → digest ─ dispatch ─ bridge ─ line: encode, queue, one write for all that wait
//!                                                              │
//!                       Python object ◄─ python ◄─ bridge ◄────┴ line: read much, hand each message to the first in the queue
//! ```
//!
//! The bridge, the ports, the awaitables and the bounds of a session are those of every other request. The cluster view is the core's: who
//! holds which partition is asked once, when the plane is opened. Replies stay the bytes they came as until the thread that asked makes
//! Python objects of them; rows of an array are written while they are read.
//!
//! What it does not do, and a data plane for users would have to:
//!
//! - no login and no TLS (pipelining over TLS needs a look at an Enterprise server first);
//! - no timeouts, neither total nor of the socket, and no deadline sent to the server;
//! - no retries, no other replica, no reconnecting: a line that broke fails what waits on it and stays broken;
//! - no second look at the partition map; one namespace;
//! - no policies, no filters, no choice of bins, no read modes, no compression, no transactions;
//! - batches share their line with single reads, which wait behind them;
//! - a batch is not cut in pieces: no more than 5,000 rows for a node; one that a node refuses as a whole breaks its line;
//! - errors of the server have a code and no text.

mod line;
mod python;
mod read;

use std::sync::{Arc, OnceLock};

use aerospike_core::{Key, Node};
use pyo3::prelude::*;
use pyo3::types::PyAny;
use pyo3::{PyTraverseError, PyVisit};

use crate::client::BaseClient;
use crate::cluster::{Cluster, Target};
use crate::convert::reply::{Reply, Shape};
use crate::error::{Error, Result};
use crate::ops::Operation;
use line::Line;
pub(crate) use python::{Answer, Form, Reading};

/// The connections of a plane and who holds what.
struct Nodes {
    namespace: String,
    /// Of each node.
    lines: Vec<Vec<Line>>,
    /// Of each partition, the index of its master.
    masters: Box<[u16]>,
}

impl Nodes {
    /// The index of the node that holds a record.
    fn master(&self, digest: &wire::Digest) -> usize {
        let master = self.masters.get(digest.partition()).copied();
        usize::from(master.unwrap_or_default())
    }

    /// The line of a node on which the fewest wait.
    fn line(&self, node: usize) -> Result<&Line> {
        let lines = self.lines.get(node).map_or(&[][..], |lines| lines);
        let line = match lines {
            [line] => Some(line),
            lines => lines.iter().min_by_key(|line| line.waiting()),
        };
        line.ok_or_else(|| Error::client("The plane has no line to this node"))
    }
}

/// Reads past aerospike-core, for whom the experiment measures.
#[pyclass(frozen, module = "aerospike_py._aerospike", name = "_Plane")]
pub(crate) struct Plane {
    client: Py<BaseClient>,
    namespace: String,
    connections: usize,
    nodes: Arc<OnceLock<Arc<Nodes>>>,
}

#[pymethods]
impl Plane {
    #[new]
    #[pyo3(signature = (client, namespace, connections=1))]
    fn new(client: Py<BaseClient>, namespace: String, connections: usize) -> Self {
        Self {
            client,
            namespace,
            connections,
            nodes: Arc::default(),
        }
    }

    /// Opens the lines.
    fn open<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let open = Open {
            namespace: self.namespace.clone(),
            connections: self.connections,
            nodes: Arc::clone(&self.nodes),
        };
        self.client.get().call(py, |_| Ok((open, Shape::Plain)))
    }

    /// Reads one record.
    fn get<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        client.call(py, |_| read::Get::parse(self.nodes()?, key))
    }

    /// Reads many: into a dict, or into an array.
    #[pyo3(signature = (keys, dtype=None))]
    fn batch_read<'py>(
        &self,
        py: Python<'py>,
        keys: &Bound<'py, PyAny>,
        dtype: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        client.call(py, |_| read::Batch::parse(self.nodes()?, keys, dtype))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

impl Plane {
    fn nodes(&self) -> Result<Arc<Nodes>> {
        let nodes = self.nodes.get().map(Arc::clone);
        nodes.ok_or_else(|| Error::client("The plane is not open"))
    }
}

/// Learns who holds what and connects to each.
struct Open {
    namespace: String,
    connections: usize,
    nodes: Arc<OnceLock<Arc<Nodes>>>,
}

impl Operation for Open {
    const NAME: &'static str = "plane_open";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let nodes = cluster.client.nodes();
        let masters = masters(cluster, &self.namespace, &nodes)?;
        let mut lines = Vec::with_capacity(nodes.len());
        for node in &nodes {
            let mut own = Vec::with_capacity(self.connections);
            for _ in 0..self.connections {
                own.push(Line::open(&node.host()).await?);
            }
            lines.push(own);
        }
        // Whoever opened it at the same time has the same.
        let _ = self.nodes.set(Arc::new(Nodes {
            namespace: self.namespace,
            lines,
            masters,
        }));
        Ok(Reply::Nothing)
    }
}

/// Asks for a digest of each partition.
fn masters(cluster: &Cluster, namespace: &str, nodes: &[Arc<Node>]) -> Result<Box<[u16]>> {
    let master = |partition: u16| {
        let mut digest = [0; 20];
        if let Some(place) = digest.first_chunk_mut() {
            *place = partition.to_le_bytes();
        }
        let key = Key::with_digest(namespace, "", None, digest);
        let leave = cluster.gates(Target::Key(&key))?;
        let holds = |node: &Arc<Node>| leave.node().is_some_and(|its| Arc::ptr_eq(its, node));
        let index = nodes.iter().position(holds);
        index
            .map(|index| index as u16)
            .ok_or_else(|| Error::client("A node came or went meanwhile"))
    };
    (0..wire::PARTITIONS as u16).map(master).collect()
}
