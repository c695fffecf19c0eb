"""operate and operate_ordered: several operations on one record, as one."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py.types import BinTuple, OperateOrderedResult, Record

R, W, INC = aerospike_py.OPERATOR_READ, aerospike_py.OPERATOR_WRITE, aerospike_py.OPERATOR_INCR
APPEND, PREPEND = aerospike_py.OPERATOR_APPEND, aerospike_py.OPERATOR_PREPEND
TOUCH, DELETE = aerospike_py.OPERATOR_TOUCH, aerospike_py.OPERATOR_DELETE


def read(bin):
    return {"op": R, "bin": bin}


def write(bin, val):
    return {"op": W, "bin": bin, "val": val}


ALL = {"op": R}


def test_operate(c, key):
    c.put(key, {"n": 1, "s": "b", "old": 1})
    record = c.operate(
        key,
        [
            {"op": INC, "bin": "n", "val": 5},
            {"op": APPEND, "bin": "s", "val": "c"},
            {"op": PREPEND, "bin": "s", "val": "a"},
            write("new", [1, 2]),
            write("old", None),
            {"op": TOUCH},
            read("n"),
            read("s"),
        ],
    )
    assert type(record) is Record
    assert record.key[:3] == key
    assert len(record.key.digest) == 20
    assert record.meta.gen == 2
    assert record.bins == {"n": 6, "s": "abc"}
    assert c.get(key).bins == {"n": 6, "s": "abc", "new": [1, 2]}


def test_operations_that_answer_nothing(c, key):
    assert c.operate(key, [write("a", 1)]).bins == {}
    assert c.operate(key, [{"op": INC, "bin": "a", "val": 1}, {"op": TOUCH}]).bins == {}
    assert c.operate_ordered(key, [write("a", 1), {"op": TOUCH}]).ordered_bins == []
    assert c.get(key).bins == {"a": 1}


def test_several_answers_of_one_bin_are_a_list(c, key):
    ops = [write("a", 1), read("a"), {"op": INC, "bin": "a", "val": 1}, read("a"), write("b", 9), read("b")]
    assert c.operate(key, ops).bins == {"a": [1, 2], "b": 9}


def test_one_read_beside_writes_is_no_list(c, key):
    assert c.operate(key, [write("a", [1]), read("a")]).bins == {"a": [1]}


def test_reads_only(c, key):
    c.put(key, {"a": 1, "b": 2, "c": 3})
    record = c.operate(key, [read("c"), read("a"), read("zz")])
    assert record.bins == {"c": 3, "a": 1}
    assert record.meta.gen == 1
    assert c.operate(key, [ALL]).bins == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("all", [{"op": R}, {"op": R, "bin": None}])
def test_a_read_of_all_bins_after_writes(c, key, all):
    c.put(key, {"a": 1, "b": 2})
    assert c.operate(key, [write("a", 5), write("c", 6), all]).bins == {"a": 5, "b": 2, "c": 6}


def test_delete(c, key):
    c.put(key, {"a": 1, "b": 2})
    record = c.operate(key, [read("a"), {"op": DELETE}])
    assert record.bins == {"a": 1}
    assert c.exists(key).meta is None


def test_delete_and_write_anew(c, key):
    c.put(key, {"a": 1, "b": 2})
    c.operate(key, [{"op": DELETE}, write("c", 3)])
    assert c.get(key).bins == {"c": 3}


def test_all_or_none(c, key):
    c.put(key, {"a": 1, "s": "x"})
    with pytest.raises(aerospike_py.BinTypeError) as caught:
        c.operate(key, [write("a", 2), {"op": INC, "bin": "s", "val": 1}])
    assert caught.value.code == 12
    assert caught.value.key[:3] == key
    assert c.get(key) == (c.get(key).key, (1, 4294967295), {"a": 1, "s": "x"})


@pytest.mark.parametrize("method", ["operate", "operate_ordered"])
@pytest.mark.parametrize("ops", [[read("a")], [{"op": TOUCH}], [{"op": DELETE}]])
def test_a_record_that_is_not_there(c, key, method, ops):
    with pytest.raises(aerospike_py.RecordNotFound):
        getattr(c, method)(key, ops)


@pytest.mark.parametrize("method", ["operate", "operate_ordered"])
def test_writes_make_the_record(c, key, method):
    getattr(c, method)(key, [write("a", 1), read("a")])
    assert c.get(key).bins == {"a": 1}


def test_ordered(c, key):
    names = ["f", "a", "b", "e"]
    c.put(key, {name: name.upper() for name in sorted(names)})
    result = c.operate_ordered(key, [read(name) for name in names])
    assert type(result) is OperateOrderedResult
    assert result.key[:3] == key
    assert result.meta == (1, 4294967295)
    assert result.ordered_bins == [(name, name.upper()) for name in names]
    assert all(type(item) is BinTuple for item in result.ordered_bins)
    assert result.ordered_bins[0].name == "f"
    assert result.ordered_bins[0].value == "F"


def test_ordered_keeps_each_answer_of_one_bin(c, key):
    c.put(key, {"old": 1})
    ops = [
        write("a", 1),
        read("a"),
        {"op": INC, "bin": "a", "val": 1},
        read("b"),
        read("a"),
        {"op": APPEND, "bin": "s", "val": "x"},
        read("s"),
        {"op": TOUCH},
        read("a"),
    ]
    assert c.operate_ordered(key, ops).ordered_bins == [("a", 1), ("b", None), ("a", 2), ("s", "x"), ("a", 2)]


def test_ordered_reads_of_bins_that_are_not_there(c, key):
    """One entry per operation that answers: a bin that is not there answers None, beside writes and without them."""
    c.put(key, {"a": 1, "b": 2})
    reads = [read("x"), read("b"), read("y"), read("a"), read("b")]
    expected = [("x", None), ("b", 2), ("y", None), ("a", 1), ("b", 2)]
    assert c.operate_ordered(key, reads).ordered_bins == expected
    assert c.operate_ordered(key, [{"op": TOUCH}, *reads]).ordered_bins == expected


@pytest.mark.parametrize("writes", [[], [write("c", 3)]])
def test_ordered_read_of_all_bins(c, key, writes):
    c.put(key, {"a": 1, "b": 2})
    expected = [("a", 1), ("b", 2)] + [("c", 3)] * len(writes)
    assert c.operate_ordered(key, [*writes, ALL]).ordered_bins == expected


@pytest.mark.parametrize("method", ["operate", "operate_ordered"])
def test_a_list_of_operations_is_any_sequence(c, key, method):
    result = getattr(c, method)(key, (write("a", 1), read("a")))
    assert result[2] in ({"a": 1}, [("a", 1)])


@pytest.mark.parametrize(
    "value", [True, 1.5, "x", b"x", [1, [2]], {"a": {"b": 1}}, aerospike_py.GeoJSON('{"type":"Point","coordinates":[1.0,2.0]}')]
)
def test_values(c, key, value):
    record = c.operate(key, [write("a", value), read("a")])
    assert record.bins == {"a": value}
    assert type(record.bins["a"]) is type(value)


def test_the_operate_policy_of_the_configuration(connect, key):
    c = connect(policies={"operate": {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}})
    c.operate(key, [write("a", 1)])
    with pytest.raises(aerospike_py.RecordExistsError):
        c.operate(key, [write("a", 2)])
    c.put(key, {"a": 3})


def test_respond_per_each_op(c, key):
    """As the server does then: operations that answer nothing answer None."""
    ops = [write("a", 1), {"op": INC, "bin": "a", "val": 1}, read("a"), write("b", 1)]
    assert c.operate(key, ops, policy={"respond_per_each_op": True}).bins == {"a": [None, None, 2], "b": None}
