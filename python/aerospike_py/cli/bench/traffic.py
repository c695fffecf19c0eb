"""Sends the requests: from one thread and an event loop, or from several threads."""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ...exception import AerospikeError, RecordNotFound

if TYPE_CHECKING:
    from ... import AsyncClient, Client
    from .pace import Pace
    from .recorder import Recorder
    from .workload import Records, Workload

#: How many records a batch holds that fills the set.
LOAD_BATCH = 500


class Requests:
    """The requests of a workload; of an `AsyncClient` each gives an awaitable.

    Args:
        client: Either client, connected.
        workload: What to do.
        records: What to do it with.
    """

    def __init__(self, client: Client | AsyncClient, workload: Workload, records: Records) -> None:
        self._client: Any = client
        self._workload = workload
        self._records = records
        self._send: dict[str, Callable[[int], Any]] = {
            "read": self._read,
            "write": self._write,
            "batch read": self._batch_read,
            "batch write": self._batch_write,
        }

    def send(self, operation: str, number: int) -> Any:
        """Send a request.

        Args:
            operation: Its name.
            number: How many were sent before it.
        """
        return self._send[operation](number)

    def judge(self, operation: str, outcome: Any, recorder: Recorder) -> None:
        """Note what became of a request that did not raise: of a batch, what it says of its records."""
        if not self._workload.batch:
            recorder.worked = True
            return
        for record in outcome.batch_records:
            if record.result == RecordNotFound.result_code:
                recorder.miss(operation)
            elif record.result:
                recorder.fail(operation, f"code {record.result} of a record")
            else:
                recorder.worked = True

    def _read(self, _: int) -> Any:
        return self._client.get(self._records.key(self._records.any()))

    def _write(self, number: int) -> Any:
        number = number % self._records.keys if self._workload.insert else self._records.any()
        return self._client.put(self._records.key(number), self._records.bins(number))

    def _batch_read(self, _: int) -> Any:
        return self._client.batch_read([self._records.key(number) for number in self._records.several(self._workload.batch)])

    def _batch_write(self, _: int) -> Any:
        numbers = self._records.several(self._workload.batch)
        return self._client.batch_write([(self._records.key(number), self._records.bins(number)) for number in numbers])


def fill(client: Client, records: Records) -> Iterator[int]:
    """Write every record, in batches; after each, how many are written.

    Raises:
        AerospikeError: One was not written.
    """
    for start in range(0, records.keys, LOAD_BATCH):
        numbers = range(start, min(start + LOAD_BATCH, records.keys))
        result = client.batch_write([(records.key(number), records.bins(number)) for number in numbers], retry=3)
        failed = next((record.result for record in result.batch_records if record.result), None)
        if failed is not None:
            raise AerospikeError("a record could not be written", result_code=failed)
        yield numbers.stop


def run_threads(requests: Requests, workload: Workload, pace: Pace, recorder: Recorder, threads: int) -> None:
    """Send from so many threads, each one request at a time, until the pace has no more."""

    def work() -> None:
        while (turn := pace.next()) is not None:
            number, due = turn
            if (early := due - perf_counter()) > 0:
                time.sleep(early)
            operation = workload.choose()
            try:
                outcome = requests.send(operation, number)
            except AerospikeError as error:
                _note(recorder, operation, error)
            else:
                requests.judge(operation, outcome, recorder)
            recorder.record(operation, perf_counter() - due)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    pace.start()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


async def run_tasks(requests: Requests, workload: Workload, pace: Pace, recorder: Recorder, in_flight: int) -> None:
    """Send from one thread, so many requests at a time, until the pace has no more."""

    async def work() -> None:
        while (turn := pace.next()) is not None:
            number, due = turn
            if (early := due - perf_counter()) > 0:
                await asyncio.sleep(early)
            operation = workload.choose()
            try:
                outcome = await _awaitable(requests.send(operation, number))
            except AerospikeError as error:
                _note(recorder, operation, error)
            else:
                requests.judge(operation, outcome, recorder)
            recorder.record(operation, perf_counter() - due)

    pace.start()
    await asyncio.gather(*(work() for _ in range(in_flight)))


def precise_loop() -> asyncio.AbstractEventLoop:
    """An event loop that sleeps as long as it is told. That of epoll sleeps whole milliseconds, which would be counted as latency."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def _awaitable(value: Any) -> Awaitable[Any]:
    return value  # type: ignore[no-any-return]


def _note(recorder: Recorder, operation: str, error: AerospikeError) -> None:
    if isinstance(error, RecordNotFound):
        recorder.miss(operation)
    else:
        recorder.fail(operation, f"{type(error).__name__} ({error.code})")
