"""A load of a million rows that is killed again and again ends with every row written."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import aerospike_py
from aerospike_py.devserver import DevServer

ROWS = int(os.environ.get("LOADED_ROWS", "1000000"))
KILLS = 8


def test_a_million_rows_survive_kills(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "million.parquet"
    numbers = np.arange(ROWS)
    pq.write_table(pa.table({"id": numbers, "n": numbers * 3, "s": numbers.astype("U")}), path, row_group_size=50_000)
    resume = tmp_path / "million.parquet.resume"
    with DevServer() as server:
        address = "{}:{}".format(*server.hosts[0])
        command = [
            *(sys.executable, "-m", "aerospike_py", "load", str(path), "--key", "id"),
            *("--namespace", "test", "--set", "million", "--batch", "5000", address),
        ]
        targets = sorted(random.Random(7).sample(range(1, ROWS), KILLS))
        for target in targets:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            while process.poll() is None:
                if resume.exists() and json.loads(resume.read_text())["progress"]["rows"] >= target:
                    process.send_signal(signal.SIGKILL)
                time.sleep(0.005)
            assert process.returncode in {0, -signal.SIGKILL}
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
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
        assert (found, total) == (ROWS, 3 * ROWS * (ROWS - 1) // 2)
