//! Which node holds which partition: our own copy of the partition map, since the core keeps its to itself.

use std::collections::HashMap;
use std::sync::Arc;

use aerospike_core as core;
use aerospike_core::policy::AdminPolicy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;

use super::gate::Gate;
use crate::convert::config::Config;
use crate::direct::Dial;
use crate::error::Result;

const PARTITIONS: usize = 4096;
/// A partition nobody claims, for a moment of a migration.
const NOBODY: u16 = u16::MAX;

/// The generation of a node that did not answer: no node has it.
const UNKNOWN: isize = isize::MIN;

/// What is asked of each node: places in a list of what is asked of all.
pub(super) type Shares = Vec<(Arc<Gate>, Vec<usize>)>;

/// A snapshot of the cluster.
pub(super) struct Routes {
    /// Of each namespace and partition, the index of the gate of its master.
    masters: HashMap<String, Box<[u16]>>,
    gates: Vec<Arc<Gate>>,
    /// What each node's partition generation was, in the order of `gates`.
    generations: Vec<isize>,
}

impl Routes {
    /// Asks every node what it holds, all at once. Gates of nodes known before are kept, with those who wait at them. A node that does not
    /// answer holds what it held that nobody else claims, and is asked again next time.
    ///
    /// # Errors
    /// No node answers.
    pub(super) async fn fetch(
        client: &core::Client,
        config: &Config,
        dial: Option<&Arc<Dial>>,
        before: Option<&Self>,
    ) -> Result<Self> {
        let mut routes = Self {
            masters: HashMap::new(),
            gates: Vec::new(),
            generations: Vec::new(),
        };
        let nodes = client.nodes();
        let generations: Vec<_> = nodes
            .iter()
            .map(|node| node.partition_generation())
            .collect();
        let policy = AdminPolicy::default();
        let answers = join_all(nodes.iter().map(|node| node.info(&policy, &["replicas"]))).await;
        let mut failure = None;
        for ((node, answer), generation) in nodes.into_iter().zip(answers).zip(generations) {
            let index = routes.gates.len() as u16;
            let generation = match answer {
                Ok(answers) => {
                    if let Some(replicas) = answers.get("replicas") {
                        routes.add_owner(index, replicas);
                    }
                    generation
                }
                Err(error) => {
                    failure = Some(error);
                    UNKNOWN
                }
            };
            let known = before.and_then(|before| before.gate_of(&node));
            routes.gates.push(
                known.unwrap_or_else(|| Arc::new(Gate::new(node, config, dial.map(Arc::clone)))),
            );
            routes.generations.push(generation);
        }
        match (failure, before) {
            (Some(error), _) if routes.masters.is_empty() => return Err(error.into()),
            (Some(_), Some(before)) => routes.remember(before),
            _ => {}
        }
        Ok(routes)
    }

    /// The gate of a node.
    pub(super) fn gate_of(&self, node: &Arc<core::Node>) -> Option<Arc<Gate>> {
        let is_its = |gate: &&Arc<Gate>| Arc::ptr_eq(gate.node(), node);
        self.gates.iter().find(is_its).map(Arc::clone)
    }

    /// Lets nodes that did not answer have what they had before, where nobody else claims it.
    fn remember(&mut self, before: &Self) {
        let silent = |gate: &Arc<Gate>| {
            let index = self.gates.iter().position(|own| Arc::ptr_eq(own, gate))?;
            (self.generations.get(index) == Some(&UNKNOWN)).then_some(index as u16)
        };
        let indexes: Vec<Option<u16>> = before.gates.iter().map(silent).collect();
        for (namespace, masters) in &mut self.masters {
            let Some(former) = before.masters.get(namespace) else {
                continue;
            };
            for (master, former) in masters.iter_mut().zip(former) {
                if *master == NOBODY
                    && let Some(Some(index)) = indexes.get(usize::from(*former))
                {
                    *master = *index;
                }
            }
        }
    }

    /// Reads `ns:regime,count,master bitmap,…;…` of one node.
    fn add_owner(&mut self, index: u16, replicas: &str) {
        for entry in replicas.split(';').filter(|entry| !entry.is_empty()) {
            let Some((namespace, columns)) = entry.split_once(':') else {
                continue;
            };
            let masters = self
                .masters
                .entry(namespace.to_owned())
                .or_insert_with(|| vec![NOBODY; PARTITIONS].into_boxed_slice());
            let Some(bitmap) = columns
                .split(',')
                .nth(2)
                .and_then(|text| STANDARD.decode(text).ok())
            else {
                continue;
            };
            for (partition, master) in masters.iter_mut().enumerate() {
                let byte = bitmap.get(partition / 8).copied().unwrap_or(0);
                if byte & (0x80 >> (partition % 8)) != 0 {
                    *master = index;
                }
            }
        }
    }

    /// The gate of the node that holds a record; `None` if the cluster has no such namespace.
    pub(super) fn gate(&self, key: &core::Key) -> Option<Arc<Gate>> {
        let masters = self.masters.get(key.namespace())?;
        let place = self.place(masters, key.partition_id());
        self.gates.get(place).map(Arc::clone)
    }

    /// Where among the gates that of a partition is.
    fn place(&self, masters: &[u16], partition: usize) -> usize {
        let master = masters.get(partition).copied();
        let master = usize::from(master.unwrap_or(NOBODY));
        // A partition between two masters: the core will find a replica; any gate bounds it.
        if master < self.gates.len() { master } else { 0 }
    }

    /// Which records, or partitions, belong to which node, by their places among those given, as far as we know: only nodes that have some.
    ///
    /// # Errors
    /// The place of one whose namespace the cluster does not have.
    pub(super) fn shares<'a>(
        &self,
        wanted: impl Iterator<Item = (&'a str, usize)>,
    ) -> std::result::Result<Shares, usize> {
        let mut shares: Vec<_> = self.gates.iter().map(|_| Vec::new()).collect();
        // As a rule they are all of one namespace.
        let mut last: Option<(&str, &[u16])> = None;
        for (place, (namespace, partition)) in wanted.enumerate() {
            let masters = match last {
                Some((known, masters)) if known == namespace => masters,
                _ => self.masters.get(namespace).ok_or(place)?,
            };
            last = Some((namespace, masters));
            if let Some(share) = shares.get_mut(self.place(masters, partition)) {
                share.push(place);
            }
        }
        let shares = self.gates.iter().map(Arc::clone).zip(shares);
        Ok(shares.filter(|(_, share)| !share.is_empty()).collect())
    }

    /// Whether no node is known.
    pub(super) fn is_empty(&self) -> bool {
        self.gates.is_empty()
    }

    /// Whether the cluster has a namespace of this name.
    pub(super) fn knows(&self, namespace: &str) -> bool {
        self.masters.contains_key(namespace)
    }

    /// Whether nodes came or went, or moved partitions.
    pub(super) fn is_stale(&self, client: &core::Client) -> bool {
        let nodes = client.nodes();
        nodes.len() != self.gates.len()
            || self
                .gates
                .iter()
                .zip(&self.generations)
                .any(|(gate, generation)| {
                    !gate.node().is_active() || gate.node().partition_generation() != *generation
                })
    }

    /// Closes what is not the core's.
    pub(super) fn close(&self) {
        for pool in self.gates.iter().filter_map(|gate| gate.pool()) {
            pool.close();
        }
    }

    pub(super) fn follow_connections(&self) {
        for gate in &self.gates {
            gate.follow_connections();
            if let Some(pool) = gate.pool() {
                pool.reap();
            }
        }
    }
}
