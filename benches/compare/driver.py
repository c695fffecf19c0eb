"""A client in a process of its own, told what to do over a pipe: `python -m compare.driver`.

Requests and answers are JSON, one a line. The first request, `{"open": Opening}`, is answered with the client's version, or with why it cannot do the
workload. Then `{"load": N}` writes the records, N of them for scans, and `{"run": Bounds}` is answered with a `Run`. An answer `{"error": …}` says what went wrong and
ends the driver, as does the end of its input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Protocol, TextIO

from .clients import Hosts, Impossible, Session
from .runs import Bounds, run_async, run_sync
from .tasks import Task, load, task
from .workloads import Family, Run, Workload


@dataclass(frozen=True)
class Opening:
    """Which client is to do what, where."""

    client: str
    hosts: Hosts
    namespace: str
    #: How many a node may have.
    connections: int
    uvloop: bool
    workload: Workload

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Opening:
        """From what `asdict` made, which JSON turned into lists."""
        family, size = values["workload"]
        hosts = [(host, port) for host, port in values["hosts"]]
        return cls(**values | {"hosts": hosts, "workload": Workload(Family(*family), size)})


class Mode(Protocol):
    """A connected client, and how to wait for what it does."""

    session: Session[Any]

    def call(self, request: Callable[..., Any], *arguments: Any) -> Any:
        """Make one request and wait for its reply."""

    def run(self, task: Task, bounds: Bounds) -> Run:
        """Make a timed run."""

    def close(self) -> None:
        """Close the client."""


class SyncMode:
    """A client that blocks."""

    def __init__(self, opening: Opening) -> None:
        self._workload = opening.workload
        self.session: Session[Any] = _module(opening).sync_ways(opening.hosts, opening.connections)

    def call(self, request: Callable[..., Any], *arguments: Any) -> Any:
        """Call."""
        return request(*arguments)

    def run(self, task: Task, bounds: Bounds) -> Run:
        """Run in threads."""
        return run_sync(task, self._workload.callers, bounds, neighbour=self._workload.family.neighbour)

    def close(self) -> None:
        """Close the client."""
        self.session.close()


class AsyncMode:
    """A client on an event loop."""

    def __init__(self, opening: Opening) -> None:
        self._workload = opening.workload
        self._loop = _new_loop(uvloop=opening.uvloop)
        asyncio.set_event_loop(self._loop)
        self.session: Session[Any] = self.call(_module(opening).async_ways, opening.hosts, opening.connections)

    def call(self, request: Callable[..., Any], *arguments: Any) -> Any:
        """Call on the loop, and await."""

        async def inside() -> Any:
            return await request(*arguments)

        return self._loop.run_until_complete(inside())

    def run(self, task: Task, bounds: Bounds) -> Run:
        """Run on the loop."""
        return self._loop.run_until_complete(run_async(task, self._workload.callers, bounds, neighbour=self._workload.family.neighbour))

    def close(self) -> None:
        """Close the client and the loop."""
        self.call(self.session.close)
        self._loop.close()


def main() -> None:
    """Serve the process that started this one."""
    answers = _take_stdout()

    def answer(**values: Any) -> None:
        print(json.dumps(values), file=answers, flush=True)

    try:
        opening = Opening.from_json(json.loads(sys.stdin.readline())["open"])
        mode: Mode = SyncMode(opening) if opening.workload.family.mode == "sync" else AsyncMode(opening)
        work = task(mode.session, opening.workload, opening.namespace)
        if isinstance(work, Impossible):
            answer(impossible=work.reason)
        else:
            answer(opened=True)
            for line in sys.stdin:
                answer(**_serve(mode, opening, work, json.loads(line)))
        mode.close()
    except Exception as error:
        answer(error=f"{type(error).__name__}: {error}")
        raise


def _serve(mode: Mode, opening: Opening, work: Task, asked: dict[str, Any]) -> dict[str, Any]:
    if "load" in asked:
        load(mode.session, opening.namespace, mode.call, asked["load"])
        return {"loaded": True}
    if "verify" in asked:
        work.verify(mode.call)
        return {"verified": True}
    return {"run": asdict(mode.run(work, Bounds(**asked["run"])))}


def _take_stdout() -> TextIO:
    """Keep the pipe for answers: what a client prints goes to stderr."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def _module(opening: Opening) -> Any:
    return import_module(f"compare.clients.{opening.client}")


def _new_loop(*, uvloop: bool) -> asyncio.AbstractEventLoop:
    if not uvloop:
        return asyncio.SelectorEventLoop()
    import uvloop as fast

    loop: asyncio.AbstractEventLoop = fast.new_event_loop()
    return loop


if __name__ == "__main__":
    main()
