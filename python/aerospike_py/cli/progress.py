"""A progress bar and a table: those of rich where it is installed, plain ones where not."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Protocol


class Progress(Protocol):
    """Shows how far a piece of work is."""

    def __enter__(self) -> Progress:
        """Begin to show."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop showing."""

    def begin(self, name: str, total: int | None) -> None:
        """A new piece of work of `total` steps; None if nobody knows how many."""

    def advance(self, steps: int) -> None:
        """So many steps are done."""

    def finish(self) -> None:
        """All steps are done."""


class PlainProgress:
    """One line per piece of work, redrawn in place on a terminal, written once at its end elsewhere."""

    WIDTH = 30

    def __init__(self) -> None:
        self._name, self._done, self._shown, self._began = "", 0, -1, 0.0
        self._total: int | None = 0

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        return None

    def begin(self, name: str, total: int | None) -> None:
        """A new piece of work of `total` steps; None if nobody knows how many."""
        self._name, self._total, self._done, self._shown = name, total, 0, -1
        self._began = perf_counter()
        self._show(0)

    def advance(self, steps: int) -> None:
        """So many steps are done."""
        self._done += steps
        if self._total:
            self._show(100 * self._done // self._total)

    def finish(self) -> None:
        """All steps are done."""
        self._show(100)
        rate = self._done / max(perf_counter() - self._began, 1e-6)
        print(f" {rate:,.0f}/s" if sys.stdout.isatty() else f"{self._name:<28} done, {rate:,.0f}/s", flush=True)

    def _show(self, percent: int) -> None:
        if percent != self._shown and sys.stdout.isatty():
            bar = ("█" * (self.WIDTH * percent // 100)).ljust(self.WIDTH, "·")
            print(f"\r{self._name:<28} {bar} {percent:3d} %", end="", flush=True)
        self._shown = percent


class RichProgress:
    """The bars of rich."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars
        from rich.text import Text

        class RateColumn(ProgressColumn):
            """Steps a second."""

            def render(self, task: Task) -> Text:
                """The rate of a task."""
                rate = task.finished_speed or task.speed
                return Text(f"{rate:,.0f}/s" if rate else "", style="progress.data.speed")

        self._bars = Bars(TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeElapsedColumn())
        self._task, self._done = TaskID(0), 0

    def __enter__(self) -> RichProgress:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._bars.stop()

    def begin(self, name: str, total: int | None) -> None:
        """A new piece of work of `total` steps; None if nobody knows how many."""
        self._task, self._done = self._bars.add_task(name, total=total), 0

    def advance(self, steps: int) -> None:
        """So many steps are done."""
        self._done += steps
        self._bars.advance(self._task, steps)

    def finish(self) -> None:
        """All steps are done."""
        self._bars.update(self._task, total=self._done, completed=self._done)


def progress() -> Progress:
    """The best progress bar there is."""
    try:
        return RichProgress()
    except ImportError:
        return PlainProgress()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        _print_plain_table(columns, rows)
        return
    table = Table()
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # As wide as the table needs: where there is no terminal rich would cut it to 80 columns.
    Console(width=160).print(table)


def _print_plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns))]
    for row in (columns, ["-" * width for width in widths], *rows):
        print(
            "  ".join(
                cell.rjust(width) if index else cell.ljust(width) for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
