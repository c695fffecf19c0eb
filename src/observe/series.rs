//! What is counted of the calls of one operation on one set.

use std::cell::Cell;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::codes::LOST;
use super::histogram::{Histogram, Snapshot};
use super::span::Labels;
use super::watch::Subject;
use crate::fork::{self, PerProcess};

/// The most sets, and among them namespaces, that have series of their own: whoever makes set names out of user input must not fill the
/// memory, here and where the metrics go.
const MOST_SETS: usize = 128;
/// What stands for all others.
const OTHER: &str = "other";

/// The lowest and the highest code that are counted by themselves.
const LOWEST: i32 = -32;
const HIGHEST: i32 = 255;
const CODES: usize = (HIGHEST - LOWEST + 1) as usize;

/// Where the time of a call goes, by the names of 0.14.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Arguments become a request.
    KeyParse,
    /// From the call until the I/O thread takes it up.
    Schedule,
    /// For a permit to send.
    Limiter,
    /// From the sending to the answer.
    Io,
    /// From the answer until the event loop takes it up.
    Resume,
    /// The answer becomes an object.
    IntoPython,
}

/// All stages, and what they are called.
pub(crate) const STAGES: [(Stage, &str); 6] = [
    (Stage::KeyParse, "key_parse"),
    (Stage::Schedule, "tokio_schedule_delay"),
    (Stage::Limiter, "limiter_wait"),
    (Stage::Io, "io"),
    (Stage::Resume, "event_loop_resume_delay"),
    (Stage::IntoPython, "into_pyobject"),
];

/// On cache lines of its own: what the caller writes must not take those away on which the I/O thread works, nor the other way round.
/// Two lines, since processors fetch them in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// The calls of one operation on one set. Never freed: there is a bound on how many there are.
pub(crate) struct Series {
    pub(crate) operation: &'static str,
    pub(crate) namespace: String,
    pub(crate) set: String,
    /// The process it was made in.
    generation: u64,
    forgotten: AtomicBool,
    /// By callers.
    begun: Apart<AtomicU64>,
    /// By the I/O thread, and so is all that follows.
    ended: Apart<AtomicU64>,
    retries: Apart<AtomicU64>,
    /// From the call until it was sent.
    waits: Histogram,
    successes: Histogram,
    /// By code.
    failures: [OnceLock<Box<Histogram>>; CODES],
    stages: OnceLock<Box<[Histogram; STAGES.len()]>>,
    /// What its spans are called.
    pub(crate) labels: PyOnceLock<Labels>,
}

impl Series {
    fn new(operation: &'static str, namespace: &str, set: &str) -> Self {
        Self {
            operation,
            namespace: namespace.to_owned(),
            set: set.to_owned(),
            generation: fork::generation(),
            forgotten: AtomicBool::new(false),
            begun: Apart::default(),
            ended: Apart::default(),
            retries: Apart::default(),
            waits: Histogram::new(),
            successes: Histogram::new(),
            failures: [const { OnceLock::new() }; CODES],
            stages: OnceLock::new(),
            labels: PyOnceLock::new(),
        }
    }

    fn is_of(&self, subject: &Subject<'_>) -> bool {
        self.operation == subject.operation
            && self.namespace == subject.namespace
            && self.set == subject.set
    }

    /// Whether calls of this process are counted here.
    fn is_current(&self) -> bool {
        self.generation == fork::generation() && !self.forgotten.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) {
        self.begun.0.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended: with which code, after how long, of which it waited until it was sent, if it was.
    pub(crate) fn end(&self, code: i32, took: Duration, waited: Option<Duration>) {
        if let Some(waited) = waited {
            self.waits.record(waited);
        }
        self.outcome(code, took);
        // See `in_flight`. At last: whoever sees that it has ended sees what it ended in.
        self.ended.0.fetch_add(1, Ordering::Release);
    }

    fn outcome(&self, code: i32, took: Duration) {
        if code == 0 {
            self.successes.record(took);
            return;
        }
        let index = usize::try_from(code.saturating_sub(LOWEST)).unwrap_or(0);
        if let Some(histogram) = self.failures.get(index.min(CODES - 1)) {
            histogram
                .get_or_init(|| Box::new(Histogram::new()))
                .record(took);
        }
    }

    pub(crate) fn end_lost(&self, took: Duration) {
        self.end(LOST, took, None);
    }

    pub(crate) fn stage(&self, stage: Stage, took: Duration) {
        let stages = self
            .stages
            .get_or_init(|| Box::new([const { Histogram::new() }; STAGES.len()]));
        if let Some(histogram) = stages.get(stage as usize) {
            histogram.record(took);
        }
    }

    pub(crate) fn retried(&self, times: usize) {
        self.retries.0.fetch_add(times as u64, Ordering::Relaxed);
    }

    pub(crate) fn retries(&self) -> u64 {
        self.retries.0.load(Ordering::Relaxed)
    }

    pub(crate) fn in_flight(&self) -> u64 {
        // Pairs with the release above: whoever sees that a call has ended sees that it has begun. One that ends between the two loads
        // counts as under way.
        let ended = self.ended.0.load(Ordering::Acquire);
        let begun = self.begun.0.load(Ordering::Relaxed);
        begun.saturating_sub(ended)
    }

    pub(crate) fn waits(&self) -> Snapshot {
        self.waits.snapshot()
    }

    /// What ended how, by code; 0 is success.
    pub(crate) fn outcomes(&self) -> Vec<(i32, Snapshot)> {
        let successes = self.successes.snapshot();
        let failures = (LOWEST..)
            .zip(&self.failures)
            .filter_map(|(code, histogram)| Some((code, histogram.get()?.snapshot())));
        std::iter::once((0, successes))
            .chain(failures)
            .filter(|(_, snapshot)| snapshot.count() > 0)
            .collect()
    }

    /// The stages that were seen.
    pub(crate) fn stages(&self) -> impl Iterator<Item = (&'static str, &Histogram)> {
        let seen = self.stages.get().map(|stages| &**stages);
        let names = STAGES.iter().map(|(_, name)| *name);
        names.zip(seen.into_iter().flatten())
    }
}

/// The series by the hash of their names.
#[derive(Default, Clone)]
struct Directory {
    /// A series whose hash another has already is under the next free number.
    series: FxHashMap<u64, &'static Series>,
    /// The namespaces and sets that have series of their own.
    sets: FxHashSet<(String, String)>,
}

impl Directory {
    fn find(&self, mut hash: u64, subject: &Subject<'_>) -> Option<&'static Series> {
        loop {
            let series = *self.series.get(&hash)?;
            if series.is_of(subject) {
                return Some(series);
            }
            hash = hash.wrapping_add(1);
        }
    }

    /// Whether a set has, or may get, series of its own.
    fn has_room_for(&self, subject: &Subject<'_>) -> bool {
        self.sets.len() < MOST_SETS
            || self
                .sets
                .contains(&(subject.namespace.to_owned(), subject.set.to_owned()))
    }

    fn add(&mut self, mut hash: u64, series: &'static Series) {
        while self.series.contains_key(&hash) {
            hash = hash.wrapping_add(1);
        }
        self.series.insert(hash, series);
        self.sets
            .insert((series.namespace.clone(), series.set.clone()));
    }
}

/// The series of a process. Read without a lock; copied, under one, for each that is added.
#[derive(Default)]
struct Registry {
    directory: ArcSwap<Directory>,
    adding: Mutex<()>,
}

static REGISTRY: PerProcess<Registry> = PerProcess::new();

fn registry() -> &'static Registry {
    let made = REGISTRY.get_or_try_init(|| Ok::<_, std::convert::Infallible>(Registry::default()));
    match made {
        Ok(registry) => registry,
        Err(never) => match never {},
    }
}

fn hash(subject: &Subject<'_>) -> u64 {
    FxBuildHasher.hash_one((subject.operation, subject.namespace, subject.set))
}

/// The series of a call.
pub(crate) fn of(subject: &Subject<'_>) -> &'static Series {
    thread_local! {
        /// That of the last call: as a rule the next one is of the same kind.
        static LAST: Cell<Option<&'static Series>> = const { Cell::new(None) };
    }
    if let Some(series) = LAST.get()
        && series.is_of(subject)
        && series.is_current()
    {
        return series;
    }
    let series = find(subject);
    LAST.set(Some(series));
    series
}

fn find(subject: &Subject<'_>) -> &'static Series {
    let registry = registry();
    let key = hash(subject);
    let directory = registry.directory.load();
    if let Some(series) = directory.find(key, subject) {
        return series;
    }
    if directory.has_room_for(subject) {
        return registry.add(key, subject);
    }
    let namespace = match subject.namespace {
        known
            if directory
                .sets
                .iter()
                .any(|(namespace, _)| namespace == known) =>
        {
            known
        }
        _ => OTHER,
    };
    let others = Subject {
        namespace,
        set: OTHER,
        ..*subject
    };
    let key = hash(&others);
    match directory.find(key, &others) {
        Some(series) => series,
        None => registry.add(key, &others),
    }
}

impl Registry {
    #[cold]
    fn add(&self, key: u64, subject: &Subject<'_>) -> &'static Series {
        let _one_at_a_time = self.adding.lock();
        let directory = self.directory.load_full();
        if let Some(series) = directory.find(key, subject) {
            return series;
        }
        let series = Series::new(subject.operation, subject.namespace, subject.set);
        let series: &'static Series = Box::leak(Box::new(series));
        let mut larger = Directory::clone(&directory);
        larger.add(key, series);
        self.directory.store(larger.into());
        series
    }
}

/// Forgets what was counted and which sets there are; for the test suite, whose sets are more than there is room for.
#[pyfunction]
pub(crate) fn _forget_series() {
    let forgotten = registry().directory.swap(Arc::default());
    for series in forgotten.series.values() {
        series.forgotten.store(true, Ordering::Relaxed);
    }
}

/// All series, in a lasting order.
pub(crate) fn all() -> Vec<&'static Series> {
    let directory = registry().directory.load();
    let mut series: Vec<_> = directory.series.values().copied().collect();
    series.sort_unstable_by(|one, other| {
        let names = |series: &'static Series| (series.operation, &series.namespace, &series.set);
        names(one).cmp(&names(other))
    });
    series
}
