//! A cluster at one moment, as its nodes tell it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::PARTITIONS;

use super::Ending;
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
    /// Whether it is a member of the cluster. One that is not serves nobody.
    pub(crate) is_up: bool,
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
            is_up: true,
        }
    }
}

/// Clients ask for the generations again and again, and for what one is of when it has changed.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Those that were ever there: a node that is down keeps its place.
    pub(crate) nodes: Vec<Node>,
    /// On how many nodes a partition is; no more than there are members.
    pub(crate) replication_factor: usize,
    /// On how many it should be.
    wanted_copies: usize,
    /// Of the members.
    pub(crate) peers_generation: u32,
    /// Of the owners of partitions.
    pub(crate) partition_generation: u32,
    /// Of the racks.
    pub(crate) rebalance_generation: u32,
    /// Partitions that were moved, and the node each was moved to.
    masters: BTreeMap<usize, usize>,
    /// Partitions that nobody has, and the node that is down with their last copy.
    away: BTreeMap<usize, usize>,
    owners: Owners,
}

impl View {
    pub(crate) fn new(nodes: Vec<Node>, replication_factor: usize) -> Self {
        let mut view = Self {
            nodes,
            replication_factor,
            wanted_copies: replication_factor,
            peers_generation: 0,
            partition_generation: 0,
            rebalance_generation: 0,
            masters: BTreeMap::new(),
            away: BTreeMap::new(),
            owners: Owners::default(),
        };
        view.regroup();
        view
    }

    /// The nodes that are up.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_up)
    }

    /// How many nodes are up.
    pub(crate) fn size(&self) -> usize {
        self.members().count()
    }

    /// Names the nodes that are together now; equal on all of them.
    pub(crate) fn key(&self) -> u64 {
        let first_port = self.nodes.first().map_or(0, |node| node.address.port());
        let generation = u64::from(self.peers_generation & 0xFFFF);
        0x00C1_0000_0000_0000 | u64::from(first_port) << 16 | generation
    }

    pub(super) fn is_up(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|node| node.is_up)
    }

    /// A node is no member any more. One that was asked to leave hands its partitions over first; one that was killed takes those with it
    /// whose only copy it has, and so does the last of all.
    pub(super) fn leave(&mut self, node: usize, ending: Ending) {
        self.set_up(node, false);
        if ending == Ending::Kill || self.size() == 0 {
            let owners = &self.owners;
            let is_alone =
                |id: &usize| owners.of(*id, 0) == Some(node) && owners.of(*id, 1).is_none();
            let lost = (0..PARTITIONS).filter(is_alone).map(|id| (id, node));
            self.away.extend(lost);
        }
        self.regroup();
    }

    /// A node is a member again, with what it took away.
    pub(super) fn join(&mut self, node: usize) {
        self.set_up(node, true);
        self.away.retain(|_, holder| *holder != node);
        self.regroup();
    }

    pub(super) fn add(&mut self, node: Node) {
        self.nodes.push(node);
        self.regroup();
    }

    fn set_up(&mut self, node: usize, is_up: bool) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.is_up = is_up;
        }
    }

    fn regroup(&mut self) {
        self.peers_generation += 1;
        self.replication_factor = self.wanted_copies.min(self.size());
        self.rebalance();
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
        self.owners = Owners::new(
            &self.nodes,
            self.replication_factor,
            &self.masters,
            &self.away,
        );
        self.partition_generation += 1;
        self.rebalance_generation += 1;
    }

    /// The members but one.
    fn others(&self, node: usize) -> impl Iterator<Item = &Node> {
        let others = self.nodes.iter().enumerate();
        others
            .filter(move |(index, other)| *index != node && other.is_up)
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

    /// Whether some node has a partition.
    pub(crate) fn has(&self, partition: usize) -> bool {
        self.owners.of(partition, 0).is_some()
    }

    /// How many partitions no node has.
    pub(crate) fn unavailable(&self) -> usize {
        self.away.len()
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
        // A regime other than 0 tells clients of strong consistency; of two that claim a partition they believe the higher.
        let regime = if namespace.is_strong() {
            self.partition_generation
        } else {
            0
        };
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
