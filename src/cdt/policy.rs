//! How collections are written, and what their operations return.

use aerospike_core::operations::lists::{
    ListOrderType, ListPolicy, ListReturnType, ListWriteFlags,
};
use aerospike_core::operations::maps::{MapOrder, MapPolicy, MapReturnType, MapWriteFlags};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::fields::Fields;
use crate::convert::value::{repr, type_name};
use crate::error::{Error, Result};

/// In a return type: all but what is selected.
const INVERTED: i64 = 0x1_0000;
/// Create only and update only.
const CONTRADICTION: i64 = 1 | 2;

/// `list_policy`, with the names of 0.14 or of the official client.
pub(super) fn list_policy(f: &Fields<'_, '_>) -> Result<ListPolicy> {
    Ok(match list_numbers(f)? {
        Some((order, flags)) => {
            ListPolicy::new(list_order(order), ListWriteFlags::from_bits(flags as u8))
        }
        None => ListPolicy::default(),
    })
}

/// The order and the flags of `list_policy`, if it is given.
pub(crate) fn list_numbers(f: &Fields<'_, '_>) -> Result<Option<(i64, i64)>> {
    let Some(policy) = f.given("list_policy")? else {
        return Ok(None);
    };
    read_policy(&policy, |p| {
        let order = either(p, "order", "list_order", 0..=1)?;
        Ok(Some((order, either(p, "flags", "write_flags", 0..=15)?)))
    })
    .map_err(|error| error.within("'list_policy'"))
}

/// `map_policy`, with the names of 0.14 or of the official client.
pub(super) fn map_policy(f: &Fields<'_, '_>) -> Result<MapPolicy> {
    let Some((order, flags, persist_index)) = map_numbers(f)? else {
        return Ok(MapPolicy::default());
    };
    let order = map_order(order).map_err(|error| error.within("'map_policy'"))?;
    let flags = MapWriteFlags::from_bits(flags as u8);
    Ok(if persist_index {
        MapPolicy::with_persisted_index(order, flags)
    } else {
        MapPolicy::new(order, flags)
    })
}

/// The order, the flags and the persistence of `map_policy`, if it is given.
pub(crate) fn map_numbers(f: &Fields<'_, '_>) -> Result<Option<(i64, i64, bool)>> {
    let Some(policy) = f.given("map_policy")? else {
        return Ok(None);
    };
    read_policy(&policy, |p| {
        let order = either(p, "order", "map_order", 0..=3)?;
        map_order(order)?;
        let flags = coherent(either(p, "write_mode", "map_write_flags", 0..=15)?)?;
        Ok(Some((order, flags, p.find_flag("persist_index")?)))
    })
    .map_err(|error| error.within("'map_policy'"))
}

/// The flags of `hll_policy`, 0 if it is not given.
pub(crate) fn hll_flags(f: &Fields<'_, '_>) -> Result<i64> {
    let Some(policy) = f.given("hll_policy")? else {
        return Ok(0);
    };
    read_policy(&policy, |p| coherent(p.flags("flags", 0..=15)?))
        .map_err(|error| error.within("'hll_policy'"))
}

/// A policy that is a dict.
pub(super) fn read_policy<T>(
    policy: &Bound<'_, PyAny>,
    read: impl FnOnce(&Fields<'_, '_>) -> Result<T>,
) -> Result<T> {
    let dict = policy.cast::<PyDict>().map_err(|_| {
        Error::argument(format!(
            "{} is a {}, not a dict",
            repr(policy),
            type_name(policy)
        ))
    })?;
    let fields = Fields::new(dict, &[]);
    let read = read(&fields)?;
    fields.finish()?;
    Ok(read)
}

fn either(
    f: &Fields<'_, '_>,
    name: &'static str,
    other: &'static str,
    range: std::ops::RangeInclusive<i64>,
) -> Result<i64> {
    let value = f.flags(other, range.clone())?;
    match f.given(name)? {
        Some(_) => f.flags(name, range),
        None => Ok(value),
    }
}

/// Flags as far as they do not contradict each other.
pub(super) fn coherent(flags: i64) -> Result<i64> {
    if flags & CONTRADICTION == CONTRADICTION {
        return Err(Error::argument(format!(
            "the flags {flags} ask to create only and to update only"
        )));
    }
    Ok(flags)
}

/// The order of a list, of a number that was checked.
pub(super) fn list_order(order: i64) -> ListOrderType {
    if order == 0 {
        ListOrderType::Unordered
    } else {
        ListOrderType::Ordered
    }
}

/// The order of a map.
pub(super) fn map_order(order: i64) -> Result<MapOrder> {
    match order {
        0 => Ok(MapOrder::Unordered),
        1 => Ok(MapOrder::KeyOrdered),
        3 => Ok(MapOrder::KeyValueOrdered),
        other => Err(Error::argument(format!(
            "{other} is not MAP_UNORDERED, MAP_KEY_ORDERED or MAP_KEY_VALUE_ORDERED"
        ))),
    }
}

/// What an operation on a list returns; `many` if it may select several values.
pub(super) fn list_return_type(f: &Fields<'_, '_>, many: bool) -> Result<ListReturnType> {
    list_selector(f, many).map(ListReturnType::from_bits)
}

/// The number of what an operation on a list returns.
pub(crate) fn list_selector(f: &Fields<'_, '_>, many: bool) -> Result<i64> {
    return_type(f, many, &[0, 1, 2, 3, 4, 5, 7, 13], "LIST")
}

/// What an operation on a map returns; `many` if it may select several pairs.
pub(super) fn map_return_type(f: &Fields<'_, '_>, many: bool) -> Result<MapReturnType> {
    map_selector(f, many).map(MapReturnType::from_bits)
}

/// The number of what an operation on a map returns.
pub(crate) fn map_selector(f: &Fields<'_, '_>, many: bool) -> Result<i64> {
    let known = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17];
    return_type(f, many, known, "MAP")
}

fn return_type(f: &Fields<'_, '_>, many: bool, known: &[i64], kind: &str) -> Result<i64> {
    let selector = f.int("return_type")?;
    if !known.contains(&selector) {
        return Err(Error::argument(format!(
            "'return_type': {selector} is not one of {kind}_RETURN_*"
        )));
    }
    if !f.find_flag("inverted")? {
        return Ok(selector);
    }
    if !many {
        return Err(Error::argument(
            "'inverted': an operation on a single element cannot be inverted",
        ));
    }
    Ok(selector | INVERTED)
}
