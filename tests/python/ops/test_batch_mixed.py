"""batch: reads, writes, removals and calls of functions together; batch_exists."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import Apply, Read, Remove, Write, exp
from aerospike_py.types import BatchWriteResult, ExistsResult

INCREMENT = {"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}
READ = {"op": aerospike_py.OPERATOR_READ, "bin": "n"}
SOURCE = "function twice(rec, by) return 2 * by end"


def results(result):
    return [(row.result, row.record and row.record.bins) for row in result.batch_records]


def test_everything_at_once(c, keys):
    c.udf_put("mixed.lua", source=SOURCE)
    keys = keys(7)
    for key in keys[:4]:
        c.put(key, {"n": 1, "m": 2})
    result = c.batch(
        [
            Read(keys[0]),
            Read(keys[1], bins=["m"]),
            Read(keys[1], ops=[READ]),
            Read(keys[1], bins=[]),
            Write(keys[2], {"n": 9}),
            Write(keys[3], ops=[INCREMENT, READ]),
            Remove(keys[2]),
            Remove(keys[6]),
            Apply(keys[4], "mixed", "twice", [4]),
            Read(keys[5]),
        ]
    )
    assert type(result) is BatchWriteResult
    assert results(result) == [
        (0, {"n": 1, "m": 2}),
        (0, {"m": 2}),
        (0, {"n": 1}),
        (0, {}),
        (0, {}),
        (0, {"n": 2}),
        (0, {}),
        (2, None),
        (0, {"SUCCESS": 8}),
        (2, None),
    ]
    assert [row.key[:3] for row in result.batch_records][:2] == [keys[0], keys[1]]
    assert c.exists(keys[2]).meta is None
    assert c.get(keys[3]).bins == {"n": 2, "m": 2}


def test_the_policy_of_a_row_wins(c, keys):
    first, second, third, fourth = keys(4)
    for key in (first, second, third, fourth):
        c.put(key, {"n": 1})
    is_two = exp.eq(exp.int_bin("n"), exp.int_val(2))
    result = c.batch(
        [
            Write(first, {"n": 5}, policy={"ttl": 60}),
            Write(second, {"n": 5}, policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}),
            Write(third, {"n": 5}, meta={"gen": 7}),
            Remove(fourth, policy={"filter_expression": is_two}),
        ],
        {"ttl": 500},
    )
    assert [row.result for row in result.batch_records] == [0, 5, 3, 27]
    assert 50 <= c.get(first).meta.ttl <= 60
    assert [c.get(key).bins["n"] for key in (second, third, fourth)] == [1, 1, 1]


def test_nothing_to_do(c):
    assert c.batch([]).batch_records == []
    assert c.batch_exists([]) == []


@pytest.mark.parametrize(
    ("rows", "error", "text"),
    [
        ([("test", "s", 1)], TypeError, r"ops\[0\]: tuple is not a Read, Write, Remove or Apply"),
        (Read(("test", "s", 1)), TypeError, "ops is a sequence"),
        ("abc", TypeError, "ops is a sequence"),
        ([Read("k")], TypeError, r"ops\[0\]: a key is a tuple"),
        ([Read(("test", "s", 1), bins=["a"], ops=[READ])], aerospike_py.InvalidArgError, "both bins and ops"),
        ([Read(("test", "s", 1), ops=[INCREMENT])], aerospike_py.InvalidArgError, "use Write"),
        ([Read(("test", "s", 1), bins="abc")], TypeError, r"ops\[0\]"),
        ([Write(("test", "s", 1))], aerospike_py.InvalidArgError, "neither bins nor ops"),
        ([Write(("test", "s", 1), {})], ValueError, r"ops\[0\]: bins is empty"),
        ([Write(("test", "s", 1), {"a": 1}, policy={"tll": 1})], aerospike_py.InvalidArgError, "did you mean 'ttl'"),
        ([Remove(("test", "s", 1)), Remove(("test", 1, 1))], TypeError, r"ops\[1\]"),
        ([Apply(("test", "s", 1), "m;x", "f")], ValueError, "module 'm;x'"),
        ([Apply(("test", "s", 1), "m", "f", 5)], aerospike_py.InvalidArgError, "args"),
    ],
)
def test_bad_input(stranger, rows, error, text):
    with pytest.raises(error, match=text):
        stranger.batch(rows)


def test_batch_exists(c, keys):
    keys = keys(3)
    c.put(keys[0], {"n": 1})
    c.put(keys[2], {"n": 1})
    found = c.batch_exists(keys)
    assert all(type(item) is ExistsResult for item in found)
    assert [item.meta and item.meta.gen for item in found] == [1, None, 1]
    assert [item.key[:3] for item in found] == keys
    assert found == [c.exists(key) for key in keys]
    with pytest.raises(TypeError, match="give a list of keys"):
        c.batch_exists(keys[0])
