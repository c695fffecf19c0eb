"""Filter expressions: plain dicts ``{"__expr__": op, …}`` that policies take as ``filter_expression``.

    exp.and_(exp.ge(exp.int_bin("age"), exp.int_val(18)), exp.eq(exp.string_bin("state"), exp.string_val("on")))

Functions whose name would hide a word of Python end in an underscore; the name inside the dict does not. An expression may nest up to 64
levels deep; that, the number of operands and their types are checked when it is used.
"""

from __future__ import annotations

from typing import Any

from .types import Expression

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


def _expression(op: str, **fields: Any) -> Expression:
    return {"__expr__": op, **fields}


def _of(op: str, *exprs: Expression) -> Expression:
    """An expression whose operands have no names."""
    return {"__expr__": op, "exprs": list(exprs)}


# Values


def int_val(val: int) -> Expression:
    """An integer."""
    return _expression("int_val", val=val)


def float_val(val: float) -> Expression:
    """A float."""
    return _expression("float_val", val=val)


def string_val(val: str) -> Expression:
    """A string."""
    return _expression("string_val", val=val)


def bool_val(val: bool) -> Expression:
    """A boolean."""
    return _expression("bool_val", val=val)


def blob_val(val: bytes) -> Expression:
    """Bytes."""
    return _expression("blob_val", val=val)


def list_val(val: list[Any]) -> Expression:
    """A list."""
    return _expression("list_val", val=val)


def map_val(val: dict[Any, Any]) -> Expression:
    """A map."""
    return _expression("map_val", val=val)


def geo_val(val: str) -> Expression:
    """A GeoJSON text."""
    return _expression("geo_val", val=val)


def nil() -> Expression:
    """Nothing."""
    return _expression("nil")


def infinity() -> Expression:
    """Greater than any value, for the end of a range."""
    return _expression("infinity")


def wildcard() -> Expression:
    """Equal to any value, inside a list or map."""
    return _expression("wildcard")


# Bins


def int_bin(name: str) -> Expression:
    """The bin `name`, which holds an integer; unknown if it holds something else."""
    return _expression("int_bin", name=name)


def float_bin(name: str) -> Expression:
    """The bin `name`, which holds a float; unknown if it holds something else."""
    return _expression("float_bin", name=name)


def string_bin(name: str) -> Expression:
    """The bin `name`, which holds a string; unknown if it holds something else."""
    return _expression("string_bin", name=name)


def bool_bin(name: str) -> Expression:
    """The bin `name`, which holds a boolean; unknown if it holds something else."""
    return _expression("bool_bin", name=name)


def blob_bin(name: str) -> Expression:
    """The bin `name`, which holds bytes; unknown if it holds something else."""
    return _expression("blob_bin", name=name)


def list_bin(name: str) -> Expression:
    """The bin `name`, which holds a list; unknown if it holds something else."""
    return _expression("list_bin", name=name)


def map_bin(name: str) -> Expression:
    """The bin `name`, which holds a map; unknown if it holds something else."""
    return _expression("map_bin", name=name)


def geo_bin(name: str) -> Expression:
    """The bin `name`, which holds GeoJSON; unknown if it holds something else."""
    return _expression("geo_bin", name=name)


def hll_bin(name: str) -> Expression:
    """The bin `name`, which holds a HyperLogLog; unknown if it holds something else."""
    return _expression("hll_bin", name=name)


def bin_exists(name: str) -> Expression:
    """Whether the bin `name` exists."""
    return _expression("bin_exists", name=name)


def bin_type(name: str) -> Expression:
    """The particle type of the bin `name`, an integer."""
    return _expression("bin_type", name=name)


# The record


def key(exp_type: int) -> Expression:
    """The user key, if it is stored, of the type EXP_TYPE_INT, EXP_TYPE_STRING or EXP_TYPE_BLOB."""
    return _expression("key", exp_type=exp_type)


def key_exists() -> Expression:
    """Whether the user key is stored."""
    return _expression("key_exists")


def set_name() -> Expression:
    """The name of the set."""
    return _expression("set_name")


def record_size() -> Expression:
    """The size of the record, in bytes."""
    return _expression("record_size")


def last_update() -> Expression:
    """When the record was last written: nanoseconds since 1970."""
    return _expression("last_update")


def since_update() -> Expression:
    """Milliseconds since the record was last written."""
    return _expression("since_update")


def void_time() -> Expression:
    """When the record expires: nanoseconds since 1970; −1 if it never does."""
    return _expression("void_time")


def ttl() -> Expression:
    """Seconds until the record expires; −1 if it never does."""
    return _expression("ttl")


def is_tombstone() -> Expression:
    """Whether the record is a tombstone."""
    return _expression("is_tombstone")


def digest_modulo(modulo: int) -> Expression:
    """The digest modulo a number: to take one part in `modulo`."""
    return _expression("digest_modulo", modulo=modulo)


# Comparisons


def eq(left: Expression, right: Expression) -> Expression:
    """Equal."""
    return _expression("eq", left=left, right=right)


def ne(left: Expression, right: Expression) -> Expression:
    """Not equal."""
    return _expression("ne", left=left, right=right)


def gt(left: Expression, right: Expression) -> Expression:
    """Greater."""
    return _expression("gt", left=left, right=right)


def ge(left: Expression, right: Expression) -> Expression:
    """Greater or equal."""
    return _expression("ge", left=left, right=right)


def lt(left: Expression, right: Expression) -> Expression:
    """Less."""
    return _expression("lt", left=left, right=right)


def le(left: Expression, right: Expression) -> Expression:
    """Less or equal."""
    return _expression("le", left=left, right=right)


# Logic


def and_(*exprs: Expression) -> Expression:
    """True if all are."""
    return _of("and", *exprs)


def or_(*exprs: Expression) -> Expression:
    """True if any is."""
    return _of("or", *exprs)


def not_(expr: Expression) -> Expression:
    """True if it is not."""
    return _expression("not", expr=expr)


def xor_(*exprs: Expression) -> Expression:
    """True if exactly one is."""
    return _of("xor", *exprs)


# Numbers


def num_add(*exprs: Expression) -> Expression:
    """The sum."""
    return _of("num_add", *exprs)


def num_sub(*exprs: Expression) -> Expression:
    """The first less the others; the negative of a single one."""
    return _of("num_sub", *exprs)


def num_mul(*exprs: Expression) -> Expression:
    """The product."""
    return _of("num_mul", *exprs)


def num_div(*exprs: Expression) -> Expression:
    """The first divided by the others; the reciprocal of a single one."""
    return _of("num_div", *exprs)


def num_mod(numerator: Expression, denominator: Expression) -> Expression:
    """The remainder."""
    return _of("num_mod", numerator, denominator)


def num_pow(base: Expression, exponent: Expression) -> Expression:
    """The power, of floats."""
    return _of("num_pow", base, exponent)


def num_log(num: Expression, base: Expression) -> Expression:
    """The logarithm, of floats."""
    return _of("num_log", num, base)


def num_abs(value: Expression) -> Expression:
    """The absolute value."""
    return _of("num_abs", value)


def num_floor(num: Expression) -> Expression:
    """Rounded down, a float."""
    return _of("num_floor", num)


def num_ceil(num: Expression) -> Expression:
    """Rounded up, a float."""
    return _of("num_ceil", num)


def to_int(num: Expression) -> Expression:
    """A float as an integer."""
    return _of("to_int", num)


def to_float(num: Expression) -> Expression:
    """An integer as a float."""
    return _of("to_float", num)


def min_(*exprs: Expression) -> Expression:
    """The smallest."""
    return _of("min", *exprs)


def max_(*exprs: Expression) -> Expression:
    """The greatest."""
    return _of("max", *exprs)


# Bits of integers


def int_and(*exprs: Expression) -> Expression:
    """Bitwise and."""
    return _of("int_and", *exprs)


def int_or(*exprs: Expression) -> Expression:
    """Bitwise or."""
    return _of("int_or", *exprs)


def int_xor(*exprs: Expression) -> Expression:
    """Bitwise exclusive or."""
    return _of("int_xor", *exprs)


def int_not(expr: Expression) -> Expression:
    """Bitwise not."""
    return _of("int_not", expr)


def int_count(expr: Expression) -> Expression:
    """How many bits are set."""
    return _of("int_count", expr)


def int_lshift(value: Expression, shift: Expression) -> Expression:
    """Shifted left."""
    return _of("int_lshift", value, shift)


def int_rshift(value: Expression, shift: Expression) -> Expression:
    """Shifted right, zeros coming in."""
    return _of("int_rshift", value, shift)


def int_arshift(value: Expression, shift: Expression) -> Expression:
    """Shifted right, the sign coming in."""
    return _of("int_arshift", value, shift)


def int_lscan(value: Expression, search: Expression) -> Expression:
    """The place of the first bit, from the left, that is `search`; −1 if none is."""
    return _of("int_lscan", value, search)


def int_rscan(value: Expression, search: Expression) -> Expression:
    """The place of the last bit, from the left, that is `search`; −1 if none is."""
    return _of("int_rscan", value, search)


# Texts and shapes


def regex_compare(regex: str, flags: int, bin_expr: Expression) -> Expression:
    """Whether a string matches a POSIX regular expression; `flags` is a sum of REGEX_*."""
    return _expression("regex_compare", regex=regex, flags=flags, bin=bin_expr)


def geo_compare(left: Expression, right: Expression) -> Expression:
    """Whether one lies within the other."""
    return _expression("geo_compare", left=left, right=right)


# Control


def cond(*exprs: Expression) -> Expression:
    """Pairs of a test and a value, then a default: the value of the first test that is true. An odd number of operands, three at least."""
    return _of("cond", *exprs)


def var(name: str) -> Expression:
    """A variable that `let_` made."""
    return _expression("var", name=name)


def def_(name: str, value: Expression) -> Expression:
    """A variable of a `let_`."""
    return _expression("def", name=name, value=value)


def let_(*exprs: Expression) -> Expression:
    """Variables (`def_`), then the expression that uses them: two operands at least."""
    return _of("let", *exprs)


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
