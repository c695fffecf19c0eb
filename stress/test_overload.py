"""Ten times more work than the server takes: bounded memory, bounded waiting, clear errors, and all is well as soon as it is over."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

import aerospike_py
from aerospike_py.devserver import DevServer

MIB = 1 << 20
TIMEOUT = 300  # ms
DELAY = 20  # ms that the server takes for a request …
CONNECTIONS = 16  # … on each of so many connections: 800 requests per second
CAPACITY = CONNECTIONS * 1000 // DELAY
KEY = ("test", "overload", 1)


def percentile(latencies, share):
    return sorted(latencies)[min(int(len(latencies) * share), len(latencies) - 1)]


@pytest.mark.parametrize("bound", [0, 64], ids=["unbounded", "bounded"])
def test_ten_times_more_than_the_server_takes(scaled, run, footprint, report, bound):
    seconds = scaled(20)
    outcomes = Counter()
    latencies = []
    # Reads of one burst would share a request, and the server would take them all.
    alone = {"coalesce_reads": False}

    async def one(client):
        begun = time.monotonic()
        try:
            assert (await client.get(KEY)).bins == {"n": 1}
            outcomes["answered"] += 1
        except aerospike_py.AerospikeError as error:
            outcomes[type(error).__name__] += 1
        latencies.append(time.monotonic() - begun)

    async def main():
        policy = {"total_timeout": TIMEOUT, "max_retries": 0}
        config = {"hosts": server.hosts, "max_conns_per_node": CONNECTIONS, "policies": {"read": policy}, **alone}
        config |= {"max_concurrent_operations": bound, "operation_queue_timeout_ms": 50} if bound else {}
        async with aerospike_py.async_client(config) as client:
            await client.put(KEY, {"n": 1})
            await one(client)
            latencies.clear()
            before = footprint()
            with server.inject(op="read", delay=DELAY):
                waiting, begun, sent = set(), time.monotonic(), 0
                while time.monotonic() - begun < seconds:
                    # By the clock: what is late is made up for.
                    while sent < (time.monotonic() - begun) * CAPACITY * 10:
                        task = asyncio.ensure_future(one(client))
                        waiting.add(task)
                        task.add_done_callback(waiting.discard)
                        sent += 1
                    await asyncio.sleep(0.002)
                await asyncio.gather(*waiting)
            memory, descriptors, threads = before.grown()
            # It is over: everything is answered at once. As much of it as may be under way, for what has to wait is refused after a moment.
            for _ in range(0, CAPACITY, bound or CAPACITY):
                await asyncio.gather(*(client.get(KEY, {"total_timeout": 2000}) for _ in range(bound or CAPACITY)))
            return sent, memory, descriptors, threads

    with DevServer() as server:
        sent, memory, descriptors, threads = run(main())
    worst = percentile(latencies, 0.999)
    report(
        requests=sent,
        faults=sent - outcomes["answered"],
        lost=sent + 1 - sum(outcomes.values()),
        pause=max(latencies),
        note=f"{dict(outcomes)}; p50 {percentile(latencies, 0.5) * 1000:.0f} ms, p99.9 {worst * 1000:.0f} ms; {memory / MIB:.1f} MiB",
    )
    assert sum(outcomes.values()) == sent + 1
    # What is answered uses what the server can do; what is not says why.
    assert outcomes["answered"] > 0.5 * CAPACITY * seconds
    assert set(outcomes) <= {"answered", "AerospikeTimeoutError", "MaxRetriesExceeded", "BackpressureError", "NoMoreConnections"}
    # A busy machine gets to a task a little later than its answer came.
    assert worst < (TIMEOUT + 200) / 1000
    assert memory < 32 * MIB
    assert descriptors <= CONNECTIONS + 4
    assert threads <= 0
