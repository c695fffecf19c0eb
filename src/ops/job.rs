//! Background jobs: operations or a function applied to every record that a query finds, on the servers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aerospike_core::policy::{AdminPolicy, WritePolicy};
use aerospike_core::query::Statement;
use aerospike_core::{Node, Version};
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::Operation;
use super::apply::Function;
use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::error::{Error, Result};

/// The server's code for a query that was aborted.
const ABORTED: i32 = 210;
/// How long between two looks at a job: at first, and at most.
const SOON: Duration = Duration::from_millis(2);
const LATER: Duration = Duration::from_millis(500);

/// Starts a job on every node.
pub(crate) struct StartJob {
    pub(crate) statement: Statement,
    pub(crate) policy: Arc<WritePolicy>,
    /// What is applied; None for the operations of the statement.
    pub(crate) function: Option<Function>,
}

impl Operation for StartJob {
    const NAME: &'static str = "execute_background";
    const WRITES: bool = true;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    fn place(&self) -> (&str, &str) {
        (&self.statement.namespace, &self.statement.set_name)
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let task = match self.function {
            None => {
                cluster
                    .client
                    .query_operate(&self.policy, self.statement)
                    .await
            }
            Some(function) => {
                cluster
                    .client
                    .query_execute_udf(
                        &self.policy,
                        self.statement,
                        &function.module,
                        &function.name,
                        &function.arguments,
                    )
                    .await
            }
        };
        Ok(Reply::Job(task?.task_id()))
    }
}

/// Where a job stands, on all nodes together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// Whether it has ended on every node.
    pub(crate) done: bool,
    /// Why it ended before its time, where it did.
    pub(crate) aborted: Option<String>,
    pub(crate) percent: f64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    /// Records that a filter expression left alone.
    pub(crate) filtered: u64,
}

impl Progress {
    /// Reads one node's answer, `name=value:name=value…`.
    fn parse(node: &Node, answer: &str) -> Result<Self> {
        if let Some(error) = answer.strip_prefix("ERROR:") {
            let code = error.split(':').next().and_then(|code| code.parse().ok());
            return match code {
                // A job the server has forgotten has ended.
                Some(super::NOT_FOUND) => Ok(Self {
                    done: true,
                    percent: 100.0,
                    ..Self::default()
                }),
                code => Err(Error::server(
                    code.unwrap_or(1),
                    format!("node {} says of the job: {answer}", node.name()),
                )),
            };
        }
        let field = |name: &str| {
            answer
                .split(':')
                .filter_map(|field| field.split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
        };
        let count = |name| field(name).and_then(|text| text.parse().ok()).unwrap_or(0);
        let status = field("status").unwrap_or_default();
        let done = status.starts_with("done");
        Ok(Self {
            done,
            aborted: (done && status != "done(ok)").then(|| status.to_owned()),
            percent: field("job-progress")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0.0),
            succeeded: count("recs-succeeded"),
            failed: count("recs-failed"),
            filtered: count("recs-filtered-meta") + count("recs-filtered-bins"),
        })
    }

    fn add(&mut self, other: Self) {
        self.done &= other.done;
        self.aborted = self.aborted.take().or(other.aborted);
        self.percent += other.percent;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.filtered += other.filtered;
    }
}

/// A command about a job, to every node.
async fn ask(cluster: &Cluster, command: &str, id: u64) -> Result<Vec<(Arc<Node>, String)>> {
    let nodes = cluster.client.nodes();
    if nodes.is_empty() {
        return Err(Error::connection("No node is connected"));
    }
    let answers = join_all(nodes.into_iter().map(|node| async move {
        let name = if *node.version() >= Version::new(8, 1, 0, 0) {
            "id"
        } else {
            "trid"
        };
        let command = format!("{command}:{name}={id}");
        let answers = node.info(&AdminPolicy::default(), &[&command]).await?;
        Ok((node, answers.into_values().next().unwrap_or_default()))
    }));
    answers.await.into_iter().collect()
}

async fn progress(cluster: &Cluster, id: u64) -> Result<Progress> {
    let answers = ask(cluster, "query-show", id).await?;
    let nodes = answers.len();
    let mut sum = Progress {
        done: true,
        ..Progress::default()
    };
    for (node, answer) in answers {
        sum.add(Progress::parse(&node, &answer)?);
    }
    sum.percent /= nodes as f64;
    Ok(sum)
}

macro_rules! about_a_job {
    ($type:ty, $name:literal, $($run:tt)*) => {
        impl Operation for $type {
            const NAME: &'static str = $name;
            const WRITES: bool = false;

            fn target(&self) -> Target<'_> {
                Target::Any
            }

            $($run)*
        }
    };
}

/// Asks where a job stands.
pub(crate) struct AskProgress(pub(crate) u64);

about_a_job! {
    AskProgress, "progress",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        progress(cluster, self.0).await.map(Reply::Progress)
    }
}

/// Asks whether a job has ended.
pub(crate) struct AskDone(pub(crate) u64);

about_a_job! {
    AskDone, "is_done",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        Ok(Reply::Flag(progress(cluster, self.0).await?.done))
    }
}

/// Stops a job; answers whether any node still ran it.
pub(crate) struct AbortJob(pub(crate) u64);

about_a_job! {
    AbortJob, "abort",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let answers = ask(cluster, "query-abort", self.0).await?;
        Ok(Reply::Flag(answers.iter().any(|(_, answer)| answer.eq_ignore_ascii_case("ok"))))
    }
}

/// Waits until a job has ended.
pub(crate) struct AwaitJob {
    pub(crate) id: u64,
    pub(crate) patience: Option<Duration>,
    /// Nobody waits any more.
    pub(crate) given_up: CancellationToken,
}

impl AwaitJob {
    async fn watch(&self, cluster: &Cluster) -> Result<Reply> {
        let began = Instant::now();
        let mut pause = SOON;
        loop {
            let progress = progress(cluster, self.id).await?;
            if let Some(status) = &progress.aborted {
                let message = format!("job {} has ended before its time: {status}", self.id);
                return Err(Error::server(ABORTED, message));
            }
            if progress.done {
                return Ok(Reply::Progress(progress));
            }
            let left = self
                .patience
                .map(|patience| patience.saturating_sub(began.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                let after = began.elapsed().as_millis();
                let message = format!("job {} has not ended after {after} ms and goes on", self.id);
                return Err(Error::expired(message));
            }
            tokio::time::sleep(left.map_or(pause, |left| left.min(pause))).await;
            pause = (pause * 2).min(LATER);
        }
    }
}

about_a_job! {
    AwaitJob, "wait",
    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        tokio::select! {
            biased;
            reply = self.watch(cluster) => reply,
            () = self.given_up.cancelled() => Ok(Reply::Nothing),
        }
    }
}
