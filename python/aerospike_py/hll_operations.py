"""Operations on HyperLogLog bins, for `operate`: each function returns a plain dict.

`values` of the reading operations and of `hll_set_union` are HyperLogLogs (`HyperLogLog` or bytes); those of `hll_add` any values.
"""

from __future__ import annotations

from typing import Any

from ._operation import given, operation
from .types import HLLPolicy, Operation

_OP_HLL_INIT = 3001
_OP_HLL_ADD = 3002
_OP_HLL_GET_COUNT = 3003
_OP_HLL_GET_UNION = 3004
_OP_HLL_GET_UNION_COUNT = 3005
_OP_HLL_GET_INTERSECT_COUNT = 3006
_OP_HLL_GET_SIMILARITY = 3007
_OP_HLL_DESCRIBE = 3008
_OP_HLL_FOLD = 3009
_OP_HLL_SET_UNION = 3010
# What 0.14 does not have.
_REFRESH_COUNT = 3011


def hll_init(bin: str, index_bit_count: int, minhash_bit_count: int | None = None, *, policy: HLLPolicy | None = None) -> Operation:
    """Make an empty HyperLogLog, or empty the one that is there."""
    return operation(_OP_HLL_INIT, bin, index_bit_count=index_bit_count, **given(minhash_bit_count=minhash_bit_count, hll_policy=policy))


def hll_add(
    bin: str,
    values: list[Any],
    index_bit_count: int | None = None,
    minhash_bit_count: int | None = None,
    *,
    policy: HLLPolicy | None = None,
) -> Operation:
    """Add values; answers how many changed it. The bit counts let it be made if it is not there."""
    optional = given(index_bit_count=index_bit_count, minhash_bit_count=minhash_bit_count, hll_policy=policy)
    return operation(_OP_HLL_ADD, bin, val=values, **optional)


def hll_get_count(bin: str) -> Operation:
    """The estimated number of distinct values."""
    return operation(_OP_HLL_GET_COUNT, bin)


def hll_get_union(bin: str, values: list[Any]) -> Operation:
    """The union with others, as a HyperLogLog."""
    return operation(_OP_HLL_GET_UNION, bin, val=values)


def hll_get_union_count(bin: str, values: list[Any]) -> Operation:
    """The estimated number of distinct values of the union with others."""
    return operation(_OP_HLL_GET_UNION_COUNT, bin, val=values)


def hll_get_intersect_count(bin: str, values: list[Any]) -> Operation:
    """The estimated number of values in common with others."""
    return operation(_OP_HLL_GET_INTERSECT_COUNT, bin, val=values)


def hll_get_similarity(bin: str, values: list[Any]) -> Operation:
    """The estimated Jaccard similarity to others, from 0.0 to 1.0."""
    return operation(_OP_HLL_GET_SIMILARITY, bin, val=values)


def hll_describe(bin: str) -> Operation:
    """Its index bit count and minhash bit count, as a list."""
    return operation(_OP_HLL_DESCRIBE, bin)


def hll_fold(bin: str, index_bit_count: int) -> Operation:
    """Reduce it to fewer index bits; it must have no minhash bits."""
    return operation(_OP_HLL_FOLD, bin, index_bit_count=index_bit_count)


def hll_set_union(bin: str, values: list[Any], *, policy: HLLPolicy | None = None) -> Operation:
    """Store the union with others."""
    return operation(_OP_HLL_SET_UNION, bin, val=values, **given(hll_policy=policy))


def hll_refresh_count(bin: str) -> Operation:
    """The estimated number of distinct values, which is kept with it so that the next one who asks has it at once."""
    return operation(_REFRESH_COUNT, bin)


__all__ = [
    "hll_add",
    "hll_describe",
    "hll_fold",
    "hll_get_count",
    "hll_get_intersect_count",
    "hll_get_similarity",
    "hll_get_union",
    "hll_get_union_count",
    "hll_init",
    "hll_refresh_count",
    "hll_set_union",
]
