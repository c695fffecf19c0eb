//! Writing. Integers and counts always take their shortest form.

use super::{EXT_SPECIAL, INFINITY, LIST_ORDERED, MAP_KEY_ORDERED, MAP_PRESERVE_ORDER, WILDCARD};
use crate::{List, Map, ParticleType, Value};

/// Appends a value.
pub fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Nil => write_nil(out),
        Value::Bool(value) => write_bool(out, *value),
        Value::Int(value) => write_int(out, *value),
        Value::Float(value) => write_float(out, *value),
        Value::Str(bytes) => write_typed_bytes(out, ParticleType::Str, bytes),
        Value::Blob(kind, bytes) => write_typed_bytes(out, (*kind).into(), bytes),
        Value::GeoJson(bytes) => write_typed_bytes(out, ParticleType::GeoJson, bytes),
        Value::Hll(bytes) => write_typed_bytes(out, ParticleType::Hll, bytes),
        Value::List(list) => write_list(out, list),
        Value::Map(map) => write_map(out, map),
        Value::Wildcard => out.extend_from_slice(&[0xd4, EXT_SPECIAL, WILDCARD]),
        Value::Infinity => out.extend_from_slice(&[0xd4, EXT_SPECIAL, INFINITY]),
    }
}

/// A value as bytes of its own.
#[must_use]
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, value);
    out
}

/// How many bytes [`write()`] appends.
#[must_use]
pub fn encoded_len(value: &Value) -> usize {
    match value {
        Value::Nil | Value::Bool(_) => 1,
        Value::Int(value) => int_len(*value),
        Value::Float(_) => 9,
        Value::Str(bytes) | Value::Blob(_, bytes) | Value::GeoJson(bytes) | Value::Hll(bytes) => {
            let content = bytes.len() + 1;
            content + head_len(content, &[31, 0xff, 0xffff])
        }
        Value::List(list) => {
            let marker = usize::from(list_flags(list) != 0);
            let count = list.items.len() + marker;
            let items: usize = list.items.iter().map(encoded_len).sum();
            head_len(count, &[15, 14, 0xffff]) + 3 * marker + items
        }
        Value::Map(map) => {
            let marker = usize::from(map_flags(map) != 0);
            let count = map.len() + marker;
            let pairs: usize = map
                .pairs()
                .iter()
                .map(|(key, value)| encoded_len(key) + encoded_len(value))
                .sum();
            head_len(count, &[15, 14, 0xffff]) + 4 * marker + pairs
        }
        Value::Wildcard | Value::Infinity => 3,
    }
}

/// Appends nil.
pub fn write_nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

/// Appends a boolean.
pub fn write_bool(out: &mut Vec<u8>, value: bool) {
    out.push(if value { 0xc3 } else { 0xc2 });
}

/// Appends an integer.
pub fn write_int(out: &mut Vec<u8>, value: i64) {
    match value {
        -0x20..=0x7f => out.push(value as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
        0x100..=0xffff => head_u16(out, 0xcd, value as u16),
        0x1_0000..=0xffff_ffff => head_u32(out, 0xce, value as u32),
        0x1_0000_0000.. => {
            out.push(0xcf);
            out.extend_from_slice(&value.to_be_bytes());
        }
        -0x80..=-0x21 => out.extend_from_slice(&[0xd0, value as u8]),
        -0x8000..=-0x81 => head_u16(out, 0xd1, value as u16),
        -0x8000_0000..=-0x8001 => head_u32(out, 0xd2, value as u32),
        ..=-0x8000_0001 => {
            out.push(0xd3);
            out.extend_from_slice(&value.to_be_bytes());
        }
    }
}

/// Appends a double.
pub fn write_float(out: &mut Vec<u8>, value: f64) {
    out.push(0xcb);
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a plain byte string: a name inside an expression.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes_head(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a byte string behind its type byte: a string, blob or `GeoJSON` value.
pub fn write_typed_bytes(out: &mut Vec<u8>, kind: ParticleType, bytes: &[u8]) {
    bytes_head(out, bytes.len() + 1);
    out.push(kind as u8);
    out.extend_from_slice(bytes);
}

/// Appends the head of a list of `count` elements.
pub fn write_array_header(out: &mut Vec<u8>, count: usize) {
    match count {
        0..=0x0f => out.push(0x90 | count as u8),
        0x10..=0xffff => head_u16(out, 0xdc, count as u16),
        _ => head_u32(out, 0xdd, count as u32),
    }
}

/// Appends the head of a map of `count` pairs.
pub fn write_map_header(out: &mut Vec<u8>, count: usize) {
    match count {
        0..=0x0f => out.push(0x80 | count as u8),
        0x10..=0xffff => head_u16(out, 0xde, count as u16),
        _ => head_u32(out, 0xdf, count as u32),
    }
}

fn write_list(out: &mut Vec<u8>, list: &List) {
    let flags = list_flags(list);
    write_array_header(out, list.items.len() + usize::from(flags != 0));
    if flags != 0 {
        out.extend_from_slice(&[0xc7, 0, flags]);
    }
    list.items.iter().for_each(|item| write(out, item));
}

/// Appends the head of a map in the order of its keys, before as many pairs, which must be so sorted.
pub fn write_key_ordered_map_header(out: &mut Vec<u8>, count: usize) {
    flagged_map_header(out, MAP_KEY_ORDERED, count);
}

/// The flags of a map travel as its first key.
fn flagged_map_header(out: &mut Vec<u8>, flags: u8, count: usize) {
    write_map_header(out, count + usize::from(flags != 0));
    if flags != 0 {
        out.extend_from_slice(&[0xc7, 0, flags, 0xc0]);
    }
}

fn write_map(out: &mut Vec<u8>, map: &Map) {
    flagged_map_header(out, map_flags(map), map.len());
    for (key, value) in map.pairs() {
        write(out, key);
        write(out, value);
    }
}

fn list_flags(list: &List) -> u8 {
    if list.ordered { LIST_ORDERED } else { 0 }
}

fn map_flags(map: &Map) -> u8 {
    map.order as u8
        | if map.preserves_order() {
            MAP_PRESERVE_ORDER
        } else {
            0
        }
}

fn bytes_head(out: &mut Vec<u8>, len: usize) {
    match len {
        0..=0x1f => out.push(0xa0 | len as u8),
        0x20..=0xff => out.extend_from_slice(&[0xd9, len as u8]),
        0x100..=0xffff => head_u16(out, 0xda, len as u16),
        _ => head_u32(out, 0xdb, len as u32),
    }
}

fn head_u16(out: &mut Vec<u8>, code: u8, value: u16) {
    let [a, b] = value.to_be_bytes();
    out.extend_from_slice(&[code, a, b]);
}

fn head_u32(out: &mut Vec<u8>, code: u8, value: u32) {
    let [a, b, c, d] = value.to_be_bytes();
    out.extend_from_slice(&[code, a, b, c, d]);
}

/// The size of a head whose one-, two- and three-byte forms reach up to these limits.
fn head_len(count: usize, limits: &[usize; 3]) -> usize {
    match limits.iter().position(|limit| count <= *limit) {
        Some(index) => index + 1,
        None => 5,
    }
}

fn int_len(value: i64) -> usize {
    match value {
        -0x20..=0x7f => 1,
        -0x80..=0xff => 2,
        -0x8000..=0xffff => 3,
        -0x8000_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}
