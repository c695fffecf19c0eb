//! Reads: from Python's arguments to the bytes of a request, and what becomes of the messages that answer it.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyString, PyTuple};
use tokio::sync::oneshot;
use wire::batch::{self, BatchWriter};
use wire::message::{HEADER_SIZE, info1, info3};
use wire::proto::{Kind, begin_frame, end_frame};
use wire::{Digest, FieldType, Header, Message, MessageWriter, ParticleType};

use super::Nodes;
use super::line::Going;
use super::python::{Answer, Form, Rows};
use crate::cluster::{Cluster, Target};
use crate::convert::key::{self, parse_namespace, parse_set};
use crate::convert::keys::{self, Keys};
use crate::convert::reply::{Reply, Shape};
use crate::convert::value::{int_of, str_of};
use crate::error::{Error, Result};
use crate::numpy::Layout;
use crate::numpy::columns::Columns;
use crate::numpy::field::Conduct;
use crate::ops::Operation;

/// All bins of a record.
const READ: Header = Header {
    info1: info1::READ | info1::GET_ALL,
    info2: 0,
    info3: 0,
    info4: 0,
    result: 0,
    generation: 0,
    ttl: 0,
    timeout: 0,
};

/// The most rows that a node takes.
const LONGEST_BATCH: usize = 5000;

/// Codes of a batch and of no row: disabled, too many rows, queues full.
const REFUSALS: [u8; 3] = [150, 151, 152];

/// Who waits for messages.
pub(super) enum Taker {
    /// For one, of which the bytes are kept.
    Record(Vec<u8>, oneshot::Sender<Vec<u8>>),
    /// For the rows of a batch, of which the bytes are kept.
    Rows(Rows, oneshot::Sender<Rows>),
    /// For the rows of a batch, which are written into an array.
    Columns(Filling, oneshot::Sender<Filling>),
}

/// What a taker took.
pub(super) struct Taken {
    /// How long the messages were that it took.
    pub(super) bytes: usize,
    /// Whether nothing more is to come for it.
    pub(super) is_all: bool,
}

impl Taker {
    /// Takes the messages that are complete, up to its last.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Going<Taken> {
        match self {
            Self::Record(message, _) => {
                let bytes = length(bytes)
                    .and_then(|length| bytes.get(..length))
                    .unwrap_or_default();
                message.extend_from_slice(bytes);
                Ok(Taken {
                    bytes: bytes.len(),
                    is_all: !bytes.is_empty(),
                })
            }
            Self::Rows(rows, _) => each_row(bytes, |message| {
                rows.add(row_of(message), message);
                Ok(())
            }),
            Self::Columns(filling, _) => filling.take(bytes),
        }
    }

    /// Tells whoever waits, if he still does.
    pub(super) fn finish(self) {
        match self {
            Self::Record(message, sender) => drop(sender.send(message)),
            Self::Rows(rows, sender) => drop(sender.send(rows)),
            Self::Columns(filling, sender) => drop(sender.send(filling)),
        }
    }
}

/// Visits complete messages up to the last of a batch, which is no row.
fn each_row(bytes: &[u8], mut visit: impl FnMut(&[u8]) -> Going<()>) -> Going<Taken> {
    let mut rest = bytes;
    while let Some((message, behind)) =
        length(rest).and_then(|length| rest.split_at_checked(length))
    {
        rest = behind;
        if let Some(code) = message.get(5).filter(|code| REFUSALS.contains(code)) {
            return Err(format!("A node refused a batch with code {code}"));
        }
        if message.get(3).is_some_and(|info3| info3 & info3::LAST != 0) {
            return Ok(Taken {
                bytes: bytes.len() - rest.len(),
                is_all: true,
            });
        }
        visit(message)?;
    }
    Ok(Taken {
        bytes: bytes.len() - rest.len(),
        is_all: false,
    })
}

/// How long the message is that begins here; None while it is not complete.
fn length(bytes: &[u8]) -> Option<usize> {
    let [.., f1, f2, o1, o2] = *bytes.first_chunk::<HEADER_SIZE>()?;
    let parts = u32::from(u16::from_be_bytes([f1, f2])) + u32::from(u16::from_be_bytes([o1, o2]));
    let mut length = HEADER_SIZE;
    for _ in 0..parts {
        let size = u32::from_be_bytes(*bytes.get(length..)?.first_chunk()?);
        length += 4 + size as usize;
    }
    (length <= bytes.len()).then_some(length)
}

/// The index of the row that a message of a batch answers.
fn row_of(message: &[u8]) -> u32 {
    message
        .get(14..)
        .and_then(<[u8]>::first_chunk)
        .map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes))
}

/// An array on its way, which the answers of several nodes may share.
pub(super) struct Filling {
    columns: Arc<Mutex<Columns>>,
    /// What did not fit first, and its row: the rest is read all the same, since others wait behind it.
    failure: Option<(u32, Error)>,
}

impl Filling {
    fn take(&mut self, bytes: &[u8]) -> Going<Taken> {
        let mut columns = self.columns.lock();
        each_row(bytes, |message| {
            let message = Message::parse(message).map_err(|error| error.to_string())?;
            let row = message.header.timeout;
            if let Err(error) = columns.fill(row as usize, &message.header, message.ops) {
                self.failure.get_or_insert((row, error));
            }
            Ok(())
        })
    }
}

/// A read of one record.
pub(super) struct Get {
    nodes: Arc<Nodes>,
    set: String,
    digest: Digest,
}

impl Get {
    pub(super) fn parse(nodes: Arc<Nodes>, object: &Bound<'_, PyAny>) -> Result<(Self, Shape)> {
        let (set, digest) = match Parts::of(object)? {
            Some(parts) => {
                check_namespace(&nodes, parse_namespace(&parts.namespace)?)?;
                (parse_set(&parts.set)?.to_owned(), parts.digest()?)
            }
            None => slow_key(&nodes, object)?,
        };
        let form = Form::Record {
            key: object.clone().unbind(),
            digest,
        };
        let get = Self { nodes, set, digest };
        Ok((get, Shape::Plane(form)))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let frame = begin_frame(out, Kind::Message);
        let mut message = MessageWriter::begin(out);
        name(&mut message, &self.nodes.namespace, &self.set);
        message.field(FieldType::Digest, &self.digest.0);
        message.finish(&READ);
        end_frame(out, frame);
    }
}

impl Operation for Get {
    const NAME: &'static str = "plane_get";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    fn place(&self) -> (&str, &str) {
        (&self.nodes.namespace, &self.set)
    }

    async fn run(self, _cluster: &Cluster) -> Result<Reply> {
        let (sender, receiver) = oneshot::channel();
        let line = self.nodes.line(self.nodes.master(&self.digest))?;
        line.send(Taker::Record(Vec::new(), sender), |out| self.encode(out))?;
        let message = receiver.await.map_err(|_| broken())?;
        match message.get(5) {
            Some(0) => Ok(Reply::Plane(Answer::Record(message))),
            code => Err(Error::server(code.map_or(0, |code| i32::from(*code)), "")),
        }
    }
}

/// Writes where a record is.
fn name(message: &mut MessageWriter<'_>, namespace: &str, set: &str) {
    message.field(FieldType::Namespace, namespace.as_bytes());
    if !set.is_empty() {
        message.field(FieldType::Set, set.as_bytes());
    }
}

/// A read of many records.
pub(super) struct Batch {
    nodes: Arc<Nodes>,
    /// What goes to each node.
    shares: Vec<Share>,
    rows: usize,
    /// The array to fill, if one is wanted.
    columns: Option<Columns>,
}

/// The rows of one node.
struct Share {
    writer: BatchWriter,
    rows: usize,
    /// Of how many changes of the set it knows.
    defined: usize,
}

impl Batch {
    pub(super) fn parse(
        nodes: Arc<Nodes>,
        keys: &Bound<'_, PyAny>,
        dtype: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let layout = dtype.map(Layout::parse).transpose()?;
        let mut draft = Draft::new(&nodes);
        let keys = if keys::as_columns(keys)?.is_some() {
            let (core, callers) = Keys::parse(keys)?;
            for key in &core {
                check_namespace(&nodes, key.namespace())?;
                draft.add(key.set_name(), Digest(key.digest()));
            }
            callers
        } else {
            let items = keys::items_of(keys, "keys")?;
            let mut last: Option<(Bound<'_, PyAny>, Bound<'_, PyAny>)> = None;
            for item in &items {
                let Some(parts) = Parts::of(item)? else {
                    let (set, digest) = slow_key(&nodes, item)?;
                    draft.add(&set, digest);
                    continue;
                };
                let is_known = last.as_ref().is_some_and(|(namespace, set)| {
                    parts.namespace.is(namespace) && parts.set.is(set)
                });
                if !is_known {
                    check_namespace(&nodes, parse_namespace(&parts.namespace)?)?;
                    last = Some((parts.namespace.clone(), parts.set.clone()));
                }
                draft.add(parse_set(&parts.set)?, parts.digest()?);
            }
            Keys::Tuples(items.into_iter().map(Bound::unbind).collect())
        };
        let (shares, rows) = (draft.of_nodes, draft.rows);
        if shares.iter().any(|share| share.rows > LONGEST_BATCH) {
            return Err(Error::argument(format!(
                "A batch of the plane has {LONGEST_BATCH} rows for a node at most"
            )));
        }
        let columns = layout
            .as_ref()
            .map(|layout| Columns::blank(layout.plan(), Conduct::of(false), rows));
        let shape = match layout {
            Some(layout) => Shape::Numpy(Some(keys), layout),
            None => Shape::Plane(Form::Rows(keys)),
        };
        let batch = Self {
            nodes,
            shares,
            rows,
            columns,
        };
        Ok((batch, shape))
    }
}

impl Operation for Batch {
    const NAME: &'static str = "plane_batch_read";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    fn place(&self) -> (&str, &str) {
        (&self.nodes.namespace, "")
    }

    async fn run(self, _cluster: &Cluster) -> Result<Reply> {
        let Self {
            nodes,
            shares,
            rows,
            columns,
        } = self;
        let Some(columns) = columns else {
            let answers = ask(&nodes, shares, |share, sender| {
                Taker::Rows(Rows::new(share.rows), sender)
            });
            return Ok(Reply::Plane(Answer::rows(answers.await?, rows)));
        };
        let columns = Arc::new(Mutex::new(columns));
        let answers = ask(&nodes, shares, |_, sender| {
            let filling = Filling {
                columns: Arc::clone(&columns),
                failure: None,
            };
            Taker::Columns(filling, sender)
        });
        for filling in answers.await? {
            if let Some((row, error)) = filling.failure {
                return Err(error.within(format!("keys[{row}]")));
            }
        }
        let columns = Arc::into_inner(columns).ok_or_else(broken)?;
        Ok(Reply::Columns(columns.into_inner()))
    }
}

/// Sends each node its share and waits for all.
async fn ask<T>(
    nodes: &Nodes,
    shares: Vec<Share>,
    taker: impl Fn(&Share, oneshot::Sender<T>) -> Taker,
) -> Result<Vec<T>> {
    let mut receivers = Vec::with_capacity(shares.len());
    for (node, share) in shares.into_iter().enumerate() {
        if share.rows == 0 {
            continue;
        }
        let (sender, receiver) = oneshot::channel();
        let taker = taker(&share, sender);
        nodes.line(node)?.send(taker, |out| {
            let frame = begin_frame(out, Kind::Message);
            let mut message = MessageWriter::begin(out);
            message.field(FieldType::Batch, &share.writer.finish());
            message.finish(&Header {
                info1: info1::BATCH,
                ..Header::default()
            });
            end_frame(out, frame);
        })?;
        receivers.push(receiver);
    }
    let mut answers = Vec::with_capacity(receivers.len());
    for receiver in receivers {
        answers.push(receiver.await.map_err(|_| broken())?);
    }
    Ok(answers)
}

/// A batch while its keys are read.
struct Draft<'a> {
    nodes: &'a Nodes,
    of_nodes: Vec<Share>,
    rows: usize,
    set: String,
    /// How often the set has changed.
    changes: usize,
}

impl<'a> Draft<'a> {
    fn new(nodes: &'a Nodes) -> Self {
        let share = |_: &Vec<_>| Share {
            writer: BatchWriter::new(batch::flags::INLINE | batch::flags::RESPOND_ALL),
            rows: 0,
            defined: 0,
        };
        Self {
            nodes,
            of_nodes: nodes.lines.iter().map(share).collect(),
            rows: 0,
            set: String::new(),
            changes: 0,
        }
    }

    fn add(&mut self, set: &str, digest: Digest) {
        if self.changes == 0 || self.set != set {
            set.clone_into(&mut self.set);
            self.changes += 1;
        }
        let row = self.rows as u32;
        self.rows += 1;
        let Some(share) = self.of_nodes.get_mut(self.nodes.master(&digest)) else {
            return;
        };
        share.rows += 1;
        if share.defined == self.changes {
            share.writer.repeat(row, &digest);
            return;
        }
        share.defined = self.changes;
        share.writer.define(row, &digest, &READ, |message| {
            name(message, &self.nodes.namespace, set);
        });
    }
}

/// A key tuple of the usual kind, taken apart.
struct Parts<'py> {
    namespace: Bound<'py, PyAny>,
    set: Bound<'py, PyAny>,
    user_key: UserKey<'py>,
}

enum UserKey<'py> {
    Int(i64),
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
}

impl<'py> Parts<'py> {
    /// None for keys of other kinds, and for what is no key.
    fn of(object: &Bound<'py, PyAny>) -> Result<Option<Self>> {
        let Ok(tuple) = object.cast::<PyTuple>() else {
            return Ok(None);
        };
        if tuple.len() != 3 {
            return Ok(None);
        }
        let user_key = tuple.get_item(2)?;
        let user_key = if let Ok(text) = user_key.cast::<PyString>() {
            UserKey::Text(text.clone())
        } else if let Ok(bytes) = user_key.cast::<PyBytes>() {
            UserKey::Bytes(bytes.clone())
        } else if let Ok(number) = user_key.cast::<PyInt>()
            && !user_key.is_instance_of::<PyBool>()
        {
            UserKey::Int(int_of(number)?)
        } else {
            return Ok(None);
        };
        Ok(Some(Self {
            namespace: tuple.get_item(0)?,
            set: tuple.get_item(1)?,
            user_key,
        }))
    }

    fn digest(&self) -> Result<Digest> {
        let set = parse_set(&self.set)?.as_bytes();
        Ok(match &self.user_key {
            UserKey::Int(number) => Digest::of_bytes(set, ParticleType::Int, &number.to_be_bytes()),
            UserKey::Text(text) => {
                Digest::of_bytes(set, ParticleType::Str, str_of(text)?.as_bytes())
            }
            // As the str of the same bytes.
            UserKey::Bytes(bytes) => Digest::of_bytes(set, ParticleType::Str, bytes.as_bytes()),
        })
    }
}

/// The set and the digest of any key.
fn slow_key(nodes: &Nodes, object: &Bound<'_, PyAny>) -> Result<(String, Digest)> {
    let key = key::parse(object)?;
    check_namespace(nodes, key.namespace())?;
    Ok((key.set_name().to_owned(), Digest(key.digest())))
}

fn check_namespace(nodes: &Nodes, namespace: &str) -> Result<()> {
    if namespace == nodes.namespace {
        return Ok(());
    }
    Err(Error::argument(format!(
        "The plane was opened for namespace '{}'",
        nodes.namespace
    )))
}

fn broken() -> Error {
    Error::connection("The line broke before the reply came")
}
