//! Queries and scans: a [`Run`] is one pass over the records, read in portions.
//!
//! The core puts what the nodes send into a bounded channel and stops reading from them when it is full. [`Fetch`] takes a portion out of
//! that channel and leaves it in the run; the consumer converts each record when it takes it. So at most the queue, a portion and what the
//! nodes have in the sockets is under way, however slow the consumer is. What was fetched stays in the run when the caller who waited for
//! it has been cancelled: the next one gets it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem::{self, ManuallyDrop};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::Poll;

use std::time::{Duration, Instant};

use aerospike_core::policy::QueryPolicy;
use aerospike_core::query::{PartitionStatus, RecordStream, Recordset, Statement};
use aerospike_core::{Record, Value};
use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use tokio::sync::Mutex as AsyncMutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::apply::Function;
use super::{Operation, aggregate};
use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::direct::{Collector, Scan};
use crate::engine::running;
use crate::error::{Error, Result};
use crate::fork;
use crate::query::cursor::Cursor;

/// Records that cross the bridge at once: about as many as the event loop may convert without a break.
const PORTION: usize = 128;

const UNFINISHED: &str = "The query ended before every partition was read";

/// A record, and what its cursor needs to know of it; or a value of an aggregation.
struct Row {
    item: Item,
    /// The value of the index it was found by, if that is certain.
    value: Option<u64>,
    /// Whether the cursor may stand on it.
    marks: bool,
}

/// What a query finds.
pub(crate) enum Item {
    Record(Box<Record>),
    Value(Value),
}

/// What a consumer finds.
pub(crate) enum Taken<T> {
    Found(T),
    /// Nothing at this moment: more must be fetched.
    Nothing,
    /// There is no more.
    End,
}

/// Where the records come from.
enum Source {
    Unopened,
    Open(Open),
    Ended,
}

/// Records that come from the nodes.
struct Open {
    stream: RecordStream,
    partitions: Partitions,
    /// Whoever waits for the end of the client need not any more when it goes.
    _watched: DropGuard,
}

/// The core's notes on each partition, which it shares with us.
type Partitions = Arc<Vec<Mutex<PartitionStatus>>>;

/// What has been fetched and not yet taken.
struct Ready {
    rows: VecDeque<Row>,
    /// Whether the rows are all there is of a page, or of a run without pages.
    whole: bool,
    failure: Option<Error>,
    /// Nothing more will be fetched.
    ended: bool,
    /// Whether nothing is left to read once the rows are taken.
    exhausted: bool,
    /// Where the consumer stands.
    cursor: Cursor,
}

impl Ready {
    /// Whether a caller who wants this must not wait.
    fn has(&self, want: Want) -> bool {
        let rows = match want {
            Want::Portion => !self.rows.is_empty(),
            Want::Whole => self.whole,
        };
        rows || self.ended || self.failure.is_some()
    }

    /// A row leaves for the consumer.
    fn pass(&mut self, row: Row) -> Item {
        if let (true, Item::Record(record)) = (row.marks, &row.item)
            && let Some(key) = &record.key
        {
            self.cursor
                .pass(key.partition_id(), key.digest(), row.value);
        }
        row.item
    }

    /// What a consumer finds where there are no rows.
    fn without_rows<T>(&mut self) -> Result<Taken<T>> {
        match self.failure.take() {
            Some(failure) => {
                self.ended = true;
                Err(failure)
            }
            None if self.ended => Ok(Taken::End),
            None => Ok(Taken::Nothing),
        }
    }
}

/// How much is fetched at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// What is there, at least a record.
    Portion,
    /// The whole page, or the whole run if it has no pages.
    Whole,
}

/// One pass over the records of a query.
pub(crate) struct Run {
    generation: u64,
    statement: Statement,
    policy: QueryPolicy,
    /// Whether it goes page by page: `policy.max_records` at a time, until nothing is left.
    paged: bool,
    /// What makes values of the records, so that there are none to be read.
    function: Option<Function>,
    source: AsyncMutex<Source>,
    ready: Mutex<Ready>,
    /// To close the query while somebody waits for its next records.
    recordset: Mutex<Option<Arc<Recordset>>>,
}

impl Run {
    /// A pass that has not begun.
    pub(crate) fn prepare(
        statement: Statement,
        policy: QueryPolicy,
        cursor: Cursor,
        paged: bool,
        function: Option<Function>,
    ) -> SharedRun {
        let ended = cursor.is_done();
        SharedRun(ManuallyDrop::new(Arc::new(Self {
            generation: fork::generation(),
            statement,
            policy,
            paged,
            function,
            source: AsyncMutex::new(if ended {
                Source::Ended
            } else {
                Source::Unopened
            }),
            ready: Mutex::new(Ready {
                rows: VecDeque::new(),
                whole: false,
                failure: None,
                ended,
                exhausted: ended,
                cursor,
            }),
            recordset: Mutex::new(None),
        })))
    }

    /// Whether this process began it, and not its parent.
    pub(crate) fn is_ours(&self) -> bool {
        self.generation == fork::generation()
    }

    /// The next record, as far as it has been fetched.
    pub(crate) fn take(&self) -> Result<Taken<Item>> {
        let mut ready = self.ready.lock();
        let row = ready.rows.pop_front();
        ready.whole &= !ready.rows.is_empty();
        if let Some(row) = row {
            return Ok(Taken::Found(ready.pass(row)));
        }
        ready.without_rows()
    }

    /// The next records, at most so many, as far as they have been fetched.
    pub(crate) fn take_many(&self, most: usize) -> Result<Taken<Vec<Record>>> {
        let mut ready = self.ready.lock();
        let count = most.min(ready.rows.len());
        if count == 0 {
            return ready.without_rows();
        }
        let rows: Vec<Row> = ready.rows.drain(..count).collect();
        ready.whole &= !ready.rows.is_empty();
        let records = rows.into_iter().map(|row| match ready.pass(row) {
            Item::Record(record) => Ok(*record),
            Item::Value(_) => Err(Error::client("An aggregation has no records")),
        });
        Ok(Taken::Found(records.collect::<Result<_>>()?))
    }

    /// Whether a consumer finds something, if only the end, without waiting.
    pub(crate) fn has(&self, want: Want) -> bool {
        self.ready.lock().has(want)
    }

    /// Whether it makes values of the records.
    pub(crate) fn aggregates(&self) -> bool {
        self.function.is_some()
    }

    /// How many records are there to be taken.
    pub(crate) fn fetched(&self) -> usize {
        self.ready.lock().rows.len()
    }

    /// Where the consumer stands.
    pub(crate) fn cursor(&self) -> Cursor {
        let ready = self.ready.lock();
        let mut cursor = ready.cursor.clone();
        if ready.exhausted && ready.rows.is_empty() {
            cursor.finish();
        }
        cursor
    }

    /// Ends it: the nodes stop sending, and whoever waits for records finds the end.
    pub(crate) fn close(&self) {
        let unwanted = {
            let mut ready = self.ready.lock();
            ready.exhausted &= ready.rows.is_empty();
            ready.ended = true;
            mem::take(&mut ready.rows)
        };
        drop(unwanted);
        if let Some(recordset) = &*self.recordset.lock() {
            recordset.close();
        }
    }

    /// Ends it, because its client is closed: whoever takes the next record is told, and its connections are free.
    async fn abandon(&self) {
        let unwanted = {
            let mut ready = self.ready.lock();
            if ready.ended {
                return;
            }
            ready.failure = Some(Error::query_closed());
            ready.exhausted = false;
            ready.whole = false;
            mem::take(&mut ready.rows)
        };
        drop(unwanted);
        if let Some(recordset) = &*self.recordset.lock() {
            recordset.close();
        }
        *self.source.lock().await = Source::Ended;
    }

    /// Reads past the core what can be read so, if nothing has been read yet: the rest is to be fetched.
    ///
    /// # Errors
    /// The collector's.
    pub(crate) async fn collect(
        &self,
        cluster: &Cluster,
        collector: &mut impl Collector,
    ) -> Result<()> {
        let mut source = self.source.lock().await;
        if self.paged || self.function.is_some() || !matches!(*source, Source::Unopened) {
            return Ok(());
        }
        let scan = Scan {
            statement: &self.statement,
            policy: &self.policy,
        };
        let mut cursor = self.ready.lock().cursor.clone();
        let outcome = cluster.scan(&scan, &mut cursor, collector).await;
        let mut ready = self.ready.lock();
        ready.cursor = cursor;
        if outcome? {
            *source = Source::Ended;
            ready.exhausted = true;
            ready.ended = true;
        }
        Ok(())
    }

    /// Makes what is wanted ready, unless it is.
    async fn make_ready(self: Arc<Self>, cluster: &Cluster, want: Want) -> Result<()> {
        let mut source = self.source.lock().await;
        while !self.has(want) {
            match &mut *source {
                Source::Unopened => {
                    *source = match &self.function {
                        None => Source::Open(self.open(cluster, &self.policy).await?),
                        Some(function) => {
                            self.keep(self.aggregate(cluster, function).await);
                            Source::Ended
                        }
                    };
                }
                Source::Open(open) => {
                    if !self.advance(open, want).await {
                        *source = self.settle(open.stream.as_ref());
                    }
                }
                Source::Ended => break,
            }
        }
        Ok(())
    }

    /// Lets the servers do their part and does the client's.
    async fn aggregate(
        self: &Arc<Self>,
        cluster: &Cluster,
        function: &Function,
    ) -> Result<Vec<Value>> {
        let base = &self.policy.base_policy;
        let end = Some(base.total_timeout)
            .filter(|&milliseconds| milliseconds > 0)
            .map(|milliseconds| Instant::now() + Duration::from_millis(milliseconds.into()));
        let left = || end.map(|end| end.saturating_duration_since(Instant::now()));
        let mut attempts = 1;
        let partials = loop {
            match self.gather(cluster, left()).await {
                Ok(partials) => break partials,
                Err(error)
                    if !error.is_transport() || left().is_some_and(|left| left.is_zero()) =>
                {
                    return Err(error);
                }
                Err(_) if attempts > base.max_retries => {
                    return Err(Error::connection(format!(
                        "The aggregation broke off {attempts} times: a node was lost, or partitions moved"
                    )));
                }
                // The next one starts over: what came might come again.
                Err(_) => attempts += 1,
            }
            let pause = Duration::from_millis(base.sleep_between_retries.into());
            tokio::time::sleep(left().map_or(pause, |left| left.min(pause))).await;
        };
        aggregate::reduce(function, cluster, partials, left()).await
    }

    /// All values of the servers, in one attempt.
    async fn gather(
        self: &Arc<Self>,
        cluster: &Cluster,
        left: Option<Duration>,
    ) -> Result<Vec<wire::Value>> {
        let policy = aggregate::once(&self.policy, left);
        let mut open = self.open(cluster, &policy).await?;
        let mut partials = Vec::new();
        while let Some(record) = open.stream.next().await {
            partials.push(aggregate::partial(record?)?);
        }
        let filter = open.stream.as_ref().partition_filter();
        if filter.is_some_and(|filter| filter.done()) {
            return Ok(partials);
        }
        Err(Error::client(UNFINISHED))
    }

    /// An aggregation has ended: makes its values ready, unless nobody wants them any more.
    fn keep(&self, values: Result<Vec<Value>>) {
        let mut ready = self.ready.lock();
        if ready.ended || ready.failure.is_some() {
            return;
        }
        match values {
            Ok(values) => ready.rows.extend(values.into_iter().map(|value| Row {
                item: Item::Value(value),
                value: None,
                marks: false,
            })),
            Err(error) => ready.failure = Some(error),
        }
        ready.ended = ready.failure.is_none();
    }

    async fn open(self: &Arc<Self>, cluster: &Cluster, policy: &QueryPolicy) -> Result<Open> {
        let filter = self.ready.lock().cursor.rest();
        let partitions = filter.partitions.clone().unwrap_or_default();
        let recordset = cluster
            .client
            .query(policy, filter, self.statement.clone())
            .await?;
        let before = self.recordset.lock().replace(Arc::clone(&recordset));
        drop(before);
        if self.ready.lock().ended {
            // Closed while it was being opened.
            recordset.close();
        }
        let ended = CancellationToken::new();
        tokio::spawn(end_with_client(
            Arc::downgrade(self),
            cluster.over(),
            ended.clone(),
        ));
        Ok(Open {
            stream: recordset.into_stream(),
            partitions,
            _watched: ended.drop_guard(),
        })
    }

    /// Waits for records and makes those that come ready. Returns whether more may come.
    async fn advance(&self, open: &mut Open, want: Want) -> bool {
        let Open {
            stream, partitions, ..
        } = open;
        let most = match want {
            Want::Portion => PORTION,
            Want::Whole => usize::MAX,
        };
        let mut rows = Vec::new();
        let (failure, goes_on) = poll_fn(|cx| {
            while rows.len() < most {
                match Pin::new(&mut *stream).poll_next(cx) {
                    Poll::Ready(Some(Ok(record))) => rows.push(row(record, partitions)),
                    Poll::Ready(Some(Err(error))) => {
                        return Poll::Ready((Some(Error::from(error)), false));
                    }
                    Poll::Ready(None) => return Poll::Ready((None, false)),
                    Poll::Pending if rows.is_empty() => return Poll::Pending,
                    Poll::Pending => break,
                }
            }
            Poll::Ready((None, true))
        })
        .await;
        let mut ready = self.ready.lock();
        if !ready.ended {
            ready.rows.extend(rows);
            ready.failure = failure;
        }
        goes_on
    }

    /// The stream has ended: what that means.
    fn settle(&self, recordset: &Recordset) -> Source {
        recordset.close();
        let exhausted = recordset
            .partition_filter()
            .is_some_and(|filter| filter.done());
        let mut ready = self.ready.lock();
        if ready.ended || ready.failure.is_some() {
            return Source::Ended;
        }
        ready.exhausted = exhausted;
        if !exhausted && self.policy.max_records == 0 {
            ready.failure = Some(Error::client(UNFINISHED));
            return Source::Ended;
        }
        ready.whole = !self.paged || !ready.rows.is_empty();
        if self.paged && !exhausted {
            return Source::Unopened;
        }
        ready.ended = true;
        Source::Ended
    }
}

/// Nobody may ask for the next record of an open query for long, and its client be closed meanwhile.
async fn end_with_client(run: Weak<Run>, over: CancellationToken, ended: CancellationToken) {
    if ended.run_until_cancelled(over.cancelled()).await.is_some()
        && let Some(run) = run.upgrade()
    {
        run.abandon().await;
    }
}

/// A record with what the core notes of its partition at the moment it is taken out.
fn row(record: Record, partitions: &Partitions) -> Row {
    let noted = record.key.as_ref().and_then(|key| {
        // The notes are in the order of partitions, and begin with the first that is read.
        let begin = usize::from(partitions.first()?.lock().id);
        let status = partitions
            .get(key.partition_id().checked_sub(begin)?)?
            .lock();
        // A record that was sent again after a broken connection is not noted.
        (status.digest == Some(key.digest())).then_some(status.bval)
    });
    Row {
        item: Item::Record(Box::new(record)),
        marks: noted.is_some(),
        value: noted.flatten(),
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.close();
        // What it holds of the cluster's nodes may be the last of them, whose end needs the runtime.
        let source = mem::replace(self.source.get_mut(), Source::Ended);
        let recordset = self.recordset.get_mut().take();
        if let Some(engine) = running() {
            engine.reactor.submit(Box::pin(async move {
                drop((source, recordset));
            }));
        }
    }
}

/// A run that several hold. In the child of a fork it is left alone: it is the parent's.
pub(crate) struct SharedRun(ManuallyDrop<Arc<Run>>);

impl SharedRun {
    /// Makes what is wanted ready, unless it is.
    pub(crate) async fn fetch(&self, cluster: &Cluster, want: Want) -> Result<()> {
        Arc::clone(&self.0).make_ready(cluster, want).await
    }
}

impl Clone for SharedRun {
    fn clone(&self) -> Self {
        Self(ManuallyDrop::new(Arc::clone(&self.0)))
    }
}

impl Deref for SharedRun {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.0
    }
}

impl Drop for SharedRun {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: this is the only place that drops it, and nobody uses it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.0) };
        }
    }
}

/// Whoever takes a run's records: when he goes, the run ends.
pub(crate) struct Consumer(pub(crate) SharedRun);

impl Drop for Consumer {
    fn drop(&mut self) {
        if self.0.is_ours() {
            self.0.close();
        }
    }
}

/// Makes records of a run ready.
pub(crate) struct Fetch {
    pub(crate) run: SharedRun,
    pub(crate) want: Want,
}

impl Operation for Fetch {
    const NAME: &'static str = "query";
    const WRITES: bool = false;

    /// No gate: a query would keep its permits for as long as its consumer takes, and those who wait at a gate are let go only when a permit
    /// comes back. Its connections are the pool's all the same, so that there are never more of them than allowed; a node is done with its
    /// connection as soon as the core has read what is there.
    fn target(&self) -> Target<'_> {
        Target::Any
    }

    fn place(&self) -> (&str, &str) {
        let statement = &self.run.statement;
        (&statement.namespace, &statement.set_name)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        self.run.fetch(cluster, self.want).await?;
        Ok(Reply::Nothing)
    }
}
