//! Reads of one burst that travel together.
//!
//! A read of one record costs four system calls, a row of a batch a fraction of one. So asynchronous reads
//! that are waiting at the same moment for the same node, under the same policy, are sent as one batch: those
//! of one burst, and those that came while all connections were busy. Nobody is made to wait for company, and
//! a read that is alone goes alone: where that is plain from the beginning, without having come here. Each
//! caller sees what he would have seen alone: his record, his error, his deadline; a row that failed for a
//! passing reason is tried again by itself.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core::policy::{BatchPolicy, ReadPolicy};
use aerospike_core::{BatchOperation, Bins, Key, Node, ResultCode};
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout_at;

use super::Cluster;
use super::consistency::{batch_policy, row_policy};
use super::gate::Gate;
use crate::convert::bins::Found;
use crate::convert::policy::RESOLUTION;
use crate::direct::{Left, Question, RowReply, Taker, is_plain, take_off};
use crate::dispatch::panicked;
use crate::error::{Error, Result};
use crate::in_place::in_place;
use crate::observe::watch::Watch;
use crate::ops::Timed;

/// The most rows of a batch: beyond it, a second connection serves the burst sooner than a longer batch.
const LONGEST_BATCH: usize = 64;

/// How much later than the core's own time-out a caller gives up.
const GRACE: Duration = Duration::from_millis(10);

/// What a message calls them.
const NAME: &str = "get";

/// A read that waits for its turn.
struct Waiting {
    key: Key,
    bins: Bins,
    policy: Arc<ReadPolicy>,
    deadline: Option<Instant>,
    answer: oneshot::Sender<Answer>,
    /// When it was sent, once it is.
    sent: Option<Instant>,
}

/// What became of a read, and when it was sent.
struct Answer {
    outcome: Result<Found>,
    sent: Option<Instant>,
}

impl Waiting {
    fn answer(self, outcome: Result<Found>) {
        // Whoever asked may be gone: the client was closed.
        let _ = self.answer.send(Answer {
            outcome: outcome.map_err(|error| error.of_key(&self.key)),
            sent: self.sent,
        });
    }

    /// Asks alone, within what is left of the time.
    async fn read_alone(mut self, cluster: &Cluster) {
        if let Some(left) = time_left(self.deadline, &self.policy) {
            self.policy.shorten(left);
        }
        let may_pass = is_plain(&self.policy.base_policy);
        let found = cluster.find(&self.policy, &self.key, self.bins.clone(), may_pass);
        match AssertUnwindSafe(found).catch_unwind().await {
            Ok(found) => self.answer(found),
            Err(panic) => self.answer(Err(panicked(NAME, panic.as_ref()))),
        }
    }

    /// Whether it may travel with one that came before: under a policy that says the same, and without giving up more than half of its time,
    /// for it is the time of the first that counts for all.
    fn may_join(&self, first: &Self, now: Instant) -> bool {
        let (one, other) = (&first.policy, &self.policy);
        // Those of a transaction go alone: it refuses a whole batch for the sake of one namespace.
        one.base_policy.txn.is_none()
            // As a rule it is the client's own.
            && (Arc::ptr_eq(one, other) || one == other)
            && match (first.deadline, self.deadline) {
                (Some(first), Some(own)) => {
                    own.saturating_duration_since(first) <= first.saturating_duration_since(now)
                }
                _ => true,
            }
    }

    fn is_late(&self, now: Instant) -> bool {
        // Closed: its caller has given up.
        self.answer.is_closed() || self.deadline.is_some_and(|deadline| deadline <= now)
    }
}

/// The reads that wait for one node.
#[derive(Default)]
pub(super) struct Reads {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Whether a task is at it already.
    attended: bool,
}

impl Reads {
    /// Adds a read. Returns whether somebody has to attend to the queue.
    fn push(&self, read: Waiting) -> bool {
        let mut queue = self.queue.lock();
        queue.waiting.push_back(read);
        !std::mem::replace(&mut queue.attended, true)
    }

    /// The next reads that can travel together, in the order they came; none, and the attendant may go.
    ///
    /// It looks at no more of the queue than it takes: there may be tens of thousands behind.
    fn take(&self) -> Vec<Waiting> {
        let now = Instant::now();
        let mut queue = self.queue.lock();
        let mut together: Vec<Waiting> = Vec::new();
        while together.len() < LONGEST_BATCH {
            let Some(next) = queue.waiting.pop_front() else {
                break;
            };
            if next.is_late(now) {
                next.answer(Err(expired()));
                continue;
            }
            if let Some(first) = together.first()
                && !next.may_join(first, now)
            {
                queue.waiting.push_front(next);
                break;
            }
            together.push(next);
        }
        queue.attended = !together.is_empty();
        together
    }

    /// Whether no read waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.lock().waiting.is_empty()
    }

    /// Takes out those whose time is up.
    fn take_late(&self, now: Instant) -> VecDeque<Waiting> {
        let mut queue = self.queue.lock();
        let all = std::mem::take(&mut queue.waiting);
        let (late, left): (VecDeque<_>, VecDeque<_>) =
            all.into_iter().partition(|read| read.is_late(now));
        queue.waiting = left;
        late
    }

    /// The deadline of the first, who is the next to give up unless policies differ; each caller keeps his own time.
    fn deadline(&self) -> Option<Instant> {
        self.queue.lock().waiting.front()?.deadline
    }
}

impl Cluster {
    /// Reads a record, together with whatever else is read at this moment.
    pub(crate) async fn read_together(
        self: &Arc<Self>,
        key: Key,
        bins: Bins,
        policy: Arc<ReadPolicy>,
        deadline: Option<Instant>,
        watch: Option<&Watch>,
    ) -> Result<Found> {
        let gate = self.gate(&key)?;
        let (answer, answered) = oneshot::channel();
        let read = Waiting {
            key,
            bins,
            policy,
            deadline,
            answer,
            sent: None,
        };
        if gate.reads.push(read) {
            // Behind all tasks of this burst in the runtime's queue, each of which will push its own.
            let (cluster, gate) = (Arc::clone(self), Arc::clone(&gate));
            tokio::spawn(in_place(|| attend(cluster, gate)));
        }
        let take = |answer: std::result::Result<Answer, _>| {
            let Ok(Answer { outcome, sent }) = answer else {
                return Err(Error::panic(
                    "A read was lost: this is a defect of aerospike_py",
                ));
            };
            if let (Some(watch), Some(sent)) = (watch, sent) {
                watch.sent(sent, Some(gate.node()));
            }
            outcome
        };
        let Some(deadline) = deadline else {
            return take(answered.await);
        };
        // The attendant may be waiting for a later deadline than this one. What has been sent has the core's
        // own time-out, which says more, so that goes first.
        match timeout_at((deadline + GRACE).into(), answered).await {
            Ok(answer) => take(answer),
            Err(_) => Err(expired()),
        }
    }
}

fn expired() -> Error {
    Error::expired("Timeout in the queue: all connections were busy; not sent")
}

/// Sends what waits, as permits allow, until nothing does.
async fn attend(cluster: Arc<Cluster>, gate: Arc<Gate>) {
    loop {
        let Ok(permit) = gate.turn(gate.reads.deadline()).await else {
            for read in gate.reads.take_late(Instant::now()) {
                read.answer(Err(expired()));
            }
            continue;
        };
        let mut reads = gate.reads.take();
        if reads.is_empty() {
            return;
        }
        let now = Instant::now();
        for read in &mut reads {
            read.sent = Some(now);
        }
        let borrowed = gate.keep(permit);
        let cluster = Arc::clone(&cluster);
        // The runtime moves a task about that is not on the heap: to where it stays, and back when it has ended.
        tokio::spawn(in_place(|| async move {
            send(&cluster, reads).await;
            drop(borrowed);
        }));
    }
}

/// Sends reads as one batch and hands the answers out.
async fn send(cluster: &Cluster, mut reads: Vec<Waiting>) {
    if reads.len() == 1 {
        if let Some(read) = reads.pop() {
            read.read_alone(cluster).await;
        }
        return;
    }
    let mut policy = {
        let Some(first) = reads.first() else {
            return;
        };
        let mut policy = Arc::new(batch_policy(&first.policy.base_policy));
        // The first to come has the least time left.
        if let Some(left) = time_left(first.deadline, &first.policy) {
            policy.shorten(left);
        }
        policy
    };
    let began = Instant::now();
    let (answers, left) = ask(cluster, &policy, &reads).await;
    let mut reads: Vec<_> = reads.into_iter().map(Some).collect();
    let mut again = Vec::new();
    for (place, answer) in reads.iter_mut().zip(answers) {
        let is_passing = |code: u8| PASSING.contains(&ResultCode::from(code));
        match answer {
            None => {}
            Some(Err(refusal)) if is_passing(refusal.code) && refusal.retries > 0 => {
                again.extend(place.take().map(|read| (read, refusal.retries)));
            }
            Some(answer) => {
                if let Some(read) = place.take() {
                    read.answer(
                        answer.map_err(|Refusal { code, node, .. }| Error::answered(code, &node)),
                    );
                }
            }
        }
    }
    for (spent, rows) in left.lost {
        for row in rows {
            if let Some(read) = reads.get_mut(row).and_then(Option::take) {
                read.answer(Err(Error::from(&spent)));
            }
        }
    }
    // All others have their answers by now.
    let rest: Vec<_> = reads.into_iter().flatten().collect();
    let base = &mut Arc::make_mut(&mut policy).base_policy;
    take_off(base, began.elapsed(), left.spent);
    let again = join_all(again.into_iter().map(|(mut read, retries)| {
        let base = &mut Arc::make_mut(&mut read.policy).base_policy;
        base.max_retries = retries;
        take_off(base, began.elapsed(), 1);
        read.read_alone(cluster)
    }));
    if rest.is_empty() {
        again.await;
    } else {
        join(again, Box::pin(send_through_core(cluster, &policy, rest))).await;
    }
}

/// Asks past the core: of each read the record, or how it was refused, or nothing.
async fn ask(
    cluster: &Cluster,
    policy: &BatchPolicy,
    reads: &[Waiting],
) -> (Vec<Option<std::result::Result<Found, Refusal>>>, Left) {
    let question = Question {
        rows: reads.iter().map(|read| (&read.key, &read.bins)).collect(),
        base: &policy.base_policy,
        inline: (policy.allow_inline, policy.allow_inline_ssd),
    };
    let mut answers = Answers(reads.iter().map(|_| None).collect());
    let left = cluster.ask(&question, &mut answers).await;
    (answers.0, left)
}

/// That a node refused a read.
struct Refusal {
    code: u8,
    node: Arc<Node>,
    /// How many the policy allows after that.
    retries: usize,
}

/// Of each read the record, or how it was refused.
struct Answers(Vec<Option<std::result::Result<Found, Refusal>>>);

impl Taker for Answers {
    fn take(&mut self, row: usize, reply: &RowReply<'_>) -> bool {
        let answer = match reply.message.header.result {
            0 => match Found::of(reply.message, reply.frame) {
                Ok(found) => Ok(found),
                Err(_) => return false,
            },
            code => Err(Refusal {
                code,
                node: Arc::clone(reply.node),
                retries: reply.retries,
            }),
        };
        if let Some(place) = self.0.get_mut(row) {
            *place = Some(answer);
        }
        true
    }
}

/// The same by way of the core.
async fn send_through_core(cluster: &Cluster, policy: &BatchPolicy, reads: Vec<Waiting>) {
    let row_policy = row_policy(&policy.base_policy);
    let mut rows: Vec<BatchOperation> = reads
        .iter()
        .map(|read| BatchOperation::read(&row_policy, read.key.clone(), read.bins.clone()))
        .collect();
    let failure = cluster.batch(policy, &mut rows).await.err();
    for (mut row, read) in rows.into_iter().zip(reads) {
        match (row.take_record(), row.error()) {
            (Some(record), None) => read.answer(Ok(record.into())),
            (_, Some(error)) if error.matches(&PASSING) => read.read_alone(cluster).await,
            (_, Some(error)) => read.answer(Err(Error::from(error))),
            (None, None) => match &failure {
                Some(error) if !error.matches(&REFUSED) => read.answer(Err(Error::from(error))),
                // Batches are switched off there, or too many; or the row just has no answer.
                _ => read.read_alone(cluster).await,
            },
        }
    }
}

/// What is left until a deadline, if that is less than the policy's own time by more than it can tell.
fn time_left(deadline: Option<Instant>, policy: &Arc<ReadPolicy>) -> Option<Duration> {
    let left = deadline?.saturating_duration_since(Instant::now());
    (left + RESOLUTION < policy.total_timeout()).then_some(left)
}

/// What the core tries again when a single read meets it, and leaves alone in a row.
const PASSING: [ResultCode; 3] = [
    ResultCode::DeviceOverload,
    ResultCode::KeyBusy,
    ResultCode::PartitionUnavailable,
];
/// A server that takes no batches.
const REFUSED: [ResultCode; 3] = [
    ResultCode::BatchDisabled,
    ResultCode::BatchMaxRequestsExceeded,
    ResultCode::BatchQueuesFull,
];
