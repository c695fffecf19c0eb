//! Transactions of a client.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::convert::value::type_name;
use crate::dispatch::{Mode, dispatch};
use crate::error::Error;
use crate::ops::connect::Ready;
use crate::transaction::{self, BaseTransaction};

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.transaction.md")]
    #[pyo3(signature = (timeout=None), text_signature = "($self, timeout=0)")]
    fn transaction<'py>(
        slf: &Bound<'py, Self>,
        timeout: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        transaction::begin(slf, slf.get().mode, timeout)
    }

    #[doc = include_str!("../docs/Client.commit.md")]
    fn commit<'py>(
        &self,
        py: Python<'py>,
        transaction: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match transaction.cast::<BaseTransaction>() {
            Ok(transaction) => transaction.get().commit_with(py, self),
            Err(_) => self.not_one(transaction),
        }
    }

    #[doc = include_str!("../docs/Client.abort.md")]
    fn abort<'py>(
        &self,
        py: Python<'py>,
        transaction: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match transaction.cast::<BaseTransaction>() {
            Ok(transaction) => transaction.get().abort_with(py, self),
            Err(_) => self.not_one(transaction),
        }
    }

    #[doc = include_str!("../docs/Client.run_in_transaction.md")]
    #[pyo3(signature = (work, timeout=None, attempts=None), text_signature = "($self, work, timeout=0, attempts=5)")]
    fn run_in_transaction<'py>(
        slf: &Bound<'py, Self>,
        work: Object<'_, 'py>,
        timeout: Option<Object<'_, 'py>>,
        attempts: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let run = match slf.get().mode {
            Mode::Blocking => "run",
            Mode::Awaitable => "run_async",
        };
        let or = |given: Option<Object<'_, 'py>>, default: i32| {
            given.map_or_else(
                || default.into_pyobject(py).map(Bound::into_any),
                |given| Ok(given.clone()),
            )
        };
        py.import("aerospike_py._transaction")?
            .call_method1(run, (slf, work, or(timeout, 0)?, or(attempts, 5)?))
    }
}

impl BaseClient {
    fn not_one<'py>(&self, object: Object<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        let kind = type_name(object);
        let error = Error::wrong_type(format!("a {kind} is not a transaction"));
        dispatch::<Ready>(object.py(), self.mode, Err(error))
    }
}
