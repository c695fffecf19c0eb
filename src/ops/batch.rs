//! What all batches have in common: rows out, rows back, and attempts in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, BatchRecord, Key};

use crate::cluster::Cluster;
use crate::convert::batch::Row;
use crate::convert::reply::Retry;
use crate::error::{Error, Result};
use crate::ops::batch_stream::Rows;
use crate::ops::operate::drop_silent;

/// What came of a batch that was sent.
pub(crate) struct Answers {
    pub(crate) operations: Vec<BatchOperation>,
    /// What befell it as a whole, for the rows that were not answered.
    pub(crate) failure: Option<Error>,
}

impl Answers {
    /// The rows, in the order sent.
    pub(crate) fn rows(self) -> impl Iterator<Item = Row> {
        let Self {
            operations,
            failure,
        } = self;
        operations
            .into_iter()
            .map(move |operation| Row::new(operation, failure.as_ref()))
    }
}

/// Sends a batch once. Fails only if no row was answered.
pub(crate) async fn send(
    cluster: &Cluster,
    policy: &BatchPolicy,
    operations: Vec<BatchOperation>,
) -> Result<Answers> {
    attempt(cluster, policy, operations, None).await
}

/// Whom an attempt tells of its rows, as they come.
struct Hearer {
    rows: Arc<Rows>,
    /// The index in the batch of each row of this attempt.
    indices: Vec<usize>,
    is_first: bool,
    is_last: bool,
}

impl Hearer {
    fn hear(&self, position: usize, record: &BatchRecord) {
        if !is_answer(record) || !self.rows.is_heard() {
            return;
        }
        let mut row = Row::answered(record);
        // What an earlier attempt has left in doubt is put together with this one at the end.
        let is_final = row.code == 0 || self.is_first && (self.is_last || !is_curable(&row));
        if let Some(&index) = self.indices.get(position).filter(|_| is_final) {
            if let Some(bins) = row.raw() {
                drop_silent(bins);
            }
            self.rows.come(index, row);
        }
    }
}

async fn attempt(
    cluster: &Cluster,
    policy: &BatchPolicy,
    mut operations: Vec<BatchOperation>,
    hearer: Option<Hearer>,
) -> Result<Answers> {
    let outcome = match hearer {
        _ if operations.is_empty() => Ok(()),
        None => cluster.batch(policy, &mut operations).await,
        Some(hearer) => {
            let tell = move |position, record: &BatchRecord| hearer.hear(position, record);
            cluster.batch_foreach(policy, &mut operations, tell).await
        }
    };
    let failure = match outcome {
        Ok(()) => refusal(&operations, policy),
        Err(error) => Some(error.into()),
    };
    match failure {
        Some(error) if !operations.iter().any(is_answered) => Err(error),
        failure => Ok(Answers {
            operations,
            failure,
        }),
    }
}

/// Whether a server said what became of the row; the core gives a client's failure to rows, too.
fn is_answered(operation: &BatchOperation) -> bool {
    is_answer(operation.batch_record())
}

fn is_answer(record: &BatchRecord) -> bool {
    match record.error() {
        Some(error) => {
            error.server_result_code().is_some() && !BATCH_CODES.contains(&error.result_code())
        }
        None => record.record.is_some(),
    }
}

/// Codes of a batch and of no row: disabled, too many rows, queues full.
const BATCH_CODES: [i32; 3] = [150, 151, 152];

/// Why a node answered for none of its rows: where all are to be answered, it refused them together. The
/// core takes that for the answer of the first of them.
fn refusal(operations: &[BatchOperation], policy: &BatchPolicy) -> Option<Error> {
    let is_silent = |operation: &BatchOperation| {
        operation.error().is_none() && operation.batch_record().record.is_none()
    };
    if !policy.respond_all_keys || !operations.iter().any(is_silent) {
        return None;
    }
    let errors = || operations.iter().filter_map(BatchOperation::error);
    let error = errors()
        .find(|error| BATCH_CODES.contains(&error.result_code()))
        .or_else(|| errors().next())?;
    Some(Error::server(error.result_code(), error.base_message()))
}

/// Codes that another attempt can cure: memory, time-out, partition, busy key, overload.
const CURABLE: [i32; 5] = [8, 9, 11, 14, 18];
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Full jitter: anything up to an exponentially growing bound, so that failed batches do not come back
/// together (M. Brooker, "Exponential Backoff And Jitter").
fn pause(attempt: usize) -> Duration {
    let bound = FIRST_PAUSE
        .saturating_mul(1 << attempt.min(16))
        .min(LONGEST_PAUSE);
    bound.mul_f64(fastrand::f64())
}

/// Whether a row may be sent again.
fn is_curable(row: &Row) -> bool {
    // Negative: it was not answered, or not sent.
    row.code < 0 || CURABLE.contains(&row.code)
}

/// Whether a batch that failed as a whole may be sent again.
fn can_be_cured(error: &Error) -> bool {
    error.is_transport() || CURABLE.contains(&error.code())
}

/// Sends rows, and those that failed for a passing reason again, up to `retry` times while the total
/// timeout allows.
pub(crate) async fn send_with_retry(
    cluster: &Cluster,
    policy: &BatchPolicy,
    keys: &[Key],
    make: impl Fn(usize) -> Option<BatchOperation>,
    retry: usize,
) -> Result<(Vec<Row>, Retry)> {
    send_and_tell(cluster, policy, keys, make, retry, None).await
}

/// The same, telling of the rows as they come.
pub(crate) async fn send_and_tell(
    cluster: &Cluster,
    policy: &BatchPolicy,
    keys: &[Key],
    make: impl Fn(usize) -> Option<BatchOperation>,
    retry: usize,
    told: Option<&Arc<Rows>>,
) -> Result<(Vec<Row>, Retry)> {
    let began = Instant::now();
    let limit = match policy.base_policy.total_timeout {
        0 => None,
        milliseconds => Some(Duration::from_millis(u64::from(milliseconds))),
    };
    let mut report = Retry::none(retry);
    let mut rows: Vec<Option<Row>> = keys.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..keys.len()).collect();
    let mut any_answer = false;
    let mut failure: Option<Error> = None;
    loop {
        report.attempts += 1;
        let operations = open.iter().filter_map(|&index| make(index)).collect();
        let hearer = told.map(|rows| Hearer {
            rows: Arc::clone(rows),
            indices: open.clone(),
            is_first: report.attempts == 1,
            is_last: report.attempts > retry,
        });
        match attempt(cluster, policy, operations, hearer).await {
            Ok(answers) => {
                any_answer = true;
                for (&index, answer) in open.iter().zip(answers.rows()) {
                    if let Some(row) = rows.get_mut(index) {
                        *row = Some(merge(row.take(), answer));
                    }
                }
            }
            Err(error) => {
                for &index in &open {
                    if let (Some(row), Some(key)) = (rows.get_mut(index), keys.get(index)) {
                        *row = Some(merge(row.take(), Row::failed(key, &error)));
                    }
                }
                let doubt = failure.as_ref().is_some_and(Error::in_doubt);
                let error = failure.insert(error.or_in_doubt(doubt));
                if !can_be_cured(error) {
                    break;
                }
            }
        }
        open.retain(|&index| {
            rows.get(index)
                .and_then(Option::as_ref)
                .is_none_or(is_curable)
        });
        if open.is_empty() || report.attempts > retry {
            break;
        }
        let pause = pause(report.attempts - 1);
        if limit.is_some_and(|limit| began.elapsed() + pause >= limit) {
            report.truncated_by_timeout = true;
            break;
        }
        tokio::time::sleep(pause).await;
    }
    // Where no attempt was answered there is nothing to report but the failure.
    if let Some(error) = failure.filter(|_| !any_answer) {
        return Err(error);
    }
    report.unresolved = open.len();
    let rows = rows.into_iter().zip(keys).map(|(row, key)| {
        let mut row = row.unwrap_or_else(|| Row::unanswered(key));
        if let Some(bins) = row.raw() {
            drop_silent(bins);
        }
        row
    });
    let rows = rows.collect();
    Ok((rows, report))
}

/// What a later attempt answered, with the doubt an earlier one left: the record may have been written then,
/// and a later one that failed on its generation or existence may have met its own write.
fn merge(earlier: Option<Row>, mut later: Row) -> Row {
    later.in_doubt |= later.code != 0 && earlier.is_some_and(|earlier| earlier.in_doubt);
    later
}
