"""Timed runs: a number of threads or tasks call, each again as soon as it is answered, for a bounded time and number of requests."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter, process_time
from typing import Any

from .neighbour import Neighbour
from .percentiles import percentile
from .tasks import Task
from .workloads import Run


@dataclass(frozen=True)
class Bounds:
    """How long a run may take: whichever ends first."""

    seconds: float
    requests: int

    def items(self, task: Task, callers: int) -> int:
        """How many items each caller may ask for."""
        return max(1, self.requests // task.requests // callers)


def run_sync(task: Task, callers: int, bounds: Bounds, *, neighbour: bool) -> Run:
    """Call from so many threads."""
    times = [array("d") for _ in range(callers)]
    failures: list[Exception] = []
    ready = Barrier(callers + 1)

    def call(caller: int) -> None:
        items = islice(task.items(caller), bounds.items(task, callers))
        ready.wait()
        try:
            _call(task, items, perf_counter() + bounds.seconds, times[caller])
        except Exception as error:  # noqa: BLE001  # raised by the thread that waits
            failures.append(error)

    threads = [Thread(target=call, args=(caller,)) for caller in range(callers)]
    for thread in threads:
        thread.start()
    beside = Neighbour() if neighbour else None
    beats = Thread(target=beside.in_thread) if beside else None
    if beats:
        beats.start()
    cpu = process_time()
    ready.wait()
    started = perf_counter()
    for thread in threads:
        thread.join()
    elapsed, cpu = perf_counter() - started, process_time() - cpu
    if beside and beats:
        beside.stop()
        beats.join()
    if failures:
        raise failures[0]
    return _result(task, times, elapsed, cpu, beside)


def _call(task: Task, items: Iterable[Any], deadline: float, times: array[float]) -> None:
    request, read, check, add, now = task.request, task.read, task.check, times.append, perf_counter
    for item in items:
        before = now()
        check(item, read(request(item)))
        after = now()
        add(after - before)
        if after > deadline:
            return


async def run_async(task: Task, callers: int, bounds: Bounds, *, neighbour: bool) -> Run:
    """Call from so many tasks."""
    times = [array("d") for _ in range(callers)]
    beside = Neighbour() if neighbour else None
    beats = asyncio.ensure_future(beside.on_loop()) if beside else None
    cpu = process_time()
    started = perf_counter()
    try:
        await asyncio.gather(
            *(
                _call_async(task, islice(task.items(caller), bounds.items(task, callers)), started + bounds.seconds, times[caller])
                for caller in range(callers)
            )
        )
        elapsed, cpu = perf_counter() - started, process_time() - cpu
    finally:
        if beside and beats:
            beside.stop()
            await beats
    return _result(task, times, elapsed, cpu, beside)


async def _call_async(task: Task, items: Iterable[Any], deadline: float, times: array[float]) -> None:
    request, read, check, add, now = task.request, task.read, task.check, times.append, perf_counter
    for item in items:
        before = now()
        check(item, read(await request(item)))
        after = now()
        add(after - before)
        if after > deadline:
            return


def _result(task: Task, times: Sequence[array[float]], elapsed: float, cpu: float, beside: Neighbour | None) -> Run:
    ordered = sorted(time for of_caller in times for time in of_caller)
    overshoot_p50, overshoot_p99 = beside.overshoot() if beside else (None, None)
    return Run(
        requests=len(ordered) * task.requests,
        elapsed=elapsed,
        p50=percentile(ordered, 0.5),
        p99=percentile(ordered, 0.99),
        cpu=cpu - beside.cpu if beside else cpu,
        memory=_peak_memory(),
        overshoot_p50=overshoot_p50,
        overshoot_p99=overshoot_p99,
    )


def _peak_memory() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux that includes what the process was before it became this program, a copy of its parent.
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
