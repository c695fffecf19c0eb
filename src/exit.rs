//! The end of the interpreter.
//!
//! Before Python 3.14 a daemon thread that asks for an interpreter that ends is killed by Python where it stands; if frames of Rust are
//! below it, the process aborts. So the end waits, for a moment, for those who hold the interpreter in one of our calls or are on their
//! way back to it, and from then on daemon threads stay out: a blocked call of theirs does not return.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::fork;
use crate::observe::logging;

/// How long the end waits for those inside at most, in steps of a millisecond: a thread may have to wait for its turn several times.
const STEPS: usize = 2000;

/// Whether Python has been asked to tell of its end.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// The process for which `INSIDE` counts.
static GENERATION: AtomicU64 = AtomicU64::new(0);
static ENDING: AtomicBool = AtomicBool::new(false);
/// Calls whose thread needs the interpreter until they return or block.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// From now on those inside are counted in this process.
pub(crate) fn count() {
    let generation = fork::generation();
    if GENERATION.swap(generation, Ordering::Relaxed) != generation {
        // What the threads of the parent were about is not ours.
        INSIDE.store(0, Ordering::Relaxed);
    }
}

/// From now on the end is noticed in this process.
pub(crate) fn watch(py: Python<'_>) -> PyResult<()> {
    count();
    if !WATCHED.swap(true, Ordering::Relaxed) {
        let end = wrap_pyfunction!(_end, py)?;
        py.import("atexit")?.call_method1("register", (end,))?;
    }
    Ok(())
}

/// Whether the end will be noticed.
pub(crate) fn is_watched() -> bool {
    WATCHED.load(Ordering::Relaxed)
}

/// Called by `atexit`.
#[pyfunction]
fn _end(py: Python<'_>) {
    // Sequentially consistent, as in `detach_daemon`: of a thread that comes back and this, one sees the other.
    ENDING.store(true, Ordering::SeqCst);
    if GENERATION.load(Ordering::Relaxed) != fork::generation() {
        return;
    }
    py.detach(|| {
        for _ in 0..STEPS {
            if INSIDE.load(Ordering::SeqCst) == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    });
    logging::flush(py);
}

/// A call that is under way. The end of the interpreter waits for it.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn enter() -> Self {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        Self(())
    }

    /// The same, of a thread that may as well stay out.
    pub(crate) fn enter_unless_ending() -> Option<Self> {
        // First inside and then the question, so that the end waits for whoever has not seen it.
        let inside = Self::enter();
        (!ENDING.load(Ordering::SeqCst)).then_some(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // A child of a fork may have begun to count anew.
        let _ = INSIDE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |inside| {
            inside.checked_sub(1)
        });
    }
}

/// What a daemon thread does without the interpreter, inside a call. Does not return once the interpreter ends.
pub(crate) fn detach_daemon<T: Send>(
    _inside: &Inside,
    py: Python<'_>,
    work: impl FnOnce() -> T + Send,
) -> T {
    py.detach(|| {
        let value = {
            let _outside = Outside::go();
            work()
        };
        if is_ending() {
            let _outside = Outside::go();
            stay_out();
        }
        value
    })
}

/// Whether the interpreter has begun to end.
pub(crate) fn is_ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

thread_local! {
    /// Whether a call of this thread's stack is inside by [`inside`].
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// Where a daemon thread waits for the end of the process, which no longer waits for it.
fn stay_out() -> ! {
    INSIDE.fetch_sub(usize::from(ENTERED.get()), Ordering::SeqCst);
    loop {
        thread::park();
    }
}

/// A call that may run Python code, as the steps of tasks, on a thread of any kind. Does not return to a daemon thread once the
/// interpreter ends.
pub(crate) fn inside<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    struct Left;
    impl Drop for Left {
        fn drop(&mut self) {
            ENTERED.set(false);
        }
    }

    if ENTERED.get() {
        // A call from within: the outer one is counted.
        return work();
    }
    let inside = Inside::enter();
    if is_ending() && matches!(Kind::of_this(py)?, Kind::Daemon) {
        py.detach(|| {
            drop(inside);
            stay_out()
        });
    }
    ENTERED.set(true);
    let _left = Left;
    work()
}

/// The time in which a call needs no interpreter. Its end is counted also when the work unwinds.
struct Outside;

impl Outside {
    fn go() -> Self {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        INSIDE.fetch_add(1, Ordering::SeqCst);
    }
}

/// What a thread is to Python.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The one that runs signal handlers.
    Main,
    /// One that the end of the interpreter does not wait for.
    Daemon,
    Other,
}

impl Kind {
    /// The kind of this thread.
    pub(crate) fn of_this(py: Python<'_>) -> PyResult<Self> {
        thread_local! {
            /// The generation for which the answer holds, and the answer: a fork makes its thread the main one.
            static ANSWER: Cell<Option<(u64, Kind)>> = const { Cell::new(None) };
        }
        let generation = fork::generation();
        if let Some((known, answer)) = ANSWER.get()
            && known == generation
        {
            return Ok(answer);
        }
        let threading = py.import("threading")?;
        let main = threading.call_method0("main_thread")?.getattr("ident")?;
        let answer = if main.eq(threading.call_method0("get_ident")?)? {
            Self::Main
        } else if threading
            .call_method0("current_thread")?
            .getattr("daemon")?
            .is_truthy()?
        {
            Self::Daemon
        } else {
            Self::Other
        };
        ANSWER.set(Some((generation, answer)));
        Ok(answer)
    }
}
