//! `batch_read`: many records at once, as objects or as columns.

use std::sync::Arc;
use std::time::Instant;

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchReadPolicy, Bins, Concurrency, Key, ReadTouchTtl};
use pyo3::prelude::*;

use super::batch::{self, Answers};
use super::get::read_bins;
use super::{Operation, Timed};
use crate::cluster::{Cluster, Target};
use crate::convert::batch::{Row, outcome};
use crate::convert::codec::Codec;
use crate::convert::keys::Keys;
use crate::convert::object::Loader;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::direct::{Left, Question, RowReply, Taker, take_off};
use crate::error::{Error, Result};
use crate::numpy::columns::{Columns, Header, Source};
use crate::numpy::field::Conduct;
use crate::numpy::{Layout, Plan};

/// A read of many records.
pub(crate) struct BatchRead {
    keys: Vec<Key>,
    bins: Bins,
    policy: Arc<BatchPolicy>,
    row_policy: BatchReadPolicy,
    /// How to lay the records out in an array, if they are to be, and what to do with what does not fit.
    plan: Option<(Plan, Conduct)>,
}

/// What kind of result is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a, 'py> {
    pub(crate) py: Python<'py>,
    pub(crate) dtype: Option<&'a Bound<'py, PyAny>>,
    pub(crate) lazy: bool,
    /// Whether what does not fit its field of `dtype` is refused.
    pub(crate) strict: bool,
    pub(crate) into: Option<&'a Bound<'py, PyAny>>,
    pub(crate) codec: Option<&'a Codec>,
}

impl BatchRead {
    pub(crate) fn parse(
        policies: &Policies,
        (keys, callers): (Vec<Key>, Keys),
        bins: Option<&Bound<'_, PyAny>>,
        policy: Option<&Bound<'_, PyAny>>,
        wanted: Wanted<'_, '_>,
    ) -> Result<(Self, Shape)> {
        let bins = read_bins(bins)?;
        let loader = Loader::parse(wanted.py, wanted.into, wanted.codec)?;
        if loader.makes_objects() && (wanted.lazy || wanted.dtype.is_some()) {
            return Err(Error::argument(
                "'into' makes objects at once: it goes neither with 'lazy' nor with '_dtype'",
            ));
        }
        let (policy, options) = policies.batch(policy)?;
        let layout = wanted.dtype.map(Layout::parse).transpose()?;
        let operation = Self {
            keys,
            bins,
            policy,
            row_policy: options.batch_read(),
            plan: layout
                .as_ref()
                .map(|layout| (layout.plan(), Conduct::of(wanted.strict))),
        };
        let shape = match layout {
            Some(layout) => Shape::Numpy(Some(callers), layout),
            None => Shape::BatchRead {
                keys: callers,
                lazy: wanted.lazy,
                loader,
            },
        };
        Ok((operation, shape))
    }
}

impl BatchRead {
    /// A read of nothing but whether the records are there.
    pub(crate) fn parse_exists(
        policies: &Policies,
        keys: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let (keys, callers) = Keys::parse(keys)?;
        let (policy, options) = policies.batch(policy)?;
        let operation = Self {
            keys,
            bins: Bins::None,
            policy,
            row_policy: options.batch_read(),
            plan: None,
        };
        Ok((operation, Shape::BatchExists(callers)))
    }
}

impl Operation for BatchRead {
    const NAME: &'static str = "batch_read";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Keys(&self.keys)
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        Some(&mut self.policy)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let Self {
            keys,
            bins,
            policy,
            row_policy,
            plan,
        } = self;
        let reading = Read {
            keys: &keys,
            bins: &bins,
            policy: &policy,
            row_policy: &row_policy,
        };
        match plan {
            None => {
                let mut rows = Rows(keys.iter().map(Row::unanswered).collect());
                reading.run(cluster, &mut rows).await?;
                Ok(Reply::Rows(rows.0))
            }
            Some((plan, conduct)) => {
                let mut filling = Filling {
                    keys: &keys,
                    columns: Columns::unanswered(plan, conduct, keys.len()),
                    misfit: None,
                };
                reading.run(cluster, &mut filling).await?;
                filling.finish()
            }
        }
    }
}

/// What the rows of a read become: those that nodes answered are taken as they come, the others after that.
trait Reading: Taker {
    /// The answer to a row through the core; `failure` is what befell its batch as a whole.
    fn answer(&mut self, row: usize, operation: BatchOperation, failure: Option<&Error>);

    /// A row that was not answered.
    fn fail(&mut self, row: usize, failure: &Error);
}

/// What is read.
struct Read<'a> {
    keys: &'a [Key],
    bins: &'a Bins,
    policy: &'a BatchPolicy,
    row_policy: &'a BatchReadPolicy,
}

impl Read<'_> {
    /// Reads past the core, and through it what that leaves. Fails only if no row was answered.
    async fn run(&self, cluster: &Cluster, reading: &mut impl Reading) -> Result<()> {
        let began = Instant::now();
        let mut policy = self.policy.clone();
        let mut open = self.keys.len();
        let mut failure = None;
        let left = match self.ask(cluster, reading).await {
            None => (0..open).collect(),
            Some(left) => {
                open = left.rows.len();
                for (spent, rows) in left.lost {
                    let error = Error::from(&spent);
                    for &row in &rows {
                        reading.fail(row, &error);
                    }
                    open += rows.len();
                    failure.get_or_insert(error);
                }
                take_off(&mut policy.base_policy, began.elapsed(), left.spent);
                left.rows
            }
        };
        let mut is_answered = open < self.keys.len();
        if !left.is_empty() {
            match self.read_through_core(cluster, &policy, &left).await {
                Ok(answers) => {
                    is_answered = true;
                    let failure = answers.failure.as_ref();
                    for (&row, operation) in left.iter().zip(answers.operations) {
                        reading.answer(row, operation, failure);
                    }
                }
                Err(error) => {
                    for &row in &left {
                        reading.fail(row, &error);
                    }
                    failure.get_or_insert(error);
                }
            }
        }
        match failure {
            Some(error) if !is_answered => Err(error),
            _ => Ok(()),
        }
    }

    async fn read_through_core(
        &self,
        cluster: &Cluster,
        policy: &BatchPolicy,
        rows: &[usize],
    ) -> Result<Answers> {
        let operation =
            |key: &Key| BatchOperation::read(self.row_policy, key.clone(), self.bins.clone());
        let keys = rows.iter().filter_map(|&row| self.keys.get(row));
        batch::send(cluster, policy, keys.map(operation).collect()).await
    }

    /// Asks the nodes past the core, unless the rows need something of it.
    async fn ask(&self, cluster: &Cluster, reading: &mut impl Reading) -> Option<Left> {
        let is_plain = self.policy.respond_all_keys
            && matches!(self.policy.concurrency, Concurrency::Parallel)
            && matches!(self.row_policy.read_touch_ttl, ReadTouchTtl::ServerDefault)
            && self.row_policy.filter_expression.is_none();
        if !is_plain {
            return None;
        }
        let question = Question {
            rows: self.keys.iter().map(|key| (key, self.bins)).collect(),
            base: &self.policy.base_policy,
            inline: (self.policy.allow_inline, self.policy.allow_inline_ssd),
        };
        Some(cluster.ask(&question, reading).await)
    }
}

/// Rows for objects, unanswered at first.
struct Rows(Vec<Row>);

impl Taker for Rows {
    fn take(&mut self, row: usize, reply: &RowReply<'_>) -> bool {
        let row = self.0.get_mut(row);
        row.is_some_and(|row| row.take_message(reply.message, reply.frame).is_ok())
    }
}

impl Reading for Rows {
    fn answer(&mut self, row: usize, operation: BatchOperation, failure: Option<&Error>) {
        if let Some(row) = self.0.get_mut(row) {
            *row = Row::new(operation, failure);
        }
    }

    fn fail(&mut self, row: usize, failure: &Error) {
        if let Some(row) = self.0.get_mut(row) {
            row.fail(failure);
        }
    }
}

/// Records that are written straight into the bytes of an array.
struct Filling<'a> {
    keys: &'a [Key],
    columns: Columns,
    /// The first row whose record does not fit, and why.
    misfit: Option<(usize, Error)>,
}

impl Filling<'_> {
    fn set(&mut self, row: usize, header: Header, source: Source<'_>) {
        let outcome = self.columns.set(row, header, source);
        let is_first = self.misfit.as_ref().is_none_or(|(first, _)| row < *first);
        if let Err(error) = outcome
            && is_first
        {
            self.misfit = Some((row, error));
        }
    }

    fn finish(self) -> Result<Reply> {
        match self.misfit {
            None => Ok(Reply::Columns(self.columns)),
            Some((row, error)) => Err(match self.keys.get(row) {
                Some(key) => error.within(format!("key {key}")).of_key(key),
                None => error,
            }),
        }
    }
}

impl Taker for Filling<'_> {
    fn take(&mut self, row: usize, reply: &RowReply<'_>) -> bool {
        let message = reply.message;
        let header = &message.header;
        let is_found = header.result == 0;
        let source = if is_found {
            Source::Ops(message.ops.as_bytes())
        } else {
            Source::Absent
        };
        let header = (i32::from(header.result), header.generation, header.ttl);
        self.set(row, header, source);
        true
    }
}

impl Reading for Filling<'_> {
    fn answer(&mut self, row: usize, operation: BatchOperation, failure: Option<&Error>) {
        let (code, _) = outcome(operation.batch_record(), failure);
        let record = operation.record().filter(|_| code == 0);
        let (generation, void_time) =
            record.map_or((0, 0), |record| (record.generation, record.expiration()));
        let source = record.map(|record| &record.bins).into();
        self.set(row, (code, generation, void_time), source);
    }

    fn fail(&mut self, row: usize, failure: &Error) {
        self.set(row, (failure.code(), 0, 0), Source::Absent);
    }
}
