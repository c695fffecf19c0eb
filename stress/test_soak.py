"""Everything at once, for a while."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading

import pytest
from hostile import MESSAGE, Cut, configuration, kind

import aerospike_py

MIB = 1 << 20


def key(number):
    return ("test", "soak", number)


async def burst(client, generator, policy):
    """Reads, writes and batches, of which some are given up; what is answered must be right."""

    async def one(number):
        if generator.random() < 0.3:
            await client.put(key(number), {"n": number}, policy=policy)
        else:
            with contextlib.suppress(aerospike_py.RecordNotFound):
                assert (await client.get(key(number), policy=policy)).bins == {"n": number}

    tasks = [asyncio.ensure_future(one(generator.randrange(1000))) for _ in range(100)]
    batch = asyncio.ensure_future(client.batch_read([key(n) for n in range(300)]))
    for _ in range(generator.randrange(4)):
        await asyncio.sleep(0)
    for task in generator.sample(tasks, 10):
        task.cancel()
    outcome = await asyncio.gather(*tasks, batch, return_exceptions=True)
    return [each for each in outcome if isinstance(each, BaseException) and not isinstance(each, asyncio.CancelledError)]


def test_soak(hosts, proxy, scaled, run, footprint):
    """Threads, loops, cancellations, and a client of its own over a network that breaks."""
    rounds = scaled(300)
    failures = []
    generator = random.Random(1)

    def answer(chunk):
        if kind(chunk) == MESSAGE and generator.random() < 0.01:
            raise Cut(chunk[: generator.randrange(len(chunk))])
        return chunk

    good = aerospike_py.async_client(configuration(hosts))
    bad = aerospike_py.async_client(configuration(proxy.hosts, max_error_rate=0))
    sync = aerospike_py.client(configuration(hosts)).connect()
    run(good.connect())
    run(bad.connect())
    proxy.answer = answer

    def on_a_loop(seed):
        own = random.Random(seed)

        async def main():
            for _ in range(rounds // 10 + 1):
                failures.extend(await burst(good, own, None))
                for error in await burst(bad, own, {"total_timeout": 500}):
                    if not isinstance(error, aerospike_py.AerospikeError):
                        failures.append(error)

        try:
            for _ in range(10):
                run(main())
        except BaseException as error:
            failures.append(error)

    def blocked(seed):
        own = random.Random(seed)
        try:
            for _ in range(rounds * 30):
                number = own.randrange(1000)
                sync.put(key(number), {"n": number})
                assert sync.get(key(number)).bins == {"n": number}
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=on_a_loop, args=(n,)) for n in range(2)]
    threads += [threading.Thread(target=blocked, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    proxy.answer = None
    assert run(bad.put(key(1), {"n": 1})) is None
    for client in (good, bad):
        run(client.close())
    sync.close()


def test_half_a_million_wait_and_the_next_is_refused(proxy, run, footprint, scaled):
    """The bound of the queue; and when the server comes back, all of them are answered."""
    if scaled(100) < 100:
        pytest.skip("needs all of them")
    bound = 500_000
    client = aerospike_py.async_client(configuration(proxy.hosts))

    async def main():
        await client.connect()
        await client.put(key(1), {"n": 1})
        proxy.freeze()
        before = footprint()
        policy = aerospike_py.prepare({"total_timeout": 0}) if callable(getattr(aerospike_py, "prepare", None)) else {"total_timeout": 0}
        pendings = [client.get(key(1), policy) for _ in range(bound + 100)]
        refused = await asyncio.gather(*pendings[bound:], return_exceptions=True)
        assert {type(error) for error in refused} == {aerospike_py.BackpressureError}
        print(f"{before.grown()[0] / bound:.0f} bytes each")
        proxy.thaw()
        records = await asyncio.gather(*pendings[:bound])
        assert len(records) == bound

    run(main())
    run(client.close())
