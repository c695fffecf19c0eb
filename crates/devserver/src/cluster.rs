//! The nodes of a cluster and which partition each of them owns: views that replace each other.
//!
//! All nodes serve one store. Ownership only decides what `replicas` says, which partitions a scan finds on a node, and which records
//! nobody has, so that a change moves no data and is over at once.

mod owners;
mod view;

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use wire::PARTITIONS;

pub(crate) use self::view::{Node, View};

/// Why a cluster was not changed, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No node has this index.
    #[error("there is no node {node}: they are counted from 0, and there are {nodes}")]
    NoSuchNode {
        /// The index.
        node: usize,
        /// How many nodes there are.
        nodes: usize,
    },
    /// No partition has this number.
    #[error("there is no partition {0}: they are 0 to 4095")]
    NoSuchPartition(usize),
    /// Racks are a feature of the Enterprise edition.
    #[error("the server is not of the Enterprise edition, which alone has racks")]
    NoRacks,
    /// There are as many nodes as there can be.
    #[error("there are {0} nodes already, and no more make sense")]
    TooManyNodes(usize),
    /// A node cannot listen.
    #[error("{0}")]
    Listen(String),
    /// The whole server has stopped.
    #[error("the server has stopped")]
    Stopped,
}

/// How a node goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was asked to.
    Stop,
    /// As if its machine had died.
    Kill,
}

/// The cluster as it is now.
#[derive(Debug)]
pub(crate) struct Cluster(ArcSwap<View>);

impl Cluster {
    pub(crate) fn new(view: View) -> Self {
        Self(ArcSwap::from_pointee(view))
    }

    /// What a request sees: it does not change under it.
    pub(crate) fn view(&self) -> Guard<Arc<View>> {
        self.0.load()
    }

    /// Makes a node the master of partitions.
    pub(crate) fn move_partitions(
        &self,
        partitions: &[usize],
        node: usize,
    ) -> Result<(), ClusterError> {
        self.check(node)?;
        if let Some(id) = partitions.iter().find(|id| **id >= PARTITIONS) {
            return Err(ClusterError::NoSuchPartition(*id));
        }
        self.change(|view| view.move_partitions(partitions, node));
        Ok(())
    }

    /// Puts a node into a rack.
    pub(crate) fn set_rack(&self, node: usize, rack: u32) -> Result<(), ClusterError> {
        self.check(node)?;
        self.change(|view| view.set_rack(node, rack));
        Ok(())
    }

    /// A node goes. Says whether it was there.
    pub(crate) fn leave(&self, node: usize, ending: Ending) -> Result<bool, ClusterError> {
        self.check(node)?;
        let was_up = self.view().is_up(node);
        if was_up {
            self.change(|view| view.leave(node, ending));
        }
        Ok(was_up)
    }

    /// A node comes back. Says whether it was away.
    pub(crate) fn join(&self, node: usize) -> Result<bool, ClusterError> {
        self.check(node)?;
        let was_down = !self.view().is_up(node);
        if was_down {
            self.change(|view| view.join(node));
        }
        Ok(was_down)
    }

    /// A new node joins.
    pub(crate) fn add(&self, node: &Node) {
        self.change(|view| view.add(node.clone()));
    }

    /// Refuses the index of a node that there is not.
    pub(crate) fn check(&self, node: usize) -> Result<(), ClusterError> {
        let nodes = self.view().nodes.len();
        if node < nodes {
            Ok(())
        } else {
            Err(ClusterError::NoSuchNode { node, nodes })
        }
    }

    fn change(&self, change: impl Fn(&mut View)) {
        self.0.rcu(|view| {
            let mut next = View::clone(view);
            change(&mut next);
            next
        });
    }
}
