//! The way to a list or map inside a bin: `ctx=[cdt_ctx.list_index(0), cdt_ctx.map_key("k"), …]`.

use aerospike_core::operations::CdtContext;
use aerospike_core::operations::cdt_context as core;
use aerospike_core::operations::lists::ListOrderType;
use aerospike_core::operations::maps::MapOrder;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::policy::{list_order, map_order};
use crate::convert::fields::{Fields, items, text};
use crate::convert::policy::suggestion;
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

/// A list of steps.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<Vec<CdtContext>> {
    let steps = items(object)?;
    steps
        .iter()
        .enumerate()
        .map(|(index, step)| parse_step(step).map_err(|error| error.within(format!("[{index}]"))))
        .collect()
}

fn parse_step(object: &Bound<'_, PyAny>) -> Result<CdtContext> {
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
    step(&name, &fields)
        .and_then(|step| fields.finish().map(|()| step))
        .map_err(|error| error.within(format!("{name}()")))
}

fn step(name: &str, f: &Fields<'_, '_>) -> Result<CdtContext> {
    let key = || value::parse_map_key(&f.get("val")?);
    let filter = || expr::parse(&f.get("expr")?);
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
