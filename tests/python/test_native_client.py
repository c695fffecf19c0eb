"""The second judge, `aerospike-native`: it works against the embedded server, and what one client writes the other reads."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from judged import POINT, SKETCH, VALUES

from aerospike_py import GeoJSON, HyperLogLog
from aerospike_py.devserver import DevServer

if importlib.util.find_spec("aerospike_native") is None:
    pytest.skip("aerospike-native is not installed: it needs Python 3.11", allow_module_level=True)

SCRIPT = Path(__file__).with_name("native_judge.py")


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def cluster(request):
    with DevServer(nodes=request.param) as server:
        yield server


@pytest.fixture
def c(connect, cluster):
    return connect(hosts=cluster.hosts[:1])


@pytest.fixture
def native(cluster, set_name):
    """Has it carry out a task; gives the lines it printed."""

    def run(task):
        host, port = cluster.hosts[0]
        command = [sys.executable, str(SCRIPT), task, f"{host}:{port}", set_name]
        environment = {**os.environ, "AEROSPIKE_NO_UVLOOP": "1"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_it_works_by_itself(native):
    native("work")


def test_what_it_writes_we_read(c, native, set_name):
    digests = native("write")
    read = c.batch_read([("test", set_name, name) for name in [*VALUES, "geo", "hll"]])
    assert read.missing == []
    for name, value in VALUES.items():
        assert read[name] == {"v": value, "l": [value], "m": {"k": value}}, name
        assert type(read[name]["v"]) is type(value), name
    assert type(read["geo"]["v"]) is GeoJSON
    assert read["geo"]["v"].unwrap() == json.loads(POINT)
    assert type(read["hll"]["v"]) is HyperLogLog
    assert read["hll"]["v"] == SKETCH
    for user_key, digest in digests:
        assert c.exists(("test", set_name, user_key)).key.digest.hex() == digest


def test_what_we_write_it_reads(c, native, set_name):
    for name, value in VALUES.items():
        c.put(("test", set_name, name), {"v": value, "l": [value], "m": {"k": value}})
    c.put(("test", set_name, "geo"), {"v": GeoJSON(POINT)})
    c.put(("test", set_name, "hll"), {"v": HyperLogLog(SKETCH)})
    for _ in range(3):
        c.put(("test", set_name, "meta"), {"v": 1}, {"ttl": 1000})
    ((generation, ttl),) = native("read")
    assert generation == c.exists(("test", set_name, "meta")).meta.gen == 3
    assert 990 <= ttl <= 1000
