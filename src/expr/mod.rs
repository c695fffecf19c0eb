//! Expressions: dicts `{"__expr__": op, …}` to the bytes a server evaluates (protocol section 3.6).
//!
//! They are written here and not built from the core's types, whose packing of a tree costs more the deeper it is
//! and which panic on what they do not expect.

mod literal;
mod table;
mod write;

use aerospike_core::expressions::{Expression, from_packed_bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::prelude::*;

use crate::error::{Error, Result};

/// The server's limit.
const LONGEST: usize = 1 << 20;

/// An expression dict as the core passes it on.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Expression> {
    encode(object).map(from_packed_bytes)
}

/// An expression dict as bytes.
pub(crate) fn encode(object: &Bound<'_, PyAny>) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(64);
    write::write(&mut out, object, 0)?;
    if out.len() > LONGEST {
        return Err(Error::argument(format!(
            "an expression of {} bytes: at most {LONGEST} are allowed",
            out.len()
        )));
    }
    Ok(out)
}

/// An expression dict as the text that other clients, and info commands, take for it.
#[pyfunction]
pub(crate) fn expression_to_base64(expression: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(STANDARD.encode(encode(expression)?))
}
