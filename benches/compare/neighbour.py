"""Other Python work beside the requests: a beat of JSON each millisecond, and how late each beat came."""

from __future__ import annotations

import asyncio
import json
from array import array
from time import perf_counter, sleep, thread_time
from typing import NamedTuple

from .percentiles import percentile

#: What it sleeps between two beats, in seconds.
PAUSE = 0.001

_DOCUMENT = {"users": [{"id": number, "name": f"user-{number}", "tags": ["a", "b", "c"]} for number in range(20)]}


class Neighbour:
    """The work of one run, on the loop or in a thread of its own, until it is told to stop."""

    def __init__(self) -> None:
        self._stopped = False
        #: By how much each sleep was too long, in seconds.
        self.overshoots = array("d")
        #: What the beats themselves took: it is no cost of the requests.
        self.cpu = 0.0

    async def on_loop(self) -> None:
        """Beat as a task."""
        while not self._stopped:
            before = perf_counter()
            await asyncio.sleep(PAUSE)
            self._beat(before)

    def in_thread(self) -> None:
        """Beat as a thread."""
        while not self._stopped:
            before = perf_counter()
            sleep(PAUSE)
            self._beat(before)

    def stop(self) -> None:
        """End with the next beat."""
        self._stopped = True

    def overshoot(self) -> tuple[float, float]:
        """By how much the sleeps were too long: the median, and what 99 of 100 did not exceed. In seconds."""
        ordered = sorted(self.overshoots)
        return percentile(ordered, 0.5), percentile(ordered, 0.99)

    def _beat(self, before: float) -> None:
        self.overshoots.append(perf_counter() - before - PAUSE)
        started = thread_time()
        json.loads(json.dumps(_DOCUMENT))
        self.cpu += thread_time() - started


class Idle(NamedTuple):
    """What the work feels with nothing beside it: the overshoot's median, and what 99 of 100 do not exceed, in seconds."""

    on_loop: tuple[float, float]
    in_thread: tuple[float, float]


async def idle(seconds: float = 0.5) -> Idle:
    """Measure it on this loop, then in a thread."""
    on_loop, in_thread = Neighbour(), Neighbour()
    asyncio.get_running_loop().call_later(seconds, on_loop.stop)
    await on_loop.on_loop()
    asyncio.get_running_loop().call_later(seconds, in_thread.stop)
    await asyncio.to_thread(in_thread.in_thread)
    return Idle(on_loop.overshoot(), in_thread.overshoot())
