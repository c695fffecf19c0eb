//! The store: namespaces of 4096 partitions of records.

mod draft;
mod namespace;
mod partition;
mod record;

pub(crate) use draft::{Bins, Changes, Draft, Lookup};
pub(crate) use namespace::{Namespace, Set};
pub(crate) use partition::{Partition, Place};
pub(crate) use record::{Bin, BinName, Record};
