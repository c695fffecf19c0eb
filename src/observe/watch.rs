//! One call, from its beginning to its outcome.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use aerospike_core::Node;

use super::codes::error_type;
use super::series::{self, Series, Stage};
use super::switches::{self, METRICS, SLOW, SPANS, STAGES, any};
use crate::aio::port::Outcome;
use crate::convert::reply::Reply;
use crate::error::{Attempt, Error};
use crate::session::Session;

/// What a call is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) operation: &'static str,
    /// Empty where it is about none, and so with the set.
    pub(crate) namespace: &'a str,
    pub(crate) set: &'a str,
    /// From how long on it is slow.
    pub(crate) slow: Option<Duration>,
}

impl Subject<'_> {
    /// What is about no record.
    pub(crate) fn of_cluster(operation: &'static str, session: &Session) -> Self {
        Self {
            operation,
            namespace: "",
            set: "",
            slow: session.config().slow(),
        }
    }
}

/// Travels with a request. Dropped without [`end`](Self::end), it counts as lost.
pub(crate) struct Watch {
    series: &'static Series,
    /// What was on when the call began: it ends under the same rules.
    on: u8,
    began: Instant,
    /// Nanoseconds after the beginning; 0 if it was not.
    taken_up: AtomicU64,
    sent: AtomicU64,
    node: OnceLock<Arc<Node>>,
    slow: Option<Duration>,
    ended: bool,
}

/// What is left to be said of a call on the thread that made it.
pub(crate) struct Seen {
    pub(crate) series: &'static Series,
    pub(crate) ended: Instant,
    pub(crate) ended_at: SystemTime,
    /// Whom it was sent to, if it was for one node.
    pub(crate) node: Option<Arc<Node>>,
    pub(crate) failure: Option<(i32, String)>,
    /// What befell it before its last attempt.
    pub(crate) attempts: Vec<Attempt>,
}

impl Watch {
    /// Begins to watch, if anything is to be seen.
    pub(crate) fn begin(subject: Option<Subject<'_>>) -> Option<Self> {
        let on = switches::all();
        if on == 0 {
            return None;
        }
        let subject = subject?;
        if on == SLOW && subject.slow.is_none() {
            return None;
        }
        let series = series::of(&subject);
        if on & METRICS != 0 {
            series.begin();
        }
        Some(Self {
            series,
            on,
            began: Instant::now(),
            taken_up: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            node: OnceLock::new(),
            slow: subject.slow,
            ended: false,
        })
    }

    pub(crate) fn series(&self) -> &'static Series {
        self.series
    }

    /// Whether a span is wanted.
    pub(crate) fn is_traced(&self) -> bool {
        self.on & SPANS != 0
    }

    /// The I/O thread, or the caller in its place, has taken it up.
    pub(crate) fn taken_up(&self) {
        if self.on & STAGES != 0 {
            self.taken_up.store(self.now(), Ordering::Relaxed);
        }
    }

    /// It is being sent.
    pub(crate) fn sent(&self, at: Instant, node: Option<&Arc<Node>>) {
        let after = at.saturating_duration_since(self.began).as_nanos() as u64;
        self.sent.store(after.max(1), Ordering::Relaxed);
        if self.on & (SPANS | SLOW) != 0
            && let Some(node) = node
        {
            let _ = self.node.set(Arc::clone(node));
        }
    }

    fn now(&self) -> u64 {
        (self.began.elapsed().as_nanos() as u64).max(1)
    }

    /// The outcome is there.
    pub(crate) fn end(mut self, outcome: &Outcome) -> Option<Box<Seen>> {
        self.ended = true;
        let ended = Instant::now();
        let took = ended.saturating_duration_since(self.began);
        let code = outcome.as_ref().err().map_or(0, Error::seen_code);
        let waited = match self.sent.load(Ordering::Relaxed) {
            0 => None,
            sent => Some(Duration::from_nanos(sent)),
        };
        let attempts = attempts(outcome);
        if self.on & METRICS != 0 {
            if !attempts.is_empty() {
                self.series.retried(attempts.len());
            }
            self.series.end(code, took, waited);
        }
        if self.on & STAGES != 0 {
            self.tell_stages(took, waited);
        }
        if self.slow.is_some_and(|slow| took >= slow) {
            self.tell_slow(code, took, waited);
        }
        if self.on & (SPANS | STAGES) == 0 {
            return None;
        }
        Some(Box::new(Seen {
            series: self.series,
            ended,
            ended_at: SystemTime::now(),
            node: self.node.get().map(Arc::clone),
            failure: outcome.as_ref().err().map(|error| (code, error.text())),
            attempts,
        }))
    }

    fn tell_stages(&self, took: Duration, waited: Option<Duration>) {
        let taken_up = Duration::from_nanos(self.taken_up.load(Ordering::Relaxed));
        self.series.stage(Stage::Schedule, taken_up);
        if let Some(waited) = waited {
            self.series
                .stage(Stage::Limiter, waited.saturating_sub(taken_up));
            self.series.stage(Stage::Io, took.saturating_sub(waited));
        }
    }

    #[cold]
    fn tell_slow(&self, code: i32, took: Duration, waited: Option<Duration>) {
        let Series {
            operation,
            namespace,
            set,
            ..
        } = self.series;
        let outcome = match code {
            0 => "answered".to_owned(),
            code => format!("failed with {} ({code})", error_type(code)),
        };
        let place = match (namespace.as_str(), set.as_str()) {
            ("", _) => String::new(),
            (namespace, "") => format!(" of {namespace}"),
            (namespace, set) => format!(" of {namespace}.{set}"),
        };
        let wait = waited.map_or(String::new(), |waited| {
            format!(", {:.1} ms of it before it was sent", milliseconds(waited))
        });
        let node = self.node.get();
        let node = node.map_or(String::new(), |node| format!(" to {}", node.address()));
        log::warn!(
            target: "_aerospike::slow",
            "slow {operation}{place}{node}: {outcome} after {:.1} ms{wait}",
            milliseconds(took),
        );
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What befell a request before its last attempt, as far as its outcome tells.
fn attempts(outcome: &Outcome) -> Vec<Attempt> {
    match outcome {
        Err(error) => error.attempts(),
        Ok(Reply::Written { retry, .. }) => (1..retry.attempts).map(Attempt::numbered).collect(),
        Ok(_) => Vec::new(),
    }
}

impl Seen {
    /// The event loop has taken it up.
    pub(crate) fn resumed(&self) {
        if any(STAGES) {
            self.series.stage(Stage::Resume, self.ended.elapsed());
        }
    }
}

/// Measures a stage that follows the outcome, if stages are wanted.
pub(crate) struct Stopwatch(Option<(&'static Series, Instant)>);

impl Stopwatch {
    pub(crate) fn start(seen: Option<&Seen>) -> Self {
        let seen = seen.filter(|_| any(STAGES));
        Self(seen.map(|seen| (seen.series, Instant::now())))
    }

    pub(crate) fn stop(&self, stage: Stage) {
        if let Some((series, began)) = self.0 {
            series.stage(stage, began.elapsed());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended && self.on & METRICS != 0 {
            self.series.end_lost(self.began.elapsed());
        }
    }
}

/// A stage that is over before there is a watch.
pub(crate) fn parsed(began: Option<Instant>, subject: Option<Subject<'_>>) {
    if let Some(began) = began
        && let Some(subject) = subject
    {
        series::of(&subject).stage(Stage::KeyParse, began.elapsed());
    }
}
