"""Faults of the embedded server, and what a client makes of each."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeError, AerospikeTimeoutError, ServerError

KEY = ("test", "faults", 1)
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "devserver.md"


@pytest.fixture
def served(mode):
    """A server of this test's own, and a client that has written a record to it."""
    with DevServer(nodes=2) as server, make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        client.put(KEY, {"n": 1})
        yield server, client


def test_a_code(served):
    server, client = served
    with server.inject(op="read", code=22, times=1) as fault, pytest.raises(ServerError) as caught:
        client.get(KEY, {"max_retries": 0})
    assert caught.value.code == 22
    assert fault.hits == 1
    assert client.get(KEY).bins == {"n": 1}


def test_a_write_whose_answer_is_lost_is_in_doubt(served):
    server, client = served
    with server.inject(op="write", drop="after", times=1) as fault, pytest.raises(AerospikeError) as caught:
        client.put(KEY, {"n": 2})
    assert caught.value.in_doubt
    assert fault.hits == 1
    assert client.get(KEY).bins == {"n": 2}


def test_a_read_is_tried_again(served):
    server, client = served
    with server.inject(op="read", drop="before", times=2) as fault:
        assert client.get(KEY, {"max_retries": 2}).bins == {"n": 1}
    assert fault.hits == 2


@pytest.mark.parametrize("damage", [{"truncate": 20}, {"corrupt": True, "seed": 3}])
def test_a_damaged_answer_harms_nothing_else(served, damage):
    server, client = served
    with server.inject(op="read", **damage) as fault:
        for _ in range(20):
            # A corrupt answer may still look like one.
            with contextlib.suppress(AerospikeError):
                client.get(KEY, {"max_retries": 0, "total_timeout": 500})
    assert fault.hits == 20
    assert client.get(KEY).bins == {"n": 1}


def test_silence_ends_in_a_timeout(served):
    server, client = served
    with server.inject(op="read", silence=True) as fault, pytest.raises(AerospikeTimeoutError):
        client.get(KEY, {"total_timeout": 100, "max_retries": 0})
    assert fault.hits == 1
    assert client.get(KEY).bins == {"n": 1}


def test_a_frozen_node_costs_its_own_requests_only(served):
    server, client = served
    keys = [("test", "faults", n) for n in range(50)]
    for key in keys:
        client.put(key, {"n": 1})
    server.freeze(1)
    outcome = []
    for key in keys:
        try:
            client.get(key, {"total_timeout": 60, "max_retries": 0, "replica": aerospike_py.POLICY_REPLICA_MASTER})
            outcome.append(True)
        except AerospikeTimeoutError:
            outcome.append(False)
    server.thaw(1)
    assert 0 < sum(outcome) < len(keys)
    assert all(client.get(key).bins == {"n": 1} for key in keys)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({}, "nothing is to happen"),
        ({"code": 256}, "code"),
        ({"op": "reed", "code": 1}, "op"),
        ({"drop": "never"}, "drop"),
        ({"percent": -1, "code": 1}, "percent"),
        ({"times": -1, "code": 1}, "times"),
        ({"code": 1, "corrupt": True}, "only one"),
    ],
)
def test_wrong_rules(rule, text):
    with DevServer() as server, pytest.raises(ValueError, match=text):
        server.inject(**rule)


def test_a_server_that_does_not_run_or_has_no_such_node():
    server = DevServer()
    for call in (lambda: server.inject(code=1), server.clear_faults, server.freeze, server.thaw):
        with pytest.raises(OSError, match="does not run"):
            call()
    with server, pytest.raises(ValueError, match="no node 1"):
        server.freeze(1)


def test_by_info_command(served):
    _, client = served
    number = client.info_random_node("devserver-inject:op=read;code=22;times=1")
    with pytest.raises(ServerError):
        client.get(KEY, {"max_retries": 0})
    assert client.info_random_node(f"devserver-hits:id={number}") == "1"


def test_the_guide():
    names = {"__name__": "guide"}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 8
    for code in blocks:
        exec(compile(code, GUIDE.name, "exec"), names)
