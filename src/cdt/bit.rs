//! Operations on the bits of blobs.

use aerospike_core::Value;
use aerospike_core::operations::bitwise::{
    self, BitPolicy, BitwiseOverflowActions, BitwiseResizeFlags, BitwiseWriteFlags,
};

use super::policy::coherent;
use super::{Collected, reads, silently};
use crate::convert::fields::Fields;
use crate::convert::value::repr;
use crate::error::{Error, Result};

/// The functions of `bit_operations` that change bits, in the order of their codes, which begin at 4001.
pub(super) const CHANGES: &[&str] = &[
    "bit_resize",
    "bit_insert",
    "bit_remove",
    "bit_set",
    "bit_or",
    "bit_xor",
    "bit_and",
    "bit_not",
    "bit_lshift",
    "bit_rshift",
    "bit_add",
    "bit_subtract",
    "bit_set_int",
];

/// Those that read bits; their codes begin at 4050.
pub(super) const READS: &[&str] = &[
    "bit_get",
    "bit_count",
    "bit_lscan",
    "bit_rscan",
    "bit_get_int",
];

/// The widest integer.
const WIDEST: i64 = 64;

pub(super) fn make_change(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let policy = &policy(f)?;
    let (byte_size, byte_offset) = (|| f.count("byte_size"), || f.int("byte_offset"));
    let (offset, size) = (|| f.int("bit_offset"), || f.count("bit_size"));
    let width = || f.int_within("bit_size", 1..=WIDEST);
    Ok(silently(match code {
        4001 => bitwise::resize(bin, byte_size()?, resize_flags(f)?, policy),
        4002 => bitwise::insert(bin, byte_offset()?, bytes(f, 0)?, policy),
        4003 => bitwise::remove(bin, byte_offset()?, byte_size()?, policy),
        4004 => bitwise::set(bin, offset()?, size()?, bytes(f, size()?)?, policy),
        4005 => bitwise::or(bin, offset()?, size()?, bytes(f, size()?)?, policy),
        4006 => bitwise::xor(bin, offset()?, size()?, bytes(f, size()?)?, policy),
        4007 => bitwise::and(bin, offset()?, size()?, bytes(f, size()?)?, policy),
        4008 => bitwise::not(bin, offset()?, size()?, policy),
        4009 => bitwise::lshift(bin, offset()?, size()?, f.count("shift")?, policy),
        4010 => bitwise::rshift(bin, offset()?, size()?, f.count("shift")?, policy),
        4011 | 4012 => {
            let calculate = if code == 4011 {
                bitwise::add
            } else {
                bitwise::subtract
            };
            let (value, signed) = (f.int("val")?, f.find_flag("signed")?);
            calculate(
                bin,
                offset()?,
                width()?,
                value,
                signed,
                on_overflow(f)?,
                policy,
            )
        }
        _ => bitwise::set_int(bin, offset()?, width()?, f.int("val")?, policy),
    }))
}

pub(super) fn make_read(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let (offset, size) = (f.int("bit_offset")?, f.count("bit_size")?);
    Ok(reads(match code {
        4050 => bitwise::get(bin, offset, size),
        4051 => bitwise::count(bin, offset, size),
        4052 => bitwise::lscan(bin, offset, size, f.flag("val")?),
        4053 => bitwise::rscan(bin, offset, size, f.flag("val")?),
        _ => {
            let width = f.int_within("bit_size", 1..=WIDEST)?;
            bitwise::get_int(bin, offset, width, f.find_flag("signed")?)
        }
    }))
}

fn policy(f: &Fields<'_, '_>) -> Result<BitPolicy> {
    let flags = f.flags("bit_policy", 0..=15)?;
    let flags = coherent(flags).map_err(|error| error.within("'bit_policy'"))?;
    Ok(BitPolicy::new(BitwiseWriteFlags::from_bits(flags as u8)))
}

fn resize_flags(f: &Fields<'_, '_>) -> Result<BitwiseResizeFlags> {
    let flags = BitwiseResizeFlags::from_bits(f.flags("resize_flags", 0..=7)? as u8);
    if flags.contains(BitwiseResizeFlags::GROW_ONLY | BitwiseResizeFlags::SHRINK_ONLY) {
        return Err(Error::argument(
            "'resize_flags': a blob cannot be told to grow only and to shrink only",
        ));
    }
    Ok(flags)
}

fn on_overflow(f: &Fields<'_, '_>) -> Result<BitwiseOverflowActions> {
    match f.flags("action", 0..=4)? {
        0 => Ok(BitwiseOverflowActions::Fail),
        2 => Ok(BitwiseOverflowActions::Saturate),
        4 => Ok(BitwiseOverflowActions::Wrap),
        other => Err(Error::argument(format!(
            "'action': {other} is not one of BIT_OVERFLOW_*"
        ))),
    }
}

/// Bytes that hold at least so many bits.
fn bytes(f: &Fields<'_, '_>, bits: i64) -> Result<Value> {
    let value = f.value("val")?;
    let Value::Blob(bytes) = &value else {
        return Err(Error::argument(format!(
            "'val': {} is not bytes",
            repr(&f.get("val")?)
        )));
    };
    let held = bytes.len() as i64 * 8;
    if held < bits {
        return Err(Error::argument(format!(
            "'val': its {held} bits are fewer than the {bits} of 'bit_size'"
        )));
    }
    Ok(value)
}
