"""Operations that an expression computes, in both modes, and as the official client has them."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import cdt_ctx, exp
from aerospike_py import expression_operations as ops

SUM = exp.num_add(exp.int_bin("a"), exp.int_bin("b"))


def test_read_and_write(c, key):
    c.put(key, {"a": 1, "b": 2})
    assert c.operate(key, [ops.expression_read("sum", SUM)]).bins == {"sum": 3}
    answer = c.operate_ordered(key, [ops.expression_write("sum", SUM), ops.expression_read("twice", exp.num_add(SUM, SUM))])
    assert answer.ordered_bins == [("twice", 6)]
    assert c.get(key).bins == {"a": 1, "b": 2, "sum": 3}


def test_as_the_official_client(c, official, key):
    helpers = pytest.importorskip("aerospike_helpers.operations.expression_operations")
    expressions = pytest.importorskip("aerospike_helpers.expressions")
    c.put(key, {"a": 1, "b": 2})
    theirs = expressions.Add(expressions.IntBin("a"), expressions.IntBin("b")).compile()
    judged = official.operate(key, [helpers.expression_read("sum", theirs)])[2]
    assert judged == c.operate(key, [ops.expression_read("sum", SUM)]).bins == {"sum": 3}
    official.operate(key, [helpers.expression_write("d", theirs)])
    c.operate(key, [ops.expression_write("e", SUM)])
    assert c.get(key).bins == {"a": 1, "b": 2, "d": 3, "e": 3}


@pytest.mark.parametrize(
    ("bin_name", "flags", "code"),
    [
        ("a", ops.EXP_WRITE_CREATE_ONLY, 6),
        ("new", ops.EXP_WRITE_UPDATE_ONLY, 17),
        ("a", ops.EXP_WRITE_CREATE_ONLY | ops.EXP_WRITE_POLICY_NO_FAIL, 0),
        ("new", ops.EXP_WRITE_UPDATE_ONLY | ops.EXP_WRITE_POLICY_NO_FAIL, 0),
    ],
)
def test_write_flags(c, key, bin_name, flags, code):
    c.put(key, {"a": 1, "b": 2})
    if code:
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            c.operate(key, [ops.expression_write(bin_name, SUM, flags)])
        assert caught.value.result_code == code
    else:
        c.operate(key, [ops.expression_write(bin_name, SUM, flags)])
    assert c.get(key).bins == {"a": 1, "b": 2}


def test_what_cannot_be_computed(c, key):
    c.put(key, {"a": 1})
    with pytest.raises(aerospike_py.OpNotApplicable):
        c.operate(key, [ops.expression_read("sum", SUM)])
    c.operate(key, [ops.expression_read("sum", SUM, ops.EXP_READ_EVAL_NO_FAIL)])
    c.operate(key, [ops.expression_write("sum", SUM, ops.EXP_WRITE_EVAL_NO_FAIL)])
    assert c.get(key).bins == {"a": 1}


def test_a_nil_removes_the_bin_if_it_may(c, key):
    c.put(key, {"a": 1, "b": 2})
    c.operate(key, [ops.expression_write("a", exp.nil(), ops.EXP_WRITE_ALLOW_DELETE)])
    assert c.get(key).bins == {"b": 2}


def test_select_by_path(c, key):
    c.put(key, {"m": {"x": {"n": 1}, "y": {"n": 2}}})
    way = [cdt_ctx.all_children(), cdt_ctx.map_key("n")]
    values = c.operate(key, [ops.select_by_path("m", way, ops.EXP_PATH_SELECT_VALUE)]).bins["m"]
    assert sorted(values) == [1, 2]


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (ops.expression_read("a", {"not": 1}), "'expression'"),
        (ops.expression_read("a", SUM, 1), "EXP_READ"),
        (ops.expression_write("a", SUM, 32), "flags"),
        (ops.select_by_path("a", []), "'ctx' is empty"),
        (ops.modify_by_path("a", [cdt_ctx.all_children()], None), "'expression'"),
        ({**ops.expression_read("a", SUM), "flag": 1}, "did you mean 'flags'"),
    ],
)
def test_bad_input(stranger, operation, text):
    with pytest.raises(aerospike_py.InvalidArgError, match=text):
        stranger.operate(("test", "s", 1), [operation])
