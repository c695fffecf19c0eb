//! What a [`Pending`](super::pending::Pending) yields to the task that awaits it: as much of a future as a
//! task looks at, and no more. It never reaches the user: `gather` would wait for it for ever.

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::exit;

enum State {
    Waiting,
    Woken,
    /// With the message that must reappear in the `CancelledError`: anyio's scopes know theirs by it.
    Cancelled(Option<Py<PyAny>>),
}

struct Inner {
    state: State,
    /// The protocol's sign that this was yielded by an await and not by a bare yield.
    blocking: bool,
    callbacks: Vec<(Py<PyAny>, Option<Py<PyAny>>)>,
}

/// The future-like object a task waits on.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
pub(crate) struct Waker {
    event_loop: Py<PyAny>,
    inner: Mutex<Inner>,
}

impl Waker {
    pub(crate) fn new(event_loop: Py<PyAny>) -> Self {
        Self {
            event_loop,
            inner: Mutex::new(Inner {
                state: State::Waiting,
                blocking: true,
                callbacks: Vec::new(),
            }),
        }
    }

    /// Whether the task still waits.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.inner.lock().state, State::Waiting)
    }

    /// The callbacks, once: none if it was cancelled before.
    fn settle(&self, state: State) -> Vec<(Py<PyAny>, Option<Py<PyAny>>)> {
        let mut inner = self.inner.lock();
        if !matches!(inner.state, State::Waiting) {
            return Vec::new();
        }
        inner.state = state;
        std::mem::take(&mut inner.callbacks)
    }

    /// Runs the task's next step here and now. User code runs in it, and what it raises comes back.
    pub(crate) fn wake(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        for (callback, context) in slf.get().settle(State::Woken) {
            match context {
                Some(context) => context
                    .bind(py)
                    .call_method1(intern!(py, "run"), (callback, slf))?,
                None => callback.bind(py).call1((slf,))?,
            };
        }
        Ok(())
    }
}

#[pymethods]
impl Waker {
    #[getter]
    fn _asyncio_future_blocking(&self) -> bool {
        self.inner.lock().blocking
    }

    #[setter(_asyncio_future_blocking)]
    fn set_asyncio_future_blocking(&self, blocking: bool) {
        self.inner.lock().blocking = blocking;
    }

    fn get_loop(&self, py: Python<'_>) -> Py<PyAny> {
        self.event_loop.clone_ref(py)
    }

    #[getter]
    fn _loop(&self, py: Python<'_>) -> Py<PyAny> {
        self.event_loop.clone_ref(py)
    }

    #[pyo3(signature = (callback, *, context=None))]
    fn add_done_callback(
        slf: &Bound<'_, Self>,
        callback: Py<PyAny>,
        context: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        {
            let mut inner = slf.get().inner.lock();
            if matches!(inner.state, State::Waiting) {
                inner.callbacks.push((callback, context));
                return Ok(());
            }
        }
        call_soon(slf, &callback, context.as_ref())
    }

    fn remove_done_callback(&self, py: Python<'_>, callback: &Bound<'_, PyAny>) -> PyResult<usize> {
        let callbacks = std::mem::take(&mut self.inner.lock().callbacks);
        let before = callbacks.len();
        let mut kept = Vec::with_capacity(before);
        for entry in callbacks {
            if !entry.0.bind(py).eq(callback)? {
                kept.push(entry);
            }
        }
        let removed = before - kept.len();
        self.inner.lock().callbacks = kept;
        Ok(removed)
    }

    /// The task was cancelled: it learns so in its next step, through [`result`](Self::result).
    #[pyo3(signature = (msg=None))]
    fn cancel(slf: &Bound<'_, Self>, msg: Option<Py<PyAny>>) -> PyResult<bool> {
        if !slf.get().is_waiting() {
            return Ok(false);
        }
        for (callback, context) in slf.get().settle(State::Cancelled(msg)) {
            call_soon(slf, &callback, context.as_ref())?;
        }
        Ok(true)
    }

    fn done(&self) -> bool {
        !self.is_waiting()
    }

    fn cancelled(&self) -> bool {
        matches!(self.inner.lock().state, State::Cancelled(_))
    }

    fn result(&self, py: Python<'_>) -> PyResult<()> {
        static CANCELLED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let message = match &self.inner.lock().state {
            State::Cancelled(message) => message.as_ref().map(|message| message.clone_ref(py)),
            _ => return Ok(()),
        };
        let class = CANCELLED.get_or_try_init(py, || {
            PyResult::Ok(py.import("asyncio")?.getattr("CancelledError")?.unbind())
        })?;
        let arguments = match message {
            Some(message) => PyTuple::new(py, [message])?,
            None => PyTuple::empty(py),
        };
        Err(PyErr::from_value(class.bind(py).call1(arguments)?))
    }

    fn exception(&self, py: Python<'_>) -> Option<PyErr> {
        self.result(py).err()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event_loop)?;
        let Some(inner) = self.inner.try_lock() else {
            return Ok(());
        };
        for (callback, context) in &inner.callbacks {
            visit.call(callback)?;
            visit.call(context)?;
        }
        match &inner.state {
            State::Cancelled(message) => visit.call(message),
            _ => Ok(()),
        }
    }

    fn __clear__(&self) {
        drop(std::mem::take(&mut self.inner.lock().callbacks));
    }
}

fn call_soon(
    slf: &Bound<'_, Waker>,
    callback: &Py<PyAny>,
    context: Option<&Py<PyAny>>,
) -> PyResult<()> {
    let py = slf.py();
    exit::inside(py, || {
        let options = PyDict::new(py);
        if let Some(context) = context {
            options.set_item(intern!(py, "context"), context)?;
        }
        let event_loop = slf.get().event_loop.bind(py);
        event_loop.call_method(intern!(py, "call_soon"), (callback, slf), Some(&options))?;
        Ok(())
    })
}
