"""A load of a million rows that is killed again and again ends with every row written."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import aerospike_py
from aerospike_py.devserver import DevServer

KILLS = 8


def written(resume):
    """How far a load has come, by its resume file."""
    return json.loads(resume.read_text())["progress"]["rows"] if resume.exists() else 0


def test_a_million_rows_survive_kills(scaled, tmp_path, report):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    # Fewer are loaded before they can be killed.
    rows = max(scaled(1_000_000), 100_000)
    path = tmp_path / "million.parquet"
    numbers = np.arange(rows)
    pq.write_table(pa.table({"id": numbers, "n": numbers * 3, "s": numbers.astype("U")}), path, row_group_size=50_000)
    resume = tmp_path / "million.parquet.resume"
    with DevServer() as server:
        address = "{}:{}".format(*server.hosts[0])
        command = [
            *(sys.executable, "-m", "aerospike_py", "load", str(path), "--key", "id"),
            *("--namespace", "test", "--set", "million", "--batch", str(rows // 200), address),
        ]
        # A load is killed once it has come further than the one before and than the next of these.
        targets = sorted(random.Random(7).sample(range(rows // 20, rows * 3 // 4), KILLS))
        began, reached, kills = time.monotonic(), [0], 0
        for target in targets:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            while process.poll() is None:
                progress = written(resume)
                if progress > reached[-1] and progress >= target:
                    process.send_signal(signal.SIGKILL)
                time.sleep(0.002)
            process.wait()
            assert process.returncode in {0, -signal.SIGKILL}
            kills += process.returncode != 0
            reached.append(written(resume))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        assert done.returncode == 0, done.stderr
        # None of them had come to its end, and each went on where the one before was.
        assert kills == KILLS
        assert reached == sorted(set(reached))
        assert not resume.exists()
        assert not (tmp_path / "million.parquet.failed.jsonl").exists()
        total, found = 0, 0
        with aerospike_py.client({"hosts": server.hosts}) as client:
            for batch in client.scan("test", "million").arrow_batches(50_000, {"n": "int64", "s": "string"}):
                table = pa.table(batch)
                found += table.num_rows
                column = table["n"].to_numpy()
                assert (column // 3 == table["s"].to_numpy().astype("i8")).all()
                total += int(column.sum())
        report(requests=rows, faults=kills, lost=rows - found, note=f"rows in {seconds:.0f} s; killed at {reached[1:]}")
        assert (found, total) == (rows, 3 * rows * (rows - 1) // 2)
