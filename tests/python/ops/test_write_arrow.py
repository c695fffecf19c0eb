"""write_arrow: rows of Arrow tables become records."""

from __future__ import annotations

import datetime
import decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity import steady

import aerospike_py


def bins(c, set_name, keys):
    return [c.get(("test", set_name, key)).bins for key in keys]


def codes(result):
    return [row.result for row in result.batch_records]


DAY = datetime.date(1970, 1, 3)
MOMENT = datetime.datetime(1970, 1, 1, 0, 0, 1)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        *((kind, 5, 5) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())),
        (pa.uint64(), 2**63 - 1, 2**63 - 1),
        *((kind, 1.5, 1.5) for kind in (pa.float16(), pa.float32(), pa.float64())),
        (pa.bool_(), True, True),
        (pa.list_(pa.null()), [None], [None]),
        *((kind, "é", "é") for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()))),
        *((kind, b"ab", b"ab") for kind in (pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(2))),
        (pa.date32(), DAY, 2),
        (pa.date64(), DAY, 2 * 86_400_000),
        (pa.timestamp("s"), MOMENT, 1),
        (pa.timestamp("ms"), MOMENT, 1000),
        (pa.timestamp("us", "UTC"), MOMENT, 1_000_000),
        (pa.timestamp("ns"), MOMENT, 1_000_000_000),
        (pa.time32("s"), datetime.time(0, 0, 1), 1),
        (pa.time32("ms"), datetime.time(0, 0, 1), 1000),
        (pa.time64("us"), datetime.time(0, 0, 1), 1_000_000),
        (pa.time64("ns"), datetime.time(0, 0, 1), 1_000_000_000),
        *(
            (pa.duration(unit), datetime.timedelta(seconds=1), scale)
            for unit, scale in {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.items()
        ),
        (pa.list_(pa.int8()), [1, None], [1, None]),
        (pa.large_list(pa.string()), ["a"], ["a"]),
        (pa.list_(pa.float32(), 2), [1.0, 2.5], [1.0, 2.5]),
        (pa.map_(pa.string(), pa.int8()), [("a", 1)], {"a": 1}),
        (pa.struct([("a", pa.int8()), ("b", pa.string())]), {"a": 1, "b": None}, {"a": 1, "b": None}),
        (pa.list_(pa.struct([("a", pa.list_(pa.int8()))])), [{"a": [1]}], [{"a": [1]}]),
    ],
    ids=str,
)
def test_every_type(c, set_name, kind, value, stored):
    table = pa.table({"_key": [1, 2], "v": pa.array([value, None], kind), "w": [1, 2]})
    for data in (table, table.slice(0, 2).to_reader(), table.to_batches()[0]):
        result = c.write_arrow(data, "test", set_name)
        assert codes(result) == [0, 0]
        assert bins(c, set_name, [1, 2]) == [{"v": stored, "w": 1}, {"w": 2}]
        assert type(c.get(("test", set_name, 1)).bins["v"]) is type(stored)


def test_keys(c, set_name):
    for keys, kind in (
        ([1, 2], pa.uint8()),
        (["a", "b"], pa.string()),
        ([b"c", b"\xff"], pa.binary()),
        (["d", "d"], pa.dictionary(pa.int8(), pa.string())),
    ):
        result = c.write_arrow(pa.table({"id": pa.array(keys, kind), "n": [1, 2]}), "test", set_name, key="id")
        assert codes(result) == [0, 0]
        assert [row.key[:3] for row in result.batch_records] == [("test", set_name, key) for key in keys]
        assert [row.key.digest for row in result.batch_records] == [aerospike_py.calc_digest("test", set_name, key) for key in keys]
    assert bins(c, set_name, [1, 2, "a", "b", b"c", b"\xff", "d"]) == [{"n": n} for n in (1, 2, 1, 2, 1, 2, 2)]


def test_where_rows_go(c, set_name):
    table = pa.table({"_key": [1, 2], "_set": [set_name, None], "_namespace": [None, "test"], "_gen": [9, 9], "n": [1, 2]})
    result = c.write_arrow(table, "test", set_name + "b")
    assert [row.key[:3] for row in result.batch_records] == [("test", set_name, 1), ("test", set_name + "b", 2)]
    assert c.get(("test", set_name, 1)).bins == {"n": 1}
    assert c.get(("test", set_name + "b", 2)).bins == {"n": 2}


def test_data_of_others(c, set_name):
    columns = {"_key": ["a", "b"], "n": [1, 2], "s": ["x", "y"]}
    duckdb = pytest.importorskip("duckdb")
    for data in (
        pd.DataFrame(columns),
        pl.DataFrame(columns),
        duckdb.sql("select * from (values ('a', 1, 'x'), ('b', 2, 'y')) t(_key, n, s)"),
    ):
        assert codes(c.write_arrow(data, "test", set_name)) == [0, 0]
        assert bins(c, set_name, ["a", "b"]) == [{"n": 1, "s": "x"}, {"n": 2, "s": "y"}]
        c.batch_remove([("test", set_name, "a"), ("test", set_name, "b")])


def test_a_table_of_ours(c, set_name):
    rows = [{"n": index, "s": f"s{index}", "l": [index], "m": {"a": index, "b": "x"}} for index in range(20)]
    c.batch_write([(("test", set_name, index), row) for index, row in enumerate(rows)], policy={"key": aerospike_py.POLICY_KEY_SEND})
    table = c.scan("test", set_name).to_arrow(meta=["key", "gen", "ttl", "digest"])
    assert codes(c.write_arrow(table, "test", set_name + "b")) == [0] * 20
    assert bins(c, set_name + "b", range(20)) == rows


def test_policies_and_retries(c, set_name):
    table = pa.table({"_key": [1, 2], "n": [1, 2]})
    c.put(("test", set_name, 2), {"n": 0})
    result = c.write_arrow(table, "test", set_name, policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY, "ttl": 60}, retry=2)
    assert codes(result) == [0, 5]
    assert result.retry.max_attempts == 3
    assert 50 <= c.get(("test", set_name, 1)).meta.ttl <= 60


def test_more_rows_than_travel_together(c, set_name):
    count = 11_000
    table = pa.table({"_key": range(count), "n": range(count)})
    # Batches of the table and portions that are sent do not meet.
    batches = pa.Table.from_batches(table.to_batches(max_chunksize=3000))
    result = c.write_arrow(batches, "test", set_name)
    assert codes(result) == [0] * count
    assert [row.key.user_key for row in result.batch_records] == list(range(count))
    assert pa.table(c.scan("test", set_name).to_arrow())["n"].to_pylist() != []
    for key in (0, 2999, 3000, 4999, 5000, 10_999):
        assert c.get(("test", set_name, key)).bins == {"n": key}


def test_no_rows(c, set_name):
    assert c.write_arrow(pa.table({"_key": pa.array([], pa.int8()), "n": pa.array([], pa.int8())}), "test", set_name).batch_records == []


def table(**columns):
    return pa.table({"_key": [1, 2], **columns})


class Broken:
    def __arrow_c_stream__(self, requested_schema=None):
        schema = pa.schema([("_key", pa.int8()), ("n", pa.int8())])

        def batches():
            yield pa.record_batch({"_key": pa.array([1], pa.int8()), "n": pa.array([1], pa.int8())})
            raise OSError("the file ends here")

        return pa.RecordBatchReader.from_batches(schema, batches()).__arrow_c_stream__()


class NoCapsule:
    def __arrow_c_stream__(self, requested_schema=None):
        return 5


class WrongCapsule:
    def __arrow_c_stream__(self, requested_schema=None):
        return pa.schema([]).__arrow_c_schema__()


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        ([(1, 2)], TypeError, "__arrow_c_stream__.*list has not"),
        (NoCapsule(), TypeError, "capsule was promised and a int given"),
        (WrongCapsule(), TypeError, "(?i)capsule"),
        (pa.array([1, 2]), TypeError, "a table, whose rows are structs"),
        (Broken(), ValueError, "the file ends here"),
        (pa.table({"id": [1], "n": [1]}), aerospike_py.InvalidArgError, "key '_key' is no column; there are id, n"),
        (pa.table({"_key": [1]}), ValueError, "no column for a bin"),
        (pa.table({"_key": [1, None], "n": [1, 2]}), ValueError, "column '_key' of row 1.*null"),
        (pa.table({"_key": [1.5, 2.5], "n": [1, 2]}), TypeError, "column '_key' of row 0.*integers, strings or blobs"),
        (table(n=pa.array([1, 2**63], pa.uint64())), OverflowError, "column 'n' of row 1: 9223372036854775808"),
        (table(n=pa.array([[1], [2**63]], pa.list_(pa.uint64()))), OverflowError, "column 'n' of row 1: 9223372036854775808"),
        (table(n=[decimal.Decimal("1.5"), None]), TypeError, "column 'n': Decimal128.*cast"),
        (table(n=pa.array([[(1.5, 1)], None], pa.map_(pa.float64(), pa.int8()))), TypeError, "column 'n' of row 0: map keys"),
        (table(n=[1, None], m=[None, None]), ValueError, "row 1 has no value"),
        (table(**{"x" * 16: [1, 2]}), ValueError, "x{16}"),
        (table(_set=[1, 2], n=[1, 2]), TypeError, "'_set' hold strings"),
    ],
    ids=steady,
)
def test_bad_input(stranger, data, error, text):
    with pytest.raises(error, match=text) as caught:
        stranger.write_arrow(data, "test", "s")
    assert isinstance(caught.value, aerospike_py.AerospikeError)


SCALARS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.string(): st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    pa.binary(): st.binary(max_size=8),
    pa.bool_(): st.booleans(),
}


@st.composite
def tables(draw):
    rows = draw(st.integers(1, 5))
    columns = {"_key": pa.array(range(rows), pa.int64()), "n": pa.array(range(rows), pa.int64())}
    for index in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(list(SCALARS)))
        values, kind = (
            (st.none() | SCALARS[kind], kind)
            if draw(st.booleans())
            else (st.none() | st.lists(st.none() | SCALARS[kind], max_size=3), pa.list_(kind))
        )
        columns[f"c{index}"] = pa.array(draw(st.lists(values, min_size=rows, max_size=rows)), kind)
    return pa.table(columns)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=tables())
def test_what_is_written_is_read_back(c, set_name, data):
    keys = [("test", set_name, key) for key in data["_key"].to_pylist()]
    c.batch_remove(keys)
    assert codes(c.write_arrow(data, "test", set_name)) == [0] * len(keys)
    schema = pa.schema([field for field in data.schema if field.name != "_key"])
    back = pa.table(c.batch_read(keys, lazy=True).to_arrow(schema))
    assert back.equals(data.drop_columns("_key"))
