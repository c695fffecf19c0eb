//! A request as an awaitable: looks like a coroutine (`asyncio.iscoroutine` is true), so that `gather`,
//! `create_task`, `wait_for` and the others take it as it is; is none, so that it costs no frame.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use pyo3::exceptions::{PyAttributeError, PyRuntimeError, PyRuntimeWarning, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

use super::port::{PortCore, Token};
use super::running_loop;
use super::waker::Waker;
use crate::batch_stream;
use crate::convert::keys::Keys;
use crate::convert::object::RowLoaders;
use crate::convert::reply::{Conversion, Shape};
use crate::convert::stream::Turn;
use crate::dispatch::Mode;
use crate::engine::{Job, engine};
use crate::error::Error;
use crate::exit;
use crate::fork;
use crate::observe::span::Span;
use crate::ops::batch_stream::Rows;

/// Starts a request whose outcome goes to the token.
pub(crate) type Start = Box<dyn FnOnce(Python<'_>, Token) -> (Job, Option<Span>) + Send>;

enum State {
    /// Made without a running loop: starts at its first step.
    Deferred(Start, Shape),
    /// Under way.
    Flying(Weak<PortCore>, Option<Shape>),
    /// Answered; nobody has taken the answer yet.
    Settled(PyResult<Py<PyAny>>, Option<Py<PyAny>>),
    /// There is a record, or the end, to be taken: by the next step, or by another await if this one is given up.
    Ready(Turn, Option<Py<PyAny>>),
    /// Under way, and nobody wants the answer any more.
    Orphaned,
    /// Taken, or closed.
    Spent,
}

struct Inner {
    state: State,
    waker: Option<Py<Waker>>,
    /// Ends when the answer is there, also if nobody waits for it any more.
    span: Option<Span>,
    /// Whether anybody has awaited, thrown into or closed it.
    used: bool,
    /// Whether it was awaited in the loop it belongs to.
    at_home: bool,
}

/// The awaitable that every method of `AsyncClient` returns.
#[pyclass(frozen, subclass, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct Pending {
    name: &'static str,
    generation: u64,
    inner: Mutex<Inner>,
}

/// Which class of awaitable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    Plain,
    Batch,
}

/// A request, started if a loop runs here.
pub(crate) fn spawn<'py>(
    py: Python<'py>,
    awaited: Awaited,
    name: &'static str,
    start: Start,
    shape: Shape,
) -> PyResult<Bound<'py, PyAny>> {
    let pending = Pending::new(py, awaited, name, State::Deferred(start, shape))?;
    if let Some(event_loop) = running_loop(py)?
        && let Err(error) = pending.get().launch(&pending, &event_loop)
    {
        // A loop without readers, no descriptor left: it comes out of the await, as every error does.
        let refused = State::Settled(Err(error), Some(event_loop.unbind()));
        let before = std::mem::replace(&mut pending.get().inner.lock().state, refused);
        drop(before);
    }
    Ok(pending.into_any())
}

/// A request that failed before it could be made: the error comes out of the await.
pub(crate) fn failed<'py>(
    py: Python<'py>,
    awaited: Awaited,
    name: &'static str,
    error: PyErr,
) -> PyResult<Bound<'py, PyAny>> {
    let event_loop = running_loop(py)?.map(Bound::unbind);
    Ok(Pending::new(py, awaited, name, State::Settled(Err(error), event_loop))?.into_any())
}

/// What needs not be waited for.
pub(crate) fn ready<'py>(
    py: Python<'py>,
    name: &'static str,
    turn: Turn,
) -> PyResult<Bound<'py, PyAny>> {
    let event_loop = running_loop(py)?.map(Bound::unbind);
    Ok(Pending::new(py, Awaited::Plain, name, State::Ready(turn, event_loop))?.into_any())
}

impl Pending {
    fn new<'py>(
        py: Python<'py>,
        awaited: Awaited,
        name: &'static str,
        state: State,
    ) -> PyResult<Bound<'py, Self>> {
        let inner = Mutex::new(Inner {
            state,
            waker: None,
            span: None,
            used: false,
            at_home: false,
        });
        let pending = Self {
            name,
            generation: fork::generation(),
            inner,
        };
        match awaited {
            Awaited::Plain => Bound::new(py, pending),
            Awaited::Batch => {
                let init = PyClassInitializer::from(pending).add_subclass(PendingBatch);
                Ok(Bound::new(py, init)?.into_super())
            }
        }
    }

    /// The rows of a batch whose answer nobody has begun to take, with their keys: from now on they are taken as they come.
    fn take_rows(slf: &Bound<'_, Self>) -> PyResult<Option<(Keys, Arc<Rows>, RowLoaders)>> {
        let this = slf.get();
        this.check_process()?;
        if matches!(this.inner.lock().state, State::Deferred(..)) {
            let event_loop = running_loop(slf.py())?
                .ok_or_else(|| PyRuntimeError::new_err("no running event loop"))?;
            this.launch(slf, &event_loop)?;
        }
        let mut inner = this.inner.lock();
        let State::Flying(_, shape) = &mut inner.state else {
            return Ok(None);
        };
        match shape.take() {
            Some(Shape::Rows(keys, rows, loaders)) if inner.waker.is_none() && rows.hear() => {
                inner.used = true;
                inner.state = State::Orphaned;
                Ok(Some((keys, rows, loaders)))
            }
            other => {
                inner.state = match std::mem::replace(&mut inner.state, State::Spent) {
                    State::Flying(port, _) => State::Flying(port, other),
                    state => state,
                };
                Ok(None)
            }
        }
    }

    /// Sends a deferred request on its way.
    fn launch(&self, slf: &Bound<'_, Self>, event_loop: &Bound<'_, PyAny>) -> PyResult<()> {
        let engine = engine()?;
        let port = engine.ports.of(event_loop)?;
        let (start, shape) = {
            let mut inner = self.inner.lock();
            match std::mem::replace(&mut inner.state, State::Spent) {
                State::Deferred(start, shape) => (start, shape),
                other => {
                    inner.state = other;
                    return Ok(());
                }
            }
        };
        let token = port.board(slf);
        let (job, span) = start(slf.py(), token);
        {
            let mut inner = self.inner.lock();
            inner.state = State::Flying(std::sync::Arc::downgrade(&port), Some(shape));
            inner.span = span;
        }
        engine.reactor.submit(job);
        Ok(())
    }

    /// The span of the request; for the port, which ends it.
    pub(crate) fn take_span(&self) -> Option<Span> {
        self.inner.lock().span.take()
    }

    /// The shape of the answer, if somebody still waits for it; for the port.
    pub(crate) fn take_shape(&self) -> Option<Shape> {
        let mut inner = self.inner.lock();
        match &mut inner.state {
            State::Flying(_, shape) => shape.take(),
            State::Orphaned => {
                inner.state = State::Spent;
                None
            }
            _ => None,
        }
    }

    /// The answer is there. Returns whom to wake.
    pub(crate) fn settle(
        &self,
        py: Python<'_>,
        result: PyResult<Conversion>,
        event_loop: &Py<PyAny>,
    ) -> Option<Py<Waker>> {
        let home = Some(event_loop.clone_ref(py));
        let settled = match result {
            Ok(Conversion::Turn(turn)) => State::Ready(turn, home),
            Ok(conversion) => State::Settled(conversion.finish(py), home),
            Err(error) => State::Settled(Err(error), home),
        };
        let mut inner = self.inner.lock();
        if !matches!(inner.state, State::Flying(..)) {
            // Given up while it was being converted.
            inner.state = State::Spent;
            drop(inner);
            return None;
        }
        inner.state = settled;
        inner.waker.take()
    }

    /// One step of the awaiting task: what to yield, or StopIteration, or the error.
    fn step(slf: &Bound<'_, Self>) -> PyResult<Py<Waker>> {
        let py = slf.py();
        let this = slf.get();
        this.check_process()?;
        this.inner.lock().used = true;
        if matches!(this.inner.lock().state, State::Deferred(..)) {
            let event_loop = running_loop(py)?
                .ok_or_else(|| PyRuntimeError::new_err("no running event loop"))?;
            this.launch(slf, &event_loop)?;
        }
        this.check_loop(py)?;
        let settled = {
            let mut inner = this.inner.lock();
            match std::mem::replace(&mut inner.state, State::Spent) {
                settled @ (State::Settled(..) | State::Ready(..)) => Some(settled),
                other => {
                    inner.state = other;
                    None
                }
            }
        };
        let result = match settled {
            Some(State::Settled(result, _)) => Some(result),
            Some(State::Ready(turn, _)) => Some(turn.finish(py)),
            _ => None,
        };
        match result {
            // A tuple, since the value may be one itself and would be taken for several arguments.
            Some(Ok(value)) => Err(PyStopIteration::new_err((value,))),
            Some(Err(error)) => Err(error),
            None => this.wait(py),
        }
    }

    /// A waker for a request under way.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<Waker>> {
        let port = match &self.inner.lock().state {
            State::Flying(port, _) => port.upgrade(),
            _ => return Err(self.misused("cannot reuse already awaited")),
        };
        let Some(port) = port else {
            return Err(self.misused("the event loop was closed that started"));
        };
        self.check_runs(py, &port.event_loop)?;
        let waker = Py::new(py, Waker::new(port.event_loop.clone_ref(py)))?;
        let mut inner = self.inner.lock();
        if inner
            .waker
            .as_ref()
            .is_some_and(|waker| waker.get().is_waiting())
        {
            drop(inner);
            return Err(self.misused("another task awaits"));
        }
        inner.waker = Some(waker.clone_ref(py));
        inner.at_home = true;
        Ok(waker)
    }

    /// An answer that came before anybody waited for it is no less bound to its loop than one that was waited for: whether a
    /// mistake is reported must not depend on how fast the server was.
    fn check_loop(&self, py: Python<'_>) -> PyResult<()> {
        let home = match &*self.inner.lock() {
            Inner {
                state: State::Settled(_, Some(home)) | State::Ready(_, Some(home)),
                at_home: false,
                ..
            } => home.clone_ref(py),
            _ => return Ok(()),
        };
        self.check_runs(py, &home)
    }

    fn check_runs(&self, py: Python<'_>, event_loop: &Py<PyAny>) -> PyResult<()> {
        if running_loop(py)?.is_some_and(|running| running.is(event_loop)) {
            return Ok(());
        }
        Err(self.misused("attached to a different event loop:"))
    }

    fn misused(&self, what: &str) -> PyErr {
        PyRuntimeError::new_err(format!("{what} AsyncClient.{}()", self.name))
    }

    fn check_process(&self) -> PyResult<()> {
        if self.generation == fork::generation() {
            return Ok(());
        }
        Err(self.misused("the process has forked since"))
    }

    /// Nobody wants the answer any more. The request itself goes on: to break it off in the middle would
    /// cost its connection.
    fn abandon(&self) -> State {
        let mut inner = self.inner.lock();
        inner.used = true;
        inner.waker = None;
        let next = match inner.state {
            State::Flying(..) => State::Orphaned,
            _ => State::Spent,
        };
        std::mem::replace(&mut inner.state, next)
    }
}

#[pymethods]
impl Pending {
    fn __await__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    /// Of what it does not have: most likely the result's, and `await` was forgotten.
    fn __getattr__(&self, name: &str) -> PyResult<Py<PyAny>> {
        Err(PyAttributeError::new_err(format!(
            "what AsyncClient.{}() returns has no attribute '{name}': await it, then its result may have one",
            self.name
        )))
    }

    fn __next__(slf: &Bound<'_, Self>) -> PyResult<Py<Waker>> {
        exit::inside(slf.py(), || Self::step(slf))
    }

    #[pyo3(signature = (value, /))]
    fn send(slf: &Bound<'_, Self>, value: &Bound<'_, PyAny>) -> PyResult<Py<Waker>> {
        let _ = value;
        exit::inside(slf.py(), || Self::step(slf))
    }

    #[pyo3(signature = (kind, value=None, traceback=None, /))]
    fn throw(
        &self,
        kind: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Waker>> {
        drop(self.abandon());
        let error = match value {
            _ if kind.is_instance_of::<pyo3::exceptions::PyBaseException>() => kind.clone(),
            Some(value) if value.is_instance_of::<pyo3::exceptions::PyBaseException>() => {
                value.clone()
            }
            Some(value) => kind.call1((value,))?,
            None => kind.call0()?,
        };
        if let Some(traceback) = traceback.filter(|traceback| !traceback.is_none()) {
            error.call_method1("with_traceback", (traceback,))?;
        }
        Err(PyErr::from_value(error))
    }

    fn close(&self) {
        drop(self.abandon());
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.name
    }

    #[getter]
    fn __qualname__(&self) -> String {
        format!("AsyncClient.{}", self.name)
    }

    fn __repr__(&self) -> String {
        let state = match &self.inner.lock().state {
            State::Deferred(..) => "not started",
            State::Flying(..) => "under way",
            State::Settled(..) | State::Ready(..) => "answered",
            State::Orphaned | State::Spent => "done",
        };
        format!("<Pending AsyncClient.{}() {state}>", self.name)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(inner) = self.inner.try_lock() else {
            return Ok(());
        };
        visit.call(&inner.waker)?;
        if let Some(span) = &inner.span {
            span.traverse(&visit)?;
        }
        match &inner.state {
            State::Deferred(_, shape) | State::Flying(_, Some(shape)) => shape.traverse(&visit),
            State::Settled(Ok(value), event_loop) => {
                visit.call(value)?;
                visit.call(event_loop)
            }
            State::Ready(turn, event_loop) => {
                turn.traverse(&visit)?;
                visit.call(event_loop)
            }
            _ => Ok(()),
        }
    }

    fn __clear__(&self) {
        let mut inner = self.inner.lock();
        let waker = inner.waker.take();
        drop(inner);
        drop(waker);
    }
}

#[doc = include_str!("../docs/PendingBatch.md")]
#[pyclass(frozen, extends = Pending, module = "aerospike_py._aerospike")]
pub(crate) struct PendingBatch;

#[pymethods]
impl PendingBatch {
    fn __aiter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match Pending::take_rows(slf.as_super())? {
            Some((keys, rows, loaders)) => {
                batch_stream::stream(py, Mode::Awaitable, rows, keys, loaders)
            }
            // All are there already, or it has failed.
            None => py
                .import("aerospike_py.batch")?
                .call_method1("replay", (slf,)),
        }
    }
}

impl Drop for Pending {
    /// Says what a coroutine would say that nobody awaited.
    fn drop(&mut self) {
        let inner = self.inner.get_mut();
        if inner.used || self.generation != fork::generation() {
            return;
        }
        let state = std::mem::replace(&mut inner.state, State::Spent);
        let name = self.name;
        // Not at the end of the interpreter, when there is nobody left to tell.
        let _ = Python::try_attach(|py| {
            let under_way = PyErr::take(py);
            complain(py, name, state);
            if let Some(error) = under_way {
                error.restore(py);
            }
        });
    }
}

/// The warning, and the error the request ended in.
fn complain(py: Python<'_>, name: &str, state: State) {
    let text = format!("coroutine 'AsyncClient.{name}' was never awaited");
    if let Ok(text) = std::ffi::CString::new(text)
        && let Err(error) = PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &text, 1)
    {
        // Warnings are errors here; there is no caller to raise it to.
        error.write_unraisable(py, None);
    }
    if let State::Settled(Err(error), Some(event_loop)) = state
        && let Err(error) = report(py, name, error, &event_loop)
    {
        error.write_unraisable(py, None);
    }
}

fn report(py: Python<'_>, name: &str, error: PyErr, event_loop: &Py<PyAny>) -> PyResult<()> {
    let context = PyDict::new(py);
    context.set_item(
        "message",
        format!("AsyncClient.{name}() failed and was never awaited"),
    )?;
    context.set_item("exception", error)?;
    event_loop.bind(py).call_method1(
        intern!(py, "call_exception_handler"),
        PyTuple::new(py, [context])?,
    )?;
    Ok(())
}

/// The error of a request whose port could not be had.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::client(format!("No file descriptor for this event loop: {error}"))
    }
}
