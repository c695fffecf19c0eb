//! What `client.batch_stream()` gives: the rows of a batch, in the order in which they come.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::aio::pending;
use crate::convert::keys::Keys;
use crate::convert::object::RowLoaders;
use crate::convert::reply::Shape;
use crate::convert::stream::{Next, Turn};
use crate::dispatch::{Mode, dispatch};
use crate::fork;
use crate::ops::batch_stream::{News, Rows, Taken};

/// What both classes share: they differ in how their callers wait.
#[pyclass(
    frozen,
    subclass,
    weakref,
    module = "aerospike_py._aerospike",
    name = "_BaseBatchStream"
)]
pub(crate) struct BaseBatchStream {
    generation: u64,
    rows: Arc<Rows>,
    keys: Keys,
    loaders: RowLoaders,
}

impl BaseBatchStream {
    /// Takes the next row, if it is there.
    pub(crate) fn take<'py>(&self, py: Python<'py>) -> PyResult<Next<'py>> {
        Ok(match self.rows.take().map_err(PyErr::from)? {
            Taken::Row(index, mut row) => {
                let key = self.keys.to_python(py, index, row.digest())?;
                Next::Item(row.record(py, &key, self.loaders.of(index))?)
            }
            Taken::Nothing => Next::Nothing,
            Taken::End => Next::End,
        })
    }

    fn wait<'py>(&self, py: Python<'py>, mode: Mode, shape: Shape) -> PyResult<Bound<'py, PyAny>> {
        dispatch(py, mode, Ok((News(Arc::clone(&self.rows)), shape)))
    }

    fn is_ours(&self) -> bool {
        self.generation == fork::generation()
    }

    fn check_process(&self) -> PyResult<()> {
        if self.is_ours() {
            return Ok(());
        }
        Err(PyRuntimeError::new_err(
            "the process has forked since this batch began: its rows go to the parent",
        ))
    }
}

impl Drop for BaseBatchStream {
    fn drop(&mut self) {
        // In the child of a fork another thread may have held the lock, for ever.
        if self.is_ours() {
            self.rows.close();
        }
    }
}

#[pymethods]
impl BaseBatchStream {
    #[doc = include_str!("docs/BatchStream.retry.md")]
    #[getter]
    fn retry<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.check_process()?;
        self.rows
            .retry()
            .map(|retry| retry.to_python(py))
            .transpose()
    }

    #[doc = include_str!("docs/BatchStream.close.md")]
    fn close(&self) {
        if self.is_ours() {
            self.rows.close();
        }
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyAny>) {
        self.close();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.keys.traverse(&visit)?;
        self.loaders.traverse(&visit)
    }
}

#[doc = include_str!("docs/BatchStream.md")]
#[pyclass(frozen, extends = BaseBatchStream, module = "aerospike_py._aerospike")]
pub(crate) struct BatchStream;

#[pymethods]
impl BatchStream {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.as_super().get());
        this.check_process()?;
        loop {
            match this.take(py)? {
                Next::Item(item) => return Ok(item),
                Next::End => return Err(PyStopIteration::new_err(())),
                Next::Nothing => this.wait(py, Mode::Blocking, Shape::Plain)?,
            };
        }
    }
}

#[doc = include_str!("docs/AsyncBatchStream.md")]
#[pyclass(frozen, extends = BaseBatchStream, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncBatchStream;

#[pymethods]
impl AsyncBatchStream {
    fn __aiter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __anext__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.as_super().get());
        this.check_process()?;
        let turn = Turn::Row(slf.as_super().clone().unbind());
        if this.rows.has_news() {
            return pending::ready(py, "batch_stream", turn);
        }
        this.wait(py, Mode::Awaitable, Shape::Turn(turn))
    }
}

/// The rows of a batch that has been sent.
pub(crate) fn stream(
    py: Python<'_>,
    mode: Mode,
    rows: Arc<Rows>,
    keys: Keys,
    loaders: RowLoaders,
) -> PyResult<Bound<'_, PyAny>> {
    let base = PyClassInitializer::from(BaseBatchStream {
        generation: fork::generation(),
        rows,
        keys,
        loaders,
    });
    Ok(match mode {
        Mode::Blocking => Bound::new(py, base.add_subclass(BatchStream))?.into_any(),
        Mode::Awaitable => Bound::new(py, base.add_subclass(AsyncBatchStream))?.into_any(),
    })
}
