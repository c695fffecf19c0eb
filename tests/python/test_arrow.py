"""Records as Arrow columns: types inferred and given, nulls, nested values, batches read and lazy, queries and their batches."""

from __future__ import annotations

import asyncio
import datetime
import gc
import math
import sys

import pyarrow as pa
import pytest
from calls import take

import aerospike_py
from aerospike_py import ArrowTable, GeoJSON, HyperLogLog


@pytest.fixture
def column(c, keys):
    """Writes values into a bin `v`, a record each, and reads the column."""

    def read(values, kind=None):
        names = keys(len(values))
        c.batch_write([(key, {"v": value, "other": 0}) for key, value in zip(names, values, strict=True)])
        table = c.batch_read(names, ["v"], lazy=True).to_arrow({"v": kind} if kind else None)
        return pa.table(table)["v"]

    return read


# Inferred types.


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, -(2**63)], pa.int64()),
        ([1.5, None, 2], pa.float64()),
        ([2, 1.5], pa.float64()),
        ([True, False, None], pa.bool_()),
        (["a", None, "é"], pa.string()),
        ([b"a", None, b""], pa.binary()),
        ([[1, None], [], None, [2]], pa.list_(pa.int64())),
        ([[1], [2.5]], pa.list_(pa.float64())),
        ([[[1], []], [["a"][:0]]], pa.list_(pa.list_(pa.int64()))),
        ([[], []], pa.list_(pa.null())),
    ],
    ids=str,
)
def test_types_are_those_of_the_values(column, values, kind):
    found = column(values)
    assert found.type == kind
    assert found.to_pylist() == values


def test_types_that_go_into_others(column):
    assert column([GeoJSON('{"type":"Point","coordinates":[1,2]}'), "x"]).to_pylist() == ['{"type":"Point","coordinates":[1,2]}', "x"]
    sketch = HyperLogLog(bytes([0, 4, 0]) + bytes(8) + bytes(12))
    assert column([sketch, b"x"]).to_pylist() == [bytes(sketch), b"x"]
    assert column([{"a": 1}, {}, {"b": 2, "c": None}]).to_pylist() == [[("a", 1)], [], [("b", 2), ("c", None)]]
    assert column([{1: "a"}]).type == pa.map_(pa.int64(), pa.string())
    assert column([{"a": 1}, {"a": 2.5}]).type == pa.map_(pa.string(), pa.float64())


def test_maps_of_several_types_are_structs(column):
    people = [{"name": "Ann", "age": 3}, None, {"age": 5, "tags": ["x"]}]
    found = column(people)
    assert found.type == pa.struct([("age", pa.int64()), ("name", pa.string()), ("tags", pa.list_(pa.string()))])
    assert found.to_pylist() == [{"age": 3, "name": "Ann", "tags": None}, None, {"age": 5, "name": None, "tags": ["x"]}]
    assert column([[{"a": 1, "b": "x"}]]).to_pylist() == [[{"a": 1, "b": "x"}]]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, "a"], "an integer and some a string"),
        ([True, 1], "a bool and some an integer"),
        (["a", b"a"], "a string and some a blob"),
        ([[1], 1], "a list and some an integer"),
        ([[1, "a"]], "an integer and some a string"),
        ([{1: 1, 2: "a"}], "an integer and some a string"),
        ([{"a": 1}, {"a": "x"}], "'a'.*an integer and some a string"),
    ],
    ids=str,
)
def test_mixed_types_need_a_schema(column, values, text):
    with pytest.raises(TypeError, match=f"bin 'v'.*{text}.*schema") as caught:
        column(values)
    assert isinstance(caught.value, aerospike_py.AerospikeError)


def test_a_string_column_takes_anything(column):
    values = [1, "a", [1, {"b": 2.5}], {"k": None, 2: True}, None, True]
    assert column(values, "string").to_pylist() == ["1", "a", '[1,{"b":2.5}]', '{"2":true,"k":null}', None, "true"]


# Given types.


@pytest.mark.parametrize(
    "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)
def test_numbers(column, kind):
    found = column([1, 2.0, True, None], kind)
    assert str(found.type).replace("halffloat", "float16").replace("double", "float64") in {kind, "float"}
    assert found.to_pylist() == [1, 2, 1, None]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("timestamp[us]", 1_000_001, datetime.datetime(1970, 1, 1, 0, 0, 1, 1)),
        (pa.timestamp("s", "UTC"), 60, datetime.datetime(1970, 1, 1, 0, 1, tzinfo=datetime.timezone.utc)),
        ("duration[ms]", 1500, datetime.timedelta(seconds=1.5)),
        ("date32", 1, datetime.date(1970, 1, 2)),
        (pa.time64("us"), 1, datetime.time(0, 0, 0, 1)),
        ("list<int16>", [1, None], [1, None]),
        (pa.large_list(pa.string()), ["a"], ["a"]),
        (pa.list_(pa.float32(), 2), [1, 2.5], [1.0, 2.5]),
        (pa.map_(pa.string(), pa.int8()), {"a": 1}, [("a", 1)]),
        (pa.struct([("a", pa.int8()), ("b", pa.string())]), {"a": 1, "c": 2}, {"a": 1, "b": None}),
        ("binary", "é", "é".encode()),
        ("large_string", "x", "x"),
        (pa.binary(3), b"abc", b"abc"),
        (pa.string_view(), "a string longer than twelve bytes", "a string longer than twelve bytes"),
        (pa.binary_view(), b"x", b"x"),
        ("bool", 1, True),
    ],
    ids=str,
)
def test_other_types(column, kind, value, expected):
    found = column([value, None], kind)
    assert found.to_pylist() == [expected, None]
    if not isinstance(kind, str):
        assert found.type == kind


@pytest.mark.parametrize(
    ("kind", "value", "error", "text"),
    [
        ("int8", 128, OverflowError, "128 does not fit into Int8"),
        ("uint64", -1, OverflowError, "-1 does not fit"),
        ("int32", 1.5, OverflowError, "1.5 is no integer"),
        ("int64", math.nan, OverflowError, "NaN is no integer"),
        ("float16", 70000.0, OverflowError, "70000 does not fit"),
        ("int64", "a", TypeError, "it holds a string"),
        ("float64", b"a", TypeError, "it holds a blob"),
        ("string", b"a", TypeError, "it holds a blob"),
        ("bool", 2, TypeError, "it holds an integer"),
        ("null", 2, TypeError, "it holds an integer"),
        ("list<int64>", {"a": 1}, TypeError, "it holds a map"),
        ("list<int64>", [1, "a"], TypeError, "it holds a string"),
        (pa.binary(3), b"ab", ValueError, "2 bytes does not fill one of 3"),
        (pa.list_(pa.int8(), 2), [1], ValueError, "a list of 1 does not fill one of 2"),
        (pa.struct([("a", pa.int8())]), {"a": "x"}, TypeError, "key 'a': it holds a string"),
        (pa.map_(pa.string(), pa.int8()), {"a": 300}, OverflowError, "300 does not fit"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_with_bin_and_key(column, keys, kind, value, error, text):
    with pytest.raises(error, match=f"k1.*bin 'v'.*{text}") as caught:
        column([None, value], kind)
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    assert caught.value.key[:3] == keys(2)[1]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"schema": {"v": "int65"}}, aerospike_py.InvalidArgError, "schema 'v': 'int65' is no type: did you mean 'int"),
        ({"schema": {"v": "list<nothing>"}}, aerospike_py.InvalidArgError, "'list<nothing>'"),
        ({"schema": {"v": 5}}, TypeError, "schema 'v': 5 is no type"),
        ({"schema": {5: "int64"}}, TypeError, "a name in schema"),
        ({"schema": {"x" * 16: "int64"}}, ValueError, "x{16}"),
        ({"schema": {"_key": "int64"}}, aerospike_py.InvalidArgError, "'_key' is no bin: ask for it in meta"),
        ({"schema": [("v", "int64")]}, TypeError, "list has not"),
        ({"schema": pa.schema([("v", pa.decimal128(5, 2))])}, TypeError, "schema 'v'.*Decimal128.*not supported"),
        ({"schema": pa.schema([("v", pa.list_(pa.month_day_nano_interval()))])}, TypeError, "not supported"),
        ({"meta": ["nope"]}, aerospike_py.InvalidArgError, "meta 'nope' is none of key, set"),
        ({"meta": "key"}, TypeError, "meta"),
    ],
    ids=str,
)
def test_bad_arguments(c, set_name, arguments, error, text):
    for call in (
        c.batch_read([], lazy=True).to_arrow,
        c.batch_read([]).to_arrow,
        c.scan("test", set_name).to_arrow,
        c.scan("test", set_name).arrow_batches,
    ):
        with pytest.raises(error, match=text):
            call(**arguments)


# Batches that were read.


def test_rows_of_a_batch(c, keys, set_name):
    keys = keys(3)
    c.put(keys[0], {"a": 1, "b": "x"}, policy={"ttl": 1000})
    c.put(keys[2], {"b": "y", "c": 2.5})
    digest = aerospike_py.calc_digest(*keys[2])
    asked = [*keys, ("test", set_name, None, digest)]
    meta = ["key", "set", "digest", "gen", "ttl", "code", "key"]
    result = c.batch_read(asked)
    for table in (c.batch_read(asked, lazy=True).to_arrow(meta=meta), result.to_arrow(meta=meta)):
        assert type(table) is ArrowTable
        assert len(table) == table.num_rows == 4
        assert table.column_names == ["_key", "_set", "_digest", "_gen", "_ttl", "_code", "a", "b", "c"]
        assert table.num_columns == 9
        rows = pa.table(table).to_pylist()
        ttls = [row.pop("_ttl") for row in rows]
        assert 900 <= ttls[0] <= 1000
        assert ttls[1:] == [None, 4294967295, 4294967295]
        bins = {"a": None, "b": "y", "c": 2.5}
        assert rows == [
            {
                "_key": "k0",
                "_set": set_name,
                "_digest": aerospike_py.calc_digest(*keys[0]),
                "_gen": 1,
                "_code": 0,
                "a": 1,
                "b": "x",
                "c": None,
            },
            {
                "_key": "k1",
                "_set": set_name,
                "_digest": aerospike_py.calc_digest(*keys[1]),
                "_gen": None,
                "_code": 2,
                **dict.fromkeys("abc"),
            },
            {"_key": "k2", "_set": set_name, "_digest": digest, "_gen": 1, "_code": 0, **bins},
            {"_key": None, "_set": set_name, "_digest": digest, "_gen": 1, "_code": 0, **bins},
        ]
    assert repr(table).startswith("<ArrowTable of 4 rows: _key: Utf8, ")
    assert repr(result.to_arrow({"a": "int8"})) == "<ArrowTable of 4 rows: a: Int8>"


def test_nothing(c, keys, set_name):
    for table in (c.batch_read([]).to_arrow(), c.scan("test", set_name).to_arrow()):
        assert (len(table), table.column_names) == (0, [])
        assert pa.table(table).num_rows == 0
    for table in (c.batch_read([]).to_arrow({"a": "string"}), c.scan("test", set_name).to_arrow({"a": "string"})):
        assert pa.table(table).schema == pa.schema([("a", pa.string())])
    assert pa.table(c.batch_read(keys(2)).to_arrow(meta=["code"])).to_pydict() == {"_code": [2, 2]}
    assert len(c.batch_read(keys(2)).to_arrow()) == 2


def test_a_table_outlives_what_it_came_from(c, keys):
    (key,) = keys(1)
    c.put(key, {"v": ["abc"] * 100})
    records = c.batch_read([key], lazy=True)
    array = pa.table(records.to_arrow())
    del records
    gc.collect()
    assert array["v"].to_pylist() == [["abc"] * 100]


def test_schemas_of_others(c, keys):
    (key,) = keys(1)
    c.put(key, {"a": 1, "b": "x", "c": 1})
    schema = pa.schema([pa.field("b", pa.string(), nullable=False), ("a", pa.int16()), ("d", pa.int8())])
    found = pa.table(c.batch_read([key]).to_arrow(schema))
    assert found.schema == pa.schema([("b", pa.string()), ("a", pa.int16()), ("d", pa.int8())])
    assert found.to_pylist() == [{"b": "x", "a": 1, "d": None}]
    assert pa.table(c.batch_read([key]).to_arrow(c.batch_read([key]).to_arrow(schema))).schema == found.schema


def test_capsules_are_used_once_and_dropped_unused(c, keys):
    (key,) = keys(1)
    c.put(key, {"a": 1})
    table = c.batch_read([key]).to_arrow()
    table.__arrow_c_stream__()
    table.__arrow_c_schema__()
    stream = table.__arrow_c_stream__(None)

    class Once:
        def __arrow_c_stream__(self, requested_schema=None):
            return stream

    assert pa.table(Once()).to_pylist() == [{"a": 1}]
    with pytest.raises(ValueError):
        pa.table(Once())
    assert pa.table(table, schema=pa.schema([("a", pa.int8())])).to_pylist() == [{"a": 1}]


# Queries.


@pytest.fixture(scope="module")
def thousand(mode, hosts):
    """A set of a thousand records."""
    name = f"thousand-{mode}"
    with aerospike_py.client({"hosts": hosts}) as client:
        rows = [(("test", name, index), {"n": index, "s": f"s{index}", "l": [index, None]}) for index in range(1000)]
        client.batch_write(rows, policy={"key": aerospike_py.POLICY_KEY_SEND})
    return name


def test_a_scan(c, thousand):
    table = pa.table(c.scan("test", thousand).to_arrow(meta=["key", "gen"]))
    assert table.schema == pa.schema(
        [("_key", pa.int64()), ("_gen", pa.uint32()), ("n", pa.int64()), ("s", pa.string()), ("l", pa.list_(pa.int64()))]
    )
    rows = sorted(table.to_pylist(), key=lambda row: row["n"])
    assert rows == [{"_key": index, "_gen": 1, "n": index, "s": f"s{index}", "l": [index, None]} for index in range(1000)]


def test_a_schema_says_what_is_read(c, thousand):
    table = pa.table(c.scan("test", thousand).to_arrow({"n": "int16"}, {"max_records": 7}))
    assert (table.num_rows, table.column_names) == (7, ["n"])
    assert pa.table(c.query("test", thousand).select("s").to_arrow({"s": "string", "n": "int16"}))["n"].null_count == 1000


def test_batches(c, thousand):
    tables = take(c.scan("test", thousand).arrow_batches(300, meta=["key"]))
    assert [len(table) for table in tables] == [300, 300, 300, 100]
    assert len({str(pa.table(table).schema) for table in tables}) == 1
    assert sorted(key for table in tables for key in pa.table(table)["_key"].to_pylist()) == list(range(1000))
    assert [len(table) for table in take(c.scan("test", thousand).arrow_batches())] == [1000]
    assert take(c.scan("test", "no-such-set").arrow_batches()) == []


def test_batches_go_on_from_a_cursor(c, thousand):
    batches = c.scan("test", thousand).arrow_batches(300, {"n": "int32"})
    first = take(batches, 2)
    seen = [n for table in first for n in pa.table(table)["n"].to_pylist()]
    query = c.scan("test", thousand).resume(batches.cursor)
    seen += pa.table(query.to_arrow({"n": "int32"}))["n"].to_pylist()
    assert sorted(seen) == list(range(1000))
    rest = take(batches)
    assert [len(table) for table in rest] == [300, 100]
    assert take(c.scan("test", thousand).resume(batches.cursor).arrow_batches()) == []


def test_batches_that_are_left_early(c, thousand):
    batches = c.scan("test", thousand).arrow_batches(10)
    assert len(take(batches, 1)) == 1
    batches.close()
    assert take(batches) == []


@pytest.mark.parametrize("size", [0, -1, "many", 1.5])
def test_a_bad_size(c, thousand, size):
    with pytest.raises((aerospike_py.InvalidArgError, TypeError), match="size"):
        c.scan("test", thousand).arrow_batches(size)


def test_types_are_settled_by_the_first_batch(c, set_name):
    # Records come in the order of their digests, so the odd one is put where it comes last.
    keys = sorted((("test", set_name, index) for index in range(20)), key=lambda key: aerospike_py.calc_digest(*key))
    order = sorted(keys, key=lambda key: (aerospike_py.get_partition_id(aerospike_py.calc_digest(*key)), aerospike_py.calc_digest(*key)))
    for odd, text in (
        ({"v": "text"}, "bin 'v'.*it holds a string"),
        ({"v": 1, "w": 2}, "bin 'w' is in none of the records of the first batch.*schema"),
    ):
        for key in order[:-1]:
            c.put(key, {"v": 1})
        c.put(order[-1], odd)
        batches = c.scan("test", set_name).arrow_batches(5)
        seen = take(batches, 2)
        with pytest.raises(TypeError, match=text) as caught:
            take(batches)
        assert take(batches) == []
        rest = take(c.scan("test", set_name).resume(batches.cursor).arrow_batches(5, {"v": "string"}))
        assert sum(map(len, rest)) == 20 - sum(map(len, seen)) - 5
        assert caught.value.key.digest == aerospike_py.calc_digest(*order[-1])
        assert len(take(c.scan("test", set_name).arrow_batches(5, {"v": "string"}))) == 4


def test_chunks_have_one_type(c, set_name):
    """What is said of a column later holds for all of it: more records than become one chunk."""
    import numpy as np

    count = 17_000
    c.batch_write_numpy({"_key": np.arange(count), "v": np.arange(count)}, "test", set_name, policy={"total_timeout": 20_000})
    odd = [("test", set_name, index) for index in range(0, count, 1500)]
    for index, key in enumerate(odd):
        c.put(key, {"v": index + 0.5, f"only{index}": index})
    table = pa.table(c.scan("test", set_name).to_arrow())
    assert table.schema.field("v").type == pa.float64()
    assert table["v"].num_chunks >= 2
    assert table.num_rows == count
    assert sum(table["v"].to_pylist()) == sum(range(count)) - sum(range(0, count, 1500)) + sum(index + 0.5 for index in range(len(odd)))
    for index in range(len(odd)):
        assert table[f"only{index}"].null_count == count - 1
        assert table[f"only{index}"].drop_null().to_pylist() == [index]
    c.truncate("test", set_name)


def test_a_cancelled_reader_loses_no_batch(hosts, mode, thousand):
    if mode == "sync":
        pytest.skip("nothing cancels a call that blocks")

    async def main():
        async with aerospike_py.async_client({"hosts": hosts}) as client:
            batches, read = client.scan("test", thousand).arrow_batches(100, meta=["key"]), []
            for turns in range(200):
                task = asyncio.ensure_future(anext(batches, None))
                for _ in range(turns % 7):
                    await asyncio.sleep(0)
                if turns % 2:
                    task.cancel()
                try:
                    table = await task
                except asyncio.CancelledError:
                    continue
                if table is None:
                    return read
                read += pa.table(table)["_key"].to_pylist()
            raise AssertionError("no end")

    assert sorted(asyncio.run(main())) == list(range(1000))


def test_no_python_object_for_a_record(c, thousand):
    query = c.scan("test", thousand)
    records = c.batch_read([("test", thousand, index) for index in range(1000)], lazy=True)
    for make in (query.to_arrow, lambda: query.to_arrow(meta=["key", "digest"]), records.to_arrow):
        make()
        before = sys.getallocatedblocks()
        table = make()
        assert sys.getallocatedblocks() - before < 200
        assert len(table) == 1000
