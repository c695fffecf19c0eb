"""What an awaitable answers to those who use it wrongly: an error or a warning, never a hang."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
from hostile import collect, never_awaited

import aerospike_py

KEY = ("test", "misuse", 1)


@pytest.fixture
def client(connected, run):
    run(connected.put(KEY, {"n": 1}))
    return connected


def test_awaited_twice(client, run):
    async def main():
        pending = client.get(KEY)
        await pending
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await pending

    run(main())


def test_awaited_again_after_an_error(client, run):
    async def main():
        pending = client.get(("test", "misuse", "absent"))
        with pytest.raises(aerospike_py.RecordNotFound):
            await pending
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await pending

    run(main())


def test_awaited_again_after_it_was_cancelled(client, run):
    async def main():
        pending = client.get(KEY)
        task = asyncio.ensure_future(pending)
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await pending

    run(main())


def test_awaited_by_two_tasks(client, run):
    async def main():
        pending = client.get(KEY)

        async def one():
            return (await pending).bins

        return await asyncio.gather(one(), one(), return_exceptions=True)

    first, second = run(main())
    assert first == {"n": 1}
    assert isinstance(second, RuntimeError)
    # The second, if the answer was there before the two were.
    assert re.match("another task awaits|cannot reuse already awaited", str(second))


def test_awaited_in_another_loop(client, run):
    other = run.new_loop()

    async def make():
        return client.get(KEY)

    pending = other.run_until_complete(make())

    async def wait():
        with pytest.raises(RuntimeError, match="different event loop"):
            await pending

    run(wait())
    other.run_until_complete(pending)
    run.close(other)


def test_awaited_in_another_loop_when_it_is_answered_already(client, run):
    other = run.new_loop()

    async def make():
        pending = client.get(KEY)
        while "answered" not in repr(pending):
            await asyncio.sleep(0)
        return pending

    pending = other.run_until_complete(make())

    async def wait():
        with pytest.raises(RuntimeError, match="different event loop"):
            await pending

    run(wait())
    assert other.run_until_complete(pending).bins == {"n": 1}
    run.close(other)


def test_awaited_in_a_loop_of_another_thread(client, run):
    async def main():
        pending = client.get(KEY)
        outcome = []

        def thread():
            async def wait():
                await pending

            try:
                run(wait())
            except RuntimeError as error:
                outcome.append(str(error))

        elsewhere = threading.Thread(target=thread)
        elsewhere.start()
        elsewhere.join()
        assert len(outcome) == 1
        assert "different event loop" in outcome[0]
        await pending

    run(main())


@pytest.mark.parametrize("answered", [False, True])
def test_awaited_after_its_loop_closed(client, run, answered):
    async def make():
        pending = client.get(KEY)
        while answered and "answered" not in repr(pending):
            await asyncio.sleep(0)
        return pending

    loop = run.new_loop()
    pending = loop.run_until_complete(make())
    loop.close()

    async def wait():
        with pytest.raises(RuntimeError, match="event loop"):
            await pending

    run(wait())


def test_stepped_without_a_loop(client):
    pending = client.get(KEY)
    with pytest.raises(RuntimeError, match="no running event loop"):
        pending.send(None)
    pending.close()


def test_closed_and_then_awaited(client, run):
    async def main():
        pending = client.get(KEY)
        pending.close()
        pending.close()
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await pending

    run(main())


@pytest.mark.parametrize(
    "arguments",
    [
        (ZeroDivisionError("text"),),
        (ZeroDivisionError, "text"),
        (ZeroDivisionError, ZeroDivisionError("text")),
        (ZeroDivisionError, ZeroDivisionError("text"), None),
    ],
)
@pytest.mark.filterwarnings("ignore:the .3-arg. signature")
def test_what_is_thrown_in_comes_out(client, arguments):
    pending = client.get(KEY)
    with pytest.raises(ZeroDivisionError, match="text"):
        pending.throw(*arguments)
    with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
        pending.send(None)


def test_thrown_by_class(client):
    with pytest.raises(ZeroDivisionError) as caught:
        client.get(KEY).throw(ZeroDivisionError)
    assert caught.value.args == ()


def test_never_awaited_in_a_loop(client, run):
    async def main():
        client.get(KEY)
        await asyncio.gather(*(client.get(KEY) for _ in range(5)))
        collect()

    assert never_awaited(lambda: run(main())) == ["coroutine 'AsyncClient.get' was never awaited"]


def test_never_awaited_without_a_loop(client):
    assert never_awaited(lambda: client.put(KEY, {"n": 2})) == ["coroutine 'AsyncClient.put' was never awaited"]


def test_the_error_that_nobody_awaited_goes_to_the_loops_exception_handler(client, run):
    async def main():
        pending = client.get(("test", "misuse", "absent"))
        while "answered" not in repr(pending):
            await asyncio.sleep(0)
        del pending
        collect()

    texts = never_awaited(lambda: run(main()))
    assert texts == ["coroutine 'AsyncClient.get' was never awaited"]
    (report,) = run.take_reports()
    assert isinstance(report["exception"], aerospike_py.RecordNotFound)
    assert "AsyncClient.get()" in report["message"]


def test_the_error_of_a_wrong_argument_goes_there_too(client, run):
    async def main():
        client.get("no key")
        collect()

    never_awaited(lambda: run(main()))
    (report,) = run.take_reports()
    assert isinstance(report["exception"], Exception)


def test_an_awaited_error_is_not_told_again(client, run):
    async def main():
        with pytest.raises(aerospike_py.RecordNotFound):
            await client.get(("test", "misuse", "absent"))

    assert never_awaited(lambda: run(main())) == []


def test_a_plain_yield_is_refused_by_the_task(client, run):
    """Stepped by hand inside a task, it yields no future to wait for twice."""

    async def main():
        pending = client.get(KEY)
        pending.send(None)
        with pytest.raises(RuntimeError, match="another task awaits"):
            await pending
        pending.close()

    run(main())


def test_an_attribute_of_the_result_that_is_not_awaited(connected, run):
    async def main():
        pending = connected.exists(("test", "misuse", "attribute"))
        with pytest.raises(AttributeError, match=r"AsyncClient.exists\(\) returns has no attribute 'meta': await it"):
            pending.meta  # noqa: B018
        assert not hasattr(pending, "_asyncio_future_blocking")
        return await pending

    assert run(main()).meta is None
