//! [`Walk`]: the records of partitions, all or those that an index finds, a slice at a time. Scans, queries, aggregations and background
//! work take it.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::MutexGuard;
use wire::query::{IndexRange, digests, index_values, partition_ids};
use wire::{Digest, FieldType, Message, PARTITIONS, ResultCode};

use super::Target;
use crate::clock::Moment;
use crate::index::{Clause, Entry, Index, Part, Source};
use crate::server::Shared;
use crate::store::{Namespace, Partition, Record, Set};

/// The types of an index in a message.
const PARTS: [Part; 4] = [Part::Whole, Part::List, Part::MapKeys, Part::MapValues];

/// What a walk goes along.
#[derive(Debug)]
enum Path {
    /// All records.
    Records,
    /// An index of the set's records.
    Set(Arc<Index>),
    /// The records an index has for a clause.
    Index(Arc<Index>, Clause),
}

/// Partitions, and the place each is walked behind.
type Partitions = VecDeque<(usize, Option<Entry>)>;

#[derive(Debug)]
pub(super) struct Walk<'a> {
    namespace: &'a Namespace,
    /// The set whose records are wanted; all records without one.
    set: Option<Arc<Set>>,
    path: Path,
    partitions: Partitions,
    total: usize,
}

/// A record on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'r> {
    pub(super) digest: Digest,
    pub(super) record: &'r Record,
    /// Its key in the index.
    pub(super) key: Option<i64>,
}

impl<'a> Walk<'a> {
    /// The walk through the partitions a message names.
    pub(super) fn of_message(
        message: &Message<'_>,
        target: &Target<'a>,
    ) -> Result<Self, ResultCode> {
        let path = path(message, target)?;
        let partitions = partitions(message, matches!(path, Path::Index(..)))?;
        Ok(Self::new(target, path, partitions))
    }

    /// The walk through all partitions of a node. A set must exist for it.
    pub(super) fn of_node(
        shared: &Shared,
        node: usize,
        message: &Message<'_>,
        target: &Target<'a>,
    ) -> Result<Self, ResultCode> {
        if !target.set.is_empty() && target.namespace.set(target.set).is_none() {
            return Err(ResultCode::NotFound);
        }
        let path = path(message, target)?;
        let cluster = shared.cluster.view();
        let partitions = cluster.owned(node).map(|id| (id, None));
        Ok(Self::new(target, path, partitions.collect()))
    }

    fn new(target: &Target<'a>, path: Path, partitions: Partitions) -> Self {
        Self {
            namespace: target.namespace,
            set: target.namespace.set(target.set),
            path,
            total: partitions.len(),
            partitions,
        }
    }

    /// The name of the index it takes.
    pub(super) fn index(&self) -> Option<&str> {
        match &self.path {
            Path::Records => None,
            Path::Set(index) | Path::Index(index, _) => Some(&index.name),
        }
    }

    /// The partition that comes next.
    pub(super) fn partition(&self) -> Option<usize> {
        self.partitions.front().map(|(id, _)| *id)
    }

    /// Leaves the next partition out.
    pub(super) fn skip(&mut self) {
        self.partitions.pop_front();
    }

    /// Leaves out partitions.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.partitions.retain(|(id, _)| keep(*id));
    }

    pub(super) fn is_done(&self) -> bool {
        self.partitions.is_empty()
    }

    /// How far it has come, in percent.
    pub(super) fn progress(&self) -> f64 {
        if self.total == 0 {
            return 100.0;
        }
        100.0 * (self.total - self.partitions.len()) as f64 / self.total as f64
    }

    /// Shows the records of the next partition until `visit` says that it is enough, or so many were looked at. What comes then is for
    /// the next call. The partition is locked meanwhile.
    pub(super) fn step(
        &mut self,
        now: Moment,
        looks: &mut usize,
        visit: &mut dyn FnMut(Seen<'_>) -> Result<bool, ResultCode>,
    ) -> Result<(), ResultCode> {
        let Some((id, after)) = self.partitions.front().copied() else {
            return Ok(());
        };
        let partition = self.namespace.partitions().get(id);
        let partition = partition.ok_or(ResultCode::Parameter)?.lock();
        let mut stopped = None;
        for (entry, record) in self.candidates(&partition, after)? {
            *looks = looks.saturating_sub(1);
            let (key, digest) = entry;
            let mut goes_on = true;
            if self.wants(&digest, record, key) && record.is_alive(self.namespace, now) {
                let key = matches!(self.path, Path::Index(..)).then_some(key);
                goes_on = visit(Seen {
                    digest,
                    record,
                    key,
                })?;
            }
            if !goes_on || *looks == 0 {
                stopped = Some(entry);
                break;
            }
        }
        match self.partitions.front_mut() {
            Some(front) if stopped.is_some() => front.1 = stopped,
            _ => self.skip(),
        }
        Ok(())
    }

    fn candidates<'p>(
        &'p self,
        partition: &'p MutexGuard<'_, Partition>,
        after: Option<Entry>,
    ) -> Result<Box<dyn Iterator<Item = (Entry, &'p Record)> + 'p>, ResultCode> {
        let digest = after.map(|(_, digest)| digest);
        // An index that was dropped on the way.
        let tree = |index| partition.tree(index).ok_or(ResultCode::IndexNotFound);
        let found =
            move |tree, entry: Entry| Some((entry, partition.found(tree, entry.0, &entry.1)?));
        Ok(match &self.path {
            Path::Records => {
                let records = partition.behind(digest).into_iter();
                Box::new(records.map(|(digest, record)| ((0, *digest), record)))
            }
            Path::Set(index) => {
                let tree = tree(index)?;
                let digests = tree.behind(0, digest);
                Box::new(digests.filter_map(move |digest| found(tree, (0, digest))))
            }
            Path::Index(index, clause) => {
                let tree = tree(index)?;
                let entries = tree.walk(&clause.ranges, after);
                Box::new(entries.filter_map(move |entry| found(tree, entry)))
            }
        })
    }

    fn wants(&self, digest: &Digest, record: &Record, key: i64) -> bool {
        let is_in = |set: &Arc<Set>| {
            let own = record.set.as_ref();
            own.is_some_and(|other| Arc::ptr_eq(set, other))
        };
        if !self.set.as_ref().is_none_or(is_in) {
            return false;
        }
        match &self.path {
            Path::Index(index, clause) => clause.wants(index, digest, record, key),
            Path::Records | Path::Set(_) => true,
        }
    }
}

/// What a message's walk goes along.
fn path(message: &Message<'_>, target: &Target<'_>) -> Result<Path, ResultCode> {
    let indexes = &target.namespace.indexes;
    let Some(range) = message.fields.get(FieldType::IndexRange) else {
        let is_of_set = |index: &Index| {
            index.source == Source::Set
                && index.set.as_deref() == Some(target.set)
                && index.is_ready()
        };
        return Ok(indexes.find(is_of_set).map_or(Path::Records, Path::Set));
    };
    let range = IndexRange::parse(range).map_err(wire::Error::result_code)?;
    let bin = range.bin;
    let clause = Clause::new(range)?;
    let part = message
        .fields
        .u8(FieldType::IndexType)
        .map_err(wire::Error::result_code)?
        .unwrap_or(0);
    let part = *PARTS.get(usize::from(part)).ok_or(ResultCode::Parameter)?;
    let expression = message.fields.get(FieldType::IndexExpression);
    let context = message.fields.get(FieldType::IndexContext);
    let name = message.fields.get(FieldType::IndexName);
    let is_it = |index: &Index| {
        let is_source = match (&index.source, name) {
            (Source::Set, _) => false,
            (_, Some(name)) => index.name.as_bytes() == name,
            (Source::Bin(name, path), None) => {
                expression.is_none() && name.as_bytes() == bin && path.as_deref() == context
            }
            (Source::Expression(bytes, _), None) => expression == Some(&**bytes),
        };
        is_source && index.kind == clause.kind && index.part == part
    };
    let of_set = |index: &Index| {
        !target.set.is_empty() && index.set.as_deref() == Some(target.set) && is_it(index)
    };
    let of_all = |index: &Index| index.set.is_none() && is_it(index);
    let index = indexes.find(of_set).or_else(|| indexes.find(of_all));
    let index = index.ok_or(ResultCode::IndexNotFound)?;
    if index.is_ready() {
        Ok(Path::Index(index, clause))
    } else {
        Err(ResultCode::IndexNotReadable)
    }
}

/// The partitions a message asks for: whole ones, and those to go on in behind a record.
fn partitions(message: &Message<'_>, indexed: bool) -> Result<Partitions, ResultCode> {
    let wrong = wire::Error::result_code;
    let fields = &message.fields;
    let whole = fields.get(FieldType::PartitionIds);
    let resumed = fields.get(FieldType::Digests);
    if whole.is_none() && resumed.is_none() {
        return Err(ResultCode::Unsupported);
    }
    let whole = partition_ids(whole.unwrap_or_default()).map_err(wrong)?;
    let resumed = digests(resumed.unwrap_or_default()).map_err(wrong)?;
    let keys = fields.get(FieldType::IndexValues).unwrap_or_default();
    let keys = index_values(keys).map_err(wrong)?;
    if indexed && keys.clone().count() != resumed.clone().count() {
        return Err(ResultCode::Parameter);
    }
    let keys = keys.chain(std::iter::repeat(0));
    let whole = whole.map(|id| (usize::from(id), None));
    let resumed = resumed
        .zip(keys)
        .map(|(digest, key)| (digest.partition(), Some((key, digest))));
    let mut seen = vec![false; PARTITIONS];
    let mut found = Partitions::new();
    for (id, after) in whole.chain(resumed) {
        match seen.get_mut(id) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(ResultCode::Parameter),
        }
        found.push_back((id, after));
    }
    Ok(found)
}
