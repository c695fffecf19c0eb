"""The data plane beside the shipped path, in turns within one run: `python benches/plane/measure.py`. README.md says what is what."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import aerospike_py
from aerospike_py import _aerospike
from compare import records
from compare.clients import Impossible, Session, Way, same
from compare.driver import Opening
from compare.processes import CLIENTS, Driver, address, embedded_server
from compare.runs import Bounds, run_async, run_sync
from compare.tasks import Task, task
from compare.workloads import Family, Run, Workload

#: As in compare.py: more than any workload has under way.
CONNECTIONS = 300
RIVAL = "aerospike-py 0.14"

#: Variant → its configuration, and how many lines to a node it has; None for none.
VARIANTS: dict[str, tuple[dict[str, Any], int | None]] = {
    "shipped": ({}, None),
    "shipped, not coalesced": ({"coalesce_reads": False}, None),
    "plane": ({}, 1),
    "plane, 2 lines": ({}, 2),
}


def shapes() -> dict[Workload, list[str]]:
    """Workload → the variants it is measured with."""
    every = list(VARIANTS)
    batch = ["shipped", "plane", "plane, 2 lines"]
    plan = [
        ("sync", "get", (1,), ["shipped", "plane"]),
        ("async", "get", (1, 16, 64, 256), every),
        ("sync", "dict", (200, 1000), ["shipped", "plane"]),
        ("async", "dict", (200, 1000), batch),
        ("sync", "numpy", (5000,), ["shipped", "plane", RIVAL]),
    ]
    return {Workload(Family(mode, kind, neighbour=False), size): names for mode, kind, sizes, names in plan for size in sizes}


def session(client: Any, plane: Any) -> Session[Any]:
    """The ways of a variant."""
    none = Impossible("not measured here")
    if plane is None:
        ways = (client.get, client.batch_read, lambda keys: client.batch_read(keys, _dtype=records.DTYPE))
    else:
        ways = (plane.get, plane.batch_read, lambda keys: plane.batch_read(keys, dtype=records.DTYPE))
    get, to_dict, to_numpy = ways
    return Session(
        get=Way(get, attrgetter("bins")),
        put=Way(client.put, same),
        to_dict=Way(to_dict, same),
        to_numpy=Way(to_numpy, attrgetter("batch_records")),
        to_numpy_later=none,
        scan=none,
        close=client.close,
    )


class Sessions:
    """Connected clients, by mode and variant."""

    def __init__(self, hosts: Sequence[tuple[str, int]], namespace: str) -> None:
        self._hosts = hosts
        self._namespace = namespace
        self._open: dict[tuple[str, str], Session[Any]] = {}

    async def of(self, mode: str, name: str) -> Session[Any]:
        """The session, connected when it is first asked for."""
        if (mode, name) not in self._open:
            more, lines = VARIANTS[name]
            config = {"hosts": list(self._hosts), "max_conns_per_node": CONNECTIONS} | more
            client: Any
            if mode == "sync":
                client = aerospike_py.client(config).connect()
                plane = _plane(client, self._namespace, lines)
                if plane:
                    plane.open()
            else:
                client = await aerospike_py.async_client(config).connect()
                plane = _plane(client, self._namespace, lines)
                if plane:
                    await plane.open()
            self._open[mode, name] = session(client, plane)
        return self._open[mode, name]

    async def close(self) -> None:
        """Close all clients."""
        for (mode, _), opened in self._open.items():
            closing = opened.close()
            if mode == "async":
                await closing


def _plane(client: Any, namespace: str, lines: int | None) -> Any:
    if lines is None:
        return None
    if not hasattr(_aerospike, "_Plane"):
        raise SystemExit("this extension was built without the feature plane: see benches/plane/README.md")
    return _aerospike._Plane(client, namespace, lines)


async def verify(sessions: Sessions, namespace: str) -> None:
    """Every record by every way of the plane is what was written, and what the shipped path answers.

    Raises:
        records.WrongRecordError: It is not.
    """
    keys = [(namespace, records.READ_SET, number) for number in range(records.RECORDS)]
    missing = (namespace, records.READ_SET, -1)
    for name in (name for name, (_, lines) in VARIANTS.items() if lines):
        ours, shipped = await sessions.of("sync", name), await sessions.of("sync", "shipped")
        for key in (*keys[:100], (namespace, None, 1), missing, (namespace, records.READ_SET, "text"), (namespace, "", b"bytes")):
            _expect_equal(key, _outcome(ours.get.request, key), _outcome(shipped.get.request, key))
        beside = await sessions.of("async", name)
        for start in range(0, records.RECORDS, 1000):
            found = await asyncio.gather(*(beside.get.request(key) for key in keys[start : start + 1000]))
            records.verify_each(range(start, start + 1000), [record.bins for record in found])
        for start in range(0, records.RECORDS, 5000):
            some, numbers = keys[start : start + 5000], range(start, start + 5000)
            records.verify_dict(numbers, ours.to_dict.request(some))
            records.verify_dict(numbers, await beside.to_dict.request(some))
            records.verify_array(numbers, ours.to_numpy.request(some).batch_records)
            records.verify_array(numbers, (await beside.to_numpy.request(some)).batch_records)
        for some in ([missing, *keys[:3], missing, *keys[5:8]], [(namespace, "other", 1), *keys[:2]], []):
            _expect_equal(some, dict(ours.to_dict.request(some)), dict(shipped.to_dict.request(some)))
            mine, theirs = ours.to_numpy.request(some), shipped.to_numpy.request(some)
            for part in ("batch_records", "meta", "result_codes"):
                _expect_equal(some, getattr(mine, part).tolist(), getattr(theirs, part).tolist())


def _outcome(call: Callable[[Any], Any], argument: Any) -> Any:
    try:
        return call(argument)
    except aerospike_py.AerospikeError as error:
        return type(error), error.code


def _expect_equal(asked: Any, found: Any, expected: Any) -> None:
    if found != expected:
        raise records.WrongRecordError(f"{asked}: the plane answers {found}, the shipped path {expected}")


async def measure(
    workload: Workload, names: Sequence[str], sessions: Sessions, rival: Driver | None, namespace: str, rounds: int, bounds: Bounds
) -> dict[str, list[Run]]:
    """Run a workload with its variants, in rounds that take turns; the first is not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    tasks = {name: _task(await sessions.of(workload.family.mode, name), workload, namespace) for name in names if name != RIVAL}
    if rival:
        await rival.verify()
    for turn in range(-1, rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            if name == RIVAL and rival:
                run = await rival.run(bounds)
            elif workload.family.mode == "sync":
                run = run_sync(tasks[name], workload.callers, bounds, neighbour=False)
            else:
                run = await run_async(tasks[name], workload.callers, bounds, neighbour=False)
            if turn >= 0:
                runs[name].append(run)
    return runs


def _task(opened: Session[Any], workload: Workload, namespace: str) -> Task:
    made = task(opened, workload, namespace)
    if isinstance(made, Impossible):
        raise TypeError(made.reason)
    return made


def table(workload: Workload, runs: dict[str, list[Run]]) -> str:
    """The figures of a workload, as lines of a table in Markdown."""
    base = runs["shipped"]
    lines = []
    for name, own in runs.items():

        def ratio(figure: Callable[[Run], float], own: list[Run] = own) -> float:
            return median(figure(run) / figure(other) for run, other in zip(own, base, strict=True))

        lines.append(
            f"| {workload} | {name} | {_short(median(_per_second(run) for run in own))} | {ratio(_per_second):.2f} "
            f"| {_short(1e6 * median(run.p50 for run in own))} | {_short(1e6 * median(run.p99 for run in own))} "
            f"| {_short(1e6 * median(map(_cpu, own)))} | {_short(1e6 * min(map(_cpu, own)))} | {ratio(_cpu):.2f} |"
        )
    return "\n".join(lines)


HEAD = """\
| workload | variant | per second | × shipped | p50 µs | p99 µs | CPU µs | least | × shipped |
|---|---|---|---|---|---|---|---|---|"""


def _per_second(run: Run) -> float:
    return run.requests / run.elapsed


def _cpu(run: Run) -> float:
    return run.cpu / run.requests


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def system_calls(workload: Workload, name: str, hosts: Sequence[tuple[str, int]], namespace: str) -> float | None:
    """System calls of the whole process per request, the difference of two runs under strace; None without strace.

    Only of one caller: strace makes every call so slow that the requests of several no longer meet.
    """
    requests = 40 if workload.family.kind in {"dict", "numpy"} else 4000

    def count(requests: int) -> int:
        with tempfile.NamedTemporaryFile("r") as file:
            child = {"hosts": list(hosts), "namespace": namespace, "workload": workload, "variant": name, "requests": requests}
            command = ["strace", "-f", "-c", "-o", file.name, sys.executable, __file__, "--child", json.dumps(child)]
            subprocess.run(command, check=True, timeout=300)
            total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", file.read(), re.MULTILINE)
            if total is None:
                raise ValueError("strace wrote no total")
            return int(total[1])

    try:
        return (count(2 * requests) - count(requests)) / requests
    except FileNotFoundError:
        return None


async def child(said: dict[str, Any]) -> None:
    """Make so many requests of a variant, for strace and perf."""
    family, size = said["workload"]
    workload = Workload(Family(*family), size)
    sessions = Sessions([(host, port) for host, port in said["hosts"]], said["namespace"])
    work = _task(await sessions.of(workload.family.mode, said["variant"]), workload, said["namespace"])
    bounds = Bounds(600.0, said["requests"])
    if workload.family.mode == "sync":
        run_sync(work, workload.callers, bounds, neighbour=False)
    else:
        await run_async(work, workload.callers, bounds, neighbour=False)
    await sessions.close()


async def compare(arguments: argparse.Namespace) -> None:
    """Measure what was asked for."""
    rounds, bounds = (3, Bounds(0.2, 200_000)) if arguments.quick else (arguments.rounds, Bounds(arguments.seconds, 200_000))
    namespace, everything = arguments.namespace, {}
    async with AsyncExitStack() as stack:
        hosts = arguments.hosts or await stack.enter_async_context(embedded_server(namespace))
        sessions = Sessions(hosts, namespace)
        stack.push_async_callback(sessions.close)
        put = (await sessions.of("sync", "shipped")).put.request
        for number in range(records.RECORDS):
            put((namespace, records.READ_SET, number), records.bins(number))
        await verify(sessions, namespace)
        print("every record, by every way of the plane, is what was written\n")
        print(HEAD, flush=True)
        for workload, all_names in shapes().items():
            if not arguments.only.search(str(workload)):
                continue
            rival = await _rival(workload, hosts, namespace) if RIVAL in all_names else None
            names = [name for name in all_names if name != RIVAL or rival]
            try:
                runs = await measure(workload, names, sessions, rival, namespace, rounds, bounds)
            finally:
                if rival:
                    await rival.stop()
            print(table(workload, runs), flush=True)
            everything[str(workload)] = {name: [asdict(run) for run in own] for name, own in runs.items()}
        if arguments.system_calls:
            print("\n| workload | variant | system calls a request |\n|---|---|---|")
            for workload, names in shapes().items():
                if workload.callers > 1 or not arguments.only.search(str(workload)):
                    continue
                for name in names:
                    if name != RIVAL:
                        calls = await asyncio.to_thread(system_calls, workload, name, hosts, namespace)
                        print(f"| {workload} | {name} | {'no strace' if calls is None else f'{calls:.2f}'} |", flush=True)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(everything, indent=1))


async def _rival(workload: Workload, hosts: Sequence[tuple[str, int]], namespace: str) -> Driver | None:
    client = next(client for client in CLIENTS if client.title == RIVAL)
    if not client.python.exists():
        print(f"{RIVAL} is not installed: left out (make {client.python.parent.parent.relative_to(Path.cwd())}/.done)", file=sys.stderr)
        return None
    driver = await Driver.start(client)
    await driver.open(Opening(client.name, hosts, namespace, CONNECTIONS, uvloop=False, workload=workload))
    return driver


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=lambda text: [address(host) for host in text.split(",")], help="a running cluster")
    parser.add_argument("--namespace", default="test", help="(default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=9, help="(default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="of a run (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.2 s")
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="a regular expression on the workloads' names")
    parser.add_argument("--system-calls", action="store_true", help="count them too, with strace")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    asyncio.run(child(arguments.child) if arguments.child else compare(arguments))


if __name__ == "__main__":
    main()
