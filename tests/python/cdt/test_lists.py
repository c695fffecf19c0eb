"""List operations say and do what the official client's do."""

from __future__ import annotations

import itertools

import pytest
from aerospike_helpers.operations import list_operations as official_operations
from aerospike_helpers.operations.operations import write
from judged import Named, case, check, step

from aerospike_py import list_operations

LIST = [5, 1, "a", 3, 1, [2, 9], None, 2.5, b"z", {"k": 1}]
RETURN_TYPES = [0, 1, 2, 3, 4, 5, 7, 13]
OUTER, OUTER_ITS = step("map_key", "k")
INNER, INNER_ITS = step("list_index", -1)


def range_of_values(name, begin, end, return_type, **named):
    """The official client has the return type in another place."""
    return case(name, (begin, end, return_type, Named(named)), (return_type, begin, end, Named(named)))


CASES = [
    case("list_append", (5,)),
    case("list_append", ([{"a": None}],)),
    case("list_append", (1, {"order": 1, "flags": 0}), (1, {"list_order": 1, "write_flags": 0})),
    case("list_append", (1, {"flags": 1}), (1, {"write_flags": 1})),
    case("list_append", (1, {"flags": 5}), (1, {"write_flags": 5})),
    case("list_append_items", ([7, "x", None, 2.5],)),
    case("list_append_items", ([1, 77], {"flags": 13}), ([1, 77], {"write_flags": 13})),
    case("list_insert", (2, "new")),
    case("list_insert", (-1, None)),
    case("list_insert", (20, 1)),
    case("list_insert", (20, 1, {"flags": 2}), (20, 1, {"write_flags": 2})),
    case("list_insert_items", (0, [9, 8])),
    *[case(name, (index,)) for name in ("list_pop", "list_remove", "list_get") for index in (0, -1, 3, 10, -11)],
    *[
        case(name, (index, count))
        for name in ("list_pop_range", "list_remove_range", "list_get_range", "list_trim")
        for index, count in [(0, 2), (-3, 9), (4, 0), (12, 1)]
    ],
    case("list_set", (1, 7)),
    case("list_set", (-1, "end")),
    case("list_set", (20, 1)),
    case("list_set", (0, 1, Named(policy={"flags": 5})), (0, 1, {"write_flags": 5})),
    case("list_clear", ()),
    case("list_size", ()),
    case("list_increment", (0, 3)),
    case("list_increment", (2, 3)),
    case("list_increment", (7, 3)),
    case("list_increment", (1, 1, {"flags": 1}), (1, 1, {"write_flags": 1})),
    *[case("list_sort", (flags,)) for flags in range(3)],
    case("list_sort", (0, Named(descending=True)), (1,)),
    *[case("list_set_order", (order,)) for order in (0, 1)],
    case("list_set_order", (1, Named(persist_index=True)), (1,)),
    *[case("list_create", (order, False, False)) for order in (0, 1)],
    *[
        case(name, (at, rt))
        for name, at in itertools.product(["list_get_by_index", "list_remove_by_index"], [0, -2, 20])
        for rt in RETURN_TYPES
    ],
    *[
        case(name, (at, rt))
        for name, at in itertools.product(["list_get_by_rank", "list_remove_by_rank"], [0, -2, 20])
        for rt in RETURN_TYPES
    ],
    *[
        case(f"list_{verb}_by_{what}_range", (at, rt, count, Named(inverted=inverted)))
        for verb, what in itertools.product(["get", "remove"], ["index", "rank"])
        for at, count in [(1, 2), (-3, None), (8, 9)]
        for rt in RETURN_TYPES
        for inverted in (False, True)
    ],
    *[
        case(name, (*values, rt, Named(inverted=inverted)))
        for verb in ("get", "remove")
        for name, values in [
            (f"list_{verb}_by_value", (1,)),
            (f"list_{verb}_by_value", ("missing",)),
            (f"list_{verb}_by_value_list", ([1, "a", 99],)),
        ]
        for rt in RETURN_TYPES
        for inverted in (False, True)
    ],
    *[
        range_of_values(f"list_{verb}_by_value_range", begin, end, rt, inverted=inverted)
        for verb in ("get", "remove")
        for begin, end in [(1, 5), (None, "b"), (2, None), (5, 1)]
        for rt in (0, 1, 3, 5, 7)
        for inverted in (False, True)
    ],
    *[
        case(f"list_{verb}_by_value_rank_range_relative", (3, offset, rt, count, Named(inverted=inverted)))
        for verb in ("get", "remove")
        for offset, count in [(0, 2), (-1, None), (1, 9), (-9, 3)]
        for rt in (0, 1, 3, 5, 7)
        for inverted in (False, True)
    ],
]
CONTEXT_CASES = [
    case("list_append", (1, Named(ctx=[OUTER])), (1, Named(ctx=[OUTER_ITS]))),
    case("list_size", (Named(ctx=[OUTER, INNER]),), (Named(ctx=[OUTER_ITS, INNER_ITS]),)),
    case("list_pop", (0, Named(ctx=[OUTER, INNER])), (0, Named(ctx=[OUTER_ITS, INNER_ITS]))),
    case("list_sort", (Named(ctx=[OUTER, INNER]),), (Named(ctx=[OUTER_ITS, INNER_ITS]),)),
    case(
        "list_get_by_rank_range",
        (0, 7, 2, Named(inverted=True, ctx=[OUTER, INNER])),
        (0, 7, 2, Named(inverted=True, ctx=[OUTER_ITS, INNER_ITS])),
    ),
    *[
        case(name, (*arguments, Named(ctx=[mine])), (*arguments, Named(ctx=[its])))
        for mine, its in [
            step("map_key", "new"),
            step("map_key_create", "new", 1),
            step("map_index", 0),
            step("map_rank", -1),
            step("map_value", "v"),
            step("list_index", 0),
        ]
        for name, arguments in [("list_append", (1,)), ("list_get", (0,))]
    ],
    *[
        case("list_create", (order, pad, False, Named(ctx=[mine])), (order, pad, False, Named(ctx=[its])))
        for order, pad in [(0, False), (1, False), (0, True)]
        for mine, its in [step("map_key", "new"), step("map_key", "k"), step("map_index", 7)]
    ],
]
DEEP_CASES = [
    case("list_append", (1, Named(ctx=[mine])), (1, Named(ctx=[its])))
    for mine, its in [
        step("list_index", 1),
        step("list_index", 9),
        step("list_rank", -1),
        step("list_value", [1]),
        step("list_value", [9]),
        step("list_index_create", 3, 1),
        step("list_index_create", 6, 0, True),
        step("list_index_create", 6, 0, False),
    ]
]


RECORDS = {
    "list": [write("b", LIST)],
    "ordered list": [official_operations.list_append_items("b", [3, 1, "b", 1, "a", 5, None, 2.5], {"list_order": 1})],
    "empty list": [write("b", [])],
    "other type": [write("b", "text")],
    "other bin": [write("other", 1)],
    "nothing": [],
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_the_official_client(c, official, key, case):
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case)


@pytest.mark.parametrize("case", CONTEXT_CASES, ids=str)
def test_inside_a_map(c, official, key, case):
    for index, value in enumerate([{"k": [[3, 1, 2], [9, 8, 7]], "v": "v"}, {"k": []}, {}, [[1], [2]]]):
        check(c, official, (*key[:2], index), [write("b", value)], case)


@pytest.mark.parametrize("case", DEEP_CASES, ids=str)
def test_inside_a_list(c, official, key, case):
    for index, value in enumerate([[[5], [1], [2, 3]], [], [1, 2, 3]]):
        check(c, official, (*key[:2], index), [write("b", value)], case)


def test_descending_without_duplicates(c, key):
    # The official client refuses the sum of both flags.
    c.put(key, {"b": [3, 1, 2, 1, 3]})
    c.operate(key, [list_operations.list_sort("b", 2, descending=True)])
    assert c.get(key).bins == {"b": [3, 2, 1]}


def test_every_function_is_tested():
    assert {case.name for case in CASES} == {name for name in list_operations.__all__ if name.startswith("list_")}
