"""Other clients judge the cluster and the faults of the embedded server: they live through each and reach the right node again."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("judge_cluster.py")
PACKAGES = {"official": "aerospike", "native": "aerospike_native"}


TASKS = ["stopped", "killed", "moved", "racks", "broken", "corrupted", "frozen"]
# The official client believes sizes that a server sends, and its process ends by a signal when they are wrong.
ASKED = [(judge, task) for judge in PACKAGES for task in TASKS if (judge, task) != ("official", "corrupted")]


@pytest.mark.parametrize(("judge", "task"), ASKED)
def test_it_lives_through(judge, task):
    if importlib.util.find_spec(PACKAGES[judge]) is None:
        pytest.skip(f"{PACKAGES[judge]} is not installed")
    environment = {**os.environ, "AEROSPIKE_NO_UVLOOP": "1"}
    done = subprocess.run([sys.executable, SCRIPT, judge, task], capture_output=True, text=True, timeout=50, check=False, env=environment)
    assert done.returncode == 0, done.stderr
