"""Operations on map bins, for `operate`: each function returns a plain dict.

Indexes are places in the order of keys, ranks places in the order of values, 0 the smallest, counted from the end if negative.
`return_type` is one of MAP_RETURN_*: what the selected entries answer. In a range, `None` for `end` means without end.

`inverted=True` selects all entries but those described. `ctx` is the way to a map inside the bin, made with `cdt_ctx`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._operation import given, operation
from .cdt_ctx import Context
from .types import MapPolicy, Operation

_OP_MAP_SET_ORDER = 2001
_OP_MAP_PUT = 2002
_OP_MAP_PUT_ITEMS = 2003
_OP_MAP_INCREMENT = 2004
_OP_MAP_DECREMENT = 2005
_OP_MAP_CLEAR = 2006
_OP_MAP_REMOVE_BY_KEY = 2007
_OP_MAP_REMOVE_BY_KEY_LIST = 2008
_OP_MAP_REMOVE_BY_KEY_RANGE = 2009
_OP_MAP_REMOVE_BY_VALUE = 2010
_OP_MAP_REMOVE_BY_VALUE_LIST = 2011
_OP_MAP_REMOVE_BY_VALUE_RANGE = 2012
_OP_MAP_REMOVE_BY_INDEX = 2013
_OP_MAP_REMOVE_BY_INDEX_RANGE = 2014
_OP_MAP_REMOVE_BY_RANK = 2015
_OP_MAP_REMOVE_BY_RANK_RANGE = 2016
_OP_MAP_SIZE = 2017
_OP_MAP_GET_BY_KEY = 2018
_OP_MAP_GET_BY_KEY_RANGE = 2019
_OP_MAP_GET_BY_VALUE = 2020
_OP_MAP_GET_BY_VALUE_RANGE = 2021
_OP_MAP_GET_BY_INDEX = 2022
_OP_MAP_GET_BY_INDEX_RANGE = 2023
_OP_MAP_GET_BY_RANK = 2024
_OP_MAP_GET_BY_RANK_RANGE = 2025
_OP_MAP_GET_BY_KEY_LIST = 2026
_OP_MAP_GET_BY_VALUE_LIST = 2027
# What 0.14 does not have.
_GET_BY_KEY_INDEX_RANGE_RELATIVE = 2028
_GET_BY_VALUE_RANK_RANGE_RELATIVE = 2029
_REMOVE_BY_KEY_INDEX_RANGE_RELATIVE = 2030
_REMOVE_BY_VALUE_RANK_RANGE_RELATIVE = 2031
_CREATE = 2032
_SET_POLICY = 2033


def map_set_order(bin: str, map_order: int, *, ctx: Context | None = None) -> Operation:
    """Make the map MAP_UNORDERED, MAP_KEY_ORDERED or MAP_KEY_VALUE_ORDERED."""
    return operation(_OP_MAP_SET_ORDER, bin, val=map_order, **given(ctx=ctx))


def map_put(bin: str, key: Any, val: Any, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Store a value under a key; answers the map's new size."""
    return operation(_OP_MAP_PUT, bin, map_key=key, val=val, **given(map_policy=policy, ctx=ctx))


def map_put_items(bin: str, items: Mapping[Any, Any], policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Store several values; answers the map's new size."""
    return operation(_OP_MAP_PUT_ITEMS, bin, val=items, **given(map_policy=policy, ctx=ctx))


def map_increment(bin: str, key: Any, incr: float, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Add to the number under a key; answers the sum."""
    return operation(_OP_MAP_INCREMENT, bin, map_key=key, val=incr, **given(map_policy=policy, ctx=ctx))


def map_decrement(bin: str, key: Any, decr: float, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Subtract from the number under a key; answers the difference."""
    return operation(_OP_MAP_DECREMENT, bin, map_key=key, val=decr, **given(map_policy=policy, ctx=ctx))


def map_clear(bin: str, *, ctx: Context | None = None) -> Operation:
    """Remove all entries."""
    return operation(_OP_MAP_CLEAR, bin, **given(ctx=ctx))


def map_remove_by_key(bin: str, key: Any, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Remove the entry of a key."""
    return operation(_OP_MAP_REMOVE_BY_KEY, bin, map_key=key, return_type=return_type, **given(ctx=ctx))


def map_remove_by_key_list(bin: str, keys: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Remove the entries of any of `keys`."""
    return operation(_OP_MAP_REMOVE_BY_KEY_LIST, bin, val=keys, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_key_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove the entries of keys from `begin` up to, without, `end`."""
    return operation(_OP_MAP_REMOVE_BY_KEY_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_value(bin: str, val: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Remove the entries with the value `val`."""
    return operation(_OP_MAP_REMOVE_BY_VALUE, bin, val=val, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_value_list(
    bin: str, values: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove the entries with any of `values`."""
    return operation(_OP_MAP_REMOVE_BY_VALUE_LIST, bin, val=values, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_value_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove the entries with values from `begin` up to, without, `end`."""
    return operation(
        _OP_MAP_REMOVE_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def map_remove_by_index(bin: str, index: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Remove the entry at `index`, in the order of keys."""
    return operation(_OP_MAP_REMOVE_BY_INDEX, bin, index=index, return_type=return_type, **given(ctx=ctx))


def map_remove_by_index_range(
    bin: str, index: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` entries, or all, from `index` on."""
    return operation(
        _OP_MAP_REMOVE_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def map_remove_by_rank(bin: str, rank: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Remove the entry of a rank, in the order of values."""
    return operation(_OP_MAP_REMOVE_BY_RANK, bin, rank=rank, return_type=return_type, **given(ctx=ctx))


def map_remove_by_rank_range(
    bin: str, rank: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` entries, or all, from a rank on."""
    return operation(
        _OP_MAP_REMOVE_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def map_size(bin: str, *, ctx: Context | None = None) -> Operation:
    """How many entries there are."""
    return operation(_OP_MAP_SIZE, bin, **given(ctx=ctx))


def map_get_by_key(bin: str, key: Any, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Select the entry of a key."""
    return operation(_OP_MAP_GET_BY_KEY, bin, map_key=key, return_type=return_type, **given(ctx=ctx))


def map_get_by_key_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select the entries of keys from `begin` up to, without, `end`."""
    return operation(_OP_MAP_GET_BY_KEY_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_get_by_value(bin: str, val: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Select the entries with the value `val`."""
    return operation(_OP_MAP_GET_BY_VALUE, bin, val=val, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_get_by_value_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select the entries with values from `begin` up to, without, `end`."""
    return operation(_OP_MAP_GET_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_get_by_index(bin: str, index: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Select the entry at `index`, in the order of keys."""
    return operation(_OP_MAP_GET_BY_INDEX, bin, index=index, return_type=return_type, **given(ctx=ctx))


def map_get_by_index_range(
    bin: str, index: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` entries, or all, from `index` on."""
    return operation(
        _OP_MAP_GET_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def map_get_by_rank(bin: str, rank: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Select the entry of a rank, in the order of values."""
    return operation(_OP_MAP_GET_BY_RANK, bin, rank=rank, return_type=return_type, **given(ctx=ctx))


def map_get_by_rank_range(
    bin: str, rank: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` entries, or all, from a rank on."""
    return operation(_OP_MAP_GET_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx))


def map_get_by_key_list(bin: str, keys: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Select the entries of any of `keys`."""
    return operation(_OP_MAP_GET_BY_KEY_LIST, bin, val=keys, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_get_by_value_list(
    bin: str, values: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select the entries with any of `values`."""
    return operation(_OP_MAP_GET_BY_VALUE_LIST, bin, val=values, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_get_by_key_index_range_relative(
    bin: str, key: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` entries, or all, from the index `offset` on, counted from the index that `key` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_GET_BY_KEY_INDEX_RANGE_RELATIVE, bin, val=key, index=offset, return_type=return_type, **optional)


def map_get_by_value_rank_range_relative(
    bin: str, value: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` entries, or all, from the rank `offset` on, counted from the rank that `value` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_GET_BY_VALUE_RANK_RANGE_RELATIVE, bin, val=value, rank=offset, return_type=return_type, **optional)


def map_remove_by_key_index_range_relative(
    bin: str, key: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` entries, or all, from the index `offset` on, counted from the index that `key` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_REMOVE_BY_KEY_INDEX_RANGE_RELATIVE, bin, val=key, index=offset, return_type=return_type, **optional)


def map_remove_by_value_rank_range_relative(
    bin: str, value: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` entries, or all, from the rank `offset` on, counted from the rank that `value` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_REMOVE_BY_VALUE_RANK_RANGE_RELATIVE, bin, val=value, rank=offset, return_type=return_type, **optional)


def map_create(bin: str, map_order: int = 0, persist_index: bool = False, *, ctx: Context | None = None) -> Operation:
    """Make an empty map, MAP_UNORDERED, MAP_KEY_ORDERED or MAP_KEY_VALUE_ORDERED, if there is none.

    `persist_index` makes the index of a map that is the whole bin persist.
    """
    return operation(_CREATE, bin, val=map_order, **given(persist_index=persist_index, ctx=ctx))


def map_set_policy(bin: str, policy: MapPolicy, *, ctx: Context | None = None) -> Operation:
    """Give the map the order of a policy, and an index that persists if it says `persist_index`."""
    return operation(_SET_POLICY, bin, map_policy=policy, **given(ctx=ctx))


__all__ = [
    "map_clear",
    "map_create",
    "map_decrement",
    "map_get_by_index",
    "map_get_by_index_range",
    "map_get_by_key",
    "map_get_by_key_index_range_relative",
    "map_get_by_key_list",
    "map_get_by_key_range",
    "map_get_by_rank",
    "map_get_by_rank_range",
    "map_get_by_value",
    "map_get_by_value_list",
    "map_get_by_value_range",
    "map_get_by_value_rank_range_relative",
    "map_increment",
    "map_put",
    "map_put_items",
    "map_remove_by_index",
    "map_remove_by_index_range",
    "map_remove_by_key",
    "map_remove_by_key_index_range_relative",
    "map_remove_by_key_list",
    "map_remove_by_key_range",
    "map_remove_by_rank",
    "map_remove_by_rank_range",
    "map_remove_by_value",
    "map_remove_by_value_list",
    "map_remove_by_value_range",
    "map_remove_by_value_rank_range_relative",
    "map_set_order",
    "map_set_policy",
    "map_size",
]
