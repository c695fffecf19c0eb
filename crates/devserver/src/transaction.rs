//! Transactions over several records of a strongly consistent namespace.
//!
//! A client announces a transaction and the records it is going to write to the transaction's monitor, then writes them. A written
//! record is locked: its own transaction sees the new state, everybody else the one before. At the end the client has each record rolled
//! forward or back. A transaction whose time is over is rolled back, or forward if it had been committed, by whoever finds it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;
use wire::{Digest, ResultCode, Value};

use crate::clock::Moment;
use crate::store::{Namespace, Record};

/// The set of the monitors.
pub(crate) const MONITOR_SET: &[u8] = b"<ERO~MRT";
/// The most records a transaction can write.
const MAX_WRITES: usize = 4096;
/// Seconds a transaction lives if the client does not say, and at most.
const DEFAULT_DURATION: u32 = 10;
const MAX_DURATION: u32 = 120;

/// The transactions of a namespace, by the digests of their monitors.
#[derive(Debug, Default)]
pub(crate) struct Transactions(Mutex<HashMap<Digest, Arc<Transaction>>>);

#[derive(Debug)]
pub(crate) struct Transaction {
    id: u64,
    deadline: Moment,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    /// What it writes.
    digests: BTreeSet<Digest>,
    /// It is committed: what it wrote holds.
    forward: bool,
    /// Its monitor is gone.
    ended: bool,
}

/// A record that is written by a transaction.
#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) transaction: Arc<Transaction>,
    /// The record as it was before; `None` if there was none.
    pub(crate) before: Option<Record>,
}

/// The digest of a transaction's monitor.
fn monitor(id: u64) -> Option<Digest> {
    Digest::of(MONITOR_SET, &Value::Int(id as i64))
}

impl Transactions {
    /// Begins a transaction.
    pub(crate) fn begin(
        &self,
        id: u64,
        duration: u32,
        now: Moment,
    ) -> Result<Arc<Transaction>, ResultCode> {
        let duration = match duration {
            0 => DEFAULT_DURATION,
            1..=MAX_DURATION => duration,
            _ => return Err(ResultCode::Parameter),
        };
        let digest = monitor(id)
            .filter(|_| id != 0)
            .ok_or(ResultCode::Parameter)?;
        let transaction = Arc::new(Transaction {
            id,
            deadline: Moment(now.0 + u64::from(duration) * 1000),
            progress: Mutex::default(),
        });
        let mut active = self.0.lock();
        if active.contains_key(&digest) {
            return Err(ResultCode::TxnMonitorExists);
        }
        active.insert(digest, Arc::clone(&transaction));
        Ok(transaction)
    }

    /// The transaction of a monitor.
    pub(crate) fn of_monitor(&self, monitor: &Digest) -> Option<Arc<Transaction>> {
        self.0.lock().get(monitor).cloned()
    }

    /// The transaction with an id, if it may still write.
    pub(crate) fn writable(&self, id: u64, now: Moment) -> Result<Arc<Transaction>, ResultCode> {
        let transaction = monitor(id).and_then(|digest| self.of_monitor(&digest));
        let transaction = transaction.ok_or(ResultCode::TxnExpired)?;
        transaction.check(now)?;
        Ok(transaction)
    }

    /// Ends the transaction of a monitor.
    pub(crate) fn end(
        &self,
        monitor: &Digest,
        namespace: &Namespace,
        now: Moment,
    ) -> Result<(), ResultCode> {
        let transaction = self.0.lock().remove(monitor).ok_or(ResultCode::NotFound)?;
        transaction.end(namespace, now);
        Ok(())
    }

    /// Rolls what transactions wrote whose time is over.
    pub(crate) fn sweep(&self, namespace: &Namespace, now: Moment) {
        let mut over = Vec::new();
        self.0.lock().retain(|_, transaction| {
            let is_over = transaction.is_over(now);
            if is_over {
                over.push(Arc::clone(transaction));
            }
            !is_over
        });
        for transaction in over {
            transaction.end(namespace, now);
        }
    }
}

impl Transaction {
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    /// Its deadline as clients are told it: seconds since the epoch.
    pub(crate) const fn deadline(&self) -> u32 {
        self.deadline.seconds()
    }

    /// Whether nothing can be done in it any more.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
        now >= self.deadline || self.progress.lock().ended
    }

    /// Whether what it wrote holds.
    pub(crate) fn goes_forward(&self) -> bool {
        self.progress.lock().forward
    }

    /// Ends it: what is still locked is rolled where it was to go. No partition may be locked by the caller.
    fn end(&self, namespace: &Namespace, now: Moment) {
        let digests = {
            let mut progress = self.progress.lock();
            progress.ended = true;
            std::mem::take(&mut progress.digests)
        };
        for digest in digests {
            namespace.partition(&digest).lock().settle(&digest, now);
        }
    }

    fn check(&self, now: Moment) -> Result<(), ResultCode> {
        let progress = self.progress.lock();
        if progress.forward {
            Err(ResultCode::TxnCommitted)
        } else if progress.ended {
            Err(ResultCode::TxnAborted)
        } else if now >= self.deadline {
            Err(ResultCode::TxnExpired)
        } else {
            Ok(())
        }
    }

    /// Notes records that it is going to write.
    pub(crate) fn announce(
        &self,
        digests: impl IntoIterator<Item = Digest>,
        now: Moment,
    ) -> Result<(), ResultCode> {
        self.check(now)?;
        let mut progress = self.progress.lock();
        for digest in digests {
            if !progress.digests.contains(&digest) && progress.digests.len() >= MAX_WRITES {
                return Err(ResultCode::TxnTooManyWrites);
            }
            progress.digests.insert(digest);
        }
        Ok(())
    }

    /// Commits it. From now on it can only go forward.
    pub(crate) fn commit(&self, now: Moment) -> Result<(), ResultCode> {
        self.check(now)?;
        self.progress.lock().forward = true;
        Ok(())
    }
}
