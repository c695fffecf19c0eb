"""A client belongs to no loop."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import weakref

import pytest
from hostile import LOOPS, Runner, collect, configuration, descriptors, never_awaited, python, until

import aerospike_py


def key(number):
    return ("test", "loops", number)


async def work(client, offset=0):
    await asyncio.gather(*(client.put(key(offset + n), {"n": n}) for n in range(50)))
    records = await asyncio.gather(*(client.get(key(offset + n)) for n in range(50)))
    assert [record.bins["n"] for record in records] == list(range(50))


def ports():
    """What loops and their ports have open; a client's sockets come and go by themselves."""
    return descriptors("[eventfd]", "[eventpoll]")


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for it")
def test_every_kind_of_loop_is_tried():
    """What takes `run` or `LOOPS` runs on each of these; where uvloop is missing, all of it would run on asyncio alone and say nothing."""
    assert set(LOOPS) == {"asyncio", "uvloop"}


def test_two_runs_in_a_row(connected, run):
    run(work(connected))
    run(work(connected))


def test_asyncio_run_twice_with_one_client(hosts):
    client = aerospike_py.async_client(configuration(hosts))
    asyncio.run(client.connect())
    asyncio.run(work(client))
    asyncio.run(work(client))
    asyncio.run(client.close())


@pytest.mark.parametrize("other", LOOPS)
def test_made_in_one_loop_and_used_in_another_kind(connected, other):
    asyncio.run(work(connected))
    loop = LOOPS[other]()
    try:
        loop.run_until_complete(work(connected))
    finally:
        Runner.close(loop)


def test_two_loops_that_take_turns_in_one_thread(connected, run):
    one, other = run.new_loop(), run.new_loop()
    try:
        for _ in range(5):
            one.run_until_complete(work(connected))
            other.run_until_complete(work(connected))
    finally:
        run.close(one)
        run.close(other)


def test_loops_of_several_threads_at_once(connected, run):
    failures = []
    start = threading.Barrier(4)

    def thread(offset):
        try:
            start.wait()
            for _ in range(5):
                run(work(connected, offset))
        except BaseException as error:  # noqa: BLE001 (told to the test)
            failures.append(error)

    threads = [threading.Thread(target=thread, args=(1000 * n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []


def test_a_sync_and_an_async_client_share_the_engine(connected, client, run):
    async def main():
        for _ in range(20):
            await connected.put(key("shared"), {"n": 1})
            assert client.get(key("shared")).bins == {"n": 1}

    run(main())


def test_a_loop_closed_with_1000_requests_in_flight(connected, run):
    def leave():
        loop = run.new_loop()
        left = []

        async def main():
            left.extend(connected.get(key(n)) for n in range(1000))

        loop.run_until_complete(main())
        loop.close()
        for pending in left:
            pending.close()

    leave()
    collect()
    run(work(connected))


def test_a_loop_closed_with_1000_tasks_in_flight(proxy, run):
    """The replies arrive when the loop is gone."""
    client = aerospike_py.async_client(configuration(proxy.hosts))
    run(client.connect())

    async def main():
        proxy.freeze()
        tasks = [asyncio.ensure_future(client.put(key(n), {"n": n})) for n in range(1000)]
        await asyncio.sleep(0)
        return tasks

    loop = run.new_loop()
    tasks = loop.run_until_complete(main())
    Runner.close(loop)
    assert all(task.cancelled() for task in tasks)
    proxy.thaw()
    run(work(client))
    run(client.close())


def test_a_reply_that_comes_too_late_touches_no_descriptor_of_others(proxy, run):
    """The numbers of a closed loop's descriptors belong to others by then: nothing is written there, and no loop polls them any more."""
    client = aerospike_py.async_client(configuration(proxy.hosts))
    run(client.connect())

    async def leave():
        return [asyncio.ensure_future(client.get(key(n))) for n in range(100)]

    proxy.freeze()
    for _ in range(20):
        loop = run.new_loop()
        loop.run_until_complete(leave())
        Runner.close(loop)
    collect()
    # The lowest free numbers, which are those of the ports that went.
    pipes = [os.pipe() for _ in range(100)]
    called = []

    async def watch():
        loop = asyncio.get_running_loop()
        for reader, _ in pipes:
            loop.add_reader(reader, called.append, reader)
        proxy.thaw()
        await work(client)
        for _ in range(100):
            await asyncio.sleep(0)
        for reader, _ in pipes:
            loop.remove_reader(reader)

    run(watch())
    assert called == []
    for reader, writer in pipes:
        os.close(writer)
        # All that was ever written to it.
        assert os.read(reader, 1) == b""
        os.close(reader)
    run(client.close())


def test_what_nobody_awaited_of_a_closed_loop_is_told_once_each(connected, run):
    def leave():
        loop = run.new_loop()

        async def main():
            for n in range(100):
                connected.get(key(n))

        loop.run_until_complete(main())
        loop.close()

    run(work(connected))
    texts = never_awaited(leave)
    assert texts == ["coroutine 'AsyncClient.get' was never awaited"] * 100
    run(work(connected))


def test_an_exception_leaves_the_loop_with_200_requests_in_flight(connected, run):
    async def main():
        tasks = [asyncio.ensure_future(connected.get(key(n))) for n in range(200)]
        await asyncio.sleep(0)
        raise ZeroDivisionError(len(tasks))

    run(work(connected))
    with pytest.raises(ZeroDivisionError):
        run(main())
    run(work(connected))


def test_loops_made_and_closed_leave_no_descriptor(connected, run):
    run(work(connected))
    before = ports()
    for _ in range(200):
        run(connected.get(key(1)))
    until(lambda: ports() <= before)


def test_a_loop_forgotten_without_close_goes_with_its_port(connected):
    asyncio.run(work(connected))
    collect()
    before = ports()
    loop = asyncio.SelectorEventLoop()
    loop.run_until_complete(work(connected))
    gone = weakref.ref(loop)
    with pytest.warns(ResourceWarning, match="unclosed event loop"):
        del loop
        collect()
    assert gone() is None
    until(lambda: ports() <= before)


def test_loops_threads_and_clients_at_once(hosts, run):
    """Clients that come and go in loops that come and go in threads that come and go."""
    failures = []

    def thread(number):
        try:
            for _ in range(5):
                client = aerospike_py.async_client(configuration(hosts))
                run(client.connect())
                run(work(client, 1000 * number))
                run(client.close())
        except BaseException as error:  # noqa: BLE001 (told to the test)
            failures.append(error)

    threads = [threading.Thread(target=thread, args=(n,)) for n in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []


class NoReaders(asyncio.SelectorEventLoop):
    """As the proactor loop of Windows."""

    def add_reader(self, *_):
        raise NotImplementedError


def test_a_loop_without_readers_is_refused_with_advice(connected):
    """The error comes out of the await, as every error does."""

    async def main():
        return await asyncio.gather(connected.get(key(1)), connected.put(key(1), {"n": 1}), return_exceptions=True)

    loop = NoReaders()
    try:
        with pytest.raises(aerospike_py.ClientError, match="selector event loop"):
            loop.run_until_complete(connected.get(key(1)))
        for error in loop.run_until_complete(main()):
            assert isinstance(error, aerospike_py.ClientError)
            assert "selector event loop" in str(error)
    finally:
        loop.close()


OUT_OF_DESCRIPTORS = """
import asyncio, os, resource, sys
from hostile import configuration
import aerospike_py

async def main():
    return await asyncio.gather(client.get(("test", "loops", 1)), return_exceptions=True)

client = aerospike_py.async_client(configuration([("127.0.0.1", int(sys.argv[1]))]))
asyncio.run(client.connect())
asyncio.run(client.put(("test", "loops", 1), {"n": 1}))
loop = asyncio.new_event_loop()
resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
(error,) = loop.run_until_complete(main())
assert isinstance(error, aerospike_py.ClientError) and "file descriptor" in str(error), repr(error)
for descriptor in taken:
    os.close(descriptor)
(record,) = loop.run_until_complete(main())
assert record.bins == {"n": 1}
loop.run_until_complete(client.close())
loop.close()
print("lives")
"""


def test_without_a_descriptor_left_for_the_loop(hosts):
    assert python(OUT_OF_DESCRIPTORS, hosts[0][1]) == "lives\n"


def test_a_timer_keeps_its_turns_while_batches_are_converted(connected, run):
    """Counted in rows: what a step of the drain converts before the loop's other work has its turn."""

    async def main():
        rows = 5000
        keys = [key(n) for n in range(rows)]
        await asyncio.gather(*(connected.put(each, {"n": 1}) for each in keys))
        turns = 0

        async def other():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        neighbour = asyncio.ensure_future(other())
        await asyncio.sleep(0)
        batches = await asyncio.gather(*(connected.batch_read(keys) for _ in range(4)))
        neighbour.cancel()
        assert all(len(batch) == rows for batch in batches)
        assert 1 <= aerospike_py._aerospike._longest_step() <= 128
        assert turns >= 4 * rows // 128

    run(main())
