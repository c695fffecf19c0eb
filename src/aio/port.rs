//! Where replies enter an event loop: one port for each, found through a per-thread cache.
//!
//! The loop's reader handle holds the only lasting reference to its port. When the loop is closed, or just
//! forgotten, the port goes with it; what arrives later lands in an outbox that nobody reads and is freed
//! with the last request that knew of it.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use aerospike_bridge::completion::{Completion, Lost};
use aerospike_bridge::outbox::{Outbox, OutboxSignal, OwedLoops, outbox};
use crossbeam_queue::SegQueue;
use parking_lot::Mutex;
use pyo3::exceptions::PyNotImplementedError;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit, intern};
use slab::Slab;

use super::pending::Pending;
use super::waker::Waker;
use crate::convert::reply::{Conversion, Reply};
use crate::error::{self, Error};
use crate::exit;
use crate::fork;
use crate::observe::series::Stage;
use crate::observe::switches::{METRICS, any};
use crate::observe::watch::{Seen, Stopwatch};

/// How long a step may keep the loop: twice this is what a neighbour's timer may be late.
const STEP: Duration = Duration::from_micros(200);
/// How many rows of batches a step converts: about as long.
const ROWS: usize = 128;

/// What a request ends in.
pub(crate) type Outcome = error::Result<Reply>;

/// An outcome on its way to a loop.
pub(crate) struct Landing {
    pub(crate) outcome: Outcome,
    /// What is to be told of it, if anything is watched.
    pub(crate) seen: Option<Box<Seen>>,
}

/// The promise that a request's outcome reaches its port.
pub(crate) type Token = Completion<Landing, SegQueue<(usize, Landing)>, OutboxSignal>;

impl Lost for Landing {
    fn lost() -> Self {
        Self {
            outcome: Err(Error::panic(
                "The request was lost: this is a defect of aerospike_py",
            )),
            seen: None,
        }
    }
}

/// A reply whose conversion takes several steps.
struct Unfinished {
    pending: Py<Pending>,
    conversion: Conversion,
    stopwatch: Stopwatch,
}

/// The port of one event loop.
pub(crate) struct PortCore {
    pub(crate) event_loop: Py<PyAny>,
    outbox: Arc<Outbox<Landing>>,
    /// Requests under way, by ticket. Cancelled ones stay until their reply is here: a ticket must not name
    /// another request before.
    flights: Mutex<Slab<Py<Pending>>>,
    unfinished: Mutex<VecDeque<Unfinished>>,
    /// The most rows a step has converted, for tests.
    longest_step: AtomicUsize,
    drains: Arc<Drains>,
}

/// How often event loops took answers, and how long that kept one of them at most.
#[derive(Default)]
struct Drains {
    count: AtomicU64,
    /// Nanoseconds.
    longest: AtomicU64,
}

impl Drains {
    fn note(&self, began: Instant) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let took = began.elapsed().as_nanos() as u64;
        if took > self.longest.load(Ordering::Relaxed) {
            self.longest.fetch_max(took, Ordering::Relaxed);
        }
    }
}

impl PortCore {
    /// A ticket for a request.
    pub(crate) fn board(&self, pending: &Bound<'_, Pending>) -> Token {
        let ticket = self.flights.lock().insert(pending.clone().unbind());
        Completion::new(Arc::clone(&self.outbox), ticket)
    }

    /// Delivers what has arrived, for about [`STEP`]. Returns early, with the descriptor still readable, when
    /// time is up or when user code raises: the loop calls again.
    fn step(&self, py: Python<'_>) -> PyResult<()> {
        let began = Instant::now();
        let outcome = self.drain(py, began);
        if any(METRICS) {
            self.drains.note(began);
        }
        outcome
    }

    fn drain(&self, py: Python<'_>, began: Instant) -> PyResult<()> {
        let mut rows = 0;
        loop {
            let unfinished = self.unfinished.lock().pop_front();
            if let Some(unfinished) = unfinished {
                rows += self.convert(py, unfinished, ROWS - rows)?;
            } else if let Some((ticket, landing)) = self.outbox.take() {
                let pending = self.flights.lock().try_remove(ticket);
                if let Some(pending) = pending {
                    self.land(py, pending, landing)?;
                }
            } else if self.outbox.settle() {
                return Ok(());
            }
            if rows >= ROWS || began.elapsed() > STEP || exit::is_ending() {
                return Ok(());
            }
        }
    }

    /// A reply is here: small ones are delivered, large ones queued for conversion.
    fn land(&self, py: Python<'_>, pending: Py<Pending>, landing: Landing) -> PyResult<()> {
        let Landing { outcome, seen } = landing;
        if let Some(span) = pending.get().take_span() {
            span.end(py, seen.as_deref());
        }
        if let Some(seen) = &seen {
            seen.resumed();
        }
        let stopwatch = Stopwatch::start(seen.as_deref());
        let Some(shape) = pending.get().take_shape() else {
            return Ok(());
        };
        let conversion = outcome
            .map_err(PyErr::from)
            .and_then(|reply| shape.begin(py, reply));
        match conversion {
            Ok(conversion) if !conversion.is_done() => {
                self.unfinished.lock().push_back(Unfinished {
                    pending,
                    conversion,
                    stopwatch,
                });
                Ok(())
            }
            settled => {
                stopwatch.stop(Stage::IntoPython);
                self.deliver(py, &pending, settled)
            }
        }
    }

    /// Some more rows of a large reply. Returns how many.
    fn convert(
        &self,
        py: Python<'_>,
        mut unfinished: Unfinished,
        budget: usize,
    ) -> PyResult<usize> {
        let converted = match unfinished.conversion.advance(py, budget) {
            Ok(converted) => converted,
            Err(error) => {
                self.deliver(py, &unfinished.pending, Err(error))?;
                return Ok(0);
            }
        };
        self.longest_step.fetch_max(converted, Ordering::Relaxed);
        if unfinished.conversion.is_done() {
            unfinished.stopwatch.stop(Stage::IntoPython);
            self.deliver(py, &unfinished.pending, Ok(unfinished.conversion))?;
        } else {
            self.unfinished.lock().push_front(unfinished);
        }
        Ok(converted)
    }

    fn deliver(
        &self,
        py: Python<'_>,
        pending: &Py<Pending>,
        result: PyResult<Conversion>,
    ) -> PyResult<()> {
        match pending.get().settle(py, result, &self.event_loop) {
            Some(waker) => Waker::wake(waker.bind(py)),
            None => Ok(()),
        }
    }
}

/// What the loop calls when the port's descriptor is readable.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct Port {
    core: Arc<PortCore>,
    generation: u64,
}

#[pymethods]
impl Port {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        if self.generation != fork::generation() {
            // The descriptor is shared with the parent, whose wake-up this would take.
            return Ok(());
        }
        exit::inside(py, || self.core.step(py))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.core.event_loop)?;
        if let Some(flights) = self.core.flights.try_lock() {
            flights
                .iter()
                .try_for_each(|(_, pending)| visit.call(pending))?;
        }
        if let Some(unfinished) = self.core.unfinished.try_lock() {
            unfinished
                .iter()
                .try_for_each(|unfinished| visit.call(&unfinished.pending))?;
        }
        Ok(())
    }
}

/// The ports of a process.
pub(crate) struct Ports {
    /// What wakes their loops.
    owed: Arc<OwedLoops>,
    known: Mutex<HashMap<usize, Weak<PortCore>>>,
    drains: Arc<Drains>,
}

thread_local! {
    /// The port used last on this thread: almost always the only one.
    static LAST: RefCell<(usize, u64, Weak<PortCore>)> = const { RefCell::new((0, 0, Weak::new())) };
}

impl Ports {
    /// No port yet, of those that a reactor wakes.
    pub(crate) fn new(owed: &Arc<OwedLoops>) -> Self {
        Self {
            owed: Arc::clone(owed),
            known: Mutex::default(),
            drains: Arc::default(),
        }
    }

    /// How many event loops wait for answers.
    pub(crate) fn count(&self) -> usize {
        let known = self.known.lock();
        known
            .values()
            .filter(|port| port.strong_count() > 0)
            .count()
    }

    /// How often they took answers, and how long that kept one of them at most.
    pub(crate) fn drains(&self) -> (u64, Duration) {
        let longest = self.drains.longest.load(Ordering::Relaxed);
        let count = self.drains.count.load(Ordering::Relaxed);
        (count, Duration::from_nanos(longest))
    }

    /// The port of a loop that runs on this thread; opens it on first use.
    pub(crate) fn of(&self, event_loop: &Bound<'_, PyAny>) -> PyResult<Arc<PortCore>> {
        let address = event_loop.as_ptr() as usize;
        let generation = fork::generation();
        // An address can be that of another loop by now; then the port went with its loop, and the weak
        // reference is dead.
        let cached = LAST.with_borrow(|(known, made, port)| {
            (*known == address && *made == generation)
                .then(|| port.upgrade())
                .flatten()
        });
        if let Some(port) = cached {
            return Ok(port);
        }
        let known = self.known.lock().get(&address).and_then(Weak::upgrade);
        let port = match known {
            Some(port) => port,
            None => self.open(event_loop, address)?,
        };
        LAST.set((address, generation, Arc::downgrade(&port)));
        Ok(port)
    }

    fn open(&self, event_loop: &Bound<'_, PyAny>, address: usize) -> PyResult<Arc<PortCore>> {
        let py = event_loop.py();
        let core = Arc::new(PortCore {
            event_loop: event_loop.clone().unbind(),
            outbox: Arc::new(outbox(&self.owed).map_err(Error::from)?),
            flights: Mutex::new(Slab::new()),
            unfinished: Mutex::new(VecDeque::new()),
            longest_step: AtomicUsize::new(0),
            drains: Arc::clone(&self.drains),
        });
        let port = Py::new(
            py,
            Port {
                core: Arc::clone(&core),
                generation: fork::generation(),
            },
        )?;
        let descriptor = core.outbox.signal().get().as_fd().as_raw_fd();
        event_loop
            .call_method1(intern!(py, "add_reader"), (descriptor, port))
            .map_err(|error| {
                if error.is_instance_of::<PyNotImplementedError>(py) {
                    Error::client("This event loop has no add_reader: use a selector event loop, or the sync client")
                        .into()
                } else {
                    error
                }
            })?;
        let mut known = self.known.lock();
        known.retain(|_, port| port.strong_count() > 0);
        known.insert(address, Arc::downgrade(&core));
        Ok(core)
    }
}

/// The most rows that one step of the running loop's port has converted; for the test suite.
#[pyfunction]
pub(crate) fn _longest_step(py: Python<'_>) -> PyResult<usize> {
    let Some(event_loop) = super::running_loop(py)? else {
        return Ok(0);
    };
    let port = crate::engine::engine()?.ports.of(&event_loop)?;
    Ok(port.longest_step.load(Ordering::Relaxed))
}
