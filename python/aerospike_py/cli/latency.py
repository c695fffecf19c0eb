"""How long requests took: a way of asking, its requests, and what is said of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Timings:
    """The times of the requests of one way, in seconds."""

    name: str
    records: int
    elapsed: float = 0.0
    requests: array[float] = field(default_factory=lambda: array("d"))

    def row(self) -> list[str]:
        """Its line of the table: `COLUMNS`."""
        ordered = sorted(self.requests)
        points = [percentile(ordered, share) for share in (0.5, 0.99, 0.999)]
        return [
            self.name,
            f"{len(ordered) / self.elapsed:,.0f}",
            f"{self.records / self.elapsed:,.0f}",
            *(f"{1e6 * point:,.0f} µs" for point in points),
        ]


COLUMNS = ["way", "requests/s", "records/s", "p50", "p99", "p99.9"]


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest time that `share` of the requests did not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
