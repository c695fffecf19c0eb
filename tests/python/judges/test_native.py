"""The second judge, `aerospike-native`, feature by feature: each script is a judge beside the official client, in an interpreter of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aerospike_py.devserver import DevServer

pytest.importorskip("aerospike", reason="the official client is not installed")
if importlib.util.find_spec("aerospike_native") is None:
    pytest.skip("aerospike-native is not installed: it needs Python 3.11", allow_module_level=True)

SCRIPTS = ["native_collections", "native_expressions", "native_functions", "native_queries"]


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def seed(request):
    with DevServer(nodes=request.param) as server:
        host, port = server.hosts[0]
        yield f"{host}:{port}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_it_judges(seed, set_name, script):
    command = [sys.executable, str(Path(__file__).with_name(f"{script}.py")), seed, set_name]
    environment = {**os.environ, "AEROSPIKE_NO_UVLOOP": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, env=environment)
    assert done.returncode == 0, done.stderr


def test_every_script_is_run():
    beside = {path.stem for path in Path(__file__).parent.glob("native_*.py")}
    assert beside == {*SCRIPTS, "native_both"}
