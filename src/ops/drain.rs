//! All records of a query, one after the other into what becomes of them: without the interpreter, and without keeping them.

use aerospike_core::Record;

use super::Operation;
use super::query::{Consumer, Taken, Want};
use crate::cluster::{Cluster, Target};
use crate::convert::reply::Reply;
use crate::direct::Collector;
use crate::error::Result;

/// What becomes of records.
pub(crate) trait Sink: Collector + 'static {
    /// One more, through the core.
    fn push(&mut self, record: Record) -> Result<()>;

    /// They all came.
    fn finish(self) -> Result<Reply>;
}

/// A run that goes into a sink.
pub(crate) struct Drain<S> {
    pub(crate) consumer: Consumer,
    pub(crate) sink: S,
}

impl<S: Sink> Operation for Drain<S> {
    const NAME: &'static str = "query";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(mut self, cluster: &Cluster) -> Result<Reply> {
        let run = &self.consumer.0;
        run.collect(cluster, &mut self.sink).await?;
        loop {
            match run.take_many(usize::MAX)? {
                Taken::Found(records) => {
                    for record in records {
                        self.sink.push(record)?;
                    }
                }
                Taken::Nothing => {
                    run.fetch(cluster, Want::Portion).await?;
                    // On the reactor others have their turn: a fast cluster has the next records ready at once.
                    tokio::task::yield_now().await;
                }
                Taken::End => return self.sink.finish(),
            }
        }
    }
}
