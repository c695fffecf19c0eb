"""Nothing keeps a client, an awaitable or a loop alive that nobody uses any more."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from hostile import collect, configuration, descriptors, never_awaited, until

import aerospike_py

KEY = ("test", "garbage", 1)


@pytest.fixture
def no_collector():
    """What happens must not need the collector."""
    collect()
    gc.disable()
    yield
    gc.enable()


def sockets():
    return descriptors("socket:")


def test_a_client_goes_with_its_last_reference(hosts, no_collector):
    before = sockets()
    client = aerospike_py.client(configuration(hosts)).connect()
    client.put(KEY, {"n": 1})
    gone = weakref.ref(client)
    del client
    assert gone() is None
    until(lambda: sockets() <= before)


def test_an_async_client_goes_with_its_last_reference(hosts, run):
    before = sockets()

    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.connect()
        await client.put(KEY, {"n": 1})
        return weakref.ref(client)

    gone = run(main())
    collect()
    assert gone() is None
    until(lambda: sockets() <= before)


def test_a_client_forgotten_with_requests_in_flight(hosts, run):
    before = sockets()

    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.connect()
        together = asyncio.gather(*(client.put(("test", "garbage", n), {"n": n}) for n in range(200)))
        gone = weakref.ref(client)
        del client
        assert gone() is None
        await together

    run(main())
    collect()
    until(lambda: sockets() <= before)


def test_a_connect_that_was_cancelled_leaves_no_connection(hosts, run):
    before = sockets()

    async def main():
        for turns in range(30):
            client = aerospike_py.async_client(configuration(hosts))
            task = asyncio.ensure_future(client.connect())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            del client, task

    run(main())
    collect()
    until(lambda: sockets() <= before)


def test_a_client_in_a_cycle(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        client.itself = client
        await client.connect()
        client.pending = client.get(KEY)
        await asyncio.wait([asyncio.ensure_future(client.pending)])
        return weakref.ref(client)

    gone = run(main())
    collect()
    assert gone() is None


def test_a_deferred_connect_in_a_cycle(hosts):
    client = aerospike_py.async_client(configuration(hosts))
    client.pending = client.connect()
    client.pending.close()
    client.pending = client.connect()
    gone = weakref.ref(client)

    def forget():
        nonlocal client
        del client

    assert never_awaited(forget) == ["coroutine 'AsyncClient.connect' was never awaited"]
    assert gone() is None


def test_awaitables_and_tasks_go_when_they_are_done(connected, run):
    async def main():
        pending = connected.put(KEY, {"n": 1})
        gone = weakref.ref(pending)
        await pending
        del pending
        # Not before: the drain that woke this task still holds it.
        await asyncio.sleep(0)
        assert gone() is None
        tasks = [asyncio.ensure_future(connected.get(KEY)) for _ in range(50)]
        gone = [weakref.ref(task) for task in tasks]
        await asyncio.gather(*tasks)
        del tasks
        await asyncio.sleep(0)
        collect()
        return [each for each in gone if each() is not None]

    assert run(main()) == []


def test_closed_loops_go(connected, run):
    gone = []
    for _ in range(5):
        loop = run.new_loop()
        loop.run_until_complete(connected.put(KEY, {"n": 1}))
        run.close(loop)
        gone.append(weakref.ref(loop))
        del loop
    collect()
    assert [each for each in gone if each() is not None] == []


def test_a_loop_closed_with_tasks_under_way_goes(connected, run):
    loop = run.new_loop()

    async def main():
        tasks = [asyncio.ensure_future(connected.get(KEY)) for _ in range(50)]
        await asyncio.sleep(0)
        return len(tasks)

    assert loop.run_until_complete(main()) == 50
    run.close(loop)
    gone = weakref.ref(loop)
    del loop
    collect()
    assert gone() is None


def test_a_loop_forgotten_in_the_middle_of_a_large_reply_goes(connected):
    keys = [("test", "garbage", n) for n in range(200)] * 20
    loop = asyncio.SelectorEventLoop()

    async def main():
        task = asyncio.ensure_future(connected.batch_read(keys))
        while not aerospike_py._aerospike._longest_step():
            await asyncio.sleep(0)
        assert not task.done()

    loop.run_until_complete(main())
    gone = weakref.ref(loop)
    with pytest.warns(ResourceWarning, match="unclosed event loop"):
        del loop
        collect()
    assert gone() is None


def test_values_are_not_kept(connected, run):
    class Text(str):
        __slots__ = ("__weakref__",)

    async def main():
        user_key = Text("weakly known")
        gone = weakref.ref(user_key)
        await connected.put(("test", "garbage", user_key), {"n": 1})
        del user_key
        collect()
        return gone()

    assert run(main()) is None


def test_the_reference_counts_of_what_is_passed_stay(connected, run):
    import sys

    bins, policy, meta = {"name": "value"}, {"total_timeout": 1000}, {"ttl": 100}
    key = ("test", "garbage", "counted")

    async def main():
        for _ in range(50):
            await connected.put(key, bins, meta=meta, policy=policy)
            await connected.get(key, policy={"total_timeout": 1000})

    run(main())
    collect()
    before = [sys.getrefcount(each) for each in (bins, policy, meta, key)]
    run(main())
    collect()
    assert [sys.getrefcount(each) for each in (bins, policy, meta, key)] == before
