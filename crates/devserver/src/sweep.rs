//! Work on whole namespaces: records whose time is over or that were truncated are removed, indexes built and dropped. What goes is
//! invisible already; this frees its memory.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::index::{self, Index};
use crate::server::Shared;
use crate::store::Partition;

/// How many records are looked at before others get their turn. Freeing one takes about a microsecond.
const SLICE: usize = 1000;

pub(crate) async fn run(shared: Arc<Shared>) {
    let period = Duration::from_secs(u64::from(shared.config.sweep_period));
    loop {
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = shared.sweep.notified() => {}
        }
        for namespace in &shared.namespaces {
            let (mut removed, mut looked_at) = (0, 0);
            for partition in namespace.partitions() {
                let (before, gone) = {
                    let mut partition = partition.lock();
                    (
                        partition.len(),
                        partition.sweep(namespace, shared.clock.now()),
                    )
                };
                looked_at += before;
                removed += gone;
                if looked_at >= SLICE {
                    looked_at = 0;
                    tokio::task::yield_now().await;
                }
            }
            if removed > 0 {
                log::debug!("removed {removed} records of namespace {}", namespace.name);
            }
        }
    }
}

/// How many records of a new index are looked at before its maker is answered: so that a small one is ready then.
const AT_ONCE: usize = 20_000;

/// Builds an index of a namespace: a small one at once, the rest of a large one later.
pub(crate) fn plant(shared: &Arc<Shared>, namespace: usize, index: Arc<Index>) {
    let mut looks = 0;
    let mut done = 0;
    for partition in partitions(shared, namespace) {
        if looks >= AT_ONCE {
            break;
        }
        looks += index::build(&index, partition);
        done += 1;
    }
    if index.is_ready() {
        return;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut looks = 0;
        for partition in partitions(&shared, namespace).iter().skip(done) {
            looks += index::build(&index, partition);
            if looks >= SLICE {
                looks = 0;
                tokio::task::yield_now().await;
            }
        }
    });
}

/// Frees a dropped index of a namespace.
pub(crate) fn fell(shared: &Arc<Shared>, namespace: usize, index: Arc<Index>) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        for (at, partition) in partitions(&shared, namespace).iter().enumerate() {
            partition.lock().fell(&index);
            if at % 64 == 63 {
                tokio::task::yield_now().await;
            }
        }
    });
}

fn partitions(shared: &Shared, namespace: usize) -> &[Mutex<Partition>] {
    let namespace = shared.namespaces.get(namespace);
    namespace.map_or(&[], |namespace| namespace.partitions())
}
