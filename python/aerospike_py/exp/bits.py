"""Expressions on the bits of blobs, named like the operations of `bit_operations`. `bin` is an expression or the name of a bin.

Offsets and sizes count bits, or bytes where they say so, and are expressions or plain ints; `policy` is a sum of BIT_WRITE_*.
"""

from __future__ import annotations

from typing import Any

from ..types import Expression
from .node import Node, bin_of, given, lift, node


def _call(op: str, bin: Expression | str, **fields: Any) -> Node:
    return node(op, **fields, bin=bin_of("blob_bin", bin))


def bit_resize(bin: Expression | str, byte_size: Any, resize_flags: int = 0, policy: int | None = None) -> Node:
    """The blob with another size; `resize_flags` is one of BIT_RESIZE_*."""
    return _call("bit_resize", bin, byte_size=lift(byte_size), resize_flags=resize_flags, **given(bit_policy=policy))


def bit_insert(bin: Expression | str, byte_offset: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with bytes inserted."""
    return _call("bit_insert", bin, byte_offset=lift(byte_offset), val=lift(value), **given(bit_policy=policy))


def bit_remove(bin: Expression | str, byte_offset: Any, byte_size: Any, policy: int | None = None) -> Node:
    """The blob without some bytes."""
    return _call("bit_remove", bin, byte_offset=lift(byte_offset), byte_size=lift(byte_size), **given(bit_policy=policy))


def bit_set(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with some bits replaced by those of `value`."""
    return _call("bit_set", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value), **given(bit_policy=policy))


def bit_or(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with some bits joined by or with those of `value`."""
    return _call("bit_or", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value), **given(bit_policy=policy))


def bit_xor(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with some bits joined by exclusive or with those of `value`."""
    return _call("bit_xor", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value), **given(bit_policy=policy))


def bit_and(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with some bits joined by and with those of `value`."""
    return _call("bit_and", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value), **given(bit_policy=policy))


def bit_not(bin: Expression | str, bit_offset: Any, bit_size: Any, policy: int | None = None) -> Node:
    """The blob with some bits turned over."""
    return _call("bit_not", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), **given(bit_policy=policy))


def bit_lshift(bin: Expression | str, bit_offset: Any, bit_size: Any, shift: Any, policy: int | None = None) -> Node:
    """The blob with some bits shifted left."""
    return _call("bit_lshift", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), shift=lift(shift), **given(bit_policy=policy))


def bit_rshift(bin: Expression | str, bit_offset: Any, bit_size: Any, shift: Any, policy: int | None = None) -> Node:
    """The blob with some bits shifted right."""
    return _call("bit_rshift", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), shift=lift(shift), **given(bit_policy=policy))


def bit_add(
    bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, signed: bool = False, action: int = 0, policy: int | None = None
) -> Node:
    """The blob with `value` added to the integer in some bits; `action` is one of BIT_OVERFLOW_*."""
    return _call(
        "bit_add",
        bin,
        bit_offset=lift(bit_offset),
        bit_size=lift(bit_size),
        val=lift(value),
        action=action,
        **given(signed=signed, bit_policy=policy),
    )


def bit_subtract(
    bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, signed: bool = False, action: int = 0, policy: int | None = None
) -> Node:
    """The blob with `value` subtracted from the integer in some bits; `action` is one of BIT_OVERFLOW_*."""
    return _call(
        "bit_subtract",
        bin,
        bit_offset=lift(bit_offset),
        bit_size=lift(bit_size),
        val=lift(value),
        action=action,
        **given(signed=signed, bit_policy=policy),
    )


def bit_set_int(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any, policy: int | None = None) -> Node:
    """The blob with some bits set to an integer."""
    return _call("bit_set_int", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value), **given(bit_policy=policy))


def bit_get(bin: Expression | str, bit_offset: Any, bit_size: Any) -> Node:
    """Some bits, a blob."""
    return _call("bit_get", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size))


def bit_count(bin: Expression | str, bit_offset: Any, bit_size: Any) -> Node:
    """How many of some bits are set."""
    return _call("bit_count", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size))


def bit_lscan(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any) -> Node:
    """The place of the first of some bits that is `value`; −1 if none is."""
    return _call("bit_lscan", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value))


def bit_rscan(bin: Expression | str, bit_offset: Any, bit_size: Any, value: Any) -> Node:
    """The place of the last of some bits that is `value`; −1 if none is."""
    return _call("bit_rscan", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), val=lift(value))


def bit_get_int(bin: Expression | str, bit_offset: Any, bit_size: Any, signed: bool = False) -> Node:
    """Some bits as an integer."""
    return _call("bit_get_int", bin, bit_offset=lift(bit_offset), bit_size=lift(bit_size), **given(signed=signed))


__all__ = [
    "bit_add",
    "bit_and",
    "bit_count",
    "bit_get",
    "bit_get_int",
    "bit_insert",
    "bit_lscan",
    "bit_lshift",
    "bit_not",
    "bit_or",
    "bit_remove",
    "bit_resize",
    "bit_rscan",
    "bit_rshift",
    "bit_set",
    "bit_set_int",
    "bit_subtract",
    "bit_xor",
]
