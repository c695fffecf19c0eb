//! Permits to send to one node over connections of one kind, and the queue for them.
//!
//! Under overload a queue that is served in turn serves everybody too late: each has his permit just before
//! his time is up, and the node works for nobody. So whoever had to wait, and now has less time left than
//! requests take here, gives the permit to the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A wait from which on more connections help.
pub(super) const LONG_WAIT: Duration = Duration::from_millis(2);

/// The permits of one kind.
pub(super) struct Lane {
    permits: Semaphore,
    /// How many permits there are, taken ones included.
    granted: Mutex<usize>,
    /// When there were last made more of them.
    widened: Mutex<Option<Instant>>,
    floor: usize,
    limit: usize,
    /// Whether the connections are not the core's.
    is_own: bool,
    /// How long a permit is held while others wait, in microseconds: a moving average.
    held: AtomicU64,
}

/// The right to talk to a node.
pub(crate) struct Permit<'a> {
    lane: &'a Lane,
    _turn: SemaphorePermit<'a>,
    since: Instant,
}

impl Permit<'_> {
    /// Whether it is for connections that are not the core's.
    pub(crate) fn is_own(&self) -> bool {
        self.lane.is_own
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.lane.is_full() {
            self.lane.learn(self.since.elapsed());
        }
    }
}

impl Lane {
    /// As many permits as connections are open, within bounds.
    pub(super) fn new(open: usize, floor: usize, limit: usize, is_own: bool) -> Self {
        let granted = open.clamp(floor, limit);
        Self {
            permits: Semaphore::new(granted),
            granted: Mutex::new(granted),
            widened: Mutex::new(None),
            floor,
            limit,
            is_own,
            held: AtomicU64::new(0),
        }
    }

    /// How many permits there are, taken ones included.
    pub(super) fn granted(&self) -> usize {
        *self.granted.lock()
    }

    /// Whether every permit is taken.
    pub(super) fn is_full(&self) -> bool {
        self.permits.available_permits() == 0
    }

    /// How long a permit is held while others wait.
    pub(super) fn held(&self) -> Duration {
        Duration::from_micros(self.held.load(Ordering::Relaxed))
    }

    /// How many more connections there should be where they are too few.
    pub(super) fn growth(&self) -> usize {
        self.growth_of(self.granted())
    }

    fn growth_of(&self, granted: usize) -> usize {
        (granted / 2).max(4).min(self.limit.saturating_sub(granted))
    }

    /// A permit, at once or in turn. None if the time is up, or if what is left of it does not suffice. `grow` is called if there should be
    /// more.
    pub(super) async fn enter(
        &self,
        deadline: Option<Instant>,
        grow: impl Fn(),
    ) -> Option<Permit<'_>> {
        let began = Instant::now();
        let turn = self.turn(deadline, grow).await?;
        let since = Instant::now();
        if let Some(deadline) = deadline {
            let (waited, left) = (since - began, deadline.saturating_duration_since(since));
            // Twice the average, for most take less; but who asks for little time shall be tried once, too.
            if left < waited.min(self.held() * 2) {
                return None;
            }
        }
        Some(Permit {
            lane: self,
            _turn: turn,
            since,
        })
    }

    /// A permit, if there is nobody to wait for.
    pub(super) fn enter_at_once(&self) -> Option<Permit<'_>> {
        Some(Permit {
            lane: self,
            _turn: self.permits.try_acquire().ok()?,
            since: Instant::now(),
        })
    }

    /// Waits until it is this request's turn. None if the time is up.
    pub(super) async fn turn(
        &self,
        deadline: Option<Instant>,
        grow: impl Fn(),
    ) -> Option<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Some(permit);
        }
        let began = Instant::now();
        let turn = self.permits.acquire();
        let permit = match deadline {
            None => turn.await,
            Some(deadline) => {
                let Ok(permit) = tokio::time::timeout_at(deadline.into(), turn).await else {
                    grow();
                    return None;
                };
                permit
            }
        };
        if began.elapsed() > LONG_WAIT {
            grow();
        }
        // The semaphore is never closed.
        permit.ok()
    }

    /// Somebody has kept a permit, and has it no longer.
    pub(super) fn give_back(&self) {
        self.permits.add_permits(1);
    }

    /// Grants as many permits as connections are open now, within bounds.
    pub(super) fn follow(&self, open: usize) {
        let open = open.clamp(self.floor, self.limit);
        let mut granted = self.granted.lock();
        if open > *granted {
            self.permits.add_permits(open - *granted);
            *granted = open;
        } else {
            // Those that are taken stay.
            *granted -= self.permits.forget_permits(*granted - open);
        }
    }

    /// Grants more permits, for connections that are opened when they are needed; once for all who have waited since before.
    pub(super) fn widen(&self, since: Instant) {
        let mut widened = self.widened.lock();
        if widened.is_some_and(|last| since < last) {
            return;
        }
        *widened = Some(Instant::now());
        let mut granted = self.granted.lock();
        let more = self.growth_of(*granted);
        self.permits.add_permits(more);
        *granted += more;
    }

    fn learn(&self, held: Duration) {
        // Of two at once one is forgotten, and nothing depends on it.
        let average = self.held.load(Ordering::Relaxed);
        let held = u64::try_from(held.as_micros()).unwrap_or(u64::MAX / 8);
        self.held.store((average * 7 + held) / 8, Ordering::Relaxed);
    }
}
