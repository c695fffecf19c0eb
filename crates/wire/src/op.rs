//! Message ops: `u32 size | u8 op | u8 particle type | u8 flags | u8 name length | name | value`.

use crate::cursor::Cursor;
use crate::{Error, Value, particle};

/// Flag: eight bytes of last-update-time stand between name and value.
pub const FLAG_LUT: u8 = 1;

/// What an op does to a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum OpCode {
    /// Reads a bin, or all of them.
    Read = 1,
    /// Writes a bin, or removes it.
    Write = 2,
    /// Reads from a list or map.
    CdtRead = 3,
    /// Changes a list or map.
    CdtModify = 4,
    /// Adds to a number.
    Incr = 5,
    /// Evaluates an expression.
    ExpRead = 7,
    /// Writes an expression's result.
    ExpModify = 8,
    /// Appends to a string or blob.
    Append = 9,
    /// Prepends to a string or blob.
    Prepend = 10,
    /// Changes nothing but the record's time to live and generation.
    Touch = 11,
    /// Reads bits.
    BitsRead = 12,
    /// Changes bits.
    BitsModify = 13,
    /// Removes all bins.
    DeleteAll = 14,
    /// Reads a HLL.
    HllRead = 15,
    /// Changes a HLL.
    HllModify = 16,
}

impl OpCode {
    /// The op of a number.
    #[must_use]
    pub const fn from_u8(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Read,
            2 => Self::Write,
            3 => Self::CdtRead,
            4 => Self::CdtModify,
            5 => Self::Incr,
            7 => Self::ExpRead,
            8 => Self::ExpModify,
            9 => Self::Append,
            10 => Self::Prepend,
            11 => Self::Touch,
            12 => Self::BitsRead,
            13 => Self::BitsModify,
            14 => Self::DeleteAll,
            15 => Self::HllRead,
            16 => Self::HllModify,
            _ => return None,
        })
    }

    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(
            self,
            Self::Read | Self::CdtRead | Self::ExpRead | Self::BitsRead | Self::HllRead
        )
    }
}

/// An op of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op<'a> {
    /// The op's number; [`OpCode`] names the known ones.
    pub code: u8,
    /// The particle type's number.
    pub particle: u8,
    /// Flags.
    pub flags: u8,
    /// The bin's name.
    pub name: &'a [u8],
    /// The payload.
    pub value: &'a [u8],
}

impl<'a> Op<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(body);
        let [code, particle, flags, name_size] = *cursor.array()?;
        let name = cursor.bytes(usize::from(name_size))?;
        if flags & FLAG_LUT != 0 {
            cursor.bytes(8)?;
        }
        Ok(Self {
            code,
            particle,
            flags,
            name,
            value: cursor.rest(),
        })
    }

    /// What it does, if known.
    #[must_use]
    pub const fn kind(&self) -> Option<OpCode> {
        OpCode::from_u8(self.code)
    }

    /// The payload as a value.
    pub fn decode(&self) -> Result<Value, Error> {
        particle::decode(self.particle, self.value)
    }
}

/// The ops of a message or batch row, all of which are known to be complete.
#[derive(Clone, Copy, Debug)]
pub struct Ops<'a> {
    count: u16,
    bytes: &'a [u8],
}

impl<'a> Ops<'a> {
    pub(crate) fn parse(cursor: &mut Cursor<'a>, count: u16) -> Result<Self, Error> {
        let start = *cursor;
        for _ in 0..count {
            Op::parse(cursor.sized()?)?;
        }
        Ok(Self {
            count,
            bytes: cursor.since(start),
        })
    }

    /// The number of ops.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are no ops.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The ops in the order they were sent.
    pub fn iter(&self) -> impl Iterator<Item = Op<'a>> + Clone + use<'a> {
        walk(self.bytes)
    }

    /// The ops as they came, to [`walk`] later.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// The ops that stand one after the other in bytes, up to the first that is not complete.
pub fn walk(bytes: &[u8]) -> impl Iterator<Item = Op<'_>> + Clone {
    let mut cursor = Cursor::new(bytes);
    std::iter::from_fn(move || Op::parse(cursor.sized().ok()?).ok())
}

/// Appends an op with a payload of bytes. Of a name only the first 255 bytes are sent.
pub(crate) fn write(out: &mut Vec<u8>, code: u8, particle: u8, name: &[u8], value: &[u8]) {
    let start = begin(out, code, particle, name);
    out.extend_from_slice(value);
    end(out, start);
}

/// Appends an op with a value as payload.
pub(crate) fn write_value(out: &mut Vec<u8>, code: u8, name: &[u8], value: &Value) {
    let kind = value.particle_type().map_or(0, |kind| kind as u8);
    let start = begin(out, code, kind, name);
    particle::write(out, value);
    end(out, start);
}

fn begin(out: &mut Vec<u8>, code: u8, particle: u8, name: &[u8]) -> usize {
    let start = out.len();
    let name = name.get(..255).unwrap_or(name);
    out.extend_from_slice(&[0, 0, 0, 0, code, particle, 0, name.len() as u8]);
    out.extend_from_slice(name);
    start
}

fn end(out: &mut [u8], start: usize) {
    let size = out.len().saturating_sub(start + 4) as u32;
    if let Some(place) = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut) {
        *place = size.to_be_bytes();
    }
}
