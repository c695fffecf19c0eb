"""Expressions on maps, named like the operations of `map_operations`. `bin` is an expression or the name of a bin; the other arguments are expressions or plain values.

A function that changes the map answers the changed one and leaves the record as it is; `expression_write` writes it. `ctx` is the way to the map inside
the bin, made with `cdt_ctx`.
"""

from __future__ import annotations

from typing import Any

from ..cdt_ctx import Context
from ..constants import MAP_RETURN_VALUE
from ..types import Expression, MapPolicy
from .node import Node, bin_of, given, lift, lifted, node


def _call(op: str, bin: Expression | str, **fields: Any) -> Node:
    return node(op, **fields, bin=bin_of("map_bin", bin))


def map_put(bin: Expression | str, key: Any, val: Any, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The map with a value under `key`."""
    return _call("map_put", bin, map_key=lift(key), val=lift(val), **given(map_policy=policy, ctx=ctx))


def map_put_items(bin: Expression | str, items: Any, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The map with the pairs of another one put into it."""
    return _call("map_put_items", bin, val=lift(items), **given(map_policy=policy, ctx=ctx))


def map_increment(bin: Expression | str, key: Any, val: Any = 1, policy: MapPolicy | None = None, *, ctx: Context | None = None) -> Node:
    """The map with the number under `key` incremented."""
    return _call("map_increment", bin, map_key=lift(key), val=lift(val), **given(map_policy=policy, ctx=ctx))


def map_clear(bin: Expression | str, *, ctx: Context | None = None) -> Node:
    """The map without its pairs."""
    return _call("map_clear", bin, **given(ctx=ctx))


def map_size(bin: Expression | str, *, ctx: Context | None = None) -> Node:
    """How many pairs the map has."""
    return _call("map_size", bin, **given(ctx=ctx))


def map_get_by_key(
    bin: Expression | str, key: Any, return_type: int = MAP_RETURN_VALUE, value_type: int | None = None, *, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the value under `key`; `value_type` (EXP_TYPE_*) is that value's own type."""
    return _call("map_get_by_key", bin, map_key=lift(key), return_type=return_type, **given(value_type=value_type, ctx=ctx))


def map_remove_by_key(bin: Expression | str, key: Any, *, ctx: Context | None = None) -> Node:
    """The map without the value under `key`."""
    return _call("map_remove_by_key", bin, map_key=lift(key), **given(ctx=ctx))


def map_get_by_index(
    bin: Expression | str, index: Any, return_type: int = MAP_RETURN_VALUE, value_type: int | None = None, *, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the value at `index`; `value_type` (EXP_TYPE_*) is that value's own type."""
    return _call("map_get_by_index", bin, index=lift(index), return_type=return_type, **given(value_type=value_type, ctx=ctx))


def map_remove_by_index(bin: Expression | str, index: Any, *, ctx: Context | None = None) -> Node:
    """The map without the value at `index`."""
    return _call("map_remove_by_index", bin, index=lift(index), **given(ctx=ctx))


def map_get_by_rank(
    bin: Expression | str, rank: Any, return_type: int = MAP_RETURN_VALUE, value_type: int | None = None, *, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the value of `rank`; `value_type` (EXP_TYPE_*) is that value's own type."""
    return _call("map_get_by_rank", bin, rank=lift(rank), return_type=return_type, **given(value_type=value_type, ctx=ctx))


def map_remove_by_rank(bin: Expression | str, rank: Any, *, ctx: Context | None = None) -> Node:
    """The map without the value of `rank`."""
    return _call("map_remove_by_rank", bin, rank=lift(rank), **given(ctx=ctx))


def map_get_by_index_range(
    bin: Expression | str,
    index: Any,
    return_type: int = MAP_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `index` on; of all others if `inverted`."""
    return _call(
        "map_get_by_index_range",
        bin,
        index=lift(index),
        **lifted(count=count),
        return_type=return_type,
        **given(inverted=inverted, ctx=ctx),
    )


def map_remove_by_index_range(
    bin: Expression | str, index: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The map without `count` values (default all) from `index` on; without all others if `inverted`."""
    return _call("map_remove_by_index_range", bin, index=lift(index), **lifted(count=count), **given(inverted=inverted, ctx=ctx))


def map_get_by_rank_range(
    bin: Expression | str,
    rank: Any,
    return_type: int = MAP_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `rank` on; of all others if `inverted`."""
    return _call(
        "map_get_by_rank_range", bin, rank=lift(rank), **lifted(count=count), return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def map_remove_by_rank_range(
    bin: Expression | str, rank: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The map without `count` values (default all) from `rank` on; without all others if `inverted`."""
    return _call("map_remove_by_rank_range", bin, rank=lift(rank), **lifted(count=count), **given(inverted=inverted, ctx=ctx))


def map_get_by_value(
    bin: Expression | str, val: Any, return_type: int = MAP_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values that equal `val`; of all others if `inverted`."""
    return _call("map_get_by_value", bin, val=lift(val), return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_value(bin: Expression | str, val: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The map without the values that equal `val`; without all others if `inverted`."""
    return _call("map_remove_by_value", bin, val=lift(val), **given(inverted=inverted, ctx=ctx))


def map_get_by_value_list(
    bin: Expression | str, values: Any, return_type: int = MAP_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values that are among `values`; of all others if `inverted`."""
    return _call("map_get_by_value_list", bin, val=lift(values), return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_value_list(bin: Expression | str, values: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The map without the values that are among `values`; without all others if `inverted`."""
    return _call("map_remove_by_value_list", bin, val=lift(values), **given(inverted=inverted, ctx=ctx))


def map_get_by_value_range(
    bin: Expression | str, begin: Any, end: Any, return_type: int = MAP_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values from `begin` to before `end`, each None for no bound; of all others if `inverted`."""
    return _call(
        "map_get_by_value_range", bin, val=lift(begin), **lifted(val_end=end), return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def map_remove_by_value_range(bin: Expression | str, begin: Any, end: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The map without the values from `begin` to before `end`, each None for no bound; without all others if `inverted`."""
    return _call("map_remove_by_value_range", bin, val=lift(begin), **lifted(val_end=end), **given(inverted=inverted, ctx=ctx))


def map_get_by_value_rank_range_relative(
    bin: Expression | str,
    val: Any,
    rank: Any,
    return_type: int = MAP_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `rank` places above `val` on; of all others if `inverted`."""
    return _call(
        "map_get_by_value_rank_range_relative",
        bin,
        val=lift(val),
        rank=lift(rank),
        **lifted(count=count),
        return_type=return_type,
        **given(inverted=inverted, ctx=ctx),
    )


def map_remove_by_value_rank_range_relative(
    bin: Expression | str, val: Any, rank: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The map without `count` values (default all) from `rank` places above `val` on; without all others if `inverted`."""
    return _call(
        "map_remove_by_value_rank_range_relative",
        bin,
        val=lift(val),
        rank=lift(rank),
        **lifted(count=count),
        **given(inverted=inverted, ctx=ctx),
    )


def map_get_by_key_list(
    bin: Expression | str, keys: Any, return_type: int = MAP_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values whose keys are among `keys`; of all others if `inverted`."""
    return _call("map_get_by_key_list", bin, val=lift(keys), return_type=return_type, **given(inverted=inverted, ctx=ctx))


def map_remove_by_key_list(bin: Expression | str, keys: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The map without the values whose keys are among `keys`; without all others if `inverted`."""
    return _call("map_remove_by_key_list", bin, val=lift(keys), **given(inverted=inverted, ctx=ctx))


def map_get_by_key_range(
    bin: Expression | str, begin: Any, end: Any, return_type: int = MAP_RETURN_VALUE, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """What `return_type` says of the values whose keys go from `begin` to before `end`, each None for no bound; of all others if `inverted`."""
    return _call(
        "map_get_by_key_range", bin, val=lift(begin), **lifted(val_end=end), return_type=return_type, **given(inverted=inverted, ctx=ctx)
    )


def map_remove_by_key_range(bin: Expression | str, begin: Any, end: Any, *, inverted: bool = False, ctx: Context | None = None) -> Node:
    """The map without the values whose keys go from `begin` to before `end`, each None for no bound; without all others if `inverted`."""
    return _call("map_remove_by_key_range", bin, val=lift(begin), **lifted(val_end=end), **given(inverted=inverted, ctx=ctx))


def map_get_by_key_index_range_relative(
    bin: Expression | str,
    key: Any,
    index: Any,
    return_type: int = MAP_RETURN_VALUE,
    count: Any = None,
    *,
    inverted: bool = False,
    ctx: Context | None = None,
) -> Node:
    """What `return_type` says of `count` values (default all) from `index` places behind `key` on; of all others if `inverted`."""
    return _call(
        "map_get_by_key_index_range_relative",
        bin,
        map_key=lift(key),
        index=lift(index),
        **lifted(count=count),
        return_type=return_type,
        **given(inverted=inverted, ctx=ctx),
    )


def map_remove_by_key_index_range_relative(
    bin: Expression | str, key: Any, index: Any, count: Any = None, *, inverted: bool = False, ctx: Context | None = None
) -> Node:
    """The map without `count` values (default all) from `index` places behind `key` on; without all others if `inverted`."""
    return _call(
        "map_remove_by_key_index_range_relative",
        bin,
        map_key=lift(key),
        index=lift(index),
        **lifted(count=count),
        **given(inverted=inverted, ctx=ctx),
    )


__all__ = [
    "map_clear",
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
    "map_size",
]
