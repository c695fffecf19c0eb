//! Spans of OpenTelemetry: begun where a call begins, on its thread and so in its context, and ended where its answer is handed over.
//!
//! What there is to say with OpenTelemetry's own objects is said in `aerospike_py._tracing`; here is when.

use std::time::UNIX_EPOCH;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use super::codes::{LOST, error_type};
use super::series::Series;
use super::switches::{SPANS, turn};
use super::watch::{Seen, Watch};
use crate::fork;

/// What all spans of a series begin with, made once: a sampler sees it, and a span that is not sampled costs nothing more.
pub(crate) struct Labels {
    name: Py<PyString>,
    attributes: Py<PyDict>,
}

impl Labels {
    fn new(py: Python<'_>, series: &Series) -> PyResult<Self> {
        let operation = series.operation.to_ascii_uppercase();
        let attributes = PyDict::new(py);
        attributes.set_item("db.system.name", "aerospike")?;
        attributes.set_item("db.operation.name", &operation)?;
        let mut name = operation;
        if !series.namespace.is_empty() {
            attributes.set_item("db.namespace", &series.namespace)?;
            name = format!("{name} {}", series.namespace);
        }
        if !series.set.is_empty() {
            attributes.set_item("db.collection.name", &series.set)?;
            name = format!("{name}.{}", series.set);
        }
        Ok(Self {
            name: PyString::new(py, &name).unbind(),
            attributes: attributes.unbind(),
        })
    }
}

/// A span that is recorded.
pub(crate) struct Span {
    /// Empty once it has ended.
    span: Option<Py<PyAny>>,
    generation: u64,
}

impl Span {
    /// Begins the span of a call, if it is traced and sampled.
    pub(crate) fn begin(py: Python<'_>, watch: Option<&Watch>) -> Option<Self> {
        let watch = watch.filter(|watch| watch.is_traced())?;
        let span = start(py, watch.series()).ok().flatten()?;
        Some(Self {
            span: Some(span),
            generation: fork::generation(),
        })
    }

    /// Ends it: with what was seen of the request, or with nothing if it goes on without its caller.
    pub(crate) fn end(mut self, py: Python<'_>, seen: Option<&Seen>) {
        self.finish(py, seen);
    }

    fn finish(&mut self, py: Python<'_>, seen: Option<&Seen>) {
        if let Some(span) = self.span.take()
            && let Err(error) = end(py, span, seen)
        {
            // `_tracing.end` catches what telemetry throws: this is a defect, and still no reason to fail the call.
            error.write_unraisable(py, None);
        }
    }

    pub(crate) fn traverse(&self, visit: &pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        visit.call(&self.span)
    }
}

impl Drop for Span {
    /// Its loop was closed, or nobody is left to hand the answer to.
    fn drop(&mut self) {
        if self.span.is_none() {
            return;
        }
        if self.generation != fork::generation() {
            // The parent ends it.
            std::mem::forget(self.span.take());
            return;
        }
        let _ = Python::try_attach(|py| self.finish(py, None));
    }
}

fn start(py: Python<'_>, series: &Series) -> PyResult<Option<Py<PyAny>>> {
    static START: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let start = START.import(py, "aerospike_py._tracing", "start")?;
    let labels = series
        .labels
        .get_or_try_init(py, || Labels::new(py, series))?;
    let span = start.call1((&labels.name, &labels.attributes))?;
    Ok((!span.is_none()).then(|| span.unbind()))
}

fn end(py: Python<'_>, span: Py<PyAny>, seen: Option<&Seen>) -> PyResult<()> {
    static END: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let end = END.import(py, "aerospike_py._tracing", "end")?;
    let Some(seen) = seen else {
        end.call1((span, py.None(), py.None(), (error_type(LOST), LOST, "")))?;
        return Ok(());
    };
    let at = seen.ended_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
    let server = seen.node.as_ref().map(|node| {
        let host = node.host();
        let cluster = node.client_policy().cluster_name.clone();
        (host.name, host.port, cluster)
    });
    let failure = seen
        .failure
        .as_ref()
        .map(|(code, text)| (error_type(*code), *code, text.as_str()));
    let attempts: Vec<_> = seen
        .attempts
        .iter()
        .map(|attempt| (attempt.number, attempt.text.as_str()))
        .collect();
    end.call1((span, at, server, failure, attempts))?;
    Ok(())
}

/// Whether calls have spans from now on; for `aerospike_py._tracing`.
#[pyfunction]
pub(crate) fn _set_tracing(on: bool) {
    turn(SPANS, on);
}
