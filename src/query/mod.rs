//! What `client.query()` gives: what is asked for, said step by step, and the ways to get it.

mod argument;
pub(crate) mod cursor;
pub(crate) mod iterator;
pub(crate) mod job;
mod pass;

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::arrow::batches::Batches;
use crate::arrow::schema::Asked as Wanted;
use crate::arrow::table::Table;
use crate::cdt::ctx;
use crate::client::BaseClient;
use crate::convert::argument::flag;
use crate::convert::key;
use crate::convert::object::Loader;
use crate::convert::operation::{self, bin_name};
use crate::convert::predicate::{self, Index};
use crate::convert::reply::Shape;
use crate::convert::value::{repr, type_name};
use crate::dispatch::Mode;
use crate::error::{Error, Result};
use crate::expr;
use crate::numpy::Layout;
use crate::numpy::columns::Columns;
use crate::numpy::field::Conduct;
use crate::ops::drain::Drain;
use crate::ops::query::{Consumer, Fetch, SharedRun, Want};
use argument::{index_text, page_size, parse_function};
use cursor::Cursor;
use iterator::{AsyncQueryIterator, Each, Iteration, QueryIterator};
use job::Started;
use pass::{Asked, Pass};

type Object<'a, 'py> = &'a Bound<'py, PyAny>;

/// What both classes share: they differ in how their callers wait.
#[pyclass(
    frozen,
    subclass,
    module = "aerospike_py._aerospike",
    name = "_BaseQuery"
)]
pub(crate) struct BaseQuery {
    client: Py<BaseClient>,
    mode: Mode,
    namespace: String,
    set: String,
    asked: Mutex<Asked>,
    /// The last pass that was begun.
    latest: Mutex<Option<SharedRun>>,
}

impl BaseQuery {
    /// What has been asked for so far. Whoever waits for it lets the interpreter go: to check a policy, or to make an error, runs Python
    /// code while it is held, so that other threads have their turn.
    fn asked(&self) -> MutexGuard<'_, Asked> {
        Python::attach(|py| self.asked.lock_py_attached(py))
    }

    fn parse(
        client: &Bound<'_, BaseClient>,
        mode: Mode,
        namespace: Object<'_, '_>,
        set: Object<'_, '_>,
    ) -> Result<Self> {
        let namespace = key::parse_namespace(namespace)?.to_owned();
        let set = key::parse_set(set)?.to_owned();
        client.get().connected().ok_or_else(Error::not_connected)?;
        Ok(Self {
            client: client.clone().unbind(),
            mode,
            namespace,
            set,
            asked: Mutex::new(Asked::default()),
            latest: Mutex::new(None),
        })
    }

    /// All records at once, as `shape` makes of them.
    fn collect<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        pass: Pass,
        shape: impl FnOnce(Consumer, Loader) -> Shape,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |policies| {
            self.check_records(into)?;
            let loader = Loader::parse(py, into, self.client.get().codec().as_deref())?;
            let run = self.pass(policies, policy, pass)?;
            let fetch = Fetch {
                run: run.clone(),
                want: Want::Whole,
            };
            Ok((fetch, shape(Consumer(run), loader)))
        })
    }

    /// A pass for an iterator, whose steps are calls of their own.
    fn pass_at_once<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        pass: Pass,
        needed: Option<Vec<String>>,
    ) -> Result<SharedRun> {
        let session = self.client.get().connected();
        let session = session.ok_or_else(Error::not_connected)?;
        let policies = session.config().policies();
        policies.refresh(py)?;
        self.pass_for(&policies.load(), policy, pass, needed)
    }

    /// An iterator over records or pages.
    fn iterate<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        pass: Pass,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.check_records(into)?;
        let loader = Loader::parse(py, into, self.client.get().codec().as_deref())?;
        let run = self.pass_at_once(py, policy, pass, None)?;
        let want = match pass {
            Pass::Pages(_) => Want::Whole,
            Pass::All | Pass::Columns | Pass::First => Want::Portion,
        };
        self.iterator(py, run, Each::Object { want, loader })
    }

    fn iterator<'py>(
        &self,
        py: Python<'py>,
        run: SharedRun,
        each: Each,
    ) -> PyResult<Bound<'py, PyAny>> {
        let iteration = Iteration::new(self.client.clone_ref(py), run, each);
        Ok(match self.mode {
            Mode::Blocking => Bound::new(py, QueryIterator(iteration))?.into_any(),
            Mode::Awaitable => Bound::new(py, AsyncQueryIterator(iteration))?.into_any(),
        })
    }
}

#[pymethods]
impl BaseQuery {
    #[doc = include_str!("../docs/Query.select.md")]
    #[pyo3(signature = (*bins))]
    fn select<'py>(
        slf: Bound<'py, Self>,
        bins: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, Self>> {
        let names: Result<Vec<String>> = bins
            .iter()
            .map(|name| bin_name(&name).map(str::to_owned))
            .collect();
        slf.get().asked().bins = Some(names?);
        Ok(slf)
    }

    #[doc = include_str!("../docs/Query.where.md")]
    #[pyo3(signature = (predicate, ctx=None, *, index_name=None, expression=None))]
    fn r#where<'py>(
        slf: Bound<'py, Self>,
        predicate: Object<'_, 'py>,
        ctx: Option<Object<'_, 'py>>,
        index_name: Option<Object<'_, 'py>>,
        expression: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, Self>> {
        let index = match (index_name, expression) {
            (None, None) => Index::Bin,
            (Some(name), None) => Index::Named(index_text(name)?),
            (None, Some(expression)) => Index::Of(expr::parse(expression)?),
            (Some(_), Some(_)) => {
                return Err(Error::argument(
                    "index_name and expression both say which index: use one of them",
                )
                .into());
            }
        };
        let steps = match ctx {
            Some(ctx) => ctx::parse(ctx).map_err(|error| error.within("'ctx'"))?,
            None => Vec::new(),
        };
        let filter = predicate::parse(predicate, steps, index)?;
        let parts = [Some(predicate), ctx, index_name, expression];
        let text: PyResult<Vec<String>> = parts
            .into_iter()
            .map(|part| part.map_or_else(|| Ok(String::new()), |part| Ok(part.repr()?.to_string())))
            .collect();
        let text = text?.join("\0");
        let mut asked = slf.get().asked();
        if asked.filter.is_some() {
            return Err(Error::argument(
                "the query has a predicate already: a query has one, and a filter expression can narrow it",
            )
            .into());
        }
        asked.filter = Some(filter);
        asked.predicate = text;
        drop(asked);
        Ok(slf)
    }

    #[doc = include_str!("../docs/Query.add_ops.md")]
    fn add_ops<'py>(slf: Bound<'py, Self>, ops: Object<'_, 'py>) -> PyResult<Bound<'py, Self>> {
        let codec = slf.get().client.get().codec();
        let operations = operation::parse(ops, codec.as_deref())?;
        let mut asked = slf.get().asked();
        asked.operations = operations.list;
        asked.writes = operations.writes;
        drop(asked);
        Ok(slf)
    }

    #[doc = include_str!("../docs/Query.apply.md")]
    #[pyo3(signature = (module, function, arguments=None))]
    fn apply<'py>(
        slf: Bound<'py, Self>,
        module: Object<'_, 'py>,
        function: Object<'_, 'py>,
        arguments: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, Self>> {
        let function = parse_function(module, function, arguments)?;
        let before = slf.get().asked().function.replace(function);
        drop(before);
        Ok(slf)
    }

    #[doc = include_str!("../docs/Query.execute_background.md")]
    #[pyo3(signature = (policy=None))]
    fn execute_background<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |policies| {
            let started = Started {
                client: self.client.clone_ref(py),
                mode: self.mode,
            };
            Ok((self.work(policies, policy)?, Shape::Job(started)))
        })
    }

    #[doc = include_str!("../docs/Query.resume.md")]
    fn resume<'py>(slf: Bound<'py, Self>, cursor: Object<'_, 'py>) -> PyResult<Bound<'py, Self>> {
        let bytes = cursor.cast::<PyBytes>().map_err(|_| {
            Error::argument(format!(
                "{} is a {}: a cursor is bytes",
                repr(cursor),
                type_name(cursor)
            ))
        })?;
        let this = slf.get();
        let mut asked = this.asked();
        let cursor = Cursor::from_bytes(bytes.as_bytes(), this.fingerprint(&asked))?;
        asked.resume = Some(cursor);
        drop(asked);
        Ok(slf)
    }

    #[doc = include_str!("../docs/Query.cursor.md")]
    #[getter]
    fn cursor<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let latest = self.latest.lock();
        let cursor = latest.as_ref().filter(|run| !run.aggregates())?.cursor();
        Some(PyBytes::new(py, &cursor.to_bytes()))
    }

    #[doc = include_str!("../docs/Query.results.md")]
    #[pyo3(signature = (policy=None, *, into=None))]
    fn results<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.collect(py, policy, into, Pass::All, Shape::Records)
    }

    #[doc = include_str!("../docs/Query.to_numpy.md")]
    #[pyo3(signature = (dtype, policy=None, *, strict=None), text_signature = "($self, dtype, policy=None, *, strict=True)")]
    fn to_numpy<'py>(
        &self,
        py: Python<'py>,
        dtype: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        strict: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |policies| {
            let conduct = Conduct::of(flag(strict, "strict", true)?);
            let layout = Layout::parse(dtype)?;
            let sink = Columns::new(layout.plan(), conduct, 0);
            let consumer = Consumer(self.pass(policies, policy, Pass::Columns)?);
            Ok((Drain { consumer, sink }, Shape::Numpy(None, layout)))
        })
    }

    #[doc = include_str!("../docs/Query.to_arrow.md")]
    #[pyo3(signature = (schema=None, policy=None, *, meta=None))]
    fn to_arrow<'py>(
        &self,
        py: Python<'py>,
        schema: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        meta: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.client.get().call(py, |policies| {
            let asked = Wanted::parse(schema, meta)?;
            let run = self.pass_for(policies, policy, Pass::All, asked.bins())?;
            let drain = Drain {
                consumer: Consumer(run),
                sink: Table::new(&asked),
            };
            Ok((drain, Shape::Plain))
        })
    }

    #[doc = include_str!("../docs/Query.arrow_batches.md")]
    #[pyo3(signature = (size=None, schema=None, policy=None, *, meta=None), text_signature = "($self, size=65536, schema=None, policy=None, *, meta=None)")]
    fn arrow_batches<'py>(
        &self,
        py: Python<'py>,
        size: Option<Object<'_, 'py>>,
        schema: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        meta: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let size = size.map_or(Ok(65_536), page_size)?;
        let asked = Wanted::parse(schema, meta)?;
        let run = self.pass_at_once(py, policy, Pass::All, asked.bins())?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let batches = Arc::new(Batches::new(run.clone(), &asked, size));
        self.iterator(py, run, Each::Columns(batches))
    }

    #[doc = include_str!("../docs/Query.first.md")]
    #[pyo3(signature = (policy=None, *, into=None))]
    fn first<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.collect(py, policy, into, Pass::First, Shape::First)
    }

    #[doc = include_str!("../docs/Query.records.md")]
    #[pyo3(signature = (policy=None, *, into=None))]
    fn records<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.iterate(py, policy, into, Pass::All)
    }

    #[doc = include_str!("../docs/Query.pages.md")]
    #[pyo3(signature = (size, policy=None, *, into=None))]
    fn pages<'py>(
        &self,
        py: Python<'py>,
        size: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.iterate(py, policy, into, Pass::Pages(page_size(size)?))
    }

    #[doc = include_str!("../docs/Query.foreach.md")]
    #[pyo3(signature = (callback, policy=None))]
    fn foreach<'py>(
        slf: &Bound<'py, Self>,
        callback: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let walk = match slf.get().mode {
            Mode::Blocking => "foreach",
            Mode::Awaitable => "foreach_async",
        };
        slf.py()
            .import("aerospike_py._foreach")?
            .call_method1(walk, (slf, callback, policy))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        let class = slf.get_type().name()?;
        Ok(format!("<{class} of '{}', '{}'>", this.namespace, this.set))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

#[doc = include_str!("../docs/Query.md")]
#[pyclass(frozen, subclass, extends = BaseQuery, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct Query;

#[pymethods]
impl Query {
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super()
            .get()
            .iterate(slf.py(), None, None, Pass::All)
    }
}

#[doc = include_str!("../docs/AsyncQuery.md")]
#[pyclass(frozen, subclass, extends = BaseQuery, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct AsyncQuery;

#[pymethods]
impl AsyncQuery {
    fn __aiter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.as_super()
            .get()
            .iterate(slf.py(), None, None, Pass::All)
    }
}

/// A query of a client.
pub(crate) fn query<'py>(
    client: &Bound<'py, BaseClient>,
    mode: Mode,
    namespace: Object<'_, 'py>,
    set: Object<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = client.py();
    let base = PyClassInitializer::from(BaseQuery::parse(client, mode, namespace, set)?);
    Ok(match mode {
        Mode::Blocking => Bound::new(py, base.add_subclass(Query))?.into_any(),
        Mode::Awaitable => Bound::new(py, base.add_subclass(AsyncQuery))?.into_any(),
    })
}
