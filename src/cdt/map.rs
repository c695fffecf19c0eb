//! Operations on maps.

use aerospike_core::operations::Operation;
use aerospike_core::operations::maps::{self, MapPolicy};
use aerospike_core::{IndexMap, Value};

use super::policy::{map_order, map_policy, map_return_type};
use super::{Collected, reads, silently, writes};
use crate::convert::fields::{Fields, items};
use crate::convert::value::{self, repr};
use crate::error::{Error, Result};

/// The functions of `map_operations`, in the order of their codes, which begin at 2001.
pub(super) const NAMES: &[&str] = &[
    "map_set_order",
    "map_put",
    "map_put_items",
    "map_increment",
    "map_decrement",
    "map_clear",
    "map_remove_by_key",
    "map_remove_by_key_list",
    "map_remove_by_key_range",
    "map_remove_by_value",
    "map_remove_by_value_list",
    "map_remove_by_value_range",
    "map_remove_by_index",
    "map_remove_by_index_range",
    "map_remove_by_rank",
    "map_remove_by_rank_range",
    "map_size",
    "map_get_by_key",
    "map_get_by_key_range",
    "map_get_by_value",
    "map_get_by_value_range",
    "map_get_by_index",
    "map_get_by_index_range",
    "map_get_by_rank",
    "map_get_by_rank_range",
    "map_get_by_key_list",
    "map_get_by_value_list",
    "map_get_by_key_index_range_relative",
    "map_get_by_value_rank_range_relative",
    "map_remove_by_key_index_range_relative",
    "map_remove_by_value_rank_range_relative",
    "map_create",
    "map_set_policy",
];

pub(super) fn make(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    match code {
        2001..=2006 | 2017 | 2032.. => make_change(code, bin, f),
        2007..=2016 | 2030 | 2031 => make_removal(code, bin, f),
        _ => make_selection(code, bin, f).map(reads),
    }
}

fn make_change(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    Ok(match code {
        2001 => silently(maps::set_order(
            bin,
            map_order(f.int("val")?).map_err(|error| error.within("'val'"))?,
        )),
        2002 => writes(put(bin, f)?),
        2003 => writes(put_items(bin, f)?),
        2004 => writes(maps::increment_value(
            &map_policy(f)?,
            bin,
            key(f)?,
            number(f)?,
        )),
        2005 => writes(maps::decrement_value(
            &map_policy(f)?,
            bin,
            key(f)?,
            number(f)?,
        )),
        2006 => silently(maps::clear(bin)),
        2017 => reads(maps::size(bin)),
        2032 => {
            let order = map_order(f.int("val")?).map_err(|error| error.within("'val'"))?;
            silently(create(bin, order, f)?)
        }
        _ => silently(maps::set_policy(&map_policy(f)?, bin, Vec::new())),
    })
}

fn make_selection(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Operation> {
    let one = || map_return_type(f, false);
    let many = || map_return_type(f, true);
    let (value, end) = (|| f.argument("val"), || f.argument("val_end"));
    let (index, rank) = (|| f.int("index"), || f.int("rank"));
    Ok(match code {
        2018 => maps::get_by_key(bin, key(f)?, one()?),
        2019 => maps::get_by_key_range(bin, value()?, end()?, many()?),
        2020 => maps::get_by_value(bin, value()?, many()?),
        2021 => maps::get_by_value_range(bin, value()?, end()?, many()?),
        2022 => maps::get_by_index(bin, index()?, one()?),
        2023 => match f.find_count("count")? {
            Some(count) => maps::get_by_index_range(bin, index()?, count, many()?),
            None => maps::get_by_index_range_from(bin, index()?, many()?),
        },
        2024 => maps::get_by_rank(bin, rank()?, one()?),
        2025 => match f.find_count("count")? {
            Some(count) => maps::get_by_rank_range(bin, rank()?, count, many()?),
            None => maps::get_by_rank_range_from(bin, rank()?, many()?),
        },
        2026 => maps::get_by_key_list(bin, keys(f)?, many()?),
        2027 => maps::get_by_value_list(bin, f.arguments("val")?, many()?),
        2028 => match f.find_count("count")? {
            Some(count) => {
                maps::get_by_key_relative_index_range_count(bin, value()?, index()?, count, many()?)
            }
            None => maps::get_by_key_relative_index_range(bin, value()?, index()?, many()?),
        },
        _ => match f.find_count("count")? {
            Some(count) => {
                maps::get_by_value_relative_rank_range_count(bin, value()?, rank()?, count, many()?)
            }
            None => maps::get_by_value_relative_rank_range(bin, value()?, rank()?, many()?),
        },
    })
}

fn make_removal(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let one = || map_return_type(f, false);
    let many = || map_return_type(f, true);
    let (value, end) = (|| f.argument("val"), || f.argument("val_end"));
    let (index, rank) = (|| f.int("index"), || f.int("rank"));
    let operation = match code {
        2007 => maps::remove_by_key(bin, key(f)?, one()?),
        2008 => maps::remove_by_key_list(bin, keys(f)?, many()?),
        2009 => maps::remove_by_key_range(bin, value()?, end()?, many()?),
        2010 => maps::remove_by_value(bin, value()?, many()?),
        2011 => maps::remove_by_value_list(bin, f.arguments("val")?, many()?),
        2012 => maps::remove_by_value_range(bin, value()?, end()?, many()?),
        2013 => maps::remove_by_index(bin, index()?, one()?),
        2014 => match f.find_count("count")? {
            Some(count) => maps::remove_by_index_range(bin, index()?, count, many()?),
            None => maps::remove_by_index_range_from(bin, index()?, many()?),
        },
        2015 => maps::remove_by_rank(bin, rank()?, one()?),
        2016 => match f.find_count("count")? {
            Some(count) => maps::remove_by_rank_range(bin, rank()?, count, many()?),
            None => maps::remove_by_rank_range_from(bin, rank()?, many()?),
        },
        2030 => match f.find_count("count")? {
            Some(count) => maps::remove_by_key_relative_index_range_count(
                bin,
                value()?,
                index()?,
                count,
                many()?,
            ),
            None => maps::remove_by_key_relative_index_range(bin, value()?, index()?, many()?),
        },
        _ => match f.find_count("count")? {
            Some(count) => maps::remove_by_value_relative_rank_range_count(
                bin,
                value()?,
                rank()?,
                count,
                many()?,
            ),
            None => maps::remove_by_value_relative_rank_range(bin, value()?, rank()?, many()?),
        },
    };
    Ok(Collected {
        operation,
        writes: true,
        answers: f.int("return_type")? != 0,
    })
}

fn key(f: &Fields<'_, '_>) -> Result<Value> {
    value::parse_map_key(&f.get("map_key")?).map_err(|error| error.within("'map_key'"))
}

fn keys(f: &Fields<'_, '_>) -> Result<Vec<Value>> {
    items(&f.get("val")?)
        .and_then(|items| items.iter().map(value::parse_map_key).collect())
        .map_err(|error| error.within("'val'"))
}

/// What can be added.
fn number(f: &Fields<'_, '_>) -> Result<Value> {
    match f.value("val")? {
        value @ (Value::Int(_) | Value::Float(_)) => Ok(value),
        _ => Err(Error::argument(format!(
            "'val': {} is neither an int nor a float",
            repr(&f.get("val")?)
        ))),
    }
}

fn put(bin: String, f: &Fields<'_, '_>) -> Result<Operation> {
    let (policy, key, value) = (map_policy(f)?, key(f)?, f.value("val")?);
    // The core leaves a lone nil out, and the server would take the order for the value.
    if value.is_nil() {
        return Ok(maps::put_items(
            &policy,
            bin,
            IndexMap::from([(key, value)]),
        ));
    }
    Ok(maps::put(&policy, bin, key, value))
}

fn put_items(bin: String, f: &Fields<'_, '_>) -> Result<Operation> {
    match f.value("val")? {
        Value::OrderedMap(pairs) => Ok(maps::put_items(&map_policy(f)?, bin, pairs)),
        // The map keeps its own order, whatever that of the pairs.
        Value::SortedMap(pairs) => Ok(maps::put_items(
            &map_policy(f)?,
            bin,
            pairs.into_iter().collect::<IndexMap<_, _>>(),
        )),
        _ => Err(Error::argument(format!(
            "'val': {} is not a dict",
            repr(&f.get("val")?)
        ))),
    }
}

/// Only a map of the bin itself can have an index that persists; one inside is made where its context ends.
fn create(bin: String, order: maps::MapOrder, f: &Fields<'_, '_>) -> Result<Operation> {
    let ctx = super::ctx::given(f)?;
    if !f.find_flag("persist_index")? {
        return Ok(maps::create(bin, order, ctx));
    }
    if !ctx.is_empty() {
        return Err(Error::argument(
            "'persist_index': only a map that is the whole bin can have one, and 'ctx' leads into it",
        ));
    }
    Ok(maps::set_policy(
        &MapPolicy::with_persisted_index(order, MapPolicy::default().flags),
        bin,
        ctx,
    ))
}
