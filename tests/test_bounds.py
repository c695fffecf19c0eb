"""How many requests may be under way, and what becomes of the others."""

from __future__ import annotations

import asyncio
import threading

from hostile import configuration, until

import aerospike_py

KEY = ("test", "bounds", 1)


def key(number):
    return ("test", "bounds", number)


async def filled(proxy, **more):
    """A connected client whose server answers nothing any more."""
    client = aerospike_py.async_client(configuration(proxy.hosts, **more))
    await client.connect()
    await client.put(KEY, {"n": 1})
    proxy.freeze()
    return client


def test_more_than_max_concurrent_operations_wait(hosts, run):
    async def main():
        async with aerospike_py.async_client(configuration(hosts, max_concurrent_operations=4)) as client:
            await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(500)))
            records = await asyncio.gather(*(client.get(key(n)) for n in range(500)))
            assert [record.bins["n"] for record in records] == list(range(500))

    run(main())


def test_they_wait_no_longer_than_operation_queue_timeout_ms(proxy, run):
    async def main():
        client = await filled(proxy, max_concurrent_operations=4, operation_queue_timeout_ms=50)
        tasks = [asyncio.ensure_future(client.get(KEY)) for _ in range(20)]
        done, _ = await asyncio.wait(tasks, timeout=None, return_when=asyncio.FIRST_EXCEPTION)
        while len(done) < 16:
            done, _ = await asyncio.wait(tasks, timeout=0.01)
        errors = [task.exception() for task in done]
        assert {type(error) for error in errors} == {aerospike_py.BackpressureError}
        assert {str(error).split(": ", 1)[1] for error in errors} == {
            "Backpressure timeout on 'get' after 50ms: max_concurrent_operations=4 exceeded"
        }
        assert not any(error.in_doubt for error in errors)
        proxy.thaw()
        left = await asyncio.gather(*(task for task in tasks if task not in done))
        assert [record.bins for record in left] == [{"n": 1}] * 4
        await client.close()

    run(main())


def test_sync_callers_too(proxy):
    client = aerospike_py.client(configuration(proxy.hosts, max_concurrent_operations=2, operation_queue_timeout_ms=50)).connect()
    client.put(KEY, {"n": 1})
    proxy.freeze()
    outcome = []

    def read():
        try:
            outcome.append(client.get(KEY).bins)
        except aerospike_py.BackpressureError as error:
            outcome.append(type(error))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for each in threads:
        each.start()
    until(lambda: len(outcome) == 4)
    assert outcome == [aerospike_py.BackpressureError] * 4
    proxy.thaw()
    for each in threads:
        each.join()
    assert outcome[4:] == [{"n": 1}] * 2
    client.close()


def test_waiting_counts_against_the_total_timeout(proxy, run):
    """Also where nothing else would end the wait; and what has expired is never sent."""

    async def main():
        client = await filled(proxy, max_concurrent_operations=1)
        first = asyncio.ensure_future(client.get(KEY))
        await asyncio.sleep(0)
        outcome = await asyncio.gather(
            *(client.put(key("expired"), {"n": 1}, policy={"total_timeout": 100}) for _ in range(5)), return_exceptions=True
        )
        assert {type(error) for error in outcome} == {aerospike_py.AerospikeTimeoutError}
        assert not any(error.in_doubt for error in outcome)
        assert all("not sent" in str(error) for error in outcome)
        assert not first.done()
        proxy.thaw()
        assert (await first).bins == {"n": 1}
        assert (await client.exists(key("expired"))).meta is None
        await client.close()

    run(main())


def test_waiting_for_a_connection_counts_too(proxy, run):
    async def main():
        client = await filled(proxy, max_conns_per_node=2, min_conns_per_node=2)
        # Writes, because reads of one burst would share a connection.
        patient = [asyncio.ensure_future(client.put(key(n), {"n": n})) for n in range(2)]
        await asyncio.sleep(0)
        outcome = await asyncio.gather(
            *(client.put(key("expired too"), {"n": 1}, policy={"total_timeout": 100}) for _ in range(20)), return_exceptions=True
        )
        assert {type(error) for error in outcome} == {aerospike_py.AerospikeTimeoutError}
        assert not any(error.in_doubt for error in outcome)
        proxy.thaw()
        await asyncio.gather(*patient)
        assert [(await client.get(key(n))).bins for n in range(2)] == [{"n": 0}, {"n": 1}]
        assert (await client.exists(key("expired too"))).meta is None
        await client.close()

    run(main())


def test_never_more_connections_than_max_conns_per_node(proxy, run):
    """Counted at the server's side, under more requests than connections, with the tend connection allowed for."""

    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts, max_conns_per_node=8)) as client:
            for _ in range(20):
                await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(200)))
            assert proxy.most <= 8 + 2, proxy.most

    run(main())


def test_permits_come_back_from_requests_that_failed(proxy, run):
    async def main():
        client = await filled(proxy, max_concurrent_operations=2)
        for _ in range(5):
            outcome = await asyncio.gather(*(client.get(KEY, policy={"total_timeout": 30}) for _ in range(10)), return_exceptions=True)
            assert {type(error) for error in outcome} == {aerospike_py.AerospikeTimeoutError}
        proxy.thaw()
        assert (await client.get(KEY)).bins == {"n": 1}
        await client.close()

    run(main())


def test_permits_come_back_from_callers_that_gave_up(proxy, run):
    async def main():
        client = await filled(proxy, max_concurrent_operations=2)
        tasks = [asyncio.ensure_future(client.get(KEY)) for _ in range(200)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        proxy.thaw()
        records = await asyncio.gather(*(client.get(KEY) for _ in range(20)))
        assert len(records) == 20
        await client.close()

    run(main())
