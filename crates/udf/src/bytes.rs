//! Bytes, and the functions of the table `bytes`. Places are counted from 1.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, Table, UserData, UserDataMethods, Value as LuaValue};
use wire::{BlobType, ParticleType, Value};

use super::arguments::{Call, Class, define, define_call, integer, place, raise};
use super::item::Item;
use super::text::text_of;

/// More bytes than a record can hold.
const MAX_SIZE: usize = 16 << 20;

/// A blob with the type it was written with, shared by all who hold it.
#[derive(Clone, Debug)]
pub(super) struct Bytes(Rc<RefCell<Buffer>>);

#[derive(Debug)]
struct Buffer {
    /// As many as there is room for.
    room: Vec<u8>,
    /// How many of them count.
    size: usize,
    /// A particle type, or whatever number a script has put here.
    kind: i64,
}

impl Class for Bytes {
    const NAME: &'static str = "Bytes";
}

impl Bytes {
    pub(super) fn new(bytes: Vec<u8>, kind: BlobType) -> Self {
        Self(Rc::new(RefCell::new(Buffer {
            size: bytes.len(),
            room: bytes,
            kind: i64::from(kind as u8),
        })))
    }

    /// No bytes, and room for some.
    fn with_room(room: usize) -> Self {
        let bytes = Self::new(Vec::new(), BlobType::Plain);
        bytes.0.borrow_mut().room = vec![0; room];
        bytes
    }

    /// The blob; a plain one if the type is none that a blob can have.
    pub(super) fn to_value(&self) -> Value {
        let kind = u8::try_from(self.0.borrow().kind).ok();
        let kind = kind.and_then(ParticleType::from_u8);
        let kind = kind.and_then(ParticleType::blob_type);
        Value::Blob(kind.unwrap_or(BlobType::Plain), self.to_vec().into())
    }

    fn to_vec(&self) -> Vec<u8> {
        let buffer = self.0.borrow();
        buffer.room.get(..buffer.size).unwrap_or_default().to_vec()
    }

    /// The bytes of a range that lies inside.
    fn get(&self, place: i64, size: i64) -> Option<Vec<u8>> {
        let buffer = self.0.borrow();
        let start = index(place).filter(|start| *start < buffer.size)?;
        let end = start + usize::try_from(size).ok()?;
        let bytes = buffer.room.get(start..end).filter(|_| end <= buffer.size);
        bytes.map(<[u8]>::to_vec)
    }

    /// Writes at a place and makes all up to there count. False if it cannot be.
    fn set(&self, place: i64, new: &[u8]) -> bool {
        let Some(end) = self.put(place, new) else {
            return false;
        };
        let buffer = &mut *self.0.borrow_mut();
        buffer.size = buffer.size.max(end);
        true
    }

    fn append(&self, new: &[u8]) -> bool {
        self.set(self.end(), new)
    }

    /// Writes at a place, also where bytes do not count; where it ended.
    fn put(&self, place: i64, new: &[u8]) -> Option<usize> {
        let start = index(place).filter(|start| start + new.len() <= MAX_SIZE)?;
        let room = &mut self.0.borrow_mut().room;
        let end = start + new.len();
        if room.len() < end {
            room.resize(end, 0);
        }
        room.get_mut(start..end)?.copy_from_slice(new);
        Some(end)
    }

    fn len(&self) -> usize {
        self.0.borrow().size
    }

    /// The place behind the last byte.
    fn end(&self) -> i64 {
        self.len() as i64 + 1
    }
}

fn index(place: i64) -> Option<usize> {
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    (index < MAX_SIZE).then_some(index)
}

impl UserData for Bytes {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |lua, this, index: LuaValue| {
            let byte = this.get(place(lua, &index, "index")?, 1);
            Ok(byte.and_then(|byte| byte.first().copied()))
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (index, value): (LuaValue, LuaValue)| {
                let place = place(lua, &index, "newindex")?;
                let byte = integer(lua, &value)
                    .map_err(|why| raise(lua, &format!("bad argument #3 to 'newindex' ({why})")))?;
                if let Ok(byte) = u8::try_from(byte) {
                    this.set(place, &[byte]);
                }
                Ok(())
            },
        );
        // A real server says 0 whatever there is; `bytes.size` is what tells.
        methods.add_meta_method(MetaMethod::Len, |_, _, ()| Ok(0));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(text_of(&Item::Bytes(this.clone())))
        });
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    define_call(lua, &table, "bytes", |call| {
        let room = usize::try_from(call.int(2)?).unwrap_or(0);
        if room > MAX_SIZE {
            return Err(call.error("bytes cannot have this size"));
        }
        Ok(Bytes::with_room(room))
    })?;
    define(lua, &table, "size", |call| Ok(call.bytes(1)?.len()))?;
    // A real server only says whether there is room for as many; their number stays.
    define(lua, &table, "set_size", |call| {
        let (bytes, size) = (call.bytes(1)?, call.int(2)?);
        let room = bytes.0.borrow().room.len();
        Ok(usize::try_from(size).is_ok_and(|size| size <= room))
    })?;
    define(lua, &table, "get_type", |call| {
        Ok(call.bytes(1)?.0.borrow().kind)
    })?;
    define(lua, &table, "set_type", |call| {
        call.bytes(1)?.0.borrow_mut().kind = call.int(2)?;
        Ok(true)
    })?;
    open_texts(lua, &table)?;
    open_numbers(lua, &table)?;
    open_var_int(lua, &table)?;
    lua.globals().set("bytes", table)
}

/// `get_`, `set_` and `append_` of strings and bytes. To write bytes it takes their number, to write a string it must not be given.
fn open_texts(lua: &Lua, table: &Table) -> mlua::Result<()> {
    define(lua, table, "get_string", |call| {
        let text = range(call)?.map(|bytes| call.lua.create_string(bytes));
        text.transpose()
    })?;
    define(lua, table, "get_bytes", |call| {
        Ok(range(call)?.map(|bytes| Bytes::new(bytes, BlobType::Plain)))
    })?;
    define(lua, table, "set_string", |call| {
        let (bytes, place) = (call.bytes(1)?, call.int(2)?);
        let text = call.string(3)?;
        Ok(call.count() == 3 && bytes.set(place, &text.as_bytes()))
    })?;
    define(lua, table, "append_string", |call| {
        let (bytes, text) = (call.bytes(1)?, call.string(2)?);
        Ok(call.count() == 2 && bytes.append(&text.as_bytes()))
    })?;
    define(lua, table, "set_bytes", |call| {
        let (bytes, place) = (call.bytes(1)?, call.int(2)?);
        let new = call.bytes(3)?.get(1, call.int(4)?);
        Ok(call.count() == 4 && new.is_some_and(|new| bytes.set(place, &new)))
    })?;
    define(lua, table, "append_bytes", |call| {
        let bytes = call.bytes(1)?;
        let new = call.bytes(2)?.get(1, call.int(3)?);
        Ok(call.count() == 3 && new.is_some_and(|new| bytes.append(&new)))
    })
}

fn range(call: &Call<'_>) -> mlua::Result<Option<Vec<u8>>> {
    let (bytes, place, size) = (call.bytes(1)?, call.int(2)?, call.int(3)?);
    Ok(bytes.get(place, size).filter(|_| call.count() == 3))
}

#[derive(Clone, Copy)]
struct Number {
    size: usize,
    little: bool,
    names: [&'static str; 3],
}

/// The integers bytes can hold: how many bytes, in which order, and the names of the functions.
const NUMBERS: [Number; 10] = {
    const fn number(size: usize, little: bool, names: [&'static str; 3]) -> Number {
        Number {
            size,
            little,
            names,
        }
    }
    [
        number(1, false, ["get_byte", "set_byte", "append_byte"]),
        number(2, false, ["get_int16", "set_int16", "append_int16"]),
        number(
            2,
            false,
            ["get_int16_be", "set_int16_be", "append_int16_be"],
        ),
        number(2, true, ["get_int16_le", "set_int16_le", "append_int16_le"]),
        number(4, false, ["get_int32", "set_int32", "append_int32"]),
        number(
            4,
            false,
            ["get_int32_be", "set_int32_be", "append_int32_be"],
        ),
        number(4, true, ["get_int32_le", "set_int32_le", "append_int32_le"]),
        number(8, false, ["get_int64", "set_int64", "append_int64"]),
        number(
            8,
            false,
            ["get_int64_be", "set_int64_be", "append_int64_be"],
        ),
        number(8, true, ["get_int64_le", "set_int64_le", "append_int64_le"]),
    ]
};

impl Number {
    /// The bytes of a value in range: unsigned for one byte, signed for more.
    fn encode(self, value: i64) -> Option<Vec<u8>> {
        let fits = match self.size {
            1 => u8::try_from(value).is_ok(),
            2 => i16::try_from(value).is_ok(),
            4 => i32::try_from(value).is_ok(),
            _ => true,
        };
        let bytes = value.to_be_bytes();
        let mut bytes = bytes.get(8 - self.size..)?.to_vec();
        if self.little {
            bytes.reverse();
        }
        fits.then_some(bytes)
    }

    fn decode(self, mut bytes: Vec<u8>) -> i64 {
        if self.little {
            bytes.reverse();
        }
        let value = bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        if self.size == 1 {
            return value as i64;
        }
        let unused = 64 - 8 * self.size;
        (value << unused) as i64 >> unused
    }
}

fn open_numbers(lua: &Lua, table: &Table) -> mlua::Result<()> {
    for number in NUMBERS {
        let [get, set, append] = number.names;
        define(lua, table, get, move |call| {
            let bytes = call.bytes(1)?.get(call.int(2)?, number.size as i64);
            Ok(bytes.map(|bytes| number.decode(bytes)))
        })?;
        define(lua, table, set, move |call| {
            let (bytes, place) = (call.bytes(1)?, call.int(2)?);
            let new = number.encode(call.int(3)?);
            Ok(call.count() == 3 && new.is_some_and(|new| bytes.set(place, &new)))
        })?;
        define(lua, table, append, move |call| {
            let bytes = call.bytes(1)?;
            let new = number.encode(call.int(2)?);
            Ok(call.count() == 2 && new.is_some_and(|new| bytes.append(&new)))
        })?;
    }
    Ok(())
}

/// Integers of 32 bits in as few bytes as they need: seven bits in each, the lowest first, with the eighth set in all but the last. As on
/// a real server they do not make the bytes count that they are written to.
fn open_var_int(lua: &Lua, table: &Table) -> mlua::Result<()> {
    define(lua, table, "get_var_int", |call| {
        let (bytes, place) = (call.bytes(1)?, call.int(2)?);
        let buffer = bytes.0.borrow();
        let rest = index(place).and_then(|start| buffer.room.get(start..));
        let (mut value, mut size) = (0_u32, 0);
        for byte in rest.unwrap_or_default().iter().take(5) {
            value |= u32::from(byte & 0x7f) << (7 * size);
            size += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok((i64::from(value), size))
    })?;
    define(lua, table, "set_var_int", |call| {
        let new = var_int(call.int(3)?);
        let done = call.bytes(1)?.put(call.int(2)?, &new);
        Ok(done.map_or(0, |_| new.len()))
    })?;
    define(lua, table, "append_var_int", |call| {
        let (bytes, new) = (call.bytes(1)?, var_int(call.int(2)?));
        let done = bytes.put(bytes.end(), &new);
        Ok(done.map_or(0, |_| new.len()))
    })
}

/// Nothing for what does not fit into 32 bits with sign.
fn var_int(value: i64) -> Vec<u8> {
    let Ok(value) = i32::try_from(value) else {
        return Vec::new();
    };
    let mut rest = value as u32;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}
