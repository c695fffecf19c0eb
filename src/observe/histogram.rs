//! A histogram of durations that is written without a lock and keeps three significant digits.
//!
//! The buckets are those of HdrHistogram (G. Tene): linear within each power of two, with 1024 slots for each, so that a value is known to
//! a thousandth of itself. The crate of that name needs exclusive access to record, and merges recorders of several threads through a
//! channel; here a slot is an atomic. The slots of a power of two are allocated when its first value comes: a series of requests
//! between 20 µs and 1 ms takes 48 KiB.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SLOTS: usize = 1024;
/// The bits of `SLOTS`.
const BITS: u32 = 10;
/// The largest value is 2^42 ns, 73 minutes; longer ones count as that.
const LARGEST_BITS: u32 = 42;
const CHUNKS: usize = (LARGEST_BITS - BITS + 1) as usize;

type Chunk = [AtomicU64; SLOTS];

/// Durations in nanoseconds. Every access is relaxed: the counts say nothing of other memory, and a reader that sees one of two
/// recordings made at the same moment sees a state between them. It shares no cache line with what others read or write.
#[repr(align(128))]
pub(crate) struct Histogram {
    /// The first is for values below 1024, each next for a power of two.
    chunks: [OnceLock<Box<Chunk>>; CHUNKS],
    sum: AtomicU64,
    largest: AtomicU64,
}

impl Histogram {
    pub(crate) const fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            sum: AtomicU64::new(0),
            largest: AtomicU64::new(0),
        }
    }

    pub(crate) fn record(&self, duration: Duration) {
        let value = u64::try_from(duration.as_nanos())
            .unwrap_or(u64::MAX)
            .min((1 << LARGEST_BITS) - 1);
        let (chunk, slot) = place(value);
        if let Some(slot) = self
            .chunks
            .get(chunk)
            .and_then(|chunk| chunk.get_or_init(empty).get(slot))
        {
            slot.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
        if value > self.largest.load(Ordering::Relaxed) {
            self.largest.fetch_max(value, Ordering::Relaxed);
        }
    }

    /// What has been recorded so far.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        snapshot.add(self);
        snapshot
    }
}

fn empty() -> Box<Chunk> {
    Box::new([const { AtomicU64::new(0) }; SLOTS])
}

/// Where a value is counted.
fn place(value: u64) -> (usize, usize) {
    let chunk = (u64::BITS - value.leading_zeros()).saturating_sub(BITS);
    let slot = if chunk == 0 {
        value
    } else {
        (value >> (chunk - 1)) - SLOTS as u64
    };
    (chunk as usize, slot as usize)
}

/// The middle of the values that are counted there.
fn value_at(chunk: usize, slot: usize) -> u64 {
    let slot = slot as u64;
    match chunk.checked_sub(1) {
        None => slot,
        Some(shift) => ((SLOTS as u64 + slot) << shift) + ((1 << shift) >> 1),
    }
}

/// The state of histograms at one moment.
#[derive(Debug, Default, Clone)]
pub(crate) struct Snapshot {
    /// Values and how often they came, ascending.
    counts: Vec<(u64, u64)>,
    sum: u64,
    largest: u64,
}

impl Snapshot {
    /// Adds what another histogram has.
    pub(crate) fn add(&mut self, histogram: &Histogram) {
        let before = !self.counts.is_empty();
        for (index, chunk) in histogram.chunks.iter().enumerate() {
            let Some(chunk) = chunk.get() else { continue };
            for (slot, count) in chunk.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    self.counts.push((value_at(index, slot), count));
                }
            }
        }
        if before {
            self.counts.sort_unstable();
        }
        self.sum += histogram.sum.load(Ordering::Relaxed);
        self.largest = self.largest.max(histogram.largest.load(Ordering::Relaxed));
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// How many were not longer.
    pub(crate) fn up_to(&self, bound: Duration) -> u64 {
        let bound = bound.as_nanos();
        self.counts
            .iter()
            .take_while(|(value, _)| u128::from(*value) <= bound)
            .map(|(_, count)| count)
            .sum()
    }

    /// The duration that a fraction of them did not exceed.
    pub(crate) fn quantile(&self, fraction: f64) -> Duration {
        let rank = (self.count() as f64 * fraction).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        // The middle of the last slot may lie beyond the largest value in it.
        let value = found.map_or(self.largest, |(value, _)| *value);
        Duration::from_nanos(value.min(self.largest))
    }

    pub(crate) fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    pub(crate) fn largest(&self) -> Duration {
        Duration::from_nanos(self.largest)
    }
}
