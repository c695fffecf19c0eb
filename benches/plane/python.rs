//! Replies: from the bytes of messages to Python objects, on the thread that asked.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyString};
use pyo3::{PyTraverseError, PyVisit};
use wire::{Digest, Message, Op, Ops, ParticleType};

use crate::convert::keys::{Keys, set_or_empty};
use crate::convert::names::{self, bin_name, named_tuple};
use crate::convert::reply::Conversion;
use crate::convert::{key, record, value, wire as core};
use crate::error::Error;

/// What the plane answers, as it came.
pub(crate) enum Answer {
    /// The message of a record that was found.
    Record(Vec<u8>),
    /// The rows of a batch.
    Rows {
        /// Of each node.
        shares: Vec<Rows>,
        /// Where each row is: in which share, and from where to where. Nowhere if it was not answered.
        places: Vec<(u32, u32, u32)>,
    },
}

/// The messages of a node's share of a batch.
pub(crate) struct Rows {
    bytes: Vec<u8>,
    /// Of each: its row, and from where to where it is.
    spans: Vec<(u32, u32, u32)>,
}

impl Rows {
    /// What a record takes, for a guess.
    const USUAL: usize = 160;

    pub(super) fn new(rows: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(rows * Self::USUAL),
            spans: Vec::with_capacity(rows),
        }
    }

    pub(super) fn add(&mut self, row: u32, message: &[u8]) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(message);
        self.spans.push((row, start, self.bytes.len() as u32));
    }
}

impl Answer {
    /// Of a batch of so many rows.
    pub(super) fn rows(shares: Vec<Rows>, rows: usize) -> Self {
        let mut places = vec![(0, 0, 0); rows];
        for (index, share) in shares.iter().enumerate() {
            for &(row, start, end) in &share.spans {
                if let Some(place) = places.get_mut(row as usize) {
                    *place = (index as u32, start, end);
                }
            }
        }
        Self::Rows { shares, places }
    }
}

/// What to make of an answer.
pub(crate) enum Form {
    /// A `Record`.
    Record { key: Py<PyAny>, digest: Digest },
    /// A dict from user keys to bins, of the records that were found.
    Rows(Keys),
}

impl Form {
    /// Begins the conversion; a record is converted at once.
    pub(crate) fn begin(self, py: Python<'_>, answer: Answer) -> PyResult<Conversion> {
        match (self, answer) {
            (Self::Record { key, digest }, Answer::Record(message)) => {
                let message = Message::parse(&message).map_err(unreadable)?;
                let key = key.bind(py);
                let parts = (
                    key.get_item(0)?,
                    set_or_empty(key.get_item(1)?),
                    key.get_item(2)?,
                );
                let key = key::to_python(py, parts.0, parts.1, parts.2, &digest.0)?;
                let meta = record::metadata(py, message.header.generation, message.header.ttl)?;
                let bins = bins(py, message.ops, &mut Names::default())?;
                let record = named_tuple(names::RECORD.get(py)?, [key, meta, bins.into_any()])?;
                Ok(Conversion::Done(record.unbind()))
            }
            (Self::Rows(keys), Answer::Rows { shares, places }) => {
                Ok(Conversion::Plane(Box::new(Reading {
                    keys,
                    shares,
                    places,
                    names: Names::default(),
                    dict: PyDict::new(py).unbind(),
                    next: 0,
                })))
            }
            _ => Err(Error::panic("An answer of the plane has another form").into()),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Record { key, .. } => visit.call(key),
            Self::Rows(keys) => keys.traverse(visit),
        }
    }
}

/// A batch on its way to a dict.
pub(crate) struct Reading {
    keys: Keys,
    shares: Vec<Rows>,
    places: Vec<(u32, u32, u32)>,
    names: Names,
    dict: Py<PyDict>,
    next: usize,
}

impl Reading {
    /// Converts up to `budget` rows: how many, and the result if it is complete.
    pub(crate) fn advance(
        &mut self,
        py: Python<'_>,
        budget: usize,
    ) -> PyResult<(usize, Option<Py<PyAny>>)> {
        let from = self.next;
        let to = self.places.len().min(from.saturating_add(budget));
        let dict = self.dict.bind(py);
        for (index, place) in self.places.iter().enumerate().take(to).skip(from) {
            let (share, start, end) = *place;
            let share = self.shares.get(share as usize);
            let Some(bytes) = share
                .and_then(|share| share.bytes.get(start as usize..end as usize))
                .filter(|bytes| !bytes.is_empty())
            else {
                continue;
            };
            let message = Message::parse(bytes).map_err(unreadable)?;
            if message.header.result == 0 {
                let bins = bins(py, message.ops, &mut self.names)?;
                let key = self.keys.dict_key(py, index)?;
                if !key.is_none() {
                    dict.set_item(key, bins)?;
                }
            }
        }
        self.next = to;
        let done = (to == self.places.len()).then(|| self.dict.clone_ref(py).into_any());
        Ok((to - from, done))
    }
}

/// The names of the bins of the record before, which are those of the next one as a rule.
#[derive(Default)]
struct Names(Vec<(Box<[u8]>, Py<PyString>)>);

impl Names {
    /// The name of the bin at a position.
    fn get<'py>(
        &mut self,
        py: Python<'py>,
        position: usize,
        name: &[u8],
    ) -> PyResult<Bound<'py, PyString>> {
        if let Some((known, object)) = self.0.get(position)
            && **known == *name
        {
            return Ok(object.bind(py).clone());
        }
        let text = std::str::from_utf8(name).map_err(|_| unreadable(wire::Error::Utf8))?;
        let object = bin_name(py, text);
        let entry = (name.into(), object.clone().unbind());
        match self.0.get_mut(position) {
            Some(place) => *place = entry,
            None => self.0.push(entry),
        }
        Ok(object)
    }
}

/// A dict of bins.
fn bins<'py>(py: Python<'py>, ops: Ops<'_>, names: &mut Names) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (position, op) in ops.iter().enumerate() {
        dict.set_item(names.get(py, position, op.name)?, load(py, &op)?)?;
    }
    Ok(dict)
}

/// A bin's value: scalars from their bytes, the others by way of the core's values.
fn load<'py>(py: Python<'py>, op: &Op<'_>) -> PyResult<Bound<'py, PyAny>> {
    match ParticleType::from_u8(op.particle) {
        Some(ParticleType::Int) => {
            let number = wire::particle::decode_int(op.value).map_err(unreadable)?;
            number.into_bound_py_any(py)
        }
        Some(ParticleType::Float) if op.value.len() == 8 => {
            let bytes = op.value.first_chunk().copied().unwrap_or_default();
            Ok(PyFloat::new(py, f64::from_be_bytes(bytes)).into_any())
        }
        Some(ParticleType::Str) => Ok(PyString::from_bytes(py, op.value)?.into_any()),
        Some(ParticleType::Blob) => Ok(PyBytes::new(py, op.value).into_any()),
        _ => {
            let decoded = op.decode().map_err(unreadable)?;
            value::to_python(py, &core::from_wire(decoded)?)
        }
    }
}

fn unreadable(error: wire::Error) -> PyErr {
    Error::client(format!("A reply is not the protocol: {error}")).into()
}
