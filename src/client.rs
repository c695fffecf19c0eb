//! The native client: one method per operation, each parsed, then dispatched.

mod admin;
mod batch;
mod connect;
mod indexes;
mod nodes;
mod record;
mod stats;
mod task;
mod transaction;
mod udf;

use std::sync::Arc;
use std::time::Instant;

use arc_swap::{ArcSwapOption, Guard};
use parking_lot::Mutex;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::convert::argument;
use crate::convert::codec::Codec;
use crate::convert::policy::{self, Policies};
use crate::convert::reply::Shape;
use crate::dispatch::{Mode, Request, Routed, dispatch};
use crate::error::{Error, Result};
use crate::observe::switches::{STAGES, any};
use crate::observe::watch;
use crate::ops::Operation;
use crate::ops::connect::Ready;
use crate::ops::task::Task;
use crate::ops::within::Within;
use crate::query;
use crate::session::{Phase, Session};

pub(crate) use connect::patience;
pub(crate) use task::PendingTask;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;

/// What both classes share: they differ in how their callers wait.
#[pyclass(
    frozen,
    subclass,
    module = "aerospike_py._aerospike",
    name = "_BaseClient"
)]
pub(crate) struct BaseClient {
    mode: Mode,
    /// The configuration as it was given; checked by `connect`.
    config: Mutex<Option<Py<PyAny>>>,
    /// The present session, or the last one. Swapped and never locked: a fork could meet a lock.
    session: Arc<ArcSwapOption<Session>>,
    /// How values of other types are written and read, if the configuration of the latest `connect` says it.
    codec: ArcSwapOption<Codec>,
}

impl BaseClient {
    fn new(mode: Mode) -> Self {
        Self {
            mode,
            config: Mutex::new(None),
            session: Arc::default(),
            codec: ArcSwapOption::empty(),
        }
    }

    fn configure(&self, config: Py<PyAny>) {
        let before = self.config.lock().replace(config);
        drop(before);
    }

    /// How values of other types are written and read, if the application said it.
    pub(crate) fn codec(&self) -> Guard<Option<Arc<Codec>>> {
        self.codec.load()
    }

    /// The session of this process, in whatever phase.
    fn latest(&self) -> Option<Arc<Session>> {
        let session = self.session.load_full()?;
        if session.is_ours() {
            return Some(session);
        }
        // The child of a fork: the parent's session is left alone, and its drop with it.
        let reborn = Arc::new(session.reborn());
        let seen = self
            .session
            .compare_and_swap(&session, Some(Arc::clone(&reborn)));
        std::mem::forget(session);
        match &*seen {
            Some(other) if other.is_ours() => Some(Arc::clone(other)),
            _ => {
                std::mem::forget(seen);
                Some(reborn)
            }
        }
    }

    /// The session, if it is connected.
    pub(crate) fn connected(&self) -> Option<Arc<Session>> {
        self.latest()
            .filter(|session| session.phase() == Phase::Connected)
    }

    /// Parses a call and carries it out.
    pub(crate) fn call<'py, O: Operation>(
        &self,
        py: Python<'py>,
        parse: impl FnOnce(&Policies) -> Result<(O, Shape)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        dispatch(py, self.mode, self.route(py, parse))
    }

    /// Parses a call; what comes with the operation is the parser's own.
    fn route<O: Operation, T>(
        &self,
        py: Python<'_>,
        parse: impl FnOnce(&Policies) -> Result<(O, T)>,
    ) -> Result<(Routed<O>, T)> {
        let session = self.connected();
        let began = any(STAGES).then(Instant::now);
        let parsed = match &session {
            Some(session) => {
                session.config().policies().refresh(py)?;
                parse(&session.config().policies().load())
            }
            // Arguments are checked first, as in the reference.
            None => parse(&Policies::default()),
        };
        let (operation, with) = parsed?;
        let session = session.ok_or_else(Error::not_connected)?;
        let request = Routed { session, operation };
        watch::parsed(began, request.subject());
        Ok((request, with))
    }

    /// Parses a call that may be part of a transaction and carries it out.
    pub(crate) fn call_in<'py, O: Operation>(
        &self,
        py: Python<'py>,
        txn: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        parse: impl FnOnce(&Policies, Option<Object<'_, 'py>>) -> Result<(O, Shape)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        dispatch(py, self.mode, self.route_in(py, txn, policy, parse))
    }

    /// Parses a call that may be part of a transaction.
    fn route_in<'py, O: Operation, T>(
        &self,
        py: Python<'py>,
        txn: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        parse: impl FnOnce(&Policies, Option<Object<'_, 'py>>) -> Result<(O, T)>,
    ) -> Result<(Routed<Within<O>>, T)> {
        self.route(py, |policies| {
            let within = policy::within(policy, txn)?;
            let (operation, with) = parse(policies, within.as_ref())?;
            let transaction = within.as_ref().map(policy::transaction_of).transpose()?;
            let transaction = transaction.flatten();
            if transaction.is_some()
                && let Some(session) = self.connected()
                && let Some(cluster) = session.connected()
            {
                cluster.check_consistency(operation.target())?;
            }
            let operation = Within {
                transaction,
                operation,
            };
            Ok((operation, with))
        })
    }

    /// Carries out a request that is not an operation on the cluster.
    pub(crate) fn run<'py, R: Request>(
        &self,
        py: Python<'py>,
        request: Result<R>,
        shape: Shape,
    ) -> PyResult<Bound<'py, PyAny>> {
        dispatch(py, self.mode, request.map(|request| (request, shape)))
    }

    /// Parses a call that the cluster goes on with after it has answered: waits until it is done, or hands out the task.
    fn task<'py, O: Operation>(
        &self,
        py: Python<'py>,
        wait: Option<Object<'_, 'py>>,
        parse: impl FnOnce(&Policies, bool) -> Result<(O, Task)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            let wait = argument::flag(wait, "wait", true)?;
            let (operation, task) = parse(policies, wait)?;
            let shape = match self.connected() {
                Some(session) if !wait => {
                    Shape::Object(task::hand_out(py, self.mode, session, task)?)
                }
                _ => Shape::Plain,
            };
            Ok((operation, shape))
        })
    }

    /// What the client knows without asking anybody.
    fn at_once<'py>(
        &self,
        py: Python<'py>,
        known: Result<impl IntoPyObject<'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let shape = match known.map(|known| known.into_py_any(py).map_err(Error::from)) {
            Ok(Ok(object)) => Ok(Shape::Object(object)),
            Ok(Err(error)) | Err(error) => Err(error),
        };
        dispatch(py, self.mode, shape.map(|shape| (Ready, shape)))
    }
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("docs/Client.query.md")]
    fn query<'py>(
        slf: &Bound<'py, Self>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        query::query(slf, slf.get().mode, namespace, set_name)
    }

    #[doc = include_str!("docs/Client.scan.md")]
    fn scan<'py>(
        slf: &Bound<'py, Self>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        query::query(slf, slf.get().mode, namespace, set_name)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        if let Some(codec) = self.codec().as_deref() {
            codec.traverse(&visit)?;
        }
        match self.config.try_lock() {
            Some(config) => visit.call(&*config),
            None => Ok(()),
        }
    }
}

#[doc = include_str!("docs/Client.md")]
#[pyclass(frozen, subclass, extends = BaseClient, weakref, dict, module = "aerospike_py._aerospike")]
pub(crate) struct Client;

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (*args, **kwargs), text_signature = "(config)")]
    fn new(
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        let _ = (args, kwargs);
        PyClassInitializer::from(BaseClient::new(Mode::Blocking)).add_subclass(Self)
    }

    fn __init__(slf: &Bound<'_, Self>, config: Py<PyAny>) {
        slf.as_super().get().configure(config);
    }

    fn __enter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        BaseClient::enter(slf.as_super())
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        slf: &Bound<'_, Self>,
        _kind: Object<'_, '_>,
        _error: Object<'_, '_>,
        _traceback: Object<'_, '_>,
    ) -> PyResult<bool> {
        slf.call_method0("close")?;
        Ok(false)
    }
}

#[doc = include_str!("docs/AsyncClient.md")]
#[pyclass(frozen, subclass, extends = BaseClient, weakref, dict, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncClient;

#[pymethods]
impl AsyncClient {
    #[new]
    #[pyo3(signature = (*args, **kwargs), text_signature = "(config)")]
    fn new(
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        let _ = (args, kwargs);
        PyClassInitializer::from(BaseClient::new(Mode::Awaitable)).add_subclass(Self)
    }

    fn __init__(slf: &Bound<'_, Self>, config: Py<PyAny>) {
        slf.as_super().get().configure(config);
    }

    fn __aenter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        BaseClient::enter(slf.as_super())
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __aexit__<'py>(
        slf: &Bound<'py, Self>,
        _kind: Object<'_, 'py>,
        _error: Object<'_, 'py>,
        _traceback: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.call_method0("close")
    }
}
