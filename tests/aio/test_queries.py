"""Queries whose readers are cancelled, forgotten, closed out or too many."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from hostile import configuration, descriptors, until

import aerospike_py

COUNT = 3000
PATIENT = {"total_timeout": 30_000}


@pytest.fixture(scope="module")
def filled(aerospike_devserver):
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        client.batch_write([(("test", "aqueries", n), {"n": n, "b": bytes(1000)}) for n in range(COUNT)], policy=PATIENT)
    return "aqueries"


@pytest.fixture
def query(connected, filled):
    return lambda: connected.query("test", filled)


def is_complete(records):
    return sorted(record.bins["n"] for record in records) == list(range(COUNT))


async def cancelled(awaitable, turns):
    """Cancels a task after so many turns of the loop; returns what it read before, if it had ended."""
    task = asyncio.ensure_future(awaitable)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return [await task]
    except asyncio.CancelledError:
        return []


async def step(records):
    return await records.__anext__()


@pytest.mark.parametrize("turns", range(4))
def test_a_cancelled_reader_loses_no_record(query, run, turns):
    async def main():
        records = query().records({"record_queue_size": 64})
        read = []
        for _ in range(50):
            read += await cancelled(step(records), turns)
        read += [record async for record in records]
        assert is_complete(read)

    run(main())


def test_a_time_out_loses_no_record(query, run):
    async def main():
        records, read = query().records(), []
        while True:
            try:
                read.append(await asyncio.wait_for(step(records), 0.0005))
            except asyncio.TimeoutError:
                continue
            except StopAsyncIteration:
                break
        assert is_complete(read)

    run(main())


def test_cancelled_results(query, connected, run):
    async def main():
        for turns in range(5):
            await cancelled(results(query()), turns)
        assert is_complete(await query().results())
        await connected.put(("test", "aqueries2", 1), {"n": 1})

    async def results(one):
        return await one.results()

    run(main())


def test_many_queries_at_once(query, run):
    async def read():
        return [record async for record in query()]

    async def main():
        for records in await asyncio.gather(*(read() for _ in range(8)), *(query().results() for _ in range(4))):
            assert is_complete(records)

    run(main())


def test_other_tasks_run_between(query, run):
    """A reader that never waits for anything else leaves the loop to others at each portion."""

    async def main():
        turns = 0

        async def neighbour():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.ensure_future(neighbour())
        async for _ in query():
            pass
        assert turns >= COUNT / 128 / 2
        await query().results()
        task.cancel()
        assert 0 < aerospike_py._aerospike._longest_step() <= 128

    run(main())


def test_an_iterator_in_two_loops(query, run):
    records = query().records()

    async def some(count):
        return [await records.__anext__() for _ in range(count)]

    read = run(some(100)) + run(some(1000))

    async def rest():
        return [record async for record in records]

    assert is_complete(read + run(rest()))


def test_a_loop_that_closes_under_a_reader(query, proxy, run, filled):
    client = aerospike_py.async_client(configuration(proxy.hosts))
    run(client.connect())
    records = client.query("test", filled).records()
    proxy.freeze()
    loop = run.new_loop()
    task = loop.create_task(step(records))
    loop.run_until_complete(asyncio.sleep(0))
    run.close(loop)
    assert task.cancelled()
    proxy.thaw()

    async def rest():
        return [record async for record in records]

    assert is_complete(run(rest()))
    run(client.close())


def test_forgotten_iterators_close_their_queries(connected, run, filled):
    async def forget():
        records = connected.query("test", filled).records({"record_queue_size": 64})
        await records.__anext__()
        return weakref.ref(records)

    async def main():
        for _ in range(30):
            assert (await forget())() is None
        gc.collect()
        return [record async for record in connected.query("test", filled)]

    before = descriptors("socket:")
    for _ in range(4):
        run(main())
    # Both ends of a connection are in this process. The pool opens some anew, for those that were given up; 120 queries were.
    until(lambda: descriptors("socket:") < before + 100)


def test_closing_ends_the_iteration(query, run):
    async def main():
        with query().records() as records:
            await records.__anext__()
            records.close()
            assert [record async for record in records] == []
        waiting = query().records()
        task = asyncio.ensure_future(step(waiting))
        await asyncio.sleep(0)
        waiting.close()
        try:
            await task
        except StopAsyncIteration:
            pass
        except RuntimeError as error:
            assert isinstance(error.__cause__, StopAsyncIteration)

    run(main())


def test_a_client_that_closes_under_a_reader(hosts, run, filled):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.connect()
        records = client.query("test", filled).records()
        await records.__anext__()
        await client.close()
        with pytest.raises(aerospike_py.ClientError):
            async for _ in records:
                pass

    run(main())


def test_an_error_is_raised_once_and_then_it_is_over(proxy, run, filled):
    client = aerospike_py.async_client(configuration(proxy.hosts))

    async def main():
        await client.connect()
        records = client.query("test", filled).records({"max_retries": 1, "record_queue_size": 64})
        proxy.answer = lambda data: (_ for _ in ()).throw(ConnectionAbortedError())
        with pytest.raises(aerospike_py.AerospikeError):
            async for _ in records:
                pass
        assert [record async for record in records] == []
        proxy.answer = None

    run(main())
    run(client.close())
