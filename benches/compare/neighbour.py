"""Other Python work beside the requests: a beat of JSON each millisecond, and how late each beat came."""

from __future__ import annotations

import asyncio
import json
from array import array
from time import perf_counter, sleep, thread_time

#: What it sleeps between two beats, in seconds.
PAUSE = 0.001

_DOCUMENT = {"users": [{"id": number, "name": f"user-{number}", "tags": ["a", "b", "c"]} for number in range(20)]}


class Neighbour:
    """The work of one run, on the loop or in a thread of its own, until it is told to stop."""

    def __init__(self) -> None:
        self.stopped = False
        #: By how much each sleep was too long, in seconds.
        self.overshoots = array("d")
        #: What the beats themselves took: it is no cost of the requests.
        self.cpu = 0.0

    async def on_loop(self) -> None:
        """Beat as a task."""
        while not self.stopped:
            before = perf_counter()
            await asyncio.sleep(PAUSE)
            self._beat(before)

    def in_thread(self) -> None:
        """Beat as a thread."""
        while not self.stopped:
            before = perf_counter()
            sleep(PAUSE)
            self._beat(before)

    def _beat(self, before: float) -> None:
        self.overshoots.append(perf_counter() - before - PAUSE)
        started = thread_time()
        json.loads(json.dumps(_DOCUMENT))
        self.cpu += thread_time() - started
