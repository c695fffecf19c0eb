//! Replies become Python objects on the thread that asked.
//!
//! A [`Reply`] is what the reactor sends back. A [`Shape`] stays with the caller and says what to make of
//! it, with the caller's own objects in it: no Python object crosses the bridge.

use std::sync::Arc;

use aerospike_core::{Record, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyString};
use pyo3::{PyTraverseError, PyVisit};
use tokio_util::sync::DropGuard;

use super::batch::{BatchWriting, Row};
use super::bins::Found;
use super::keys::Keys;
use super::lazy::BatchReading;
use super::names::{self, named_tuple};
use super::object::{Loader, RowLoaders};
use super::record::{self, CallersKey};
use super::stream::{Gathering, Turn};
use super::value;
use crate::arrow::capsule;
use crate::arrow::table::Finished;
use crate::numpy::Layout;
use crate::numpy::columns::Columns;
use crate::ops::batch_stream::Rows;
use crate::ops::job::Progress;
use crate::ops::query::Consumer;
use crate::query::job::Started;

/// What a request ends in when it succeeds.
pub(crate) enum Reply {
    Nothing,
    Flag(bool),
    Text(String),
    /// What a function returned, or a description in lists and maps.
    Value(Value),
    /// Of each node: its name, an error code, the answer.
    Infos(Vec<(String, i32, String)>),
    Record(Box<Record>),
    Found(Found),
    /// Generation and void time, if the record exists.
    Header(Option<(u32, u32)>),
    Rows(Vec<Row>),
    Written {
        rows: Vec<Row>,
        retry: Retry,
    },
    Columns(Columns),
    Arrow(Finished),
    /// The id of a background job.
    Job(u64),
    Progress(Progress),
}

/// How the attempts of a batch went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Retry {
    pub(crate) attempts: usize,
    pub(crate) max_attempts: usize,
    pub(crate) truncated_by_timeout: bool,
    pub(crate) unresolved: usize,
}

impl Retry {
    /// No attempt yet, and how many repetitions there may be.
    pub(crate) const fn none(retry: usize) -> Self {
        Self {
            attempts: 0,
            max_attempts: retry + 1,
            truncated_by_timeout: false,
            unresolved: 0,
        }
    }

    /// The same for a batch of several portions: the most attempts any of them took.
    pub(crate) fn add(&mut self, portion: Self) {
        self.attempts = self.attempts.max(portion.attempts);
        self.truncated_by_timeout |= portion.truncated_by_timeout;
        self.unresolved += portion.unresolved;
    }
}

/// What to make of a reply.
pub(crate) enum Shape {
    /// Whatever the reply is by itself: None, a bool, a text, infos.
    Plain,
    /// The client: `connect` returns it.
    Object(Py<PyAny>),
    Record(CallersKey, Loader),
    Exists(CallersKey),
    /// The answers one by one, each with its bin.
    Ordered(CallersKey, Vec<Option<String>>, Loader),
    /// What a function returned.
    Value(Loader),
    BatchRead {
        keys: Keys,
        lazy: bool,
        loader: Loader,
    },
    BatchExists(Keys),
    BatchWrite(Keys, Loader),
    /// A batch whose rows may be taken as they come.
    Rows(Keys, Arc<Rows>, RowLoaders),
    /// Arrays; of a query, whose keys nobody gave, without them.
    Numpy(Option<Keys>, Layout),
    /// All records of a query.
    Records(Consumer, Loader),
    /// The first record of a query, or None.
    First(Consumer, Loader),
    /// The next record or page of a query.
    Turn(Turn),
    /// A background job.
    Job(Started),
    /// Whatever the reply is; whoever works on it learns when nobody waits for it any more.
    Watched(DropGuard),
}

/// A conversion that may need several turns of the event loop.
pub(crate) enum Conversion {
    Done(Py<PyAny>),
    Reading(Box<BatchReading>),
    Writing(Box<BatchWriting>),
    Gathering(Box<Gathering>),
    /// Not before the awaiting task takes its next step: what it does not take is there for the next one.
    Turn(Turn),
}

impl Shape {
    /// Begins the conversion; everything but rows is converted at once.
    pub(crate) fn begin(self, py: Python<'_>, reply: Reply) -> PyResult<Conversion> {
        Ok(Conversion::Done(match (self, reply) {
            (Self::BatchRead { keys, lazy, loader }, Reply::Rows(rows)) => {
                let records = super::lazy::lazy(py, keys, rows, loader)?;
                if !lazy {
                    return Ok(Conversion::Reading(Box::new(BatchReading::begin(
                        py, records,
                    )?)));
                }
                records.into_any()
            }
            (Self::BatchExists(keys), Reply::Rows(rows)) => {
                super::batch::exists(py, &keys, &rows)?.unbind()
            }
            (Self::BatchWrite(keys, loader), Reply::Written { rows, retry }) => {
                let writing = BatchWriting::begin(py, keys, (rows, retry), loader.into());
                return Ok(Conversion::Writing(Box::new(writing)));
            }
            (Self::Rows(keys, rows, loaders), _) => {
                let writing = BatchWriting::begin(py, keys, rows.all(), loaders);
                return Ok(Conversion::Writing(Box::new(writing)));
            }
            (Self::Numpy(keys, layout), Reply::Columns(columns)) => {
                columns.into_python(py, keys, &layout)?
            }
            (Self::Record(key, loader), Reply::Record(record)) => {
                record::record(py, key.to_python(py)?, &record, &loader)?.unbind()
            }
            (Self::Record(key, loader), Reply::Found(found)) => {
                record::found(py, key.to_python(py)?, &found, &loader)?.unbind()
            }
            (Self::Exists(key), Reply::Header(header)) => exists(py, &key, header)?.unbind(),
            (Self::Ordered(key, answers, loader), Reply::Record(record)) => {
                ordered(py, &key, &answers, &record, &loader)?.unbind()
            }
            (Self::Value(loader), Reply::Value(value)) => loader.value(py, &value)?.unbind(),
            (Self::Records(consumer, loader), _) => {
                return Ok(Conversion::Gathering(Box::new(Gathering::list(
                    py, consumer, loader,
                ))));
            }
            (Self::First(consumer, loader), _) => {
                return Ok(Conversion::Gathering(Box::new(Gathering::first(
                    py, consumer, loader,
                ))));
            }
            (Self::Turn(turn), _) => {
                return Ok(match turn.page(py) {
                    Some(page) => Conversion::Gathering(Box::new(page)),
                    None => Conversion::Turn(turn),
                });
            }
            (_, Reply::Arrow(table)) => capsule::table(py, table)?,
            (Self::Job(started), Reply::Job(id)) => started.job(py, id)?.unbind(),
            (Self::Watched(guard), reply) => {
                guard.disarm();
                plain(py, reply)?.unbind()
            }
            (Self::Object(object), _) => object,
            (_, reply) => plain(py, reply)?.unbind(),
        }))
    }

    /// The whole conversion.
    pub(crate) fn convert(self, py: Python<'_>, reply: Reply) -> PyResult<Py<PyAny>> {
        self.begin(py, reply)?.finish(py)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Plain | Self::Watched(_) => Ok(()),
            Self::Records(_, loader) | Self::First(_, loader) | Self::Value(loader) => {
                loader.traverse(visit)
            }
            Self::Turn(turn) => turn.traverse(visit),
            Self::Job(started) => visit.call(&started.client),
            Self::Object(object) => visit.call(object),
            Self::Record(key, loader) | Self::Ordered(key, _, loader) => {
                key.traverse(visit)?;
                loader.traverse(visit)
            }
            Self::Exists(key) => key.traverse(visit),
            Self::BatchRead { keys, loader, .. } | Self::BatchWrite(keys, loader) => {
                keys.traverse(visit)?;
                loader.traverse(visit)
            }
            Self::Rows(keys, _, loaders) => {
                keys.traverse(visit)?;
                loaders.traverse(visit)
            }
            Self::BatchExists(keys) => keys.traverse(visit),
            Self::Numpy(keys, layout) => {
                if let Some(keys) = keys {
                    keys.traverse(visit)?;
                }
                layout.traverse(visit)
            }
        }
    }
}

impl Conversion {
    /// Goes on for up to `rows` rows. Returns how many were converted.
    pub(crate) fn advance(&mut self, py: Python<'_>, rows: usize) -> PyResult<usize> {
        let (converted, done) = match self {
            Self::Done(_) | Self::Turn(_) => return Ok(0),
            Self::Reading(reading) => reading.advance(py, rows)?,
            Self::Writing(writing) => writing.advance(py, rows)?,
            Self::Gathering(gathering) => gathering.advance(py, rows)?,
        };
        if let Some(object) = done {
            *self = Self::Done(object);
        }
        Ok(converted)
    }

    /// Whether more rows wait.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Turn(_))
    }

    /// What is left, in one go.
    pub(crate) fn finish(mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        loop {
            match self {
                Self::Done(object) => return Ok(object),
                Self::Turn(turn) => return turn.finish(py),
                _ => self.advance(py, usize::MAX)?,
            };
        }
    }
}

fn plain(py: Python<'_>, reply: Reply) -> PyResult<Bound<'_, PyAny>> {
    Ok(match reply {
        Reply::Flag(flag) => PyBool::new(py, flag).to_owned().into_any(),
        Reply::Text(text) => PyString::new(py, &text).into_any(),
        Reply::Value(value) => value::to_python(py, &value)?,
        Reply::Infos(infos) => {
            let class = names::INFO.get(py)?;
            let list = PyList::empty(py);
            for (node, code, answer) in infos {
                list.append(named_tuple(
                    class,
                    [
                        PyString::new(py, &node).into_any(),
                        code.into_pyobject(py)?.into_any(),
                        PyString::new(py, &answer).into_any(),
                    ],
                )?)?;
            }
            list.into_any()
        }
        Reply::Progress(progress) => named_tuple(
            names::PROGRESS.get(py)?,
            [
                PyBool::new(py, progress.done).to_owned().into_any(),
                PyString::new(py, progress.aborted.as_deref().unwrap_or_default()).into_any(),
                progress.percent.into_pyobject(py)?.into_any(),
                progress.succeeded.into_pyobject(py)?.into_any(),
                progress.failed.into_pyobject(py)?.into_any(),
                progress.filtered.into_pyobject(py)?.into_any(),
            ],
        )?,
        _ => py.None().into_bound(py),
    })
}

fn exists<'py>(
    py: Python<'py>,
    key: &CallersKey,
    header: Option<(u32, u32)>,
) -> PyResult<Bound<'py, PyAny>> {
    let meta = match header {
        Some((generation, void_time)) => record::metadata(py, generation, void_time)?,
        None => py.None().into_bound(py),
    };
    named_tuple(names::EXISTS.get(py)?, [key.to_python(py)?, meta])
}

/// Each operation's answer with its bin, in the order asked. A read of all bins answers with each of them.
fn ordered<'py>(
    py: Python<'py>,
    key: &CallersKey,
    answers: &[Option<String>],
    record: &Record,
    loader: &Loader,
) -> PyResult<Bound<'py, PyAny>> {
    let class = names::BIN.get(py)?;
    let list = PyList::empty(py);
    let results = record.results.as_deref().unwrap_or_default();
    for (index, answer) in answers.iter().enumerate() {
        match answer.as_deref() {
            None => {}
            Some("") => {
                for (name, value) in &record.bins {
                    let name = names::bin_name(py, name).into_any();
                    list.append(named_tuple(class, [name, loader.value(py, value)?])?)?;
                }
            }
            Some(name) => {
                let value = match results.get(index) {
                    Some(value) => loader.value(py, value)?,
                    None => py.None().into_bound(py),
                };
                list.append(named_tuple(
                    class,
                    [names::bin_name(py, name).into_any(), value],
                )?)?;
            }
        }
    }
    named_tuple(
        names::ORDERED.get(py)?,
        [
            key.to_python(py)?,
            record::metadata(py, record.generation, record.expiration())?,
            list.into_any(),
        ],
    )
}
