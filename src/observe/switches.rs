//! What is watched at all: one byte, so that a call asks once.

use std::sync::atomic::{AtomicU8, Ordering};

use pyo3::prelude::*;

use super::clients;

/// Counts and latencies.
pub(crate) const METRICS: u8 = 1;
/// Where the time of a call goes.
pub(crate) const STAGES: u8 = 1 << 1;
/// Spans of OpenTelemetry.
pub(crate) const SPANS: u8 = 1 << 2;
/// Some client wants to hear of slow calls.
pub(crate) const SLOW: u8 = 1 << 3;

/// Switches the stages on from the start.
const STAGES_VARIABLE: &str = "AEROSPIKE_PY_INTERNAL_METRICS";

/// Relaxed everywhere: a call that begins at the moment of a change may go by the old or by the new state.
static ON: AtomicU8 = AtomicU8::new(METRICS);

/// All that is on.
pub(crate) fn all() -> u8 {
    if cfg!(feature = "unobserved") {
        0
    } else {
        ON.load(Ordering::Relaxed)
    }
}

/// Whether one of these is on.
pub(crate) fn any(wanted: u8) -> bool {
    all() & wanted != 0
}

/// Switches one on or off.
pub(crate) fn turn(switch: u8, on: bool) {
    if on {
        ON.fetch_or(switch, Ordering::Relaxed);
    } else {
        ON.fetch_and(!switch, Ordering::Relaxed);
    }
}

/// What the environment wants.
pub(crate) fn read_environment() {
    let wanted = std::env::var(STAGES_VARIABLE).unwrap_or_default();
    if ["1", "true", "yes", "on"].contains(&wanted.trim().to_ascii_lowercase().as_str()) {
        turn(STAGES, true);
    }
}

#[doc = include_str!("../docs/set_metrics_enabled.md")]
#[pyfunction]
pub(crate) fn set_metrics_enabled(enabled: bool) {
    turn(METRICS, enabled);
    clients::count_connections(enabled);
}

#[doc = include_str!("../docs/is_metrics_enabled.md")]
#[pyfunction]
pub(crate) fn is_metrics_enabled() -> bool {
    any(METRICS)
}

#[doc = include_str!("../docs/set_internal_stage_metrics_enabled.md")]
#[pyfunction]
pub(crate) fn set_internal_stage_metrics_enabled(enabled: bool) {
    turn(STAGES, enabled);
}

#[doc = include_str!("../docs/is_internal_stage_metrics_enabled.md")]
#[pyfunction]
pub(crate) fn is_internal_stage_metrics_enabled() -> bool {
    any(STAGES)
}
