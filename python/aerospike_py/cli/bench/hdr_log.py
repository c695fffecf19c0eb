"""The latencies as an HdrHistogram log, which the tools of HdrHistogram read and compare.

A line per interval and request: its name, when it began, how long it was, its longest latency in milliseconds, and the histogram in the
compressed format V2, in nanoseconds. Format: the log format 1.3 of HdrHistogram, which is the one with tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from .recorder import Recorder

LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'


def write(recorder: Recorder, out: TextIO, comment: str) -> None:
    """Write a log.

    Args:
        recorder: What was measured.
        out: Where to.
        comment: What was measured, in one line.
    """
    # Not by the package's own writer: that of 0.10 fails on a start time, cuts the longest latency to whole milliseconds and has no tags.
    out.writelines(line + "\n" for line in _lines(recorder, comment))


def _lines(recorder: Recorder, comment: str) -> Iterator[str]:
    began = datetime.fromtimestamp(recorder.began_at, timezone.utc)
    yield f"#[{comment}]"
    yield "#[Histogram log format version 1.3]"
    yield f"#[StartTime: {recorder.began_at:.3f} (seconds since epoch), {began:%a %b %d %H:%M:%S UTC %Y}]"
    yield LEGEND
    for interval in recorder.intervals:
        for operation in recorder.operations:
            histogram = interval.histogram(operation)
            if histogram.get_total_count():
                longest, packed = histogram.get_max_value() / 1e6, histogram.encode().decode()
                yield f"Tag={operation.replace(' ', '-')},{interval.start:.3f},{interval.seconds:.3f},{longest:.3f},{packed}"
