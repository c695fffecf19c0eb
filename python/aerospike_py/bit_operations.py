"""Operations on the bits of blob bins, for `operate`: each function returns a plain dict.

Offsets and sizes count bits, or bytes where the name says so; a negative offset counts from the end. `policy` is a sum of BIT_WRITE_*
flags. `ctx` is the way to a blob inside a list or map, made with `cdt_ctx`.
"""

from __future__ import annotations

from typing import Any

from ._operation import given, operation
from .cdt_ctx import Context
from .types import Operation

_OP_BIT_RESIZE = 4001
_OP_BIT_INSERT = 4002
_OP_BIT_REMOVE = 4003
_OP_BIT_SET = 4004
_OP_BIT_OR = 4005
_OP_BIT_XOR = 4006
_OP_BIT_AND = 4007
_OP_BIT_NOT = 4008
_OP_BIT_LSHIFT = 4009
_OP_BIT_RSHIFT = 4010
_OP_BIT_ADD = 4011
_OP_BIT_SUBTRACT = 4012
_OP_BIT_SET_INT = 4013
_OP_BIT_GET = 4050
_OP_BIT_COUNT = 4051
_OP_BIT_LSCAN = 4052
_OP_BIT_RSCAN = 4053
_OP_BIT_GET_INT = 4054


def _on_range(
    code: int, bin: str, bit_offset: int, bit_size: int, policy: int | None = None, *, ctx: Context | None = None, **fields: Any
) -> Operation:
    return operation(code, bin, bit_offset=bit_offset, bit_size=bit_size, **fields, **given(bit_policy=policy, ctx=ctx))


def bit_resize(bin: str, byte_size: int, resize_flags: int = 0, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Make the blob `byte_size` bytes long; `resize_flags` is one of BIT_RESIZE_*."""
    return operation(_OP_BIT_RESIZE, bin, byte_size=byte_size, **given(resize_flags=resize_flags or None, bit_policy=policy, ctx=ctx))


def bit_insert(bin: str, byte_offset: int, value: bytes | bytearray, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Insert bytes."""
    return operation(_OP_BIT_INSERT, bin, byte_offset=byte_offset, val=value, **given(bit_policy=policy, ctx=ctx))


def bit_remove(bin: str, byte_offset: int, byte_size: int, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Remove bytes."""
    return operation(_OP_BIT_REMOVE, bin, byte_offset=byte_offset, byte_size=byte_size, **given(bit_policy=policy, ctx=ctx))


def bit_set(
    bin: str, bit_offset: int, bit_size: int, value: bytes | bytearray, policy: int | None = None, *, ctx: Context | None = None
) -> Operation:
    """Overwrite bits with those of `value`."""
    return _on_range(_OP_BIT_SET, bin, bit_offset, bit_size, policy, val=value, ctx=ctx)


def bit_or(
    bin: str, bit_offset: int, bit_size: int, value: bytes | bytearray, policy: int | None = None, *, ctx: Context | None = None
) -> Operation:
    """Bitwise or with `value`."""
    return _on_range(_OP_BIT_OR, bin, bit_offset, bit_size, policy, val=value, ctx=ctx)


def bit_xor(
    bin: str, bit_offset: int, bit_size: int, value: bytes | bytearray, policy: int | None = None, *, ctx: Context | None = None
) -> Operation:
    """Bitwise exclusive or with `value`."""
    return _on_range(_OP_BIT_XOR, bin, bit_offset, bit_size, policy, val=value, ctx=ctx)


def bit_and(
    bin: str, bit_offset: int, bit_size: int, value: bytes | bytearray, policy: int | None = None, *, ctx: Context | None = None
) -> Operation:
    """Bitwise and with `value`."""
    return _on_range(_OP_BIT_AND, bin, bit_offset, bit_size, policy, val=value, ctx=ctx)


def bit_not(bin: str, bit_offset: int, bit_size: int, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Invert bits."""
    return _on_range(_OP_BIT_NOT, bin, bit_offset, bit_size, policy, ctx=ctx)


def bit_lshift(bin: str, bit_offset: int, bit_size: int, shift: int, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Shift bits left by `shift`."""
    return _on_range(_OP_BIT_LSHIFT, bin, bit_offset, bit_size, policy, shift=shift, ctx=ctx)


def bit_rshift(bin: str, bit_offset: int, bit_size: int, shift: int, policy: int | None = None, *, ctx: Context | None = None) -> Operation:
    """Shift bits right by `shift`."""
    return _on_range(_OP_BIT_RSHIFT, bin, bit_offset, bit_size, policy, shift=shift, ctx=ctx)


def bit_add(
    bin: str,
    bit_offset: int,
    bit_size: int,
    value: int,
    signed: bool = False,
    action: int = 0,
    policy: int | None = None,
    *,
    ctx: Context | None = None,
) -> Operation:
    """Add to the integer of up to 64 bits that stands there; `action` is one of BIT_OVERFLOW_*."""
    return _on_range(_OP_BIT_ADD, bin, bit_offset, bit_size, policy, val=value, signed=signed, action=action, ctx=ctx)


def bit_subtract(
    bin: str,
    bit_offset: int,
    bit_size: int,
    value: int,
    signed: bool = False,
    action: int = 0,
    policy: int | None = None,
    *,
    ctx: Context | None = None,
) -> Operation:
    """Subtract from the integer of up to 64 bits that stands there; `action` is one of BIT_OVERFLOW_*."""
    return _on_range(_OP_BIT_SUBTRACT, bin, bit_offset, bit_size, policy, val=value, signed=signed, action=action, ctx=ctx)


def bit_set_int(
    bin: str, bit_offset: int, bit_size: int, value: int, policy: int | None = None, *, ctx: Context | None = None
) -> Operation:
    """Overwrite up to 64 bits with an integer."""
    return _on_range(_OP_BIT_SET_INT, bin, bit_offset, bit_size, policy, val=value, ctx=ctx)


def bit_get(bin: str, bit_offset: int, bit_size: int, *, ctx: Context | None = None) -> Operation:
    """The bits, as bytes, the first bit leftmost."""
    return _on_range(_OP_BIT_GET, bin, bit_offset, bit_size, ctx=ctx)


def bit_count(bin: str, bit_offset: int, bit_size: int, *, ctx: Context | None = None) -> Operation:
    """How many of the bits are set."""
    return _on_range(_OP_BIT_COUNT, bin, bit_offset, bit_size, ctx=ctx)


def bit_lscan(bin: str, bit_offset: int, bit_size: int, value: bool, *, ctx: Context | None = None) -> Operation:
    """The offset of the first bit that is `value`; −1 if none is."""
    return _on_range(_OP_BIT_LSCAN, bin, bit_offset, bit_size, val=value, ctx=ctx)


def bit_rscan(bin: str, bit_offset: int, bit_size: int, value: bool, *, ctx: Context | None = None) -> Operation:
    """The offset of the last bit that is `value`; −1 if none is."""
    return _on_range(_OP_BIT_RSCAN, bin, bit_offset, bit_size, val=value, ctx=ctx)


def bit_get_int(bin: str, bit_offset: int, bit_size: int, signed: bool = False, *, ctx: Context | None = None) -> Operation:
    """The integer of up to 64 bits that stands there."""
    return _on_range(_OP_BIT_GET_INT, bin, bit_offset, bit_size, signed=signed, ctx=ctx)


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
