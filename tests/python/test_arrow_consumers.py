"""What takes Arrow columns takes ours: pyarrow, pandas, polars, DuckDB; and what is missing is named."""

from __future__ import annotations

import datetime
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import aerospike_py


@pytest.fixture(scope="module")
def table(hosts):
    with aerospike_py.client({"hosts": hosts}) as client:
        keys = [("test", "consumers", index) for index in range(5)]
        for index, key in enumerate(keys[:4]):
            client.put(
                key, {"n": index, "f": index / 2, "s": f"s{index}", "b": bytes([index]), "l": [index], "ok": index % 2 == 0, "when": index}
            )
        return client.batch_read(keys, lazy=True).to_arrow(
            {"n": "int64", "f": "float64", "s": "string", "b": "binary", "l": "list<int64>", "ok": "bool", "when": "timestamp[s]"}
        )


def test_pyarrow(table):
    for found in (pa.table(table), table.to_pyarrow(), pa.RecordBatchReader.from_stream(table).read_all()):
        found.validate(full=True)
        assert found["n"].to_pylist() == [0, 1, 2, 3, None]
        assert found["l"].to_pylist() == [[0], [1], [2], [3], None]
    assert pa.schema(table) == found.schema


def test_pandas(table):
    frames = [table.to_pandas()]
    if hasattr(pd.DataFrame, "from_arrow"):
        frames.append(pd.DataFrame.from_arrow(table))
    for frame in frames:
        assert frame["s"].tolist()[:4] == ["s0", "s1", "s2", "s3"]
        assert frame["f"].sum() == 3.0
        assert frame["n"].isna().tolist() == [False] * 4 + [True]
        assert frame["when"][3] == datetime.datetime(1970, 1, 1, 0, 0, 3)


def test_polars(table):
    for frame in (pl.DataFrame(table), table.to_polars()):
        assert frame.schema["l"] == pl.List(pl.Int64)
        assert frame.filter(pl.col("ok"))["s"].to_list() == ["s0", "s2"]
        assert frame["b"].to_list() == [b"\0", b"\1", b"\2", b"\3", None]


def test_duckdb(table):
    connection = duckdb.connect()
    connection.register("ours", table)
    assert connection.execute("select sum(f), count(n) from ours").fetchall() == [(3.0, 4)]
    assert connection.execute("select s from ours where n = 2").fetchall() == [("s2",)]
    assert connection.execute("select l[1] from ours order by n nulls last").fetchall() == [(0,), (1,), (2,), (3,), (None,)]
    connection.close()


@pytest.mark.parametrize(
    ("method", "package"), [("to_pyarrow", "pyarrow"), ("to_pandas", "pandas"), ("to_pandas", "pyarrow"), ("to_polars", "polars")]
)
def test_what_is_not_installed_is_named(table, monkeypatch, method, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package} is not installed and {method}\(\) needs it: pip install {package}"):
        getattr(table, method)()


def test_nothing_of_it_is_needed(run_python, hosts):
    code = f"""
import sys
for name in ("numpy", "pyarrow", "pandas", "polars", "duckdb"):
    sys.modules[name] = None
import aerospike_py
with aerospike_py.client({{"hosts": {hosts!r}}}) as c:
    c.put(("test", "bare-arrow", 1), {{"a": 1}})
    table = c.scan("test", "bare-arrow").to_arrow({{"a": "int8"}}, meta=["key"])
    assert (len(table), table.column_names) == (1, ["_key", "a"])
    assert c.write_arrow(c.batch_read([("test", "bare-arrow", 1)]).to_arrow(meta=["key"]), "test", "bare-arrow").batch_records[0].result == 0
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
