"""What is measured: the workloads, and what a timed run of one gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: How many batches an asynchronous client has under way.
BATCHES_IN_FLIGHT = 8


class Family(NamedTuple):
    """Workloads that differ in their size only: a table of the report."""

    #: "sync" or "async".
    mode: str
    #: "get", "put", "gather", "dict", "numpy", "lazy" or "scan".
    kind: str
    #: Whether other Python work runs beside them, on the same loop or in a thread.
    neighbour: bool

    def __str__(self) -> str:
        """Its name."""
        what = {
            "gather": "gather of gets",
            "dict": "batch to dict",
            "numpy": "batch to NumPy",
            "lazy": "batch, later to NumPy",
            "scan": "scan to Arrow",
        }.get(self.kind, self.kind)
        return f"{self.mode} {what}{', beside other work' if self.neighbour else ''}"

    def label(self, size: int) -> str:
        """A size of its workloads, in words."""
        if self.kind == "gather":
            unit = "gets"
        elif self.kind in {"dict", "numpy", "lazy", "scan"}:
            unit = "records"
        elif self.mode == "async":
            unit = "in flight"
        else:
            unit = "thread" if size == 1 else "threads"
        return f"{size} {unit}"


class Workload(NamedTuple):
    """One thing measured."""

    family: Family
    size: int

    def __str__(self) -> str:
        """Its name, which `--only` matches."""
        return f"{self.family}, {self.family.label(self.size)}"

    @property
    def callers(self) -> int:
        """How many threads or tasks call at once."""
        if self.family.kind in {"get", "put"}:
            return self.size
        return BATCHES_IN_FLIGHT if self.family.mode == "async" and self.family.kind != "gather" else 1


def workloads(scanned: int) -> list[Workload]:
    """All of them, in the order of the report; `scanned` is how many records a scan reads, 0 for no scan."""
    shapes = [
        ("sync", "get", (1, 8, 32)),
        ("sync", "put", (1, 8, 32)),
        ("sync", "dict", (200, 1000)),
        ("sync", "numpy", (200, 1000, 5000)),
        ("sync", "lazy", (5000,)),
        ("async", "get", (1, 16, 64, 256)),
        ("async", "put", (1, 16, 64, 256)),
        ("async", "gather", (200,)),
        ("async", "dict", (200, 1000)),
        ("async", "numpy", (200, 1000)),
    ]
    some = [Workload(Family(mode, kind, neighbour), size) for neighbour in (False, True) for mode, kind, sizes in shapes for size in sizes]
    return [*some, *([Workload(Family("sync", "scan", neighbour=False), scanned)] if scanned else [])]


@dataclass(frozen=True)
class Run:
    """What one timed run of a workload gave. Times are in seconds, memory in bytes."""

    requests: int
    elapsed: float
    #: Of one call, which is a gather or a batch where the workload is one.
    p50: float
    p99: float
    #: Of the whole process, all its threads, without what the neighbour worked.
    cpu: float
    #: The most the process has had so far.
    memory: int
    #: By how much the neighbour's sleeps of a millisecond were too long; None where there is none.
    overshoot_p50: float | None = None
    overshoot_p99: float | None = None
