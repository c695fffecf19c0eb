"""`list_operations`, `map_operations`, `hll_operations`, `bit_operations`, `predicates` and `exp` return plain dicts and tuples."""

from __future__ import annotations

import importlib
import inspect
import warnings

import pytest
from contracts import contract

import aerospike_py
from aerospike_py import bit_operations, exp, hll_operations, list_operations, map_operations, predicates

REFERENCE = contract("operations")
MODULES = {"list_operations": 31, "map_operations": 27, "hll_operations": 10, "bit_operations": 18, "predicates": 6, "exp": 72}
OPERANDS = ({"x": 1}, {"x": 2}, {"x": 3})
# Arguments that 0.14 does not have.
BEYOND = {"ctx", "inverted", "descending", "persist_index"}
BEYOND_IN = {
    ("list_set", "policy"),
    *((f"geo_{name}", "index_type") for name in ("within_geojson_region", "within_radius", "contains_geojson_point")),
}


def called(module, function, *, optional):
    """What a function returns for its arguments' names."""
    positional, named = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.extend(OPERANDS)
            continue
        beyond = parameter.name in BEYOND or (function.__name__, parameter.name) in BEYOND_IN
        if parameter.default is not parameter.empty and (beyond or not optional):
            continue
        policy = 5 if module == "bit_operations" else {"flags": 1}
        value = policy if parameter.name == "policy" else f"<{parameter.name}>"
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            positional.append(value)
    return function(*positional, **named)


@pytest.mark.parametrize("name", REFERENCE)
def test_shape_is_that_of_0_14(name):
    module, function = name.split(".")
    function = getattr(importlib.import_module(f"aerospike_py.{module}"), function)
    expected = [tuple(shape) if isinstance(shape, list) else shape for shape in REFERENCE[name]]
    assert [called(module, function, optional=False), called(module, function, optional=True)] == [expected[0], expected[-1]]


def is_of(function, module):
    """Whether a function is defined in a module, or in one of a package's."""
    return f"{function.__module__}.".startswith(f"{module.__name__}.")


@pytest.mark.parametrize(("name", "count"), MODULES.items())
def test_every_function_is_in_the_contract_and_public(name, count):
    module = importlib.import_module(f"aerospike_py.{name}")
    functions = {key for key, value in vars(module).items() if inspect.isfunction(value) and is_of(value, module)}
    public = {key for key in functions if not key.startswith("_")}
    ours = {f"{name}.{key}" for key in public}
    its = {key for key in REFERENCE if key.startswith(f"{name}.")}
    assert len(its) == count
    assert its <= ours
    assert public <= set(module.__all__)
    assert all(vars(module)[key].__doc__ for key in public)


@pytest.mark.parametrize(
    ("module", "prefix", "codes"),
    [
        (list_operations, "_OP_LIST_", range(1001, 1032)),
        (map_operations, "_OP_MAP_", range(2001, 2028)),
        (hll_operations, "_OP_HLL_", range(3001, 3011)),
        (bit_operations, "_OP_BIT_", [*range(4001, 4014), *range(4050, 4055)]),
    ],
)
def test_codes_have_no_gaps(module, prefix, codes):
    assert [value for name, value in vars(module).items() if name.startswith(prefix)] == list(codes)


def test_none_is_a_value_where_a_value_is_asked_for():
    assert list_operations.list_append("b", None) == {"op": 1001, "bin": "b", "val": None}
    assert map_operations.map_put("b", None, None) == {"op": 2002, "bin": "b", "map_key": None, "val": None}
    assert map_operations.map_get_by_key_range("b", 1, None, 7) == {"op": 2019, "bin": "b", "val": 1, "val_end": None, "return_type": 7}


def test_only_none_is_left_out():
    assert list_operations.list_append("b", 1, {}) == {"op": 1001, "bin": "b", "val": 1, "list_policy": {}}
    assert list_operations.list_get_by_index_range("b", 0, 7, 0)["count"] == 0
    assert hll_operations.hll_init("b", 8, 0)["minhash_bit_count"] == 0
    assert bit_operations.bit_resize("b", 1, 0, 0) == {"op": 4001, "bin": "b", "byte_size": 1, "bit_policy": 0}


def test_the_reference_has_72_expression_operators():
    assert len(exp._VALID_OPS) == 72
    names = [name for name in exp.__all__ if name.rstrip("_") in exp._VALID_OPS]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = {called("exp", getattr(exp, name), optional=True)["__expr__"] for name in names}
    assert made == exp._VALID_OPS


def test_expressions_nest():
    expression = exp.and_(exp.ge(exp.int_bin("age"), exp.int_val(18)), exp.not_(exp.bin_exists("gone")))
    assert expression == {
        "__expr__": "and",
        "exprs": [
            {"__expr__": "ge", "left": {"__expr__": "int_bin", "name": "age"}, "right": {"__expr__": "int_val", "val": 18}},
            {"__expr__": "not", "expr": {"__expr__": "bin_exists", "name": "gone"}},
        ],
    }


def test_expression_types():
    names = ["NIL", "BOOL", "INT", "STRING", "LIST", "MAP", "BLOB", "FLOAT", "GEO", "HLL"]
    assert [getattr(exp, f"EXP_TYPE_{name}") for name in names] == list(range(10))


def test_a_part_of_a_collection_is_named_last():
    assert predicates.geo_within_radius("b", 1, 2, 3) == ("geo_within_radius", "b", 1, 2, 3)
    assert predicates.geo_within_radius("b", 1, 2, 3, aerospike_py.INDEX_TYPE_LIST) == ("geo_within_radius", "b", 1, 2, 3, 1)
