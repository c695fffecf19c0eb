"""HyperLogLog operations say and do what the official client's do."""

from __future__ import annotations

import aerospike_helpers
import pytest
from aerospike_helpers.operations import hll_operations as official_operations
from aerospike_helpers.operations.operations import write
from judged import Named, case, check

import aerospike_py
from aerospike_py import hll_operations


def sketch(official, key, first, last, index, minhash):
    """A HyperLogLog of the integers of a range, as bytes."""
    official.operate(key, [official_operations.hll_add("b", list(range(first, last)), index, minhash)])
    return bytes(official.get(key)[2]["b"])


@pytest.fixture(scope="module")
def sketches(official):
    place = ("test", "sketches")
    return [
        sketch(official, (*place, "small"), 0, 100, 8, None),
        sketch(official, (*place, "other"), 50, 400, 8, None),
        sketch(official, (*place, "finer"), 50, 400, 12, None),
        sketch(official, (*place, "minhash"), 0, 100, 8, 16),
    ]


RECORDS = {
    "small": [official_operations.hll_add("b", list(range(20, 70)), 8)],
    "minhash": [official_operations.hll_add("b", list(range(20, 70)), 8, 16)],
    "other type": [write("b", "text")],
    "nothing": [],
}
WITH_FLAGS = [{"flags": flags} for flags in (0, 1, 2, 4, 5, 6)]
CASES = [
    case("hll_init", (10,)),
    case("hll_init", (4, 51)),
    *[case("hll_init", (8, 16, Named(policy=policy)), (8, 16, policy)) for policy in WITH_FLAGS],
    case("hll_add", ([1, "a", b"z", 2.5, None, True],)),
    case("hll_add", ([1, 2], 10)),
    case("hll_add", ([1, 2], 10, 20)),
    *[case("hll_add", ([1, 2], 8, 16, Named(policy=policy)), ([1, 2], 8, 16, policy)) for policy in WITH_FLAGS],
    case("hll_get_count", ()),
    case("hll_refresh_count", ()),
    case("hll_describe", ()),
    case("hll_fold", (6,)),
    case("hll_fold", (12,)),
]
UNIONS = ["hll_get_union", "hll_get_union_count", "hll_get_intersect_count", "hll_get_similarity", "hll_set_union"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_the_official_client(c, official, key, case):
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case)


@pytest.mark.parametrize("kind", [aerospike_py.HyperLogLog, bytes])
@pytest.mark.parametrize("chosen", [(0,), (1,), (2,), (3,), (0, 1), (0, 3)], ids=str)
@pytest.mark.parametrize("name", UNIONS)
def test_with_others(c, official, key, sketches, name, chosen, kind):
    ours = [kind(sketches[index]) for index in chosen]
    its = [aerospike_helpers.HyperLogLog(sketches[index]) for index in chosen]
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case(name, (ours,), (its,)))


@pytest.mark.parametrize("policy", [{"flags": flags} for flags in (1, 2, 4, 8, 12)])
def test_flags_of_set_union(c, official, key, sketches, policy):
    ours, its = [aerospike_py.HyperLogLog(sketches[2])], [aerospike_helpers.HyperLogLog(sketches[2])]
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case("hll_set_union", (ours, Named(policy=policy)), (its, policy)))


def test_what_is_read_can_be_written_back(c, key):
    c.operate(key, [hll_operations.hll_add("b", [1, 2, 3], 8)])
    read = c.get(key).bins["b"]
    assert isinstance(read, aerospike_py.HyperLogLog)
    c.put((*key[:2], "copy"), {"b": read})
    assert c.operate((*key[:2], "copy"), [hll_operations.hll_get_count("b")]).bins == {"b": 3}


def test_every_function_is_tested():
    assert {case.name for case in CASES} | set(UNIONS) == set(hll_operations.__all__)
