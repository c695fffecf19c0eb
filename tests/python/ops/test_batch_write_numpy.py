"""batch_write_numpy: rows of structured arrays become records."""

from __future__ import annotations

import pytest

import aerospike_py

np = pytest.importorskip("numpy")


def bins(c, set_name, keys):
    return [c.get(("test", set_name, key)).bins for key in keys]


def codes(result):
    return [row.result for row in result.batch_records]


def test_every_kind(c, set_name):
    dtype = np.dtype(
        [
            ("_key", "i4"),
            *((name, name) for name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "S4", "V3")),
            ("sub", "i2", (2,)),
        ]
    )
    data = np.array(
        [
            (1, -1, -2, -3, -4, 255, 65535, 2**32 - 1, 2**63 - 1, 0.5, 1.5, -2.25, b"ab", b"\x01\x02\x03", [1, -1]),
            (2, 127, 2, 3, -(2**63), 0, 0, 0, 0, np.inf, -0.0, 1e300, b"abcd", b"\x00\x00\x00", [0, 256]),
        ],
        dtype,
    )
    result = c.batch_write_numpy(data, "test", set_name, dtype)
    assert codes(result) == [0, 0]
    assert [row.key[:3] for row in result.batch_records] == [("test", set_name, 1), ("test", set_name, 2)]
    first, second = bins(c, set_name, [1, 2])
    for name in dtype.names[1:12]:
        assert [first[name], second[name]] == data[name].tolist(), name
        assert [type(first[name]), type(second[name])] == [type(value) for value in data[name].tolist()]
    assert [first["S4"], second["S4"]] == [b"ab\x00\x00", b"abcd"]
    assert first["V3"] == b"\x01\x02\x03"
    assert first["sub"] == data["sub"][0].tobytes()
    assert "_key" not in first


def test_what_is_written_reads_back_as_columns(c, set_name):
    dtype = [("_key", "i8"), ("a", "f8"), ("b", "u2"), ("c", "S3")]
    data = np.array([(n, n / 3, n, b"x" * (n % 4)) for n in range(200)], dtype)
    assert set(codes(c.batch_write_numpy(data, "test", set_name, dtype))) == {0}
    back = c.batch_read([("test", set_name, n) for n in range(200)], _dtype=dtype[1:])
    for name in "abc":
        assert (back.batch_records[name] == data[name]).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[::2],
        lambda data: data[::-1],
        lambda data: data.astype(data.dtype.newbyteorder()),
        lambda data: data.astype(data.dtype.newbyteorder())[::-2],
        lambda data: np.ma.MaskedArray(data).data,
        np.lib.recfunctions.repack_fields if hasattr(np.lib, "recfunctions") else lambda data: data,
    ],
    ids=["strided", "reversed", "swapped", "swapped and strided", "masked", "repacked"],
)
def test_any_memory_layout(c, set_name, change):
    dtype = np.dtype([("_key", "i4"), ("n", "i8"), ("f", "f4"), ("sub", "u2", (3,))], align=True)
    data = change(np.array([(n, n << 40, n / 2, [n, 1, 2]) for n in range(10)], dtype))
    assert set(codes(c.batch_write_numpy(data, "test", set_name, data.dtype))) == {0}
    for row in data:
        found = c.get(("test", set_name, int(row["_key"]))).bins
        native = row["sub"].astype("u2")
        assert found == {"n": int(row["n"]), "f": float(row["f"]), "sub": native.tobytes()}


def test_keys_of_bytes_and_places_of_rows(c, set_name):
    dtype = [("id", "S8"), ("_namespace", "S8"), ("_set", "S16"), ("_hidden", "i4"), ("n", "i4")]
    data = np.array([(b"a", b"test", b"", 1, 1), (b"b", b"test", set_name.encode(), 1, 2)], dtype)
    result = c.batch_write_numpy(data, "elsewhere", "other", dtype, key_field="id")
    assert codes(result) == [0, 0]
    assert [row.key[:3] for row in result.batch_records] == [("test", "", "a"), ("test", set_name, "b")]
    assert c.get(("test", None, "a")).bins == {"n": 1}
    assert c.get(("test", set_name, "b")).bins == {"n": 2}


def test_policy(c, set_name):
    data = np.array([(1, 5)], [("_key", "i4"), ("n", "i4")])
    c.batch_write_numpy(data, "test", set_name, data.dtype, policy={"ttl": 60})
    assert 50 <= c.get(("test", set_name, 1)).meta.ttl <= 60
    result = c.batch_write_numpy(data, "test", set_name, data.dtype, "_key", {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}, 2)
    assert codes(result) == [5]


def test_columns_by_name(c, set_name):
    when = np.array(["2026-01-02", "NaT"], "M8[D]")
    columns = {"_key": ["é", "b"], "n": [1, 2], "f": np.arange(4.0)[::2], "v": np.arange(6, dtype=">i2").reshape(2, 3), "when": when}
    result = c.batch_write_numpy(columns, "test", set_name)
    assert codes(result) == [0, 0]
    assert [row.key[:3] for row in result.batch_records] == [("test", set_name, "é"), ("test", set_name, "b")]
    assert bins(c, set_name, ["é", "b"]) == [
        {"n": 1, "f": 0.0, "v": np.arange(3, dtype="i2").tobytes(), "when": 20455},
        {"n": 2, "f": 2.0, "v": np.arange(3, 6, dtype="i2").tobytes(), "when": -(2**63)},
    ]


def test_columns_that_say_where_rows_go(c, set_name):
    columns = {"id": [1, 2], "_set": [set_name, set_name + "b"], "n": [True, False]}
    assert codes(c.batch_write_numpy(columns, "test", None, key_field="id")) == [0, 0]
    assert c.get(("test", set_name, 1)).bins == {"n": True}
    assert c.get(("test", set_name + "b", 2)).bins == {"n": False}


def test_more_rows_than_travel_together(c, set_name):
    count = 12_001
    result = c.batch_write_numpy({"_key": np.arange(count), "n": np.arange(count) * 3}, "test", set_name)
    assert codes(result) == [0] * count
    assert result.retry == (1, 1, False, 0)
    assert [row.key.user_key for row in result.batch_records[4999:5002]] == [4999, 5000, 5001]
    keys = np.arange(count)[::3]
    batch = c.batch_read(keys, namespace="test", set=set_name, _dtype=[("n", "i8")])
    np.testing.assert_array_equal(batch.batch_records["n"], keys * 3)


def test_rows_that_fail_in_one_portion(c, set_name):
    count = 6000
    c.put(("test", set_name, 5500), {"n": 0})
    columns = {"_key": np.arange(count), "n": np.arange(count)}
    result = c.batch_write_numpy(columns, "test", set_name, policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY})
    assert [row.key.user_key for row in result.batch_records if row.result == 5] == [5500]
    assert codes(result).count(0) == count - 1


def test_no_rows(c, set_name):
    assert c.batch_write_numpy({"_key": np.zeros(0, "i4"), "n": np.zeros(0)}, "test", set_name).batch_records == []
    dtype = [("_key", "i4"), ("n", "i4")]
    assert c.batch_write_numpy(np.zeros(0, dtype), "test", set_name, dtype).batch_records == []


D = [("_key", "i4"), ("n", "i4")]


@pytest.mark.parametrize(
    ("data", "dtype", "error", "text"),
    [
        ([(1, 2)], D, TypeError, "data is a NumPy array, not list"),
        (np.zeros(2, "i4"), "i4", TypeError, "structured array"),
        (np.zeros((2, 2), D), D, ValueError, "2 dimensions"),
        (np.zeros(2, D), [("_key", "i4"), ("n", "i8")], TypeError, "is not the dtype of data"),
        (np.zeros(2, D), "nonsense", TypeError, "_dtype"),
        (np.zeros(2, [("k", "i4"), ("n", "i4")]), [("k", "i4"), ("n", "i4")], aerospike_py.InvalidArgError, "key_field '_key'.* k, n"),
        (np.zeros(2, [("_key", "f8"), ("n", "i4")]), [("_key", "f8"), ("n", "i4")], aerospike_py.InvalidArgError, "key_field '_key'"),
        (np.zeros(2, [("_key", "i4")]), [("_key", "i4")], ValueError, "no field for a bin"),
        (np.zeros(2, [*D, ("u", "U4")]), [*D, ("u", "U4")], TypeError, "field 'u'"),
        (np.zeros(2, [*D, ("o", "O")]), [*D, ("o", "O")], TypeError, "field 'o'"),
        (np.zeros(2, [*D, ("b", "M8")]), [*D, ("b", "M8")], TypeError, "field 'b'"),
        (np.zeros(2, [*D, ("c", "c8")]), None, TypeError, "field 'c'"),
        (np.zeros(2, [*D, ("i", [("o", "O")])]), None, TypeError, "field 'i'"),
        (np.ma.zeros(2, D), None, TypeError, "masked"),
        ({}, None, aerospike_py.InvalidArgError, "no columns"),
        ({"_key": [1, 2], "n": [1]}, None, aerospike_py.InvalidArgError, "different lengths: _key 2, n 1"),
        ({"_key": [1, 2], "n": 5}, None, aerospike_py.InvalidArgError, "column 'n' is a int"),
        ({"_key": [1, 2], 5: [1, 2]}, None, aerospike_py.InvalidArgError, "named 5"),
        ({"_key": [1, 2], "n": np.ma.zeros(2)}, None, aerospike_py.InvalidArgError, "column 'n' is a masked array"),
        ({"_key": [1, 2], "n": ["a", "b"]}, None, TypeError, "field 'n'"),
        ({"_key": [1, 2]}, None, ValueError, "no field for a bin"),
        (np.zeros(2, [*D, ("x" * 16, "i4")]), [*D, ("x" * 16, "i4")], ValueError, "x{16}"),
        (np.array([(1, 1), (2, 2**63)], [("_key", "i4"), ("n", "u8")]), [("_key", "i4"), ("n", "u8")], OverflowError, "field 'n' of row 1"),
        (np.array([(2**63, 1)], [("_key", "u8"), ("n", "i4")]), [("_key", "u8"), ("n", "i4")], OverflowError, "field '_key' of row 0"),
    ],
)
def test_bad_input(stranger, data, dtype, error, text):
    with pytest.raises(error, match=text):
        stranger.batch_write_numpy(data, "test", "s", dtype)
