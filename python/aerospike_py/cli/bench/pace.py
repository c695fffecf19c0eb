"""When requests are to start."""

from __future__ import annotations

import itertools
from time import perf_counter


class Pace:
    """Hands out numbers and intended starts, to any number of threads or tasks.

    A request is due when its turn comes at the rate, whether or not anybody is free to send it. Latency is counted from then on: a server
    that stalls makes the requests late that would have been sent meanwhile, and that has to be seen (no coordinated omission). Without
    a rate a request is due when somebody is free.

    Args:
        rate: Requests per second; None for as many as possible.
        count: How many there are; None for no end.
        duration: Seconds within which they are due; None for no end.
    """

    def __init__(self, rate: float | None = None, count: int | None = None, duration: float | None = None) -> None:
        self._rate = rate
        self._count = count
        self._duration = duration
        self._numbers = itertools.count()
        # Nobody waits for it; a handler of signals sets it, which must not meet an event's lock.
        self._is_stopped = False
        self._started = perf_counter()

    def start(self) -> None:
        """Begin to count the time."""
        self._started = perf_counter()

    def stop(self) -> None:
        """Hand out no more."""
        self._is_stopped = True

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._is_stopped

    def next(self) -> tuple[int, float] | None:
        """The next request's number and its intended start, by `perf_counter`; None if there are no more."""
        # One step of the interpreter, so that no two callers get the same.
        number = next(self._numbers)
        due = self._started + number / self._rate if self._rate else perf_counter()
        if self._is_stopped or (self._count is not None and number >= self._count):
            return None
        if self._duration is not None and due - self._started >= self._duration:
            return None
        return number, due
