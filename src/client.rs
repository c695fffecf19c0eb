//! The native client: one method per operation, each parsed, then dispatched.

mod admin;
mod indexes;
mod nodes;
mod stats;
mod task;
mod transaction;
mod udf;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::{ArcSwapOption, Guard};
use parking_lot::Mutex;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::arrow;
use crate::batch_stream;
use crate::convert::argument;
use crate::convert::codec::Codec;
use crate::convert::config::Config;
use crate::convert::keys::Keys;
use crate::convert::object::{Loader, RowLoaders};
use crate::convert::policy::{self, Policies};
use crate::convert::reply::Shape;
use crate::dispatch::{Mode, Request, Routed, dispatch, landing};
use crate::engine::{engine, running};
use crate::error::{Error, Result};
use crate::exit;
use crate::gevent;
use crate::numpy::rows::{self, Naming};
use crate::observe::switches::{self, SLOW, STAGES, any};
use crate::observe::watch::{self, Watch};
use crate::ops::Operation;
use crate::ops::batch_mixed::Batch;
use crate::ops::batch_operate::BatchOperate;
use crate::ops::batch_read::{BatchRead, Wanted};
use crate::ops::batch_remove::BatchRemove;
use crate::ops::batch_stream::{BatchStream, Rows, Told};
use crate::ops::batch_write::BatchWrite;
use crate::ops::connect::{Close, Connect, PingAnyway, Ready};
use crate::ops::exists::Exists;
use crate::ops::get::Get;
use crate::ops::info::{InfoAll, InfoRandomNode};
use crate::ops::operate::{Operate, OperateOrdered};
use crate::ops::put::{Append, Increment, Prepend, Put, PutKeys, RemoveBin, Rules};
use crate::ops::remove::Remove;
use crate::ops::task::Task;
use crate::ops::touch::Touch;
use crate::ops::within::Within;
use crate::ops::write_rows::{How, WriteRows};
use crate::query;
use crate::session::{Company, Phase, Session};

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

    /// Parses a batch whose rows may be taken as they come.
    fn batch_of<'py>(
        &self,
        py: Python<'py>,
        txn: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        ops: Object<'_, 'py>,
        retry: Option<Object<'_, 'py>>,
    ) -> Result<(Told<impl Request>, (Keys, RowLoaders))> {
        let (request, (rows, given)) = self.route_in(py, txn, policy, |policies, policy| {
            let (batch, given) =
                Batch::parse(policies, ops, policy, retry, self.codec().as_deref())?;
            let rows = Rows::new(given.0.len());
            let operation = BatchStream {
                batch,
                rows: Arc::clone(&rows),
            };
            Ok((operation, (rows, given)))
        })?;
        Ok((Told { request, rows }, given))
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

    /// A session about to be connected.
    fn begin(
        &self,
        py: Python<'_>,
        user: Option<String>,
        password: Option<String>,
    ) -> Result<Connect> {
        let refuse = |what: &str| {
            Err(Error::client(format!(
                "Cannot connect: client is {what}. Close the client before reconnecting."
            )))
        };
        let last = self.latest();
        match last.as_ref().map(|session| session.phase()) {
            Some(Phase::Connecting) => return refuse("already connecting"),
            Some(Phase::Connected) => return refuse("already connected"),
            Some(Phase::Closing) => return refuse("being closed"),
            Some(Phase::Closed) | None => {}
        }
        let config = self
            .config
            .lock()
            .as_ref()
            .map(|config| config.clone_ref(py));
        let config = config.unwrap_or_else(|| py.None());
        // Before anything else: from here on a fork is seen.
        engine()?;
        exit::watch(py)?;
        gevent::look(py)?;
        let config = config.bind(py);
        let session = Session::new(Arc::new(Config::parse(config, user, password)?));
        let session = Arc::new(session);
        let codec = Codec::parse(config)?;
        if session.config().slow().is_some() {
            switches::turn(SLOW, true);
        }
        let seen = self
            .session
            .compare_and_swap(&last, Some(Arc::clone(&session)));
        if seen.as_ref().map(Arc::as_ptr) != last.as_ref().map(Arc::as_ptr) {
            return refuse("already connecting");
        }
        self.codec.store(codec.map(Arc::new));
        Ok(Connect(session))
    }

    /// A session about to be closed.
    fn end(&self, patience: Option<Duration>) -> Result<Close> {
        let session = self.latest();
        match session.as_ref().map(|session| session.phase()) {
            Some(Phase::Connecting) => {
                Err(Error::client("Cannot close: client is being connected."))
            }
            Some(Phase::Closed) | None => Ok(Close {
                session: None,
                patience,
            }),
            Some(Phase::Connected | Phase::Closing) => Ok(Close { session, patience }),
        }
    }
}

/// A str, or None.
fn text(name: &str, object: Option<Object<'_, '_>>) -> Result<Option<String>> {
    object
        .filter(|object| !object.is_none())
        .map(|object| {
            object.extract().map_err(|_| {
                let kind = crate::convert::value::type_name(object);
                Error::wrong_type(format!("{name} is a str, not {kind}"))
            })
        })
        .transpose()
}

impl Drop for BaseClient {
    fn drop(&mut self) {
        let Some(session) = self.session.swap(None) else {
            return;
        };
        if !session.is_ours() {
            std::mem::forget(session);
            return;
        }
        if let Some(engine) = running() {
            // Dropping it needs the runtime's context, and closing it waits for requests under way.
            engine.reactor.submit(Box::pin(async move {
                if session.begin_closing() {
                    session.close(None).await;
                }
            }));
        }
    }
}

/// Milliseconds, or None for as long as it takes.
pub(crate) fn patience(timeout: Option<Object<'_, '_>>) -> Result<Option<Duration>> {
    let Some(timeout) = timeout.filter(|timeout| !timeout.is_none()) else {
        return Ok(None);
    };
    let milliseconds: Option<u64> = if timeout.is_instance_of::<PyBool>() {
        None
    } else {
        timeout.extract().ok()
    };
    milliseconds
        .map(Duration::from_millis)
        .map(Some)
        .ok_or_else(|| {
            Error::argument(format!(
                "timeout {} is not a number of milliseconds",
                crate::convert::value::repr(timeout)
            ))
        })
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("docs/Client.connect.md")]
    #[pyo3(signature = (username=None, password=None))]
    fn connect<'py>(
        slf: &Bound<'py, Self>,
        username: Option<Object<'_, 'py>>,
        password: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let shape = Shape::Object(slf.clone().into_any().unbind());
        let login = text("username", username)
            .and_then(|username| Ok((username, text("password", password)?)));
        let request = login.and_then(|(username, password)| this.begin(py, username, password));
        this.run(py, request, shape)
    }

    #[doc = include_str!("docs/Client.close.md")]
    #[pyo3(signature = (timeout=None))]
    fn close<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let request = patience(timeout).and_then(|patience| self.end(patience));
        self.run(py, request, Shape::Plain)
    }

    #[doc = include_str!("docs/Client.is_connected.md")]
    fn is_connected(&self) -> bool {
        self.connected().is_some_and(|session| {
            // The child of a fork connects with its first request.
            session
                .connected()
                .is_none_or(|cluster| cluster.client.is_connected())
        })
    }

    #[doc = include_str!("docs/Client.get_node_names.md")]
    fn get_node_names(&self) -> PyResult<Vec<String>> {
        let session = self.connected().ok_or_else(Error::not_connected)?;
        Ok(session
            .connected()
            .map(|cluster| cluster.client.node_names())
            .unwrap_or_default())
    }

    #[doc = include_str!("docs/Client.ping.md")]
    fn ping<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.run(py, Ok(PingAnyway(self.connected())), Shape::Plain)
    }

    #[doc = include_str!("docs/Client.info_all.md")]
    #[pyo3(signature = (command, policy=None))]
    fn info_all<'py>(
        &self,
        py: Python<'py>,
        command: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| InfoAll::parse(policies, command, policy))
    }

    #[doc = include_str!("docs/Client.info_random_node.md")]
    #[pyo3(signature = (command, policy=None))]
    fn info_random_node<'py>(
        &self,
        py: Python<'py>,
        command: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            InfoRandomNode::parse(policies, command, policy)
        })
    }

    #[doc = include_str!("docs/Client.put.md")]
    #[pyo3(signature = (key, bins, meta=None, policy=None, *, map_bins=None, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn put<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bins: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        map_bins: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(map_bins) = map_bins {
            return self.call_in(py, txn, policy, |policies, policy| {
                let rules = Rules {
                    policies,
                    meta,
                    policy,
                };
                PutKeys::parse(rules, key, bins, map_bins, self.codec().as_deref())
            });
        }
        self.call_in(py, txn, policy, |policies, policy| {
            Put::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                bins,
                self.codec().as_deref(),
            )
        })
    }

    #[doc = include_str!("docs/Client.get.md")]
    #[pyo3(signature = (key, policy=None, *, into=None, txn=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Get::parse(policies, key, None, policy, into, self.codec().as_deref())
        })
    }

    #[doc = include_str!("docs/Client.select.md")]
    #[pyo3(signature = (key, bins, policy=None, *, into=None, txn=None))]
    fn select<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bins: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            Get::parse(policies, key, Some(bins), policy, into, codec.as_deref())
        })
    }

    #[doc = include_str!("docs/Client.exists.md")]
    #[pyo3(signature = (key, policy=None, *, txn=None))]
    fn exists<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Exists::parse(policies, key, policy)
        })
    }

    #[doc = include_str!("docs/Client.remove.md")]
    #[pyo3(signature = (key, meta=None, policy=None, *, txn=None))]
    fn remove<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Remove::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
            )
        })
    }

    #[doc = include_str!("docs/Client.touch.md")]
    #[pyo3(signature = (key, val=None, meta=None, policy=None, *, txn=None), text_signature = "($self, key, val=0, meta=None, policy=None, *, txn=None)")]
    fn touch<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        val: Option<Object<'_, 'py>>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Touch::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                val,
            )
        })
    }

    #[doc = include_str!("docs/Client.append.md")]
    #[pyo3(signature = (key, bin, val, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn append<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        val: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Append::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                bin,
                val,
            )
        })
    }

    #[doc = include_str!("docs/Client.prepend.md")]
    #[pyo3(signature = (key, bin, val, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn prepend<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        val: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Prepend::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                bin,
                val,
            )
        })
    }

    #[doc = include_str!("docs/Client.increment.md")]
    #[pyo3(signature = (key, bin, offset, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn increment<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        offset: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Increment::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                bin,
                offset,
            )
        })
    }

    #[doc = include_str!("docs/Client.remove_bin.md")]
    #[pyo3(signature = (key, bin_names, meta=None, policy=None, *, txn=None))]
    fn remove_bin<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin_names: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            RemoveBin::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                bin_names,
            )
        })
    }

    #[doc = include_str!("docs/Client.operate.md")]
    #[pyo3(signature = (key, ops, meta=None, policy=None, *, into=None, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn operate<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Operate::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                ops,
                into,
                self.codec().as_deref(),
            )
        })
    }

    #[doc = include_str!("docs/Client.operate_ordered.md")]
    #[pyo3(signature = (key, ops, meta=None, policy=None, *, txn=None))]
    fn operate_ordered<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            OperateOrdered::parse(
                Rules {
                    policies,
                    meta,
                    policy,
                },
                key,
                ops,
                self.codec().as_deref(),
            )
        })
    }

    #[doc = include_str!("docs/Client.batch_read.md")]
    #[pyo3(signature = (keys, bins=None, policy=None, _dtype=None, *, lazy=None, strict=None, into=None, namespace=None, set=None, txn=None), text_signature = "($self, keys, bins=None, policy=None, _dtype=None, *, lazy=False, strict=False, into=None, namespace=None, set=None, txn=None)")]
    #[allow(
        clippy::too_many_arguments,
        clippy::used_underscore_binding,
        reason = "the public API"
    )]
    fn batch_read<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        bins: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        _dtype: Option<Object<'_, 'py>>,
        lazy: Option<Object<'_, 'py>>,
        strict: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        namespace: Option<Object<'_, 'py>>,
        set: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let none = py.None().into_bound(py);
            let keys = match namespace {
                Some(namespace) => Keys::parse_column(namespace, set.unwrap_or(&none), keys)?,
                None if set.is_some() => return Err(Error::argument("'set' needs 'namespace'")),
                None => Keys::parse(keys)?,
            };
            BatchRead::parse(
                policies,
                keys,
                bins,
                policy,
                Wanted {
                    py,
                    codec: self.codec().as_deref(),
                    dtype: _dtype,
                    lazy: argument::flag(lazy, "lazy", false)?,
                    strict: argument::flag(strict, "strict", false)?,
                    into,
                },
            )
        })
    }

    #[doc = include_str!("docs/Client.batch_write.md")]
    #[pyo3(signature = (records, policy=None, retry=None, *, txn=None), text_signature = "($self, records, policy=None, retry=0, *, txn=None)")]
    fn batch_write<'py>(
        &self,
        py: Python<'py>,
        records: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchWrite::parse(policies, records, policy, retry, self.codec().as_deref())
        })
    }

    #[doc = include_str!("docs/Client.batch_operate.md")]
    #[pyo3(signature = (keys, ops, policy=None, retry=None, *, txn=None), text_signature = "($self, keys, ops, policy=None, retry=0, *, txn=None)")]
    fn batch_operate<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            BatchOperate::parse(policies, keys, ops, policy, retry, codec.as_deref())
        })
    }

    #[doc = include_str!("docs/Client.batch_remove.md")]
    #[pyo3(signature = (keys, policy=None, retry=None, *, txn=None), text_signature = "($self, keys, policy=None, retry=0, *, txn=None)")]
    fn batch_remove<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchRemove::parse(policies, keys, policy, retry)
        })
    }

    #[doc = include_str!("docs/Client.batch_write_numpy.md")]
    #[pyo3(signature = (data, namespace, set_name, _dtype=None, key_field=None, policy=None, retry=None, *, txn=None), text_signature = "($self, data, namespace, set_name, _dtype=None, key_field='_key', policy=None, retry=0, *, txn=None)")]
    #[allow(
        clippy::too_many_arguments,
        clippy::used_underscore_binding,
        reason = "the public API"
    )]
    fn batch_write_numpy<'py>(
        &self,
        py: Python<'py>,
        data: Object<'_, 'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        _dtype: Option<Object<'_, 'py>>,
        key_field: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let key_field = match key_field {
                Some(key_field) => argument::text(key_field, "key_field")?,
                None => "_key".to_owned(),
            };
            let naming = Naming {
                namespace,
                set: set_name,
                key_field: &key_field,
            };
            let how = How::parse(policies, policy, retry)?;
            let (keys, callers, rows) = rows::read(data, _dtype, naming)?;
            Ok((
                WriteRows { keys, rows, how },
                Shape::BatchWrite(callers, Loader::default()),
            ))
        })
    }

    #[doc = include_str!("docs/Client.write_arrow.md")]
    #[pyo3(signature = (data, namespace, set_name, key=None, policy=None, retry=None, *, txn=None), text_signature = "($self, data, namespace, set_name, key='_key', policy=None, retry=0, *, txn=None)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn write_arrow<'py>(
        &self,
        py: Python<'py>,
        data: Object<'_, 'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        key: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let key_field = match key {
                Some(key) => argument::text(key, "key")?,
                None => "_key".to_owned(),
            };
            let naming = Naming {
                namespace,
                set: set_name,
                key_field: &key_field,
            };
            let how = How::parse(policies, policy, retry)?;
            let (keys, callers, rows) = arrow::rows::read(data, naming)?;
            Ok((
                WriteRows { keys, rows, how },
                Shape::BatchWrite(callers, Loader::default()),
            ))
        })
    }

    #[doc = include_str!("docs/Client.batch.md")]
    #[pyo3(signature = (ops, policy=None, retry=None, *, txn=None), text_signature = "($self, ops, policy=None, retry=0, *, txn=None)")]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = self.batch_of(py, txn, policy, ops, retry);
        let call = call.map(|(told, (keys, loaders))| {
            let shape = Shape::Rows(keys, Arc::clone(&told.rows), loaders);
            (told, shape)
        });
        dispatch(py, self.mode, call)
    }

    #[doc = include_str!("docs/Client.batch_stream.md")]
    #[pyo3(signature = (ops, policy=None, retry=None, *, txn=None), text_signature = "($self, ops, policy=None, retry=0, *, txn=None)")]
    fn batch_stream<'py>(
        &self,
        py: Python<'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (told, (keys, loaders)) = self.batch_of(py, txn, policy, ops, retry)?;
        let rows = Arc::clone(&told.rows);
        rows.hear();
        let company = match self.mode {
            Mode::Blocking => Company::Alone,
            Mode::Awaitable => Company::Burst,
        };
        engine()?.reactor.submit(Box::pin(async move {
            // Whoever takes the rows hears how it ended.
            let watch = Watch::begin(told.subject());
            drop(landing(told, company, watch).await);
        }));
        batch_stream::stream(py, self.mode, rows, keys, loaders)
    }

    #[doc = include_str!("docs/Client.batch_exists.md")]
    #[pyo3(signature = (keys, policy=None, *, txn=None))]
    fn batch_exists<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchRead::parse_exists(policies, keys, policy)
        })
    }

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

impl BaseClient {
    /// Connects unless somebody did; gives the client.
    fn enter<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let shape = Shape::Object(slf.clone().into_any().unbind());
        if this.connected().is_some() {
            return this.run(py, Ok(Ready), shape);
        }
        this.run(py, this.begin(py, None, None), shape)
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
