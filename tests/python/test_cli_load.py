"""`aerospike-py load` and `export`: files in and out, rows that fail, files that break, loads that are killed."""

from __future__ import annotations

import datetime
import json
import re
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import aerospike_py
from aerospike_py.cli import main
from aerospike_py.devserver import DevServer

COMMAND = [sys.executable, "-W", "error", "-m", "aerospike_py"]


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2) as server:
        yield server


@pytest.fixture
def client(server):
    with aerospike_py.client({"hosts": server.hosts}) as client:
        yield client


@pytest.fixture
def address(server):
    return "{}:{}".format(*server.hosts[0])


@pytest.fixture
def load(address, set_name):
    """Loads a file into a set of the test's own: exit code."""
    return lambda path, *options: main(["load", str(path), "--key", "id", "--namespace", "test", "--set", set_name, *options, address])


@pytest.fixture
def export(address, set_name):
    return lambda path, *options: main(["export", str(path), "--namespace", "test", "--set", set_name, *options, address])


@pytest.fixture
def read(client, set_name):
    """The set as a dict of keys to bins, as they were loaded."""
    return lambda: {record.key.user_key: record.bins for record in client.scan("test", set_name)}


ROWS = [{"id": index, "n": index * 2, "s": f"s{index}", "f": index / 4} for index in range(2500)]
BINS = {row["id"]: {name: row[name] for name in ("n", "s", "f")} for row in ROWS}


def write(path, rows=ROWS):
    table = pa.Table.from_pylist(rows)
    if path.suffix == ".parquet":
        pa.parquet.write_table(table, path, row_group_size=700)
    elif path.suffix == ".csv":
        pa.csv.write_csv(table, path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(str(path), table.schema) as file:
            file.write_table(table, max_chunksize=600)
    elif path.suffix == ".ipc":
        with pa.ipc.new_stream(str(path), table.schema) as file:
            file.write_table(table, max_chunksize=600)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow", ".ipc", ".jsonl"])
def test_there_and_back(tmp_path, load, export, read, capsys, suffix):
    path = write(tmp_path / f"data{suffix}")
    assert load(path, "--send-key") == 0
    assert "2,500 rows written, 0 failed" in capsys.readouterr().out
    assert read() == BINS
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name]
    out = tmp_path / f"out{suffix.replace('ipc', 'arrow')}"
    assert export(out, "--meta", "key", "--batch", "1000") == 0
    assert "2,500 records written" in capsys.readouterr().out
    assert load(out, "--key", "_key", "--exists", "update") == 0
    assert read() == BINS


def test_a_file_by_another_name(tmp_path, load, read):
    path = write(tmp_path / "x.csv").rename(tmp_path / "data.txt")
    with pytest.raises(SystemExit):
        load(path, "--format", "xml")
    assert load(path) == 2
    assert load(path, "--format", "csv", "--type", "n=string", "--send-key") == 0
    assert read()[7] == {"n": "14", "s": "s7", "f": 1.75}


def test_options_reach_the_records(tmp_path, load, client, set_name):
    path = write(tmp_path / "data.parquet", ROWS[:3])
    assert load(path, "--ttl", "500", "--batch", "2") == 0
    record = client.get(("test", set_name, 1))
    assert 400 < record.meta.ttl <= 500


# Rows that fail.


def test_rows_that_fail_go_to_a_file(tmp_path, load, read, client, set_name, capsys):
    path = write(tmp_path / "data.parquet", ROWS[:100])
    for key in (5, 70):
        client.put(("test", set_name, key), {"there": 1}, policy={"key": 1})
    assert load(path, "--exists", "create", "--batch", "40", "--send-key") == 1
    assert "98 rows written, 2 failed: see" in capsys.readouterr().out
    failed = tmp_path / "data.parquet.failed.jsonl"
    rows = [json.loads(line) for line in failed.read_text().splitlines()]
    assert rows == [{**ROWS[key], "_row": key, "_code": 5, "_in_doubt": False} for key in (5, 70)]
    assert not (tmp_path / "data.parquet.resume").exists()
    # Loaded again, its notes are no bins.
    assert load(failed, "--exists", "replace") == 0
    assert read() == {key: BINS[key] for key in range(100)}


def test_rows_that_are_refused_are_found_one_by_one(tmp_path, load, read, capsys):
    rows = [*ROWS[:20], {"id": None, "n": 1, "s": "x", "f": 1.0}, *ROWS[20:30], {"id": 1000, "n": None, "s": None, "f": None}]
    assert load(write(tmp_path / "data.parquet", rows), "--send-key") == 1
    assert "30 rows written, 2 failed" in capsys.readouterr().out
    failed = [json.loads(line) for line in (tmp_path / "data.parquet.failed.jsonl").read_text().splitlines()]
    assert [row["_row"] for row in failed] == [20, 31]
    assert "column 'id': a key needs a user key" in failed[0]["_reason"]
    assert "has no value" in failed[1]["_reason"]
    assert read() == {key: BINS[key] for key in range(30)}


def test_what_fails_for_a_moment_is_tried_again(tmp_path, server, load, read, capsys):
    path = write(tmp_path / "data.parquet", ROWS[:200])
    with server.inject(op="batch", code=18, times=3) as fault:
        assert load(path, "--send-key", "--batch", "100") == 0
    assert fault.hits == 3
    assert read() == {key: BINS[key] for key in range(200)}


# Files that are wrong.


@pytest.mark.parametrize(
    ("rows", "options", "code", "text"),
    [
        ([{"key": 1, "n": 1}], (), 2, "key 'id' is no column; there are key, n"),
        ([{"id": 1}], (), 1, "no column for a bin"),
        ([{"id": 1, "x" * 16: 1}], (), 1, "x{16}"),
        ([{"id": 1, "n": 1}], ("--type", "m=int8"), 2, "there is no column 'm', there are id, n"),
        ([{"id": 1, "n": 1}], ("--type", "n=int99"), 2, "--type n=int99: int99 is no type"),
        ([{"id": 1, "n": 300}], ("--type", "n=int8"), 2, "column 'n' of rows 0 to 0: .*300"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, load, capsys, rows, options, code, text):
    found = load(write(tmp_path / "data.parquet", rows), *options)
    error = capsys.readouterr().err
    assert re.search(text, error), error
    assert found in {code, 2}


def test_a_file_that_is_not_there(tmp_path, load, capsys):
    assert load(tmp_path / "none.parquet") == 1
    assert "none.parquet" in capsys.readouterr().err
    (tmp_path / "bad.parquet").write_bytes(b"no parquet at all")
    assert load(tmp_path / "bad.parquet") == 1
    assert "bad.parquet" in capsys.readouterr().err


def test_a_file_that_breaks_off(tmp_path, load, read, capsys):
    """What was written before is said, and the mended file goes on after it."""
    path = tmp_path / "data.arrow"
    stream = pa.BufferOutputStream()
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_stream(stream, table.schema) as file:
        file.write_table(table, max_chunksize=500)
    whole = stream.getvalue().to_pybytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert load(path, "--send-key", "--batch", "500") == 1
    captured = capsys.readouterr()
    assert "1,000 rows are done: mend what is wrong and run the same command again" in captured.out
    assert "data.arrow" in captured.err
    path.write_bytes(whole)
    assert load(path, "--send-key", "--batch", "500") == 2
    assert "--mended" in capsys.readouterr().err
    assert load(path, "--send-key", "--batch", "500", "--mended") == 0
    assert "going on after 1,000 rows" in capsys.readouterr().out
    assert read() == BINS


def test_a_row_of_a_csv_file_that_is_wrong(tmp_path, load, capsys):
    path = tmp_path / "data.csv"
    path.write_text("id,n\n" + "".join(f"{index},{index}\n" for index in range(3)) + "4,5,6\n")
    assert load(path) == 1
    error = capsys.readouterr().err
    assert "data.csv" in error
    assert "Expected 2 columns, got 3" in error


def test_a_resume_file_of_another_load(tmp_path, load, capsys):
    path = write(tmp_path / "data.parquet", ROWS[:3])
    resume = tmp_path / "data.parquet.resume"
    resume.write_text("nonsense")
    assert load(path) == 2
    assert "is no resume file" in capsys.readouterr().err
    what = {"file": "data.parquet", "format": "parquet", "namespace": "test", "set": "another", "key": "id"}
    resume.write_text(json.dumps({"what": what, "state": {}, "progress": {"rows": 1, "failed": 0, "failed_bytes": 0}}))
    assert load(path) == 2
    assert "is of another load" in capsys.readouterr().err
    assert load(path, "--resume", str(tmp_path / "mine")) == 0


def test_without_a_cluster(tmp_path, capsys):
    path = write(tmp_path / "data.parquet", ROWS[:3])
    assert main(["load", str(path), "--key", "id", "--namespace", "test", "--set", "s", "127.0.0.1:1"]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["load", str(path), "--key", "id", "--namespace", "test", "--set", "s", "127.0.0.1:1", "another"])


def test_without_pyarrow(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["load", str(tmp_path / "x.csv"), "--key", "id", "--namespace", "test", "--set", "s"]) == 1
    assert 'pip install "aerospike-py[arrow]"' in capsys.readouterr().err


# Loads that are killed.


def test_a_load_that_is_killed_goes_on(tmp_path, server, address, client, set_name, read):
    rows = [*ROWS[:1000], {"id": None, "n": 0, "s": "", "f": 0.0}, *ROWS[1000:]]
    path = write(tmp_path / "data.parquet", rows)
    resume = tmp_path / "data.parquet.resume"
    command = [
        *COMMAND,
        "load",
        str(path),
        "--key",
        "id",
        "--namespace",
        "test",
        "--set",
        set_name,
        "--batch",
        "100",
        "--send-key",
        address,
    ]
    kills = 0
    for target in (300, 1300, 2000):
        # Slow enough that nobody is done before he is killed.
        with (
            server.inject(op="batch", delay=30),
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process,
        ):
            while process.poll() is None:
                if resume.exists() and json.loads(resume.read_text())["progress"]["rows"] >= target:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    kills += 1
                    break
                time.sleep(0.002)
    assert kills == 3
    assert 2000 <= json.loads(resume.read_text())["progress"]["rows"] < len(rows)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "2,500 rows written, 1 failed" in done.stdout, done
    assert done.returncode == 1
    assert read() == BINS
    failed = (tmp_path / "data.parquet.failed.jsonl").read_text().splitlines()
    assert [json.loads(line)["_row"] for line in failed] == [1000]
    assert not resume.exists()


# Exports.


def test_values_of_every_type(tmp_path, client, set_name, export):
    bins = {"i": 1, "f": 1.5, "s": "é", "b": b"\x00\xff", "l": [1, 2], "m": {"a": 1}, "t": True, "when": 86_400}
    client.put(("test", set_name, 1), bins)
    assert export(tmp_path / "out.parquet", "--type", "when=timestamp[s]", "--meta", "gen", "--meta", "digest") == 0
    (row,) = pa.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    digest = aerospike_py.calc_digest("test", set_name, 1)
    assert row == {**bins, "m": [("a", 1)], "when": datetime.datetime(1970, 1, 2), "_gen": 1, "_digest": digest}
    assert export(tmp_path / "out.jsonl") == 0
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {**bins, "b": "AP8="}
    assert export(tmp_path / "some.parquet", "--type", "i=int8", "--only-typed") == 0
    assert pa.parquet.read_table(tmp_path / "some.parquet").to_pydict() == {"i": [1]}


def test_what_a_file_cannot_hold(tmp_path, client, set_name, export, capsys):
    client.put(("test", set_name, 1), {"l": [1, 2]})
    assert export(tmp_path / "out.csv") == 2
    assert "a csv file cannot hold this" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
    client.put(("test", set_name, 2), {"l": 5})
    assert export(tmp_path / "out.parquet") == 1
    assert "bin 'l'" in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()
    assert export(tmp_path / "out.parquet", "--type", "l=string", "--only-typed") == 0
    assert sorted(pa.parquet.read_table(tmp_path / "out.parquet")["l"].to_pylist()) == ["5", "[1,2]"]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow", "jsonl"])
def test_an_empty_set(tmp_path, export, suffix):
    assert export(tmp_path / f"out.{suffix}", "--type", "n=int64") == 0
    assert (tmp_path / f"out.{suffix}").exists()
    assert export(tmp_path / f"none.{suffix}") == 0
