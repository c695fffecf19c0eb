"""Maps that the server keeps in the order of their keys: written so, read so, and as the official client sees them."""

from __future__ import annotations

import aerospike
import pytest

import aerospike_py
import aerospike_py.official
from aerospike_py import KeyOrderedDict, exp
from aerospike_py import map_operations as ma
from aerospike_py.exception import ArgumentTypeError
from aerospike_py.expression_operations import expression_write

PAIRS = {"b": 1, "a": 2, 3: "three", b"x": None}


def test_the_order_survives_reading_and_writing(c, key, official):
    c.put(key, {"o": KeyOrderedDict(PAIRS), "u": dict(PAIRS), "in": [KeyOrderedDict(z=KeyOrderedDict(y=1), a={})]})
    for _ in range(2):
        bins = c.get(key).bins
        assert bins == {"o": PAIRS, "u": PAIRS, "in": [{"z": {"y": 1}, "a": {}}]}
        kinds = [bins["o"], bins["u"], bins["in"][0], bins["in"][0]["z"], bins["in"][0]["a"]]
        assert [type(each) for each in kinds] == [KeyOrderedDict, dict, KeyOrderedDict, KeyOrderedDict, dict]
        assert list(bins["o"]) == [3, "a", "b", b"x"]
        seen = official.get(key)[2]
        kinds = [seen["o"], seen["u"], seen["in"][0], seen["in"][0]["z"], seen["in"][0]["a"]]
        assert [type(each).__name__ for each in kinds] == ["KeyOrderedDict", "dict", "KeyOrderedDict", "KeyOrderedDict", "dict"]
        c.put(key, bins)


def test_one_of_the_official_client_is_read(c, key, official):
    official.put(key, {"o": aerospike.KeyOrderedDict(b=1, a=2), "u": {"b": 1}})
    bins = c.get(key).bins
    assert (type(bins["o"]), type(bins["u"])) == (KeyOrderedDict, dict)
    # Its class is a dict to us; its operations say more.
    operation = {"op": aerospike.OPERATOR_WRITE, "bin": "again", "val": aerospike.KeyOrderedDict(b=1, a=2)}
    c.operate(key, aerospike_py.official.ops([operation]))
    assert type(c.get(key).bins["again"]) is KeyOrderedDict


def test_what_operations_give(c, key):
    c.put(key, {"o": KeyOrderedDict(a=1, b=2, c=3), "u": {"a": 1}})
    of_order = ma.map_get_by_index_range("o", 0, aerospike_py.MAP_RETURN_ORDERED_MAP, 2)
    record = c.operate(key, [of_order])
    assert record.bins == {"o": {"a": 1, "b": 2}}
    assert type(record.bins["o"]) is KeyOrderedDict
    plain = c.operate(key, [ma.map_get_by_index_range("o", 0, aerospike_py.MAP_RETURN_UNORDERED_MAP, 2)])
    assert type(plain.bins["o"]) is dict


@pytest.mark.parametrize("batch", ["batch_read", "batch_operate", "query"])
def test_in_many_records(c, keys, set_name, batch):
    (key,) = keys(1)
    c.put(key, {"o": KeyOrderedDict(b=1, a=2)})
    if batch == "batch_read":
        bins = c.batch_read([key])[key[2]]
    elif batch == "batch_operate":
        operation = {"op": aerospike_py.OPERATOR_READ, "bin": "o", "val": None}
        bins = c.batch_operate([key], [operation]).batch_records[0].record.bins
    else:
        bins = c.query("test", set_name).results()[0].bins
    assert bins == {"o": {"a": 2, "b": 1}}
    assert type(bins["o"]) is KeyOrderedDict


def test_a_value_to_compare_with(c, key):
    c.put(key, {"l": [KeyOrderedDict(b=1), 2]})
    same = aerospike_py.list_operations.list_get_by_value("l", KeyOrderedDict(b=1), aerospike_py.LIST_RETURN_COUNT)
    assert c.operate(key, [same]).bins == {"l": 1}
    equal = exp.eq(exp.map_val(KeyOrderedDict(b=1)), exp.list_get_by_index("l", 0, value_type=exp.EXP_TYPE_MAP))
    assert c.get(key, {"filter_expression": equal}).bins == {"l": [{"b": 1}, 2]}


def test_its_pairs_are_put(c, key):
    c.operate(key, [ma.map_put_items("m", KeyOrderedDict(b=1, a=2))])
    assert c.get(key).bins == {"m": {"a": 2, "b": 1}}


def test_an_expression_writes_one(c, key):
    c.put(key, {"n": 1})
    c.operate(key, [expression_write("o", exp.map_val(KeyOrderedDict(b=1, a=[KeyOrderedDict(c=1)])))])
    bins = c.get(key).bins
    assert bins == {"n": 1, "o": {"a": [{"c": 1}], "b": 1}}
    assert [type(each) for each in (bins["o"], bins["o"]["a"][0])] == [KeyOrderedDict] * 2


def test_keys_that_are_refused(c, key):
    with pytest.raises(ArgumentTypeError, match=r"1\.5"):
        c.put(key, {"o": KeyOrderedDict({1.5: 1})})


def test_depth_is_bounded(c, key):
    deep = KeyOrderedDict()
    for _ in range(70):
        deep = KeyOrderedDict(k=deep)
    with pytest.raises(ValueError, match="nest deeper"):
        c.put(key, {"o": deep})
