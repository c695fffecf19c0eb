//! Operations on lists.

use aerospike_core::operations::Operation;
use aerospike_core::operations::lists::{self, ListPolicy, ListSortFlags};

use super::policy::{list_order, list_policy, list_return_type};
use super::{Collected, reads, silently, writes};
use crate::convert::fields::Fields;
use crate::error::{Error, Result};

/// The functions of `list_operations`, in the order of their codes, which begin at 1001.
pub(super) const NAMES: &[&str] = &[
    "list_append",
    "list_append_items",
    "list_insert",
    "list_insert_items",
    "list_pop",
    "list_pop_range",
    "list_remove",
    "list_remove_range",
    "list_set",
    "list_trim",
    "list_clear",
    "list_size",
    "list_get",
    "list_get_range",
    "list_get_by_value",
    "list_get_by_index",
    "list_get_by_index_range",
    "list_get_by_rank",
    "list_get_by_rank_range",
    "list_get_by_value_list",
    "list_get_by_value_range",
    "list_remove_by_value",
    "list_remove_by_value_list",
    "list_remove_by_value_range",
    "list_remove_by_index",
    "list_remove_by_index_range",
    "list_remove_by_rank",
    "list_remove_by_rank_range",
    "list_increment",
    "list_sort",
    "list_set_order",
    "list_get_by_value_rank_range_relative",
    "list_remove_by_value_rank_range_relative",
    "list_create",
];

pub(super) fn make(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    match code {
        1001..=1012 | 1029..=1031 | 1034 => make_change(code, bin, f),
        1022..=1028 | 1033 => make_removal(code, bin, f),
        _ => make_selection(code, bin, f),
    }
}

fn make_change(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let index = || f.int("index");
    Ok(match code {
        1001 => writes(lists::append(&list_policy(f)?, bin, f.value("val")?)),
        1002 => writes(lists::append_items(&list_policy(f)?, bin, some_values(f)?)),
        1003 => writes(lists::insert(
            &list_policy(f)?,
            bin,
            index()?,
            f.value("val")?,
        )),
        1004 => writes(lists::insert_items(
            &list_policy(f)?,
            bin,
            index()?,
            some_values(f)?,
        )),
        1005 => writes(lists::pop(bin, index()?)),
        1006 => writes(match f.find_count("count")? {
            Some(count) => lists::pop_range(bin, index()?, count),
            None => lists::pop_range_from(bin, index()?),
        }),
        1007 => writes(lists::remove(bin, index()?)),
        1008 => writes(match f.find_count("count")? {
            Some(count) => lists::remove_range(bin, index()?, count),
            None => lists::remove_range_from(bin, index()?),
        }),
        1009 => silently(set(bin, f)?),
        1010 => writes(lists::trim(bin, index()?, f.count("count")?)),
        1011 => silently(lists::clear(bin)),
        1012 => reads(lists::size(bin)),
        1029 => writes(increment(bin, f)?),
        1030 => {
            let mut flags = ListSortFlags::from_bits(f.flags("val", 0..=3)? as u8);
            if f.find_flag("descending")? {
                flags |= ListSortFlags::DESCENDING;
            }
            silently(lists::sort(bin, flags))
        }
        1031 => {
            let order = list_order(f.flags("val", 0..=1)?);
            silently(if f.find_flag("persist_index")? {
                lists::set_order_with_index(bin, order)
            } else {
                lists::set_order(bin, order)
            })
        }
        _ => {
            let order = list_order(f.flags("val", 0..=1)?);
            let (pad, persist) = (f.find_flag("pad")?, f.find_flag("persist_index")?);
            silently(lists::create_persistent(bin, order, pad, persist))
        }
    })
}

fn make_selection(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let one = || list_return_type(f, false);
    let many = || list_return_type(f, true);
    let value = || f.argument("val");
    Ok(reads(match code {
        1013 => lists::get(bin, f.int("index")?),
        1014 => match f.find_count("count")? {
            Some(count) => lists::get_range(bin, f.int("index")?, count),
            None => lists::get_range_from(bin, f.int("index")?),
        },
        1015 => lists::get_by_value(bin, value()?, many()?),
        1016 => lists::get_by_index(bin, f.int("index")?, one()?),
        1017 => match f.find_count("count")? {
            Some(count) => lists::get_by_index_range_count(bin, f.int("index")?, count, many()?),
            None => lists::get_by_index_range(bin, f.int("index")?, many()?),
        },
        1018 => lists::get_by_rank(bin, f.int("rank")?, one()?),
        1019 => match f.find_count("count")? {
            Some(count) => lists::get_by_rank_range_count(bin, f.int("rank")?, count, many()?),
            None => lists::get_by_rank_range(bin, f.int("rank")?, many()?),
        },
        1020 => lists::get_by_value_list(bin, f.arguments("val")?, many()?),
        1021 => lists::get_by_value_range(bin, value()?, f.argument("val_end")?, many()?),
        _ => match f.find_count("count")? {
            Some(count) => lists::get_by_value_relative_rank_range_count(
                bin,
                value()?,
                f.int("rank")?,
                count,
                many()?,
            ),
            None => lists::get_by_value_relative_rank_range(bin, value()?, f.int("rank")?, many()?),
        },
    }))
}

fn make_removal(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    let one = || list_return_type(f, false);
    let many = || list_return_type(f, true);
    let value = || f.argument("val");
    let operation = match code {
        1022 => lists::remove_by_value(bin, value()?, many()?),
        1023 => lists::remove_by_value_list(bin, f.arguments("val")?, many()?),
        1024 => lists::remove_by_value_range(bin, many()?, value()?, f.argument("val_end")?),
        1025 => lists::remove_by_index(bin, f.int("index")?, one()?),
        1026 => match f.find_count("count")? {
            Some(count) => lists::remove_by_index_range_count(bin, f.int("index")?, count, many()?),
            None => lists::remove_by_index_range(bin, f.int("index")?, many()?),
        },
        1027 => lists::remove_by_rank(bin, f.int("rank")?, one()?),
        1028 => match f.find_count("count")? {
            Some(count) => lists::remove_by_rank_range_count(bin, f.int("rank")?, count, many()?),
            None => lists::remove_by_rank_range(bin, f.int("rank")?, many()?),
        },
        _ => match f.find_count("count")? {
            Some(count) => lists::remove_by_value_relative_rank_range_count(
                bin,
                many()?,
                value()?,
                f.int("rank")?,
                count,
            ),
            None => {
                lists::remove_by_value_relative_rank_range(bin, many()?, value()?, f.int("rank")?)
            }
        },
    };
    Ok(Collected {
        operation,
        writes: true,
        answers: f.int("return_type")? != 0,
    })
}

/// The core asserts that there is something to add.
fn some_values(f: &Fields<'_, '_>) -> Result<Vec<aerospike_core::Value>> {
    let values = f.values("val")?;
    if values.is_empty() {
        return Err(Error::argument("'val' is empty: there is nothing to add"));
    }
    Ok(values)
}

fn set(bin: String, f: &Fields<'_, '_>) -> Result<Operation> {
    let (index, value) = (f.int("index")?, f.value("val")?);
    if value.is_nil() {
        return Err(Error::argument(
            "'val' is None: the engine cannot send that",
        ));
    }
    let policy = list_policy(f)?;
    Ok(if policy == ListPolicy::default() {
        lists::set(bin, index, value)
    } else {
        lists::set_with_policy(&policy, bin, index, value)
    })
}

/// The core takes no other numbers, and sends the flags in the place of the order unless it adds 1.
fn increment(bin: String, f: &Fields<'_, '_>) -> Result<Operation> {
    let (index, by, policy) = (f.int("index")?, f.int("val")?, list_policy(f)?);
    if policy.flags == ListPolicy::default().flags {
        return Ok(lists::increment(&ListPolicy::default(), bin, index, by));
    }
    if by != 1 {
        return Err(Error::argument(
            "'list_policy': the engine can send write flags with an increment by 1 only",
        ));
    }
    Ok(lists::increment_by_one_with_policy(&policy, bin, index))
}
