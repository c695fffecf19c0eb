"""A filter keeps every operation from the records for which it is not true."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import exp, list_operations

ONE = exp.eq(exp.int_bin("n"), exp.int_val(1))
TWO = exp.eq(exp.int_bin("n"), exp.int_val(2))
OUT = aerospike_py.AEROSPIKE_ERR_FILTERED_OUT

SINGLE = {
    "get": lambda c, key, policy: c.get(key, policy),
    "select": lambda c, key, policy: c.select(key, ["s"], policy),
    "exists": lambda c, key, policy: c.exists(key, policy),
    "put": lambda c, key, policy: c.put(key, {"new": 1}, None, policy),
    "append": lambda c, key, policy: c.append(key, "s", "y", None, policy),
    "prepend": lambda c, key, policy: c.prepend(key, "s", "y", None, policy),
    "increment": lambda c, key, policy: c.increment(key, "n", 0, None, policy),
    "touch": lambda c, key, policy: c.touch(key, 0, None, policy),
    "remove_bin": lambda c, key, policy: c.remove_bin(key, ["s"], None, policy),
    "operate": lambda c, key, policy: c.operate(key, [list_operations.list_append("l", 1)], None, policy),
    "operate reads": lambda c, key, policy: c.operate(key, [{"op": 1, "bin": "n"}], None, policy),
    "operate_ordered": lambda c, key, policy: c.operate_ordered(key, [list_operations.list_append("l", 1)], None, policy),
    "remove": lambda c, key, policy: c.remove(key, None, policy),
}
BATCHES = {
    "batch_read": lambda c, keys, policy: c.batch_read(keys, policy=policy),
    "batch_read of bins": lambda c, keys, policy: c.batch_read(keys, ["n"], policy=policy),
    "batch_write": lambda c, keys, policy: c.batch_write([(key, {"new": 1}) for key in keys], policy=policy),
    "batch_operate": lambda c, keys, policy: c.batch_operate(keys, [list_operations.list_append("l", 1)], policy),
    "batch_operate reads": lambda c, keys, policy: c.batch_operate(keys, [{"op": 1, "bin": "n"}], policy),
    "batch_remove": lambda c, keys, policy: c.batch_remove(keys, policy),
}


@pytest.mark.parametrize("name", ["filter_expression", "expressions"])
@pytest.mark.parametrize("method", SINGLE)
def test_on_one_record(c, key, method, name):
    c.put(key, {"n": 1, "s": "x"})
    with pytest.raises(aerospike_py.FilteredOut) as caught:
        SINGLE[method](c, key, {name: TWO})
    assert caught.value.code == OUT
    assert c.get(key).bins == {"n": 1, "s": "x"}
    SINGLE[method](c, key, {name: ONE})


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize("method", BATCHES)
def test_on_many_records(c, keys, method, count):
    keys = keys(count)
    for index, key in enumerate(keys):
        c.put(key, {"n": index + 1})
    results = [record.result for record in BATCHES[method](c, keys, {"filter_expression": TWO}).batch_records]
    assert results == [OUT, 0, OUT][:count]


def test_a_row_s_own_filter_wins(c, keys):
    keys = keys(3)
    for key in keys:
        c.put(key, {"n": 1})
    rows = [(keys[0], {"new": 1}), (keys[1], {"new": 1}, {"filter_expression": TWO}), (keys[2], {"new": 1}, {"filter_expression": ONE})]
    assert [record.result for record in c.batch_write(rows).batch_records] == [0, OUT, 0]
    assert [record.result for record in c.batch_write(rows, {"filter_expression": TWO}).batch_records] == [OUT, OUT, 0]
    removed = c.batch_remove([keys[0], (keys[1], {"filter_expression": TWO}), keys[2]])
    assert [record.result for record in removed.batch_records] == [0, OUT, 0]


def test_a_prepared_policy_keeps_its_filter(c, key):
    c.put(key, {"n": 1})
    prepared = aerospike_py.prepare({"filter_expression": TWO})
    for _ in range(2):
        with pytest.raises(aerospike_py.FilteredOut):
            c.get(key, prepared)


def test_a_client_wide_filter_can_be_lifted(c, key, connect):
    c.put(key, {"n": 1})
    other = connect(policies={"read": {"filter_expression": TWO}})
    with pytest.raises(aerospike_py.FilteredOut):
        other.get(key)
    assert other.get(key, {"filter_expression": None}).bins == {"n": 1}
    assert other.get(key, {"filter_expression": ONE}).bins == {"n": 1}


@pytest.mark.parametrize("expression", ["n = 1", {"__expr__": "nonsense"}, exp.eq(exp.int_bin("n"), 1)], ids=str)
def test_a_filter_that_cannot_be_read_is_not_dropped(stranger, expression):
    key, policy = ("test", "demo", "k"), {"filter_expression": expression}
    for call in (
        lambda: stranger.remove(key, None, policy),
        lambda: stranger.batch_remove([key], policy),
        lambda: stranger.batch_remove([(key, policy)]),
        lambda: stranger.batch_write([(key, {"n": 1}, policy)]),
    ):
        with pytest.raises(aerospike_py.InvalidArgError, match="filter_expression"):
            call()
