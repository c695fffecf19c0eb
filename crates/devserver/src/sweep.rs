//! Removes records whose time is over or that were truncated. They are invisible already; this frees their memory.

use std::sync::Arc;
use std::time::Duration;

use crate::server::Shared;

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
            if let Some(transactions) = namespace.transactions() {
                transactions.sweep(namespace, shared.clock.now());
            }
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
