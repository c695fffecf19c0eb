//! What a call with `wait=False` returns: the cluster has agreed, and this says when it is done.

use std::sync::Arc;

use pyo3::prelude::*;

use super::{Object, patience};
use crate::convert::reply::Shape;
use crate::dispatch::{Mode, Routed, dispatch};
use crate::error::{Error, Result};
use crate::ops::task::{IsDone, Task, Wait};
use crate::session::Session;

#[doc = include_str!("../docs/Task.md")]
#[pyclass(frozen, module = "aerospike_py._aerospike", name = "Task")]
pub(crate) struct PendingTask {
    mode: Mode,
    session: Arc<Session>,
    task: Task,
}

/// The Python object of a task.
pub(super) fn hand_out(
    py: Python<'_>,
    mode: Mode,
    session: Arc<Session>,
    task: Task,
) -> Result<Py<PyAny>> {
    let task = PendingTask {
        mode,
        session,
        task,
    };
    Ok(Py::new(py, task)?.into_any())
}

impl PendingTask {
    /// The session, in this process.
    fn session(&self) -> Result<Arc<Session>> {
        if self.session.is_ours() {
            return Ok(Arc::clone(&self.session));
        }
        Err(Error::client(
            "The task belongs to a client of the process before the fork",
        ))
    }
}

#[pymethods]
impl PendingTask {
    #[doc = include_str!("../docs/Task.is_done.md")]
    fn is_done<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let operation = IsDone(self.task.clone());
        let call = self
            .session()
            .map(|session| (Routed { session, operation }, Shape::Plain));
        dispatch(py, self.mode, call)
    }

    #[doc = include_str!("../docs/Task.wait.md")]
    #[pyo3(signature = (timeout=None))]
    fn wait<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = patience(timeout).and_then(|patience| {
            let task = self.task.clone();
            let operation = Wait { task, patience };
            let session = self.session()?;
            Ok((Routed { session, operation }, Shape::Plain))
        });
        dispatch(py, self.mode, call)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.task)
    }
}

impl Drop for PendingTask {
    fn drop(&mut self) {
        if !self.session.is_ours() {
            // The child of a fork leaves the parent's session alone.
            std::mem::forget(Arc::clone(&self.session));
        }
    }
}
