"""`aerospike-py demo`: start the embedded server, write and read records in every way, and show how fast each is."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ..exception import AerospikeError
from .arguments import whole_number
from .latency import COLUMNS, Timings
from .progress import Progress, print_table, progress

if TYPE_CHECKING:
    from .. import AsyncClient, Client
    from .arguments import Commands

    Hosts = list[tuple[str, int]]

IN_FLIGHT = 64
BATCH = 1000


class DemoError(AerospikeError):
    """What was read is not what was written."""


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "demo",
        help="write and read records in every way, and show how fast each is",
        description="Start the embedded server in this process, write and read records through it: one by one and in batches, sync and "
        "async, into dicts and into NumPy. What is read is checked against what was written.",
    )
    parser.add_argument(
        "--records", type=whole_number(1, 10_000_000), default=100_000, metavar="N", help="how many records (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo and print its table."""
    from ..devserver import DevServer

    records: int = arguments.records
    with DevServer() as server, progress() as bar:
        timings = [*_sync_ways(server.hosts, records, bar), *asyncio.run(_async_ways(server.hosts, records, bar))]
    print_table(COLUMNS, [timing.row() for timing in timings])
    print(f"{records:,} records each way; one thread, {IN_FLIGHT} in flight where async, {BATCH:,} records a batch; server in this process")
    if not _has_numpy():
        print('NumPy is not installed, so its ways are left out: pip install "aerospike-py[numpy]"')
    return 0


# The records: number i has the bins that `_bins(i)` says.


def _key(number: int) -> tuple[str, str, int]:
    return ("test", "demo", number)


def _bins(number: int) -> dict[str, Any]:
    return {"id": number, "score": number / 2, "name": f"user-{number}"}


def _batches(records: int) -> Iterator[range]:
    return (range(start, min(start + BATCH, records)) for start in range(0, records, BATCH))


def _check(number: int, bins: dict[str, Any] | None) -> None:
    if bins != _bins(number):
        raise DemoError(f"record {number} was written as {_bins(number)} and read as {bins}")


def _check_batch(numbers: range, found: dict[Any, dict[str, Any]]) -> None:
    for number in numbers:
        _check(number, found.get(number))


def _check_written(codes: list[int]) -> None:
    if any(codes):
        raise DemoError(f"{sum(map(bool, codes))} records of a batch were not written, the first for code {next(filter(None, codes))}")


def _check_columns(numbers: range, columns: Any) -> None:
    if columns.result_codes.any() or int(columns.batch_records["id"].sum()) != sum(numbers):
        raise DemoError(f"records {numbers.start} to {numbers.stop - 1} were not all read into the array")


def _has_numpy() -> bool:
    from importlib.util import find_spec

    return find_spec("numpy") is not None


# The ways: each a name, what one request works on, and the request with its check.


def _sync_ways(hosts: Hosts, records: int, bar: Progress) -> list[Timings]:
    from .. import client

    with client({"hosts": hosts}) as c:
        return [_time_sync(name, records, items, request, bar) for name, items, request in _requests_of_client(c, records)]


def _requests_of_client(c: Client, records: int) -> Iterator[tuple[str, Iterable[Any], Callable[[Any], None]]]:
    def get(number: int) -> None:
        _check(number, c.get(_key(number)).bins)

    def batch_write(numbers: range) -> None:
        result = c.batch_write([(_key(number), _bins(number)) for number in numbers])
        _check_written([record.result for record in result.batch_records])

    def batch_read(numbers: range) -> None:
        _check_batch(numbers, c.batch_read([_key(number) for number in numbers]))

    def batch_read_numpy(numbers: range) -> None:
        _check_columns(numbers, c.batch_read([_key(number) for number in numbers], _dtype=[("id", "i8"), ("score", "f8")]))

    yield "sync put", range(records), lambda number: c.put(_key(number), _bins(number))
    yield "sync get", range(records), get
    yield "sync batch_write", _batches(records), batch_write
    yield "sync batch_read", _batches(records), batch_read
    if _has_numpy():
        yield "sync batch_read to NumPy", _batches(records), batch_read_numpy


async def _async_ways(hosts: Hosts, records: int, bar: Progress) -> list[Timings]:
    from .. import async_client

    async with async_client({"hosts": hosts}) as c:
        return [await _time_async(name, records, items, request, bar) for name, items, request in _requests_of_async_client(c, records)]


def _requests_of_async_client(c: AsyncClient, records: int) -> Iterator[tuple[str, Iterable[Any], Callable[[Any], Awaitable[None]]]]:
    async def get(number: int) -> None:
        _check(number, (await c.get(_key(number))).bins)

    async def batch_write(numbers: range) -> None:
        result = await c.batch_write([(_key(number), _bins(number)) for number in numbers])
        _check_written([record.result for record in result.batch_records])

    async def batch_read(numbers: range) -> None:
        _check_batch(numbers, await c.batch_read([_key(number) for number in numbers]))

    async def batch_read_numpy(numbers: range) -> None:
        _check_columns(numbers, await c.batch_read([_key(number) for number in numbers], _dtype=[("id", "i8"), ("score", "f8")]))

    yield "async put", range(records), lambda number: c.put(_key(number), _bins(number))
    yield "async get", range(records), get
    yield "async batch_write", _batches(records), batch_write
    yield "async batch_read", _batches(records), batch_read
    if _has_numpy():
        yield "async batch_read to NumPy", _batches(records), batch_read_numpy


def _time_sync(name: str, records: int, items: Iterable[Any], request: Callable[[Any], None], bar: Progress) -> Timings:
    timings = Timings(name, records)
    bar.begin(name, records)
    started = perf_counter()
    for done, item in enumerate(items):
        before = perf_counter()
        request(item)
        timings.requests.append(perf_counter() - before)
        _show(bar, item, done)
    timings.elapsed = perf_counter() - started
    bar.finish()
    return timings


async def _time_async(name: str, records: int, items: Iterable[Any], request: Callable[[Any], Awaitable[None]], bar: Progress) -> Timings:
    timings = Timings(name, records)
    bar.begin(name, records)
    numbered = enumerate(items)

    async def worker() -> None:
        for done, item in numbered:
            before = perf_counter()
            await request(item)
            timings.requests.append(perf_counter() - before)
            _show(bar, item, done)

    started = perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    timings.elapsed = perf_counter() - started
    bar.finish()
    return timings


def _show(bar: Progress, item: int | range, done: int) -> None:
    # A bar costs more than a request: move it a thousand single records at a time.
    if isinstance(item, range):
        bar.advance(len(item))
    elif (done + 1) % BATCH == 0:
        bar.advance(BATCH)
