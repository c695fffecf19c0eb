//! Removes records whose time is over or that were truncated. They are invisible already; this frees their memory.

use std::sync::Arc;
use std::time::Duration;

use crate::server::Shared;

/// How many partitions are swept before others get their turn.
const SLICE: usize = 16;

pub(crate) async fn run(shared: Arc<Shared>) {
    let period = Duration::from_secs(u64::from(shared.config.sweep_period));
    loop {
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = shared.sweep.notified() => {}
        }
        for namespace in &shared.namespaces {
            let mut removed = 0;
            for (index, partition) in namespace.partitions().iter().enumerate() {
                removed += partition.lock().sweep(namespace, shared.clock.now());
                if index % SLICE == 0 {
                    tokio::task::yield_now().await;
                }
            }
            if removed > 0 {
                log::debug!("removed {removed} records of namespace {}", namespace.name);
            }
        }
    }
}
