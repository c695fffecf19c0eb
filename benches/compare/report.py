"""What is printed and written: tables and notes for people, JSON for programs."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from os import cpu_count
from typing import Any

from .footprint import Footprint
from .processes import Client, FailedError
from .session import Outcome, Settings
from .summary import figures, ratio
from .workloads import Workload

#: In the order in which they were measured.
Results = Mapping[Workload, Mapping[str, Outcome]]
Footprints = Mapping[str, Footprint | FailedError]

NONE = "–"


def footprint_table(found: Footprints, clients: Sequence[Client]) -> str:
    """What it costs to have each client."""
    rows = [["import and size", "version", "import ms", "installed MB", "compressed MB"]]
    for client in clients:
        footprint = found[client.name]
        if isinstance(footprint, FailedError):
            rows.append([client.title, *[NONE] * 4])
        else:
            sizes = (footprint.installed / 1e6, footprint.compressed / 1e6)
            rows.append([client.title, footprint.version, _short(1e3 * footprint.import_time), *map(_short, sizes)])
    return _table(rows)


def tables(results: Results, clients: Sequence[Client]) -> Iterator[str]:
    """A table for each family of workloads."""
    for family, group in groupby(results, lambda workload: workload.family):
        columns = ["client", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "peak MB"]
        if family.neighbour:
            columns += ["sleep +p50 µs", "sleep +p99 µs"]
        rows = [[str(family), *columns, "ours ×: requests/s", "CPU"]]
        for workload in group:
            for number, client in enumerate(clients):
                label = f"{workload.size:,} {family.size}" if number == 0 else ""
                rows.append([label, client.title, *_cells(results[workload], client, neighbour=family.neighbour)])
        yield _table(rows, left=2)


def _cells(outcomes: Mapping[str, Outcome], client: Client, *, neighbour: bool) -> list[str]:
    found = figures(outcomes[client.name])
    if found is None:
        return [NONE] * (9 if neighbour else 7)
    cells = [f"{found.rate:,.0f}", *map(_short, (found.p50, found.p99, found.cpu, found.memory))]
    if neighbour:
        cells += map(_short, (found.overshoot_p50, found.overshoot_p99))
    to_it = ratio(outcomes["ours"], outcomes[client.name]) if "ours" in outcomes and client.name != "ours" else None
    return [*cells, *((f"{to_it.rate:.2f}", f"{to_it.cpu:.2f}") if to_it else ("", ""))]


def notes(results: Results, footprints: Footprints, clients: Sequence[Client]) -> Iterator[str]:
    """Why a figure is missing, and how clients were used."""
    for client in clients:
        if client.note:
            yield f"{client.title}: {client.note}"
        footprint = footprints[client.name]
        if isinstance(footprint, FailedError):
            yield f"{client.title} FAILED to be imported: {footprint}"
        impossible = {(workload.family.kind, outcomes[client.name].impossible): None for workload, outcomes in results.items()}
        yield from (f"{NONE} {client.title}: {reason}" for _, reason in impossible if reason)
        for workload, outcomes in results.items():
            if outcomes[client.name].failed:
                yield f"{client.title} FAILED at {workload}: {outcomes[client.name].failed}"


def losses(results: Results, clients: Sequence[Client]) -> Iterator[str]:
    """Where this client is behind, by requests per second or by CPU."""
    for workload, outcomes in results.items():
        for client in clients:
            to_it = ratio(outcomes["ours"], outcomes[client.name]) if "ours" in outcomes and client.name != "ours" else None
            if to_it and min(to_it.rate, to_it.cpu) < 1:
                yield f"{workload}: {to_it.rate:.2f} of the requests/s of {client.title}, {1 / to_it.cpu:.2f} of its CPU a request"


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
