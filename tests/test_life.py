"""Connecting and closing in every order, from anywhere, with requests under way."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hostile import collect, configuration, descriptors, never_awaited, until

import aerospike_py

KEY = ("test", "life", 1)


def in_threads(count, function):
    """What the function returned or raised in each of several threads that begin together."""
    start = threading.Barrier(count)
    outcome = []

    def thread():
        start.wait()
        try:
            outcome.append(function())
        except Exception as error:  # noqa: BLE001 (returned)
            outcome.append(error)

    threads = [threading.Thread(target=thread) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return outcome


def test_every_order_of_connect_and_close(hosts):
    client = aerospike_py.client(configuration(hosts))
    client.close()
    for _ in range(3):
        assert not client.is_connected()
        with pytest.raises(aerospike_py.ClientError, match="not connected"):
            client.get(KEY)
        assert client.connect() is client
        assert client.is_connected()
        with pytest.raises(aerospike_py.ClientError, match="already connected"):
            client.connect()
        client.put(KEY, {"n": 1})
        client.close()
        client.close()


def test_every_order_of_connect_and_close_async(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.close()
        for _ in range(3):
            assert not client.is_connected()
            with pytest.raises(aerospike_py.ClientError, match="not connected"):
                await client.get(KEY)
            assert await client.connect() is client
            assert client.is_connected()
            with pytest.raises(aerospike_py.ClientError, match="already connected"):
                await client.connect()
            await client.put(KEY, {"n": 1})
            await client.close()
            await client.close()

    run(main())


def test_connect_from_several_threads(hosts):
    client = aerospike_py.client(configuration(hosts))
    for _ in range(20):
        outcome = in_threads(6, client.connect)
        assert [each for each in outcome if each is client] == [client]
        assert all("already connect" in str(each) for each in outcome if each is not client)
        client.close()


def test_close_from_several_threads(hosts):
    client = aerospike_py.client(configuration(hosts))
    for _ in range(20):
        client.connect()
        assert in_threads(6, client.close) == [None] * 6
        assert not client.is_connected()


def test_close_from_several_tasks(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        for _ in range(10):
            await client.connect()
            await asyncio.gather(*(client.close() for _ in range(20)))
            assert not client.is_connected()

    run(main())


def test_close_while_threads_work(hosts):
    """Each call is answered or refused."""
    for _ in range(5):
        client = aerospike_py.client(configuration(hosts)).connect()
        client.put(KEY, {"n": 1})
        begun = threading.Barrier(5)

        def work(client=client, begun=begun):
            begun.wait()
            done = 0
            try:
                while True:
                    assert client.get(KEY).bins == {"n": 1}
                    done += 1
            except aerospike_py.ClientError as error:
                assert "not connected" in str(error) or isinstance(error, aerospike_py.ClientClosedError), error
            return done

        def close(client=client, begun=begun):
            begun.wait()
            client.close()

        closing = threading.Thread(target=close)
        closing.start()
        outcome = in_threads(4, work)
        closing.join()
        assert all(isinstance(each, int) for each in outcome), outcome


def test_close_lets_requests_in_flight_finish(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.connect()
        writes = asyncio.gather(*(client.put(("test", "life", n), {"n": n}) for n in range(500)))
        await client.close()
        await writes
        await client.connect()
        records = await asyncio.gather(*(client.get(("test", "life", n)) for n in range(500)))
        assert [record.bins["n"] for record in records] == list(range(500))
        await client.close()

    run(main())


def test_close_refuses_what_comes_after_it(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        await client.connect()
        closing = client.close()
        late = await asyncio.gather(*(client.get(KEY) for _ in range(100)), return_exceptions=True)
        assert {(isinstance(each, aerospike_py.ClientError), "not connected" in str(each)) for each in late} == {(True, True)}
        await closing

    run(main())


def test_close_with_a_timeout_ends_what_is_not_answered(proxy, run):
    """A write that was sent is in doubt; one that still waited, and a read, are not."""

    async def main():
        client = aerospike_py.async_client(configuration(proxy.hosts, max_concurrent_operations=20))
        await client.connect()
        await client.put(KEY, {"n": 1})
        proxy.freeze()
        writes = [asyncio.ensure_future(client.put(("test", "life", n), {"n": n})) for n in range(10)]
        reads = [asyncio.ensure_future(client.get(KEY)) for _ in range(10)]
        waiting = [asyncio.ensure_future(client.put(("test", "life", n), {"n": n})) for n in range(10, 20)]
        await asyncio.sleep(0.2)
        await client.close(timeout=100)
        assert not client.is_connected()
        outcome = [await asyncio.gather(*each, return_exceptions=True) for each in (writes, reads, waiting)]
        for group in outcome:
            assert {type(error) for error in group} == {aerospike_py.ClientClosedError}
        return [{error.in_doubt for error in group} for group in outcome]

    assert run(main()) == [{True}, {False}, {False}]


def test_close_with_a_timeout_ends_blocked_threads(proxy):
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(KEY, {"n": 1})
    proxy.freeze()
    ending = threading.Timer(0.2, client.close, kwargs={"timeout": 50})
    ending.start()
    outcome = in_threads(6, lambda: client.get(KEY))
    ending.join()
    assert {type(each) for each in outcome} == {aerospike_py.ClientClosedError}


@pytest.mark.timeout(20)  # before the frozen node is given up
def test_a_second_close_with_a_timeout_overtakes_a_patient_one(proxy):
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(KEY, {"n": 1})
    proxy.freeze()
    outcome = []

    def read():
        try:
            client.get(KEY)
        except aerospike_py.AerospikeError as error:
            outcome.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    # The request must be under way, or it would be refused.
    until(lambda: not reading.is_alive() or proxy.held > 0)
    patient = threading.Thread(target=client.close)
    patient.start()
    until(lambda: not client.is_connected())
    client.close(timeout=50)
    patient.join()
    reading.join()
    (error,) = outcome
    assert isinstance(error, aerospike_py.ClientClosedError)


def test_close_while_connecting_is_refused(hosts, run):
    async def main():
        client = aerospike_py.async_client(configuration(hosts))
        connecting = client.connect()
        with pytest.raises(aerospike_py.ClientError, match="being connected"):
            await client.close()
        with pytest.raises(aerospike_py.ClientError, match="already connecting"):
            await client.connect()
        await connecting
        await client.close()

    run(main())


def test_a_connect_that_failed_can_be_tried_again(hosts):
    client = aerospike_py.client(configuration([("127.0.0.1", 1)]))
    for _ in range(3):
        with pytest.raises(aerospike_py.ConnectionError, match="127.0.0.1:1"):
            client.connect()
    client.__init__(configuration(hosts))
    client.connect()
    client.close()


def test_a_connect_that_was_never_awaited_leaves_the_client_as_it_was(hosts, run):
    client = aerospike_py.async_client(configuration(hosts))
    assert never_awaited(client.connect) == ["coroutine 'AsyncClient.connect' was never awaited"]
    run(client.connect())
    run(client.close())


def test_a_close_that_was_never_awaited_leaves_the_client_as_it_was(hosts, run):
    client = aerospike_py.async_client(configuration(hosts))
    run(client.connect())
    assert never_awaited(client.close) == ["coroutine 'AsyncClient.close' was never awaited"]
    run(client.put(KEY, {"n": 1}))
    run(client.close())


def test_a_connect_that_was_cancelled_leaves_the_client_usable(hosts, run):
    client = aerospike_py.async_client(configuration(hosts))

    async def main():
        task = asyncio.ensure_future(client.connect())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        # Cancelling orphans a request: it ends by itself.
        while True:
            try:
                await client.close()
                break
            except aerospike_py.ClientError:
                await asyncio.sleep(0)
        await client.connect()
        await client.put(KEY, {"n": 1})
        await client.close()

    run(main())


def test_connects_that_fail_half_way_leave_no_connection(proxy):
    """The node is there, then its answers break off: at another place each time."""
    from hostile import Cut

    before = None
    for answers in range(24):
        left = answers

        def answer(chunk):
            nonlocal left
            left -= 1
            if left < 0:
                raise Cut(chunk[: len(chunk) // 2])
            return chunk

        proxy.answer = answer
        client = aerospike_py.client(configuration(proxy.hosts, timeout=300))
        try:
            client.connect()
        except aerospike_py.AerospikeError:
            pass
        else:
            client.close()
        del client
        proxy.answer = None
        proxy.cut()
        collect()
        if before is None:
            before = descriptors("socket:")
    until(lambda: descriptors("socket:") <= before)


def test_is_connected_in_a_loop_while_it_connects_and_closes(hosts):
    client = aerospike_py.client(configuration(hosts))
    stop = threading.Event()
    failures = []

    def ask():
        try:
            while not stop.is_set():
                client.is_connected()
                client.ping()
        except BaseException as error:  # noqa: BLE001 (told to the test)
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for each in threads:
        each.start()
    for _ in range(20):
        client.connect()
        client.close()
    stop.set()
    for each in threads:
        each.join()
    assert failures == []


def test_collected_without_close(hosts):
    before = descriptors("socket:")
    for _ in range(20):
        aerospike_py.client(configuration(hosts)).connect().put(KEY, {"n": 1})
    until(lambda: descriptors("socket:") <= before)


def test_collected_while_a_thread_is_blocked_in_it(proxy):
    before = descriptors("socket:")
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(KEY, {"n": 1})
    proxy.freeze()
    outcome = []
    thread = threading.Thread(target=lambda get: outcome.append(get(KEY).bins), args=(client.get,))
    thread.start()
    del client
    collect()
    proxy.thaw()
    thread.join()
    del thread
    assert outcome == [{"n": 1}]
    until(lambda: descriptors("socket:") <= before)
