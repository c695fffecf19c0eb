"""Expressions on lists, named like the operations of `list_operations`. `bin` is an expression or the name of a bin; the other arguments are expressions or plain values.

A function that changes the list answers the changed one and leaves the record as it is; `expression_write` writes it. `ctx` is the way to the list inside
the bin, made with `cdt_ctx`.
"""

from __future__ import annotations

from typing import Any

from ..cdt_ctx import Context
from ..constants import LIST_RETURN_VALUE
from ..types import Expression, ListPolicy
from .node import Node, bin_of, given, lift, lifted, node


def _call(op: str, bin: Expression | str, **fields: Any) -> Node:
    return node(op, **fields, bin=bin_of("list_bin", bin))


def list_append(bin: Expression | str, val: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The list with a value appended."""
    return _call("list_append", bin, val=lift(val), **given(list_policy=policy, ctx=ctx))


def list_append_items(bin: Expression | str, values: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The list with the values of another one appended."""
    return _call("list_append_items", bin, val=lift(values), **given(list_policy=policy, ctx=ctx))


def list_insert(bin: Expression | str, index: Any, val: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The list with a value inserted before `index`."""
    return _call("list_insert", bin, index=lift(index), val=lift(val), **given(list_policy=policy, ctx=ctx))


def list_insert_items(
    bin: Expression | str, index: Any, values: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None
) -> Node:
    """The list with several values inserted before `index`."""
    return _call("list_insert_items", bin, index=lift(index), val=lift(values), **given(list_policy=policy, ctx=ctx))


def list_set(bin: Expression | str, index: Any, val: Any, policy: ListPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The list with another value at `index`."""
    return _call("list_set", bin, index=lift(index), val=lift(val), **given(list_policy=policy, ctx=ctx))


def list_clear(bin: Expression | str, *, ctx: Context | None = None) -> Node:
    """The list without its values."""
    return _call("list_clear", bin, **given(ctx=ctx))


def list_increment(
    bin: Expression | str, index: Any, val: Any = 1, policy: ListPolicy | None = None, *, ctx: Context | None = None
) -> Node:
    """The list with the number at `index` incremented."""
    return _call("list_increment", bin, index=lift(index), val=lift(val), **given(list_policy=policy, ctx=ctx))


def list_sort(bin: Expression | str, sort_flags: int = 0, *, ctx: Context | None = None) -> Node:
    """The list sorted; `sort_flags` is 1 for descending, 2 (LIST_SORT_DROP_DUPLICATES) for each value once, or their sum."""
    return _call("list_sort", bin, sort_flags=sort_flags, **given(ctx=ctx))


def list_size(bin: Expression | str, *, ctx: Context | None = None) -> Node:
    """How many values the list has."""
    return _call("list_size", bin, **given(ctx=ctx))


def list_get_by_index(
    bin: Expression | str, index: Any, return_type: int = LIST_RETURN_VALUE, value_type: int | None = None, *, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the value at `index`; `value_type` (EXP_TYPE_*) is that value's own type."""
    return _call("list_get_by_index", bin, index=lift(index), return_type=return_type, **given(value_type=value_type, ctx=ctx))


def list_remove_by_index(bin: Expression | str, index: Any, *, ctx: Context | None = None) -> Node:
    """The list without the value at `index`."""
    return _call("list_remove_by_index", bin, index=lift(index), **given(ctx=ctx))


def list_get_by_rank(
    bin: Expression | str, rank: Any, return_type: int = LIST_RETURN_VALUE, value_type: int | None = None, *, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the value of `rank`; `value_type` (EXP_TYPE_*) is that value's own type."""
    return _call("list_get_by_rank", bin, rank=lift(rank), return_type=return_type, **given(value_type=value_type, ctx=ctx))


def list_remove_by_rank(bin: Expression | str, rank: Any, *, ctx: Context | None = None) -> Node:
    """The list without the value of `rank`."""
    return _call("list_remove_by_rank", bin, rank=lift(rank), **given(ctx=ctx))


def list_get_by_index_range(
    bin: Expression | str,
    index: Any,
    return_type: int = LIST_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `index` on; of all others if `inverted`."""
    return _call(
        "list_get_by_index_range",
        bin,
        index=lift(index),
        **lifted(count=count),
        return_type=return_type,
        **given(inverted=inverted, ctx=ctx),
    )


def list_remove_by_index_range(
    bin: Expression | str, index: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The list without `count` values (default all) from `index` on; without all others if `inverted`."""
    return _call("list_remove_by_index_range", bin, index=lift(index), **lifted(count=count), **given(inverted=inverted, ctx=ctx))


def list_get_by_rank_range(
    bin: Expression | str,
    rank: Any,
    return_type: int = LIST_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `rank` on; of all others if `inverted`."""
    return _call(
        "list_get_by_rank_range", bin, rank=lift(rank), **lifted(count=count), return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def list_remove_by_rank_range(
    bin: Expression | str, rank: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The list without `count` values (default all) from `rank` on; without all others if `inverted`."""
    return _call("list_remove_by_rank_range", bin, rank=lift(rank), **lifted(count=count), **given(inverted=inverted, ctx=ctx))


def list_get_by_value(
    bin: Expression | str, val: Any, return_type: int = LIST_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values that equal `val`; of all others if `inverted`."""
    return _call("list_get_by_value", bin, val=lift(val), return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_remove_by_value(bin: Expression | str, val: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The list without the values that equal `val`; without all others if `inverted`."""
    return _call("list_remove_by_value", bin, val=lift(val), **given(inverted=inverted, ctx=ctx))


def list_get_by_value_list(
    bin: Expression | str, values: Any, return_type: int = LIST_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values that are among `values`; of all others if `inverted`."""
    return _call("list_get_by_value_list", bin, val=lift(values), return_type=return_type, **given(inverted=inverted, ctx=ctx))


def list_remove_by_value_list(bin: Expression | str, values: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The list without the values that are among `values`; without all others if `inverted`."""
    return _call("list_remove_by_value_list", bin, val=lift(values), **given(inverted=inverted, ctx=ctx))


def list_get_by_value_range(
    bin: Expression | str, begin: Any, end: Any, return_type: int = LIST_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values from `begin` to before `end`, each None for no bound; of all others if `inverted`."""
    return _call(
        "list_get_by_value_range", bin, val=lift(begin), **lifted(val_end=end), return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def list_remove_by_value_range(bin: Expression | str, begin: Any, end: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The list without the values from `begin` to before `end`, each None for no bound; without all others if `inverted`."""
    return _call("list_remove_by_value_range", bin, val=lift(begin), **lifted(val_end=end), **given(inverted=inverted, ctx=ctx))


def list_get_by_value_rank_range_relative(
    bin: Expression | str,
    val: Any,
    rank: Any,
    return_type: int = LIST_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `rank` places above `val` on; of all others if `inverted`."""
    return _call(
        "list_get_by_value_rank_range_relative",
        bin,
        val=lift(val),
        rank=lift(rank),
        **lifted(count=count),
        return_type=return_type,
        **given(inverted=inverted, ctx=ctx),
    )


def list_remove_by_value_rank_range_relative(
    bin: Expression | str, val: Any, rank: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The list without `count` values (default all) from `rank` places above `val` on; without all others if `inverted`."""
    return _call(
        "list_remove_by_value_rank_range_relative",
        bin,
        val=lift(val),
        rank=lift(rank),
        **lifted(count=count),
        **given(inverted=inverted, ctx=ctx),
    )


__all__ = [
    "list_append",
    "list_append_items",
    "list_clear",
    "list_get_by_index",
    "list_get_by_index_range",
    "list_get_by_rank",
    "list_get_by_rank_range",
    "list_get_by_value",
    "list_get_by_value_list",
    "list_get_by_value_range",
    "list_get_by_value_rank_range_relative",
    "list_increment",
    "list_insert",
    "list_insert_items",
    "list_remove_by_index",
    "list_remove_by_index_range",
    "list_remove_by_rank",
    "list_remove_by_rank_range",
    "list_remove_by_value",
    "list_remove_by_value_list",
    "list_remove_by_value_range",
    "list_remove_by_value_rank_range_relative",
    "list_set",
    "list_size",
    "list_sort",
]
