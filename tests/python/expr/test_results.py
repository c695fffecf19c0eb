"""Expressions on collections give the results of the operations of their names; Python's operators stand for the functions."""

from __future__ import annotations

import pickle

import pytest

import aerospike_py
from aerospike_py import cdt_ctx, exp, hll_operations
from aerospike_py import expression_operations as ops

INT, STRING, LIST, MAP = exp.EXP_TYPE_INT, exp.EXP_TYPE_STRING, exp.EXP_TYPE_LIST, exp.EXP_TYPE_MAP
BINS = {
    "a": 7,
    "f": 2.5,
    "l": [3, 1, 2, [9, 8]],
    "m": {"x": 1, "y": 5, "n": {"q": 2}},
    "z": b"\x0f\x01",
    "t": True,
    "ages": {"ann": 30, "bob": 17},
}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        (exp.list_size("l"), 4),
        (exp.list_size("l", ctx=[cdt_ctx.list_index(3)]), 2),
        (exp.list_append("l", 5), [3, 1, 2, [9, 8], 5]),
        (exp.list_insert_items("l", 1, [0, 0]), [3, 0, 0, 1, 2, [9, 8]]),
        (exp.list_increment("l", 0, 4), [7, 1, 2, [9, 8]]),
        (exp.list_sort("l", 1), [[9, 8], 3, 2, 1]),
        (exp.list_append("l", 7, ctx=[cdt_ctx.list_index(3)]), [3, 1, 2, [9, 8, 7]]),
        (exp.list_get_by_index("l", 1, value_type=INT), 1),
        (exp.list_get_by_index("l", exp.int_bin("a") - 6, value_type=INT), 1),
        (exp.list_get_by_rank("l", -1, value_type=LIST), [9, 8]),
        (exp.list_get_by_value_range("l", 1, 3, inverted=True), [3, [9, 8]]),
        (exp.list_remove_by_index_range("l", 1), [3]),
        (exp.list_remove_by_value_list("l", [1, 2], inverted=True), [1, 2]),
        (exp.map_size("m"), 3),
        (exp.map_get_by_key("m", "y", value_type=INT), 5),
        (exp.map_get_by_key("m", "q", value_type=INT, ctx=[cdt_ctx.map_key("n")]), 2),
        (exp.map_put("ages", "cid", 40), {"ann": 30, "bob": 17, "cid": 40}),
        (exp.map_increment("ages", "bob", 1, {"order": 1}), {"ann": 30, "bob": 18}),
        (exp.map_remove_by_key_list("ages", ["bob"]), {"ann": 30}),
        (exp.map_get_by_value_range("ages", 18, None, aerospike_py.MAP_RETURN_KEY), ["ann"]),
        (exp.map_keys("ages"), ["ann", "bob"]),
        (exp.map_values("ages"), [30, 17]),
        (exp.in_list(2, "l"), True),
        (exp.bit_count("z", 0, 16), 5),
        (exp.bit_get_int("z", 0, 8), 15),
        (exp.bit_not("z", 0, 8), b"\xf0\x01"),
        (exp.bit_add("z", 8, 8, 255, action=aerospike_py.BIT_OVERFLOW_WRAP), b"\x0f\x00"),
        (exp.select_by_path("ages", [cdt_ctx.all_children_with_filter(exp.loop_var_int() >= 18)], MAP), {"ann": 30}),
        (exp.modify_by_path("ages", [cdt_ctx.all_children()], MAP, exp.loop_var_int() + 1), {"ann": 31, "bob": 18}),
        (exp.int_bin("a") + 1, 8),
        (1 + exp.int_bin("a"), 8),
        (exp.int_bin("a") - 1, 6),
        (10 - exp.int_bin("a"), 3),
        (exp.int_bin("a") * 2, 14),
        (exp.int_bin("a") / 2, 3),
        (exp.int_bin("a") % 4, 3),
        (exp.float_bin("f") ** 2.0, 6.25),
        (-exp.int_bin("a"), -7),
        (abs(-exp.int_bin("a")), 7),
        (exp.int_bin("a") > 7, False),
        (exp.int_bin("a") >= 7, True),
        (exp.int_bin("a") > 6, True),
        (exp.int_bin("a") <= exp.int_val(7), True),
        ((exp.int_bin("a") > 1) & exp.bool_bin("t"), True),
        ((exp.int_bin("a") > 9) | exp.bool_bin("t"), True),
        ((exp.int_bin("a") > 1) ^ exp.bool_bin("t"), False),
        (~exp.bool_bin("t"), False),
        (exp.from_base64(exp.to_base64(exp.int_bin("a") + 1)) + 1, 9),
    ],
)
def test_results(c, key, expression, answer):
    c.put(key, BINS)
    assert c.operate(key, [ops.expression_read("r", expression)]).bins == {"r": answer}
    assert c.get(key).bins == BINS


def test_sketches(c, key):
    c.operate(key, [hll_operations.hll_add("h", [1, 2, 3], 8)])
    sketch = c.get(key).bins["h"]
    for expression, answer in [
        (exp.hll_get_count("h"), 3),
        (exp.hll_may_contain("h", [1, 2]), 1),
        (exp.hll_may_contain("h", [99]), 0),
        (exp.hll_describe("h"), [8, 0]),
        (exp.hll_get_union_count("h", [sketch]), 3),
        (exp.hll_get_count(exp.hll_add("h", [4])), 4),
    ]:
        assert c.operate(key, [ops.expression_read("r", expression)]).bins == {"r": answer}


def test_unknown_is_filtered_out(c, key):
    c.put(key, BINS)
    with pytest.raises(aerospike_py.FilteredOut):
        c.get(key, {"filter_expression": exp.unknown()})


def test_a_node_is_a_plain_dict():
    age = exp.int_bin("age")
    assert isinstance(age, dict)
    assert age == {"__expr__": "int_bin", "name": "age"}
    assert age != exp.int_bin("a")
    assert pickle.loads(pickle.dumps(age)) == age
    assert (age >= 30) == exp.ge(age, exp.int_val(30))
    combined = age > 1
    combined |= age > 2
    assert combined == exp.or_(exp.gt(age, exp.int_val(1)), exp.gt(age, exp.int_val(2)))


def test_a_comparison_has_no_truth():
    with pytest.raises(TypeError, match="& | ~"):
        1 <= exp.int_bin("age") < 5  # noqa: B015
    assert exp.ge(exp.int_bin("age"), exp.int_val(1))


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        (exp.list_get_by_index("l", 0), "value_type"),
        (exp.list_get_by_index("l", 0, 0), "returns nothing"),
        ({**exp.list_get_by_index("l", 0, value_type=INT), "inverted": True}, "single element"),
        (exp.list_get_by_index("l", 0, 99), "LIST_RETURN"),
        (exp.map_put("m", "k", 1, {"order": 2}), "MAP_UNORDERED"),
        (exp.bit_add("z", 0, 8, 1, action=3), "BIT_OVERFLOW"),
        (exp.select_by_path("m", [], LIST), "'ctx' is empty"),
        (exp.list_size("l", ctx=[{"ctx": "list_indx", "val": 1}]), "list_index"),
        (exp.loop_var(10), "exp_type"),
        (exp.from_base64("!"), "base64"),
        (exp.from_base64(""), "base64"),
    ],
)
def test_bad_expressions(stranger, expression, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        stranger.get(("test", "s", 1), {"filter_expression": expression})


def test_what_no_record_holds():
    with pytest.raises(TypeError, match="object"):
        exp.int_bin("a") + object()
