"""What is no expression is refused by name, wherever a filter is taken, and never dropped."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import exp, prepare

A = exp.int_bin("a")


def nested(levels):
    expression = exp.bool_bin("t")
    for _ in range(levels):
        expression = exp.not_(expression)
    return expression


@pytest.mark.parametrize("name", ["filter_expression", "expressions"])
@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("a = 1", ["'a = 1'", "str"]),
        (1, ["1", "int"]),
        ([], ["[]", "list"]),
        ({}, ["__expr__"]),
        ({"op": 1, "bin": "a"}, ["__expr__"]),
        ({"__expr__": 3}, ["__expr__", "3"]),
        ({"__expr__": "nonsense"}, ["nonsense"]),
        ({"__expr__": "nun_add", "exprs": []}, ["nun_add", "num_add"]),
        ({"__expr__": "int_bin"}, ["int_bin", "'name'"]),
        ({"__expr__": "int_bin", "nam": "a"}, ["int_bin", "'name'"]),
        ({"__expr__": "int_bin", "name": "a", "type": 1}, ["int_bin", "'type'"]),
        ({"__expr__": "ttl", "val": 1}, ["ttl", "'val'"]),
        ({"__expr__": "eq", "left": A}, ["eq", "'right'"]),
        (exp.eq(A, 1), ["1", "int", "exp"]),
        (exp.eq(A, None), ["None"]),
        (exp.int_bin("a" * 16), ["int_bin", "aaaa", "16"]),
        (exp.int_bin(""), ["int_bin", "empty"]),
        (exp.int_bin(3), ["int_bin", "3"]),
        (exp.int_val("1"), ["int_val", "'1'"]),
        (exp.int_val(True), ["int_val", "True"]),
        (exp.int_val(1.5), ["int_val", "1.5"]),
        (exp.int_val(2**63), ["int_val", "64"]),
        (exp.float_val("1"), ["float_val", "'1'"]),
        (exp.string_val(b"x"), ["string_val", "b'x'"]),
        (exp.bool_val(1), ["bool_val", "1"]),
        (exp.blob_val("x"), ["blob_val", "'x'"]),
        (exp.list_val({"a": 1}), ["list_val", "dict"]),
        (exp.map_val([1]), ["map_val", "list"]),
        (exp.map_val({1.5: 1}), ["map_val", "1.5"]),
        (exp.list_val([object()]), ["list_val", "object"]),
        (exp.geo_val({"type": "Point"}), ["geo_val", "dict"]),
        (exp.key(exp.EXP_TYPE_FLOAT), ["key", "7"]),
        (exp.map_size(exp.map_put("m", "k", 1, {"order": 1, "persist_index": True})), ["map_put", "'persist_index'"]),
        (exp.map_size(exp.map_increment("m", "k", 1, {"persist_index": True})), ["map_increment", "'persist_index'"]),
        (exp.digest_modulo(0), ["digest_modulo", "0"]),
        (exp.regex_compare("a", 16, A), ["regex_compare", "flags", "16"]),
        (exp.regex_compare(b"a", 0, A), ["regex_compare", "regex"]),
        (exp.regex_compare("a", 0, "s"), ["'s'"]),
        (exp.and_(), ["and", "0"]),
        (exp.num_add(), ["num_add", "0"]),
        ({"__expr__": "num_mod", "exprs": [A]}, ["num_mod", "2 operands", "1"]),
        ({"__expr__": "num_abs", "exprs": [A, A]}, ["num_abs", "1 operand", "2"]),
        ({"__expr__": "and", "exprs": A}, ["and", "exprs"]),
        (exp.cond(A), ["cond", "1"]),
        (exp.cond(A, A), ["cond", "2"]),
        (exp.cond(A, A, A, A), ["cond", "4"]),
        (exp.let_(A), ["let", "1"]),
        (exp.let_(A, A), ["let", "int_bin"]),
        (exp.let_(exp.def_("", A), A), ["def", "empty"]),
        (exp.let_(exp.def_("x", A), exp.def_("y", A)), ["def", "let"]),
        (exp.def_("x", A), ["def", "let"]),
        (exp.var(3), ["var", "3"]),
        (exp.and_(exp.not_(exp.eq(A, exp.int_val("1")))), ["int_val", "'1'"]),
        (nested(65), ["64"]),
        (exp.blob_val(b"x" * 2**20), ["1048576"]),
    ],
)
def test_refused_by_name(name, expression, named):
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        prepare({name: expression})
    assert [part for part in [name, *named] if part not in str(caught.value)] == []


@pytest.mark.parametrize("expression", ["a = 1", 1, [], {}, {"__expr__": "nonsense"}, {"__expr__": "eq", "left": A}])
def test_the_class_of_a_wrong_filter(expression):
    with pytest.raises(aerospike_py.InvalidArgError):
        prepare({"filter_expression": expression})


def test_64_levels_are_allowed():
    prepare({"filter_expression": nested(64)})


def test_none_is_no_filter():
    prepare({"filter_expression": None})
