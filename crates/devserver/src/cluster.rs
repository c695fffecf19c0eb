//! The nodes of a cluster and which partition each of them owns.
//!
//! All nodes serve one store. Ownership only decides what `replicas` says and which partitions a scan finds on a node.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::PARTITIONS;

/// Raised on a change of peers, and of partitions; nothing changes yet.
pub(crate) const GENERATION: u32 = 1;

#[derive(Debug)]
pub(crate) struct Node {
    /// The name clients know it by: a 64-bit number in hex.
    pub(crate) name: String,
    /// Where clients reach it.
    pub(crate) address: SocketAddr,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    pub(crate) replication_factor: usize,
    /// Changes with every change of the cluster; equal on all nodes.
    pub(crate) key: u64,
}

impl Cluster {
    /// A cluster of nodes that listen on these addresses.
    pub(crate) fn new(listening: &[SocketAddr], replication_factor: usize) -> Self {
        let node = |(index, address): (usize, &SocketAddr)| Node {
            name: format!(
                "{:X}",
                0x0BB9_0000_0000_0000 | u64::from(address.port()) << 16 | (index as u64 + 1)
            ),
            address: SocketAddr::new(reachable(address.ip()), address.port()),
        };
        let nodes: Vec<Node> = listening.iter().enumerate().map(node).collect();
        let first_port = nodes.first().map_or(0, |node| node.address.port());
        Self {
            replication_factor: replication_factor.min(nodes.len()),
            nodes,
            key: 0x00C1_0000_0000_0001 | u64::from(first_port) << 16,
        }
    }

    /// Whether a node is a partition's master (`replica` 0) or one of its replicas.
    pub(crate) fn owns(&self, node: usize, partition: usize, replica: usize) -> bool {
        replica < self.replication_factor && (partition + replica) % self.nodes.len() == node
    }

    /// The partitions a node is the master of.
    pub(crate) fn owned(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..PARTITIONS).filter(move |id| self.owns(node, *id, 0))
    }

    /// The value of `peers-clear-std`.
    pub(crate) fn peers(&self, node: usize) -> String {
        let peers = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != node);
        let peers: Vec<String> = peers
            .map(|(_, peer)| format!("[{},,[{}]]", peer.name, peer.address))
            .collect();
        format!("{GENERATION},3000,[{}]", peers.join(","))
    }

    /// The value of `replicas` for one namespace: what the node owns, a bitmap for each replica.
    pub(crate) fn replicas(&self, node: usize, namespace: &str) -> String {
        let mut text = format!("{namespace}:0,{}", self.replication_factor);
        for replica in 0..self.replication_factor {
            let _ = write!(text, ",{}", self.bitmap(node, replica));
        }
        text
    }

    /// The partitions a node owns as this replica, a bit for each, in base64.
    pub(crate) fn bitmap(&self, node: usize, replica: usize) -> String {
        let byte = |index: usize| {
            let owned = |bit: &usize| self.owns(node, index * 8 + bit, replica);
            (0..8)
                .filter(owned)
                .fold(0u8, |byte, bit| byte | 0x80 >> bit)
        };
        STANDARD.encode((0..PARTITIONS / 8).map(byte).collect::<Vec<u8>>())
    }
}

/// An address clients can connect to: one that listens everywhere is told as loopback.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}
