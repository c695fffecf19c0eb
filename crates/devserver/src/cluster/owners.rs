//! Which nodes hold which partition.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use wire::PARTITIONS;

use super::view::Node;

/// The nodes of every partition, its master first.
///
/// Each partition ranks the nodes by rendezvous hashing, so that a node that leaves moves its own partitions alone, and one that comes
/// back gets the same ones. A partition that was moved has its new master first and the others in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    copies: usize,
    /// `copies` nodes for each partition; none for one that is away.
    nodes: Vec<Option<usize>>,
}

impl Owners {
    /// The owners of as many copies. `masters` are the partitions that were moved, `away` are those whose copies are all with nodes that
    /// are down.
    pub(super) fn new(
        nodes: &[Node],
        copies: usize,
        masters: &BTreeMap<usize, usize>,
        away: &BTreeMap<usize, usize>,
    ) -> Self {
        let chosen = |id: usize| {
            if away.contains_key(&id) {
                return vec![None; copies];
            }
            let mut ranked = ranking(nodes, id);
            if let Some(at) = masters
                .get(&id)
                .and_then(|master| ranked.iter().position(|node| node == master))
            {
                // The one that was moved to comes first, the others stay in their order.
                ranked.get_mut(..=at).unwrap_or_default().rotate_right(1);
            }
            let chosen = spread(nodes, ranked, copies);
            chosen.into_iter().map(Some).collect()
        };
        Self {
            copies,
            nodes: (0..PARTITIONS).flat_map(chosen).collect(),
        }
    }

    /// The node that holds a copy of a partition.
    pub(super) fn of(&self, partition: usize, copy: usize) -> Option<usize> {
        let at = partition * self.copies + copy;
        self.nodes
            .get(at)
            .copied()
            .flatten()
            .filter(|_| copy < self.copies)
    }
}

/// The nodes that are up, the most wanted for this partition first.
fn ranking(nodes: &[Node], partition: usize) -> Vec<usize> {
    let mut up: Vec<usize> = (0..nodes.len())
        .filter(|index| nodes.get(*index).is_some_and(|node| node.is_up))
        .collect();
    up.sort_by_cached_key(|node| Reverse(weight(*node, partition)));
    up
}

/// How much a partition wants a node: by their numbers alone, so that every run of a test has the same owners.
///
/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014), whose output is as good as random for inputs that differ in one bit.
const fn weight(node: usize, partition: usize) -> u64 {
    let mixed = ((node as u64 + 1) << 32 | partition as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// The first nodes of a ranking; each copy in a rack that has none yet, while there is one.
fn spread(nodes: &[Node], mut ranked: Vec<usize>, copies: usize) -> Vec<usize> {
    let rack = |index: &usize| nodes.get(*index).map(|node| node.rack);
    let mut chosen: Vec<usize> = Vec::with_capacity(copies);
    while chosen.len() < copies && !ranked.is_empty() {
        let is_elsewhere = |node: &usize| chosen.iter().all(|other| rack(other) != rack(node));
        let next = ranked.iter().position(is_elsewhere).unwrap_or(0);
        chosen.push(ranked.remove(next));
    }
    chosen
}
