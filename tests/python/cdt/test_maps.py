"""Map operations say and do what the official client's do."""

from __future__ import annotations

import itertools

import aerospike
import pytest
from aerospike_helpers.operations import map_operations as official_operations
from aerospike_helpers.operations.operations import write
from judged import Named, case, check, step

import aerospike_py
from aerospike_py import map_operations

MAP = {"a": 5, "b": 1, 3: "x", -1: None, b"z": [2, 9], "c": 2.5, "d": 1, "e": {"k": 1}}
SMALL = {"a": 3, "c": 1, "b": 2, 7: 1}
SINGLE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17]
MANY = [0, 1, 3, 5, 6, 7, 8, 13, 17]


def amount_first(name, start, return_type, count, **named):
    """The official client has the count in front of the return type."""
    return case(name, (start, return_type, count, Named(named)), (start, count, return_type, Named(named)))


def policy(order, flags):
    return {"order": order, "write_mode": flags}, {"map_order": order, "map_write_flags": flags}


def with_policy(name, arguments, order, flags):
    mine, its = policy(order, flags)
    return case(name, (*arguments, mine), (*arguments, its))


CASES = [
    *[case("map_set_policy", ({"map_order": order},)) for order in (0, 1, 3)],
    case("map_set_policy", ({"order": 1, "persist_index": True},), ({"map_order": 1, "persist_index": True},)),
    *[case("map_create", (order, persist)) for order in (0, 1, 3) for persist in (False, True)],
    *[case("map_put", (key, value)) for key in ("a", 3, b"new") for value in (1, "text", None, {"x": [1]})],
    *[
        with_policy("map_put", (key, value), order, flags)
        for key, value in [("a", 1), ("new", None)]
        for order, flags in [(1, 0), (0, 1), (0, 2), (3, 5), (1, 6)]
    ],
    case("map_put_items", ({"new": 1, "a": None},)),
    *[
        with_policy("map_put_items", ({"new": 1, "a": 2},), order, flags)
        for order, flags in [(1, 0), (0, 1), (0, 2), (0, 5), (0, 13), (1, 14)]
    ],
    *[case(name, (key, by)) for name in ("map_increment", "map_decrement") for key in ("a", "c", "new", 3) for by in (2, 0.5)],
    with_policy("map_increment", ("new", 1), 1, 0),
    case("map_clear", ()),
    case("map_size", ()),
    *[case(f"map_{verb}_by_key", (key, rt)) for verb in ("get", "remove") for key in ("a", 3, b"z", "missing") for rt in SINGLE],
    *[
        case(f"map_{verb}_by_{what}", (at, rt))
        for verb, what in itertools.product(["get", "remove"], ["index", "rank"])
        for at in (0, -2, 20)
        for rt in SINGLE
    ],
    *[
        case(f"map_{verb}_by_{what}", (*arguments, rt, Named(inverted=inverted)))
        for verb in ("get", "remove")
        for what, arguments in [
            ("key_list", (["a", 3, "missing"],)),
            ("key_range", ("a", "c")),
            ("key_range", (None, "b")),
            ("value", (1,)),
            ("value", ("missing",)),
            ("value_list", ([1, "x", 99],)),
            ("value_range", (1, 5)),
            ("value_range", (None, 2)),
        ]
        for rt in MANY
        for inverted in (False, True)
    ],
    # For the official client None is not the end of all, but the value nil.
    *[
        case(f"map_{verb}_by_{what}_range", (begin, None, rt), (begin, aerospike.CDTInfinite(), rt))
        for verb, (what, begin) in itertools.product(["get", "remove"], [("key", "b"), ("value", 2)])
        for rt in MANY
    ],
    *[
        amount_first(f"map_{verb}_by_{what}_range", start, rt, count, inverted=inverted)
        for verb, what in itertools.product(["get", "remove"], ["index", "rank"])
        for start, count in [(0, 2), (-3, 9), (20, 1)]
        for rt in MANY
        for inverted in (False, True)
    ],
    *[
        case(f"map_{verb}_by_{what}_range_relative", (value, offset, rt, count, Named(inverted=inverted)))
        for verb, (what, value) in itertools.product(["get", "remove"], [("key_index", "b"), ("value_rank", 2)])
        for offset, count in [(0, 2), (-1, None), (1, 9), (-9, 3)]
        for rt in (0, 1, 3, 5, 6, 7)
        for inverted in (False, True)
    ],
]
OUTER, OUTER_ITS = step("map_key", "k")
CONTEXT_CASES = [
    *[
        case(name, (*arguments, Named(ctx=[mine])), (*arguments, Named(ctx=[its])))
        for mine, its in [
            step("map_key", "k"),
            step("map_key", "new"),
            step("map_key_create", "new", 1),
            step("map_index", 0),
            step("map_rank", -1),
            step("map_value", {"x": 1}),
            step("list_index", 0),
        ]
        for name, arguments in [
            ("map_put", ("y", 2)),
            ("map_put", ("y", None)),
            ("map_increment", ("x", 2)),
            ("map_size", ()),
            ("map_remove_by_key", ("x", 7)),
            ("map_clear", ()),
            ("map_create", (1, False)),
            ("map_set_policy", ({"map_order": 1},)),
        ]
    ],
    case("map_get_by_value_range", (1, 2, 8, Named(inverted=True, ctx=[OUTER])), (1, 2, 8, Named(inverted=True, ctx=[OUTER_ITS]))),
]
RECORDS = {
    "map": [write("b", MAP)],
    "key-ordered map": [official_operations.map_put_items("b", SMALL, {"map_order": 1})],
    "key-value-ordered map": [official_operations.map_put_items("b", SMALL, {"map_order": 3})],
    "empty map": [write("b", {})],
    "other type": [write("b", "text")],
    "nothing": [],
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_the_official_client(c, official, key, case):
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case)


@pytest.mark.parametrize("case", CONTEXT_CASES, ids=str)
def test_inside(c, official, key, case):
    for index, value in enumerate([{"k": {"x": 1}, "v": 1}, {"k": {}}, {"k": 1}, {}, [{"x": 1}]]):
        check(c, official, (*key[:2], index), [write("b", value)], case)


@pytest.mark.parametrize("order", ["MAP_UNORDERED", "MAP_KEY_ORDERED", "MAP_KEY_VALUE_ORDERED"])
def test_set_order(c, official, key, order):
    mine = map_operations.map_set_order("b", getattr(aerospike_py, order))
    its = official_operations.map_set_policy("b", {"map_order": getattr(aerospike_py, order)})
    for record in RECORDS.values():
        check(c, official, key, record, case("map_clear", ())._replace(ours=mine, its=its))


@pytest.mark.parametrize("what", ["index", "rank"])
@pytest.mark.parametrize("verb", ["get", "remove"])
def test_ranges_without_a_count(c, key, verb, what):
    # The official client always has a count.
    c.put(key, {"b": {"a": 1, "b": 2, "c": 3}})
    operation = getattr(map_operations, f"map_{verb}_by_{what}_range")("b", -2, aerospike_py.MAP_RETURN_KEY)
    assert c.operate(key, [operation]).bins == {"b": ["b", "c"]}


def test_every_function_is_tested():
    tested = {case.name for case in CASES} | {"map_set_order"}
    assert tested == {name for name in map_operations.__all__ if name.startswith("map_")}
