//! Iterators over the records of a query, over its pages, or over Arrow tables of them.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::{PyTraverseError, PyVisit};

use crate::aio::pending;
use crate::arrow::batches::{Batches, FetchBatch};
use crate::client::BaseClient;
use crate::convert::object::Loader;
use crate::convert::reply::Shape;
use crate::convert::stream::{Next, Turn};
use crate::error::Error;
use crate::ops::query::{Consumer, Fetch, SharedRun, Want};

/// A pass over records that somebody takes.
pub(crate) struct Iteration {
    client: Py<BaseClient>,
    consumer: Consumer,
    each: Each,
}

/// What he takes at each step.
pub(crate) enum Each {
    /// A record, or a page of them.
    Object { want: Want, loader: Loader },
    /// Arrow columns of so many records.
    Columns(Arc<Batches>),
}

impl Iteration {
    pub(crate) fn new(client: Py<BaseClient>, run: SharedRun, each: Each) -> Self {
        Self {
            client,
            consumer: Consumer(run),
            each,
        }
    }

    fn run(&self) -> &SharedRun {
        &self.consumer.0
    }

    /// What the next turn takes.
    fn turn(&self, py: Python<'_>) -> Turn {
        match &self.each {
            Each::Object { want, loader } => Turn::Query {
                run: self.run().clone(),
                want: *want,
                loader: loader.clone_ref(py),
            },
            Each::Columns(batches) => Turn::Columns(Arc::clone(batches)),
        }
    }

    fn fetch<'py>(&self, py: Python<'py>, shape: Shape) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        match &self.each {
            Each::Object { want, .. } => {
                let fetch = Fetch {
                    run: self.run().clone(),
                    want: *want,
                };
                client.call(py, |_| Ok((fetch, shape)))
            }
            Each::Columns(batches) => {
                let fetch = FetchBatch(Arc::clone(batches));
                client.call(py, |_| Ok((fetch, shape)))
            }
        }
    }

    /// Whether there is something to take at once, if only the end. A page may be long: it is gathered bit by bit.
    fn is_ready(&self) -> bool {
        match &self.each {
            Each::Object { want, .. } => *want == Want::Portion && self.run().has(Want::Portion),
            Each::Columns(batches) => batches.is_ready(),
        }
    }

    fn close(&self) {
        match &self.each {
            Each::Object { .. } => self.run().close(),
            Each::Columns(batches) => batches.close(),
        }
    }

    fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.client)?;
        match &self.each {
            Each::Object { loader, .. } => loader.traverse(visit),
            Each::Columns(_) => Ok(()),
        }
    }

    fn check_process(&self) -> PyResult<()> {
        if self.run().is_ours() {
            return Ok(());
        }
        Err(PyRuntimeError::new_err(
            "the process has forked since this query began: go on from its cursor",
        ))
    }

    fn cursor<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let cursor = match &self.each {
            Each::Object { .. } if self.run().aggregates() => {
                return Err(Error::argument(
                    "an aggregation with apply() has no cursor: its values belong to no record",
                )
                .into());
            }
            Each::Object { .. } => self.run().cursor(),
            Each::Columns(batches) => batches.cursor(),
        };
        Ok(PyBytes::new(py, &cursor.to_bytes()))
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
            match self.0.turn(py).take(py)? {
                Next::Item(item) => return Ok(item),
                Next::End => return Err(PyStopIteration::new_err(())),
                Next::Nothing => self.0.fetch(py, Shape::Plain)?,
            };
        }
    }

    #[doc = include_str!("../docs/QueryIterator.cursor.md")]
    #[getter]
    fn cursor<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.0.cursor(py)
    }

    #[doc = include_str!("../docs/QueryIterator.close.md")]
    fn close(&self) {
        self.0.close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.0.traverse(&visit)
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
        let turn = self.0.turn(py);
        if self.0.is_ready() {
            return pending::ready(py, "query", turn);
        }
        self.0.fetch(py, Shape::Turn(turn))
    }

    #[doc = include_str!("../docs/QueryIterator.cursor.md")]
    #[getter]
    fn cursor<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.0.cursor(py)
    }

    #[doc = include_str!("../docs/QueryIterator.close.md")]
    fn close(&self) {
        self.0.close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.0.traverse(&visit)
    }
}
