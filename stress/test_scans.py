"""A scan of a million records streams: in bounded memory, and no further than its consumer goes."""

import asyncio
import itertools
import os
import threading

import pytest
from hostile import configuration, python

import aerospike_py

MIB = 1 << 20
RECORDS = 1_000_000
CHUNK = 5000
MOST = 64 * MIB
VALUE = "x" * 100


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Peak:
    """The most memory that this process held while it was watched, beyond what it held before."""

    def __enter__(self):
        self.before = self.most = resident()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.005):
            self.most = max(self.most, resident())

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()
        self.grown = self.most - self.before
        self.told = f"{self.grown / MIB:.1f} MiB more at most"


# In a process of its own: what it frees would hide what a scan takes.
FILL = """
import sys
import aerospike_py

port, begin, end, chunk = map(int, sys.argv[1:])
with aerospike_py.client({"hosts": [("127.0.0.1", port)]}) as client:
    for start in range(begin, end, chunk):
        rows = [(("test", "scans", n), {"n": n, "text": "x" * 100}) for n in range(start, min(start + chunk, end))]
        client.batch_write(rows, {"total_timeout": 60_000})
"""


@pytest.fixture(scope="module")
def filled(hosts):
    """Makes the set `scans` of so many records, once."""
    there = 0

    def fill(count):
        nonlocal there
        if there < count:
            python(FILL, hosts[0][1], there, count, CHUNK, timeout=1800)
            there = count
        return there

    yield fill
    with aerospike_py.client(configuration(hosts)) as client:
        client.truncate("test", "scans")


def test_a_sync_scan(hosts, filled, scaled, report):
    count = filled(scaled(RECORDS))
    with aerospike_py.client(configuration(hosts)) as client:
        client.scan("test", "scans").first()
        with Peak() as peak:
            total = seen = 0
            for record in client.scan("test", "scans"):
                total += record.bins["n"]
                seen += 1
        report(requests=count, lost=count - seen, note=f"records; {peak.told}")
        assert (seen, total) == (count, count * (count - 1) // 2)
        assert peak.grown < MOST


def test_an_async_scan(hosts, filled, scaled, run, report):
    count = filled(scaled(RECORDS))

    async def scan():
        async with aerospike_py.async_client(configuration(hosts)) as client:
            await client.scan("test", "scans").first()
            with Peak() as peak:
                total = seen = 0
                async for record in client.scan("test", "scans"):
                    total += record.bins["n"]
                    seen += 1
            report(requests=count, lost=count - seen, note=f"records; {peak.told}")
            assert (seen, total) == (count, count * (count - 1) // 2)
            assert peak.grown < MOST

    run(scan())


@pytest.mark.parametrize("page", [1000, 50_000])
def test_pages(hosts, filled, scaled, report, page):
    count = filled(scaled(RECORDS))
    with aerospike_py.client(configuration(hosts)) as client, Peak() as peak:
        seen = sum(len(records) for records in client.scan("test", "scans").pages(page))
    report(requests=count, lost=count - seen, note=f"records; {peak.told}")
    assert seen == count
    # A page is held as a whole: about a kilobyte for a record.
    assert peak.grown < MOST + page * 1024


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_consumer_that_leaves(proxy, filled, scaled, run, report, mode):
    """What passes is what was under way: the queue, a portion on each side of it, and the sockets' buffers, of some 200 MB."""
    count = filled(scaled(RECORDS))
    passed = []
    proxy.answer = lambda chunk: passed.append(len(chunk)) or chunk
    policy = {"record_queue_size": 256}

    def leave():
        with aerospike_py.client(configuration(proxy.hosts)) as client:
            for record in itertools.islice(client.scan("test", "scans").records(policy), 10):
                assert record.bins["text"] == VALUE
            client.info_random_node("build")

    async def leave_async():
        async with aerospike_py.async_client(configuration(proxy.hosts)) as client:
            seen = 0
            async for record in client.scan("test", "scans").records(policy):
                assert record.bins["text"] == VALUE
                seen += 1
                if seen == 10:
                    break
            await client.info_random_node("build")

    with Peak() as peak:
        leave() if mode == "sync" else run(leave_async())
    report(requests=10, note=f"records, and {sum(passed) / MIB:.1f} MiB that passed; {peak.told}")
    assert peak.grown < MOST
    if count == RECORDS:
        assert sum(passed) < 32 * MIB
