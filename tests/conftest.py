from __future__ import annotations

import gc
import signal

import pytest

# Before it is imported, so that what it asserts is told in full.
pytest.register_assert_rewrite("hostile", "node_loss")

from hostile import LOOPS, Proxy, Runner, configuration

import aerospike_py

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So a shell without job control starts what it runs in the background, and every child inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish():
    """Many tests collect garbage: not for ever again among some twenty thousand tests and what they imported."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=LOOPS)
def run(request):
    """Runs coroutines on each kind of event loop; fails the test when a loop's exception handler was told anything."""
    runner = Runner(request.param)
    yield runner
    gc.collect()
    assert runner.reported == []


@pytest.fixture
def hosts(aerospike_devserver):
    return aerospike_devserver.hosts


@pytest.fixture
def proxy(hosts):
    with Proxy(hosts[0]) as proxy:
        yield proxy


@pytest.fixture
def connected(hosts, run):
    """An `AsyncClient` that is connected, in a loop that has gone."""
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())
    yield client
    run(client.close())


@pytest.fixture
def client(hosts):
    """A `Client` that is connected."""
    with aerospike_py.client(configuration(hosts)) as client:
        yield client
