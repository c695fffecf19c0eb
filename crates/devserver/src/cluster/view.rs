//! A cluster at one moment, as its nodes tell it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::PARTITIONS;

use super::owners::Owners;
use crate::store::Namespace;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The name clients know it by: a 64-bit number in hex.
    pub(crate) name: String,
    /// Where clients reach it.
    pub(crate) address: SocketAddr,
    /// Where clients reach it with TLS.
    pub(crate) tls_address: Option<SocketAddr>,
    pub(crate) rack: u32,
}

impl Node {
    /// A node that listens on this address, and with TLS on that.
    pub(crate) fn new(
        index: usize,
        listening: SocketAddr,
        tls: Option<SocketAddr>,
        rack: u32,
    ) -> Self {
        Self {
            name: format!(
                "{:X}",
                0x0BB9_0000_0000_0000 | u64::from(listening.port()) << 16 | (index as u64 + 1)
            ),
            address: reachable(listening),
            tls_address: tls.map(reachable),
            rack,
        }
    }
}

/// Clients ask for the generations again and again, and for what one is of when it has changed.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) nodes: Vec<Node>,
    /// On how many nodes a partition is; no more than there are nodes.
    pub(crate) replication_factor: usize,
    /// Names the nodes that are together; equal on all of them.
    pub(crate) key: u64,
    /// Of the nodes and their addresses, which stay.
    pub(crate) peers_generation: u32,
    /// Of the owners of partitions.
    pub(crate) partition_generation: u32,
    /// Of the racks.
    pub(crate) rebalance_generation: u32,
    /// Partitions that were moved, and the node each was moved to.
    masters: BTreeMap<usize, usize>,
    owners: Owners,
}

impl View {
    pub(crate) fn new(nodes: Vec<Node>, replication_factor: usize) -> Self {
        let first_port = nodes.first().map_or(0, |node| node.address.port());
        let replication_factor = replication_factor.min(nodes.len());
        let masters = BTreeMap::new();
        Self {
            owners: Owners::new(&nodes, replication_factor, &masters),
            nodes,
            replication_factor,
            key: 0x00C1_0000_0000_0001 | u64::from(first_port) << 16,
            peers_generation: 1,
            partition_generation: 1,
            rebalance_generation: 1,
            masters,
        }
    }

    pub(super) fn move_partitions(&mut self, partitions: &[usize], node: usize) {
        self.masters.extend(partitions.iter().map(|id| (*id, node)));
        self.rebalance();
    }

    pub(super) fn set_rack(&mut self, node: usize, rack: u32) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.rack = rack;
        }
        self.rebalance();
    }

    fn rebalance(&mut self) {
        self.owners = Owners::new(&self.nodes, self.replication_factor, &self.masters);
        self.partition_generation += 1;
        self.rebalance_generation += 1;
    }

    /// The nodes but one.
    fn others(&self, node: usize) -> impl Iterator<Item = &Node> {
        let others = self.nodes.iter().enumerate();
        others
            .filter(move |(index, _)| *index != node)
            .map(|(_, other)| other)
    }

    /// Whether a node is a partition's master (`replica` 0) or one of its replicas.
    pub(crate) fn owns(&self, node: usize, partition: usize, replica: usize) -> bool {
        self.owners.of(partition, replica) == Some(node)
    }

    /// Whether a node has a copy of a partition, the master's or another.
    pub(crate) fn holds(&self, node: usize, partition: usize) -> bool {
        (0..self.replication_factor).any(|replica| self.owns(node, partition, replica))
    }

    /// The partitions a node is the master of.
    pub(crate) fn owned(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..PARTITIONS).filter(move |id| self.owns(node, *id, 0))
    }

    /// The value of `peers-clear-std`.
    pub(crate) fn peers(&self, node: usize) -> String {
        let peers: Vec<String> = self
            .others(node)
            .map(|peer| format!("[{},,[{}]]", peer.name, peer.address))
            .collect();
        format!("{},3000,[{}]", self.peers_generation, peers.join(","))
    }

    /// The value of `services`: the addresses of the others.
    pub(crate) fn services(&self, node: usize) -> String {
        let others: Vec<String> = self
            .others(node)
            .map(|other| other.address.to_string())
            .collect();
        others.join(";")
    }

    /// The value of `peers-tls-std`: the peers that listen with TLS, and the name in their certificates.
    pub(crate) fn tls_peers(&self, node: usize, name: &str) -> String {
        let peers: Vec<String> = self
            .others(node)
            .filter_map(|peer| Some((&peer.name, peer.tls_address?)))
            .map(|(peer, address)| format!("[{peer},{name},[{address}]]"))
            .collect();
        format!("{},4333,[{}]", self.peers_generation, peers.join(","))
    }

    /// The value of `replicas` for one namespace: what the node owns, a bitmap for each replica.
    pub(crate) fn replicas(&self, node: usize, namespace: &Namespace) -> String {
        // A regime other than 0 tells clients of strong consistency.
        let regime = u8::from(namespace.is_strong());
        let mut text = format!("{}:{regime},{}", namespace.name, self.replication_factor);
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
fn reachable(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}
