//! What all batches have in common: rows out, rows back, and attempts in between.

use std::time::{Duration, Instant};

use aerospike_core::policy::BatchPolicy;
use aerospike_core::{BatchOperation, Key};

use crate::cluster::Cluster;
use crate::convert::batch::Row;
use crate::convert::reply::Retry;
use crate::error::{Error, Result};
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
    mut operations: Vec<BatchOperation>,
) -> Result<Answers> {
    let failure = if operations.is_empty() {
        None
    } else {
        cluster.client.batch(policy, &mut operations).await.err()
    };
    if let Some(error) = failure {
        if operations
            .iter()
            .all(|operation| operation.result_code().is_none())
        {
            return Err(error.into());
        }
        let failure = Some(error.into());
        return Ok(Answers {
            operations,
            failure,
        });
    }
    Ok(Answers {
        operations,
        failure: None,
    })
}

/// Codes that another attempt can cure: memory, time-out, partition, busy key, overload.
const CURABLE: [i32; 5] = [8, 9, 11, 14, 18];
/// Codes by which a retried write may meet itself: generation and existence.
const OWN_TRACES: [i32; 2] = [3, 5];
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

/// Sends rows, and those that failed for a passing reason again, up to `retry` times while the total
/// timeout allows.
pub(crate) async fn send_with_retry(
    cluster: &Cluster,
    policy: &BatchPolicy,
    keys: &[Key],
    make: impl Fn(usize) -> Option<BatchOperation>,
    retry: usize,
) -> Result<(Vec<Row>, Retry)> {
    let began = Instant::now();
    let limit = match policy.base_policy.total_timeout {
        0 => None,
        milliseconds => Some(Duration::from_millis(u64::from(milliseconds))),
    };
    let mut report = Retry {
        attempts: 0,
        max_attempts: retry + 1,
        truncated_by_timeout: false,
        unresolved: 0,
    };
    let mut rows: Vec<Option<Row>> = keys.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..keys.len()).collect();
    loop {
        report.attempts += 1;
        let operations = open.iter().filter_map(|&index| make(index)).collect();
        match send(cluster, policy, operations).await {
            Ok(answers) => {
                for (&index, answer) in open.iter().zip(answers.rows()) {
                    if let Some(row) = rows.get_mut(index) {
                        *row = Some(merge(row.take(), answer));
                    }
                }
            }
            Err(error) if report.attempts > retry || !error.is_transport() => {
                // Earlier attempts may have answered for some rows; a first one has nothing to report.
                if rows.iter().all(Option::is_none) {
                    return Err(error);
                }
            }
            Err(_) => {}
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

/// What a later attempt answered, with the doubt an earlier one left: it may have met its own write.
fn merge(earlier: Option<Row>, mut later: Row) -> Row {
    if earlier.is_some_and(|earlier| earlier.in_doubt) && OWN_TRACES.contains(&later.code) {
        later.in_doubt = true;
    }
    later
}
