//! Iterators over the records of a query, or over its pages.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::{PyTraverseError, PyVisit};

use crate::aio::pending;
use crate::arrow::batches::FetchBatch;
use crate::client::BaseClient;
use crate::convert::reply::Shape;
use crate::convert::stream::{Next, Turn};
use crate::ops::query::{Consumer, Fetch, SharedRun, Want};

/// A pass over records, over pages of them or over Arrow batches, that somebody takes.
pub(crate) struct Iteration {
    client: Py<BaseClient>,
    consumer: Consumer,
    /// What each turn takes.
    turn: Turn,
}

impl Iteration {
    pub(crate) fn new(client: Py<BaseClient>, run: SharedRun, turn: Turn) -> Self {
        Self {
            client,
            consumer: Consumer(run),
            turn,
        }
    }

    fn run(&self) -> &SharedRun {
        &self.consumer.0
    }

    fn fetch<'py>(&self, py: Python<'py>, shape: Shape) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        let want = match &self.turn {
            Turn::Record(_) => Want::Portion,
            Turn::Page(_) => Want::Whole,
            Turn::Batch(batches) => {
                let fetch = FetchBatch(Arc::clone(batches));
                return client.call(py, |_| Ok((fetch, shape)));
            }
        };
        let run = self.run().clone();
        client.call(py, |_| Ok((Fetch { run, want }, shape)))
    }

    fn check_process(&self) -> PyResult<()> {
        if self.run().is_ours() {
            return Ok(());
        }
        Err(PyRuntimeError::new_err(
            "the process has forked since this query began: go on from its cursor",
        ))
    }

    fn cursor<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.turn.cursor().to_bytes())
    }
}

#[doc = include_str!("../docs/QueryIterator.md")]
#[pyclass(frozen, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct QueryIterator(pub(super) Iteration);

#[pymethods]
impl QueryIterator {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.check_process()?;
        loop {
            match self.0.turn.take(py)? {
                Next::Item(item) => return Ok(item),
                Next::End => return Err(PyStopIteration::new_err(())),
                Next::Nothing => self.0.fetch(py, Shape::Plain)?,
            };
        }
    }

    #[doc = include_str!("../docs/QueryIterator.cursor.md")]
    #[getter]
    fn cursor<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.0.cursor(py)
    }

    #[doc = include_str!("../docs/QueryIterator.close.md")]
    fn close(&self) {
        self.0.turn.close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0.client)
    }
}

#[doc = include_str!("../docs/AsyncQueryIterator.md")]
#[pyclass(frozen, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncQueryIterator(pub(super) Iteration);

#[pymethods]
impl AsyncQueryIterator {
    fn __aiter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.check_process()?;
        let turn = self.0.turn.clone();
        if turn.is_ready() {
            return pending::ready(py, "query", turn);
        }
        self.0.fetch(py, Shape::Turn(turn))
    }

    #[doc = include_str!("../docs/QueryIterator.cursor.md")]
    #[getter]
    fn cursor<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.0.cursor(py)
    }

    #[doc = include_str!("../docs/QueryIterator.close.md")]
    fn close(&self) {
        self.0.turn.close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0.client)
    }
}
