//! Lets a blocked main thread look at its signals now and then.
//!
//! A Ctrl-C is handled by the main thread, between two bytecodes; a thread blocked in a request has to
//! come back for it. A timer for each call would make the I/O thread re-arm its own, so one task beats for
//! all who wait, and only while somebody does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

/// How long a Ctrl-C may wait for the blocked thread to notice it.
const PERIOD: Duration = Duration::from_millis(50);
/// After how many beats without a listener the task ends.
const IDLE_BEATS: u32 = 20;

#[derive(Debug, Default)]
struct Shared {
    beat: Notify,
    listeners: AtomicUsize,
    running: AtomicBool,
}

/// The beat of one process.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat(Arc<Shared>);

/// Somebody listens while this lives.
pub(crate) struct Listener<'a>(&'a Shared);

impl Heartbeat {
    /// Starts to listen; starts the beat if it rests.
    pub(crate) fn listen(&self, runtime: &Handle) -> Listener<'_> {
        self.0.listeners.fetch_add(1, Ordering::SeqCst);
        // SeqCst: of this pair of accesses and the task's (lower `running`, then look at `listeners`)
        // at least one side sees the other, so a listener is never left without a beat.
        if !self.0.running.load(Ordering::SeqCst) && !self.0.running.swap(true, Ordering::SeqCst) {
            runtime.spawn(beat(Arc::clone(&self.0)));
        }
        Listener(&self.0)
    }
}

impl Listener<'_> {
    /// The next beat.
    pub(crate) async fn next(&self) {
        self.0.beat.notified().await;
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn beat(shared: Arc<Shared>) {
    let mut idle = 0;
    while idle < IDLE_BEATS {
        tokio::time::sleep(PERIOD).await;
        shared.beat.notify_waiters();
        idle = if shared.listeners.load(Ordering::SeqCst) == 0 {
            idle + 1
        } else {
            0
        };
        if idle == IDLE_BEATS {
            shared.running.store(false, Ordering::SeqCst);
            if shared.listeners.load(Ordering::SeqCst) > 0
                && !shared.running.swap(true, Ordering::SeqCst)
            {
                idle = 0;
            }
        }
    }
}
