"""The latencies of a benchmark, by request and by interval."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import TYPE_CHECKING

from ..latency import percentile

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

#: Latencies are kept in units of 100 ns, in 32 bits.
UNIT = 1e-7
UNIT_NS = 100
LONGEST = 2**32 - 1
#: Histograms count nanoseconds up to an hour, with three significant digits.
LONGEST_NS = 3_600 * 10**9
DIGITS = 3
#: So many latencies are looked at for the live figures: more would hold up the requests they are about.
SAMPLE = 1000


def new_histogram() -> HdrHistogram:
    """An empty histogram of nanoseconds."""
    from hdrh.histogram import HdrHistogram

    return HdrHistogram(1, LONGEST_NS, DIGITS)


@dataclass
class Interval:
    """The requests that ended in some time.

    Their latencies are kept as they are: to put them into a histogram while the benchmark runs would be seen in the latencies.
    """

    start: float
    end: float = 0.0
    latencies: dict[str, array[int]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return max(self.end - self.start, 1e-9)

    def rate(self, operation: str) -> float:
        """Requests per second."""
        return len(self.latencies[operation]) / self.seconds

    def quick(self, operation: str) -> tuple[float, float, float] | None:
        """The median, the 99th percentile and the longest, in microseconds, of a sample; None if there was no request."""
        found = self.latencies[operation]
        if not found:
            return None
        sample = sorted(found[:: math.ceil(len(found) / SAMPLE)])
        return percentile(sample, 0.5) / 10, percentile(sample, 0.99) / 10, max(found) / 10

    def histogram(self, operation: str) -> HdrHistogram:
        """All latencies, in nanoseconds."""
        made = new_histogram()
        for value, count in Counter(self.latencies[operation]).items():
            made.record_value(max(value * UNIT_NS, 1), count)
        return made


class Recorder:
    """Takes latencies from threads and tasks, and cuts time into intervals.

    Args:
        operations: The names of the requests.
    """

    def __init__(self, operations: Iterable[str]) -> None:
        self.operations = list(operations)
        self.intervals: list[Interval] = []
        self.failures: dict[str, Counter[str]] = {operation: Counter() for operation in self.operations}
        self.misses: Counter[str] = Counter()
        #: Whether anything was answered other than by an error.
        self.worked = False
        self.start()

    def start(self) -> None:
        """Begin the first interval now."""
        self.began_at = time()
        self._origin = perf_counter()
        self._current = self._new(0.0)

    def elapsed(self) -> float:
        """Seconds since the first interval began."""
        return perf_counter() - self._origin

    def record(self, operation: str, seconds: float) -> None:
        """A request has ended, well or not: those who waited for it waited."""
        # A thread that got hold of an interval just before it ended still adds to it: nothing is lost.
        self._current.latencies[operation].append(min(max(int(seconds / UNIT), 0), LONGEST))

    def fail(self, operation: str, error: str) -> None:
        """A request has failed; so many of a kind there were."""
        self.failures[operation][error] += 1

    def miss(self, operation: str, count: int = 1) -> None:
        """Records were not there."""
        self.worked = True
        self.misses[operation] += count

    def cut(self) -> Interval:
        """End the interval, and begin the next."""
        ended, now = self._current, self.elapsed()
        self._current = self._new(now)
        ended.end = now
        self.intervals.append(ended)
        return ended

    def total(self, operation: str) -> HdrHistogram:
        """The latencies of all intervals, in nanoseconds."""
        made = new_histogram()
        for interval in self.intervals:
            made.add(interval.histogram(operation))
        return made

    @property
    def seconds(self) -> float:
        """How long all intervals are together."""
        return self.intervals[-1].end if self.intervals else 0.0

    def _new(self, start: float) -> Interval:
        return Interval(start, latencies={operation: array("I") for operation in self.operations})
