"""Values, bins, the record, comparisons, logic, numbers and control: what the reference has."""

from __future__ import annotations

from typing import Any

from ..types import Expression
from .node import Node, node, several

# What `key` and others answer.
EXP_TYPE_NIL = 0
EXP_TYPE_BOOL = 1
EXP_TYPE_INT = 2
EXP_TYPE_STRING = 3
EXP_TYPE_LIST = 4
EXP_TYPE_MAP = 5
EXP_TYPE_BLOB = 6
EXP_TYPE_FLOAT = 7
EXP_TYPE_GEO = 8
EXP_TYPE_HLL = 9


# Values


def int_val(val: int) -> Node:
    """An integer."""
    return node("int_val", val=val)


def float_val(val: float) -> Node:
    """A float."""
    return node("float_val", val=val)


def string_val(val: str) -> Node:
    """A string."""
    return node("string_val", val=val)


def bool_val(val: bool) -> Node:
    """A boolean."""
    return node("bool_val", val=val)


def blob_val(val: bytes) -> Node:
    """Bytes."""
    return node("blob_val", val=val)


def list_val(val: list[Any]) -> Node:
    """A list."""
    return node("list_val", val=val)


def map_val(val: dict[Any, Any]) -> Node:
    """A map."""
    return node("map_val", val=val)


def geo_val(val: str) -> Node:
    """A GeoJSON text."""
    return node("geo_val", val=val)


def nil() -> Node:
    """Nothing."""
    return node("nil")


def infinity() -> Node:
    """Greater than any value, for the end of a range."""
    return node("infinity")


def wildcard() -> Node:
    """Equal to any value, inside a list or map."""
    return node("wildcard")


# Bins


def int_bin(name: str) -> Node:
    """The bin `name`, which holds an integer; unknown if it holds something else."""
    return node("int_bin", name=name)


def float_bin(name: str) -> Node:
    """The bin `name`, which holds a float; unknown if it holds something else."""
    return node("float_bin", name=name)


def string_bin(name: str) -> Node:
    """The bin `name`, which holds a string; unknown if it holds something else."""
    return node("string_bin", name=name)


def bool_bin(name: str) -> Node:
    """The bin `name`, which holds a boolean; unknown if it holds something else."""
    return node("bool_bin", name=name)


def blob_bin(name: str) -> Node:
    """The bin `name`, which holds bytes; unknown if it holds something else."""
    return node("blob_bin", name=name)


def list_bin(name: str) -> Node:
    """The bin `name`, which holds a list; unknown if it holds something else."""
    return node("list_bin", name=name)


def map_bin(name: str) -> Node:
    """The bin `name`, which holds a map; unknown if it holds something else."""
    return node("map_bin", name=name)


def geo_bin(name: str) -> Node:
    """The bin `name`, which holds GeoJSON; unknown if it holds something else."""
    return node("geo_bin", name=name)


def hll_bin(name: str) -> Node:
    """The bin `name`, which holds a HyperLogLog; unknown if it holds something else."""
    return node("hll_bin", name=name)


def bin_exists(name: str) -> Node:
    """Whether the bin `name` exists."""
    return node("bin_exists", name=name)


def bin_type(name: str) -> Node:
    """The particle type of the bin `name`, an integer."""
    return node("bin_type", name=name)


# The record


def key(exp_type: int) -> Node:
    """The user key, if it is stored, of the type EXP_TYPE_INT, EXP_TYPE_STRING or EXP_TYPE_BLOB."""
    return node("key", exp_type=exp_type)


def key_exists() -> Node:
    """Whether the user key is stored."""
    return node("key_exists")


def set_name() -> Node:
    """The name of the set."""
    return node("set_name")


def record_size() -> Node:
    """The size of the record, in bytes."""
    return node("record_size")


def last_update() -> Node:
    """When the record was last written: nanoseconds since 1970."""
    return node("last_update")


def since_update() -> Node:
    """Milliseconds since the record was last written."""
    return node("since_update")


def void_time() -> Node:
    """When the record expires: nanoseconds since 1970; −1 if it never does."""
    return node("void_time")


def ttl() -> Node:
    """Seconds until the record expires; −1 if it never does."""
    return node("ttl")


def is_tombstone() -> Node:
    """Whether the record is a tombstone."""
    return node("is_tombstone")


def digest_modulo(modulo: int) -> Node:
    """The digest modulo a number: to take one part in `modulo`."""
    return node("digest_modulo", modulo=modulo)


# Comparisons


def eq(left: Expression, right: Expression) -> Node:
    """Equal."""
    return node("eq", left=left, right=right)


def ne(left: Expression, right: Expression) -> Node:
    """Not equal."""
    return node("ne", left=left, right=right)


def gt(left: Expression, right: Expression) -> Node:
    """Greater."""
    return node("gt", left=left, right=right)


def ge(left: Expression, right: Expression) -> Node:
    """Greater or equal."""
    return node("ge", left=left, right=right)


def lt(left: Expression, right: Expression) -> Node:
    """Less."""
    return node("lt", left=left, right=right)


def le(left: Expression, right: Expression) -> Node:
    """Less or equal."""
    return node("le", left=left, right=right)


# Logic


def and_(*exprs: Expression) -> Node:
    """True if all are."""
    return several("and", *exprs)


def or_(*exprs: Expression) -> Node:
    """True if any is."""
    return several("or", *exprs)


def not_(expr: Expression) -> Node:
    """True if it is not."""
    return node("not", expr=expr)


def xor_(*exprs: Expression) -> Node:
    """True if exactly one is."""
    return several("xor", *exprs)


# Numbers


def num_add(*exprs: Expression) -> Node:
    """The sum."""
    return several("num_add", *exprs)


def num_sub(*exprs: Expression) -> Node:
    """The first less the others; the negative of a single one."""
    return several("num_sub", *exprs)


def num_mul(*exprs: Expression) -> Node:
    """The product."""
    return several("num_mul", *exprs)


def num_div(*exprs: Expression) -> Node:
    """The first divided by the others; the reciprocal of a single one."""
    return several("num_div", *exprs)


def num_mod(numerator: Expression, denominator: Expression) -> Node:
    """The remainder."""
    return several("num_mod", numerator, denominator)


def num_pow(base: Expression, exponent: Expression) -> Node:
    """The power, of floats."""
    return several("num_pow", base, exponent)


def num_log(num: Expression, base: Expression) -> Node:
    """The logarithm, of floats."""
    return several("num_log", num, base)


def num_abs(value: Expression) -> Node:
    """The absolute value."""
    return several("num_abs", value)


def num_floor(num: Expression) -> Node:
    """Rounded down, a float."""
    return several("num_floor", num)


def num_ceil(num: Expression) -> Node:
    """Rounded up, a float."""
    return several("num_ceil", num)


def to_int(num: Expression) -> Node:
    """A float as an integer."""
    return several("to_int", num)


def to_float(num: Expression) -> Node:
    """An integer as a float."""
    return several("to_float", num)


def min_(*exprs: Expression) -> Node:
    """The smallest."""
    return several("min", *exprs)


def max_(*exprs: Expression) -> Node:
    """The greatest."""
    return several("max", *exprs)


# Bits of integers


def int_and(*exprs: Expression) -> Node:
    """Bitwise and."""
    return several("int_and", *exprs)


def int_or(*exprs: Expression) -> Node:
    """Bitwise or."""
    return several("int_or", *exprs)


def int_xor(*exprs: Expression) -> Node:
    """Bitwise exclusive or."""
    return several("int_xor", *exprs)


def int_not(expr: Expression) -> Node:
    """Bitwise not."""
    return several("int_not", expr)


def int_count(expr: Expression) -> Node:
    """How many bits are set."""
    return several("int_count", expr)


def int_lshift(value: Expression, shift: Expression) -> Node:
    """Shifted left."""
    return several("int_lshift", value, shift)


def int_rshift(value: Expression, shift: Expression) -> Node:
    """Shifted right, zeros coming in."""
    return several("int_rshift", value, shift)


def int_arshift(value: Expression, shift: Expression) -> Node:
    """Shifted right, the sign coming in."""
    return several("int_arshift", value, shift)


def int_lscan(value: Expression, search: Expression) -> Node:
    """The place of the first bit, from the left, that is `search`; −1 if none is."""
    return several("int_lscan", value, search)


def int_rscan(value: Expression, search: Expression) -> Node:
    """The place of the last bit, from the left, that is `search`; −1 if none is."""
    return several("int_rscan", value, search)


# Texts and shapes


def regex_compare(regex: str, flags: int, bin_expr: Expression) -> Node:
    """Whether a string matches a POSIX regular expression; `flags` is a sum of REGEX_*."""
    return node("regex_compare", regex=regex, flags=flags, bin=bin_expr)


def geo_compare(left: Expression, right: Expression) -> Node:
    """Whether one lies within the other."""
    return node("geo_compare", left=left, right=right)


# Control


def cond(*exprs: Expression) -> Node:
    """Pairs of a test and a value, then a default: the value of the first test that is true. An odd number of operands, three at least."""
    return several("cond", *exprs)


def var(name: str) -> Node:
    """A variable that `let_` made."""
    return node("var", name=name)


def def_(name: str, value: Expression) -> Node:
    """A variable of a `let_`."""
    return node("def", name=name, value=value)


def let_(*exprs: Expression) -> Node:
    """Variables (`def_`), then the expression that uses them: two operands at least."""
    return several("let", *exprs)


__all__ = [
    "EXP_TYPE_BLOB",
    "EXP_TYPE_BOOL",
    "EXP_TYPE_FLOAT",
    "EXP_TYPE_GEO",
    "EXP_TYPE_HLL",
    "EXP_TYPE_INT",
    "EXP_TYPE_LIST",
    "EXP_TYPE_MAP",
    "EXP_TYPE_NIL",
    "EXP_TYPE_STRING",
    "and_",
    "bin_exists",
    "bin_type",
    "blob_bin",
    "blob_val",
    "bool_bin",
    "bool_val",
    "cond",
    "def_",
    "digest_modulo",
    "eq",
    "float_bin",
    "float_val",
    "ge",
    "geo_bin",
    "geo_compare",
    "geo_val",
    "gt",
    "hll_bin",
    "infinity",
    "int_and",
    "int_arshift",
    "int_bin",
    "int_count",
    "int_lscan",
    "int_lshift",
    "int_not",
    "int_or",
    "int_rscan",
    "int_rshift",
    "int_val",
    "int_xor",
    "is_tombstone",
    "key",
    "key_exists",
    "last_update",
    "le",
    "let_",
    "list_bin",
    "list_val",
    "lt",
    "map_bin",
    "map_val",
    "max_",
    "min_",
    "ne",
    "nil",
    "not_",
    "num_abs",
    "num_add",
    "num_ceil",
    "num_div",
    "num_floor",
    "num_log",
    "num_mod",
    "num_mul",
    "num_pow",
    "num_sub",
    "or_",
    "record_size",
    "regex_compare",
    "set_name",
    "since_update",
    "string_bin",
    "string_val",
    "to_float",
    "to_int",
    "ttl",
    "var",
    "void_time",
    "wildcard",
    "xor_",
]


# Every op there is, as it stands in the dicts.
_VALID_OPS = frozenset(name.rstrip("_") for name in __all__ if name.islower())
