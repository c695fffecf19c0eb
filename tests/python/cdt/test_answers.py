"""How the answers of collection operations come back, by each method that takes operations."""

from __future__ import annotations

import aerospike_py
from aerospike_py import bit_operations, hll_operations, list_operations, map_operations

VALUE, NONE = aerospike_py.LIST_RETURN_VALUE, aerospike_py.LIST_RETURN_NONE
OPERATIONS = [
    list_operations.list_append("l", 9),
    list_operations.list_set("l", 0, 7),
    map_operations.map_put("m", "k", 1),
    {"op": aerospike_py.OPERATOR_WRITE, "bin": "n", "val": 1},
    list_operations.list_remove_by_index("l", 1, NONE),
    map_operations.map_get_by_key("m", "k", VALUE),
    hll_operations.hll_init("h", 8),
    hll_operations.hll_add("h", [1, 2]),
    bit_operations.bit_resize("z", 2),
    bit_operations.bit_count("z", 0, 16),
    list_operations.list_size("l"),
    list_operations.list_get_range("l", 0, 10),
]


def test_operate(c, key):
    c.put(key, {"l": [1, 2]})
    assert c.operate(key, OPERATIONS).bins == {"l": [3, 2, [7, 9]], "m": [1, 1], "h": 2, "z": 0}


def test_operate_ordered(c, key):
    c.put(key, {"l": [1, 2]})
    answers = c.operate_ordered(key, OPERATIONS).ordered_bins
    assert answers == [("l", 3), ("m", 1), ("m", 1), ("h", 2), ("z", 0), ("l", 2), ("l", [7, 9])]


def test_operate_ordered_that_only_reads(c, key):
    c.put(key, {"l": [3, 1], "m": {"a": 1}})
    operations = [
        list_operations.list_get_by_rank("l", 0, VALUE),
        map_operations.map_get_by_key("m", "missing", VALUE),
        list_operations.list_size("l"),
        map_operations.map_size("m"),
        list_operations.list_size("missing"),
    ]
    assert c.operate_ordered(key, operations).ordered_bins == [("l", 1), ("m", None), ("l", 2), ("m", 1), ("missing", None)]


def test_batch_operate(c, keys):
    keys = keys(3)
    c.put(keys[0], {"l": [1, 2]})
    c.put(keys[1], {"l": "text"})
    records = c.batch_operate(keys, OPERATIONS).batch_records
    assert [record.result for record in records] == [0, aerospike_py.AEROSPIKE_ERR_BIN_TYPE, aerospike_py.AEROSPIKE_ERR_OP_NOT_APPLICABLE]
    assert records[0].record.bins == {"l": [3, 2, [7, 9]], "m": [1, 1], "h": 2, "z": 0}


def test_batch_operate_that_only_reads(c, keys):
    keys = keys(2)
    c.put(keys[0], {"l": [1, 2]})
    records = c.batch_operate(keys, [list_operations.list_size("l"), list_operations.list_get("l", -1)]).batch_records
    assert [record.result for record in records] == [0, aerospike_py.AEROSPIKE_ERR_RECORD_NOT_FOUND]
    assert records[0].record.bins == {"l": [2, 2]}


def test_pairs_are_tuples_and_maps_are_dicts(c, key):
    c.put(key, {"m": {"b": 1, "a": 2}})
    answers = [
        c.operate(key, [map_operations.map_get_by_rank_range("m", 0, kind)]).bins["m"]
        for kind in (aerospike_py.MAP_RETURN_KEY_VALUE, 16, 17)
    ]
    assert answers == [[("b", 1), ("a", 2)], {"a": 2, "b": 1}, {"a": 2, "b": 1}]
    assert list(answers[2]) == ["a", "b"]
