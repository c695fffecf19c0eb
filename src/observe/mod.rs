//! What is seen of the requests: metrics, spans, slow calls, and log records of the engine.
//!
//! A call is seen in one place. `dispatch` makes a [`watch::Watch`] when it begins and ends it when its outcome is there; whoever carries
//! the request notes on it when it was sent, and to whom. While nothing is watched, that costs a branch.

pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod histogram;
pub(crate) mod logging;
pub(crate) mod prometheus;
pub(crate) mod series;
pub(crate) mod span;
pub(crate) mod stats;
pub(crate) mod switches;
pub(crate) mod watch;

use pyo3::prelude::*;

/// Adds what Python calls, and looks at what the environment wants.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    switches::read_environment();
    module.add_function(wrap_pyfunction!(prometheus::get_metrics, module)?)?;
    module.add_function(wrap_pyfunction!(switches::set_metrics_enabled, module)?)?;
    module.add_function(wrap_pyfunction!(switches::is_metrics_enabled, module)?)?;
    module.add_function(wrap_pyfunction!(
        switches::set_internal_stage_metrics_enabled,
        module
    )?)?;
    module.add_function(wrap_pyfunction!(
        switches::is_internal_stage_metrics_enabled,
        module
    )?)?;
    module.add_function(wrap_pyfunction!(logging::dropped_log_count, module)?)?;
    module.add_function(wrap_pyfunction!(logging::_set_log_filter, module)?)?;
    module.add_function(wrap_pyfunction!(logging::_log, module)?)?;
    module.add_function(wrap_pyfunction!(span::_set_tracing, module)?)?;
    module.add_function(wrap_pyfunction!(stats::_quantiles, module)?)?;
    module.add_function(wrap_pyfunction!(stats::_stats, module)?)?;
    module.add_function(wrap_pyfunction!(series::_forget_series, module)?)?;
    Ok(())
}
