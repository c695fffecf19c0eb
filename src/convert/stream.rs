//! Records of a query: converted when they are taken.

use std::sync::Arc;

use aerospike_core::Record;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{PyTraverseError, PyVisit};

use super::names::bin_name;
use super::object::Loader;
use super::{key, record, value};
use crate::arrow::batches::{Batches, Found};
use crate::arrow::capsule;
use crate::batch_stream::BaseBatchStream;
use crate::ops::query::{Consumer, Item, SharedRun, Taken, Want};

/// The `Record` of a query, whose user key is known only if the server keeps it.
fn to_python<'py>(py: Python<'py>, found: &Record, loader: &Loader) -> PyResult<Bound<'py, PyAny>> {
    let key = match &found.key {
        Some(key) => key::to_python(
            py,
            // They are the same for every record, as the names of bins are.
            bin_name(py, key.namespace()).into_any(),
            bin_name(py, key.set_name()).into_any(),
            match key.user_key() {
                Some(user_key) => value::to_python(py, user_key)?,
                None => py.None().into_bound(py),
            },
            &key.digest(),
        )?,
        None => py.None().into_bound(py),
    };
    record::record(py, key, found, loader)
}

/// The record or value that was taken.
fn item<'py>(py: Python<'py>, item: &Item, loader: &Loader) -> PyResult<Bound<'py, PyAny>> {
    match item {
        Item::Record(record) => to_python(py, record, loader),
        Item::Value(value) => value::to_python(py, value),
    }
}

/// What an iterator finds.
pub(crate) enum Next<'py> {
    /// A record, or a page of them.
    Item(Bound<'py, PyAny>),
    /// More must be fetched.
    Nothing,
    End,
}

/// One turn of an iterator.
pub(crate) enum Turn {
    /// Of a query: a record of what was fetched, or the whole of it.
    Query {
        run: SharedRun,
        want: Want,
        loader: Loader,
    },
    /// Of a query: Arrow columns of so many records.
    Columns(Arc<Batches>),
    /// Of the rows of a batch.
    Row(Py<BaseBatchStream>),
}

impl Turn {
    /// The page that it takes, if it takes one: that takes its time.
    pub(crate) fn page(&self, py: Python<'_>) -> Option<Gathering> {
        match self {
            Self::Query { run, want, loader } if *want == Want::Whole && run.fetched() > 0 => {
                Some(Gathering::page(py, run.clone(), loader.clone_ref(py)))
            }
            Self::Query { .. } | Self::Columns(_) | Self::Row(_) => None,
        }
    }

    /// Takes what is there.
    pub(crate) fn take<'py>(&self, py: Python<'py>) -> PyResult<Next<'py>> {
        if let Some(page) = self.page(py) {
            return Ok(Next::Item(page.finish(py)?.into_bound(py)));
        }
        match self {
            Self::Query { run, loader, .. } => Ok(match run.take().map_err(PyErr::from)? {
                Taken::Found(found) => Next::Item(item(py, &found, loader)?),
                Taken::Nothing => Next::Nothing,
                Taken::End => Next::End,
            }),
            Self::Columns(batches) => Ok(match batches.take() {
                Found::Batch(batch) => Next::Item(capsule::table(py, batch)?.into_bound(py)),
                Found::Nothing => Next::Nothing,
                Found::End => Next::End,
            }),
            Self::Row(stream) => stream.get().take(py),
        }
    }

    /// Takes what was waited for, in an await.
    pub(crate) fn finish(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self.take(py)? {
            Next::Item(item) => Ok(item.unbind()),
            Next::End => Err(PyStopAsyncIteration::new_err(())),
            Next::Nothing => Err(PyRuntimeError::new_err(
                "another task has taken what this one waited for: a query, or a batch, has one reader",
            )),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Query { loader, .. } => loader.traverse(visit),
            Self::Columns(_) => Ok(()),
            Self::Row(stream) => visit.call(stream),
        }
    }
}

/// What becomes of the records that are gathered.
enum Sort {
    List,
    /// The only one, or None.
    First,
}

/// Records on their way into a list.
pub(crate) struct Gathering {
    run: SharedRun,
    /// Ends the run with this conversion.
    _consumer: Option<Consumer>,
    sort: Sort,
    loader: Loader,
    list: Py<PyList>,
    /// How many more of those that were fetched; None for all, and the error the run ended in.
    left: Option<usize>,
}

impl Gathering {
    fn all(py: Python<'_>, consumer: Consumer, sort: Sort, loader: Loader) -> Self {
        Self {
            run: consumer.0.clone(),
            _consumer: Some(consumer),
            sort,
            loader,
            list: PyList::empty(py).unbind(),
            left: None,
        }
    }

    pub(crate) fn list(py: Python<'_>, consumer: Consumer, loader: Loader) -> Self {
        Self::all(py, consumer, Sort::List, loader)
    }

    pub(crate) fn first(py: Python<'_>, consumer: Consumer, loader: Loader) -> Self {
        Self::all(py, consumer, Sort::First, loader)
    }

    /// The page that was fetched; its iterator goes on.
    pub(crate) fn page(py: Python<'_>, run: SharedRun, loader: Loader) -> Self {
        Self {
            left: Some(run.fetched()),
            run,
            _consumer: None,
            sort: Sort::List,
            loader,
            list: PyList::empty(py).unbind(),
        }
    }

    /// Converts up to `budget` records: how many, and the result if it is complete.
    pub(crate) fn advance(
        &mut self,
        py: Python<'_>,
        budget: usize,
    ) -> PyResult<(usize, Option<Py<PyAny>>)> {
        let list = self.list.bind(py);
        let mut converted = 0;
        while self.left != Some(0) {
            if converted == budget {
                return Ok((converted, None));
            }
            let Taken::Found(found) = self.run.take().map_err(PyErr::from)? else {
                break;
            };
            list.append(item(py, &found, &self.loader)?)?;
            converted += 1;
            self.left = self.left.map(|left| left - 1);
        }
        let result = match self.sort {
            Sort::List => list.clone().into_any(),
            Sort::First => list
                .get_item(0)
                .unwrap_or_else(|_| py.None().into_bound(py)),
        };
        Ok((converted, Some(result.unbind())))
    }

    fn finish(mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (_, result) = self.advance(py, usize::MAX)?;
        Ok(result.unwrap_or_else(|| py.None()))
    }
}
