//! Iterators over the records of a query, or over its pages.

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::{PyTraverseError, PyVisit};

use crate::aio::pending;
use crate::client::BaseClient;
use crate::convert::object::Loader;
use crate::convert::reply::Shape;
use crate::convert::stream::{Next, Turn};
use crate::error::Error;
use crate::ops::query::{Consumer, Fetch, SharedRun, Want};

/// A pass over records, or over pages of them, that somebody takes.
pub(crate) struct Iteration {
    client: Py<BaseClient>,
    consumer: Consumer,
    want: Want,
    loader: Loader,
}

impl Iteration {
    pub(crate) fn new(client: Py<BaseClient>, run: SharedRun, want: Want, loader: Loader) -> Self {
        Self {
            client,
            consumer: Consumer(run),
            want,
            loader,
        }
    }

    fn run(&self) -> &SharedRun {
        &self.consumer.0
    }

    /// What the next turn takes.
    fn turn(&self, py: Python<'_>) -> Turn {
        Turn::Query {
            run: self.run().clone(),
            want: self.want,
            loader: self.loader.clone_ref(py),
        }
    }

    fn fetch<'py>(&self, py: Python<'py>, shape: Shape) -> PyResult<Bound<'py, PyAny>> {
        let fetch = Fetch {
            run: self.run().clone(),
            want: self.want,
        };
        self.client.get().call(py, |_| Ok((fetch, shape)))
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
        if self.run().aggregates() {
            return Err(Error::argument(
                "an aggregation with apply() has no cursor: its values belong to no record",
            )
            .into());
        }
        Ok(PyBytes::new(py, &self.run().cursor().to_bytes()))
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
        self.0.run().close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0.client)?;
        self.0.loader.traverse(&visit)
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
        if self.0.want == Want::Portion && self.0.run().has(Want::Portion) {
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
        self.0.run().close();
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.0.client)?;
        self.0.loader.traverse(&visit)
    }
}
