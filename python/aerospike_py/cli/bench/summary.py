"""What a benchmark found, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..units import show_time

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

    from .recorder import Recorder

PERCENTILES = (50.0, 90.0, 99.0, 99.9, 99.99)
COLUMNS = ["request", "requests", "per second", *(f"p{point:g}" for point in PERCENTILES), "longest", "failed", "not found"]


def rows(recorder: Recorder) -> list[list[str]]:
    """The lines of the final table: `COLUMNS`."""
    return [_row(recorder, operation, recorder.total(operation)) for operation in recorder.operations]


def _row(recorder: Recorder, operation: str, histogram: HdrHistogram) -> list[str]:
    count = histogram.get_total_count()
    points = [histogram.get_value_at_percentile(point) for point in PERCENTILES] + [histogram.get_max_value()]
    return [
        operation,
        f"{count:,}",
        f"{count / recorder.seconds:,.0f}",
        *(show_time(point / 1000) if count else "-" for point in points),
        f"{recorder.failures[operation].total():,}",
        f"{recorder.misses[operation]:,}",
    ]


def as_object(recorder: Recorder, *, interrupted: bool) -> dict[str, Any]:
    """The result for a machine; times in microseconds."""
    operations = {}
    for operation in recorder.operations:
        histogram = recorder.total(operation)
        count = histogram.get_total_count()
        latency = {f"p{point:g}": histogram.get_value_at_percentile(point) / 1000 for point in PERCENTILES} if count else {}
        operations[operation] = {
            "requests": count,
            "per_second": count / recorder.seconds,
            "latency_us": {**latency, "mean": histogram.get_mean_value() / 1000, "max": histogram.get_max_value() / 1000} if count else {},
            "failed": dict(recorder.failures[operation]),
            "not_found": recorder.misses[operation],
        }
    return {"seconds": recorder.seconds, "interrupted": interrupted, "operations": operations}
