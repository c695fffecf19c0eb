//! The connected clients of this process, for those who ask how they are.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::switches::{METRICS, any};
use crate::cluster::Cluster;
use crate::cluster::gauges::NodeGauges;
use crate::engine::running;
use crate::fork::PerProcess;

static CLIENTS: PerProcess<Mutex<Vec<Weak<Cluster>>>> = PerProcess::new();

fn clients() -> &'static Mutex<Vec<Weak<Cluster>>> {
    let made = CLIENTS.get_or_try_init(|| Ok::<_, std::convert::Infallible>(Mutex::default()));
    match made {
        Ok(clients) => clients,
        Err(never) => match never {},
    }
}

/// A client has connected.
pub(crate) fn joined(cluster: &Arc<Cluster>) {
    if any(METRICS) {
        cluster.count_connections(true);
    }
    let mut clients = clients().lock();
    clients.retain(|client| client.strong_count() > 0);
    clients.push(Arc::downgrade(cluster));
}

/// Does something with each of them.
fn each(mut work: impl FnMut(&Cluster)) {
    let Some(engine) = running() else { return };
    // This may be the last to let go of one, whose end needs the runtime.
    let _context = engine.reactor.handle().enter();
    let clusters: Vec<_> = clients().lock().iter().filter_map(Weak::upgrade).collect();
    for cluster in &clusters {
        work(cluster);
    }
}

/// Whether the engine counts what becomes of connections.
pub(crate) fn count_connections(on: bool) {
    each(|cluster| cluster.count_connections(on));
}

/// The nodes of all clients; a node of several clients is counted together.
pub(crate) fn nodes() -> Vec<NodeGauges> {
    let mut nodes: Vec<NodeGauges> = Vec::new();
    each(|cluster| {
        for node in cluster.gauges() {
            match nodes.iter_mut().find(|known| known.name == node.name) {
                Some(known) => known.add(&node),
                None => nodes.push(node),
            }
        }
    });
    nodes.sort_by(|one, other| one.name.cmp(&other.name));
    nodes
}

/// How many are connected.
pub(crate) fn count() -> usize {
    let mut count = 0;
    each(|_| count += 1);
    count
}
