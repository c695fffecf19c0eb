//! A query as Arrow batches of so many records: no more is held than one that grows and one that waits.
//!
//! Both stay here when the caller who waited has been cancelled: the next one gets them.

use std::borrow::Cow;
use std::sync::Arc;

use aerospike_core::Record;
use arrow_array::RecordBatch;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Mutex as AsyncMutex;
use wire::{Digest, Message};

use super::schema::Asked;
use super::table::{Finished, Head, Table};
use crate::cluster::{Cluster, Target};
use crate::convert::bins::{RawBins, found_key};
use crate::convert::reply::Reply;
use crate::direct::Collector;
use crate::error::Result;
use crate::ops::Operation;
use crate::ops::drain::Sink;
use crate::ops::query::{SharedRun, Taken, Want};
use crate::query::cursor::Cursor;

/// One pass over the records, in batches.
pub(crate) struct Batches {
    run: SharedRun,
    growing: AsyncMutex<Table<'static>>,
    ready: Mutex<Ready>,
}

/// What waits for the consumer.
struct Ready {
    /// With where the query stands after it.
    batch: Option<(RecordBatch, Cursor)>,
    ended: bool,
    /// Where the consumer stands.
    cursor: Cursor,
}

/// What a consumer finds.
pub(crate) enum Found {
    Batch(Finished),
    Nothing,
    End,
}

impl Batches {
    pub(crate) fn new(run: SharedRun, asked: &Asked, size: usize) -> Self {
        let cursor = run.cursor();
        Self {
            run,
            growing: AsyncMutex::new(Table::in_batches(asked, size)),
            ready: Mutex::new(Ready {
                batch: None,
                ended: false,
                cursor,
            }),
        }
    }

    /// Whether a consumer finds something, if only the end, without waiting.
    pub(crate) fn is_ready(&self) -> bool {
        let ready = self.ready.lock();
        ready.batch.is_some() || ready.ended
    }

    /// The next batch, if it is ready.
    pub(crate) fn take(&self) -> Found {
        let mut ready = self.ready.lock();
        if let Some((batch, cursor)) = ready.batch.take() {
            ready.cursor = cursor;
            return Found::Batch(Finished {
                schema: batch.schema(),
                batches: vec![batch],
            });
        }
        if ready.ended {
            Found::End
        } else {
            Found::Nothing
        }
    }

    /// Where the consumer stands: after the last batch that was taken.
    pub(crate) fn cursor(&self) -> Cursor {
        self.ready.lock().cursor.clone()
    }

    /// Ends it: there is nothing more to take.
    pub(crate) fn close(&self) {
        self.run.close();
        let mut ready = self.ready.lock();
        ready.ended = true;
        ready.batch = None;
    }

    /// Makes a batch ready, or ends it all: a consumer who wants to go on after an error has the cursor.
    async fn fill(&self, cluster: &Cluster) -> Result<()> {
        let outcome = self.grow(cluster).await;
        if outcome.is_err() {
            self.close();
        }
        outcome
    }

    async fn grow(&self, cluster: &Cluster) -> Result<()> {
        let mut growing = self.growing.lock().await;
        while !self.is_ready() {
            match self.run.take_many(growing.room())? {
                Taken::Found(records) => {
                    for record in records {
                        push(&mut growing, record)?;
                    }
                }
                Taken::Nothing => self.run.fetch(cluster, Want::Portion).await?,
                Taken::End => {
                    if growing.rows() > 0 {
                        self.deliver(growing.take_batch()?);
                    } else {
                        let mut ready = self.ready.lock();
                        ready.cursor = self.run.cursor();
                        ready.ended = true;
                    }
                }
            }
            if growing.is_full() {
                self.deliver(growing.take_batch()?);
            }
        }
        Ok(())
    }

    fn deliver(&self, batch: RecordBatch) {
        let cursor = self.run.cursor();
        let mut ready = self.ready.lock();
        if !ready.ended {
            ready.batch = Some((batch, cursor));
        }
    }
}

/// A record of a query into a table.
fn push(table: &mut Table<'static>, record: Record) -> Result<()> {
    let head = Head {
        code: 0,
        meta: Some((record.generation, record.expiration())),
        key: record.key.map(Cow::Owned),
    };
    let bins = record.bins.into_iter();
    table.push(
        head,
        bins.map(|(name, value)| (Cow::Owned(name), Cow::Owned(value))),
    )
}

/// Makes a batch ready.
pub(crate) struct FetchBatch(pub(crate) Arc<Batches>);

impl Operation for FetchBatch {
    const NAME: &'static str = "query";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        self.0.fill(cluster).await?;
        Ok(Reply::Nothing)
    }
}

impl Collector for Table<'static> {
    fn collect(&mut self, digest: Digest, message: &Message<'_>, frame: &Bytes) -> Result<()> {
        let key = found_key(digest, message)?;
        let bins = RawBins::of(message, frame).map_err(|error| error.of_key(&key))?;
        let head = Head {
            code: 0,
            meta: Some((message.header.generation, message.header.ttl)),
            key: Some(Cow::Owned(key)),
        };
        let bins = bins.values();
        self.push(
            head,
            bins.map(|(name, value)| (name, Cow::Owned(value.into_owned()))),
        )?;
        if self.is_full() {
            self.end_chunk()?;
        }
        Ok(())
    }
}

impl Sink for Table<'static> {
    fn push(&mut self, record: Record) -> Result<()> {
        push(self, record)?;
        if self.is_full() {
            self.end_chunk()?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Reply> {
        Ok(Reply::Arrow(Self::finish(self)?))
    }
}
