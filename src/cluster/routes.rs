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

/// Of each namespace and partition, in which regime its master is that.
type Regimes = HashMap<String, Box<[u32]>>;

/// Of each partition of a namespace, the index of a gate: that of its master, and that of the first replica.
struct Holders {
    masters: Box<[u16]>,
    replicas: Box<[u16]>,
}

impl Holders {
    fn nobody() -> Self {
        let nobody = || vec![NOBODY; PARTITIONS].into_boxed_slice();
        Self {
            masters: nobody(),
            replicas: nobody(),
        }
    }
}

/// What is asked of each node: places in a list of what is asked of all.
pub(super) type Shares = Vec<(Arc<Gate>, Vec<usize>)>;

/// A snapshot of the cluster.
pub(super) struct Routes {
    namespaces: HashMap<String, Holders>,
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
            namespaces: HashMap::new(),
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
        let mut regimes = Regimes::new();
        let mut failure = None;
        for ((node, answer), generation) in nodes.into_iter().zip(answers).zip(generations) {
            let index = routes.gates.len() as u16;
            let generation = match answer {
                Ok(answers) => {
                    if let Some(replicas) = answers.get("replicas") {
                        routes.add_owner(index, replicas, &mut regimes);
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
            (Some(error), _) if routes.namespaces.is_empty() => return Err(error.into()),
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
        let fill = |holders: &mut [u16], before: &[u16]| {
            for (holder, former) in holders.iter_mut().zip(before) {
                if *holder == NOBODY
                    && let Some(Some(index)) = indexes.get(usize::from(*former))
                {
                    *holder = *index;
                }
            }
        };
        for (namespace, holders) in &mut self.namespaces {
            if let Some(former) = before.namespaces.get(namespace) {
                fill(&mut holders.masters, &former.masters);
                fill(&mut holders.replicas, &former.replicas);
            }
        }
    }

    /// Reads `ns:regime,count,bitmap of what it is the master of,bitmap of what it is the first replica of,…;…` of one node. Of two that claim a
    /// partition the one of the later regime has it.
    fn add_owner(&mut self, index: u16, replicas: &str, regimes: &mut Regimes) {
        for entry in replicas.split(';').filter(|entry| !entry.is_empty()) {
            let Some((namespace, columns)) = entry.split_once(':') else {
                continue;
            };
            let holders = self
                .namespaces
                .entry(namespace.to_owned())
                .or_insert_with(Holders::nobody);
            let regimes = regimes
                .entry(namespace.to_owned())
                .or_insert_with(|| vec![0; PARTITIONS].into_boxed_slice());
            let mut columns = columns.split(',');
            let regime = columns.next().and_then(|text| text.parse().ok());
            let regime: u32 = regime.unwrap_or(0);
            let mut bitmaps = columns.skip(1).map(|text| STANDARD.decode(text).ok());
            if let Some(mastered) = bitmaps.next().flatten() {
                let masters = holders.masters.iter_mut().zip(regimes);
                for (partition, (master, known)) in masters.enumerate() {
                    if has(&mastered, partition) && (*master == NOBODY || regime >= *known) {
                        (*master, *known) = (index, regime);
                    }
                }
            }
            // Where consistency is strong, only the master knows.
            if let Some(copied) = bitmaps.next().flatten()
                && regime == 0
            {
                for (partition, replica) in holders.replicas.iter_mut().enumerate() {
                    if has(&copied, partition) {
                        *replica = index;
                    }
                }
            }
        }
    }

    /// The gate of the node that holds a record; `None` if the cluster has no such namespace.
    pub(super) fn gate(&self, key: &core::Key) -> Option<Arc<Gate>> {
        let holders = self.namespaces.get(key.namespace())?;
        let owner = self.place_of(&holders.masters, key.partition_id());
        // A partition between two masters: the core will find a replica; any gate bounds it.
        self.gates.get(owner.unwrap_or(0)).map(Arc::clone)
    }

    /// The same, if some node says that it is the master.
    pub(super) fn owner(&self, key: &core::Key) -> Option<Arc<Gate>> {
        self.holder(key, masters)
    }

    /// The gate of the node that a record may be read from as well, if there is one.
    pub(super) fn replica(&self, key: &core::Key) -> Option<Arc<Gate>> {
        self.holder(key, replicas)
    }

    fn holder(&self, key: &core::Key, of: impl Fn(&Holders) -> &[u16]) -> Option<Arc<Gate>> {
        let holders = of(self.namespaces.get(key.namespace())?);
        let place = self.place_of(holders, key.partition_id())?;
        self.gates.get(place).map(Arc::clone)
    }

    /// Where among the gates that of a partition's holder is.
    fn place_of(&self, holders: &[u16], partition: usize) -> Option<usize> {
        let place = usize::from(holders.get(partition).copied()?);
        (place < self.gates.len()).then_some(place)
    }

    /// Which records, or partitions, belong to which node, by their places among those given, as far as we know: only nodes that have some.
    /// What no node claims to be the master of is the first's.
    ///
    /// # Errors
    /// The place of one whose namespace the cluster does not have.
    pub(super) fn shares<'a>(
        &self,
        wanted: impl Iterator<Item = (&'a str, usize)>,
    ) -> std::result::Result<Shares, usize> {
        let mut first_unknown = None;
        let shares = self.share_out(wanted, masters, |place, is_known| {
            if !is_known {
                first_unknown.get_or_insert(place);
            }
            Some(0)
        });
        match first_unknown {
            Some(place) => Err(place),
            None => Ok(shares),
        }
    }

    /// The same, without what no node claims.
    pub(super) fn owned<'a>(&self, wanted: impl Iterator<Item = (&'a str, usize)>) -> Shares {
        self.share_out(wanted, masters, |_, _| None)
    }

    /// Which of them a node has a copy of that it is not the master of.
    pub(super) fn copied<'a>(&self, wanted: impl Iterator<Item = (&'a str, usize)>) -> Shares {
        self.share_out(wanted, replicas, |_, _| None)
    }

    /// `homeless` says whose share something without a master is, by its place and by whether its namespace is known.
    fn share_out<'a>(
        &self,
        wanted: impl Iterator<Item = (&'a str, usize)>,
        of: impl Fn(&Holders) -> &[u16],
        mut homeless: impl FnMut(usize, bool) -> Option<usize>,
    ) -> Shares {
        let mut shares: Vec<_> = self.gates.iter().map(|_| Vec::new()).collect();
        // As a rule they are all of one namespace.
        let mut last: Option<(&str, Option<&[u16]>)> = None;
        for (place, (namespace, partition)) in wanted.enumerate() {
            let holders = match last {
                Some((known, holders)) if known == namespace => holders,
                _ => self.namespaces.get(namespace).map(&of),
            };
            last = Some((namespace, holders));
            let owner = holders.and_then(|holders| self.place_of(holders, partition));
            let owner = owner.or_else(|| homeless(place, holders.is_some()));
            if let Some(share) = owner.and_then(|owner| shares.get_mut(owner)) {
                share.push(place);
            }
        }
        let shares = self.gates.iter().map(Arc::clone).zip(shares);
        shares.filter(|(_, share)| !share.is_empty()).collect()
    }

    /// Whether no node is known.
    pub(super) fn is_empty(&self) -> bool {
        self.gates.is_empty()
    }

    /// Whether the cluster has a namespace of this name.
    pub(super) fn knows(&self, namespace: &str) -> bool {
        self.namespaces.contains_key(namespace)
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

/// Who is the master of each partition.
fn masters(holders: &Holders) -> &[u16] {
    &holders.masters
}

/// Who is the first to have a copy of each.
fn replicas(holders: &Holders) -> &[u16] {
    &holders.replicas
}

/// Whether a bitmap, the first partition in the highest bit of its first byte, has a partition.
fn has(bitmap: &[u8], partition: usize) -> bool {
    let byte = bitmap.get(partition / 8).copied().unwrap_or(0);
    byte & (0x80 >> (partition % 8)) != 0
}
