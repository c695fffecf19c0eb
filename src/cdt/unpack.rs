//! Packed steps of a context, back to the dicts of `aerospike_py.cdt_ctx`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use wire::msgpack::{Reader, Token};

use crate::convert::names::{GEOJSON, HYPERLOGLOG, INFINITE, KEY_ORDERED, WILDCARD};
use crate::error::{Error, Result};

/// In the id of a step: what it leads to is made if it is not there, in an order.
const CREATION: i64 = 0xc0;

/// The steps that a text of `context_to_base64`, or of the official client's `get_cdtctx_base64`, stands for.
#[pyfunction]
pub(crate) fn context_from_base64<'py>(
    py: Python<'py>,
    text: &str,
) -> PyResult<Bound<'py, PyList>> {
    let steps = STANDARD
        .decode(text)
        .map_err(|error| Error::argument(format!("it is no base64: {error}")))
        .and_then(|bytes| unpack(py, &bytes))?;
    PyList::new(py, steps)
}

fn unpack<'py>(py: Python<'py>, bytes: &[u8]) -> Result<Vec<Bound<'py, PyDict>>> {
    let mut reader = Reader::new(bytes);
    let count = reader.array().map_err(foreign)?;
    if count == 0 || count % 2 != 0 {
        return Err(foreign("it holds no pairs of ids and values"));
    }
    let steps = (0..count / 2)
        .map(|_| step(py, &mut reader))
        .collect::<Result<_>>()?;
    reader.finish().map_err(foreign)?;
    Ok(steps)
}

/// Why bytes are not those of a context.
fn foreign(reason: impl std::fmt::Display) -> Error {
    Error::argument(format!("its bytes are not those of steps: {reason}"))
}

fn step<'py>(py: Python<'py>, reader: &mut Reader<'_>) -> Result<Bound<'py, PyDict>> {
    let id = reader.int().map_err(foreign)?;
    let step = PyDict::new(py);
    let name = match id & !CREATION {
        0x04 | 0x204 => return filter(&step, id, reader),
        0x10 if id & CREATION != 0 => {
            // The same bits say that an unordered list is padded, and that a map is ordered by keys.
            step.set_item("order", u8::from(id & CREATION == CREATION))?;
            step.set_item("pad", id & CREATION == 0x80)?;
            "list_index_create"
        }
        0x22 if id & CREATION != 0 => {
            let order = [0, 0, 1, 3].get(((id & CREATION) >> 6) as usize);
            step.set_item("order", order)?;
            "map_key_create"
        }
        _ => plain(id)?,
    };
    step.set_item("ctx", name)?;
    let value = reader.value().map_err(foreign)?;
    step.set_item("val", to_python(py, &value)?)?;
    Ok(step)
}

/// The name of a step that makes nothing and takes a value.
fn plain(id: i64) -> Result<&'static str> {
    Ok(match id {
        0x10 => "list_index",
        0x11 => "list_rank",
        0x13 => "list_value",
        0x20 => "map_index",
        0x21 => "map_rank",
        0x22 => "map_key",
        0x23 => "map_value",
        0x2a => "map_keys_in",
        other => return Err(foreign(format!("{other} is not the id of a step"))),
    })
}

/// A step to all children: those for which an expression is true, or true itself.
fn filter<'py>(
    step: &Bound<'py, PyDict>,
    id: i64,
    reader: &mut Reader<'_>,
) -> Result<Bound<'py, PyDict>> {
    let name = match (id, reader.peek().map_err(foreign)?) {
        (0x04, Token::Bool(true)) => "all_children",
        (0x04, _) => "all_children_with_filter",
        _ => "and_filter",
    };
    step.set_item("ctx", name)?;
    let packed = reader.skip().map_err(foreign)?;
    if name != "all_children" {
        let expression = PyDict::new(step.py());
        expression.set_item("__expr__", "packed")?;
        expression.set_item("base64", STANDARD.encode(packed))?;
        step.set_item("expr", expression)?;
    }
    Ok(step.clone())
}

/// A value of the protocol as a Python object.
fn to_python<'py>(py: Python<'py>, value: &wire::Value) -> Result<Bound<'py, PyAny>> {
    use wire::Value::{
        Blob, Bool, Float, GeoJson, Hll, Infinity, Int, List, Map, Nil, Str, Wildcard,
    };
    let text = |bytes| std::str::from_utf8(bytes).map_err(foreign);
    Ok(match value {
        Nil => py.None().into_bound(py),
        Bool(flag) => flag.into_bound_py_any(py)?,
        Int(number) => number.into_bound_py_any(py)?,
        Float(number) => number.into_bound_py_any(py)?,
        Str(bytes) => text(bytes)?.into_bound_py_any(py)?,
        Blob(_, bytes) => PyBytes::new(py, bytes).into_any(),
        GeoJson(bytes) => GEOJSON.get(py)?.call1((text(bytes)?,))?,
        Hll(bytes) => HYPERLOGLOG.get(py)?.call1((PyBytes::new(py, bytes),))?,
        List(list) => {
            let items: Result<Vec<_>> = list.items.iter().map(|item| to_python(py, item)).collect();
            PyList::new(py, items?)?.into_any()
        }
        Map(map) => {
            let dict = match map.order {
                wire::MapOrder::Unordered => PyDict::new(py).into_any(),
                _ => KEY_ORDERED.get(py)?.call0()?,
            };
            for (key, value) in map.pairs() {
                dict.set_item(to_python(py, key)?, to_python(py, value)?)?;
            }
            dict
        }
        Infinity => INFINITE.get(py)?.call0()?,
        Wildcard => WILDCARD.get(py)?.call0()?,
    })
}
