"""Nothing is left behind, tried a few hundred times; stress/test_leaks.py does it a million times, and weighs the memory too."""

from __future__ import annotations

import pytest
from flat import BURST, cancel, fail, fail_async, key, make_async_clients, make_clients, settled
from hostile import configuration

import aerospike_py
from aerospike_py.devserver import DevServer


@pytest.fixture
def hosts():
    """A server of this test's own: that of the session may have clients that stay."""
    with DevServer() as server:
        yield server.hosts


@pytest.fixture
def filled(hosts, run):
    """An `AsyncClient` whose pools are full before anything is measured."""
    client = aerospike_py.async_client(configuration(hosts, max_conns_per_node=16))

    async def fill():
        await client.connect()
        for n in range(BURST):
            await client.put(key(n), {"n": n})

    run(fill())
    yield client
    run(client.close())


def assert_nothing_held(added):
    """A round may meet connections that are just being opened or closed, not every round."""
    assert min(descriptors for _, descriptors, _ in added) <= 0, added
    assert min(threads for _, _, threads in added) <= 0, added


def test_clients(hosts):
    assert_nothing_held(settled(lambda: make_clients(hosts, 30), rounds=3))


def test_async_clients(hosts, run):
    assert_nothing_held(settled(lambda: make_async_clients(hosts, run, 30), rounds=3))


def test_cancellations(filled, run):
    # Two bursts are cancelled before their first step; of the others the answers may have come, however quick the machine is.
    assert run(cancel(filled, 1000)) >= 2 * BURST
    assert_nothing_held(settled(lambda: run(cancel(filled, 1000)), rounds=3))


def test_exceptions(client):
    assert_nothing_held(settled(lambda: fail(client, 500), rounds=3))


def test_exceptions_of_many_at_once(filled, run):
    assert_nothing_held(settled(lambda: run(fail_async(filled, 1000)), rounds=3))
