"""Bit operations say and do what the official client's do."""

from __future__ import annotations

import pytest
from aerospike_helpers.operations.operations import write
from judged import case, check

from aerospike_py import bit_operations

BYTES = bytes([0b0000_0001, 0b0100_0010, 0b0000_0011, 0xFF, 0x80])
SIGNED = [False, True]


def flagged(name, arguments, flags):
    """The official client wants the flags in a dict."""
    return case(name, (*arguments, flags), (*arguments, {"bit_write_flags": flags}))


def with_bytes(name, place, value, flags=0):
    """The official client wants to be told how many bytes the value has."""
    return case(name, (*place, value, flags), (*place, len(value), value, {"bit_write_flags": flags}))


RECORDS = {"bytes": [write("b", BYTES)], "empty": [write("b", b"")], "other type": [write("b", "text")], "nothing": []}
CASES = [
    *[case("bit_resize", (size, flags), (size, None, flags)) for size in (0, 3, 8) for flags in (0, 1, 2, 3, 4, 5)],
    case("bit_resize", (8, 0, 1), (8, {"bit_write_flags": 1}, 0)),
    case("bit_resize", (8, 0, 6), (8, {"bit_write_flags": 6}, 0)),
    *[with_bytes("bit_insert", (at,), b"\xaa\xbb", flags) for at in (0, 2, -1, 9) for flags in (0, 2)],
    *[flagged("bit_remove", place, flags) for place in [(0, 1), (-2, 2), (3, 9)] for flags in (0, 2, 4, 12)],
    *[
        with_bytes(f"bit_{name}", place, b"\xf0\x0f", flags)
        for name in ("set", "or", "xor", "and")
        for place in [(0, 16), (5, 3), (-9, 9), (36, 9), (0, 0)]
        for flags in (0, 4, 12)
    ],
    *[flagged("bit_not", place, flags) for place in [(0, 8), (3, 13), (-1, 1), (36, 9)] for flags in (0, 4, 12)],
    *[flagged(name, (*place, by), 0) for name in ("bit_lshift", "bit_rshift") for place in [(0, 16), (5, 13)] for by in (0, 1, 20)],
    *[
        flagged(name, (*place, value, signed, action), 0)
        for name in ("bit_add", "bit_subtract")
        for place in [(0, 8), (24, 8), (30, 4), (0, 40), (-8, 8)]
        for value in (1, 200)
        for signed in SIGNED
        for action in (0, 2, 4)
    ],
    *[flagged("bit_set_int", (*place, value), 0) for place in [(0, 8), (5, 13), (0, 64), (0, 1)] for value in (0, 1, 255, -1)],
    *[case(f"bit_{name}", place) for name in ("get", "count") for place in [(0, 8), (3, 13), (-9, 9), (0, 40), (0, 41), (41, 1)]],
    *[case(f"bit_{name}scan", (*place, value)) for name in "lr" for place in [(0, 8), (24, 8), (3, 30), (0, 41)] for value in SIGNED],
    *[case("bit_get_int", (*place, signed)) for place in [(0, 8), (24, 8), (5, 13), (0, 40), (0, 64)] for signed in SIGNED],
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_the_official_client(c, official, key, case):
    for record, before in RECORDS.items():
        check(c, official, (*key[:2], record), before, case)


def test_every_function_is_tested():
    assert {case.name for case in CASES} == set(bit_operations.__all__)
