"""Conversations recorded with a real server, played against the embedded one: it has to answer alike."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aerospike_py.devserver import DevServer

ROOT = Path(__file__).parents[2]
# Beside the repository; a worktree of it may lie a folder deeper.
PLACES = [ROOT.parent / "shared", ROOT.parent.parent / "shared"]
SHARED = next((place for place in PLACES if place.exists()), PLACES[0])
REPLAY = SHARED / "replay.py"
PLAYER = Path(__file__).with_name("player.py")
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "recordings").glob("*.jsonl.gz"))
# The longest begin first, so that the last to end is a short one.
LONG = ["c_test_query", "c_test_index", "c_test_truncate", "c_test_udf_remove", "n_expiration_test", "c_test_geospatial"]
# The part of its exchanges that has to agree.
ENOUGH = 0.99
# Where time decides, also between two real servers: 4 points under what agrees between those.
LOWER = {
    "c_test_scan_execute_background": 0.92,  # what a record holds while background work runs
    "n_blocking_test": 0.92,  # the same; and a real server answers two reads of a map by path with broken msgpack
    "n_query_test": 0.91,  # an index that is not yet ready
    "n_udf_execute_test": 0.95,  # a busy loop that a slow machine does not finish within the request's second
}
AT_ONCE = 6

pytestmark = pytest.mark.skipif(not REPLAY.exists(), reason="there are no recordings: no ../shared/replay.py")


def replay(name):
    """Plays a file against a server of its own; gives what the player printed."""
    with DevServer(default_ttl=2_592_000) as server:
        host, port = server.hosts[0]
        recording = SHARED / "recordings" / f"{name}.jsonl.gz"
        command = [sys.executable, str(PLAYER), str(REPLAY), f"{host}:{port}", str(recording)]
        return subprocess.run(command, capture_output=True, text=True, timeout=230, check=False)


def counts(done):
    """How many exchanges of a file agree, of how many."""
    assert done.returncode == 0, done.stderr
    agree, compared = map(int, re.search(r"^all +(\d+) of +(\d+) agree", done.stdout, re.MULTILINE).groups())
    return agree, compared


@pytest.fixture(scope="module")
def results():
    """All files at once, since most of their time is waiting: for the pauses in the recordings, and for records to expire."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(replay, name) for name in sorted(FILES, key=lambda name: name not in LONG)}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", FILES)
def test_it_answers_as_a_real_server_did(results, name):
    agree, compared = counts(results[name].result())
    assert compared > 0
    assert agree >= LOWER.get(name, ENOUGH) * compared, results[name].result().stdout


@pytest.mark.timeout(240)
def test_all_in_all_it_answers_as_a_real_server_did(results):
    agree, compared = map(sum, zip(*(counts(future.result()) for future in results.values()), strict=True))
    assert agree >= ENOUGH * compared, f"{agree} of {compared}"
