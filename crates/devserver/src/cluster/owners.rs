//! Which nodes hold which partition.

use std::collections::BTreeMap;

use wire::PARTITIONS;

use super::view::Node;

/// The nodes of every partition, its master first.
///
/// The nodes take turns as masters, and those behind a master hold its copies. A partition that was moved has its new master first and
/// the others in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    copies: usize,
    /// `copies` nodes for each partition.
    nodes: Vec<usize>,
}

impl Owners {
    /// The owners of as many copies; `masters` are the partitions that were moved.
    pub(super) fn new(nodes: &[Node], copies: usize, masters: &BTreeMap<usize, usize>) -> Self {
        let ranked = (0..PARTITIONS).flat_map(|id| {
            let mut ranked = ranking(nodes, id);
            if let Some(at) = masters
                .get(&id)
                .and_then(|master| ranked.iter().position(|node| node == master))
            {
                // The one that was moved to comes first, the others stay in their order.
                ranked.get_mut(..=at).unwrap_or_default().rotate_right(1);
            }
            spread(nodes, ranked, copies)
        });
        Self {
            copies,
            nodes: ranked.collect(),
        }
    }

    /// The node that holds a copy of a partition.
    pub(super) fn of(&self, partition: usize, copy: usize) -> Option<usize> {
        let at = partition * self.copies + copy;
        self.nodes.get(at).copied().filter(|_| copy < self.copies)
    }
}

/// The nodes, the most wanted for this partition first.
fn ranking(nodes: &[Node], partition: usize) -> Vec<usize> {
    (0..nodes.len())
        .map(|turn| (partition + turn) % nodes.len())
        .collect()
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
