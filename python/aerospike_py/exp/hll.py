"""Expressions on HyperLogLogs, named like the operations of `hll_operations`. `bin` is an expression or the name of a bin.

The other arguments are expressions or plain values.
"""

from __future__ import annotations

from typing import Any

from ..types import Expression, HLLPolicy
from .node import Node, bin_of, given, lift, lifted, node


def _call(op: str, bin: Expression | str, **fields: Any) -> Node:
    return node(op, **fields, bin=bin_of("hll_bin", bin))


def hll_init(bin: Expression | str, index_bit_count: Any = None, minhash_bit_count: Any = None, *, policy: HLLPolicy | None = None) -> Node:
    """A new HyperLogLog of so many bits."""
    return _call(
        "hll_init", bin, **lifted(index_bit_count=index_bit_count, minhash_bit_count=minhash_bit_count), **given(hll_policy=policy)
    )


def hll_add(
    bin: Expression | str, values: Any, index_bit_count: Any = None, minhash_bit_count: Any = None, *, policy: HLLPolicy | None = None
) -> Node:
    """The HyperLogLog with values added; made with so many bits if there is none."""
    return _call(
        "hll_add",
        bin,
        val=lift(values),
        **lifted(index_bit_count=index_bit_count, minhash_bit_count=minhash_bit_count),
        **given(hll_policy=policy),
    )


def hll_get_count(bin: Expression | str) -> Node:
    """About how many different values were added."""
    return _call("hll_get_count", bin)


def hll_get_union(bin: Expression | str, values: Any) -> Node:
    """The union with a list of HyperLogLogs."""
    return _call("hll_get_union", bin, val=lift(values))


def hll_get_union_count(bin: Expression | str, values: Any) -> Node:
    """About how many different values the union with a list of HyperLogLogs has."""
    return _call("hll_get_union_count", bin, val=lift(values))


def hll_get_intersect_count(bin: Expression | str, values: Any) -> Node:
    """About how many values are in this and in each of a list of HyperLogLogs."""
    return _call("hll_get_intersect_count", bin, val=lift(values))


def hll_get_similarity(bin: Expression | str, values: Any) -> Node:
    """How alike this and a list of HyperLogLogs are, from 0.0 to 1.0."""
    return _call("hll_get_similarity", bin, val=lift(values))


def hll_describe(bin: Expression | str) -> Node:
    """The number of index bits and of minhash bits, a list."""
    return _call("hll_describe", bin)


def hll_may_contain(bin: Expression | str, values: Any) -> Node:
    """1 if all values of a list may have been added, 0 if one surely was not."""
    return _call("hll_may_contain", bin, val=lift(values))


__all__ = [
    "hll_add",
    "hll_describe",
    "hll_get_count",
    "hll_get_intersect_count",
    "hll_get_similarity",
    "hll_get_union",
    "hll_get_union_count",
    "hll_init",
    "hll_may_contain",
]
