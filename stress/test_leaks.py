"""Flat memory and descriptors over millions of calls, exceptions and cancellations, and over 10,000 clients and loops."""

from __future__ import annotations

import asyncio

import aerospike_py
import pytest
from flat import BURST, MIB, assert_flat, cancel, fail, fail_async, idle, key, make_async_clients, make_clients, settled
from hostile import configuration, until

KEYS = [key(n) for n in range(100)]

OPERATIONS = {
    "get": lambda client: client.get(key(1)),
    "put": lambda client: client.put(key(1), {"n": 1, "text": "text", "list": [1, 2, {"a": b"b"}]}),
    "exists": lambda client: client.exists(key(2)),
    "select": lambda client: client.select(key(1), ["n"]),
    "operate": lambda client: client.operate(key(1), [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]),
    "batch_read": lambda client: client.batch_read(KEYS),
}
# A batch does as much as its keys.
SHARE = {"batch_read": 50}
# Each is done once to warm up, then in five rounds.
ROUNDS = 6
CALLS = 900_000 // ROUNDS


@pytest.fixture
def flat(report):
    """Does the work in rounds, each of so many requests and faults; what a round adds must be less than so many bytes."""

    def check(work, memory, *, requests=0, faults=0):
        added = settled(work, rounds=ROUNDS - 1)
        grown = assert_flat(added, memory)
        # No more than that was asserted.
        report(
            requests=requests * ROUNDS,
            faults=faults * ROUNDS,
            leaked=0,
            note=f"{grown / 1024:+,.0f} KiB a round " + str([round(m / 1024) for m, _, _ in added]),
        )

    return check


@pytest.fixture
def filled(hosts, run):
    """A connected `AsyncClient` whose pools are full before anything is measured, and the records it reads."""
    client = aerospike_py.async_client(configuration(hosts, max_conns_per_node=16))

    async def fill():
        await client.connect()
        await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(BURST)))

    run(fill())
    yield client
    run(client.close())


@pytest.mark.parametrize("name", OPERATIONS)
def test_calls(hosts, flat, scaled, name):
    call = OPERATIONS[name]
    calls = scaled(CALLS // SHARE.get(name, 1) // 5)
    with aerospike_py.client(configuration(hosts)) as client:
        client.put(key(1), {"n": 1})

        def work():
            for _ in range(calls):
                call(client)

        # 8 bytes a call would show.
        flat(work, max(calls * 8, MIB // 4), requests=calls)


@pytest.mark.parametrize("name", OPERATIONS)
def test_calls_of_many_at_once(flat, scaled, filled, run, name):
    call = OPERATIONS[name]
    bursts = scaled(CALLS // SHARE.get(name, 1) // 5) // BURST + 1

    async def work():
        for _ in range(bursts):
            await asyncio.gather(*(call(filled) for _ in range(BURST)))

    flat(lambda: run(work()), max(bursts * BURST * 8, MIB // 4), requests=bursts * BURST)


def test_a_million_cancellations(flat, scaled, filled, run):
    """On the two kinds of loop together."""
    count = scaled(100_000)
    flat(lambda: run(cancel(filled, count)), max(count * 8, MIB // 4), requests=count, faults=count)


def test_exceptions(hosts, flat, scaled):
    count = scaled(40_000)
    with aerospike_py.client(configuration(hosts)) as client:
        client.put(key(1), {"n": 1})
        flat(lambda: fail(client, count), max(count * 8, MIB // 4), requests=count, faults=count)


def test_a_million_exceptions(flat, scaled, filled, run):
    """On the two kinds of loop together."""
    count = scaled(100_000)
    flat(lambda: run(fail_async(filled, count)), max(count * 8, MIB // 4), requests=count, faults=count)


@pytest.mark.filterwarnings("ignore:coroutine 'AsyncClient.get' was never awaited:RuntimeWarning")
def test_calls_that_nobody_awaits(flat, scaled, filled, run):
    bursts = scaled(20_000) // BURST + 1

    async def work():
        for _ in range(bursts):
            for _ in range(BURST):
                filled.get(key(1))
            await filled.get(key(1))

    flat(lambda: run(work()), max(bursts * BURST * 8, MIB // 4), requests=bursts * BURST)


def test_10000_clients(hosts, flat, scaled):
    count = scaled(2000)
    flat(lambda: make_clients(hosts, count), max(count * 64, MIB // 2), requests=count)


def test_10000_async_clients(hosts, flat, scaled, run):
    """On the two kinds of loop together."""
    count = scaled(1000)
    flat(lambda: make_async_clients(hosts, run, count), max(count * 64, MIB // 2), requests=count)


def test_clients_that_are_forgotten(hosts, flat, scaled):
    count = scaled(500)

    def work():
        for _ in range(count):
            aerospike_py.client(configuration(hosts, min_conns_per_node=2)).connect()
        until(lambda: idle(hosts))

    flat(work, max(count * 64, MIB // 2))


def test_connects_that_fail(flat, scaled):
    count = scaled(2000)

    def work():
        for _ in range(count):
            with pytest.raises(aerospike_py.ConnectionError):
                aerospike_py.client({"hosts": [("127.0.0.1", 1)]}).connect()

    flat(work, max(count * 64, MIB // 2), faults=count)


def test_10000_loops(flat, scaled, filled, run):
    loops = scaled(2000)

    def work():
        for _ in range(loops):
            run(filled.get(key(1)))

    flat(work, max(loops * 64, MIB // 2), requests=loops)


def test_10000_loops_left_with_requests_in_flight(flat, scaled, filled, run):
    """On the two kinds of loop together."""
    loops = scaled(1000)

    async def leave():
        for _ in range(10):
            asyncio.ensure_future(filled.get(key(1)))
        await asyncio.sleep(0)

    def work():
        for _ in range(loops):
            run(leave())
        run(filled.get(key(1)))

    flat(work, max(loops * 64, MIB // 2), requests=loops * 10, faults=loops * 10)
