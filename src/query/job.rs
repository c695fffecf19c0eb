//! What `execute_background` gives.

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use tokio_util::sync::CancellationToken;

use crate::client::{BaseClient, patience};
use crate::convert::reply::Shape;
use crate::dispatch::Mode;
use crate::ops::job::{AbortJob, AskDone, AskProgress, AwaitJob};

/// What both classes share: they differ in how their callers wait.
#[pyclass(
    frozen,
    subclass,
    module = "aerospike_py._aerospike",
    name = "_BaseJob"
)]
pub(crate) struct BaseJob {
    client: Py<BaseClient>,
    id: u64,
}

#[pymethods]
impl BaseJob {
    #[doc = include_str!("../docs/Job.id.md")]
    #[getter]
    fn id(&self) -> u64 {
        self.id
    }

    #[doc = include_str!("../docs/Job.progress.md")]
    fn progress<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        client.call(py, |_| Ok((AskProgress(self.id), Shape::Plain)))
    }

    #[doc = include_str!("../docs/Job.is_done.md")]
    fn is_done<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        client.call(py, |_| Ok((AskDone(self.id), Shape::Plain)))
    }

    #[doc = include_str!("../docs/Job.wait.md")]
    #[pyo3(signature = (timeout=None))]
    fn wait<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |_| {
            let given_up = CancellationToken::new();
            let request = AwaitJob {
                id: self.id,
                patience: patience(timeout)?,
                given_up: given_up.clone(),
            };
            Ok((request, Shape::Watched(given_up.drop_guard())))
        })
    }

    #[doc = include_str!("../docs/Job.abort.md")]
    fn abort<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let client = self.client.get();
        client.call(py, |_| Ok((AbortJob(self.id), Shape::Plain)))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let class = slf.get_type().name()?;
        Ok(format!("<{class} {}>", slf.get().id))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

#[doc = include_str!("../docs/Job.md")]
#[pyclass(frozen, extends = BaseJob, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct Job;

#[doc = include_str!("../docs/AsyncJob.md")]
#[pyclass(frozen, extends = BaseJob, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncJob;

/// A job that was started, as its client's kind.
pub(crate) struct Started {
    pub(crate) client: Py<BaseClient>,
    pub(crate) mode: Mode,
}

impl Started {
    pub(crate) fn job(self, py: Python<'_>, id: u64) -> PyResult<Bound<'_, PyAny>> {
        let base = PyClassInitializer::from(BaseJob {
            client: self.client,
            id,
        });
        Ok(match self.mode {
            Mode::Blocking => Bound::new(py, base.add_subclass(Job))?.into_any(),
            Mode::Awaitable => Bound::new(py, base.add_subclass(AsyncJob))?.into_any(),
        })
    }
}
