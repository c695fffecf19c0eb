"""Operations that an expression computes, and operations on all that a path inside a bin leads to; for `operate` and its neighbours.

client.operate(key, [expression_write("total", exp.num_mul(exp.int_bin("price"), exp.int_bin("count")))])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._operation import given, operation
from .types import Expression, Operation

_OP_EXPRESSION_READ = 5001
_OP_EXPRESSION_WRITE = 5002
_OP_SELECT_BY_PATH = 5003
_OP_MODIFY_BY_PATH = 5004

#: Flags of `expression_write`.
EXP_WRITE_DEFAULT = 0
EXP_WRITE_CREATE_ONLY = 1  # fail if the bin is there
EXP_WRITE_UPDATE_ONLY = 2  # fail if it is not
EXP_WRITE_ALLOW_DELETE = 4  # remove the bin if the expression is nil
EXP_WRITE_POLICY_NO_FAIL = 8  # change nothing instead of failing on one of these flags
EXP_WRITE_EVAL_NO_FAIL = 16  # change nothing where the expression cannot be computed
#: Flags of `expression_read`.
EXP_READ_DEFAULT = 0
EXP_READ_EVAL_NO_FAIL = 16  # answer None where the expression cannot be computed
#: Flags of `select_by_path`.
EXP_PATH_SELECT_MATCHING_TREE = 0
EXP_PATH_SELECT_VALUE = 1
EXP_PATH_SELECT_MAP_KEY = 2
EXP_PATH_SELECT_MAP_KEY_VALUE = 3
EXP_PATH_SELECT_NO_FAIL = 16
#: Flags of `modify_by_path`.
EXP_PATH_MODIFY_DEFAULT = 0
EXP_PATH_MODIFY_NO_FAIL = 16


def expression_read(bin_name: str, expression: Expression, expression_read_flags: int = EXP_READ_DEFAULT) -> Operation:
    """Read what an expression makes of the record.

    Args:
        bin_name: The name under which the answer comes; the record need not have such a bin.
        expression: An expression of `exp`.
        expression_read_flags: EXP_READ_*. Default: fail where it cannot be computed.

    Returns:
        An operation.
    """
    return operation(_OP_EXPRESSION_READ, bin_name, expression=expression, **_flags(expression_read_flags))


def expression_write(bin_name: str, expression: Expression, expression_write_flags: int = EXP_WRITE_DEFAULT) -> Operation:
    """Write what an expression makes of the record into a bin.

    Args:
        bin_name: The bin.
        expression: An expression of `exp`.
        expression_write_flags: EXP_WRITE_*, together with ``|``. Default: write in any case.

    Returns:
        An operation.
    """
    return operation(_OP_EXPRESSION_WRITE, bin_name, expression=expression, **_flags(expression_write_flags))


def select_by_path(bin_name: str, ctx: Sequence[dict[str, Any]], flags: int = EXP_PATH_SELECT_MATCHING_TREE) -> Operation:
    """Read all that a path leads to (server 8.1.1).

    Args:
        bin_name: The bin, which holds a list or a map.
        ctx: Steps made by `cdt_ctx`, among them such as lead to many elements: `all_children`, `map_keys_in`, …
        flags: EXP_PATH_SELECT_*: whether the answer is the collection without what does not match, or a list of values, map keys, or keys
            and values. Default: the collection.

    Returns:
        An operation.
    """
    return operation(_OP_SELECT_BY_PATH, bin_name, ctx=ctx, **_flags(flags))


def modify_by_path(bin_name: str, ctx: Sequence[dict[str, Any]], expression: Expression, flags: int = EXP_PATH_MODIFY_DEFAULT) -> Operation:
    """Replace all that a path leads to by what an expression makes of it (server 8.1.1).

    Args:
        bin_name: The bin, which holds a list or a map.
        ctx: Steps made by `cdt_ctx`.
        expression: An expression of `exp`; its loop variables stand for the element.
        flags: EXP_PATH_MODIFY_*. Default: fail where it cannot be computed.

    Returns:
        An operation.
    """
    return operation(_OP_MODIFY_BY_PATH, bin_name, ctx=ctx, expression=expression, **_flags(flags))


def _flags(flags: int) -> dict[str, Any]:
    return given(flags=flags or None)
