//! Requests as awaitables on asyncio's event loops.

pub(crate) mod method;
pub(crate) mod pending;
pub(crate) mod port;
pub(crate) mod waker;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The event loop that runs on this thread, if any.
pub(crate) fn running_loop(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static GETTER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let getter = GETTER.get_or_try_init(py, || {
        PyResult::Ok(py.import("asyncio")?.getattr("_get_running_loop")?.unbind())
    })?;
    let found = getter.bind(py).call0()?;
    Ok((!found.is_none()).then_some(found))
}
