//! Writing expressions down: every function gives the msgpack of what it is named after.

use wire::{Value, msgpack};

pub(crate) type Bytes = Vec<u8>;

pub(crate) const BOOL: i64 = 1;
pub(crate) const INT: i64 = 2;
pub(crate) const STR: i64 = 3;
pub(crate) const LIST: i64 = 4;
pub(crate) const MAP: i64 = 5;
pub(crate) const BLOB: i64 = 6;
pub(crate) const FLOAT: i64 = 7;
pub(crate) const GEO: i64 = 8;
pub(crate) const HLL: i64 = 9;

/// `[code, arguments…]`
pub(crate) fn op(code: i64, arguments: &[Bytes]) -> Bytes {
    let mut out = Vec::new();
    msgpack::write_array_header(&mut out, arguments.len() + 1);
    msgpack::write_int(&mut out, code);
    for argument in arguments {
        out.extend(argument);
    }
    out
}

pub(crate) fn lit(value: impl Into<Value>) -> Bytes {
    msgpack::encode(&value.into())
}

pub(crate) fn name(name: &str) -> Bytes {
    let mut out = Vec::new();
    msgpack::write_bytes(&mut out, name.as_bytes());
    out
}

pub(crate) fn bin(kind: i64, bin: &str) -> Bytes {
    op(81, &[lit(kind), name(bin)])
}

pub(crate) fn quote(items: Vec<Value>) -> Bytes {
    op(126, &[lit(Value::list(items))])
}

pub(crate) fn unknown() -> Bytes {
    op(0, &[])
}

pub(crate) fn eq(a: Bytes, b: Bytes) -> Bytes {
    op(1, &[a, b])
}

pub(crate) fn var(variable: &str) -> Bytes {
    op(124, &[name(variable)])
}

/// Definitions and a body that sees them.
pub(crate) fn bind(definitions: &[(&str, Bytes)], body: Bytes) -> Bytes {
    let pairs = definitions
        .iter()
        .flat_map(|(variable, value)| [name(variable), value.clone()]);
    op(125, &pairs.chain([body]).collect::<Vec<_>>())
}

pub(crate) fn cond(arguments: &[Bytes]) -> Bytes {
    op(123, arguments)
}

/// A call of `operation` in `system` on `value`.
pub(crate) fn call(kind: i64, system: i64, operation: Bytes, value: Bytes) -> Bytes {
    op(127, &[lit(kind), lit(system), operation, value])
}

/// `[expression, flags]`
pub(crate) fn with_flags(expression: &[u8], flags: i64) -> Bytes {
    let mut out = vec![0x92];
    out.extend(expression);
    msgpack::write_int(&mut out, flags);
    out
}
