//! Nodes that go, come back and join while the server runs.
//!
//! The cluster changes first and the ports follow, so that whoever a node turns away is told the truth by the others. Whoever asks by an
//! info command is on a thread that serves, and does not wait for the ports.

use std::sync::Arc;

use crate::ClusterError;
use crate::cluster::Ending;
use crate::config::MAX_COUNT;
use crate::port::{Pending, Ports};
use crate::server::Shared;

impl Shared {
    /// A node goes; one that is down already stays so.
    pub(crate) fn end_node(&self, node: usize, ending: Ending) -> Result<Pending, ClusterError> {
        let nodes = self.nodes.lock();
        if !self.cluster.leave(node, ending)? {
            return Ok(Pending::default());
        }
        self.jobs.abort_all(node);
        nodes
            .get(node)
            .map_or_else(|| Ok(Pending::default()), |ports| ports.close(ending))
    }

    /// A node comes back; one that is up stays so.
    pub(crate) fn start_node(&self, node: usize) -> Result<Pending, ClusterError> {
        let nodes = self.nodes.lock();
        if !self.cluster.join(node)? {
            return Ok(Pending::default());
        }
        // A process that is started anew is not frozen.
        self.faults.thaw(node);
        nodes
            .get(node)
            .map_or_else(|| Ok(Pending::default()), Ports::open)
    }

    /// A new node joins. Gives its index.
    pub(crate) fn add_node(self: &Arc<Self>) -> Result<usize, ClusterError> {
        let mut nodes = self.nodes.lock();
        let node = nodes.len();
        if node == MAX_COUNT {
            return Err(ClusterError::TooManyNodes(node));
        }
        let ports = Ports::listen(&self.config, node)
            .map_err(|error| ClusterError::Listen(error.to_string()))?;
        self.cluster.add(&ports.node(&self.config, node));
        nodes.push(ports.serve(node, self));
        Ok(node)
    }
}
