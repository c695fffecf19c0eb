//! How the nodes of a cluster are, as seen from this client.

use std::sync::Arc;

use aerospike_core::metrics::MetricsPolicy;
use aerospike_core::{Node, Sampler};

use super::Cluster;

/// One node. Counts are since metrics were switched on.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeGauges {
    pub(crate) name: String,
    pub(crate) address: String,
    /// Connections: all, those a request uses, those that wait for one.
    pub(crate) open: u64,
    pub(crate) in_use: u64,
    pub(crate) idle: u64,
    pub(crate) opened: u64,
    pub(crate) closed: u64,
    pub(crate) failed: u64,
    /// Closed because something went wrong on them: the attempt was lost, and as a rule there was another.
    pub(crate) broken: u64,
    /// How many requests may be sent at once, and how many wait for leave.
    pub(crate) permits: u64,
    pub(crate) waiting: u64,
    /// Errors in the present window, and requests refused because there were too many.
    pub(crate) error_rate: u64,
    pub(crate) circuit_breaker_hits: u64,
    /// Looks at the node, and those that failed.
    pub(crate) tends: u64,
    pub(crate) tends_failed: u64,
}

impl NodeGauges {
    /// The same node, as another client sees it.
    pub(crate) fn add(&mut self, other: &Self) {
        let mut theirs = other.clone();
        for ((_, ours), (_, theirs)) in self.numbers_mut().into_iter().zip(theirs.numbers_mut()) {
            *ours += *theirs;
        }
    }

    /// Every number and its name.
    pub(crate) fn numbers_mut(&mut self) -> [(&'static str, &mut u64); 13] {
        [
            ("connections_open", &mut self.open),
            ("connections_in_use", &mut self.in_use),
            ("connections_idle", &mut self.idle),
            ("connections_opened", &mut self.opened),
            ("connections_closed", &mut self.closed),
            ("connections_failed", &mut self.failed),
            ("connections_broken", &mut self.broken),
            ("permits", &mut self.permits),
            ("waiting", &mut self.waiting),
            ("error_rate", &mut self.error_rate),
            ("circuit_breaker_hits", &mut self.circuit_breaker_hits),
            ("tends", &mut self.tends),
            ("tends_failed", &mut self.tends_failed),
        ]
    }
}

impl Cluster {
    /// Lets the engine count what becomes of connections, but nothing of each request, which takes it a microsecond. So its own count
    /// of retries is not to be had.
    pub(crate) fn count_connections(&self, on: bool) {
        if on {
            self.client.enable_metrics(MetricsPolicy {
                operational: true,
                sampler: Sampler::never(),
                ..MetricsPolicy::default()
            });
        } else {
            self.client.disable_metrics();
        }
    }

    /// Every node the client knows now.
    pub(crate) fn gauges(&self) -> Vec<NodeGauges> {
        let metrics = self.client.metrics();
        let routes = self.routes.load();
        let gauges = |node: &Arc<Node>| {
            let pool = node.pool_gauges();
            let mut gauges = NodeGauges {
                name: node.name().to_owned(),
                address: node.address().to_owned(),
                open: pool.total,
                in_use: pool.in_use(),
                idle: pool.in_pool,
                error_rate: node.error_rate_count() as u64,
                ..NodeGauges::default()
            };
            if let Some(counted) = metrics.nodes.get(&node.host().to_string()) {
                let counted = &counted.counters;
                gauges.opened = counted.connections_successful;
                gauges.closed = counted.connections_closed;
                gauges.failed = counted.connections_failed;
                gauges.broken = counted.connections_closed_error;
                gauges.circuit_breaker_hits = counted.circuit_breaker_hits;
                gauges.tends = counted.tends_total;
                gauges.tends_failed = counted.tends_failed;
            }
            if let Some(gate) = routes.gate_of(node) {
                gauges.permits = gate.granted() as u64;
                gauges.waiting = gate.waiting() as u64;
                if let Some(pool) = gate.pool() {
                    let (open, idle) = pool.counts();
                    gauges.open += open as u64;
                    gauges.idle += idle as u64;
                    gauges.in_use += (open - idle) as u64;
                    let [opened, failed, broken, closed] = pool.history();
                    gauges.opened += opened;
                    gauges.failed += failed;
                    gauges.broken += broken;
                    gauges.closed += closed;
                }
            }
            gauges
        };
        let nodes = self.client.nodes();
        nodes.iter().map(gauges).collect()
    }
}
