//! What `client.query()` gives: what is asked for, said step by step, and the ways to get it.

pub(crate) mod cursor;
pub(crate) mod iterator;
pub(crate) mod job;

use std::sync::Arc;

use aerospike_core::Bins;
use aerospike_core::policy::QueryPolicy;
use aerospike_core::query::{Filter, Statement};
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::arrow::batches::Batches;
use crate::arrow::schema::Asked as Wanted;
use crate::arrow::table::Table;
use crate::cdt::ctx;
use crate::client::BaseClient;
use crate::convert::keys::items_of;
use crate::convert::object::Loader;
use crate::convert::operation::{self, bin_name};
use crate::convert::policy::Policies;
use crate::convert::predicate::{self, Index};
use crate::convert::reply::Shape;
use crate::convert::value::{self, repr, type_name};
use crate::convert::{argument, fields, key};
use crate::dispatch::Mode;
use crate::error::{Error, Result};
use crate::expr;
use crate::numpy::Layout;
use crate::numpy::columns::Columns;
use crate::numpy::field::Conduct;
use crate::ops::drain::Drain;
use crate::ops::job::{Function, StartJob};
use crate::ops::query::{Consumer, Fetch, Run, SharedRun, Want};
use crate::partition_filter::PartitionFilter;
use cursor::{Cursor, Fingerprint, fingerprint};
use iterator::{AsyncQueryIterator, Each, Iteration, QueryIterator};
use job::Started;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;

/// What has been asked for so far.
#[derive(Default)]
struct Asked {
    bins: Option<Vec<String>>,
    filter: Option<Filter>,
    /// The predicate as text, for the fingerprint.
    predicate: String,
    operations: Vec<aerospike_core::operations::Operation>,
    function: Option<Function>,
    /// Whether the operations write, so that they can only run in the background.
    writes: bool,
    /// Where to begin, if not at the start.
    resume: Option<Cursor>,
}

impl Asked {
    /// Refuses what has no meaning where a function makes values of the records.
    fn check_aggregation(&self, policy: &QueryPolicy, pass: Pass) -> Result<()> {
        let refused = [
            (
                self.bins.is_some(),
                "select(): the function reads the bins it wants",
            ),
            (
                !self.operations.is_empty(),
                "add_ops(): both say what to do with the records",
            ),
            (
                self.resume.is_some(),
                "resume(): its values belong to no record, so that it has no cursor",
            ),
            (
                matches!(pass, Pass::Pages(_)),
                "pages(): its values come when all records were read; call results()",
            ),
            (
                pass == Pass::Columns,
                "to_numpy(): its values are no records; call results()",
            ),
            (
                policy.max_records > 0,
                "policy 'max_records': which records were read would be left to chance",
            ),
        ];
        let refused = refused.into_iter().find(|(refused, _)| *refused);
        refused.map_or(Ok(()), |(_, why)| {
            Err(Error::argument(format!(
                "an aggregation with apply() does not go with {why}"
            )))
        })
    }
}

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

/// How a pass deals with its records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// As many as the policy allows.
    All,
    /// The same, into arrays.
    Columns,
    /// At most one.
    First,
    /// So many at a time.
    Pages(u64),
}

impl BaseQuery {
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

    fn fingerprint(&self, asked: &Asked) -> Fingerprint {
        let text = [&*self.namespace, &*self.set, &*asked.predicate].join("\0");
        fingerprint(text.as_bytes())
    }

    /// A pass over the records, not begun.
    fn pass(
        &self,
        policies: &Policies,
        policy: Option<Object<'_, '_>>,
        pass: Pass,
    ) -> Result<SharedRun> {
        self.pass_for(policies, policy, pass, None)
    }

    /// The same, of somebody who only needs these bins, unless the query says itself what to read.
    fn pass_for(
        &self,
        policies: &Policies,
        policy: Option<Object<'_, '_>>,
        pass: Pass,
        needed: Option<Vec<String>>,
    ) -> Result<SharedRun> {
        let asked = self.asked.lock();
        let (mut policy, partitions) = policies.query(policy, asked.filter.is_none())?;
        if asked.function.is_some() {
            asked.check_aggregation(&policy, pass)?;
        }
        match pass {
            // The first value takes all records.
            Pass::First if asked.function.is_some() => {}
            Pass::All | Pass::Columns => {}
            Pass::First => policy.max_records = 1,
            Pass::Pages(size) => policy.max_records = size,
        }
        let cursor = self.start(&asked, partitions)?;
        let mut statement = self.statement(&asked)?;
        if let (Bins::All, None, Some(needed)) = (&statement.bins, &statement.operations, needed) {
            statement.bins = Bins::Some(needed);
        }
        let function = asked.function.clone();
        drop(asked);
        allow_a_retry(&mut policy);
        let paged = matches!(pass, Pass::Pages(_));
        let run = Run::prepare(statement, policy, cursor, paged, function);
        let before = self.latest.lock().replace(run.clone());
        drop(before);
        Ok(run)
    }

    /// Refuses a class for records where there are none.
    fn check_records(&self, into: Option<Object<'_, '_>>) -> Result<()> {
        if into.is_some_and(|into| !into.is_none()) && self.asked.lock().function.is_some() {
            return Err(Error::argument(
                "an aggregation with apply() does not go with into=: its values are no records",
            ));
        }
        Ok(())
    }

    fn start(&self, asked: &Asked, partitions: Option<PartitionFilter>) -> Result<Cursor> {
        match (&asked.resume, partitions) {
            (Some(_), Some(_)) => Err(Error::argument(
                "the cursor says which partitions are read: give no partition_filter beside it",
            )),
            (Some(cursor), None) => Ok(cursor.clone()),
            (None, partitions) => Ok(partitions
                .unwrap_or_default()
                .start(self.fingerprint(asked))),
        }
    }

    /// What a pass over records asks for.
    fn statement(&self, asked: &Asked) -> Result<Statement> {
        if asked.writes {
            return Err(Error::argument(
                "operations that write run in the background only: call execute_background()",
            ));
        }
        if asked.bins.is_some() && !asked.operations.is_empty() {
            return Err(Error::argument(
                "select() and add_ops() both say what to read: use one of them",
            ));
        }
        let bins = match &asked.bins {
            None => Bins::All,
            Some(names) if names.is_empty() => Bins::None,
            Some(names) => Bins::Some(names.clone()),
        };
        let mut statement = self.statement_of(asked, bins);
        if let Some(Function {
            module,
            name,
            arguments,
        }) = &asked.function
        {
            statement.set_aggregate_function(module, name, arguments);
        }
        Ok(statement)
    }

    fn statement_of(&self, asked: &Asked, bins: Bins) -> Statement {
        let mut statement = Statement::new(&*self.namespace, &*self.set, bins);
        statement.filter.clone_from(&asked.filter);
        if !asked.operations.is_empty() {
            statement.operations = Some(asked.operations.clone());
        }
        statement
    }

    /// What is applied to every record in the background.
    fn work(&self, policies: &Policies, policy: Option<Object<'_, '_>>) -> Result<StartJob> {
        let asked = self.asked.lock();
        let refuse = |why| Err(Error::argument(why));
        if asked.bins.is_some() {
            return refuse("select() says what to read, and a background job gives nothing back");
        }
        match (&asked.function, asked.operations.is_empty()) {
            (None, true) => {
                return refuse("there is nothing to do: say it with add_ops() or apply()");
            }
            (Some(_), false) => {
                return refuse("add_ops() and apply() both say what to do: use one of them");
            }
            (None, false) if !asked.writes => {
                return refuse("operations in the background must write");
            }
            _ => {}
        }
        Ok(StartJob {
            statement: self.statement_of(&asked, Bins::All),
            policy: policies.background(policy)?,
            function: asked.function.clone(),
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
        let session = self.client.get().connected();
        let session = session.ok_or_else(Error::not_connected)?;
        let policies = session.config().policies();
        policies.refresh(py)?;
        let run = self.pass(&policies.load(), policy, pass)?;
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

/// To the core 0 retries are as many as it takes, which would hide for ever that a partition cannot be read.
fn allow_a_retry(policy: &mut QueryPolicy) {
    let retries = &mut policy.base_policy.max_retries;
    *retries = (*retries).max(1);
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
        slf.get().asked.lock().bins = Some(names?);
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
        let mut asked = slf.get().asked.lock();
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
        let mut asked = slf.get().asked.lock();
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
        let before = slf.get().asked.lock().function.replace(function);
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
        let mut asked = this.asked.lock();
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
            let conduct = Conduct::of(argument::flag(strict, "strict", true)?);
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
        let session = self.client.get().connected();
        let session = session.ok_or_else(Error::not_connected)?;
        let size = size.map_or(Ok(65_536), page_size)?;
        let asked = Wanted::parse(schema, meta)?;
        let policies = session.config().policies();
        policies.refresh(py)?;
        let run = self.pass_for(&policies.load(), policy, Pass::All, asked.bins())?;
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

/// How many records a page or a batch has.
fn page_size(size: Object<'_, '_>) -> Result<u64> {
    let records = fields::int(size).map_err(|error| error.within("size"))?;
    let records = u64::try_from(records).ok().filter(|&records| records > 0);
    records
        .ok_or_else(|| Error::argument(format!("size {} is not a number of records", repr(size))))
}

/// A function of a module, and its arguments.
fn parse_function(
    module: Object<'_, '_>,
    name: Object<'_, '_>,
    arguments: Option<Object<'_, '_>>,
) -> Result<Function> {
    let text = |what: &str, object| {
        let text = fields::text(object).map_err(|error| error.within(what))?;
        if text.is_empty() || text.contains('\0') {
            return Err(Error::argument(format!(
                "{what} {} is no name",
                repr(object)
            )));
        }
        Ok(text)
    };
    let arguments = match arguments.filter(|arguments| !arguments.is_none()) {
        None => Vec::new(),
        Some(arguments) => items_of(arguments, "arguments")?
            .iter()
            .map(value::parse)
            .collect::<Result<_>>()?,
    };
    Ok(Function {
        module: text("module", module)?,
        name: text("function", name)?,
        arguments,
    })
}

/// The name of an index.
fn index_text(name: Object<'_, '_>) -> Result<String> {
    const LONGEST: usize = 255;
    let text = fields::text(name).map_err(|error| error.within("index_name"))?;
    if text.is_empty() || text.len() > LONGEST || text.contains('\0') {
        return Err(Error::argument(format!(
            "index_name {} is no name: 1 to {LONGEST} bytes are allowed",
            repr(name)
        )));
    }
    Ok(text)
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
