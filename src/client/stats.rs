//! How a client is: what it counts, and whether it does.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::engine::running;
use crate::error::Error;
use crate::observe::{stats, switches};

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.stats.md")]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let session = self.connected().ok_or_else(Error::not_connected)?;
        // What the engine gives may be the last of a node, whose end needs the runtime.
        let _context = running().map(|engine| engine.reactor.handle().enter());
        let nodes = session.connected().map(|cluster| cluster.gauges());
        stats::describe(py, &nodes.unwrap_or_default())
    }

    #[doc = include_str!("../docs/Client.get_stats.md")]
    fn get_stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.stats(py)
    }

    #[doc = include_str!("../docs/Client.enable_metrics.md")]
    #[pyo3(signature = (policy=None))]
    #[allow(clippy::unused_self, reason = "a method of the public API")]
    fn enable_metrics(&self, policy: Option<Object<'_, '_>>) -> PyResult<()> {
        if policy.is_some_and(|policy| !policy.is_none()) {
            return Err(Error::argument(
                "there is no policy of metrics here: latencies have three significant digits, and get_metrics() gives them",
            )
            .into());
        }
        switches::set_metrics_enabled(true);
        Ok(())
    }

    #[doc = include_str!("../docs/Client.disable_metrics.md")]
    #[allow(clippy::unused_self, reason = "a method of the public API")]
    fn disable_metrics(&self) {
        switches::set_metrics_enabled(false);
    }
}
