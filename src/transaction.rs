//! Transactions: what a client begins, what its calls are part of, what commits or aborts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aerospike_core::{Txn, TxnState};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::client::BaseClient;
use crate::convert::policy::Policies;
use crate::convert::reply::Shape;
use crate::convert::value::{repr, type_name};
use crate::dispatch::Mode;
use crate::error::{Error, Result};
use crate::fork;
use crate::ops::transaction::{Abort, Commit, Ending, Leave};

/// The longest the server lets one take, in seconds.
const LONGEST: i64 = 120;

/// What both classes share: they differ in how their callers wait.
#[pyclass(
    frozen,
    subclass,
    module = "aerospike_py._aerospike",
    name = "_BaseTransaction"
)]
pub(crate) struct BaseTransaction {
    client: Py<BaseClient>,
    shared: Arc<Shared>,
    /// Of the process that began it.
    generation: u64,
}

/// A transaction, and the order of its requests.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) txn: Arc<Txn>,
    /// Requests go on side by side. The first write goes alone, since it makes the record by which the server watches the transaction,
    /// and two would both make it. The end goes alone too: a request that its caller has given up would write after it.
    turns: RwLock<()>,
}

/// Leave to send, for as long as it is held.
#[expect(dead_code, reason = "guards are held, not read")]
pub(crate) enum Turn<'a> {
    /// Beside others.
    Beside(RwLockReadGuard<'a, ()>),
    /// Alone.
    Alone(RwLockWriteGuard<'a, ()>),
}

impl Shared {
    /// The turn of a request.
    pub(crate) async fn turn(&self, writes: bool) -> Turn<'_> {
        if !writes || self.txn.monitor_exists() {
            return Turn::Beside(self.turns.read().await);
        }
        let alone = self.turns.write().await;
        if self.txn.monitor_exists() {
            // Another was the first.
            return Turn::Beside(alone.downgrade());
        }
        Turn::Alone(alone)
    }

    /// The turn of its end.
    pub(crate) async fn last_turn(&self) -> RwLockWriteGuard<'_, ()> {
        self.turns.write().await
    }
}

/// Begins a transaction.
pub(crate) fn begin<'py>(
    client: &Bound<'py, BaseClient>,
    mode: Mode,
    timeout: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = client.py();
    let timeout = parse_timeout(timeout)?;
    if client.get().connected().is_none() {
        return Err(Error::not_connected().into());
    }
    claim_ids()?;
    let base = PyClassInitializer::from(BaseTransaction {
        client: client.clone().unbind(),
        shared: Arc::new(Shared {
            txn: Arc::new(Txn::new().with_timeout(timeout)),
            turns: RwLock::new(()),
        }),
        generation: fork::generation(),
    });
    match mode {
        Mode::Blocking => Ok(Bound::new(py, base.add_subclass(Transaction))?.into_any()),
        Mode::Awaitable => Ok(Bound::new(py, base.add_subclass(AsyncTransaction))?.into_any()),
    }
}

/// Seconds.
fn parse_timeout(timeout: Option<&Bound<'_, PyAny>>) -> Result<Duration> {
    let Some(timeout) = timeout else {
        return Ok(Duration::ZERO);
    };
    let seconds =
        crate::convert::options::plain_int(timeout).map_err(|error| error.within("timeout"))?;
    u64::try_from(seconds)
        .ok()
        .filter(|_| seconds <= LONGEST)
        .map(Duration::from_secs)
        .ok_or_else(|| {
            Error::argument(format!(
                "timeout {seconds} is not a number of seconds up to {LONGEST}"
            ))
        })
}

/// Sees to it that one process of a family makes ids: the core draws them from a state that a fork copies, so that parent and child
/// would draw the same.
fn claim_ids() -> Result<()> {
    /// The generation that makes them, plus one; 0 before the first.
    static MAKER: AtomicU64 = AtomicU64::new(0);
    let ours = fork::generation() + 1;
    // Relaxed: it guards nothing but itself.
    match MAKER.compare_exchange(0, ours, Ordering::Relaxed, Ordering::Relaxed) {
        Err(other) if other != ours => Err(Error::client(
            "A process before the fork has begun a transaction, so this one cannot: both would use the same ids. \
             Begin the first transaction after the fork, or start the process anew (multiprocessing: \"spawn\")",
        )),
        _ => Ok(()),
    }
}

/// The transaction that a call is to be part of.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Arc<Shared>> {
    let Ok(transaction) = object.cast::<BaseTransaction>() else {
        return Err(Error::argument(format!(
            "a transaction comes from client.transaction(), {} is a {}",
            repr(object),
            type_name(object)
        )));
    };
    let transaction = transaction.get();
    let shared = transaction.shared()?;
    match shared.txn.state() {
        TxnState::Open => Ok(Arc::clone(shared)),
        TxnState::Committed => Err(Error::committed("The transaction was committed")),
        TxnState::Aborted => Err(Error::aborted("The transaction was aborted")),
        TxnState::Verified | TxnState::CommitFailed => Err(Error::transaction(
            "The transaction's commit was begun; it can only be finished",
        )),
    }
}

impl BaseTransaction {
    /// The transaction, in the process that began it.
    fn shared(&self) -> Result<&Arc<Shared>> {
        if self.generation == fork::generation() {
            return Ok(&self.shared);
        }
        Err(Error::client(
            "The transaction belongs to the process before the fork",
        ))
    }

    fn ending(&self, policies: &Policies) -> Result<Ending> {
        Ok(Ending {
            transaction: Arc::clone(self.shared()?),
            verify: policies.txn_verify(),
            roll: policies.txn_roll(),
        })
    }

    fn leave<'py>(&self, py: Python<'py>, failed: bool) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |policies| {
            let ending = self.ending(policies)?;
            Ok((Leave { ending, failed }, Shape::Plain))
        })
    }

    pub(crate) fn commit_with<'py>(
        &self,
        py: Python<'py>,
        client: &BaseClient,
    ) -> PyResult<Bound<'py, PyAny>> {
        client.call(py, |policies| {
            Ok((Commit(self.ending(policies)?), Shape::Plain))
        })
    }

    pub(crate) fn abort_with<'py>(
        &self,
        py: Python<'py>,
        client: &BaseClient,
    ) -> PyResult<Bound<'py, PyAny>> {
        client.call(py, |policies| {
            Ok((Abort(self.ending(policies)?), Shape::Plain))
        })
    }
}

#[pymethods]
impl BaseTransaction {
    #[doc = include_str!("docs/Transaction.commit.md")]
    fn commit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.commit_with(py, self.client.get())
    }

    #[doc = include_str!("docs/Transaction.abort.md")]
    fn abort<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.abort_with(py, self.client.get())
    }

    #[doc = include_str!("docs/Transaction.id.md")]
    #[getter]
    fn id(&self) -> u64 {
        self.shared.txn.id().cast_unsigned()
    }

    #[doc = include_str!("docs/Transaction.timeout.md")]
    #[getter]
    fn timeout(&self) -> u64 {
        self.shared.txn.timeout().as_secs()
    }

    #[doc = include_str!("docs/Transaction.namespace.md")]
    #[getter]
    fn namespace(&self) -> Result<Option<String>> {
        Ok(self.shared()?.txn.namespace())
    }

    #[doc = include_str!("docs/Transaction.state.md")]
    #[getter]
    fn state(&self) -> Result<u8> {
        // The numbers of the official client.
        Ok(match self.shared()?.txn.state() {
            TxnState::Open => 0,
            TxnState::Verified => 1,
            TxnState::Committed => 2,
            TxnState::Aborted => 3,
            TxnState::CommitFailed => 4,
        })
    }

    #[doc = include_str!("docs/Transaction.in_doubt.md")]
    #[getter]
    fn in_doubt(&self) -> bool {
        self.shared.txn.in_doubt()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        let state = match this.shared() {
            Ok(shared) => format!("{:?}", shared.txn.state()).to_lowercase(),
            Err(_) => "of the process before the fork".to_owned(),
        };
        Ok(format!(
            "<{} {}, {state}>",
            slf.get_type().name()?,
            this.id()
        ))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

#[doc = include_str!("docs/Transaction.md")]
#[pyclass(frozen, extends = BaseTransaction, module = "aerospike_py._aerospike")]
pub(crate) struct Transaction;

#[pymethods]
impl Transaction {
    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (kind, _error, _traceback, /))]
    fn __exit__<'py>(
        slf: &Bound<'py, Self>,
        kind: &Bound<'py, PyAny>,
        _error: &Bound<'py, PyAny>,
        _traceback: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().get().leave(slf.py(), !kind.is_none())
    }
}

#[doc = include_str!("docs/AsyncTransaction.md")]
#[pyclass(frozen, extends = BaseTransaction, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncTransaction;

#[pymethods]
impl AsyncTransaction {
    fn __aenter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let itself = Shape::Object(slf.clone().into_any().unbind());
        let client = &slf.as_super().get().client;
        client
            .get()
            .run(slf.py(), Ok(crate::ops::connect::Ready), itself)
    }

    #[pyo3(signature = (kind, _error, _traceback, /))]
    fn __aexit__<'py>(
        slf: &Bound<'py, Self>,
        kind: &Bound<'py, PyAny>,
        _error: &Bound<'py, PyAny>,
        _traceback: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super().get().leave(slf.py(), !kind.is_none())
    }
}
