//! The way to a list or map inside a bin: `ctx=[cdt_ctx.list_index(0), cdt_ctx.map_key("k"), …]`.

use aerospike_core::operations::CdtContext;
use aerospike_core::operations::cdt_context as core;
use aerospike_core::operations::lists::ListOrderType;
use aerospike_core::operations::maps::MapOrder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use wire::msgpack;

use super::policy::{list_order, map_order};
use crate::convert::fields::{Fields, items, text};
use crate::convert::suggestion::suggestion;
use crate::convert::value::{self, repr, type_name};
use crate::error::{Error, Result};
use crate::expr;

/// What a dict must hold to be a step of a context.
const MARK: &str = "ctx";

const NAMES: &[&str] = &[
    "list_index",
    "list_rank",
    "list_value",
    "list_index_create",
    "map_index",
    "map_rank",
    "map_key",
    "map_value",
    "map_key_create",
    "map_keys_in",
    "all_children",
    "all_children_with_filter",
    "and_filter",
];

/// The `ctx` of an operation; empty if it has none.
pub(super) fn given(f: &Fields<'_, '_>) -> Result<Vec<CdtContext>> {
    match f.given(MARK)? {
        Some(ctx) => parse(&ctx).map_err(|error| error.within("'ctx'")),
        None => Ok(Vec::new()),
    }
}

/// The `ctx` of an operation inside an expression, as bytes; none if it has none.
pub(crate) fn packed(f: &Fields<'_, '_>, depth: usize) -> Result<Option<Vec<u8>>> {
    let Some(ctx) = f.given(MARK)? else {
        return Ok(None);
    };
    let bytes = pack(&ctx, depth + 1).map_err(|error| error.within("'ctx'"))?;
    Ok(bytes)
}

/// The type of what the first step of `ctx` enters, one of `EXP_TYPE_*`; none if it may be either.
pub(crate) fn root(f: &Fields<'_, '_>) -> Result<Option<i64>> {
    let Some(ctx) = f.given(MARK)? else {
        return Ok(None);
    };
    let Some(first) = items(&ctx)?.into_iter().next() else {
        return Ok(None);
    };
    let name = text(&first.get_item(MARK)?)?;
    Ok(match name.split('_').next() {
        Some("list") => Some(4),
        Some("map") => Some(5),
        _ => None,
    })
}

/// A list of steps.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Vec<CdtContext>> {
    parse_within(object, 0)
}

/// A list of steps whose expressions stand `depth` levels below the outermost.
fn parse_within(object: &Bound<'_, PyAny>, depth: usize) -> Result<Vec<CdtContext>> {
    let steps = items(object)?;
    steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            parse_step(step, depth).map_err(|error| error.within(format!("[{index}]")))
        })
        .collect()
}

/// Steps as the text that other clients, and info commands, take for them.
#[pyfunction]
pub(crate) fn context_to_base64(ctx: &Bound<'_, PyAny>) -> PyResult<String> {
    let bytes = pack(ctx, 0).map_err(|error| error.within("'ctx'"))?;
    let bytes = bytes.ok_or_else(|| Error::argument("'ctx' is empty"))?;
    Ok(STANDARD.encode(bytes))
}

/// Steps as bytes, `[id, value, …]`; none if there are no steps.
///
/// The core packs them for indexes: without what creates, and with expressions in byte strings.
fn pack(object: &Bound<'_, PyAny>, depth: usize) -> Result<Option<Vec<u8>>> {
    const EXPRESSION: i64 = 4;
    let steps = items(object)?;
    if steps.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    msgpack::write_array_header(&mut out, 2 * steps.len());
    for (dict, step) in steps.iter().zip(parse_within(object, depth)?) {
        let packed = core::to_bytes(&[step])?;
        let mut reader = msgpack::Reader::new(&packed);
        let unreadable = |_| Error::argument("a step cannot be packed");
        reader.array().map_err(unreadable)?;
        let id = reader.int().map_err(unreadable)?;
        msgpack::write_int(&mut out, id | creation(dict)?);
        out.extend(match id & EXPRESSION {
            0 => reader.rest(),
            _ => reader.bytes().map_err(unreadable)?,
        });
    }
    Ok(Some(out))
}

/// What a step adds to its id if it makes what is not there.
fn creation(step: &Bound<'_, PyAny>) -> Result<i64> {
    const UNORDERED: i64 = 0x40;
    const PADDED: i64 = 0x80;
    const KEY_ORDERED: i64 = 0x80;
    const ORDERED: i64 = 0xc0;
    let dict = step.cast::<PyDict>().map_err(PyErr::from)?;
    let f = Fields::new(dict, &[]);
    Ok(match f.text(MARK)?.as_str() {
        "list_index_create" if f.flags("order", 0..=1)? == 1 => ORDERED,
        "list_index_create" if f.find_flag("pad")? => PADDED,
        "map_key_create" => match f.flags("order", 0..=3)? {
            0 => UNORDERED,
            1 => KEY_ORDERED,
            _ => ORDERED,
        },
        "list_index_create" => UNORDERED,
        _ => 0,
    })
}

fn parse_step(object: &Bound<'_, PyAny>, depth: usize) -> Result<CdtContext> {
    let wrong = || {
        Error::argument(format!(
            "{} is a {}, not a step: those are made by aerospike_py.cdt_ctx",
            repr(object),
            type_name(object)
        ))
    };
    let dict = object.cast::<PyDict>().map_err(|_| wrong())?;
    let name = text(&dict.get_item(MARK)?.ok_or_else(wrong)?)?;
    let fields = Fields::new(dict, &[MARK]);
    step(&name, &fields, depth)
        .and_then(|step| fields.finish().map(|()| step))
        .map_err(|error| error.within(format!("{name}()")))
}

fn step(name: &str, f: &Fields<'_, '_>, depth: usize) -> Result<CdtContext> {
    let key = || value::parse_map_key(&f.get("val")?);
    let filter = || expr::parse_within(&f.get("expr")?, depth);
    Ok(match name {
        "list_index" => core::ctx_list_index(f.int("val")?),
        "list_rank" => core::ctx_list_rank(f.int("val")?),
        "list_value" => core::ctx_list_value(f.argument("val")?),
        "list_index_create" => {
            let order: ListOrderType = list_order(f.flags("order", 0..=1)?);
            core::ctx_list_index_create(f.int("val")?, order, f.find_flag("pad")?)
        }
        "map_index" => core::ctx_map_index(f.int("val")?),
        "map_rank" => core::ctx_map_rank(f.int("val")?),
        "map_key" => core::ctx_map_key(key()?),
        "map_value" => core::ctx_map_value(f.argument("val")?),
        "map_key_create" => {
            let order: MapOrder = map_order(f.flags("order", 0..=3)?)?;
            core::ctx_map_key_create(key()?, order)
        }
        "map_keys_in" => {
            let keys = items(&f.get("val")?)?;
            let keys: Result<Vec<_>> = keys.iter().map(value::parse_map_key).collect();
            core::ctx_map_keys_in(keys?)
        }
        "all_children" => core::ctx_all_children(),
        "all_children_with_filter" => core::ctx_all_children_with_filter(filter()?),
        "and_filter" => core::ctx_and_filter(filter()?),
        other => {
            return Err(Error::argument(format!(
                "it is not the name of a step; {}",
                suggestion(other, NAMES)
            )));
        }
    })
}
