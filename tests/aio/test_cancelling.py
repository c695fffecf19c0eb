"""A cancelled caller goes; his request ends by itself, and everything else goes on."""

from __future__ import annotations

import asyncio
import random
import sys

import anyio
import pytest
from hostile import LOOPS, collect, configuration

import aerospike_py

SINCE_311 = pytest.mark.skipif(sys.version_info < (3, 11), reason="new in Python 3.11")


def key(number):
    return ("test", "cancelling", number)


async def works(client):
    await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(200)))
    records = await asyncio.gather(*(client.get(key(n)) for n in range(200)))
    assert [record.bins["n"] for record in records] == list(range(200))


@pytest.fixture
def frozen(proxy, run):
    """A connected client whose server answers nothing until the proxy is thawed."""
    client = aerospike_py.async_client(configuration(proxy.hosts))

    async def prepare():
        await client.connect()
        await works(client)

    run(prepare())
    proxy.freeze()
    yield client
    proxy.thaw()
    run(works(client))
    run(client.close())


def test_before_the_first_step(connected, run):
    async def main():
        task = asyncio.ensure_future(connected.get(key(1)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await works(connected)

    run(main())


def test_before_the_first_step_of_a_deferred_one(connected, run):
    pending = connected.put(key("deferred"), {"n": 1})

    async def main():
        task = asyncio.ensure_future(pending)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await connected.exists(key("deferred"))

    assert run(main()).meta is None


def test_while_under_way(frozen, run):
    async def main():
        task = asyncio.ensure_future(frozen.get(key(1)))
        await asyncio.sleep(0)
        assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    run(main())


@pytest.mark.filterwarnings("ignore:Passing 'msg' argument:DeprecationWarning")
def test_the_message_reappears(frozen, run):
    message = object()

    async def main():
        task = asyncio.ensure_future(frozen.get(key(1)))
        await asyncio.sleep(0)
        task.cancel(msg=message)
        try:
            await frozen_wait(task)
        except asyncio.CancelledError as error:
            # Python 3.10 passes it on through a chain of exceptions.
            while not error.args and error.__context__ is not None:
                error = error.__context__
            return error.args
        return None

    async def frozen_wait(task):
        return await task

    assert run(main()) == (message,)


def test_a_write_that_nobody_waits_for_any_more_is_done_all_the_same(frozen, proxy, run):
    async def main():
        task = asyncio.ensure_future(frozen.put(key("orphan"), {"n": 1}, policy={"total_timeout": 30_000}))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        proxy.thaw()
        while (await frozen.exists(key("orphan"))).meta is None:
            await asyncio.sleep(0)

    run(main())


def test_wait_for_times_out(frozen, run):
    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(frozen.get(key(1), policy={"total_timeout": 30_000}), 0.02)

    run(main())


@SINCE_311
def test_timeout_times_out(frozen, run):
    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await frozen.get(key(1), policy={"total_timeout": 30_000})

    run(main())


def test_anyio_moves_on(frozen, hosts):
    async def main():
        with anyio.move_on_after(0.02) as scope:
            await frozen.get(key(1), policy={"total_timeout": 30_000})
        assert scope.cancelled_caught
        with pytest.raises(TimeoutError):
            with anyio.fail_after(0.02):
                await frozen.get(key(1), policy={"total_timeout": 30_000})
        async with anyio.create_task_group() as group:
            for n in range(50):
                group.start_soon(frozen.get, key(n))
            await anyio.sleep(0.01)
            group.cancel_scope.cancel()
        # Scopes within scopes know their own cancellation by its message.
        with anyio.move_on_after(30) as outer:
            with anyio.move_on_after(0.02) as inner:
                await frozen.get(key(1), policy={"total_timeout": 30_000})
        assert (inner.cancelled_caught, outer.cancelled_caught) == (True, False)

    for options in ({}, {"use_uvloop": True}) if "uvloop" in LOOPS else ({},):
        anyio.run(main, backend_options=options)


def test_shield_keeps_the_request(frozen, proxy, run):
    async def main():
        inner = asyncio.ensure_future(frozen.get(key(1), policy={"total_timeout": 30_000}))
        outer = asyncio.shield(inner)
        await asyncio.sleep(0)
        outer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await outer
        proxy.thaw()
        return await inner

    assert run(main()).bins == {"n": 1}


def test_a_cancellation_that_is_swallowed_does_not_stop_the_task(frozen, proxy, run):
    async def main():
        async def stubborn():
            try:
                await frozen.get(key(1))
            except asyncio.CancelledError:
                proxy.thaw()
                return await frozen.get(key(2))

        task = asyncio.ensure_future(stubborn())
        await asyncio.sleep(0)
        task.cancel()
        return await task

    assert run(main()).bins == {"n": 2}


def test_a_storm_of_cancellations_then_normal_traffic(connected, run):
    async def main():
        await works(connected)
        for turn in range(20):
            tasks = [asyncio.ensure_future(connected.get(key(n))) for n in range(200)]
            for _ in range(turn % 4):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await works(connected)

    run(main())


def test_a_storm_of_cancellations_while_nothing_is_answered(frozen, proxy, run):
    async def main():
        for _ in range(20):
            tasks = [asyncio.ensure_future(frozen.get(key(n))) for n in range(200)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(each) for each in done} == {asyncio.CancelledError}
        proxy.thaw()
        await works(frozen)

    run(main())


def test_cancel_racing_completion(connected, run):
    """Each ends as one of the two, never as both and never as neither."""
    generator = random.Random(7)

    async def one(number):
        return (await connected.get(key(number))).bins["n"]

    async def main():
        await works(connected)
        answered = cancelled = 0
        for _ in range(60):
            tasks = {n: asyncio.ensure_future(one(n)) for n in range(100)}
            waves = generator.randrange(1, 12)
            for _ in range(waves):
                await asyncio.sleep(0)
                for n in generator.sample(range(100), 10):
                    tasks[n].cancel()
            for n, task in tasks.items():
                try:
                    assert await task == n
                    answered += 1
                except asyncio.CancelledError:
                    assert task.cancelled()
                    cancelled += 1
        await works(connected)
        return answered, cancelled

    answered, cancelled = run(main())
    assert answered + cancelled == 6000
    assert cancelled > 0


def test_a_task_cancelled_by_the_task_that_woke_before_it(connected, run):
    """Both replies are in one burst: the first task's step cancels the second in the middle of the drain."""

    async def main():
        await works(connected)
        for _ in range(50):
            second = None

            async def first():
                await connected.get(key(1))
                return second.cancel()

            async def other():
                return (await connected.get(key(2))).bins["n"]

            tasks = [asyncio.ensure_future(first()), second := asyncio.ensure_future(other())]
            told, outcome = await asyncio.gather(*tasks, return_exceptions=True)
            if told:
                assert isinstance(outcome, asyncio.CancelledError)
            else:
                assert outcome == 2

    run(main())


def test_gather_cancelled(frozen, run):
    async def main():
        together = asyncio.gather(*(frozen.get(key(n)) for n in range(100)))
        await asyncio.sleep(0)
        together.cancel()
        with pytest.raises(asyncio.CancelledError):
            await together

    run(main())


def test_cancelled_requests_are_forgotten_when_they_end(connected, run):
    import weakref

    async def main():
        await works(connected)
        pendings = [connected.get(key(n)) for n in range(100)]
        known = [weakref.ref(pending) for pending in pendings]
        tasks = [asyncio.ensure_future(pending) for pending in pendings]
        del pendings
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        del tasks, task
        await works(connected)
        await asyncio.sleep(0)
        collect()
        return [each for each in known if each() is not None]

    assert run(main()) == []
