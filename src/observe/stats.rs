//! The metrics as Python objects.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::codes::error_type;
use super::histogram::{Histogram, Snapshot};
use super::series::{self, Series};
use super::{clients, logging};
use crate::cluster::gauges::NodeGauges;
use crate::engine::running;

/// The I/O thread and the event loops it serves.
#[derive(Default)]
pub(crate) struct Reactor {
    pub(crate) queued: u64,
    pub(crate) jobs: u64,
    pub(crate) wakeups: u64,
    pub(crate) loops: u64,
    pub(crate) drains: u64,
    pub(crate) longest_drain: Duration,
}

impl Reactor {
    /// As it is at this moment; zeros before the first client.
    pub(crate) fn now() -> Self {
        let Some(engine) = running() else {
            return Self::default();
        };
        let (drains, longest_drain) = engine.ports.drains();
        Self {
            queued: engine.reactor.queued() as u64,
            jobs: engine.reactor.jobs() as u64,
            wakeups: engine.reactor.turns(),
            loops: engine.ports.count() as u64,
            drains,
            longest_drain,
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A dict of what a `LatencyStats` has.
fn latency<'py>(py: Python<'py>, snapshot: &Snapshot) -> PyResult<Bound<'py, PyDict>> {
    let latency = PyDict::new(py);
    let count = snapshot.count();
    let mean = if count == 0 {
        0.0
    } else {
        milliseconds(snapshot.sum()) / count as f64
    };
    latency.set_item("samples", count)?;
    latency.set_item("mean", mean)?;
    for (name, fraction) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)] {
        latency.set_item(name, milliseconds(snapshot.quantile(fraction)))?;
    }
    latency.set_item("max", milliseconds(snapshot.largest()))?;
    Ok(latency)
}

/// A dict of what an `OperationStats` has.
fn operation<'py>(py: Python<'py>, series: &Series) -> PyResult<Bound<'py, PyDict>> {
    let operation = PyDict::new(py);
    let errors = PyDict::new(py);
    let mut count = 0;
    let mut took = Snapshot::default();
    for (code, snapshot) in series.outcomes() {
        count += snapshot.count();
        if code == 0 {
            took = snapshot;
        } else {
            errors.set_item(error_type(code), snapshot.count())?;
        }
    }
    operation.set_item("operation", series.operation)?;
    operation.set_item("namespace", &series.namespace)?;
    operation.set_item("set_name", &series.set)?;
    operation.set_item("calls", count)?;
    operation.set_item("errors", errors)?;
    operation.set_item("retries", series.retries())?;
    operation.set_item("in_flight", series.in_flight())?;
    operation.set_item("latency", latency(py, &took)?)?;
    operation.set_item("queue_wait", latency(py, &series.waits())?)?;
    Ok(operation)
}

fn node<'py>(py: Python<'py>, gauges: &NodeGauges) -> PyResult<Bound<'py, PyDict>> {
    let node = PyDict::new(py);
    node.set_item("name", &gauges.name)?;
    node.set_item("address", &gauges.address)?;
    for (name, number) in gauges.clone().numbers_mut() {
        node.set_item(name, *number)?;
    }
    Ok(node)
}

fn reactor(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let now = Reactor::now();
    let reactor = PyDict::new(py);
    reactor.set_item("queue_depth", now.queued)?;
    reactor.set_item("jobs", now.jobs)?;
    reactor.set_item("wakeups", now.wakeups)?;
    reactor.set_item("event_loops", now.loops)?;
    reactor.set_item("drains", now.drains)?;
    reactor.set_item("longest_drain", milliseconds(now.longest_drain))?;
    Ok(reactor)
}

/// What `aerospike_py.types.ClientStats` is made of: the process's operations and reactor, and some nodes.
pub(crate) fn describe<'py>(py: Python<'py>, nodes: &[NodeGauges]) -> PyResult<Bound<'py, PyAny>> {
    let operations = PyList::empty(py);
    for series in series::all() {
        if series.in_flight() != 0 || !series.outcomes().is_empty() {
            operations.append(operation(py, series)?)?;
        }
    }
    let described = PyList::empty(py);
    for gauges in nodes {
        described.append(node(py, gauges)?)?;
    }
    py.import("aerospike_py._stats")?.call_method1(
        "client_stats",
        (
            operations,
            described,
            reactor(py)?,
            logging::dropped_log_count(),
        ),
    )
}

/// The quantiles of durations in nanoseconds, as a histogram has them; for the test suite.
#[pyfunction]
pub(crate) fn _quantiles(durations: Vec<u64>, fractions: Vec<f64>) -> Vec<u128> {
    let histogram = Histogram::new();
    for duration in durations {
        histogram.record(Duration::from_nanos(duration));
    }
    let snapshot = histogram.snapshot();
    let quantiles = fractions
        .into_iter()
        .map(|fraction| snapshot.quantile(fraction));
    quantiles.map(|quantile| quantile.as_nanos()).collect()
}

/// The same of all clients together; for the instruments of OpenTelemetry.
#[pyfunction]
pub(crate) fn _stats(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    describe(py, &clients::nodes())
}
