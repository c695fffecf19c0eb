//! Expressions: dicts `{"__expr__": op, …}` to the bytes a server evaluates (protocol section 3.6).
//!
//! They are written here and not built from the core's types, whose packing of a tree costs more the deeper it is
//! and which panic on what they do not expect.

mod call;
mod calls;
mod table;
mod write;

use aerospike_core::expressions::{Expression, from_packed_bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::error::{Error, Result};

/// The server's limit.
const LONGEST: usize = 1 << 20;

/// An expression dict as the core passes it on.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Expression> {
    parse_within(object, 0)
}

/// An expression that is part of another one, `depth` levels below the outermost.
pub(crate) fn parse_within(object: &Bound<'_, PyAny>, depth: usize) -> Result<Expression> {
    encode(object, depth).map(from_packed_bytes)
}

/// An expression dict as bytes.
fn encode(object: &Bound<'_, PyAny>, depth: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(64);
    match official(object)? {
        Some(expression) => write::write(&mut out, &expression, depth)?,
        None => write::write(&mut out, object, depth)?,
    }
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
    Ok(STANDARD.encode(encode(expression, 0)?))
}

/// What the official client's helpers have compiled, as a dict.
fn official<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    let Ok(list) = object.cast::<PyList>() else {
        return Ok(None);
    };
    if !list
        .iter()
        .next()
        .is_some_and(|item| item.is_instance_of::<PyTuple>())
    {
        return Ok(None);
    }
    let module = object.py().import("aerospike_py.official")?;
    Ok(Some(module.getattr("expression")?.call1((list,))?))
}
