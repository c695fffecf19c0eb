//! Log records of the engine on their way to Python's `logging`.
//!
//! A record that its level lets through is put into a bounded queue, by the I/O thread as a rule, which must not wait for the interpreter.
//! A thread of its own hands the records over, all that are there at a time. It starts with the first record, and so in each process.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::{SystemTime, UNIX_EPOCH};

use crossbeam_queue::ArrayQueue;
use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::exit::{self, Inside};
use crate::fork::{self, PerProcess};

/// How many records may wait. What comes on top is counted and forgotten: a burst of them is about one thing.
const MOST: usize = 4096;
/// How many are handed over in one go.
const BATCH: usize = 256;

/// Whose records are ours to hand over. The libraries below log what passes over the wire, which may be a secret.
const SOURCES: [&str; 4] = [
    "_aerospike",
    "aerospike_core",
    "aerospike_bridge",
    "devserver",
];

struct Entry {
    level: Level,
    logger: String,
    message: String,
    at: SystemTime,
    file: Option<&'static str>,
    line: Option<u32>,
}

/// The records of one process, and the thread that hands them over.
struct Forwarder {
    queue: ArrayQueue<Entry>,
    /// Raised while the thread has work.
    signalled: AtomicBool,
    thread: parking_lot::Mutex<Option<Thread>>,
}

static FORWARDER: PerProcess<Forwarder> = PerProcess::new();
/// How many were forgotten, in this process and those it was forked from.
static DROPPED: AtomicU64 = AtomicU64::new(0);

struct Forward;

impl Log for Forward {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let source = target.split("::").next().unwrap_or(target);
        metadata.level() <= log::max_level() && SOURCES.contains(&source)
    }

    fn log(&self, record: &Record<'_>) {
        // Nobody hands records over who might meet the end of the interpreter unawares.
        if !self.enabled(record.metadata()) || !exit::is_watched() {
            return;
        }
        let entry = Entry {
            level: record.level(),
            logger: logger_name(record.target()),
            message: record.args().to_string(),
            at: SystemTime::now(),
            file: record.file_static(),
            line: record.line(),
        };
        forwarder().put(entry);
    }

    fn flush(&self) {}
}

/// The name of the Python logger: dotted, below that of the package.
fn logger_name(target: &str) -> String {
    let path = match target.strip_prefix("_aerospike") {
        Some(own) => Cow::Borrowed(own),
        None => Cow::Owned(format!("::{target}")),
    };
    format!("aerospike_py{}", path.replace("::", "."))
}

fn forwarder() -> &'static Forwarder {
    let made = FORWARDER.get_or_try_init(|| {
        Ok::<_, std::convert::Infallible>(Forwarder {
            queue: ArrayQueue::new(MOST),
            signalled: AtomicBool::new(false),
            thread: parking_lot::Mutex::new(None),
        })
    });
    match made {
        Ok(forwarder) => forwarder,
        Err(never) => match never {},
    }
}

impl Forwarder {
    fn put(&'static self, entry: Entry) {
        if self.queue.push(entry).is_err() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // AcqRel: whoever finds it lowered wakes the thread, which lowers it before it looks at the queue.
        if !self.signalled.swap(true, Ordering::AcqRel) {
            self.wake();
        }
    }

    fn wake(&'static self) {
        let mut thread = self.thread.lock();
        if let Some(thread) = &*thread {
            thread.unpark();
            return;
        }
        let started = thread::Builder::new()
            .name("aerospike-log".to_owned())
            .spawn(|| self.serve());
        match started {
            Ok(handle) => *thread = Some(handle.thread().clone()),
            // The next record tries again; until then they wait.
            Err(_) => self.signalled.store(false, Ordering::Release),
        }
    }

    fn serve(&self) {
        loop {
            // A swap and not a store, so that what was pushed before the flag was raised is seen.
            self.signalled.swap(false, Ordering::AcqRel);
            while !self.queue.is_empty() {
                // From here on the end of the interpreter waits; and where it has begun, this thread stays away from it.
                let Some(_inside) = Inside::enter_unless_ending() else {
                    return;
                };
                let handed = Python::try_attach(|py| self.hand_over(py));
                if handed.is_none() {
                    return;
                }
            }
            thread::park();
        }
    }

    /// Gives some records to `logging`.
    fn hand_over(&self, py: Python<'_>) {
        let entries: Vec<_> = std::iter::from_fn(|| self.queue.pop())
            .take(BATCH)
            .collect();
        if let Err(error) = emit(py, &entries) {
            error.write_unraisable(py, None);
        }
    }
}

fn emit(py: Python<'_>, entries: &[Entry]) -> PyResult<()> {
    let records = PyList::empty(py);
    for entry in entries {
        let at = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        records.append((
            &entry.logger,
            number(entry.level),
            &entry.message,
            at.as_secs_f64(),
            entry.file,
            entry.line,
        ))?;
    }
    py.import("aerospike_py._logs")?
        .call_method1("emit", (records,))?;
    Ok(())
}

/// The level in `logging`.
fn number(level: Level) -> u8 {
    match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    }
}

/// From now on the engine's records arrive. Called with the first client, not on import.
pub(crate) fn install() {
    static FORWARD: Forward = Forward;
    // It fails if it was done before.
    if log::set_logger(&FORWARD).is_ok()
        && log::max_level() == LevelFilter::Off
        && !CHOSEN.load(Ordering::Relaxed)
    {
        log::set_max_level(LevelFilter::Warn);
    }
}

/// Whether the application has said which records it wants.
static CHOSEN: AtomicBool = AtomicBool::new(false);

/// What still waits, at the end of the interpreter.
pub(crate) fn flush(py: Python<'_>) {
    if let Some(forwarder) = FORWARDER.get() {
        while !forwarder.queue.is_empty() {
            forwarder.hand_over(py);
        }
    }
}

/// Which records are made at all: -1 none, 0 errors … 4 all; for `aerospike_py.set_log_level`, which has checked it.
#[pyfunction]
pub(crate) fn _set_log_filter(py: Python<'_>, level: i8) -> PyResult<()> {
    fork::watch();
    exit::watch(py)?;
    CHOSEN.store(true, Ordering::Relaxed);
    install();
    log::set_max_level(match level {
        ..0 => LevelFilter::Off,
        0 => LevelFilter::Error,
        1 => LevelFilter::Warn,
        2 => LevelFilter::Info,
        3 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    });
    Ok(())
}

#[doc = include_str!("../docs/dropped_log_count.md")]
#[pyfunction]
pub(crate) fn dropped_log_count() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Logs a record from a thread that is not Python's; for the test suite.
#[pyfunction]
pub(crate) fn _log(level: i8, target: &str, message: &str, times: usize) {
    let level = match level {
        0 => Level::Error,
        1 => Level::Warn,
        2 => Level::Info,
        3 => Level::Debug,
        _ => Level::Trace,
    };
    for _ in 0..times {
        log::log!(target: target, level, "{message}");
    }
}
