//! How big the server says a record is.
//!
//! The layout is the one its capacity planning describes: a fixed head, then what there is of void-time, set name, key and bins, all
//! rounded up to blocks.

use wire::{Value, particle};

const HEAD: usize = 39;
const VOID_TIME: usize = 4;
const BLOCK: usize = 16;

/// A record's size in storage. `bins` are names and values.
pub fn record_size<'a>(
    has_void_time: bool,
    set_name: &[u8],
    key: Option<&Value>,
    bins: impl Iterator<Item = (&'a [u8], &'a Value)>,
) -> u64 {
    let optional = |len: usize| if len == 0 { 0 } else { 1 + len };
    let mut size = HEAD + if has_void_time { VOID_TIME } else { 0 } + optional(set_name.len());
    size += key.map_or(0, |key| 1 + value_size(key));
    let mut count: usize = 0;
    for (name, value) in bins {
        size += 1 + name.len() + value_size(value);
        count += 1;
    }
    // How many bins there are takes a byte for every seven bits.
    size += 1 + count.max(1).ilog2() as usize / 7;
    size.next_multiple_of(BLOCK) as u64
}

/// A value behind its type: integers in as few bytes as they need, everything of variable length behind its length.
fn value_size(value: &Value) -> usize {
    match value {
        Value::Bool(_) => 1 + 1,
        Value::Int(value) => {
            1 + 1
                + match *value as u64 {
                    0..=0xff => 1,
                    0x100..=0xffff => 2,
                    0x1_0000..=0xffff_ffff => 4,
                    _ => 8,
                }
        }
        Value::Float(_) => 1 + 8,
        value => 1 + 4 + particle::encoded_len(value),
    }
}
