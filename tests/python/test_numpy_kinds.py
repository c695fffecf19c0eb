"""Columns both ways: bools, dates, what is written and read back, queries, and that nothing is made per record."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import aerospike_py
from aerospike_py import NumpyBatchRecords


@pytest.fixture
def written(c, set_name):
    """Writes bins `v`, a record each, and gives the keys."""

    def write(values):
        keys = [("test", set_name, index) for index in range(len(values))]
        c.batch_write([(key, {"v": value}) for key, value in zip(keys, values, strict=True)])
        return keys

    return write


@pytest.mark.parametrize("strict", [False, True])
def test_bools(c, written, strict):
    keys = written([True, False, 1, 0, 1.0, 0.0])
    expected = [True, False, True, False, True, False]
    assert c.batch_read(keys, _dtype=[("v", "?")], strict=strict).batch_records["v"].tolist() == expected
    assert c.batch_read(keys, lazy=True).to_numpy([("v", "?")], strict=strict).batch_records["v"].tolist() == expected


@pytest.mark.parametrize("value", [2, -1, 0.5, math.nan])
def test_numbers_that_are_no_bools(c, written, value):
    keys = written([value])
    assert c.batch_read(keys, _dtype=[("v", "?")]).batch_records["v"].tolist() == [True]
    with pytest.raises(OverflowError, match="'v'") as caught:
        c.batch_read(keys, lazy=True).to_numpy([("v", "?")])
    assert caught.value.key[:3] == keys[0]


@pytest.mark.parametrize("kind", ["M8[s]", "M8[us]", "M8[D]", "m8[ns]", "m8[h]"])
def test_dates_are_integers_in_their_unit(c, written, kind):
    keys = written([0, 1, -5, 2**62, -(2**63), 12.0])
    array = c.batch_read(keys, _dtype=[("v", kind)], strict=True).batch_records["v"]
    assert array.dtype == np.dtype(kind)
    assert array.view("i8").tolist() == [0, 1, -5, 2**62, -(2**63), 12]
    assert np.isnat(array[4])
    with pytest.raises(TypeError, match="'v'.*a string"):
        c.batch_read(written(["2026"]), _dtype=[("v", kind)])


def test_strict_or_not(c, written):
    keys = written([300])
    assert c.batch_read(keys, _dtype=[("v", "u1")]).batch_records["v"].tolist() == [44]
    with pytest.raises(OverflowError, match="'v'.*300") as caught:
        c.batch_read(keys, _dtype=[("v", "u1")], strict=True)
    assert caught.value.key[:3] == keys[0]
    for result in (c.batch_read(keys), c.batch_read(keys, lazy=True)):
        assert result.to_numpy([("v", "u1")], strict=False).batch_records["v"].tolist() == [44]
        with pytest.raises(OverflowError, match="'v'.*300"):
            result.to_numpy([("v", "u1")])
    with pytest.raises(TypeError, match="strict"):
        c.batch_read(keys, _dtype=[("v", "u1")], strict="yes")


def test_rows_whose_values_are_python_objects_already(c, written):
    keys = written([1, 2, 3])
    records = c.batch_read(keys, lazy=True)
    assert records[1] == {"v": 2}
    assert records.to_numpy([("v", "i2")]).batch_records["v"].tolist() == [1, 2, 3]


def test_bins_in_another_order(c, set_name):
    keys = [("test", set_name, index) for index in range(4)]
    orders = [("a", "b", "c"), ("c", "b", "a"), ("b",), ("c", "a", "b")]
    for key, order in zip(keys, orders, strict=True):
        c.put(key, {name: ord(name) for name in order})
    array = c.batch_read(keys, _dtype=[("b", "i4"), ("a", "i4"), ("c", "i4"), ("d", "i4")]).batch_records
    assert array.tolist() == [(98, 97, 99, 0), (98, 97, 99, 0), (98, 0, 0, 0), (98, 97, 99, 0)]


# Queries.


def test_a_scan(c, set_name):
    for index in range(300):
        c.put(("test", set_name, index), {"v": index, "s": str(index)}, policy={"key": aerospike_py.POLICY_KEY_SEND, "ttl": 100})
    batch = c.scan("test", set_name).to_numpy([("v", "i4"), ("s", "S4")])
    assert type(batch) is NumpyBatchRecords
    assert sorted(batch.batch_records["v"].tolist()) == list(range(300))
    assert [int(text) for text in batch.batch_records["s"]] == batch.batch_records["v"].tolist()
    assert batch.result_codes.tolist() == [0] * 300
    assert set(batch.meta["gen"]) == {1}
    assert all(50 <= ttl <= 100 for ttl in batch.meta["ttl"])
    assert batch.get(7)["v"] == 7
    assert len(batch._map) == 300


def test_a_query_of_nothing_and_of_some(c, set_name):
    assert len(c.query("test", set_name).to_numpy([("v", "i4")])) == 0
    c.batch_write([(("test", set_name, index), {"v": index, "w": 1}) for index in range(50)])
    query = c.query("test", set_name).select("v")
    batch = query.to_numpy([("v", "i4"), ("w", "i4")], {"max_records": 10})
    assert len(batch) == 10
    assert batch.batch_records["w"].tolist() == [0] * 10
    assert batch._map == {}


def test_a_query_is_strict(c, set_name):
    c.put(("test", set_name, "big"), {"v": 300})
    query = c.query("test", set_name)
    with pytest.raises(OverflowError, match="'v'.*300") as caught:
        query.to_numpy([("v", "i1")])
    assert caught.value.key.digest == aerospike_py.calc_digest("test", set_name, "big")
    assert query.to_numpy([("v", "i1")], strict=False).batch_records["v"].tolist() == [44]
    with pytest.raises(TypeError, match="'v'.*unicode"):
        query.to_numpy([("v", "U4")])


# What is written comes back.

NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "f2", "f4", "f8", "M8[ms]", "m8[s]"]


def columns(kind):
    """Values of a kind, as the bytes of an element."""
    dtype = np.dtype(kind)
    if kind == "?":
        return st.booleans().map(np.array)
    if dtype.kind == "f":
        return st.floats(width=8 * dtype.itemsize).map(lambda number: np.array(number, dtype))
    if dtype.kind == "S":
        return st.binary(max_size=dtype.itemsize).map(lambda text: np.array(text, dtype))
    return st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize).map(lambda text: np.frombuffer(text, dtype)[0])


@st.composite
def arrays(draw):
    kinds = draw(st.lists(st.sampled_from([*NUMBERS, "S5", "V3", "2i2", "(2,2)f4"]), min_size=1, max_size=6))
    order = draw(st.sampled_from("<>"))
    dtype = np.dtype([("_key", "i4"), *((f"f{index}", kind) for index, kind in enumerate(kinds))], align=draw(st.booleans()))
    rows = draw(st.integers(0, 5))
    array = np.zeros(rows, dtype.newbyteorder(order))
    array["_key"] = np.arange(rows)
    for index, kind in enumerate(kinds):
        field = dtype[f"f{index}"]
        base, shape = (field.subdtype[0].str, field.shape) if field.subdtype else (kind, ())
        for row in range(rows):
            cells = [draw(columns(base)) for _ in range(math.prod(shape))]
            array[f"f{index}"][row] = np.array(cells).reshape(shape) if shape else cells[0]
    return array[:: draw(st.sampled_from([1, -1, 2]))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(array=arrays())
def test_what_is_written_is_read_back(c, set_name, array):
    written = c.batch_write_numpy(array, "test", set_name)
    assert [row.result for row in written.batch_records] == [0] * len(array)
    native = array.astype(array.dtype.newbyteorder("="))
    fields = np.dtype([(name, native.dtype[name]) for name in native.dtype.names if name != "_key"])
    keys = ("test", set_name, array["_key"])
    for back in (
        c.batch_read(keys, _dtype=fields),
        c.batch_read(keys, _dtype=fields, strict=True),
        c.batch_read(keys, lazy=True).to_numpy(fields),
    ):
        for name in fields.names:
            got, expected = back.batch_records[name], native[name]
            # NaNs have many bits, and 16 and 32 of them go through 64.
            if fields[name].kind == "f":
                np.testing.assert_array_equal(got, expected)
            else:
                assert got.tobytes() == expected.tobytes(), name


# Nothing per record.


def growth(make):
    """How many blocks of memory Python has more of, once for warming up and once counted."""
    make()
    before = sys.getallocatedblocks()
    result = make()
    return sys.getallocatedblocks() - before, result


def test_no_python_object_for_a_record(c, set_name):
    count = 2000
    keys = ("test", set_name, np.arange(count))
    dtype = [("v", "i8"), ("s", "S8"), ("f", "f4")]
    c.batch_write_numpy(
        {"_key": np.arange(count), "v": np.arange(count) + 1000, "s": np.arange(count).astype("S8"), "f": np.ones(count)}, "test", set_name
    )
    lazy = c.batch_read(keys, lazy=True)
    query = c.scan("test", set_name)
    ways = {
        # A user key per record, for the map; none for records, bins or values.
        "batch_read": (lambda: c.batch_read(keys, _dtype=dtype), count),
        "lazy": (lambda: lazy.to_numpy(dtype), 0),
        "scan": (lambda: query.to_numpy(dtype), 0),
    }
    for name, (make, keys_kept) in ways.items():
        blocks, batch = growth(make)
        assert len(batch) == count
        assert blocks < keys_kept + 200, name
