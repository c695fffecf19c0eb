"""What benches/check.py counts the instructions of: conversions between Python and the engine, and whole requests.

    python benches/counted.py HOST:PORT

Each workload runs once uncounted, which fills caches and pools, and then between two calls of `getppid`, where callgrind writes down what it
has counted so far. The last line says what there was to count: a list of pairs of a name and a number of times; of what does not count the name is empty.

A method of an `AsyncClient` reads its arguments when it is called, and outside an event loop sends nothing before it is awaited: called and closed
it is the reading alone. Batches are read beforehand, with `lazy=True`, so that only the conversion is counted.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import selectors
import sys
from collections.abc import Callable

import aerospike_py
from compare.records import DTYPE, bins

NESTED = {"list": [list(range(10)), "text", 1.5, None], "map": {f"field-{number}": [number, {"a": number}] for number in range(10)}}
ROWS = 200
#: The look at the cluster runs when the clock says so, and not when a request does.
CONFIG = {"tend_interval": 3_600_000, "timeout": 30_000}
#: Everything is slow here, and nothing is to be tried twice.
PATIENT = {"total_timeout": 60_000, "socket_timeout": 60_000, "max_retries": 0}


def mark() -> None:
    """Nothing else calls it."""
    os.getppid()


class Polls(selectors.DefaultSelector):
    """Counts how often a loop asks the system."""

    count = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As ever."""
        self.count += 1
        return super().select(timeout)


class Counts:
    """Runs workloads, and knows what there is to count."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def add(self, name: str, times: int, work: Callable[[], None], again: int = 1, valid: Callable[[], bool] = lambda: True) -> None:
        """Count one after a first run; several times, if it is not the same each time: then the least counts, of runs that were valid."""
        work()
        for _ in range(again):
            gc.collect()
            mark()
            work()
            mark()
            self.done.append((name if valid() else "", times))


def reading(counts: Counts, client: aerospike_py.AsyncClient) -> None:
    """Arguments become requests."""

    def closed(call: Callable[[], object], times: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(times):
                call().close()

        return work

    import numpy as np

    five = bins(1)
    keys = [("test", "counted", number) for number in range(ROWS)]
    array = np.zeros(ROWS, [("_key", "i8"), *DTYPE])
    array["_key"] = range(ROWS)
    for name, times, call in [
        ("key with a text", 2000, lambda: client.get(("test", "counted", "user-1234"))),
        ("key with a number", 2000, lambda: client.get(("test", "counted", 1234))),
        ("key with bytes", 2000, lambda: client.get(("test", "counted", b"user-1234"))),
        ("policy of a get", 2000, lambda: client.get(("test", "counted", 1234), policy=PATIENT)),
        ("put of five bins", 2000, lambda: client.put(("test", "counted", 1234), five)),
        ("put of lists and maps", 500, lambda: client.put(("test", "counted", 1234), NESTED)),
        (f"{ROWS} keys of a batch", 20, lambda: client.batch_read(keys)),
        (f"{ROWS} rows of a batch_write", 20, lambda: client.batch_write([(key, five) for key in keys])),
        (f"{ROWS} rows of an array", 20, lambda: client.batch_write_numpy(array, "test", "counted")),
    ]:
        counts.add(f"read: {name}", times, closed(call, times))


def converting(counts: Counts, client: aerospike_py.Client) -> None:
    """Replies become objects and columns."""
    five = [("test", "five", number) for number in range(ROWS)]
    nested = [("test", "nested", number) for number in range(ROWS)]
    import numpy as np

    client.batch_write([(key, bins(key[2])) for key in five])
    client.batch_write([(key, NESTED) for key in nested])
    dtype = np.dtype(DTYPE)
    times, again = 10, 3
    for name, keys, convert in [
        ("to dict", five, lambda records: records.to_dict()),
        ("to records", five, lambda records: records.batch_records),
        ("to NumPy", five, lambda records: records.to_numpy(dtype)),
        ("to Arrow", five, lambda records: records.to_arrow()),
        ("of lists and maps to dict", nested, lambda records: records.to_dict()),
    ]:
        answers = [client.batch_read(keys, lazy=True) for _ in range((1 + again) * times)]

        def work(answers=answers, convert=convert) -> None:
            for _ in range(times):
                convert(answers.pop())

        counts.add(f"convert: {ROWS} {name}", times, work, again)


def requests(
    counts: Counts, sync: aerospike_py.Client, client: aerospike_py.AsyncClient, loop: asyncio.AbstractEventLoop, polls: Polls
) -> None:
    """All that the caller's thread does for a request. Of an asynchronous one it is what is left of the inbox and right of the outbox.

    How often it looks before an answer is there is a matter of time, and so a few hundred requests at a time are counted, until some were quick.
    An answer that is there before its `await` costs no turn of the loop, a fifth of all: runs in which one was are not valid.
    """
    key, nested, five = ("test", "five", 1), ("test", "nested", 1), bins(1)
    calls = [("get", lambda c: c.get(key)), ("get of lists and maps", lambda c: c.get(nested)), ("put", lambda c: c.put(key, five))]
    times, again = 200, 10
    for name, call in calls:

        def work(call=call) -> None:
            for _ in range(times):
                call(sync)

        counts.add(f"sync: {name}", times, work, again)
    for name, call in calls:

        async def one_by_one(call=call) -> None:
            for _ in range(times):
                await call(client)

        def run(work=one_by_one) -> None:
            polls.count = 0
            loop.run_until_complete(work())

        counts.add(f"async: {name}", times, run, again, lambda: polls.count >= times)


def main() -> None:
    """Run and count all of them."""
    gc.disable()
    host, port = sys.argv[1].rsplit(":", 1)
    policies = {"read": PATIENT, "write": PATIENT, "batch": PATIENT}
    config = {"hosts": [(host, int(port))], "policies": policies, **CONFIG}
    counts = Counts()
    polls = Polls()
    loop = asyncio.SelectorEventLoop(polls)
    with aerospike_py.client(config) as sync:
        client = loop.run_until_complete(aerospike_py.async_client(config).connect())
        reading(counts, client)
        converting(counts, sync)
        requests(counts, sync, client, loop, polls)
        loop.run_until_complete(client.close())
    print(json.dumps(counts.done))


if __name__ == "__main__":
    main()
