"""What an expression is: a plain dict that also knows Python's operators."""

from __future__ import annotations

import numbers
from typing import Any, NoReturn

from ..types import Expression
from ..values import CDTInfinite, CDTWildcard, GeoJSON


class Node(dict[str, Any]):
    """An expression, ``{"__expr__": op, …}``.

    ``>= > <= <`` compare, ``& | ^ ~`` are logic, ``+ - * / % **``, unary ``-`` and ``abs()`` calculate; the other operand is an expression or a
    plain value, which stands for itself. ``==`` and ``!=`` compare the dicts, as for any dict: whether two values are equal is asked with
    `exp.eq` and `exp.ne`.
    """

    __slots__ = ()
    __hash__ = None

    def __ge__(self, other: Any) -> Comparison:
        return Comparison(__expr__="ge", left=self, right=lift(other))

    def __gt__(self, other: Any) -> Comparison:
        return Comparison(__expr__="gt", left=self, right=lift(other))

    def __le__(self, other: Any) -> Comparison:
        return Comparison(__expr__="le", left=self, right=lift(other))

    def __lt__(self, other: Any) -> Comparison:
        return Comparison(__expr__="lt", left=self, right=lift(other))

    def __and__(self, other: Any) -> Node:
        return several("and", self, lift(other))

    def __rand__(self, other: Any) -> Node:
        return several("and", lift(other), self)

    def __or__(self, other: Any) -> Node:  # type: ignore[override]
        return several("or", self, lift(other))

    def __ror__(self, other: Any) -> Node:  # type: ignore[override]
        return several("or", lift(other), self)

    def __ior__(self, other: Any) -> Node:  # type: ignore[override]
        return several("or", self, lift(other))

    def __xor__(self, other: Any) -> Node:
        return several("xor", self, lift(other))

    def __rxor__(self, other: Any) -> Node:
        return several("xor", lift(other), self)

    def __invert__(self) -> Node:
        return node("not", expr=self)

    def __add__(self, other: Any) -> Node:
        return several("num_add", self, lift(other))

    def __radd__(self, other: Any) -> Node:
        return several("num_add", lift(other), self)

    def __sub__(self, other: Any) -> Node:
        return several("num_sub", self, lift(other))

    def __rsub__(self, other: Any) -> Node:
        return several("num_sub", lift(other), self)

    def __mul__(self, other: Any) -> Node:
        return several("num_mul", self, lift(other))

    def __rmul__(self, other: Any) -> Node:
        return several("num_mul", lift(other), self)

    def __truediv__(self, other: Any) -> Node:
        return several("num_div", self, lift(other))

    def __rtruediv__(self, other: Any) -> Node:
        return several("num_div", lift(other), self)

    def __mod__(self, other: Any) -> Node:
        return several("num_mod", self, lift(other))

    def __rmod__(self, other: Any) -> Node:
        return several("num_mod", lift(other), self)

    def __pow__(self, other: Any) -> Node:
        return several("num_pow", self, lift(other))

    def __rpow__(self, other: Any) -> Node:
        return several("num_pow", lift(other), self)

    def __neg__(self) -> Node:
        return several("num_sub", self)

    def __abs__(self) -> Node:
        return several("num_abs", self)


class Comparison(Node):
    """What ``>= > <= <`` make.

    It has no truth: Python reads ``1 <= e < 5`` as ``1 <= e and e < 5`` and would keep its second half alone.
    """

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a comparison of expressions is neither true nor false here; combine them with & | ~, not with and, or, not or a < b < c"
        )


def node(op: str, **fields: Any) -> Node:
    """An expression whose operands have names."""
    return Node(__expr__=op, **fields)


def several(op: str, *exprs: Expression) -> Node:
    """An expression whose operands have no names."""
    return Node(__expr__=op, exprs=list(exprs))


def lift(value: Any) -> Expression:
    """An expression as it is, a plain value as the one that stands for it.

    Raises:
        TypeError: The value is of no type that a record holds.
    """
    if isinstance(value, dict) and "__expr__" in value:
        return value
    if value is None:
        return node("nil")
    for kinds, op in _LITERALS:
        if isinstance(value, kinds):
            return node(op, val=value)
    if isinstance(value, CDTInfinite):
        return node("infinity")
    if isinstance(value, CDTWildcard):
        return node("wildcard")
    if hasattr(value, "dtype") and value.ndim == 0:
        return lift(value.item())
    raise TypeError(f"{value!r} is a {type(value).__name__}, neither an expression nor a value that a record holds")


_LITERALS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "bool_val"),
    ((numbers.Integral,), "int_val"),
    ((float,), "float_val"),
    ((GeoJSON,), "geo_val"),
    ((str,), "string_val"),
    ((bytes, bytearray, memoryview), "blob_val"),
    ((list, tuple), "list_val"),
    ((dict,), "map_val"),
)


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are neither None nor False."""
    return {name: value for name, value in fields.items() if value is not None and value is not False}


def lifted(**fields: Any) -> dict[str, Expression]:
    """The fields that are not None, as expressions."""
    return {name: lift(value) for name, value in fields.items() if value is not None}


def bin_of(op: str, bin: Expression | str) -> Expression:
    """An expression, or the bin of a name as one that the kind `op` reads."""
    return node(op, name=bin) if isinstance(bin, str) else bin
