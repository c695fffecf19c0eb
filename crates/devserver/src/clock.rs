//! The server's time: the system's, plus what a test has advanced it by.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use wire::digest::EPOCH;

/// A moment in milliseconds since 2010-01-01T00:00:00Z, the protocol's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// Whole seconds since the epoch, as void-times are given.
    pub(crate) const fn seconds(self) -> u32 {
        (self.0 / 1000) as u32
    }

    /// The moment of a Unix time in nanoseconds; `None` before the epoch's first millisecond has passed.
    pub(crate) fn from_unix_nanos(nanos: u64) -> Option<Self> {
        (nanos / 1_000_000)
            .checked_sub(EPOCH * 1000)
            .filter(|ms| *ms > 0)
            .map(Self)
    }
}

/// All orderings are relaxed: each value is complete in itself and publishes nothing else.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    advanced: AtomicU64,
    floor: AtomicU64,
}

impl Clock {
    pub(crate) fn now(&self) -> Moment {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let real = (unix.as_millis() as u64).saturating_sub(EPOCH * 1000);
        let now = real + self.advanced.load(Ordering::Relaxed);
        Moment(now.max(self.floor.load(Ordering::Relaxed)))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        let add = |ms: u64| Some(ms.saturating_add(seconds.saturating_mul(1000)));
        let _ = self
            .advanced
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// A moment after everything that has happened and not after anything that will: the clock moves past it.
    pub(crate) fn cut(&self) -> Moment {
        let cut = Moment(self.now().0 + 1);
        self.floor.fetch_max(cut.0, Ordering::Relaxed);
        cut
    }
}
