"""Batches as columns: `_dtype`, which cuts, and `to_numpy`, which is strict."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from identity import steady

import aerospike_py
from aerospike_py import GeoJSON, HyperLogLog, NumpyBatchRecords

SKETCH = HyperLogLog(bytes([0, 4, 0]) + bytes(8) + bytes(12))


@pytest.fixture
def column(c, keys):
    """Writes values into a bin `v`, a record each, and reads them into a field."""

    def read(values, dtype, *, strict=False):
        names = keys(len(values))
        c.batch_write([(key, {"v": value, "other": 0}) for key, value in zip(names, values, strict=True)])
        if strict:
            return c.batch_read(names, lazy=True).to_numpy(np.dtype([("v", *dtype)] if isinstance(dtype, tuple) else [("v", dtype)]))
        return c.batch_read(names, _dtype=np.dtype([("v", *dtype)] if isinstance(dtype, tuple) else [("v", dtype)]))

    return read


def test_a_batch(c, keys):
    keys = keys(4)
    for index in (0, 2, 3):
        c.put(keys[index], {"i": index, "f": index / 2, "s": f"s{index}"})
    dtype = np.dtype([("i", "i4"), ("f", "f8"), ("s", "S4"), ("none", "u1")])
    batch = c.batch_read(keys, _dtype=dtype)
    assert type(batch) is NumpyBatchRecords
    assert batch.batch_records.dtype == dtype
    assert batch.batch_records.tolist() == [(0, 0.0, b"s0", 0), (0, 0.0, b"", 0), (2, 1.0, b"s2", 0), (3, 1.5, b"s3", 0)]
    assert batch.meta.dtype == np.dtype([("gen", "u4"), ("ttl", "u4")])
    assert batch.meta["gen"].tolist() == [1, 0, 1, 1]
    assert batch.meta["ttl"].tolist() == [4294967295, 0, 4294967295, 4294967295]
    assert batch.result_codes.dtype == np.int32
    assert batch.result_codes.tolist() == [0, 2, 0, 0]
    assert batch._map == {"k0": 0, "k1": 1, "k2": 2, "k3": 3}
    assert batch.get("k3")["f"] == 1.5
    assert type(batch.get("k3")) is np.void
    assert batch.get("k1")["i"] == 0
    with pytest.raises(KeyError, match="zz"):
        batch.get("zz")
    assert len(batch) == 4
    assert [row["i"] for row in batch] == [0, 0, 2, 3]
    assert "k1" in batch
    assert "zz" not in batch
    assert repr(batch) == "NumpyBatchRecords(count=4, ok=3, fields=['i', 'f', 's', 'none'])"
    again = pickle.loads(pickle.dumps(batch))
    assert again.batch_records.tolist() == batch.batch_records.tolist()


def test_arrays_are_ones_own(column):
    batch = column([1, 2, 3], "i8")
    for array in (batch.batch_records, batch.meta, batch.result_codes):
        assert array.flags.writeable
        assert array.flags.c_contiguous
        assert array.flags.aligned
    batch.batch_records["v"] += 1
    assert batch.batch_records["v"].tolist() == [2, 3, 4]


def by_name(fields):
    names, formats = zip(*fields, strict=True)
    return {"names": names, "formats": formats}


@pytest.mark.parametrize("make", [np.dtype, list, by_name])
def test_what_makes_a_dtype(c, keys, make):
    (key,) = keys(1)
    c.put(key, {"a": 1, "b": 2.5})
    batch = c.batch_read([key], _dtype=make([("a", "i4"), ("b", "f4")]))
    assert batch.batch_records.tolist() == [(1, 2.5)]


def test_bins_that_are_asked_for(wire, relay, keys):
    c, keys = wire(), keys(2)
    c.batch_write([(key, {"a": 1, "b": 2}) for key in keys])
    batch = c.batch_read(keys, ["a"], _dtype=[("a", "i4"), ("b", "i4")])
    assert batch.batch_records.tolist() == [(1, 0), (1, 0)]
    assert c.batch_read(keys, [], _dtype=[("a", "i4")]).batch_records["a"].tolist() == [0, 0]


def test_no_keys(c):
    batch = c.batch_read([], _dtype=[("a", "i4")])
    assert len(batch) == 0
    assert batch.batch_records.dtype == np.dtype([("a", "i4")])
    assert batch._map == {}


def test_keys_twice_and_by_digest(c, keys):
    keys = keys(2)
    c.batch_write([(key, {"a": index}) for index, key in enumerate(keys)])
    by_digest = (*keys[1][:2], None, c.exists(keys[1]).key.digest)
    batch = c.batch_read([keys[0], by_digest, keys[0]], _dtype=[("a", "i4")])
    assert batch.batch_records["a"].tolist() == [0, 1, 0]
    assert batch._map == {"k0": 2, "__no_user_key_1__": 1}


def test_user_keys_that_a_dict_cannot_hold(c, set_name):
    key = ("test", set_name, bytearray(b"x"))
    c.put(key, {"a": 7})
    assert c.batch_read([key], _dtype=[("a", "i4")]).get(b"x")["a"] == 7


@pytest.mark.parametrize("make", [np.array, lambda keys: np.array(keys, dtype=object), list, tuple])
@pytest.mark.parametrize("user_keys", [[1, 2, 3], ["a", "bb", "c"]])
def test_arrays_of_user_keys(c, set_name, make, user_keys):
    c.batch_write([(("test", set_name, user_key), {"v": index}) for index, user_key in enumerate(user_keys)])
    array = make(user_keys)
    for batch in (
        c.batch_read(array, namespace="test", set=set_name, _dtype=[("v", "i4")]),
        c.batch_read(("test", set_name, array), _dtype=[("v", "i4")]),
    ):
        assert batch.batch_records["v"].tolist() == [0, 1, 2]
        assert batch._map == {user_key: index for index, user_key in enumerate(user_keys)}
        assert {type(user_key) for user_key in batch._map} == {type(user_keys[0])}
    assert c.batch_read(array, namespace="test", set=set_name) == {user_key: {"v": index} for index, user_key in enumerate(user_keys)}


def test_arrays_of_bytes_and_of_slices(c, set_name):
    c.batch_write([(("test", set_name, index), {"v": index}) for index in range(10)])
    assert c.batch_read(np.arange(10)[::3], namespace="test", set=set_name) == {index: {"v": index} for index in (0, 3, 6, 9)}
    c.put(("test", set_name, b"ab"), {"v": 5})
    assert c.batch_read(np.array([b"ab", b"c"]), namespace="test", set=set_name) == {b"ab": {"v": 5}}
    with pytest.raises(TypeError, match="list"):
        c.batch_read(np.array([[1, 2]]), namespace="test", set=set_name)
    with pytest.raises(TypeError, match="float"):
        c.batch_read(np.array([1.5]), namespace="test", set=set_name)


# Numbers.

INTS = [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 65536, 2**31, 2**32, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_integers_wrap(column, kind):
    batch = column(INTS, kind)
    assert batch.batch_records["v"].tolist() == np.array(INTS, dtype="i8").astype(kind).tolist()


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
@pytest.mark.parametrize("value", INTS)
def test_integers_that_do_not_fit_are_refused(column, kind, value):
    info = np.iinfo(kind)
    if info.min <= value <= info.max:
        assert column([value], kind, strict=True).batch_records["v"].tolist() == [value]
        return
    error = ValueError if kind[0] == "u" and value < 0 else OverflowError
    with pytest.raises(error, match="'v'") as caught:
        column([value], kind, strict=True)
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    assert str(value) in str(caught.value)


FLOATS = [0.0, -0.0, 1.5, -2.75, 1e-30, 65504.0, 70000.0, 1e30, 1e300, -1e300, math.inf, -math.inf, math.nan]


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_floats_are_cast(column, kind):
    batch = column(FLOATS, kind)
    np.testing.assert_array_equal(batch.batch_records["v"], np.array(FLOATS).astype(kind))


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [("f2", 70000.0, False), ("f2", 65504.0, True), ("f4", 1e300, False), ("f4", 1e30, True), ("f8", 1e300, True)],
)
def test_floats_that_overflow_are_refused(column, kind, value, fits):
    if fits:
        assert column([value], kind, strict=True).batch_records["v"][0] == np.array(value).astype(kind)
        return
    with pytest.raises(OverflowError, match="'v'"):
        column([value], kind, strict=True)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_floats_that_are_no_number_always_fit(column, kind, value):
    np.testing.assert_array_equal(column([value], kind, strict=True).batch_records["v"], [value])


@pytest.mark.parametrize(("value", "gives"), [(1.9, 1), (-1.9, -1), (0.5, 0), (math.nan, 0), (math.inf, 0), (-math.inf, 0), (300.7, 300)])
@pytest.mark.parametrize("kind", ["i4", "i8"])
def test_floats_in_integer_fields(column, kind, value, gives):
    assert column([value], kind).batch_records["v"].tolist() == [gives]
    if value == gives:
        assert column([value], kind, strict=True).batch_records["v"].tolist() == [gives]
    else:
        with pytest.raises(OverflowError, match="'v'"):
            column([value], kind, strict=True)


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        (2.0**62, "i8", True),
        (-(2.0**63), "i8", True),
        (2.0**63, "i8", False),
        (2.0**63, "u8", True),
        (2.0**64, "u8", False),
        (1e300, "i8", False),
        (-1.0, "u8", False),
        (256.0, "u1", False),
    ],
)
def test_whole_floats_in_integer_fields(column, value, kind, fits):
    if fits:
        assert column([value], kind, strict=True).batch_records["v"].tolist() == [int(value)]
        return
    with pytest.raises((OverflowError, ValueError), match="'v'"):
        column([value], kind, strict=True)


def test_integers_and_bools_in_other_fields(column):
    assert column([3, -3, True], "f8").batch_records["v"].tolist() == [3.0, -3.0, 1.0]
    assert column([True, False], "u1").batch_records["v"].tolist() == [1, 0]
    assert column([True, False], "i8", strict=True).batch_records["v"].tolist() == [1, 0]


# Bytes and strings.


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("kind", "values"), [("S4", ["ab", "abcdef", "é", "", b"xy", b"uvwxyz"]), ("S1", ["abc"])])
def test_text_is_cut_or_padded(column, strict, kind, values):
    size = int(kind[1:])
    expected = [(value.encode() if isinstance(value, str) else value)[:size] for value in values]
    assert column(values, kind, strict=strict).batch_records["v"].tolist() == expected


@pytest.mark.parametrize("strict", [False, True])
def test_bytes_are_cut_or_padded(column, strict):
    batch = column([b"ab", b"abcdef", b""], "V4", strict=strict)
    assert [bytes(value) for value in batch.batch_records["v"]] == [b"ab\0\0", b"abcd", bytes(4)]


def test_values_of_their_own_type(column):
    point = GeoJSON('{"type":"Point","coordinates":[1,2]}')
    assert column([point], "S100").batch_records["v"].tolist() == [point.encode()]
    assert bytes(column([SKETCH], f"V{len(SKETCH)}").batch_records["v"][0]) == SKETCH


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("shape", "kind"), [((4,), "f4"), ((2, 3), "i2"), ((2,), "S3")])
def test_sub_arrays_from_blobs(column, strict, shape, kind):
    wanted = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    got = column([wanted.tobytes()], (kind, shape), strict=strict).batch_records["v"][0]
    np.testing.assert_array_equal(got, wanted)
    short = column([wanted.tobytes()[: wanted.itemsize]], (kind, shape), strict=strict).batch_records["v"][0]
    assert short.tobytes() == wanted.tobytes()[: wanted.itemsize].ljust(wanted.nbytes, b"\0")


MISMATCHES = [
    ("text", "i4", "string"),
    ("text", "f8", "string"),
    (b"blob", "u2", "blob"),
    (5, "S4", "integer"),
    (1.5, "S4", "float"),
    (True, "S4", "bool"),
    (5, "V4", "integer"),
    ("text", "V4", "string"),
    ([1], "i4", "list"),
    ({"a": 1}, "f4", "map"),
    ([1], "S4", "list"),
    (5, ("f4", (2,)), "integer"),
]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("value", "kind", "named"), MISMATCHES, ids=str)
def test_values_of_another_kind_are_refused_with_field_and_key(column, keys, strict, value, kind, named):
    with pytest.raises(TypeError, match=f"'v'.*{named}") as caught:
        column([value], kind, strict=strict)
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    assert "k0" in str(caught.value)
    assert caught.value.key[:3] == keys(1)[0]


# Dtypes.

BAD = [
    ([("name", "U10")], "'name'.*unicode"),
    ([("data", "O")], "'data'"),
    ([("when", "M8")], "'when'.*unit"),
    ([("took", "m8")], "'took'.*unit"),
    ([("inner", [("o", "O")])], "'inner'.*objects"),
    ([("z", "c8")], "'z'"),
    ([("a", "i4"), ("name", "U10")], "'name'"),
    ([("a", "U1", (2,))], "'a'"),
    ("i4", "structured"),
    (np.dtype("f8"), "structured"),
    (int, "structured"),
    ("nonsense", "nonsense"),
    (object(), "object"),
    ([("a",)], "dtype"),
]


@pytest.mark.parametrize(("dtype", "named"), BAD, ids=steady)
def test_a_bad_dtype(stranger, c, keys, dtype, named):
    with pytest.raises(TypeError, match=named) as caught:
        stranger.batch_read(keys(1), _dtype=dtype)
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    with pytest.raises(TypeError, match=named):
        c.batch_read(keys(1), lazy=True).to_numpy(dtype)


@pytest.mark.parametrize("kind", ["i4", "f8", "u2"])
def test_a_foreign_byte_order(stranger, keys, kind):
    foreign = np.dtype(kind).newbyteorder()
    for field in (("a", foreign), ("a", foreign, (2,))):
        with pytest.raises(ValueError, match="byte order") as caught:
            stranger.batch_read(keys(1), _dtype=[field])
        assert isinstance(caught.value, aerospike_py.AerospikeError)


def test_a_long_double(stranger, keys):
    if np.dtype("g").itemsize == 8:
        pytest.skip("a long double is a double here")
    with pytest.raises(TypeError, match="'a'"):
        stranger.batch_read(keys(1), _dtype=[("a", "g")])


def test_aligned_and_padded_dtypes(c, keys):
    (key,) = keys(1)
    c.put(key, {"a": 1, "b": 2, "c": 3})
    for dtype in (
        np.dtype([("a", "u1"), ("b", "i8"), ("c", "u2")], align=True),
        np.dtype({"names": ["a", "c"], "formats": ["u1", "i4"], "offsets": [3, 20], "itemsize": 40}),
    ):
        row = c.batch_read([key], _dtype=dtype).batch_records[0]
        assert {name: row[name] for name in dtype.names} == {"a": 1, "b": 2, "c": 3} | {} if "b" in dtype.names else {"a": 1, "c": 3}
        assert row.dtype == dtype


def test_a_dtype_without_fields(c, keys):
    assert len(c.batch_read(keys(2), _dtype=np.dtype([]))) == 2


def test_to_numpy_of_a_dict(c, keys):
    keys = keys(2)
    c.put(keys[0], {"a": 1, "s": "x"})
    result = c.batch_read(keys)
    assert result["k0"] == {"a": 1, "s": "x"}
    batch = result.to_numpy(np.dtype([("a", "i4"), ("s", "S2")]))
    assert batch.batch_records.tolist() == [(1, b"x"), (0, b"")]
    assert batch.result_codes.tolist() == [0, 2]
    assert batch._map == {"k0": 0, "k1": 1}


def test_many(c, set_name):
    keys = ("test", set_name, np.arange(3000))
    c.batch_write([(("test", set_name, index), {"v": index, "f": index / 4}) for index in range(3000)])
    batch = c.batch_read(keys, _dtype=[("v", "i8"), ("f", "f4")])
    assert batch.result_codes.sum() == 0
    np.testing.assert_array_equal(batch.batch_records["v"], np.arange(3000))
    np.testing.assert_array_equal(batch.batch_records["f"], np.arange(3000) / 4)


def test_without_numpy(run_python, hosts):
    code = f"""
import sys
sys.modules["numpy"] = None
import aerospike_py
with aerospike_py.client({{"hosts": {hosts!r}}}) as c:
    c.put(("test", "bare", 1), {{"a": 1}})
    assert c.batch_read([("test", "bare", 1)]) == {{1: {{"a": 1}}}}
    for call in (lambda: c.batch_read([("test", "bare", 1)], _dtype=[("a", "i4")]), lambda: c.batch_read([("test", "bare", 1)], lazy=True).to_numpy([("a", "i4")])):
        try:
            call()
        except ImportError as error:
            assert "aerospike-py[numpy]" in str(error), error
        else:
            raise SystemExit("no error")
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
