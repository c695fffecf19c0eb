"""From runs to figures: medians over the rounds, and ratios to the rivals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from .session import Outcome
from .workloads import Run


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds."""

    #: Requests per second.
    rate: float
    #: In microseconds.
    p50: float
    p99: float
    #: In microseconds a request.
    cpu: float
    #: In megabytes.
    memory: float
    #: In microseconds.
    overshoot_p50: float | None
    overshoot_p99: float | None


@dataclass(frozen=True)
class Ratio:
    """This client to a rival, above 1 where this client is better: the medians of what each round gave."""

    rate: float
    cpu: float


def figures(outcome: Outcome) -> Figures | None:
    """Of a workload with a client; None if there are none."""
    runs = outcome.runs
    if outcome.failed or not runs:
        return None
    return Figures(
        rate=median(map(_rate, runs)),
        p50=1e6 * median(run.p50 for run in runs),
        p99=1e6 * median(run.p99 for run in runs),
        cpu=1e6 * median(map(_cpu, runs)),
        memory=median(run.memory for run in runs) / 1e6,
        overshoot_p50=_microseconds(runs, lambda run: run.overshoot_p50),
        overshoot_p99=_microseconds(runs, lambda run: run.overshoot_p99),
    )


def ratio(ours: Outcome, rival: Outcome) -> Ratio | None:
    """Round by round, because neighbours of one round share what else the machine did; None if one of the two has no figures."""
    if figures(ours) is None or figures(rival) is None:
        return None
    rounds = list(zip(ours.runs, rival.runs, strict=True))
    return Ratio(
        rate=median(_rate(mine) / _rate(other) for mine, other in rounds),
        cpu=median(_cpu(other) / _cpu(mine) for mine, other in rounds),
    )


def _rate(run: Run) -> float:
    return run.requests / run.elapsed


def _cpu(run: Run) -> float:
    return run.cpu / run.requests


def _microseconds(runs: Sequence[Run], of: Callable[[Run], float | None]) -> float | None:
    values = [value for value in map(of, runs) if value is not None]
    return 1e6 * median(values) if values else None
