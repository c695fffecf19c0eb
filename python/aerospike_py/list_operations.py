"""Operations on list bins, for `operate`: each function returns a plain dict.

Indexes count from 0, or from the end if negative; ranks are places in the order of values, 0 the smallest. `return_type` is one of
LIST_RETURN_*: what the selected values answer. In a range of values, `None` for `end` means without end.

`inverted=True` selects all values but those described. `ctx` is the way to a list inside the bin, made with `cdt_ctx`.
"""

from __future__ import annotations

from typing import Any

from ._operation import given, operation
from .cdt_ctx import Context
from .types import ListPolicy, Operation

_OP_LIST_APPEND = 1001
_OP_LIST_APPEND_ITEMS = 1002
_OP_LIST_INSERT = 1003
_OP_LIST_INSERT_ITEMS = 1004
_OP_LIST_POP = 1005
_OP_LIST_POP_RANGE = 1006
_OP_LIST_REMOVE = 1007
_OP_LIST_REMOVE_RANGE = 1008
_OP_LIST_SET = 1009
_OP_LIST_TRIM = 1010
_OP_LIST_CLEAR = 1011
_OP_LIST_SIZE = 1012
_OP_LIST_GET = 1013
_OP_LIST_GET_RANGE = 1014
_OP_LIST_GET_BY_VALUE = 1015
_OP_LIST_GET_BY_INDEX = 1016
_OP_LIST_GET_BY_INDEX_RANGE = 1017
_OP_LIST_GET_BY_RANK = 1018
_OP_LIST_GET_BY_RANK_RANGE = 1019
_OP_LIST_GET_BY_VALUE_LIST = 1020
_OP_LIST_GET_BY_VALUE_RANGE = 1021
_OP_LIST_REMOVE_BY_VALUE = 1022
_OP_LIST_REMOVE_BY_VALUE_LIST = 1023
_OP_LIST_REMOVE_BY_VALUE_RANGE = 1024
_OP_LIST_REMOVE_BY_INDEX = 1025
_OP_LIST_REMOVE_BY_INDEX_RANGE = 1026
_OP_LIST_REMOVE_BY_RANK = 1027
_OP_LIST_REMOVE_BY_RANK_RANGE = 1028
_OP_LIST_INCREMENT = 1029
_OP_LIST_SORT = 1030
_OP_LIST_SET_ORDER = 1031
# What 0.14 does not have.
_GET_BY_VALUE_RANK_RANGE_RELATIVE = 1032
_REMOVE_BY_VALUE_RANK_RANGE_RELATIVE = 1033
_CREATE = 1034


def list_append(bin: str, val: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Append a value; answers the list's new size."""
    return operation(_OP_LIST_APPEND, bin, val=val, **given(list_policy=policy, ctx=ctx))


def list_append_items(bin: str, values: list[Any], policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Append several values; answers the list's new size."""
    return operation(_OP_LIST_APPEND_ITEMS, bin, val=values, **given(list_policy=policy, ctx=ctx))


def list_insert(bin: str, index: int, val: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Insert a value before `index`; answers the list's new size."""
    return operation(_OP_LIST_INSERT, bin, index=index, val=val, **given(list_policy=policy, ctx=ctx))


def list_insert_items(
    bin: str, index: int, values: list[Any], policy: ListPolicy | None = None, *, ctx: Context | None = None
) -> Operation:
    """Insert several values before `index`; answers the list's new size."""
    return operation(_OP_LIST_INSERT_ITEMS, bin, index=index, val=values, **given(list_policy=policy, ctx=ctx))


def list_pop(bin: str, index: int, *, ctx: Context | None = None) -> Operation:
    """Remove the value at `index` and answer it."""
    return operation(_OP_LIST_POP, bin, index=index, **given(ctx=ctx))


def list_pop_range(bin: str, index: int, count: int, *, ctx: Context | None = None) -> Operation:
    """Remove `count` values from `index` on and answer them."""
    return operation(_OP_LIST_POP_RANGE, bin, index=index, count=count, **given(ctx=ctx))


def list_remove(bin: str, index: int, *, ctx: Context | None = None) -> Operation:
    """Remove the value at `index`; answers how many were removed."""
    return operation(_OP_LIST_REMOVE, bin, index=index, **given(ctx=ctx))


def list_remove_range(bin: str, index: int, count: int, *, ctx: Context | None = None) -> Operation:
    """Remove `count` values from `index` on; answers how many were removed."""
    return operation(_OP_LIST_REMOVE_RANGE, bin, index=index, count=count, **given(ctx=ctx))


def list_set(bin: str, index: int, val: Any, *, policy: ListPolicy | None = None, ctx: Context | None = None) -> Operation:
    """Overwrite the value at `index`."""
    return operation(_OP_LIST_SET, bin, index=index, val=val, **given(list_policy=policy, ctx=ctx))


def list_trim(bin: str, index: int, count: int, *, ctx: Context | None = None) -> Operation:
    """Keep `count` values from `index` on only; answers how many were removed."""
    return operation(_OP_LIST_TRIM, bin, index=index, count=count, **given(ctx=ctx))


def list_clear(bin: str, *, ctx: Context | None = None) -> Operation:
    """Remove all values."""
    return operation(_OP_LIST_CLEAR, bin, **given(ctx=ctx))


def list_size(bin: str, *, ctx: Context | None = None) -> Operation:
    """How many values there are."""
    return operation(_OP_LIST_SIZE, bin, **given(ctx=ctx))


def list_get(bin: str, index: int, *, ctx: Context | None = None) -> Operation:
    """The value at `index`."""
    return operation(_OP_LIST_GET, bin, index=index, **given(ctx=ctx))


def list_get_range(bin: str, index: int, count: int, *, ctx: Context | None = None) -> Operation:
    """`count` values from `index` on."""
    return operation(_OP_LIST_GET_RANGE, bin, index=index, count=count, **given(ctx=ctx))


def list_get_by_value(bin: str, val: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Select the values equal to `val`."""
    return operation(_OP_LIST_GET_BY_VALUE, bin, val=val, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_get_by_index(bin: str, index: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Select the value at `index`."""
    return operation(_OP_LIST_GET_BY_INDEX, bin, index=index, return_type=return_type, **given(ctx=ctx))


def list_get_by_index_range(
    bin: str, index: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` values, or all, from `index` on."""
    return operation(
        _OP_LIST_GET_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def list_get_by_rank(bin: str, rank: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Select the value of a rank."""
    return operation(_OP_LIST_GET_BY_RANK, bin, rank=rank, return_type=return_type, **given(ctx=ctx))


def list_get_by_rank_range(
    bin: str, rank: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` values, or all, from a rank on."""
    return operation(_OP_LIST_GET_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx))


def list_get_by_value_list(
    bin: str, values: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select the values equal to any of `values`."""
    return operation(_OP_LIST_GET_BY_VALUE_LIST, bin, val=values, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_get_by_value_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select the values from `begin` up to, without, `end`."""
    return operation(_OP_LIST_GET_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_remove_by_value(bin: str, val: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None) -> Operation:
    """Remove the values equal to `val`."""
    return operation(_OP_LIST_REMOVE_BY_VALUE, bin, val=val, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_remove_by_value_list(
    bin: str, values: list[Any], return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove the values equal to any of `values`."""
    return operation(_OP_LIST_REMOVE_BY_VALUE_LIST, bin, val=values, return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_remove_by_value_range(
    bin: str, begin: Any, end: Any, return_type: int, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove the values from `begin` up to, without, `end`."""
    return operation(
        _OP_LIST_REMOVE_BY_VALUE_RANGE, bin, val=begin, val_end=end, return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def list_remove_by_index(bin: str, index: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Remove the value at `index`."""
    return operation(_OP_LIST_REMOVE_BY_INDEX, bin, index=index, return_type=return_type, **given(ctx=ctx))


def list_remove_by_index_range(
    bin: str, index: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` values, or all, from `index` on."""
    return operation(
        _OP_LIST_REMOVE_BY_INDEX_RANGE, bin, index=index, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def list_remove_by_rank(bin: str, rank: int, return_type: int, *, ctx: Context | None = None) -> Operation:
    """Remove the value of a rank."""
    return operation(_OP_LIST_REMOVE_BY_RANK, bin, rank=rank, return_type=return_type, **given(ctx=ctx))


def list_remove_by_rank_range(
    bin: str, rank: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` values, or all, from a rank on."""
    return operation(
        _OP_LIST_REMOVE_BY_RANK_RANGE, bin, rank=rank, return_type=return_type, **given(count=count, inverted=inverted, ctx=ctx)
    )


def list_increment(bin: str, index: int, val: float, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Operation:
    """Add to the number at `index`; answers the sum."""
    return operation(_OP_LIST_INCREMENT, bin, index=index, val=val, **given(list_policy=policy, ctx=ctx))


def list_sort(bin: str, sort_flags: int = 0, *, descending: bool = False, ctx: Context | None = None) -> Operation:
    """Sort the values, ascending unless `descending`; `sort_flags` is a sum of LIST_SORT_*."""
    return operation(_OP_LIST_SORT, bin, val=sort_flags, **given(descending=descending, ctx=ctx))


def list_set_order(bin: str, list_order: int = 0, *, persist_index: bool = False, ctx: Context | None = None) -> Operation:
    """Make the list LIST_ORDERED or LIST_UNORDERED."""
    return operation(_OP_LIST_SET_ORDER, bin, val=list_order, **given(persist_index=persist_index, ctx=ctx))


def list_get_by_value_rank_range_relative(
    bin: str, value: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Select `count` values, or all, from the rank `offset` on, counted from the rank that `value` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_GET_BY_VALUE_RANK_RANGE_RELATIVE, bin, val=value, rank=offset, return_type=return_type, **optional)


def list_remove_by_value_rank_range_relative(
    bin: str, value: Any, offset: int, return_type: int, count: int | None = None, *, inverted: bool = False, ctx: Context | None = None
) -> Operation:
    """Remove `count` values, or all, from the rank `offset` on, counted from the rank that `value` has or would have."""
    optional = given(count=count, inverted=inverted, ctx=ctx)
    return operation(_REMOVE_BY_VALUE_RANK_RANGE_RELATIVE, bin, val=value, rank=offset, return_type=return_type, **optional)


def list_create(bin: str, list_order: int = 0, pad: bool = False, persist_index: bool = False, *, ctx: Context | None = None) -> Operation:
    """Make an empty list, LIST_ORDERED or LIST_UNORDERED, if there is none.

    `pad` fills the list around it with nils up to its place; `persist_index` makes the index of a list that is the whole bin persist.
    """
    return operation(_CREATE, bin, val=list_order, **given(pad=pad, persist_index=persist_index, ctx=ctx))


__all__ = [
    "list_append",
    "list_append_items",
    "list_clear",
    "list_create",
    "list_get",
    "list_get_by_index",
    "list_get_by_index_range",
    "list_get_by_rank",
    "list_get_by_rank_range",
    "list_get_by_value",
    "list_get_by_value_list",
    "list_get_by_value_range",
    "list_get_by_value_rank_range_relative",
    "list_get_range",
    "list_increment",
    "list_insert",
    "list_insert_items",
    "list_pop",
    "list_pop_range",
    "list_remove",
    "list_remove_by_index",
    "list_remove_by_index_range",
    "list_remove_by_rank",
    "list_remove_by_rank_range",
    "list_remove_by_value",
    "list_remove_by_value_list",
    "list_remove_by_value_range",
    "list_remove_by_value_rank_range_relative",
    "list_remove_range",
    "list_set",
    "list_set_order",
    "list_size",
    "list_sort",
    "list_trim",
]
