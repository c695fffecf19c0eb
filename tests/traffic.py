"""Everything at once: event loops of each kind and threads, through a good network and a bad one, with what is given up in between. In short a
test, at length a stress run."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter

from flat import Footprint, Pauses
from hostile import LOOPS, MESSAGE, Cut, Runner, collect, configuration, kind

import aerospike_py
from aerospike_py.cli.bench.recorder import Recorder

KEYS = 1000
#: What a batch reads.
SOME = range(0, KEYS, 3)
#: Blocked callers, and requests that a loop has under way.
THREADS, BURST = 2, 100
WORLDS = (*LOOPS, "threads")
#: Through the bad network, so that what is lost there holds nobody up for long.
HURRY = {"total_timeout": 500}


def key(number):
    return ("test", "traffic", number)


class Traffic:
    """What goes on, and what came of it.

    Every record holds its own number, whoever wrote it last, so that an answer which belongs to another request shows.
    """

    def __init__(self, good, bad):
        self.good, self.bad = configuration(good), configuration(bad, max_error_rate=0)
        self.recorder = Recorder(WORLDS)
        self.counts = Counter()
        # What must not be: wrong values, errors that are none of ours, threads that ended by themselves.
        self.wrong = []
        self._stop = threading.Event()

    def total(self):
        return self.counts["requests"]

    def run(self, done, interval):
        """Until `done(requests)`, with percentiles of each interval, in seconds."""
        threads = [threading.Thread(target=self._guard, args=(self._loop, name)) for name in LOOPS]
        threads += [threading.Thread(target=self._guard, args=(self._block, seed)) for seed in range(THREADS)]
        self.recorder.start()
        for thread in threads:
            thread.start()
        while not done(self.total()) and not self.wrong:
            time.sleep(interval)
            self.recorder.cut()
        self._stop.set()
        for thread in threads:
            thread.join()

    def _guard(self, work, argument):
        try:
            work(argument)
        except BaseException as error:  # noqa: BLE001 told to whoever runs it
            self.wrong.append(error)

    def _ended(self, world, began):
        self.recorder.record(world, time.monotonic() - began)
        self.counts["requests"] += 1

    def _check(self, number, bins):
        if bins != {"n": number}:
            self.wrong.append((number, bins))

    def _block(self, seed):
        generator = random.Random(seed)
        with aerospike_py.client(self.good) as good, aerospike_py.client(self.bad) as bad:
            while not self._stop.is_set():
                number = generator.randrange(KEYS)
                client, policy = (bad, HURRY) if generator.random() < 0.1 else (good, None)
                began = time.monotonic()
                try:
                    if generator.random() < 0.3:
                        client.put(key(number), {"n": number}, policy=policy)
                    elif generator.random() < 0.02:
                        self._check_batch(SOME, client.batch_read([key(n) for n in SOME], policy=policy))
                    else:
                        self._check(number, client.get(key(number), policy).bins)
                except aerospike_py.AerospikeError as error:
                    self._failed(error, client is bad)
                self._ended("threads", began)

    def _failed(self, error, may_be):
        """A record may not be there yet; nothing else may fail on a good network."""
        if isinstance(error, aerospike_py.RecordNotFound):
            self.counts["absent"] += 1
        elif may_be:
            self.counts["failed"] += 1
        else:
            self.wrong.append(error)

    def _check_batch(self, numbers, batch):
        for number, row in zip(numbers, batch.batch_records, strict=True):
            if row.result == 0:
                self._check(number, row.record.bins)

    def _loop(self, name):
        """One loop after the other, each with some bursts."""
        run = Runner(name)
        generator = random.Random(name)
        good, bad = aerospike_py.async_client(self.good), aerospike_py.async_client(self.bad)
        run(good.connect())
        run(bad.connect())
        while not self._stop.is_set():
            run(self._bursts(name, good, bad, generator))
        run(good.close())
        run(bad.close())
        self.wrong += run.take_reports()

    async def _bursts(self, name, good, bad, generator):
        for _ in range(10):
            tasks = [asyncio.ensure_future(self._one(name, good, generator, None)) for _ in range(BURST)]
            tasks += [asyncio.ensure_future(self._one(name, bad, generator, HURRY)) for _ in range(BURST // 10)]
            tasks.append(asyncio.ensure_future(self._batch(name, good)))
            for _ in range(generator.randrange(4)):
                await asyncio.sleep(0)
            for task in generator.sample(tasks, 10):
                self.counts["cancelled"] += task.cancel()
            outcome = await asyncio.gather(*tasks, return_exceptions=True)
            self.wrong += [each for each in outcome if not isinstance(each, (type(None), asyncio.CancelledError))]

    async def _one(self, name, client, generator, policy):
        number = generator.randrange(KEYS)
        began = time.monotonic()
        try:
            if generator.random() < 0.3:
                await client.put(key(number), {"n": number}, policy=policy)
            else:
                self._check(number, (await client.get(key(number), policy)).bins)
        except aerospike_py.AerospikeError as error:
            self._failed(error, policy is HURRY)
        self._ended(name, began)

    async def _batch(self, name, client):
        began = time.monotonic()
        self._check_batch(SOME, await client.batch_read([key(n) for n in SOME]))
        self._ended(name, began)


def breaking(generator, counts):
    """What a proxy does to answers: cuts some off, and the connection with them."""

    def answer(chunk):
        if kind(chunk) == MESSAGE and generator.random() < 0.01:
            counts["cuts"] += 1
            raise Cut(chunk[: generator.randrange(len(chunk))])
        return chunk

    return answer


def run_traffic(hosts, proxy, done, *, interval=0.1):
    """Runs it until `done(requests)`. Returns it, the longest pause, and what it left: descriptors and threads."""
    traffic = Traffic(hosts, proxy.hosts)
    with aerospike_py.client(traffic.good) as client:
        client.batch_write([(key(number), {"n": number}) for number in range(KEYS)])
        # With the I/O thread, which stays.
        before = Footprint()
    proxy.answer = breaking(random.Random(1), traffic.counts)
    try:
        with Pauses(traffic.total) as pauses:
            traffic.run(done, interval)
    finally:
        proxy.answer = None
    # Both ends of the proxy's connections are in this process, and go in its own time.
    left = settles(before)
    return traffic, pauses.worst, left


def settles(before):
    """Descriptors and threads that are left, when no more of them go."""
    end = time.monotonic() + 10
    while True:
        collect()
        _, descriptors, threads = before.grown()
        if (descriptors <= 0 and threads <= 0) or time.monotonic() > end:
            return max(descriptors, 0), max(threads, 0)
        time.sleep(0.01)
