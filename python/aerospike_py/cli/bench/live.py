"""What is shown while a benchmark runs: a table that changes on a terminal, a line per interval elsewhere."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from ..units import show_time

if TYPE_CHECKING:
    from .recorder import Interval, Recorder


class Display(Protocol):
    """Shows intervals."""

    def __enter__(self) -> Display:
        """Begin to show."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop showing."""

    def show(self, interval: Interval) -> None:
        """An interval has ended."""


class NoDisplay:
    """Shows nothing."""

    def __enter__(self) -> NoDisplay:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        return None

    def show(self, interval: Interval) -> None:
        """An interval has ended."""


class Lines(NoDisplay):
    """A line per interval."""

    def show(self, interval: Interval) -> None:
        """An interval has ended."""
        parts = [f"{operation} {interval.rate(operation):,.0f}/s {_points(interval, operation)}" for operation in interval.latencies]
        print(f"{interval.end:6.1f} s  " + "; ".join(parts), flush=True)


class Table:
    """A table that changes in place."""

    def __init__(self, title: str) -> None:
        from rich.live import Live

        self._title = title
        # Drawn when there is something new, and by who has it: a thread that draws by itself would hold up the requests more often.
        self._live = Live(auto_refresh=False, transient=True)

    def __enter__(self) -> Table:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._live.stop()

    def show(self, interval: Interval) -> None:
        """An interval has ended."""
        self._live.update(_table(self._title, interval), refresh=True)


def _table(title: str, interval: Interval) -> Any:
    from rich.table import Table as RichTable

    table = RichTable(title=f"{title}, {interval.end:.0f} s")
    for index, column in enumerate(["request", "per second", "p50", "p99", "longest"]):
        table.add_column(column, justify="right" if index else "left", min_width=10)
    for operation in interval.latencies:
        quick = interval.quick(operation)
        table.add_row(operation, f"{interval.rate(operation):,.0f}", *(map(show_time, quick) if quick else "---"))
    return table


def _points(interval: Interval, operation: str) -> str:
    quick = interval.quick(operation)
    if quick is None:
        return ""
    return " ".join(f"{name} {show_time(value)}" for name, value in zip(("p50", "p99", "max"), quick, strict=True))


class Ticker:
    """Cuts a recorder's time into intervals and shows them, on a thread of its own.

    Args:
        recorder: Whose.
        display: Where to show them.
        seconds: How long an interval is.
    """

    def __init__(self, recorder: Recorder, display: Display, seconds: float) -> None:
        self._recorder = recorder
        self._display = display
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Ticker:
        self._display.__enter__()
        self._recorder.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._recorder.cut()
        self._display.__exit__(kind, error, traceback)

    def _tick(self) -> None:
        number = 1
        while not self._ended.wait(max(0.0, number * self._seconds - self._recorder.elapsed())):
            self._display.show(self._recorder.cut())
            number += 1
