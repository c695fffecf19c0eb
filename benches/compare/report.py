"""What is printed and written: tables and notes for people, JSON for programs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from os import cpu_count
from typing import Any

from .footprint import Footprint
from .processes import Client, FailedError
from .session import Outcome, Settings
from .summary import figures, ratio
from .workloads import Family, Workload

#: In the order in which they were measured.
Results = Mapping[Workload, Mapping[str, Outcome]]
Footprints = Mapping[str, Footprint | FailedError]

NONE = "–"


def footprint_table(found: Footprints, clients: Sequence[Client]) -> str:
    """What it costs to have each client."""
    rows = [["client", "version", "import ms", "installed MB", "compressed MB"]]
    for client in clients:
        footprint = found[client.name]
        if isinstance(footprint, FailedError):
            rows.append([client.title, *[NONE] * 4])
        else:
            sizes = (footprint.installed / 1e6, footprint.compressed / 1e6)
            rows.append([client.title, footprint.version, _short(1e3 * footprint.import_time), *map(_short, sizes)])
    return _table(rows)


def table(family: Family, results: Results, clients: Sequence[Client]) -> str:
    """The workloads of a family."""
    columns = ["client", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "peak MB"]
    if family.neighbour:
        columns += ["sleep +p50 µs", "sleep +p99 µs"]
    rows = [[str(family), *columns, "ours ×: requests/s", "CPU"]]
    for workload, outcomes in results.items():
        if workload.family == family:
            for number, client in enumerate(clients):
                label = "" if number else family.label(workload.size)
                rows.append([label, client.title, *_cells(outcomes, client, neighbour=family.neighbour)])
    return _table(rows, left=2)


def _cells(outcomes: Mapping[str, Outcome], client: Client, *, neighbour: bool) -> list[str]:
    found = figures(outcomes[client.name])
    if found is None:
        return [NONE] * (9 if neighbour else 7)
    cells = [f"{found.rate:,.0f}", *map(_short, (found.p50, found.p99, found.cpu, found.memory))]
    if neighbour:
        cells += map(_short, (found.overshoot_p50, found.overshoot_p99))
    to_it = ratio(outcomes["ours"], outcomes[client.name]) if "ours" in outcomes and client.name != "ours" else None
    return [*cells, *((f"{to_it.rate:.2f}", f"{to_it.cpu:.2f}") if to_it else ("", ""))]


def losses(results: Results, clients: Sequence[Client]) -> Iterator[str]:
    """Where this client is behind, by requests per second or by CPU."""
    for workload, outcomes in results.items():
        for client in clients:
            to_it = ratio(outcomes["ours"], outcomes[client.name]) if "ours" in outcomes and client.name != "ours" else None
            if to_it and min(to_it.rate, to_it.cpu) < 1:
                yield f"behind · {workload}: {to_it.rate:.2f} of the requests/s of {client.title}, {1 / to_it.cpu:.2f} of its CPU a request"


def notes(results: Results, footprints: Footprints, clients: Sequence[Client], settings: Settings) -> Iterator[str]:
    """How it was measured, and why a figure is missing."""
    yield (
        f"note · medians of {settings.rounds} rounds of {settings.bounds.seconds:g} s, ratios too; a ratio above 1 means that this client is better; "
        f"{'uvloop' if settings.uvloop else 'the loop of asyncio'}; at most {settings.connections} connections to a node"
    )
    yield "note · a gather counts as its gets, a batch as one request; latencies are those of a call, CPU is that of the client's process, all threads"
    if settings.idle:
        (loop_p50, loop_p99), (thread_p50, thread_p99) = (map(_microseconds, times) for times in settings.idle)
        yield f"note · beside nothing the sleep is {loop_p50} µs too long on a loop (p99 {loop_p99}), {thread_p50} µs in a thread (p99 {thread_p99})"
    for client in clients:
        if client.note:
            yield f"note · {client.title}: {client.note}"
        footprint = footprints[client.name]
        if isinstance(footprint, FailedError):
            yield f"left out · {client.title}: {footprint}"
            continue
        of_client = [(workload, outcomes[client.name]) for workload, outcomes in results.items()]
        for reason in dict.fromkeys(outcome.impossible for _, outcome in of_client if outcome.impossible):
            yield f"{NONE} · {client.title}: {reason}"
        yield from (f"FAILED · {client.title} at {workload}: {outcome.failed}" for workload, outcome in of_client if outcome.failed)


def document(results: Results, footprints: Footprints, clients: Sequence[Client], settings: Settings) -> dict[str, Any]:
    """Everything, every run included."""
    return {
        "machine": {"system": platform.platform(), "cpus": cpu_count(), "python": sys.version},
        "settings": asdict(settings),
        "clients": {client.name: _client(client, footprints[client.name]) for client in clients},
        "workloads": [
            {
                "name": str(workload),
                **workload.family._asdict(),
                "size": workload.size,
                "callers": workload.callers,
                "clients": {name: _outcome(outcomes, name) for name in outcomes},
            }
            for workload, outcomes in results.items()
        ],
    }


def _client(client: Client, footprint: Footprint | FailedError) -> dict[str, Any]:
    found = {"failed": str(footprint)} if isinstance(footprint, FailedError) else asdict(footprint)
    return {"title": client.title, "note": client.note, "footprint": found}


def _outcome(outcomes: Mapping[str, Outcome], name: str) -> dict[str, Any]:
    found = figures(outcomes[name])
    to_it = ratio(outcomes["ours"], outcomes[name]) if "ours" in outcomes else None
    return {
        **asdict(outcomes[name]),
        "median": asdict(found) if found else None,
        "ours_to_it": asdict(to_it) if to_it else None,
    }


def _microseconds(seconds: float) -> str:
    return _short(1e6 * seconds)


def _short(value: float | None) -> str:
    if value is None:
        return NONE
    # Three digits are all that repeats.
    return f"{value:,.0f}" if round(value) >= 100 else f"{value:.1f}"  # noqa: PLR2004


def _table(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Its first columns to the left, the others to the right; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index < left else cell.rjust(width) for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])
