"""Every way in which asyncio and anyio wait for something, on every kind of loop."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import sys
import threading
from unittest.mock import AsyncMock, create_autospec

import anyio
import pytest
from hostile import LOOPS, Runner, configuration

import aerospike_py
from aerospike_py import AsyncClient

SINCE_311 = pytest.mark.skipif(sys.version_info < (3, 11), reason="new in Python 3.11")
SINCE_312 = pytest.mark.skipif(sys.version_info < (3, 12), reason="new in Python 3.12")


def key(number):
    return ("test", "awaiting", number)


@pytest.fixture
def client(connected, run):
    async def fill():
        await asyncio.gather(*(connected.put(key(n), {"n": n}) for n in range(200)))

    run(fill())
    return connected


def numbers(records):
    return [record.bins["n"] for record in records]


def test_await(client, run):
    async def main():
        return (await client.get(key(7))).bins

    assert run(main()) == {"n": 7}


def test_the_awaitable_itself_is_all_that_a_loop_needs(client, run):
    assert run(client.get(key(7))).bins == {"n": 7}


def test_asyncio_run(client):
    assert asyncio.run(client.get(key(7))).bins == {"n": 7}


def test_gather_keeps_the_order(client, run):
    async def main():
        return await asyncio.gather(*(client.get(key(n)) for n in range(200)))

    assert numbers(run(main())) == list(range(200))


def test_gather_of_good_and_bad(client, run):
    async def main():
        return await asyncio.gather(
            client.get(key(1)),
            client.get("no key"),
            client.get(("test", "awaiting", "absent")),
            client.get(("nowhere", "awaiting", 1)),
            client.get(key(2)),
            return_exceptions=True,
        )

    first, wrong, absent, nowhere, second = run(main())
    assert numbers([first, second]) == [1, 2]
    assert isinstance(wrong, (TypeError, ValueError, aerospike_py.AerospikeError))
    assert isinstance(absent, aerospike_py.RecordNotFound)
    assert isinstance(nowhere, aerospike_py.AerospikeError)


def test_gather_of_the_same_awaitable_twice_awaits_it_once(client, run):
    async def main():
        once = client.get(key(3))
        return await asyncio.gather(once, once)

    assert numbers(run(main())) == [3, 3]


@SINCE_311
def test_task_group(client, run):
    async def main():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.get(key(n))) for n in range(100)]
        return [task.result() for task in tasks]

    assert numbers(run(main())) == list(range(100))


@SINCE_311
def test_task_group_is_ended_by_the_first_error(client, run):
    async def main():
        with pytest.raises(BaseExceptionGroup) as caught:
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(60))
                group.create_task(client.get(("test", "awaiting", "absent")))
        return caught.value.exceptions

    (error,) = run(main())
    assert isinstance(error, aerospike_py.RecordNotFound)


def test_wait_for_in_time(client, run):
    async def main():
        return await asyncio.wait_for(client.get(key(1)), 30)

    assert run(main()).bins == {"n": 1}


def test_shield(client, run):
    async def main():
        return await asyncio.shield(client.get(key(1)))

    assert run(main()).bins == {"n": 1}


def test_wait_on_tasks(client, run):
    async def main():
        tasks = [asyncio.create_task(client.get(key(n))) for n in range(50)]
        done, left = await asyncio.wait(tasks)
        assert not left
        return sorted(numbers(task.result() for task in done))

    assert run(main()) == list(range(50))


def test_as_completed(client, run):
    async def main():
        return sorted([(await first).bins["n"] for first in asyncio.as_completed([client.get(key(n)) for n in range(50)])])

    assert run(main()) == list(range(50))


def test_ensure_future(client, run):
    async def main():
        future = asyncio.ensure_future(client.get(key(1)))
        assert isinstance(future, asyncio.Task)
        return await future

    assert run(main()).bins == {"n": 1}


@SINCE_311
def test_timeout_in_time(client, run):
    async def main():
        async with asyncio.timeout(30):
            return await client.get(key(1))

    assert run(main()).bins == {"n": 1}


@SINCE_312
def test_eager_tasks(client, run):
    if not hasattr(asyncio, "eager_task_factory"):
        pytest.skip("no eager tasks")

    async def one(number):
        return (await client.get(key(number))).bins["n"]

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        wrapped = await asyncio.gather(*(one(n) for n in range(100)))
        plain = await asyncio.gather(*(client.get(key(n)) for n in range(100)))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(n)) for n in range(10)]
        return wrapped, numbers(plain), [task.result() for task in tasks]

    assert run(main()) == (list(range(100)), list(range(100)), list(range(10)))


def test_an_async_for_and_an_async_with_around_it(client, run):
    async def records():
        for n in range(20):
            yield await client.get(key(n))

    async def main():
        return [record.bins["n"] async for record in records()]

    assert run(main()) == list(range(20))


def test_anyio_scopes_and_groups(client):
    seen = []

    async def one(number):
        seen.append((await client.get(key(number))).bins["n"])

    async def main():
        with anyio.move_on_after(30) as scope:
            await one(0)
        assert not scope.cancelled_caught
        with anyio.fail_after(30):
            await one(1)
        async with anyio.create_task_group() as group:
            for number in range(2, 50):
                group.start_soon(one, number)

    for options in ({}, {"use_uvloop": True}) if "uvloop" in LOOPS else ({},):
        seen.clear()
        anyio.run(main, backend_options=options)
        assert sorted(seen) == list(range(50))


def test_run_coroutine_threadsafe(client, run):
    loop = run.new_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        futures = [asyncio.run_coroutine_threadsafe(client.get(key(n)), loop) for n in range(100)]
        assert numbers(future.result(30) for future in futures) == list(range(100))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        run.close(loop)


def test_it_starts_with_the_call_when_a_loop_runs(client, run, hosts):
    """The request is under way before anybody awaits it."""

    async def main():
        await client.put(key("early"), {"n": 1})
        pending = client.put(key("early"), {"n": 2})
        with aerospike_py.client(configuration(hosts)) as other:
            while other.get(key("early")).bins["n"] != 2:
                await asyncio.sleep(0)
        await pending

    run(main())


def test_without_a_loop_it_starts_with_its_first_step(client, run, hosts):
    run(client.put(key("late"), {"n": 1}))
    pending = client.put(key("late"), {"n": 2})
    with aerospike_py.client(configuration(hosts)) as other:
        assert other.get(key("late")).bins["n"] == 1
        run(pending)
        assert other.get(key("late")).bins["n"] == 2


def test_errors_of_arguments_come_out_of_the_await(client, run):
    wrong = [client.get("no key"), client.put(key(1), {"a name that is too long": 1}), client.put(key(1), {"n": object()})]

    async def main():
        return await asyncio.gather(*wrong, return_exceptions=True)

    assert all(isinstance(error, Exception) for error in run(main()))


def test_context_variables_reach_the_task_and_stay_in_it(client, run):
    variable = contextvars.ContextVar("variable", default="outside")

    async def one(number):
        variable.set(number)
        await client.get(key(number))
        return variable.get()

    async def main():
        names = await asyncio.gather(*(one(n) for n in range(20)))
        return names, variable.get()

    assert run(main()) == (list(range(20)), "outside")


def test_the_current_task_is_the_one_that_awaits(client, run):
    async def one(number):
        before = asyncio.current_task()
        await client.get(key(number))
        return asyncio.current_task() is before

    async def main():
        return await asyncio.gather(*(one(n) for n in range(20)))

    assert all(run(main()))


def test_what_it_looks_like(client, run):
    async def main():
        pending = client.get(key(1))
        assert asyncio.iscoroutine(pending)
        assert inspect.isawaitable(pending)
        assert not asyncio.isfuture(pending)
        assert repr(pending) == "<Pending AsyncClient.get() under way>"
        assert (pending.__name__, pending.__qualname__) == ("get", "AsyncClient.get")
        task = asyncio.ensure_future(pending)
        assert "get" in repr(task)
        task.get_stack()
        await task
        assert repr(pending) == "<Pending AsyncClient.get() done>"

    run(main())


@pytest.mark.parametrize("name", [name for name in dir(AsyncClient) if not name.startswith("_")])
def test_methods_are_coroutine_functions_but_for_the_plain_ones(name):
    plain = {"is_connected", "get_node_names", "query", "scan", "batch_stream", "transaction"}
    # What this process knows by itself.
    plain |= {"stats", "get_stats", "enable_metrics", "disable_metrics"}
    assert inspect.iscoroutinefunction(getattr(AsyncClient, name)) is (name not in plain)


def test_mocks_made_from_the_class_give_awaitables(run):
    specified = AsyncMock(spec=AsyncClient)
    specified.get.return_value = "record"
    automatic = create_autospec(AsyncClient, instance=True)
    automatic.get.return_value = "record"

    async def main():
        return await specified.get(key(1)), await automatic.get(key(1)), specified.is_connected

    one, other, connected = run(main())
    assert (one, other) == ("record", "record")
    assert not inspect.iscoroutinefunction(connected)
    with pytest.raises(TypeError):
        automatic.get()


def test_a_burst_wakes_the_loop_far_less_often_than_it_has_replies(hosts):
    """One wake-up per burst: counted at the loop's reader callback."""
    calls = 0

    class CountingLoop(asyncio.SelectorEventLoop):
        def add_reader(self, descriptor, callback, *args):
            def counted():
                nonlocal calls
                calls += 1
                callback(*args)

            return super().add_reader(descriptor, counted if type(callback).__name__ == "Port" else callback)

    async def main():
        nonlocal calls
        async with aerospike_py.async_client(configuration(hosts)) as client:
            await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(200)))
            calls = 0
            for _ in range(10):
                await asyncio.gather(*(client.get(key(n)) for n in range(200)))

    loop = CountingLoop()
    try:
        loop.run_until_complete(main())
    finally:
        Runner.close(loop)
    assert 10 <= calls < 1000, f"{calls} wake-ups for 10 bursts of 200 replies"
