"""A scan needs a bounded amount of memory, however many records there are."""

from __future__ import annotations

import pytest
from hostile import configuration, python

import aerospike_py
from aerospike_py.devserver import DevServer

COUNT = 200_000
BATCH = 5_000

#: Reads all records in one way and prints how many there were and by how many MiB the process had grown at its largest.
CODE = """
import asyncio, resource, sys
import aerospike_py

port, way = int(sys.argv[1]), sys.argv[2]
config = {"hosts": [("127.0.0.1", port)]}

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def count_async():
    async with aerospike_py.async_client(config) as client:
        await client.query("test", "large").first()
        before, count = peak(), 0
        async for _ in client.query("test", "large"):
            count += 1
        print(count, peak() - before)

def count_sync(client):
    query, count = client.query("test", "large"), 0
    if way == "foreach":
        def callback(record):
            nonlocal count
            count += 1
        query.foreach(callback)
    elif way == "pages":
        for page in query.pages(5000):
            count += len(page)
    elif way == "arrow":
        for batch in query.arrow_batches(5000):
            count += len(batch)
    elif way == "numpy":
        count = len(query.to_numpy([("n", "i8"), ("text", "S16")]))
    else:
        for _ in query:
            count += 1
    return count

if way == "async":
    asyncio.run(count_async())
else:
    with aerospike_py.client(config) as client:
        client.query("test", "large").first()
        before = peak()
        print(count_sync(client), peak() - before)
"""


@pytest.fixture(scope="module")
def port():
    with DevServer() as server, aerospike_py.client(configuration(server.hosts)) as client:
        for start in range(0, COUNT, BATCH):
            client.batch_write([(("test", "large", n), {"n": n, "text": "x" * 100}) for n in range(start, start + BATCH)])
        yield server.hosts[0][1]


@pytest.mark.parametrize("way", ["sync", "async", "foreach", "pages", "arrow", "numpy"])
def test_growth(port, way):
    count, grown = map(int, python(CODE, port, way, timeout=300).split())
    assert count == COUNT
    assert grown < 64, f"{grown} MiB"
