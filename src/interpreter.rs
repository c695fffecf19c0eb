//! One interpreter per process.
//!
//! What is looked up once and kept (classes, names, the I/O thread's ports) belongs to the interpreter that imported this module first.
//! Python would let a second one in and mix the objects of both.

use std::sync::atomic::{AtomicI64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Refuses every interpreter but the first.
pub(crate) fn claim(py: Python<'_>) -> PyResult<()> {
    const NOBODY: i64 = -1;
    static OWNER: AtomicI64 = AtomicI64::new(NOBODY);
    // SAFETY: `py` proves that this thread is attached, so it has a current interpreter.
    let this = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    if let Some(error) = PyErr::take(py) {
        return Err(error);
    }
    match OWNER.compare_exchange(NOBODY, this, Ordering::Relaxed, Ordering::Relaxed) {
        Err(owner) if owner != this => Err(PyImportError::new_err(format!(
            "aerospike_py belongs to interpreter {owner} of this process and cannot be imported in interpreter {this} too; \
             use threads, or processes"
        ))),
        _ => Ok(()),
    }
}
