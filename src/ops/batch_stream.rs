//! A batch whose rows are taken as they come: [`Rows`] is what the reactor fills and a consumer empties.
//!
//! Nothing holds the batch up: a consumer that is slow costs no time-out, and one that leaves lets it run to its end, unheard, since to
//! break it off would cost its connections. What waits is never more than the batch would hold anyway.

use std::collections::VecDeque;
use std::sync::Arc;

use aerospike_bridge::completion::Lost as _;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::batch_mixed::Batch;
use super::{Operation, Timed};
use crate::aio::port::{Landing, Outcome};
use crate::cluster::{Cluster, Target};
use crate::convert::batch::Row;
use crate::convert::reply::{Reply, Retry};
use crate::dispatch::Request;
use crate::error::{Error, Result};
use crate::observe::watch::{Subject, Watch};
use crate::session::Company;

/// What a consumer finds.
pub(crate) enum Taken {
    /// Its index in the batch, and the row.
    Row(usize, Box<Row>),
    /// Nothing at this moment.
    Nothing,
    /// There is no more.
    End,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(usize, Row)>,
    /// Which rows have come, by their index.
    came: Vec<bool>,
    failure: Option<Error>,
    retry: Option<Retry>,
    ended: bool,
    /// Whether they are taken as they come, and not all together at the end.
    heard: bool,
    /// Whether nobody wants more of them.
    closed: bool,
}

/// The rows of one batch, in the order in which they came.
#[derive(Default)]
pub(crate) struct Rows {
    state: Mutex<State>,
    more: Notify,
}

impl Rows {
    /// Nothing has come yet of `count` rows.
    pub(crate) fn new(count: usize) -> Arc<Self> {
        let rows = Self::default();
        rows.state.lock().came.resize(count, false);
        Arc::new(rows)
    }

    fn put(state: &mut State, index: usize, row: Row) {
        if let Some(came) = state.came.get_mut(index)
            && !std::mem::replace(came, true)
            && !state.closed
        {
            state.waiting.push_back((index, row));
        }
    }

    /// From now on they are taken as they come. Returns whether it is not too late for that.
    pub(crate) fn hear(&self) -> bool {
        let mut state = self.state.lock();
        state.heard = !state.ended;
        state.heard
    }

    /// Whether they are taken as they come.
    pub(crate) fn is_heard(&self) -> bool {
        self.state.lock().heard
    }

    /// A row that nothing more can happen to.
    pub(crate) fn come(&self, index: usize, row: Row) {
        Self::put(&mut self.state.lock(), index, row);
        self.more.notify_waiters();
    }

    /// All together, in the order of the batch.
    pub(crate) fn all(&self) -> (Vec<Row>, Retry) {
        let mut state = self.state.lock();
        let mut rows = Vec::from(std::mem::take(&mut state.waiting));
        let retry = state.retry.unwrap_or_default();
        drop(state);
        rows.sort_unstable_by_key(|(index, _)| *index);
        (rows.into_iter().map(|(_, row)| row).collect(), retry)
    }

    fn finish(&self, rows: Vec<Row>, retry: Retry) {
        let mut state = self.state.lock();
        for (index, row) in rows.into_iter().enumerate() {
            Self::put(&mut state, index, row);
        }
        state.retry = Some(retry);
    }

    /// Nothing more will come. An error is kept for whoever takes the rows as they come.
    fn end(&self, outcome: &Outcome) {
        let mut state = self.state.lock();
        let began = !std::mem::replace(&mut state.ended, true);
        if let Err(Error::Failure(failure)) = outcome
            && state.heard
            && began
        {
            state.failure = Some(Error::Failure(failure.clone()));
        }
        drop(state);
        self.more.notify_waiters();
    }

    /// The next row, if it is there; or what befell the batch.
    pub(crate) fn take(&self) -> Result<Taken> {
        let mut state = self.state.lock();
        if let Some((index, row)) = state.waiting.pop_front() {
            return Ok(Taken::Row(index, Box::new(row)));
        }
        match state.failure.take() {
            Some(failure) => Err(failure),
            None if state.ended || state.closed => Ok(Taken::End),
            None => Ok(Taken::Nothing),
        }
    }

    /// Whether a consumer finds something, if only the end, without waiting.
    pub(crate) fn has_news(&self) -> bool {
        let state = self.state.lock();
        !state.waiting.is_empty() || state.ended || state.closed
    }

    /// How the attempts went, once the batch has ended.
    pub(crate) fn retry(&self) -> Option<Retry> {
        self.state.lock().retry
    }

    /// Nobody wants more of them: what waits is dropped, and what comes.
    pub(crate) fn close(&self) {
        let unwanted = {
            let mut state = self.state.lock();
            state.closed = true;
            std::mem::take(&mut state.waiting)
        };
        drop(unwanted);
        self.more.notify_waiters();
    }

    async fn news(&self) {
        loop {
            // Register, then look again.
            let mut more = std::pin::pin!(self.more.notified());
            more.as_mut().enable();
            if self.has_news() {
                return;
            }
            more.await;
        }
    }
}

/// A batch that tells its rows one by one.
pub(crate) struct BatchStream {
    pub(crate) batch: Batch,
    pub(crate) rows: Arc<Rows>,
}

impl Operation for BatchStream {
    const NAME: &'static str = Batch::NAME;
    const WRITES: bool = Batch::WRITES;

    fn target(&self) -> Target<'_> {
        self.batch.target()
    }

    fn policy(&mut self) -> Option<&mut dyn Timed> {
        self.batch.policy()
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let (rows, retry) = self.batch.send(cluster, Some(&self.rows)).await?;
        self.rows.finish(rows, retry);
        // The rows are with whoever takes them; how often they were sent is for the metrics, too.
        Ok(Reply::Written {
            rows: Vec::new(),
            retry,
        })
    }
}

/// The end of a batch, which whoever takes its rows hears of in any case.
struct End(Arc<Rows>);

impl Drop for End {
    fn drop(&mut self) {
        // It is too late to change anything if the end was reached.
        self.0.end(&Landing::lost().outcome);
    }
}

/// A request whose rows may be taken as they come.
pub(crate) struct Told<R> {
    pub(crate) request: R,
    pub(crate) rows: Arc<Rows>,
}

impl<R: Request> Request for Told<R> {
    const NAME: &'static str = R::NAME;
    const ROWS: bool = true;

    fn subject(&self) -> Option<Subject<'_>> {
        self.request.subject()
    }

    async fn answer(self, company: Company, watch: Option<&Watch>) -> Outcome {
        let end = End(self.rows);
        let outcome = self.request.answer(company, watch).await;
        end.0.end(&outcome);
        outcome
    }
}

/// A wait for the next row, or the end.
pub(crate) struct News(pub(crate) Arc<Rows>);

impl Request for News {
    const NAME: &'static str = Batch::NAME;

    async fn answer(self, _company: Company, _watch: Option<&Watch>) -> Outcome {
        self.0.news().await;
        Ok(Reply::Nothing)
    }
}
