//! The metrics as text that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use pyo3::prelude::*;

use super::codes::error_type;
use super::histogram::Snapshot;
use super::series::Series;
use super::stats::Reactor;
use super::{clients, logging, series};
use crate::cluster::gauges::NodeGauges;

/// The bounds that the semantic conventions give for `db.client.operation.duration`, in milliseconds.
const OPERATION_BOUNDS: [u64; 9] = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000];
/// In microseconds.
const STAGE_BOUNDS: [u64; 15] = [
    1, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000,
];

/// Text that grows by families.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    fn histogram(&mut self, name: &str, labels: &str, snapshot: &Snapshot, bounds: &[Duration]) {
        let bucket = format!("{name}_bucket");
        for bound in bounds {
            let labels = format!("{labels},le=\"{}\"", bound.as_secs_f64());
            self.sample(&bucket, &labels, snapshot.up_to(*bound));
        }
        let count = snapshot.count();
        self.sample(&bucket, &format!("{labels},le=\"+Inf\""), count);
        self.sample(&format!("{name}_sum"), labels, snapshot.sum().as_secs_f64());
        self.sample(&format!("{name}_count"), labels, count);
    }
}

/// A value as it stands between quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

fn labels(series: &Series) -> String {
    format!(
        "db_system_name=\"aerospike\",db_namespace=\"{}\",db_collection_name=\"{}\",db_operation_name=\"{}\"",
        escaped(&series.namespace),
        escaped(&series.set),
        escaped(series.operation),
    )
}

#[doc = include_str!("../docs/get_metrics.md")]
#[pyfunction]
pub(crate) fn get_metrics(py: Python<'_>) -> String {
    // Thousands of counters are read; nothing of it needs the interpreter.
    py.detach(render)
}

fn render() -> String {
    let mut text = Text(String::new());
    let all = series::all();
    operations(&mut text, &all);
    stages(&mut text, &all);
    nodes(&mut text, &clients::nodes());
    process(&mut text);
    text.0.push_str("# EOF\n");
    text.0
}

fn operations(text: &mut Text, all: &[&'static Series]) {
    let bounds = OPERATION_BOUNDS.map(Duration::from_millis);
    let name = "db_client_operation_duration_seconds";
    text.family(name, "histogram", "From a call until its outcome.");
    for series in all {
        for (code, snapshot) in series.outcomes() {
            let labels = format!("{},error_type=\"{}\"", labels(series), error_type(code));
            text.histogram(name, &labels, &snapshot, &bounds);
        }
    }
    let name = "aerospike_client_queue_wait_seconds";
    text.family(name, "histogram", "From a call until it was sent.");
    for series in all {
        let waits = series.waits();
        if waits.count() > 0 {
            text.histogram(name, &labels(series), &waits, &bounds);
        }
    }
    let name = "aerospike_client_retries_total";
    text.family(
        name,
        "counter",
        "Attempts after a first one, of calls that failed and of batches.",
    );
    for series in all {
        text.sample(name, &labels(series), series.retries());
    }
    let name = "aerospike_client_requests_in_flight";
    text.family(name, "gauge", "Calls that have no outcome yet.");
    for series in all {
        text.sample(name, &labels(series), series.in_flight());
    }
}

fn stages(text: &mut Text, all: &[&'static Series]) {
    let bounds = STAGE_BOUNDS.map(Duration::from_micros);
    let mut stages: BTreeMap<_, Snapshot> = BTreeMap::new();
    for series in all {
        for (stage, histogram) in series.stages() {
            stages
                .entry((stage, series.operation))
                .or_default()
                .add(histogram);
        }
    }
    let name = "db_client_internal_stage_seconds";
    text.family(name, "histogram", "Where the time of calls goes.");
    for ((stage, operation), snapshot) in stages.iter().filter(|(_, seen)| seen.count() > 0) {
        let labels = format!("stage=\"{stage}\",db_operation_name=\"{operation}\"");
        text.histogram(name, &labels, snapshot, &bounds);
    }
}

/// A metric of a node: its name, its kind, what it is, the number.
type Metric = (
    &'static str,
    &'static str,
    &'static str,
    fn(&NodeGauges) -> u64,
);

const OF_NODES: [Metric; 13] = [
    (
        "connections_open",
        "gauge",
        "Connections to the node.",
        |node| node.open,
    ),
    (
        "connections_in_use",
        "gauge",
        "Connections that a request uses.",
        |node| node.in_use,
    ),
    (
        "connections_idle",
        "gauge",
        "Connections that wait for a request.",
        |node| node.idle,
    ),
    (
        "connections_opened_total",
        "counter",
        "Connections opened.",
        |node| node.opened,
    ),
    (
        "connections_closed_total",
        "counter",
        "Connections closed.",
        |node| node.closed,
    ),
    (
        "connections_failed_total",
        "counter",
        "Connections that could not be opened.",
        |node| node.failed,
    ),
    (
        "connections_broken_total",
        "counter",
        "Connections on which something went wrong.",
        |node| node.broken,
    ),
    (
        "permits",
        "gauge",
        "How many requests may be sent to the node at once.",
        |node| node.permits,
    ),
    (
        "waiting",
        "gauge",
        "Requests that wait for leave to be sent.",
        |node| node.waiting,
    ),
    (
        "error_rate",
        "gauge",
        "Errors in the present window of the circuit breaker.",
        |node| node.error_rate,
    ),
    (
        "circuit_breaker_hits_total",
        "counter",
        "Requests that the circuit breaker refused.",
        |node| node.circuit_breaker_hits,
    ),
    ("tends_total", "counter", "Looks at the node.", |node| {
        node.tends
    }),
    (
        "tends_failed_total",
        "counter",
        "Looks at the node that failed.",
        |node| node.tends_failed,
    ),
];

fn nodes(text: &mut Text, nodes: &[NodeGauges]) {
    for (name, kind, help, number) in OF_NODES {
        let name = format!("aerospike_client_node_{name}");
        text.family(&name, kind, help);
        for node in nodes {
            let labels = format!(
                "node=\"{}\",address=\"{}\"",
                escaped(&node.name),
                escaped(&node.address)
            );
            text.sample(&name, &labels, number(node));
        }
    }
}

fn process(text: &mut Text) {
    let reactor = Reactor::now();
    let mut one = |name: &str, kind: &str, help: &str, value: String| {
        let name = format!("aerospike_client_{name}");
        text.family(&name, kind, help);
        text.sample(&name, "", value);
    };
    let number = |value: u64| value.to_string();
    one(
        "clients",
        "gauge",
        "Clients that are connected.",
        clients::count().to_string(),
    );
    one(
        "reactor_queue_depth",
        "gauge",
        "Requests that the I/O thread has not taken up.",
        number(reactor.queued),
    );
    one(
        "reactor_jobs",
        "gauge",
        "Asynchronous requests under way.",
        number(reactor.jobs),
    );
    one(
        "reactor_wakeups_total",
        "counter",
        "How often the I/O thread emptied its queue.",
        number(reactor.wakeups),
    );
    one(
        "event_loops",
        "gauge",
        "Event loops that wait for answers.",
        number(reactor.loops),
    );
    one(
        "event_loop_drains_total",
        "counter",
        "How often an event loop took answers.",
        number(reactor.drains),
    );
    one(
        "event_loop_longest_drain_seconds",
        "gauge",
        "The longest an event loop was busy with answers.",
        reactor.longest_drain.as_secs_f64().to_string(),
    );
    one(
        "dropped_log_records_total",
        "counter",
        "Log records that were forgotten.",
        number(logging::dropped_log_count()),
    );
}
