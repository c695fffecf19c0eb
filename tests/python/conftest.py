"""What the tests share."""

from __future__ import annotations

import base64
import itertools
import subprocess
import sys

import pytest
from calls import connecting, make_calls
from relay import Relay

from aerospike_py import _aerospike
from aerospike_py.devserver import DevServer

SETS = itertools.count(1)


@pytest.fixture
def run_python():
    """Run Python code, or arguments, in an interpreter of its own; returns the completed process."""

    def run(code=None, *arguments, **options):
        command = [sys.executable, "-W", "error", *(["-c", code] if code else []), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, **options)

    return run


@pytest.fixture
def fresh_series():
    """The set of the test is counted by itself: the other tests of this process may have used up the sets that are."""
    _aerospike._forget_series()


@pytest.fixture(scope="session", params=["sync", "async"])
def mode(request):
    """A test that asks for this, or for a client below, runs once for each kind of client."""
    return request.param


@pytest.fixture(scope="session")
def hosts(aerospike_devserver):
    return aerospike_devserver.hosts


@pytest.fixture(scope="session")
def session_client(mode, hosts):
    with make_calls(mode, {"hosts": hosts}) as client:
        yield client


@pytest.fixture
def c(session_client):
    """A client that is connected to the session's server."""
    return session_client


@pytest.fixture
def stranger(mode):
    """A client that was never connected: what it refuses by name was refused before anything could be sent."""
    return make_calls(mode, {"hosts": [("127.0.0.1", 1)]})


@pytest.fixture
def connect(mode, hosts):
    """Makes connected clients: `connect(hosts=…, policies=…)`; closes them at the end."""
    with connecting(mode, hosts=hosts) as connect:
        yield connect


@pytest.fixture
def set_name():
    """A set of this test's own."""
    return f"set{next(SETS)}"


@pytest.fixture
def key(set_name):
    return ("test", set_name, "k")


@pytest.fixture
def keys(set_name):
    """Makes keys: `keys(3)`."""
    return lambda count: [("test", set_name, f"k{index}") for index in range(count)]


@pytest.fixture(scope="session")
def official(aerospike_devserver):
    """A connected client of the official package, which judges ours."""
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    client = aerospike.client({"hosts": aerospike_devserver.hosts}).connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def packed(official):
    """The bytes of an expression of the official helpers, in hexadecimal digits."""
    return lambda expression: base64.b64decode(official.get_expression_base64(expression.compile())).hex()


@pytest.fixture
def clocked(mode):
    """A server of this test's own, whose clock may be moved, and a client of it."""
    with DevServer(default_ttl=1000) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        yield server, client


@pytest.fixture
def relay(hosts):
    """A relay to the session's server; give its `hosts` to `connect`."""
    with Relay(hosts[0]) as relay:
        yield relay


@pytest.fixture
def wire(relay, connect):
    """A client whose requests are seen: `wire(policies=…)` connects it and forgets what connecting took."""

    def make(**config):
        client = connect(hosts=relay.hosts, **config)
        relay.clear()
        return client

    return make
