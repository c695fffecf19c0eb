"""What must leave nothing behind however often it is done: neither memory, nor a descriptor, nor a thread. In short a test, at length a
stress run."""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
import time
from pathlib import Path

from hostile import collect, configuration, until

import aerospike_py

MIB = 1 << 20
#: So many requests are under way at once.
BURST = 200


def key(number):
    return ("test", "flat", number)


class Footprint:
    """What this process holds: memory, descriptors, threads. `grown` compares with what it was when the object was made."""

    def __init__(self):
        self.memory, self.descriptors, self.threads = self.now()

    @staticmethod
    def now():
        collect()
        # What is free goes back to the system, so that only what is held is counted.
        ctypes.CDLL(None).malloc_trim(0)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    def grown(self):
        """Bytes, descriptors and threads more than then."""
        memory, descriptors, threads = self.now()
        return memory - self.memory, descriptors - self.descriptors, threads - self.threads


class Pauses:
    """Watches a count of requests while it is entered: `worst` is the longest time, in seconds, in which it stood still."""

    def __init__(self, count):
        self.count = count
        self.worst = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        seen, since = self.count(), time.monotonic()
        while not self._over.wait(0.001):
            count, now = self.count(), time.monotonic()
            self.worst = max(self.worst, now - since)
            if count != seen:
                seen, since = count, now


def settled(work, *, rounds=5):
    """Works once to warm up, then in rounds; returns how much each round added."""
    work()
    added = []
    for _ in range(rounds):
        before = Footprint()
        work()
        added.append(before.grown())
    return added


def assert_flat(added, memory):
    """Caches and pools may fill in one round or another, and an allocator gives back when it likes; a leak adds in each. Returns the bytes
    that a round added on average."""
    memories, descriptors, threads = zip(*added, strict=True)
    assert min(memories) < memory, [f"{each / MIB:.2f} MiB" for each in memories]
    assert min(descriptors) <= 0, descriptors
    assert min(threads) <= 0, threads
    return sum(memories) / len(memories)


def idle(hosts):
    """Whether this process has no connection to the server any more."""
    port = f":{hosts[0][1]:04X}"
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    return not any(fields[2].endswith(port) and fields[3] == "01" for fields in map(str.split, lines))


def make_clients(hosts, count):
    """Clients that are made, used and closed."""
    for _ in range(count):
        with aerospike_py.client(configuration(hosts, min_conns_per_node=2)) as client:
            client.put(key(1), {"n": 1})
    until(lambda: idle(hosts))


def make_async_clients(hosts, run, count):
    """The same in loops, ten at once."""

    async def one():
        async with aerospike_py.async_client(configuration(hosts, min_conns_per_node=2)) as client:
            await client.put(key(1), {"n": 1})

    async def ten():
        await asyncio.gather(*(one() for _ in range(10)))

    for _ in range(count // 10):
        run(ten())
    until(lambda: idle(hosts))


async def cancel(client, count):
    """Requests that are cancelled: before their first step, under way, and when some are answered. Returns how many were."""
    cancelled = 0
    for turn in range(count // BURST + 1):
        tasks = [asyncio.ensure_future(client.get(key(n))) for n in range(BURST)]
        for _ in range(turn % 4):
            await asyncio.sleep(0)
        cancelled += sum(task.cancel() for task in tasks)
        await asyncio.wait(tasks)
        # An answer that had come already is an answer.
        assert all(task.cancelled() or task.result() for task in tasks)
    return cancelled


WRONG = (
    lambda client: client.get(("test", "flat", "absent")),
    lambda client: client.get("no key"),
    lambda client: client.put(key(1), {"n": object()}),
    lambda client: client.put(key(1), {"n": 1}, {"gen": 12345}, {"gen": aerospike_py.POLICY_GEN_EQ}),
    lambda client: client.get(("nowhere", "flat", 1)),
)


def fail(client, count):
    """Calls that raise, in each of some ways. Returns how many."""
    for n in range(count):
        try:
            WRONG[n % len(WRONG)](client)
        except (aerospike_py.AerospikeError, TypeError, ValueError):
            continue
        raise AssertionError(n)
    return count


async def fail_async(client, count):
    """The same with many at once."""
    failed = 0
    for _ in range(count // BURST + 1):
        calls = (WRONG[n % len(WRONG)](client) for n in range(BURST))
        outcome = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(each, (aerospike_py.AerospikeError, TypeError, ValueError)) for each in outcome)
        failed += len(outcome)
    return failed
