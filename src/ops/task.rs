//! What the cluster goes on with after it has said yes: an index that is being built, a module on its way to every node.

use std::time::{Duration, Instant};

use aerospike_core::policy::AdminPolicy;
use aerospike_core::{Node, Version};
use futures_util::future::try_join_all;

use super::Operation;
use super::command::fields;
use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::error::{Error, Result};

/// Something the cluster is about to have done.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    IndexBuilt { namespace: String, name: String },
    IndexGone { namespace: String, name: String },
    ModuleThere { file: String },
    ModuleGone { file: String },
}

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How long a node may not know of an index that the cluster has agreed to: metadata takes its time to spread.
const SPREADING: Duration = Duration::from_secs(10);
/// The server's code for an index that does not exist.
const NO_INDEX: i32 = 201;

impl Task {
    /// Whether every node has done it.
    pub(crate) async fn is_done(&self, cluster: &Cluster) -> Result<bool> {
        let nodes = cluster.client.nodes();
        let answers = try_join_all(nodes.iter().map(|node| self.ask(node))).await?;
        Ok(!answers.is_empty() && answers.iter().all(|answer| self.is_said_by(answer)))
    }

    async fn ask(&self, node: &Node) -> Result<String> {
        let command = match self {
            Self::IndexBuilt { namespace, name } | Self::IndexGone { namespace, name } => {
                // The parameter's name since 8.1.
                let parameter = if *node.version() >= Version::new(8, 1, 0, 0) {
                    "namespace"
                } else {
                    "ns"
                };
                format!("sindex-stat:{parameter}={namespace};indexname={name}")
            }
            Self::ModuleThere { .. } | Self::ModuleGone { .. } => "udf-list".to_owned(),
        };
        let answers = node.info(&AdminPolicy::default(), &[&command]).await?;
        Ok(answers.into_values().next().unwrap_or_default())
    }

    fn is_said_by(&self, answer: &str) -> bool {
        match self {
            Self::IndexBuilt { .. } => {
                fields(answer, ';').any(|field| field == ("load_pct", "100"))
            }
            Self::IndexGone { .. } => knows_no_index(answer),
            Self::ModuleThere { file } => lists(answer, file),
            Self::ModuleGone { file } => !lists(answer, file),
        }
    }

    /// Waits until every node has done it, or until a moment.
    pub(crate) async fn wait(&self, cluster: &Cluster, deadline: Option<Instant>) -> Result<()> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        while !self.is_done(cluster).await? {
            if began.elapsed() > SPREADING {
                self.check_index(cluster).await?;
            }
            if deadline.is_some_and(|deadline| Instant::now() + pause > deadline) {
                return Err(Error::expired(format!(
                    "not done after {} ms; the cluster goes on with it",
                    began.elapsed().as_millis()
                )));
            }
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
        Ok(())
    }

    /// An index that nobody knows will not be built: somebody has removed it meanwhile.
    async fn check_index(&self, cluster: &Cluster) -> Result<()> {
        let Self::IndexBuilt { name, .. } = self else {
            return Ok(());
        };
        let nodes = cluster.client.nodes();
        let answers = try_join_all(nodes.iter().map(|node| self.ask(node))).await?;
        if answers.iter().all(|answer| knows_no_index(answer)) {
            return Err(Error::server(
                NO_INDEX,
                format!("No node has index '{name}'"),
            ));
        }
        Ok(())
    }
}

/// Whether a node says that it has no such index: `FAIL:201:…`, in old servers `ERROR:201:…`.
fn knows_no_index(answer: &str) -> bool {
    answer.split(':').nth(1) == Some("201")
}

/// Whether the answer to `udf-list` has a file among its `filename=NAME,hash=…;…`.
fn lists(answer: &str, file: &str) -> bool {
    answer
        .split(';')
        .any(|module| fields(module, ',').any(|field| field == ("filename", file)))
}

/// Asks whether a task is done.
pub(crate) struct IsDone(pub(crate) Task);

impl Operation for IsDone {
    const NAME: &'static str = "is_done";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        self.0.is_done(cluster).await.map(Reply::Flag)
    }
}

/// Waits for a task.
pub(crate) struct Wait {
    pub(crate) task: Task,
    pub(crate) patience: Option<Duration>,
}

impl Operation for Wait {
    const NAME: &'static str = "wait";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let deadline = self.patience.map(|patience| Instant::now() + patience);
        self.task.wait(cluster, deadline).await?;
        Ok(Reply::Nothing)
    }
}
