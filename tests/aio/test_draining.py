"""What user code can do in the middle of a drain, since the drain runs the next step of the tasks it wakes."""

from __future__ import annotations

import asyncio

import pytest
from hostile import LOOPS, Runner, configuration, python

import aerospike_py


def key(number):
    return ("test", "draining", number)


@pytest.fixture
def client(connected, run):
    async def fill():
        await asyncio.gather(*(connected.put(key(n), {"n": n}) for n in range(200)))

    run(fill())
    return connected


INTERRUPTED = """
import asyncio, signal, sys
from hostile import LOOPS, Runner, configuration
import aerospike_py

loop_name, how, port = sys.argv[1:]
loop = LOOPS[loop_name]()
client = aerospike_py.async_client(configuration([("127.0.0.1", int(port))]))
loop.run_until_complete(client.connect())
bad = {50} if how == "signal" else {n for n in range(200) if n % 10 == 3}
error = SystemExit if how == "SystemExit" else KeyboardInterrupt

def interrupt():
    if how == "signal":
        signal.raise_signal(signal.SIGINT)
    else:
        raise error

async def one(number):
    record = await client.get(("test", "draining", number))
    if number in bad:
        interrupt()
    return record.bins["n"]

tasks = [loop.create_task(one(n)) for n in range(200)]
interrupted = 0
while not all(task.done() for task in tasks):
    try:
        loop.run_until_complete(asyncio.wait(tasks))
    except error:
        interrupted += 1
assert 1 <= interrupted <= len(bad), interrupted
failed = {number for number, task in enumerate(tasks) if task.exception() is not None}
assert failed <= bad, failed
assert how == "signal" or failed == bad, failed
assert all(task.result() == number for number, task in enumerate(tasks) if number not in failed)
loop.run_until_complete(client.close())
Runner.close(loop)
print("all there")
"""


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("how", ["KeyboardInterrupt", "SystemExit", "signal"])
def test_an_interrupt_in_a_task_strands_no_other(hosts, loop, how):
    """It leaves the loop in the middle of the drain; what the drain had not delivered yet is there when the loop runs again."""
    with aerospike_py.client(configuration(hosts)) as client:
        for n in range(200):
            client.put(key(n), {"n": n})
    assert python(INTERRUPTED, loop, how, hosts[0][1]) == "all there\n"


def test_an_error_in_a_task_is_its_own_affair(client, run):
    async def one(number):
        await client.get(key(number))
        return 1 / (number % 2)

    async def main():
        return await asyncio.gather(*(one(n) for n in range(200)), return_exceptions=True)

    outcome = run(main())
    assert [type(each) for each in outcome] == [ZeroDivisionError, float] * 100


def test_a_task_that_asks_again_in_its_step(client, run):
    async def chain(number):
        for _ in range(50):
            assert (await client.get(key(number))).bins["n"] == number

    async def main():
        await asyncio.gather(*(chain(n) for n in range(50)))

    run(main())


def test_a_task_that_calls_the_sync_client_in_its_step(client, run, hosts):
    with aerospike_py.client(configuration(hosts)) as sync:

        async def one(number):
            await client.get(key(number))
            return sync.get(key(number)).bins["n"]

        async def main():
            return await asyncio.gather(*(one(n) for n in range(50)))

        assert run(main()) == list(range(50))


def test_a_task_that_stops_the_loop_in_its_step(client, run):
    loop = run.new_loop()
    stopped = 0

    async def one(number):
        await client.get(key(number))
        if number % 10 == 3:
            loop.stop()
        return number

    async def start():
        return [asyncio.ensure_future(one(n)) for n in range(200)]

    tasks = loop.run_until_complete(start())
    everything = asyncio.gather(*tasks)
    everything.add_done_callback(lambda _: loop.stop())
    while not everything.done():
        loop.run_forever()
        stopped += 1
    assert [task.result() for task in tasks] == list(range(200))
    assert stopped <= 21
    Runner.close(loop)


def test_a_task_that_runs_another_loop_in_its_step_is_refused_by_asyncio(client, run):
    async def one():
        await client.get(key(1))
        loop = asyncio.SelectorEventLoop()
        never = client_get_in(loop)
        try:
            with pytest.raises(RuntimeError, match="while another loop is running|This event loop is already running"):
                loop.run_until_complete(never)
        finally:
            never.close()
            loop.close()

    async def client_get_in(_loop):
        return await client.get(key(2))

    run(one())


def test_small_replies_and_large_ones_together(client, run):
    keys = [key(n) for n in range(200)] * 10

    async def main():
        batches = asyncio.gather(*(client.batch_read(keys) for _ in range(5)))
        singles = asyncio.gather(*(client.get(key(n)) for n in range(200)))
        return await batches, await singles

    batches, singles = run(main())
    assert [record.bins["n"] for record in singles] == list(range(200))
    assert [len(batch) for batch in batches] == [200] * 5 or [len(batch) for batch in batches] == [2000] * 5
    assert aerospike_py._aerospike._longest_step() == 0, "no loop runs here"


def test_a_large_reply_cancelled_while_it_is_converted(client, run):
    keys = [key(n) for n in range(200)] * 50

    async def main():
        for turns in range(0, 60, 3):
            task = asyncio.ensure_future(client.batch_read(keys))
            for _ in range(turns):
                await asyncio.sleep(0.0005)
            task.cancel()
            await asyncio.wait([task])
        return (await client.get(key(1))).bins

    assert run(main()) == {"n": 1}


def test_50000_at_once(client, run):
    async def main():
        policy = {"total_timeout": 0}
        return await asyncio.gather(*(client.get(key(n % 200), policy) for n in range(50_000)))

    assert [record.bins["n"] for record in run(main())] == [n % 200 for n in range(50_000)]
