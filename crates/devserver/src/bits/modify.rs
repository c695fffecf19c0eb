//! Modifying.

use wire::{ResultCode, Value};

use super::arguments::Arguments;
use super::flags::{self, CREATE_ONLY, NO_FAIL, PARTIAL, UPDATE_ONLY};
use super::read::locate;
use super::{MAX_BLOB, blob, field};

const RESIZE: i64 = 0;
const INSERT: i64 = 1;
const REMOVE: i64 = 2;
const SET: i64 = 3;
const OR: i64 = 4;
const XOR: i64 = 5;
const AND: i64 = 6;
const NOT: i64 = 7;
const LEFT_SHIFT: i64 = 8;
const RIGHT_SHIFT: i64 = 9;
const ADD: i64 = 10;
const SUBTRACT: i64 = 11;
const SET_INT: i64 = 12;

/// Flags of operations that may make the bin, of those on a range, and of those on an integer.
const MAKING: i64 = CREATE_ONLY | UPDATE_ONLY | NO_FAIL;
const RANGED: i64 = UPDATE_ONLY | NO_FAIL | PARTIAL;
const WHOLE: i64 = UPDATE_ONLY | NO_FAIL;

/// Sub-flags of [`RESIZE`].
const FROM_FRONT: i64 = 1;
const GROW_ONLY: i64 = 2;
const SHRINK_ONLY: i64 = 4;

/// Sub-flags of [`ADD`] and [`SUBTRACT`].
const SIGNED: i64 = 1;
const SATURATE: i64 = 2;
const WRAP: i64 = 4;

/// Runs the modify operation of a number and gives the bin's new content, or nothing if the bin stays as it is.
pub fn modify_with(
    bin: Option<&Value>,
    operation: i64,
    arguments: &[Value],
) -> Result<Option<Value>, ResultCode> {
    let (change, flags) = Change::parse(operation, &mut Arguments::new(arguments))?;
    let old = blob(bin)?;
    let outcome = flags::admit(flags, old.is_some())
        .and_then(|()| match (&change, old) {
            (Change::Resize { .. } | Change::Insert { .. }, None) => Ok(&[][..]),
            (_, old) => old.ok_or(ResultCode::BinNotFound),
        })
        .and_then(|old| change.apply(old, flags & PARTIAL != 0));
    Ok(flags::forgive(flags, outcome)?.map(Value::blob))
}

enum Change<'a> {
    Resize {
        size: usize,
        how: i64,
    },
    Insert {
        offset: i64,
        bytes: &'a [u8],
    },
    Remove {
        offset: i64,
        size: usize,
    },
    Bits {
        offset: i64,
        size: usize,
        edit: Edit<'a>,
    },
}

/// What happens to a range of bits.
enum Edit<'a> {
    Set(&'a [u8]),
    Or(&'a [u8]),
    Xor(&'a [u8]),
    And(&'a [u8]),
    Not,
    LeftShift(usize),
    RightShift(usize),
    Add {
        value: i64,
        negative: bool,
        how: i64,
    },
    SetInt(i64),
}

impl<'a> Change<'a> {
    /// The operation and its flags.
    fn parse(operation: i64, arguments: &mut Arguments<'a>) -> Result<(Self, i64), ResultCode> {
        let parameter = ResultCode::Parameter;
        let (change, flags) = match operation {
            RESIZE => {
                let size = arguments.size()?;
                let flags = flags::check(arguments.optional_int()?, MAKING)?;
                let how = arguments.optional_int()?;
                let both = GROW_ONLY | SHRINK_ONLY;
                if how & !(FROM_FRONT | both) != 0 || how & both == both {
                    return Err(parameter);
                }
                (Self::Resize { size, how }, flags)
            }
            INSERT => {
                let (offset, bytes) = (arguments.int()?, arguments.blob()?);
                if bytes.is_empty() {
                    return Err(parameter);
                }
                let flags = flags::check(arguments.optional_int()?, MAKING)?;
                (Self::Insert { offset, bytes }, flags)
            }
            _ => {
                let (offset, size) = (arguments.int()?, arguments.size()?);
                if size == 0 {
                    return Err(parameter);
                }
                if operation == REMOVE {
                    let flags = flags::check(arguments.optional_int()?, RANGED)?;
                    (Self::Remove { offset, size }, flags)
                } else {
                    let (edit, flags) = Edit::parse(operation, size, arguments)?;
                    (Self::Bits { offset, size, edit }, flags)
                }
            }
        };
        arguments.finish()?;
        Ok((change, flags))
    }

    fn apply(&self, old: &[u8], partial: bool) -> Result<Vec<u8>, ResultCode> {
        match *self {
            Self::Resize { size, how } => resize(old, size, how),
            Self::Insert { offset, bytes } => insert(old, offset, bytes),
            Self::Remove { offset, size } => remove(old, offset, size, partial),
            Self::Bits {
                offset,
                size,
                ref edit,
            } => {
                let beyond = ResultCode::OpNotApplicable;
                let offset = locate(old, offset).ok_or(beyond)?;
                let left = 8 * old.len() - offset;
                if size > left && !partial {
                    return Err(beyond);
                }
                let mut bytes = old.to_vec();
                edit.apply(&mut bytes, offset, size.min(left))?;
                Ok(bytes)
            }
        }
    }
}

fn resize(old: &[u8], size: usize, how: i64) -> Result<Vec<u8>, ResultCode> {
    let grows = size > old.len();
    if how & GROW_ONLY != 0 && size < old.len() || how & SHRINK_ONLY != 0 && grows {
        return Err(ResultCode::Parameter);
    }
    if size > MAX_BLOB {
        return Err(ResultCode::RecordTooBig);
    }
    let added = vec![0; size.saturating_sub(old.len())];
    let kept = old.len().min(size);
    let (before, after) = if how & FROM_FRONT == 0 {
        (old.get(..kept), Some(&added[..]))
    } else {
        (Some(&added[..]), old.get(old.len() - kept..))
    };
    Ok([before.unwrap_or_default(), after.unwrap_or_default()].concat())
}

fn insert(old: &[u8], offset: i64, bytes: &[u8]) -> Result<Vec<u8>, ResultCode> {
    let offset = if offset < 0 {
        old.len().checked_sub(offset.unsigned_abs() as usize)
    } else {
        Some(offset as usize)
    };
    let offset = offset.ok_or(ResultCode::OpNotApplicable)?;
    if offset > MAX_BLOB || old.len().max(offset) + bytes.len() > MAX_BLOB {
        return Err(ResultCode::RecordTooBig);
    }
    let mut new = old.to_vec();
    new.resize(old.len().max(offset), 0);
    new.splice(offset..offset, bytes.iter().copied());
    Ok(new)
}

/// A range outside of the blob is a parameter error here, other than for all operations on bits.
fn remove(old: &[u8], offset: i64, size: usize, partial: bool) -> Result<Vec<u8>, ResultCode> {
    let beyond = ResultCode::Parameter;
    let start = locate(old, offset.checked_mul(8).ok_or(beyond)?).ok_or(beyond)? / 8;
    let left = old.len() - start;
    if size > left && !partial {
        return Err(beyond);
    }
    let mut new = old.to_vec();
    new.drain(start..start + size.min(left));
    Ok(new)
}

impl<'a> Edit<'a> {
    fn parse(
        operation: i64,
        size: usize,
        arguments: &mut Arguments<'a>,
    ) -> Result<(Self, i64), ResultCode> {
        let mut allowed = RANGED;
        let mut edit = match operation {
            SET | OR | XOR | AND => {
                let bytes = arguments.blob()?;
                if 8 * bytes.len() < size {
                    return Err(ResultCode::Parameter);
                }
                match operation {
                    SET => Self::Set(bytes),
                    OR => Self::Or(bytes),
                    XOR => Self::Xor(bytes),
                    _ => Self::And(bytes),
                }
            }
            NOT => Self::Not,
            LEFT_SHIFT => Self::LeftShift(arguments.size()?),
            RIGHT_SHIFT => Self::RightShift(arguments.size()?),
            ADD | SUBTRACT | SET_INT if size <= 64 => {
                allowed = WHOLE;
                let value = arguments.int()?;
                match operation {
                    SET_INT => Self::SetInt(value),
                    _ => Self::Add {
                        value,
                        negative: operation == SUBTRACT,
                        how: 0,
                    },
                }
            }
            _ => return Err(ResultCode::Parameter),
        };
        let flags = flags::check(arguments.optional_int()?, allowed)?;
        if let Self::Add { how, .. } = &mut edit {
            *how = arguments.optional_int()?;
            let both = SATURATE | WRAP;
            if *how & !(SIGNED | both) != 0 || *how & both == both {
                return Err(ResultCode::Parameter);
            }
        }
        Ok((edit, flags))
    }

    fn apply(&self, bytes: &mut [u8], offset: usize, size: usize) -> Result<(), ResultCode> {
        let combine = |bytes: &mut [u8], with: &[u8], by: fn(u64, u64) -> u64| {
            field::map(bytes, offset, size, |from, len, old| {
                by(old, field::load(with, from, len))
            });
        };
        match *self {
            Self::Set(with) => combine(bytes, with, |_, new| new),
            Self::Or(with) => combine(bytes, with, |old, new| old | new),
            Self::Xor(with) => combine(bytes, with, |old, new| old ^ new),
            Self::And(with) => combine(bytes, with, |old, new| old & new),
            Self::Not => field::map(bytes, offset, size, |_, _, old| !old),
            Self::LeftShift(by) => {
                let kept = size.saturating_sub(by);
                let moved = field::copy(bytes, offset + size - kept, kept);
                combine(bytes, &moved, |_, new| new);
            }
            Self::RightShift(by) => {
                let kept = size.saturating_sub(by);
                let moved = field::copy(bytes, offset, kept);
                field::map(bytes, offset, size, |_, _, _| 0);
                field::map(bytes, offset + size - kept, kept, |from, len, _| {
                    field::load(&moved, from, len)
                });
            }
            Self::SetInt(value) => field::store(bytes, offset, size, value as u64),
            Self::Add {
                value,
                negative,
                how,
            } => {
                let old = field::load(bytes, offset, size);
                let new = add(old, size, value, negative, how)?;
                field::store(bytes, offset, size, new);
            }
        }
        Ok(())
    }
}

/// The sum or difference in `size` bits. The second operand is cut to `size` bits first, so that it has the sign its bits say.
fn add(old: u64, size: usize, value: i64, negative: bool, how: i64) -> Result<u64, ResultCode> {
    let unused = 64 - size;
    let (widen, least, most): (fn(u64, usize) -> i128, _, _) = if how & SIGNED == 0 {
        let widen = |bits: u64, unused| i128::from(bits << unused >> unused);
        (widen, 0, (1_i128 << size) - 1)
    } else {
        let widen = |bits: u64, unused| i128::from((bits << unused) as i64 >> unused);
        (widen, -(1_i128 << (size - 1)), (1_i128 << (size - 1)) - 1)
    };
    let value = widen(value as u64, unused);
    let sum = widen(old, unused) + if negative { -value } else { value };
    if (least..=most).contains(&sum) || how & WRAP != 0 {
        Ok(sum as u64)
    } else if how & SATURATE != 0 {
        Ok(sum.clamp(least, most) as u64)
    } else {
        Err(ResultCode::OpNotApplicable)
    }
}
