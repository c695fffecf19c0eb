"""The way to a list, map or blob inside a bin: ``ctx=[cdt_ctx.list_index(0), cdt_ctx.map_key("k")]``, outermost first.

    list_append("orders", 3, ctx=[cdt_ctx.map_key("today")])

Each function returns one step, a plain dict. Indexes and ranks are counted from the end if negative. A step that ends in `_create` makes the
list or map that it leads to if there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .types import Expression

Step = dict[str, Any]
Context = Sequence[Step]


def _step(name: str, **fields: Any) -> Step:
    return {"ctx": name, **fields}


def list_index(index: int) -> Step:
    """The element at an index of a list."""
    return _step("list_index", val=index)


def list_rank(rank: int) -> Step:
    """The element of a rank of a list, 0 the smallest."""
    return _step("list_rank", val=rank)


def list_value(value: Any) -> Step:
    """The element of a list with this value."""
    return _step("list_value", val=value)


def list_index_create(index: int, order: int = 0, pad: bool = False) -> Step:
    """The list at an index of a list, which is made if it is not there.

    Args:
        index: Where it is.
        order: LIST_UNORDERED or LIST_ORDERED: how it is made.
        pad: Whether nils may be put in front of it when the outer list is too short.
    """
    return _step("list_index_create", val=index, order=order, pad=pad)


def map_index(index: int) -> Step:
    """The value at an index of a map, in the order of keys."""
    return _step("map_index", val=index)


def map_rank(rank: int) -> Step:
    """The value of a rank of a map, 0 the smallest."""
    return _step("map_rank", val=rank)


def map_key(key: Any) -> Step:
    """The value under a key of a map."""
    return _step("map_key", val=key)


def map_value(value: Any) -> Step:
    """The value of a map that equals this one."""
    return _step("map_value", val=value)


def map_key_create(key: Any, order: int = 0) -> Step:
    """The map under a key of a map, which is made if it is not there.

    Args:
        key: Where it is.
        order: MAP_UNORDERED, MAP_KEY_ORDERED or MAP_KEY_VALUE_ORDERED: how it is made.
    """
    return _step("map_key_create", val=key, order=order)


def map_keys_in(keys: Sequence[Any]) -> Step:
    """The values under any of these keys of a map; for operations on paths."""
    return _step("map_keys_in", val=keys)


def all_children() -> Step:
    """All elements of a list or map; for operations on paths."""
    return _step("all_children")


def all_children_with_filter(expression: Expression) -> Step:
    """The elements of a list or map for which an expression is true; for operations on paths."""
    return _step("all_children_with_filter", expr=expression)


def and_filter(expression: Expression) -> Step:
    """Of what the step before selects, that for which an expression is true; for operations on paths."""
    return _step("and_filter", expr=expression)


def to_base64(ctx: Context) -> str:
    """The packed steps as the text that other clients and info commands take.

    Raises:
        InvalidArgError: There is no step, or one that is wrong.
    """
    from ._aerospike import context_to_base64

    return context_to_base64(ctx)


def from_base64(text: str) -> list[Step]:
    """The steps that a text of `to_base64`, or of the official client's `get_cdtctx_base64`, stands for; an expression in one stays packed.

    Raises:
        InvalidArgError: It is no base64, or not that of steps.
    """
    from ._aerospike import context_from_base64

    return context_from_base64(text)


__all__ = [
    "all_children",
    "all_children_with_filter",
    "and_filter",
    "from_base64",
    "list_index",
    "list_index_create",
    "list_rank",
    "list_value",
    "map_index",
    "map_key",
    "map_key_create",
    "map_keys_in",
    "map_rank",
    "map_value",
    "to_base64",
]
