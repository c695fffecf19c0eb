"""The program `compare.py`."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from .footprint import Footprint, footprints
from .neighbour import idle
from .processes import CLIENTS, Client, FailedError, address, embedded_server
from .report import document, footprint_table, losses, notes, table
from .runs import Bounds
from .session import Outcome, Settings, load, measure
from .workloads import Workload, workloads

#: More than any workload has under way, so that nobody waits for a connection.
CONNECTIONS = 300


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Returns:
        0; 1 if this client failed, or all did; 2 if an argument is wrong. That a rival fails is reported and no failure of the comparison.
    """
    arguments = _parser().parse_args(argv)
    clients = [client for client in CLIENTS if client.name in arguments.clients]
    known = workloads(arguments.scan if arguments.scan is not None else 100_000 if arguments.quick else 1_000_000)
    chosen = [workload for workload in known if arguments.only.search(str(workload))]
    if not chosen:
        print(f"no workload is named like {arguments.only.pattern!r}; there are:", *known, sep="\n", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_compare(arguments, clients, chosen))
    except FailedError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="compare.py", description="Do the same work with this client and its rivals, in rounds that take turns."
    )
    parser.add_argument(
        "--hosts", type=_hosts, metavar="HOST:PORT,…", help="a running cluster (default: the embedded server, in a process of its own)"
    )
    parser.add_argument("--namespace", default="test", help="where the records go, into the sets read and written (default: %(default)s)")
    parser.add_argument("--clients", type=_names, default=_names(""), metavar="NAME,…", help=f"of {', '.join(_names(''))} (default: all)")
    parser.add_argument(
        "--only",
        type=_pattern,
        default=_pattern(""),
        metavar="PATTERN",
        help="workloads in whose names this is found, as in 'async (get|put), 64'",
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="how many (default: 5)")
    parser.add_argument("--seconds", type=float, metavar="S", help="how long each run takes (default: 0.5)")
    parser.add_argument("--scan", type=int, metavar="N", help="how many records a scan reads; 0 for no scan (default: 1,000,000)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.15 s, scans of 100,000 records")
    parser.add_argument("--uvloop", action="store_true", help="run on uvloop instead of asyncio's own loop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything, every run included")
    return parser


def _hosts(text: str) -> list[tuple[str, int]]:
    return [address(part) for part in text.split(",")]


def _names(text: str) -> list[str]:
    known = [client.name for client in CLIENTS]
    names = text.split(",") if text else known
    if unknown := set(names) - set(known):
        raise argparse.ArgumentTypeError(f"no client is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return names


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a regular expression: {error}") from None


async def _compare(arguments: argparse.Namespace, clients: Sequence[Client], chosen: Sequence[Workload]) -> int:
    rounds = arguments.rounds or (3 if arguments.quick else 5)
    bounds = Bounds(arguments.seconds or (0.15 if arguments.quick else 0.5), requests=200_000)
    found = await footprints(clients, rounds)
    print(footprint_table(found, clients), end="\n\n", flush=True)
    present = [client for client in clients if isinstance(found[client.name], Footprint)]

    results: dict[Workload, dict[str, Outcome]] = {}
    async with AsyncExitStack() as stack:
        hosts = arguments.hosts or await stack.enter_async_context(embedded_server(arguments.namespace))
        scanned = max((workload.size for workload in chosen if workload.family.kind == "scan"), default=0)
        settings = Settings(hosts, arguments.namespace, CONNECTIONS, arguments.uvloop, rounds, bounds, scanned)
        await load(present, settings)
        for family, group in groupby(chosen, lambda workload: workload.family):
            if family.neighbour and settings.idle is None:
                settings = replace(settings, idle=await idle())
            for workload in group:
                _progress(f"{workload} …")
                results[workload] = await measure(workload, present, settings)
            _progress("")
            print(table(family, results, present), end="\n\n", flush=True)

    for line in (*losses(results, present), *notes(results, found, clients, settings)):
        print(line)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(document(results, found, clients, settings), indent=1))
    return int(any("ours" in outcomes and outcomes["ours"].failed is not None for outcomes in results.values()))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)
