"""Expressions on all that a path leads to, on its elements, on lists and maps as wholes; and expressions packed elsewhere."""

from __future__ import annotations

from typing import Any

from ..cdt_ctx import Context
from ..types import Expression
from .node import Node, bin_of, lift, node

#: What a loop variable stands for.
LOOP_VAR_MAP_KEY = 0
LOOP_VAR_VALUE = 1
LOOP_VAR_LIST_INDEX = 2


def select_by_path(bin: Expression | str, ctx: Context, value_type: int, flags: int = 0) -> Node:
    """What a path leads to (server 8.1.1).

    Args:
        bin: An expression, or the name of a bin that holds a map.
        ctx: Steps made by `cdt_ctx`, among them such as lead to many elements: `all_children`, `map_keys_in`, …
        value_type: EXP_TYPE_LIST or EXP_TYPE_MAP: what comes back.
        flags: A sum of EXP_PATH_SELECT_*. Default: the collection without what does not match.

    Returns:
        An expression.
    """
    return node("select_by_path", ctx=ctx, value_type=value_type, flags=flags, bin=bin_of("map_bin", bin))


def modify_by_path(bin: Expression | str, ctx: Context, value_type: int, expression: Any, flags: int = 0) -> Node:
    """The collection with all that a path leads to replaced by what an expression makes of it (server 8.1.1).

    Args:
        bin: An expression, or the name of a bin that holds a map.
        ctx: Steps made by `cdt_ctx`.
        value_type: EXP_TYPE_LIST or EXP_TYPE_MAP: what `bin` is.
        expression: What each element becomes; `loop_var` stands for it, `remove_result` takes it away.
        flags: 0, or EXP_PATH_MODIFY_NO_FAIL to leave alone what cannot be computed.

    Returns:
        An expression.
    """
    return node("modify_by_path", ctx=ctx, value_type=value_type, flags=flags, expression=lift(expression), bin=bin_of("map_bin", bin))


def loop_var(exp_type: int, part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to: its map key, value or list index (LOOP_VAR_*), which is of the type EXP_TYPE_*."""
    return node("loop_var", exp_type=exp_type, part=part)


def loop_var_nil(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, if it is nothing."""
    return loop_var(0, part)


def loop_var_bool(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a boolean."""
    return loop_var(1, part)


def loop_var_int(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, an integer."""
    return loop_var(2, part)


def loop_var_str(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a string."""
    return loop_var(3, part)


def loop_var_list(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a list."""
    return loop_var(4, part)


def loop_var_map(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a map."""
    return loop_var(5, part)


def loop_var_blob(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, bytes."""
    return loop_var(6, part)


def loop_var_float(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a float."""
    return loop_var(7, part)


def loop_var_geo(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, GeoJSON."""
    return loop_var(8, part)


def loop_var_hll(part: int = LOOP_VAR_VALUE) -> Node:
    """The element that a path has come to, a HyperLogLog."""
    return loop_var(9, part)


def remove_result() -> Node:
    """Takes the element away, in `modify_by_path`."""
    return node("remove_result")


def in_list(val: Any, bin: Expression | str) -> Node:
    """Whether a value is in a list (server 8.1.2)."""
    return node("in_list", val=lift(val), bin=bin_of("list_bin", bin))


def map_keys(bin: Expression | str) -> Node:
    """The keys of a map, a list (server 8.1.2)."""
    return node("map_keys", bin=bin_of("map_bin", bin))


def map_values(bin: Expression | str) -> Node:
    """The values of a map, a list (server 8.1.2)."""
    return node("map_values", bin=bin_of("map_bin", bin))


def unknown() -> Node:
    """Cannot be computed: the record is filtered out, an operation fails."""
    return node("unknown")


def device_size() -> Node:
    """The size of the record on its device, in bytes; `record_size` since server 7."""
    return node("device_size")


def memory_size() -> Node:
    """The size of the record in memory, in bytes; `record_size` since server 7."""
    return node("memory_size")


def from_base64(text: str) -> Node:
    """An expression that this or another client has packed, as `to_base64` and the official client's `get_expression_base64` give it."""
    return node("packed", base64=text)


def to_base64(expression: Expression) -> str:
    """The packed expression as the text that other clients and info commands take.

    Raises:
        InvalidArgError: It is not an expression.
    """
    from .._aerospike import expression_to_base64

    return expression_to_base64(expression)


__all__ = [
    "LOOP_VAR_LIST_INDEX",
    "LOOP_VAR_MAP_KEY",
    "LOOP_VAR_VALUE",
    "device_size",
    "from_base64",
    "in_list",
    "loop_var",
    "loop_var_blob",
    "loop_var_bool",
    "loop_var_float",
    "loop_var_geo",
    "loop_var_hll",
    "loop_var_int",
    "loop_var_list",
    "loop_var_map",
    "loop_var_nil",
    "loop_var_str",
    "map_keys",
    "map_values",
    "memory_size",
    "modify_by_path",
    "remove_result",
    "select_by_path",
    "to_base64",
    "unknown",
]
