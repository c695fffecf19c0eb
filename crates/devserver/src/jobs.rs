//! Jobs: queries and background work, as people see and stop them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use wire::message::info1;
use wire::{FieldType, Message, ResultCode};

use crate::connection::Session;
use crate::request::Target;

/// How many jobs that have ended a node remembers.
const MAX_DONE: usize = 100;
/// How many records background work may change in a second if it is not told.
pub(crate) const BACKGROUND_RATE: u32 = 10_000;
/// The longest background work waits for its client.
const BACKGROUND_TIMEOUT: u32 = 10_000;

/// What a job does.
#[derive(Debug)]
pub(crate) enum Work {
    Basic,
    Aggregation { module: String, function: String },
    Udf { module: String, function: String },
    Operations,
}

/// What may become of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Throttled,
    Filtered,
    Succeeded,
    Failed,
}

#[derive(Debug)]
pub(crate) struct Job {
    id: u64,
    /// Each node has its part of a query, under the same id.
    node: usize,
    /// Short queries are not shown.
    shown: bool,
    namespace: String,
    set: String,
    index: Option<String>,
    work: Work,
    rate: u32,
    timeout: u32,
    from: SocketAddr,
    started: Instant,
    ended: Mutex<Option<(Instant, bool)>>,
    aborted: AtomicBool,
    /// In hundredths of a percent.
    progress: AtomicUsize,
    counts: [AtomicU64; 4],
    /// Bytes sent to the client.
    sent: AtomicU64,
}

impl Job {
    pub(crate) fn new(
        session: &Session,
        message: &Message<'_>,
        target: &Target<'_>,
        index: Option<&str>,
        work: Work,
        rate: u32,
    ) -> Result<Self, ResultCode> {
        let wrong = wire::Error::result_code;
        let timeout = message
            .fields
            .u32(FieldType::SocketTimeout)
            .map_err(wrong)?;
        let timeout = match work {
            Work::Udf { .. } | Work::Operations => BACKGROUND_TIMEOUT,
            _ => timeout.unwrap_or(0),
        };
        Ok(Self {
            id: message
                .fields
                .u64(FieldType::QueryId)
                .map_err(wrong)?
                .unwrap_or(0),
            node: session.node,
            shown: message.header.info1 & info1::SHORT_QUERY == 0,
            namespace: target.namespace.name.clone(),
            set: String::from_utf8_lossy(target.set).into_owned(),
            index: index.map(str::to_owned),
            work,
            rate,
            timeout,
            from: session.peer,
            started: Instant::now(),
            ended: Mutex::new(None),
            aborted: AtomicBool::new(false),
            progress: AtomicUsize::new(0),
            counts: Default::default(),
            sent: AtomicU64::new(0),
        })
    }

    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    fn is(&self, node: usize, id: u64) -> bool {
        self.node == node && self.id == id
    }

    pub(crate) const fn rate(&self) -> u32 {
        self.rate
    }

    // Each figure is complete in itself: all orderings are relaxed.

    pub(crate) fn count(&self, what: Count) {
        if let Some(count) = self.counts.get(what as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// So many bytes more went to the client.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, percent: f64) {
        self.progress
            .store((percent * 100.0) as usize, Ordering::Relaxed);
    }

    /// Whether somebody wants it to stop.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Relaxed)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.is_aborted() || self.ended.lock().is_some()
    }

    /// It has ended; only the first word on this counts.
    pub(crate) fn end(&self, well: bool) {
        self.ended.lock().get_or_insert((Instant::now(), well));
    }

    fn is_active(&self) -> bool {
        self.ended.lock().is_none()
    }

    /// The job as people are shown it.
    pub(crate) fn describe(&self) -> String {
        let ended = *self.ended.lock();
        let status = match ended {
            None => "active(ok)",
            Some((_, true)) => "done(ok)",
            Some((_, false)) if self.is_aborted() => "done(user-aborted)",
            Some((_, false)) => "done(abandoned-unknown)",
        };
        let until = ended.map_or_else(Instant::now, |(at, _)| at);
        let since = ended.map_or(0, |(at, _)| at.elapsed().as_millis());
        let [throttled, filtered, succeeded, failed] = &self.counts;
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let progress = match ended {
            Some((_, true)) => 100.0,
            _ => self.progress.load(Ordering::Relaxed) as f64 / 100.0,
        };
        let optional = |name: &str, value: &str| {
            if value.is_empty() {
                String::new()
            } else {
                format!(":{name}={value}")
            }
        };
        let from = format!("{}+{}", self.from.ip(), self.from.port());
        let (kind, more) = match &self.work {
            Work::Basic => ("basic", String::new()),
            Work::Aggregation { module, function } => ("aggregation", called(module, function)),
            Work::Udf { module, function } => ("background-udf", called(module, function)),
            Work::Operations => ("background-ops", ":ops-active=0".to_owned()),
        };
        format!(
            "trid={}:ns={}{}{}:rps={}:active-threads={}:status={status}:job-progress={progress:.2}:run-time={}:time-since-done={since}:\
             recs-throttled={}:recs-filtered-meta=0:recs-filtered-bins={}:recs-succeeded={}:recs-failed={}:from={from}:job-type={kind}:\
             net-io-bytes={}:socket-timeout={}{more}",
            self.id,
            self.namespace,
            optional("set", &self.set),
            optional("sindex-name", self.index.as_deref().unwrap_or_default()),
            self.rate,
            u8::from(ended.is_none()),
            until.duration_since(self.started).as_millis(),
            count(throttled),
            count(filtered),
            count(succeeded),
            count(failed),
            count(&self.sent),
            self.timeout,
        )
    }
}

fn called(module: &str, function: &str) -> String {
    format!(":udf-filename={module}:udf-function={function}")
}

#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<VecDeque<Arc<Job>>>);

impl Jobs {
    /// Takes a job up. One of the node that is not over yet must not have the same id.
    pub(crate) fn begin(&self, job: Job) -> Result<Arc<Job>, ResultCode> {
        let job = Arc::new(job);
        if !job.shown {
            return Ok(job);
        }
        let mut jobs = self.0.lock();
        if let Some(at) = jobs.iter().position(|known| known.is(job.node, job.id)) {
            if job.id != 0 && jobs.get(at).is_some_and(|known| known.is_active()) {
                return Err(ResultCode::Parameter);
            }
            jobs.remove(at);
        }
        let of_node = |known: &Arc<Job>| known.node == job.node;
        if jobs.iter().filter(|known| of_node(known)).count() >= MAX_DONE
            && let Some(at) = jobs
                .iter()
                .position(|known| of_node(known) && !known.is_active())
        {
            jobs.remove(at);
        }
        jobs.push_back(Arc::clone(&job));
        Ok(job)
    }

    pub(crate) fn get(&self, node: usize, id: u64) -> Option<Arc<Job>> {
        self.0
            .lock()
            .iter()
            .find(|job| job.is(node, id))
            .map(Arc::clone)
    }

    /// All of a node, the oldest first.
    pub(crate) fn list(&self, node: usize) -> Vec<Arc<Job>> {
        let jobs = self.0.lock();
        let of_node = jobs.iter().filter(|job| job.node == node);
        of_node.map(Arc::clone).collect()
    }

    /// Stops a job; whether there was one to stop.
    pub(crate) fn abort(&self, node: usize, id: u64) -> bool {
        self.get(node, id).is_some_and(|job| abort(&job))
    }

    /// Stops all of a node; says how many.
    pub(crate) fn abort_all(&self, node: usize) -> usize {
        self.list(node).iter().filter(|job| abort(job)).count()
    }
}

fn abort(job: &Job) -> bool {
    job.is_active() && !job.aborted.swap(true, Ordering::Relaxed)
}
