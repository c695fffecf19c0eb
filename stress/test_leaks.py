"""Flat memory and descriptors over a million calls, 10,000 connects and 10,000 loops."""

from __future__ import annotations

import asyncio

import pytest
from hostile import configuration, until

import aerospike_py

MIB = 1 << 20


def key(number):
    return ("test", "leaks", number)


KEYS = [key(n) for n in range(100)]

OPERATIONS = {
    "get": lambda client: client.get(key(1)),
    "put": lambda client: client.put(key(1), {"n": 1, "text": "text", "list": [1, 2, {"a": b"b"}]}),
    "exists": lambda client: client.exists(key(2)),
    "select": lambda client: client.select(key(1), ["n"]),
    "operate": lambda client: client.operate(key(1), [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]),
    "absent": lambda client: client.get(key("absent")),
    "wrong": lambda client: client.get("no key"),
    "batch_read": lambda client: client.batch_read(KEYS),
}
# A batch does as much as its keys.
SHARE = {"batch_read": 50}
CALLS = 150_000


def settled(footprint, work, *, rounds=5):
    """Works once to warm up, then in rounds; returns how much each round added."""
    work()
    added = []
    for _ in range(rounds):
        before = footprint()
        work()
        added.append(before.grown())
    return added


def assert_flat(added, memory):
    """Caches and pools may fill in one round or another; a leak adds in each."""
    memories, descriptors, threads = zip(*added)
    assert min(memories) < memory, [f"{each / MIB:.2f} MiB" for each in memories]
    assert min(descriptors) <= 0, descriptors
    assert min(threads) <= 0, threads


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_million_sync_calls(hosts, footprint, scaled, name):
    call = OPERATIONS[name]
    calls = scaled(CALLS // SHARE.get(name, 1) // 5)
    with aerospike_py.client(configuration(hosts)) as client:
        client.put(key(1), {"n": 1})

        def work():
            for _ in range(calls):
                try:
                    call(client)
                except (aerospike_py.AerospikeError, TypeError, ValueError):
                    pass

        # 8 bytes a call would show.
        assert_flat(settled(footprint, work), max(calls * 8, MIB // 4))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_million_async_calls(hosts, footprint, scaled, run, name):
    call = OPERATIONS[name]
    calls = scaled(CALLS // SHARE.get(name, 1) // 5)
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())

    async def burst():
        for _ in range(calls // 200 + 1):
            await asyncio.gather(*(call(client) for _ in range(200)), return_exceptions=True)

    assert_flat(settled(footprint, lambda: run(burst())), max(calls * 8, MIB // 4))
    run(client.close())


def test_a_million_cancelled_calls(hosts, footprint, scaled, run):
    calls = scaled(CALLS // 5)
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())

    async def burst():
        for _ in range(calls // 200 + 1):
            tasks = [asyncio.ensure_future(client.get(key(1))) for _ in range(200)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        await client.put(key(1), {"n": 1})

    assert_flat(settled(footprint, lambda: run(burst())), max(calls * 8, MIB // 4))
    run(client.close())


@pytest.mark.filterwarnings("ignore:coroutine 'AsyncClient.get' was never awaited:RuntimeWarning")
def test_calls_that_nobody_awaits(hosts, footprint, scaled, run):
    calls = scaled(20_000)
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())
    run(client.put(key(1), {"n": 1}))

    async def burst():
        for _ in range(calls // 200 + 1):
            for _ in range(200):
                client.get(key(1))
            await client.get(key(1))

    assert_flat(settled(footprint, lambda: run(burst())), max(calls * 8, MIB // 4))
    run(client.close())


def test_10000_connects(hosts, footprint, scaled):
    connects = scaled(2000)

    def work():
        for _ in range(connects):
            with aerospike_py.client(configuration(hosts, min_conns_per_node=2)) as client:
                client.put(key(1), {"n": 1})
        until(lambda: idle(hosts))

    added = settled(footprint, work)
    assert_flat(added, max(connects * 64, MIB // 2))


def test_10000_connects_without_close(hosts, footprint, scaled):
    connects = scaled(500)

    def work():
        for _ in range(connects):
            aerospike_py.client(configuration(hosts, min_conns_per_node=2)).connect()
        until(lambda: idle(hosts))

    assert_flat(settled(footprint, work), max(connects * 64, MIB // 2))


def test_connects_that_fail(footprint, scaled):
    connects = scaled(2000)

    def work():
        for _ in range(connects):
            with pytest.raises(aerospike_py.ConnectionError):
                aerospike_py.client({"hosts": [("127.0.0.1", 1)]}).connect()

    assert_flat(settled(footprint, work), max(connects * 64, MIB // 2))


def test_10000_loops(hosts, footprint, scaled, run):
    loops = scaled(2000)
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())
    run(client.put(key(1), {"n": 1}))

    def work():
        for _ in range(loops):
            run(client.get(key(1)))

    assert_flat(settled(footprint, work), max(loops * 64, MIB // 2))
    run(client.close())


def test_10000_loops_left_with_requests_in_flight(hosts, footprint, scaled, run):
    loops = scaled(1000)
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())
    run(client.put(key(1), {"n": 1}))

    async def leave():
        for _ in range(10):
            asyncio.ensure_future(client.get(key(1)))
        await asyncio.sleep(0)

    def work():
        for _ in range(loops):
            run(leave())
        run(client.get(key(1)))

    assert_flat(settled(footprint, work), max(loops * 64, MIB // 2))
    run(client.close())


def idle(hosts):
    """Whether this process has no connection to the server any more."""
    port = f":{hosts[0][1]:04X}"
    from pathlib import Path

    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    return not any(fields[2].endswith(port) and fields[3] == "01" for fields in map(str.split, lines))
