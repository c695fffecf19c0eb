"""Operations on map bins, for `operate`: each function returns a plain dict.

Indexes are places in the order of keys, ranks places in the order of values, 0 the smallest, counted from the end if negative.
`return_type` is one of MAP_RETURN_*: what the selected entries answer. In a range, `None` for `end` means without end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._operation import given, operation
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


def map_set_order(bin: str, map_order: int) -> Operation:
    """Make the map MAP_UNORDERED, MAP_KEY_ORDERED or MAP_KEY_VALUE_ORDERED."""
    return operation(_OP_MAP_SET_ORDER, bin, val=map_order)


def map_put(bin: str, key: Any, val: Any, policy: MapPolicy | None = None) -> Operation:
    """Store a value under a key; answers the map's new size."""
    return operation(_OP_MAP_PUT, bin, map_key=key, val=val, **given(map_policy=policy))


def map_put_items(bin: str, items: Mapping[Any, Any], policy: MapPolicy | None = None) -> Operation:
    """Store several values; answers the map's new size."""
    return operation(_OP_MAP_PUT_ITEMS, bin, val=items, **given(map_policy=policy))


def map_increment(bin: str, key: Any, incr: float, policy: MapPolicy | None = None) -> Operation:
    """Add to the number under a key; answers the sum."""
    return operation(_OP_MAP_INCREMENT, bin, map_key=key, val=incr, **given(map_policy=policy))


def map_decrement(bin: str, key: Any, decr: float, policy: MapPolicy | None = None) -> Operation:
    """Subtract from the number under a key; answers the difference."""
    return operation(_OP_MAP_DECREMENT, bin, map_key=key, val=decr, **given(map_policy=policy))


def map_clear(bin: str) -> Operation:
    """Remove all entries."""
    return operation(_OP_MAP_CLEAR, bin)


def map_remove_by_key(bin: str, key: Any, return_type: int) -> Operation:
    """Remove the entry of a key."""
    return operation(_OP_MAP_REMOVE_BY_KEY, bin, map_key=key, return_type=return_type)


def map_remove_by_key_list(bin: str, keys: list[Any], return_type: int) -> Operation:
    """Remove the entries of any of `keys`."""
    return operation(_OP_MAP_REMOVE_BY_KEY_LIST, bin, val=keys, return_type=return_type)


def map_remove_by_key_range(bin: str, begin: Any, end: Any, return_type: int) -> Operation:
    """Remove the entries of keys from `begin` up to, without, `end`."""
    return operation(_OP_MAP_REMOVE_BY_KEY_RANGE, bin, val=begin, val_end=end, return_type=return_type)


def map_remove_by_value(bin: str, val: Any, return_type: int) -> Operation:
    """Remove the entries with the value `val`."""
    return operation(_OP_MAP_REMOVE_BY_VALUE, bin, val=val, return_type=return_type)


def map_remove_by_value_list(bin: str, values: list[Any], return_type: int) -> Operation:
    """Remove the entries with any of `values`."""
    return operation(_OP_MAP_REMOVE_BY_VALUE_LIST, bin, val=values, return_type=return_type)


def map_remove_by_value_range(bin: str, begin: Any, end: Any, return_type: int) -> Operation:
    """Remove the entries with values from `begin` up to, without, `end`."""
    return operation(_OP_MAP_REMOVE_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type)


def map_remove_by_index(bin: str, index: int, return_type: int) -> Operation:
    """Remove the entry at `index`, in the order of keys."""
    return operation(_OP_MAP_REMOVE_BY_INDEX, bin, index=index, return_type=return_type)


def map_remove_by_index_range(bin: str, index: int, return_type: int, count: int | None = None) -> Operation:
    """Remove `count` entries, or all, from `index` on."""
    return operation(_OP_MAP_REMOVE_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count))


def map_remove_by_rank(bin: str, rank: int, return_type: int) -> Operation:
    """Remove the entry of a rank, in the order of values."""
    return operation(_OP_MAP_REMOVE_BY_RANK, bin, rank=rank, return_type=return_type)


def map_remove_by_rank_range(bin: str, rank: int, return_type: int, count: int | None = None) -> Operation:
    """Remove `count` entries, or all, from a rank on."""
    return operation(_OP_MAP_REMOVE_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count))


def map_size(bin: str) -> Operation:
    """How many entries there are."""
    return operation(_OP_MAP_SIZE, bin)


def map_get_by_key(bin: str, key: Any, return_type: int) -> Operation:
    """Select the entry of a key."""
    return operation(_OP_MAP_GET_BY_KEY, bin, map_key=key, return_type=return_type)


def map_get_by_key_range(bin: str, begin: Any, end: Any, return_type: int) -> Operation:
    """Select the entries of keys from `begin` up to, without, `end`."""
    return operation(_OP_MAP_GET_BY_KEY_RANGE, bin, val=begin, val_end=end, return_type=return_type)


def map_get_by_value(bin: str, val: Any, return_type: int) -> Operation:
    """Select the entries with the value `val`."""
    return operation(_OP_MAP_GET_BY_VALUE, bin, val=val, return_type=return_type)


def map_get_by_value_range(bin: str, begin: Any, end: Any, return_type: int) -> Operation:
    """Select the entries with values from `begin` up to, without, `end`."""
    return operation(_OP_MAP_GET_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type)


def map_get_by_index(bin: str, index: int, return_type: int) -> Operation:
    """Select the entry at `index`, in the order of keys."""
    return operation(_OP_MAP_GET_BY_INDEX, bin, index=index, return_type=return_type)


def map_get_by_index_range(bin: str, index: int, return_type: int, count: int | None = None) -> Operation:
    """Select `count` entries, or all, from `index` on."""
    return operation(_OP_MAP_GET_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count))


def map_get_by_rank(bin: str, rank: int, return_type: int) -> Operation:
    """Select the entry of a rank, in the order of values."""
    return operation(_OP_MAP_GET_BY_RANK, bin, rank=rank, return_type=return_type)


def map_get_by_rank_range(bin: str, rank: int, return_type: int, count: int | None = None) -> Operation:
    """Select `count` entries, or all, from a rank on."""
    return operation(_OP_MAP_GET_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count))


def map_get_by_key_list(bin: str, keys: list[Any], return_type: int) -> Operation:
    """Select the entries of any of `keys`."""
    return operation(_OP_MAP_GET_BY_KEY_LIST, bin, val=keys, return_type=return_type)


def map_get_by_value_list(bin: str, values: list[Any], return_type: int) -> Operation:
    """Select the entries with any of `values`."""
    return operation(_OP_MAP_GET_BY_VALUE_LIST, bin, val=values, return_type=return_type)


__all__ = [
    "map_clear",
    "map_decrement",
    "map_get_by_index",
    "map_get_by_index_range",
    "map_get_by_key",
    "map_get_by_key_list",
    "map_get_by_key_range",
    "map_get_by_rank",
    "map_get_by_rank_range",
    "map_get_by_value",
    "map_get_by_value_list",
    "map_get_by_value_range",
    "map_increment",
    "map_put",
    "map_put_items",
    "map_remove_by_index",
    "map_remove_by_index_range",
    "map_remove_by_key",
    "map_remove_by_key_list",
    "map_remove_by_key_range",
    "map_remove_by_rank",
    "map_remove_by_rank_range",
    "map_remove_by_value",
    "map_remove_by_value_list",
    "map_remove_by_value_range",
    "map_set_order",
    "map_size",
]
