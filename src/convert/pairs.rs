//! The pairs of a dict that may change while they are converted.

use std::cell::RefCell;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use smallvec::SmallVec;

type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The pairs that a dict holds at this moment. To convert one may run Python code, a serializer's for example, and other threads have their
/// turn then: to go on in a dict that has changed would end in a panic.
pub(crate) fn pairs<'py>(dict: &Bound<'py, PyDict>) -> PyResult<SmallVec<[Pair<'py>; 8]>> {
    let pairs = RefCell::new(SmallVec::with_capacity(dict.len()));
    // Locked, where threads run at once.
    dict.locked_for_each(|key, value| {
        pairs.borrow_mut().push((key, value));
        Ok(())
    })?;
    Ok(pairs.into_inner())
}
