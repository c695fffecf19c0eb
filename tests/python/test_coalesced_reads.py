"""Reads of one burst travel together; each caller sees what he would have seen alone."""

from __future__ import annotations

import asyncio

import pytest
from hostile import configuration

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeTimeoutError, RecordNotFound

SET = "together"


@pytest.fixture(scope="module", params=[1, 3])
def hosts(request):
    with DevServer(nodes=request.param) as server:
        with aerospike_py.client(configuration(server.hosts)) as client:
            client.batch_write([(("test", SET, n), {"n": n, "text": str(n)}) for n in range(0, 600, 2)])
        yield server.hosts


@pytest.fixture(params=[True, False])
def config(request, hosts):
    return configuration(hosts, coalesce_reads=request.param)


def key(n: int) -> tuple[str, str, int]:
    return ("test", SET, n)


def run(config, use):
    async def main():
        async with aerospike_py.async_client(config) as client:
            return await use(client)

    return asyncio.run(main())


def test_each_gets_his_own_record_or_his_own_error(config):
    async def use(client):
        return await asyncio.gather(*(client.get(key(n)) for n in range(600)), return_exceptions=True)

    for n, result in enumerate(run(config, use)):
        if n % 2:
            assert isinstance(result, RecordNotFound)
            assert (result.code, result.key.user_key, result.in_doubt) == (2, n, False)
            assert result.node
        else:
            assert (result.key.user_key, result.bins) == (n, {"n": n, "text": str(n)})
            assert result.meta.gen == 1


def test_reads_of_all_kinds_in_one_burst(config):
    async def use(client):
        return await asyncio.gather(
            *(client.get(key(n)) for n in range(0, 20, 2)),
            *(client.select(key(n), ["n"]) for n in range(0, 20, 2)),
            *(client.select(key(n), []) for n in range(0, 20, 2)),
            *(client.exists(key(n)) for n in range(20)),
            *(client.get(key(n), {"read_touch_ttl_percent": 50}) for n in range(0, 20, 2)),
        )

    results = run(config, use)
    assert [r.bins for r in results[:10]] == [{"n": n, "text": str(n)} for n in range(0, 20, 2)]
    assert [r.bins for r in results[10:20]] == [{"n": n} for n in range(0, 20, 2)]
    assert [r.bins for r in results[20:30]] == [{}] * 10
    assert [r.meta is None for r in results[30:50]] == [bool(n % 2) for n in range(20)]
    assert [r.bins["n"] for r in results[50:]] == list(range(0, 20, 2))


def test_the_same_record_many_times(config):
    async def use(client):
        return await asyncio.gather(*(client.get(key(4)) for _ in range(300)))

    assert [r.bins["n"] for r in run(config, use)] == [4] * 300


def test_an_unknown_namespace_is_the_error_of_one(config):
    async def use(client):
        return await asyncio.gather(client.get(("nowhere", SET, 1)), client.get(key(2)), client.get(key(4)), return_exceptions=True)

    wrong, *right = run(config, use)
    assert isinstance(wrong, aerospike_py.exception.NamespaceNotFound)
    assert [r.bins["n"] for r in right] == [2, 4]


def test_more_than_fit_into_the_connections(config):
    async def use(client):
        return await asyncio.gather(*(client.get(key(n % 300 * 2)) for n in range(5000)))

    results = run(config | {"max_conns_per_node": 2, "min_conns_per_node": 1}, use)
    assert [r.bins["n"] for r in results] == [n % 300 * 2 for n in range(5000)]


def test_a_deadline_ends_the_wait(config):
    """What has not been sent when its time is up ends with a time-out and is not in doubt."""

    async def use(client):
        return await asyncio.gather(
            *(client.get(key(2), {"total_timeout": 1, "max_retries": 0}) for _ in range(20_000)), return_exceptions=True
        )

    # A node whose every answer is late is asked all the same.
    for result in run(config | {"max_conns_per_node": 1, "min_conns_per_node": 1, "max_error_rate": 0}, use):
        if isinstance(result, Exception):
            assert isinstance(result, AerospikeTimeoutError)
            assert not result.in_doubt
        else:
            assert result.bins["n"] == 2


@pytest.mark.parametrize("together", [True, False])
def test_who_has_little_time_left_takes_none_of_the_others(together):
    """One read has waited for most of its time when there is a connection, another for little of it, and the node is slow."""
    policy = {"total_timeout": 3000, "socket_timeout": 0, "max_retries": 0}

    async def main():
        config = configuration(server.hosts, coalesce_reads=together, max_conns_per_node=1)
        async with aerospike_py.async_client(config) as client:
            await client.put(key(0), {"n": 0})
            # The first request of all, and the next one.
            server.inject(delay=2500, times=1)
            server.inject(delay=1000, times=1, after=1)
            busy = asyncio.ensure_future(client.get(key(0), {**policy, "total_timeout": 20_000}))
            old = asyncio.ensure_future(client.get(key(0), policy))
            await asyncio.sleep(2.2)
            young = asyncio.ensure_future(client.get(key(0), policy))
            return await asyncio.gather(busy, old, young, return_exceptions=True)

    with DevServer() as server:
        first, second, third = asyncio.run(main())
    assert isinstance(second, AerospikeTimeoutError)
    assert first.bins == third.bins == {"n": 0}
