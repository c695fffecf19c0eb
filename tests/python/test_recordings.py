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
# Plain records, batches, scans, truncation, indexes, queries and background work.
FILES = [
    "c_test_aggregate",
    "c_test_append",
    "c_test_apply",
    "c_test_bool_config",
    "c_test_command_level_policies",
    "c_test_dynamic_config",
    "c_test_exists",
    "c_test_geospatial",
    "c_test_get_cdtctx_base64",
    "c_test_get_put",
    "c_test_increment",
    "c_test_index",
    "c_test_job_info",
    "c_test_mapkeys_index",
    "c_test_max_error_rate",
    "c_test_prepend",
    "c_test_query_expressions",
    "c_test_query_get_partitions_status",
    "c_test_query_pagination",
    "c_test_remove",
    "c_test_scan",
    "c_test_scan_execute_background",
    "c_test_scan_get_partitions_status",
    "c_test_scan_partition",
    "c_test_truncate",
    "c_test_user_serializer",
    "n_add_test",
    "n_coalesced_read_test",
    "n_create_index_expression_test",
    "n_delete_test",
    "n_exists_test",
    "n_generation_test",
    "n_get_bins_test",
    "n_operate_test",
    "n_pipe_wake_test",
    "n_put_test",
    "n_timeout_test",
]
ENOUGH = 0.99
AT_ONCE = 6

pytestmark = pytest.mark.skipif(not REPLAY.exists(), reason="there are no recordings: no ../shared/replay.py")


def replay(name):
    """Plays a file against a server of its own; gives what the player printed."""
    with DevServer(default_ttl=2_592_000) as server:
        host, port = server.hosts[0]
        command = [sys.executable, str(REPLAY), f"{host}:{port}", str(SHARED / "recordings" / f"{name}.jsonl.gz")]
        return subprocess.run(command, capture_output=True, text=True, timeout=230, check=False)


@pytest.fixture(scope="module")
def results():
    """All files at once, since most of their time is waiting: for the pauses in the recordings, and for records to expire."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(replay, name) for name in FILES}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", FILES)
def test_it_answers_as_a_real_server_did(results, name):
    done = results[name].result()
    assert done.returncode == 0, done.stderr
    agree, compared = map(int, re.search(r"^all +(\d+) of +(\d+) agree", done.stdout, re.MULTILINE).groups())
    assert compared > 0
    assert agree >= ENOUGH * compared, done.stdout
