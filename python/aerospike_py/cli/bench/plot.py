"""The result as one SVG: requests per second over time, latencies over time, latencies by percentile."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..units import show_time

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

    from .recorder import Interval, Recorder

WIDTH, HEIGHT = 900, 320
OVER_TIME = (50.0, 99.0, 99.9)
#: Where a curve by percentile has points, as far as there are requests for them.
BY_PERCENTILE = (0.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999)
LABELLED = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b")


def draw(recorder: Recorder, title: str) -> str:
    """The text of the SVG."""
    intervals = _whole(recorder.intervals)
    return _stack([_throughput(recorder, intervals, title), _latency_over_time(recorder, intervals), _latency_by_percentile(recorder)])


def _whole(intervals: list[Interval]) -> list[Interval]:
    """The intervals without a last one that is too short to say something about a rate."""
    *others, last = intervals
    return others if others and last.seconds < others[0].seconds / 2 else intervals


def _chart(title: str, x_title: str, **options: Any) -> Any:
    import pygal
    from pygal.style import Style

    # Importing pygal puts a finder of modules in place for its plug-ins, which there are none of; Python 3.10 and 3.11 warn of its kind.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]
    style = Style(
        font_family="sans-serif",
        background="white",
        plot_background="white",
        colors=COLOURS,
        opacity="0.9",
        guide_stroke_color="#d0d0d0",
        major_guide_stroke_color="#d0d0d0",
    )
    # Without the script that pygal would have fetched from elsewhere when the picture is looked at.
    chart = pygal.XY(width=WIDTH, height=HEIGHT, title=title, x_title=x_title, js=[], style=style, dots_size=2, **options)
    chart.no_data_text = "nothing was measured"
    return chart


def _throughput(recorder: Recorder, intervals: list[Interval], title: str) -> Any:
    chart = _chart(title, "seconds", y_title="requests per second", range=(0, _highest_rate(recorder, intervals)))
    chart.value_formatter = lambda value: f"{value:,.0f}"
    chart.x_value_formatter = lambda value: f"{value:g}"
    for operation in recorder.operations:
        chart.add(operation, [(interval.end, interval.rate(operation)) for interval in intervals])
    return chart


def _highest_rate(recorder: Recorder, intervals: list[Interval]) -> float:
    return max((interval.rate(operation) for interval in intervals for operation in recorder.operations), default=0) * 1.1 or 1


def _latency_over_time(recorder: Recorder, intervals: list[Interval]) -> Any:
    curves = {}
    for operation in recorder.operations:
        histograms = [(interval.end, interval.histogram(operation)) for interval in intervals]
        for point in OVER_TIME:
            curves[f"{operation} p{point:g}"] = [
                (end, _height(histogram, point)) for end, histogram in histograms if histogram.get_total_count()
            ]
    chart = _latency_chart("seconds", curves)
    chart.x_value_formatter = lambda value: f"{value:g}"
    return chart


def _latency_by_percentile(recorder: Recorder) -> Any:
    curves = {}
    for operation in recorder.operations:
        histogram = recorder.total(operation)
        # A percentile that less than one request exceeds says nothing.
        points = [point for point in BY_PERCENTILE if histogram.get_total_count() * (1 - point / 100) >= 1]
        curves[operation] = [(_place(point), _height(histogram, point)) for point in points]
    chart = _latency_chart("percentile", curves)
    places = [place for curve in curves.values() for place, _ in curve]
    chart.x_labels = [{"label": f"{point:g}", "value": _place(point)} for point in LABELLED if _place(point) <= max(places, default=0)]
    return chart


def _latency_chart(x_title: str, curves: dict[str, list[tuple[float, float]]]) -> Any:
    """A chart whose heights are logarithms of microseconds: pygal's own logarithmic axes are both or none."""
    chart = _chart("", x_title, y_title="latency", show_minor_y_labels=True)
    chart.value_formatter = lambda value: show_time(10**value)
    chart.y_labels = _steps(height for curve in curves.values() for _, height in curve)
    for name, curve in curves.items():
        chart.add(name, curve)
    return chart


def _height(histogram: HdrHistogram, point: float) -> float:
    return math.log10(histogram.get_value_at_percentile(point) / 1000)


def _steps(heights: Iterable[float]) -> list[dict[str, Any]]:
    """The labels of an axis: 1, 2 and 5 of each power of ten around the heights."""
    found = list(heights) or [0.0]
    steps = [(mantissa, exponent) for exponent in range(math.floor(min(found)), math.ceil(max(found)) + 1) for mantissa in (1, 2, 5)]
    values = [mantissa * 10.0**exponent for mantissa, exponent in steps]
    low = max((value for value in values if math.log10(value) <= min(found)), default=values[0])
    high = min((value for value in values if math.log10(value) >= max(found)), default=values[-1])
    return [{"label": show_time(value), "value": math.log10(value)} for value in values if low <= value <= high]


def _place(point: float) -> float:
    """Where a percentile stands on the axis: each further nine takes as much room."""
    return -math.log10(1 - point / 100)


def _stack(charts: list[Any]) -> str:
    """Charts below each other."""
    parts = [chart.render(is_unicode=True, disable_xml_declaration=True) for chart in charts]
    placed = [
        re.sub("<svg ", f'<svg y="{index * HEIGHT}" width="{WIDTH}" height="{HEIGHT}" ', part, count=1) for index, part in enumerate(parts)
    ]
    height = HEIGHT * len(charts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
    return "\n".join([head, *placed, "</svg>", ""])
