//! Bytes, and the functions of the table `bytes`. Places are counted from 1.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, Table, UserData, UserDataMethods, Value as LuaValue};
use wire::{BlobType, ParticleType, Value};

use super::arguments::{Call, define, raise};
use super::item::{Item, text_of};
use super::list::make_callable;

/// More bytes than a record can hold.
const MAX_SIZE: usize = 16 << 20;

/// A blob with the type it was written with.
#[derive(Clone, Debug)]
pub(super) struct Bytes(Rc<RefCell<Buffer>>);

#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    kind: BlobType,
}

impl Bytes {
    pub(super) fn new(bytes: Vec<u8>, kind: BlobType) -> Self {
        Self(Rc::new(RefCell::new(Buffer { bytes, kind })))
    }

    pub(super) fn to_value(&self) -> Value {
        let buffer = self.0.borrow();
        Value::Blob(buffer.kind, buffer.bytes.as_slice().into())
    }

    fn len(&self) -> usize {
        self.0.borrow().bytes.len()
    }

    /// The bytes of a range that lies inside.
    fn get(&self, place: i64, size: usize) -> Option<Vec<u8>> {
        let start = index(place)?;
        let buffer = self.0.borrow();
        let bytes = buffer.bytes.get(start..start.checked_add(size)?);
        bytes.map(<[u8]>::to_vec)
    }

    /// Writes at a place; what lies between the end and there becomes zero. False if it cannot be.
    fn set(&self, place: i64, new: &[u8]) -> bool {
        let Some(start) = index(place).filter(|start| start + new.len() <= MAX_SIZE) else {
            return false;
        };
        let bytes = &mut self.0.borrow_mut().bytes;
        let end = start + new.len();
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        if let Some(old) = bytes.get_mut(start..end) {
            old.copy_from_slice(new);
        }
        true
    }

    fn append(&self, new: &[u8]) -> bool {
        self.set(self.len() as i64 + 1, new)
    }

    fn resize(&self, size: i64) -> bool {
        let size = usize::try_from(size).ok().filter(|size| *size <= MAX_SIZE);
        size.is_some_and(|size| {
            self.0.borrow_mut().bytes.resize(size, 0);
            true
        })
    }
}

fn index(place: i64) -> Option<usize> {
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    (index < MAX_SIZE).then_some(index)
}

impl UserData for Bytes {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Index, |_, this, index: LuaValue| {
            let byte = index.as_integer().and_then(|place| this.get(place, 1));
            Ok(byte.and_then(|byte| byte.first().copied()))
        });
        methods.add_meta_method(
            MetaMethod::NewIndex,
            |lua, this, (index, value): (LuaValue, LuaValue)| {
                let done = index
                    .as_integer()
                    .zip(value.as_integer())
                    .is_some_and(|(place, byte)| this.set(place, &[byte as u8]));
                if done {
                    Ok(())
                } else {
                    Err(raise(lua, "bytes can hold integers at integer places"))
                }
            },
        );
        methods.add_meta_method(MetaMethod::Len, |_, this, ()| Ok(this.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(text_of(&Item::Bytes(this.clone())))
        });
    }
}

pub(super) fn open(lua: &Lua) -> mlua::Result<()> {
    let table = lua.create_table()?;
    let make = |call: &Call<'_>, first: usize| {
        let bytes = Bytes::new(Vec::new(), BlobType::Plain);
        if bytes.resize(call.optional_int(first, 0)?) {
            Ok(bytes)
        } else {
            Err(call.error("bytes cannot have this size"))
        }
    };
    for name in ["new", "create"] {
        define(lua, &table, name, move |call| make(call, 1))?;
    }
    make_callable(lua, &table, make)?;
    define(lua, &table, "size", |call| Ok(call.bytes(1)?.len()))?;
    define(lua, &table, "set_size", |call| {
        Ok(call.bytes(1)?.resize(call.int(2)?))
    })?;
    define(lua, &table, "tostring", |call| {
        Ok(text_of(&Item::Bytes(call.bytes(1)?)))
    })?;
    define(lua, &table, "get_type", |call| {
        Ok(call.bytes(1)?.0.borrow().kind as u8)
    })?;
    define(lua, &table, "set_type", |call| {
        let (bytes, kind) = (call.bytes(1)?, call.int(2)?);
        let kind = u8::try_from(kind).ok().and_then(ParticleType::from_u8);
        if let Some(kind) = kind.and_then(ParticleType::blob_type) {
            bytes.0.borrow_mut().kind = kind;
        }
        Ok(())
    })?;
    open_texts(lua, &table)?;
    open_numbers(lua, &table)?;
    open_var_int(lua, &table)?;
    lua.globals().set("bytes", table)
}

/// `get_`, `set_` and `append_` of strings and bytes. A length that is left out is that of the value.
fn open_texts(lua: &Lua, table: &Table) -> mlua::Result<()> {
    define(lua, table, "get_string", |call| {
        let text = range(call)?.map(|bytes| call.lua.create_string(bytes));
        text.transpose()
    })?;
    define(lua, table, "get_bytes", |call| {
        Ok(range(call)?.map(|bytes| Bytes::new(bytes, BlobType::Plain)))
    })?;
    define(lua, table, "set_string", |call| {
        let text = call.string(3)?.as_bytes().to_vec();
        Ok(call.bytes(1)?.set(call.int(2)?, cut(call, &text, 4)?))
    })?;
    define(lua, table, "set_bytes", |call| {
        let new = call.bytes(3)?.0.borrow().bytes.clone();
        Ok(call.bytes(1)?.set(call.int(2)?, cut(call, &new, 4)?))
    })?;
    define(lua, table, "append_string", |call| {
        let text = call.string(2)?.as_bytes().to_vec();
        Ok(call.bytes(1)?.append(cut(call, &text, 3)?))
    })?;
    define(lua, table, "append_bytes", |call| {
        let new = call.bytes(2)?.0.borrow().bytes.clone();
        Ok(call.bytes(1)?.append(cut(call, &new, 3)?))
    })
}

fn range(call: &Call<'_>) -> mlua::Result<Option<Vec<u8>>> {
    let (bytes, place, size) = (call.bytes(1)?, call.int(2)?, call.int(3)?);
    Ok(usize::try_from(size)
        .ok()
        .and_then(|size| bytes.get(place, size)))
}

/// As much of the bytes as an argument says.
fn cut<'a>(call: &Call<'_>, bytes: &'a [u8], argument: usize) -> mlua::Result<&'a [u8]> {
    let size = call.optional_int(argument, bytes.len() as i64)?;
    let size = usize::try_from(size).unwrap_or(0);
    Ok(bytes.get(..size).unwrap_or(bytes))
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
    fn encode(self, value: i64) -> Vec<u8> {
        let bytes = value.to_be_bytes();
        let mut bytes = bytes.get(8 - self.size..).unwrap_or_default().to_vec();
        if self.little {
            bytes.reverse();
        }
        bytes
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
            let bytes = call.bytes(1)?.get(call.int(2)?, number.size);
            Ok(bytes.map(|bytes| number.decode(bytes)))
        })?;
        define(lua, table, set, move |call| {
            let new = number.encode(call.int(3)?);
            Ok(call.bytes(1)?.set(call.int(2)?, &new))
        })?;
        define(lua, table, append, move |call| {
            let new = number.encode(call.int(2)?);
            Ok(call.bytes(1)?.append(&new))
        })?;
    }
    Ok(())
}

/// Integers of 32 bits in as few bytes as they need: seven bits in each, the lowest first, with the eighth set in all but the last.
fn open_var_int(lua: &Lua, table: &Table) -> mlua::Result<()> {
    define(lua, table, "get_var_int", |call| {
        let (bytes, place) = (call.bytes(1)?, call.int(2)?);
        let (mut value, mut size) = (0_u32, 0);
        for shift in (0..35).step_by(7) {
            let Some(&[byte]) = bytes.get(place.saturating_add(size), 1).as_deref() else {
                return Ok((0, 0));
            };
            value |= u32::from(byte & 0x7f) << shift;
            size += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok((i64::from(value), size))
    })?;
    define(lua, table, "set_var_int", |call| {
        let new = var_int(call.int(3)?);
        let done = call.bytes(1)?.set(call.int(2)?, &new);
        Ok(if done { new.len() } else { 0 })
    })?;
    define(lua, table, "append_var_int", |call| {
        let new = var_int(call.int(2)?);
        let done = call.bytes(1)?.append(&new);
        Ok(if done { new.len() } else { 0 })
    })
}

fn var_int(value: i64) -> Vec<u8> {
    let mut rest = value as u32;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}
