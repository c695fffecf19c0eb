//! Reading.

use super::{
    EXT_SPECIAL, INFINITY, LIST_ORDERED, MAP_PRESERVE_ORDER, MAX_DEPTH, PERSIST_INDEX, WILDCARD,
};
use crate::cursor::Cursor;
use crate::particle::{ParticleType, value_of_typed_bytes};
use crate::{Error, List, Map, MapOrder, Value};

/// Decodes exactly one value.
pub fn decode(bytes: &[u8]) -> Result<Value, Error> {
    let mut reader = Reader::new(bytes);
    let value = reader.value()?;
    reader.finish()?;
    Ok(value)
}

/// One element as it stands in the bytes; of lists and maps only the head.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// nil
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer of any width; unsigned 64-bit ones wrap.
    Int(i64),
    /// A float of either width.
    Float(f64),
    /// A byte string of either family, with its type byte if it has one.
    Bytes(&'a [u8]),
    /// A list of so many elements, which follow.
    Array(usize),
    /// A map of so many pairs, which follow.
    Map(usize),
    /// An extension: type and content.
    Ext(u8, &'a [u8]),
}

/// A walk over msgpack elements.
///
/// ```
/// use wire::msgpack::Reader;
/// // append 5 to a list: `[1, 5]`
/// let mut op = Reader::new(&[0x92, 0x01, 0x05]);
/// assert_eq!(op.array()?, 2);
/// assert_eq!(op.int()?, 1);
/// assert_eq!(op.value()?, wire::Value::Int(5));
/// op.finish()?;
/// # Ok::<(), wire::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    /// Begins at the first of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(bytes),
        }
    }

    /// What has not been read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    /// Whether everything has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }

    /// An error unless everything has been read.
    pub const fn finish(&self) -> Result<(), Error> {
        self.cursor.finish()
    }

    /// The next element without passing it.
    pub fn peek(&self) -> Result<Token<'a>, Error> {
        let mut ahead = *self;
        ahead.token()
    }

    /// The next element; of a list or map only the head. Counts are checked against the bytes that are left.
    pub fn token(&mut self) -> Result<Token<'a>, Error> {
        let c = &mut self.cursor;
        let code = c.u8()?;
        Ok(match code {
            0x00..=0x7f => Token::Int(i64::from(code)),
            0x80..=0x8f => return self.map_head(usize::from(code & 0x0f)),
            0x90..=0x9f => return self.array_head(usize::from(code & 0x0f)),
            0xa0..=0xbf => Token::Bytes(c.bytes(usize::from(code & 0x1f))?),
            0xc0 => Token::Nil,
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 | 0xd9 => {
                let n = usize::from(c.u8()?);
                Token::Bytes(c.bytes(n)?)
            }
            0xc5 | 0xda => {
                let n = usize::from(c.u16()?);
                Token::Bytes(c.bytes(n)?)
            }
            0xc6 | 0xdb => Token::Bytes(c.sized()?),
            0xc7 => {
                let n = usize::from(c.u8()?);
                Token::Ext(c.u8()?, c.bytes(n)?)
            }
            0xc8 => {
                let n = usize::from(c.u16()?);
                Token::Ext(c.u8()?, c.bytes(n)?)
            }
            0xc9 => {
                let n = c.u32()? as usize;
                Token::Ext(c.u8()?, c.bytes(n)?)
            }
            0xca => Token::Float(f64::from(f32::from_be_bytes(*c.array()?))),
            0xcb => Token::Float(f64::from_be_bytes(*c.array()?)),
            0xcc => Token::Int(i64::from(c.u8()?)),
            0xcd => Token::Int(i64::from(c.u16()?)),
            0xce => Token::Int(i64::from(c.u32()?)),
            0xcf | 0xd3 => Token::Int(i64::from_be_bytes(*c.array()?)),
            0xd0 => Token::Int(i64::from(i8::from_be_bytes(*c.array()?))),
            0xd1 => Token::Int(i64::from(i16::from_be_bytes(*c.array()?))),
            0xd2 => Token::Int(i64::from(i32::from_be_bytes(*c.array()?))),
            0xd4..=0xd8 => Token::Ext(c.u8()?, c.bytes(1 << (code - 0xd4))?),
            0xdc => {
                let n = usize::from(c.u16()?);
                return self.array_head(n);
            }
            0xdd => {
                let n = c.u32()? as usize;
                return self.array_head(n);
            }
            0xde => {
                let n = usize::from(c.u16()?);
                return self.map_head(n);
            }
            0xdf => {
                let n = c.u32()? as usize;
                return self.map_head(n);
            }
            0xc1 => return Err(Error::Msgpack(code)),
            0xe0..=0xff => Token::Int(i64::from(code as i8)),
        })
    }

    /// The next element, which must be an integer.
    pub fn int(&mut self) -> Result<i64, Error> {
        self.expect(|token| {
            if let Token::Int(value) = token {
                Some(value)
            } else {
                None
            }
        })
    }

    /// The next element, which must be a boolean.
    pub fn bool(&mut self) -> Result<bool, Error> {
        self.expect(|token| {
            if let Token::Bool(value) = token {
                Some(value)
            } else {
                None
            }
        })
    }

    /// The next element, which must be a byte string: a plain name, or a typed string with its type byte.
    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        self.expect(|token| {
            if let Token::Bytes(value) = token {
                Some(value)
            } else {
                None
            }
        })
    }

    /// The head of a list, which must come next: the number of its elements.
    pub fn array(&mut self) -> Result<usize, Error> {
        self.expect(|token| {
            if let Token::Array(value) = token {
                Some(value)
            } else {
                None
            }
        })
    }

    /// The head of a map, which must come next: the number of its pairs.
    pub fn map(&mut self) -> Result<usize, Error> {
        self.expect(|token| {
            if let Token::Map(value) = token {
                Some(value)
            } else {
                None
            }
        })
    }

    /// The next element as a whole value. Wildcard and infinity are accepted: see [`Value::is_storable`].
    pub fn value(&mut self) -> Result<Value, Error> {
        // A first walk proves that every count is true, so that the second may allocate by them.
        let mut ahead = *self;
        ahead.skip()?;
        self.build()
    }

    /// Passes the next element as a whole and gives its bytes.
    pub fn skip(&mut self) -> Result<&'a [u8], Error> {
        let start = self.cursor;
        self.skip_level(0)?;
        Ok(self.cursor.since(start))
    }

    fn expect<T>(&mut self, pick: impl FnOnce(Token<'a>) -> Option<T>) -> Result<T, Error> {
        let code = self.rest().first().copied().ok_or(Error::Truncated)?;
        pick(self.token()?).ok_or(Error::Msgpack(code))
    }

    fn array_head(&self, count: usize) -> Result<Token<'a>, Error> {
        if count > self.cursor.len() {
            Err(Error::Truncated)
        } else {
            Ok(Token::Array(count))
        }
    }

    fn map_head(&self, count: usize) -> Result<Token<'a>, Error> {
        if count > self.cursor.len() / 2 {
            Err(Error::Truncated)
        } else {
            Ok(Token::Map(count))
        }
    }

    fn skip_level(&mut self, depth: usize) -> Result<(), Error> {
        let count = match self.token()? {
            Token::Array(count) => count,
            Token::Map(count) => 2 * count,
            _ => return Ok(()),
        };
        if depth == MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        (0..count).try_for_each(|_| self.skip_level(depth + 1))
    }

    fn build(&mut self) -> Result<Value, Error> {
        Ok(match self.token()? {
            Token::Nil => Value::Nil,
            Token::Bool(value) => Value::Bool(value),
            Token::Int(value) => Value::Int(value),
            Token::Float(value) => Value::Float(value),
            Token::Bytes(bytes) => {
                let (kind, content) = bytes.split_first().ok_or(Error::Size)?;
                let kind = ParticleType::from_u8(*kind).ok_or(Error::ParticleType(*kind))?;
                value_of_typed_bytes(kind, content).ok_or(Error::ParticleType(kind as u8))?
            }
            Token::Array(count) => self.build_list(count)?.into(),
            Token::Map(count) => self.build_map(count)?.into(),
            Token::Ext(EXT_SPECIAL, [WILDCARD]) => Value::Wildcard,
            Token::Ext(EXT_SPECIAL, [INFINITY]) => Value::Infinity,
            Token::Ext(kind, _) => return Err(Error::Msgpack(kind)),
        })
    }

    fn build_list(&mut self, count: usize) -> Result<List, Error> {
        let flags = self.flags(count)?;
        let known = LIST_ORDERED | PERSIST_INDEX;
        let bits = flags.unwrap_or(0);
        if bits & !known != 0 {
            return Err(Error::Msgpack(bits));
        }
        let count = count - usize::from(flags.is_some());
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.build()?);
        }
        let ordered = bits & LIST_ORDERED != 0;
        if ordered && !items.is_sorted() {
            return Err(Error::NotSorted);
        }
        Ok(List {
            ordered,
            persist_index: bits & PERSIST_INDEX != 0,
            items,
        })
    }

    fn build_map(&mut self, count: usize) -> Result<Map, Error> {
        let flags = self.flags(count)?;
        if flags.is_some() && self.token()? != Token::Nil {
            return Err(Error::Msgpack(
                self.rest().first().copied().unwrap_or_default(),
            ));
        }
        let bits = flags.unwrap_or(0);
        let order = MapOrder::from_flags(bits).ok_or(Error::Msgpack(bits))?;
        if bits & !(3 | MAP_PRESERVE_ORDER | PERSIST_INDEX) != 0 {
            return Err(Error::Msgpack(bits));
        }
        let count = count - usize::from(flags.is_some());
        let mut pairs = Vec::with_capacity(count);
        for _ in 0..count {
            let key = self.build()?;
            if !key.is_map_key() {
                return Err(Error::MapKey);
            }
            pairs.push((key, self.build()?));
        }
        let mut map = if order == MapOrder::Unordered {
            Map::from_pairs(order, pairs)?
        } else {
            Map::from_sorted(order, pairs)?
        };
        map.persist_index = bits & PERSIST_INDEX != 0;
        Ok(map)
    }

    /// The flags in front of a list's or map's content, if it has any.
    fn flags(&mut self, count: usize) -> Result<Option<u8>, Error> {
        if count > 0
            && let Token::Ext(flags, []) = self.peek()?
        {
            self.token()?;
            return Ok(Some(flags));
        }
        Ok(None)
    }
}
