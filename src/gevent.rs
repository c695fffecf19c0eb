//! Callers in greenlets wait on their hub, so that its other greenlets run.
//!
//! Where gevent has patched the process, a blocked thread would hold up every greenlet in it. So each hub has a port, as an event loop has:
//! an outbox whose descriptor the hub watches. A thread has one hub at a time, and holds the only lasting reference to its port: a hub itself
//! can outlive its thread and its loop. What arrives later lands in an outbox that nobody reads.
//!
//! Nothing of this is looked at, or imported, in a process where gevent had not patched the sockets when a client connected.

use std::cell::RefCell;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use aerospike_bridge::completion::{Completion, Lost as _};
use aerospike_bridge::outbox::{Outbox, outbox};
use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit, intern};
use slab::Slab;

use crate::aio::port::Landing;
use crate::dispatch::{Request, landing};
use crate::engine::Engine;
use crate::error::Error;
use crate::fork;
use crate::observe::watch::Watch;
use crate::session::Company;

/// Whether gevent has patched this process.
static PATCHED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The port of this thread's hub, once it was needed.
    static PORT: RefCell<Option<Py<HubPort>>> = const { RefCell::new(None) };
}

/// Looks whether gevent has patched the sockets; imports nothing.
pub(crate) fn look(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?;
    let Ok(monkey) = modules.get_item("gevent.monkey") else {
        return Ok(());
    };
    let patched = monkey.call_method1("is_module_patched", ("socket",))?;
    PATCHED.store(patched.is_truthy()?, Ordering::Relaxed);
    Ok(())
}

/// The hub that this greenlet should wait on, if it has one and is not the hub itself, which cannot wait.
pub(crate) fn hub(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static GET_HUB: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static GET_CURRENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if !PATCHED.load(Ordering::Relaxed) {
        return Ok(None);
    }
    // A thread without a hub has no greenlets to hold up; to ask for one would make it.
    let hub = GET_HUB
        .import(py, "gevent._hub_local", "get_hub_if_exists")?
        .call0()?;
    let current = GET_CURRENT.import(py, "gevent", "getcurrent")?.call0()?;
    Ok((!hub.is_none() && !hub.is(&current)).then_some(hub))
}

/// A greenlet that waits, or has given up: then its outcome is dropped when it comes.
struct Flight {
    waiter: Option<Py<PyAny>>,
    landing: Option<Landing>,
}

struct Core {
    outbox: Arc<Outbox<Landing>>,
    /// Requests under way, by ticket.
    flights: Mutex<Slab<Flight>>,
}

/// What the hub calls when the port's descriptor is readable.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct Reader {
    /// Weak: a loop that is destroyed forgets to let go of its watchers, and must not keep the descriptor open.
    core: Weak<Core>,
    generation: u64,
}

#[pymethods]
impl Reader {
    /// Wakes each greenlet whose answer is there. User code runs in them, until they wait again.
    fn __call__(&self, watcher: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = watcher.py();
        if self.generation != fork::generation() {
            // The descriptor is the parent's, whose wake-up this would take.
            watcher.call_method0(intern!(py, "stop"))?;
            return Ok(());
        }
        let Some(core) = self.core.upgrade() else {
            return Ok(());
        };
        loop {
            while let Some((ticket, landing)) = core.outbox.take() {
                if let Some(waiter) = core.land(py, ticket, landing) {
                    waiter.call_method1(py, intern!(py, "switch"), (py.None(),))?;
                }
            }
            if core.outbox.settle() {
                return Ok(());
            }
        }
    }
}

impl Core {
    /// Leaves an outcome for its greenlet. Returns whom to wake.
    fn land(&self, py: Python<'_>, ticket: usize, landing: Landing) -> Option<Py<PyAny>> {
        let mut flights = self.flights.lock();
        let flight = flights.get_mut(ticket)?;
        if let Some(waiter) = &flight.waiter {
            flight.landing = Some(landing);
            return Some(waiter.clone_ref(py));
        }
        flights.remove(ticket);
        None
    }

    /// The greenlet goes on: with its outcome, if it is there.
    fn leave(&self, ticket: usize) -> Option<Landing> {
        let mut flights = self.flights.lock();
        let flight = flights.get_mut(ticket)?;
        let waiter = flight.waiter.take();
        let outcome = flight.landing.take();
        if outcome.is_some() {
            flights.remove(ticket);
        }
        drop(flights);
        drop(waiter);
        outcome
    }
}

/// The port of one hub.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct HubPort {
    hub: Py<PyAny>,
    core: Arc<Core>,
    watcher: Py<PyAny>,
    generation: u64,
    /// Greenlets that wait. While there are none, the watcher does not keep the hub from ending.
    waiting: AtomicUsize,
}

impl HubPort {
    /// The port of a hub; opens it on first use.
    fn of<'py>(hub: &Bound<'py, PyAny>, engine: &Engine) -> PyResult<Bound<'py, Self>> {
        let py = hub.py();
        let known = PORT.with_borrow(|port| port.as_ref().map(|port| port.bind(py).clone()));
        if let Some(port) = known
            && port.get().hub.is(hub)
        {
            if port.get().generation == fork::generation() {
                return Ok(port);
            }
            port.get().strand(hub)?;
        }
        let core = Arc::new(Core {
            outbox: Arc::new(outbox(engine.reactor.owed()).map_err(Error::from)?),
            flights: Mutex::new(Slab::new()),
        });
        let descriptor = core.outbox.signal().get().as_fd().as_raw_fd();
        let options = PyDict::new(py);
        options.set_item("ref", false)?;
        let watcher = hub.getattr("loop")?.call_method(
            "io",
            // 1 is "readable".
            (descriptor, 1),
            Some(&options),
        )?;
        let reader = Reader {
            core: Arc::downgrade(&core),
            generation: fork::generation(),
        };
        watcher.call_method1("start", (Py::new(py, reader)?, &watcher))?;
        let port = HubPort {
            hub: hub.clone().unbind(),
            core,
            watcher: watcher.unbind(),
            generation: fork::generation(),
            waiting: AtomicUsize::new(0),
        };
        let port = Bound::new(py, port)?;
        let before = PORT.replace(Some(port.clone().unbind()));
        drop(before);
        Ok(port)
    }

    /// In the child of a fork: whoever waits here waits for what goes to the parent.
    fn strand(&self, hub: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = hub.py();
        let flights = std::mem::take(&mut *self.core.flights.lock());
        let waiters = flights.into_iter().filter_map(|(_, flight)| flight.waiter);
        for waiter in waiters {
            let error = PyRuntimeError::new_err("the process has forked since this call began");
            let throw = waiter.getattr(py, intern!(py, "throw"))?;
            hub.getattr(intern!(py, "loop"))?
                .call_method1(intern!(py, "run_callback"), (throw, error.into_value(py)))?;
        }
        Ok(())
    }

    /// Counts a greenlet that waits in, or out.
    fn count(&self, py: Python<'_>, comes: bool) -> PyResult<()> {
        let before = if comes {
            self.waiting.fetch_add(1, Ordering::Relaxed)
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed)
        };
        if before == usize::from(!comes) {
            self.watcher.bind(py).setattr(intern!(py, "ref"), comes)?;
        }
        Ok(())
    }
}

#[pymethods]
impl HubPort {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.hub)?;
        visit.call(&self.watcher)?;
        let Some(flights) = self.core.flights.try_lock() else {
            return Ok(());
        };
        flights
            .iter()
            .try_for_each(|(_, flight)| visit.call(&flight.waiter))
    }
}

impl Drop for HubPort {
    fn drop(&mut self) {
        // At the end of the interpreter there is no hub to tell.
        let _ = Python::try_attach(|py| self.watcher.call_method0(py, intern!(py, "close")));
    }
}

/// Makes a request and waits for its outcome on the hub. What is thrown into the greenlet meanwhile, by `kill` or a `Timeout`, comes out
/// of here, and the request goes on without it.
pub(crate) fn wait<R: Request>(
    hub: &Bound<'_, PyAny>,
    engine: &Engine,
    request: R,
    watch: Option<Watch>,
) -> PyResult<Landing> {
    static WAITER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = hub.py();
    let port = HubPort::of(hub, engine)?;
    let this = port.get();
    let waiter = WAITER.import(py, "gevent.hub", "Waiter")?.call1((hub,))?;
    let ticket = this.core.flights.lock().insert(Flight {
        waiter: Some(waiter.clone().unbind()),
        landing: None,
    });
    let token = Completion::new(Arc::clone(&this.core.outbox), ticket);
    engine.reactor.submit(Box::pin(async move {
        token.complete(landing(request, Company::Burst, watch).await);
    }));
    this.count(py, true)?;
    let woken = waiter.call_method0(intern!(py, "get"));
    this.count(py, false)?;
    let landing = this.core.leave(ticket);
    woken?;
    Ok(landing.unwrap_or_else(Landing::lost))
}
