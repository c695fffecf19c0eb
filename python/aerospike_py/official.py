"""What the official client's helpers make, as this package takes it: for code that moves over.

    from aerospike_helpers.operations import list_operations
    client.operate(key, official.ops([list_operations.list_append("scores", 5)]))

Policies take the official client's compiled expressions as they are: ``{"expressions": expressions.GT(…).compile()}``. The official client must be
installed: its numbers of operations differ from release to release and are read from it.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from . import bit_operations, exp, expression_operations, hll_operations, list_operations, map_operations
from .cdt_ctx import Step
from .constants import OPERATOR_APPEND, OPERATOR_DELETE, OPERATOR_INCR, OPERATOR_PREPEND, OPERATOR_READ, OPERATOR_TOUCH, OPERATOR_WRITE
from .exception import InvalidArgError
from .exp.node import Node, lift, node
from .types import Expression, Operation
from .values import CDTInfinite, CDTWildcard, GeoJSON, HyperLogLog, KeyOrderedDict

_INVERTED = 0x10000

# Names of the official client's that are spelt differently here.
_NAMES = {
    "expr_read": "expression_read",
    "expr_write": "expression_write",
}
_SCALARS = {
    "READ": OPERATOR_READ,
    "WRITE": OPERATOR_WRITE,
    "INCR": OPERATOR_INCR,
    "APPEND": OPERATOR_APPEND,
    "PREPEND": OPERATOR_PREPEND,
    "TOUCH": OPERATOR_TOUCH,
    "DELETE": OPERATOR_DELETE,
}
# Fields of operations that have another name here.
_FIELDS = {
    "value_begin": "val",
    "value_list": "val",
    "value": "val",
    "value_end": "val_end",
    "range": "val_end",
    "key": "map_key",
    "list_order": "val",
    "map_order": "val",
    "sort_flags": "val",
    "sign": "signed",
    "policy": "bit_policy",
    "mh_bit_count": "minhash_bit_count",
    "expr": "expression",
    "expr_flags": "flags",
    "cdt_flags": "flags",
    "mod_exp": "expression",
}
# Fields that mean something else in these operations than in others.
_OWN_FIELDS: dict[str, dict[str, str]] = {
    **{name: {"val": "count"} for name in ("list_pop_range", "list_remove_range", "list_get_range", "list_trim")},
    **{name: {"value": "shift"} for name in ("bit_lshift", "bit_rshift")},
    **{name: {"val": "count"} for name in ("map_get_by_index_range", "map_remove_by_index_range")},
    **{name: {"index": "rank"} for name in ("map_get_by_rank", "map_remove_by_rank")},
    **{name: {"index": "rank", "val": "count"} for name in ("map_get_by_rank_range", "map_remove_by_rank_range")},
    **{name: {"key": "val", "val": "val_end"} for name in ("map_get_by_key_range", "map_remove_by_key_range")},
    **{name: {"key": "val"} for name in ("map_get_by_key_index_range_relative", "map_remove_by_key_index_range_relative")},
}
# The operands of calls inside expressions, by the end of the operation's name.
_SELECTIONS = {
    "index": ("index",),
    "index_range": ("index", "count"),
    "rank": ("rank",),
    "rank_range": ("rank", "count"),
    "value": ("val",),
    "value_list": ("val",),
    "value_range": ("val", "val_end"),
    "value_rank_range_relative": ("val", "rank", "count"),
    "key": ("map_key",),
    "key_list": ("val",),
    "key_range": ("val", "val_end"),
    "key_index_range_relative": ("map_key", "index", "count"),
}
_BITS = ("bit_offset", "bit_size", "val", "bit_policy")
_OPERANDS = {
    "list_append": ("val",),
    "list_append_items": ("val",),
    "list_insert": ("index", "val"),
    "list_insert_items": ("index", "val"),
    "list_set": ("index", "val"),
    "list_increment": ("index", "val"),
    "map_put": ("map_key", "val"),
    "map_put_items": ("val",),
    "map_increment": ("map_key", "val"),
    "bit_resize": ("byte_size", "bit_policy", "resize_flags"),
    "bit_insert": ("byte_offset", "val", "bit_policy"),
    "bit_remove": ("byte_offset", "byte_size", "bit_policy"),
    **dict.fromkeys(("bit_set", "bit_or", "bit_xor", "bit_and", "bit_set_int"), _BITS),
    "bit_not": ("bit_offset", "bit_size", "bit_policy"),
    **dict.fromkeys(("bit_lshift", "bit_rshift"), ("bit_offset", "bit_size", "shift", "bit_policy")),
    **dict.fromkeys(("bit_add", "bit_subtract"), (*_BITS, "action")),
    **dict.fromkeys(("bit_get", "bit_count"), ("bit_offset", "bit_size")),
    **dict.fromkeys(("bit_lscan", "bit_rscan"), ("bit_offset", "bit_size", "val")),
    "bit_get_int": ("bit_offset", "bit_size", "signed"),
    "hll_init": ("index_bit_count", "minhash_bit_count", "hll_policy"),
    "hll_add": ("val", "index_bit_count", "minhash_bit_count", "hll_policy"),
    **dict.fromkeys(("hll_get_union", "hll_get_union_count", "hll_get_intersect_count", "hll_get_similarity", "hll_may_contain"), ("val",)),
}
# Operators of expressions, by the numbers the helpers give them: what is made of the fixed fields and the operands.
_PAIRS = {1: "eq", 2: "ne", 3: "gt", 4: "ge", 5: "lt", 6: "le", 8: "geo_compare"}
_SEVERAL = {
    16: "and",
    17: "or",
    19: "xor",
    20: "num_add",
    21: "num_sub",
    22: "num_mul",
    23: "num_div",
    24: "num_pow",
    25: "num_log",
    26: "num_mod",
    27: "num_abs",
    28: "num_floor",
    29: "num_ceil",
    30: "to_int",
    31: "to_float",
    32: "int_and",
    33: "int_or",
    34: "int_xor",
    35: "int_not",
    36: "int_lshift",
    37: "int_rshift",
    38: "int_arshift",
    39: "int_count",
    40: "int_lscan",
    41: "int_rscan",
    50: "min",
    51: "max",
    123: "cond",
    125: "let",
}
_RECORD = {
    0: "unknown",
    65: "device_size",
    66: "last_update",
    67: "void_time",
    68: "ttl",
    69: "set_name",
    70: "key_exists",
    71: "since_update",
    72: "is_tombstone",
    73: "memory_size",
    74: "record_size",
    100: "remove_result",
}
_BINS = {1: "bool", 2: "int", 3: "string", 4: "list", 5: "map", 6: "blob", 7: "float", 8: "geo", 9: "hll"}
_LOOP_VARS = {"NIL": 0, "BOOL": 1, "INT": 2, "STR": 3, "LIST": 4, "MAP": 5, "BLOB": 6, "FLOAT": 7, "GEOJSON": 8, "HLL": 9}
_POLICIES = range(140, 145)
_END = 150
_BIT_FLAGS = 153
_VALUES = (128, 200)


def ops(operations: Iterable[Mapping[str, Any]]) -> list[Operation]:
    """Operations of the official client as those of this one.

    Args:
        operations: What `aerospike_helpers.operations` makes.

    Returns:
        Operations for `operate` and its neighbours. A map's keys and values come back as pairs there, not in one flat list.

    Raises:
        InvalidArgError: An operation is unknown, or one for a server 8.2 only (strings, `list_join`, `bit_b64_encode`); or a touch has a ttl.
        ImportError: The official client is not installed.
    """
    return [_operation(dict(each)) for each in operations]


def expression(compiled: list[tuple[int, Any, Any, int]]) -> Expression:
    """A compiled expression of the official client as one of `exp`.

    Args:
        compiled: What `compile()` of `aerospike_helpers.expressions` returns.

    Returns:
        An expression.

    Raises:
        InvalidArgError: It holds an operator that is unknown, or one for a server 8.2 only.
        ImportError: The official client is not installed.
    """
    elements = iter(compiled)
    try:
        made: Expression = _expression(next(elements), elements)
    except (StopIteration, LookupError, TypeError, ValueError) as error:
        if isinstance(error, InvalidArgError):
            raise
        raise InvalidArgError(f"{compiled!r} is not what compile() of aerospike_helpers.expressions returns") from error
    return made


def context(steps: Iterable[Any]) -> list[Step]:
    """Steps of `aerospike_helpers.cdt_ctx` as those of `cdt_ctx`."""
    return [_step(each) for each in steps]


@functools.cache
def _aerospike() -> Any:
    return importlib.import_module("aerospike")


@functools.cache
def _official_names() -> dict[int, str]:
    """The official client's operations: their numbers and what they are called here."""
    module, names = _aerospike(), {}
    for name in dir(module):
        if name.startswith("OP_"):
            names[getattr(module, name)] = _our_name(name.removeprefix("OP_").removesuffix("_TO_END").lower())
    names[module._AS_EXP_CODE_CALL_SELECT] = "select_by_path"
    names[module._AS_EXP_CODE_CALL_APPLY] = "modify_by_path"
    return names


def _our_name(name: str) -> str:
    """What an operation of the official client is called here; it has several spellings for relative ranges."""
    verb, _, selection = name.partition("_by_")
    if "rel" in selection.split("_"):
        return f"{verb}_by_{'key_index' if 'key' in selection else 'value_rank'}_range_relative"
    return _NAMES.get(name, name)


def _operation(given: dict[str, Any]) -> Operation:
    module, code = _aerospike(), given.pop("op", None)
    for name, ours in _SCALARS.items():
        if code == getattr(module, f"OPERATOR_{name}"):
            if ours == OPERATOR_TOUCH and given.get("val") is not None:
                raise InvalidArgError("touch() here takes no ttl: give it to operate, as meta or policy")
            return {"op": ours, **{field: _value(value) for field, value in given.items()}}
    paths = {module._AS_OPERATOR_CDT_READ: "select_by_path", module._AS_OPERATOR_CDT_MODIFY: "modify_by_path"}
    name = paths.get(code) or _official_names().get(code, "")
    ours_code = _code(name)
    if ours_code is None:
        raise InvalidArgError(f"{code!r} is not the number of an operation of the official client that has its like here")
    return {"op": ours_code, **_renamed(name, given)}


@functools.cache
def _code(name: str) -> int | None:
    """The code of an operation of this package; its module has it as a constant, with `_OP_` and its kind in front if 0.14 has it too."""
    _, _, short = name.partition("_")
    for module in (list_operations, map_operations, bit_operations, hll_operations, expression_operations):
        if name in vars(module):
            constants = vars(module)
            code: int = constants.get(f"_OP_{name.upper()}") or constants[f"_{short.upper()}"]
            return code
    return None


def _renamed(name: str, given: dict[str, Any]) -> dict[str, Any]:
    spelt = {**_FIELDS, **_OWN_FIELDS.get(name, {})}
    fields = {spelt.get(field, field): _field(field, value) for field, value in given.items() if field != "value_byte_size"}
    fields = {field: value for field, value in fields.items() if value is not None or field == "val"}
    if name.endswith(("value_range", "key_range")):
        # Its helpers leave out a bound that is None, or they do not.
        fields = {"val": None, "val_end": None, **fields}
    # How it says that a number of bits is not given.
    fields = {field: value for field, value in fields.items() if not (field.endswith("_bit_count") and value == -1)}
    if name == "list_sort" and fields.get("val", 0) & 1:
        fields |= {"val": fields["val"] & ~1, "descending": True}
    return fields


def _field(name: str, value: Any) -> Any:
    if name == "ctx" and value is not None:
        return context(value)
    if name in {"expr", "mod_exp"}:
        return expression(value)
    if name == "policy" and isinstance(value, dict):
        return value.get("bit_write_flags", 0)
    if name in {"map_policy", "list_policy", "hll_policy"}:
        return value
    return _value(value)


def _step(step: Any) -> Step:
    module = _aerospike()
    extra = step.extra_args or {}
    kinds = {
        "list_index": module.CDT_CTX_LIST_INDEX,
        "list_rank": module.CDT_CTX_LIST_RANK,
        "list_value": module.CDT_CTX_LIST_VALUE,
        "list_index_create": module.CDT_CTX_LIST_INDEX_CREATE,
        "map_index": module.CDT_CTX_MAP_INDEX,
        "map_rank": module.CDT_CTX_MAP_RANK,
        "map_key": module.CDT_CTX_MAP_KEY,
        "map_value": module.CDT_CTX_MAP_VALUE,
        "map_key_create": module.CDT_CTX_MAP_KEY_CREATE,
        "map_keys_in": module._AS_CDT_CTX_MAP_KEYS_IN,
    }
    for name, number in kinds.items():
        if step.id == number:
            order = {"order": extra.get("order_key", 0)} if name.endswith("_create") else {}
            pad = {"pad": extra.get("pad_key", False)} if name == "list_index_create" else {}
            return {"ctx": name, "val": _value(step.value), **order, **pad}
    filtered = extra.get(module._CDT_CTX_FILTER_EXPR_KEY)
    if filtered is None:
        return {"ctx": "all_children"}
    name = "and_filter" if step.id & module._AS_CDT_CTX_AND else "all_children_with_filter"
    return {"ctx": name, "expr": expression(filtered)}


def _value(value: Any) -> Any:
    """A value without the official client's own classes."""
    kind = type(value)
    if kind in {int, float, str, bytes, bool}:
        return value
    if isinstance(value, (list, tuple)):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        pairs = {key: _value(item) for key, item in value.items()}
        return KeyOrderedDict(pairs) if kind.__name__ == "KeyOrderedDict" else pairs
    made = _CLASSES.get(kind.__name__)
    return made(value) if made else value


# By the names of the official client's classes.
_CLASSES: dict[str, Callable[[Any], Any]] = {
    "CDTInfinite": lambda _: CDTInfinite(),
    "CDTWildcard": lambda _: CDTWildcard(),
    "Geospatial": lambda value: GeoJSON(value.dumps()),
    "HyperLogLog": HyperLogLog,
}


def _expression(element: Any, rest: Iterator[Any]) -> Any:
    """The expression that an element begins; takes its operands from the rest."""
    code, kind, fixed, count = element
    fixed = fixed or {}
    if code in _VALUES:
        return lift(_value(fixed["val"]))
    if code == _BIT_FLAGS:
        return fixed["val"]
    operands = [_expression(next(rest), rest) for _ in range(count)]
    operands = [each for each in operands if each is not None]
    if code in _POLICIES or code == _END:
        return None
    return _plain(code, operands) or _named(code, kind, fixed, operands) or _call(code, fixed, operands)


def _plain(code: int, operands: list[Any]) -> Node | None:
    """An operator that takes nothing but operands."""
    if code in _RECORD:
        return node(_RECORD[code])
    if code in _PAIRS:
        return node(_PAIRS[code], left=operands[0], right=operands[1])
    if code in _SEVERAL:
        return node(_SEVERAL[code], exprs=operands)
    return None


def _named(code: int, kind: Any, fixed: dict[str, Any], operands: list[Any]) -> Node | None:
    """An operator that has fields of its own."""
    made = _NAMED.get(code)
    if made:
        return made(kind, fixed, operands)
    for name, exp_type in _LOOP_VARS.items():
        if code == getattr(_aerospike(), f"_AS_EXP_LOOPVAR_{name}"):
            return exp.loop_var(exp_type, fixed["val"])
    return None


_NAMED: dict[int, Callable[[Any, dict[str, Any], list[Any]], Node]] = {
    7: lambda _, fixed, operands: exp.regex_compare(fixed["val"], fixed["regex_options"], operands[0]),
    9: lambda _, __, operands: exp.in_list(operands[0], operands[1]),
    18: lambda _, __, operands: exp.not_(operands[0]),
    64: lambda _, fixed, __: exp.digest_modulo(fixed["val"]),
    80: lambda kind, _, __: exp.key(kind),
    81: lambda kind, fixed, _: node(f"{_BINS[kind]}_bin", name=fixed["bin"]),
    82: lambda _, fixed, __: exp.bin_type(fixed["bin"]),
    83: lambda _, fixed, __: exp.bin_exists(fixed["bin"]),
    101: lambda _, __, operands: exp.map_keys(operands[0]),
    102: lambda _, __, operands: exp.map_values(operands[0]),
    124: lambda _, fixed, __: exp.var(fixed["val"]),
    126: lambda _, fixed, operands: exp.def_(fixed["val"], operands[0]),
}


def _call(code: int, fixed: dict[str, Any], operands: list[Any]) -> Node:
    name = _official_names().get(code, "")
    selection = name.partition("_by_")[2]
    if not hasattr(exp, name):
        raise InvalidArgError(f"{code!r} is not the number of an operator of the official client that has its like here")
    fields: dict[str, Any] = dict(zip(_OPERANDS.get(name) or _SELECTIONS.get(selection, ()), operands[:-1], strict=False))
    fields["bin"] = operands[-1]
    if "ctx" in fixed:
        fields["ctx"] = context(fixed["ctx"])
    if name.endswith("_by_path"):
        fields |= {"value_type": fixed["value_type"], "flags": fixed["cdt_flags"]}
        if name == "modify_by_path":
            fields["expression"] = expression(fixed["mod_exp"])
        return node(name, **fields)
    if "return_type" in fixed:
        if fixed["return_type"] & _INVERTED:
            fields["inverted"] = True
        if "_get_" in name:
            fields["return_type"] = fixed["return_type"] & ~_INVERTED
    fields |= {field: fixed[field] for field in ("value_type", "list_policy", "map_policy") if field in fixed}
    if name == "list_sort":
        fields["sort_flags"] = fixed["list_order"]
    if "hll_policy" in fields:
        fields["hll_policy"] = {"flags": _number(fields["hll_policy"])}
    if "signed" in fields:
        fields["signed"] = bool(_number(fields["signed"]))
    return node(name, **fields)


def _number(operand: Any) -> int:
    """A number that came as an expression."""
    number: int = operand["val"] if isinstance(operand, dict) else operand
    return number


__all__ = ["context", "expression", "ops"]
