"""A comparison: each workload with all clients, in rounds that take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from .clients import Hosts
from .driver import Opening
from .neighbour import Idle
from .processes import Client, Driver, FailedError
from .runs import Bounds
from .workloads import Family, Run, Workload


@dataclass(frozen=True)
class Settings:
    """How a comparison is made."""

    hosts: Hosts
    namespace: str
    #: How many connections a client may have to a node.
    connections: int
    uvloop: bool
    rounds: int
    bounds: Bounds
    #: How many records a scan reads; 0 where no workload is one.
    scanned: int = 0
    #: What the neighbour feels with nothing beside it; None where no workload has one.
    idle: Idle | None = None

    def opening(self, client: Client, workload: Workload) -> Opening:
        """What the client's driver is told first."""
        return Opening(client.name, self.hosts, self.namespace, self.connections, self.uvloop, workload)


@dataclass
class Outcome:
    """What came of a workload with a client: runs, in the order of the rounds, unless there is a reason why not."""

    runs: list[Run] = field(default_factory=list)
    impossible: str | None = None
    failed: str | None = None


async def load(clients: Sequence[Client], settings: Settings) -> None:
    """Write the records, with the first client that can."""
    failures = []
    for client in clients:
        failure = await _load(client, settings)
        if failure is None:
            return
        failures.append(f"{client.title}: {failure}")
    raise FailedError("no client can write the records: " + "; ".join(failures))


async def _load(client: Client, settings: Settings) -> FailedError | None:
    try:
        driver = await Driver.start(client)
        try:
            await driver.open(settings.opening(client, Workload(Family("sync", "get", neighbour=False), 1)))
            await driver.load(settings.scanned)
        finally:
            await driver.stop()
    except FailedError as error:
        return error
    return None


async def measure(workload: Workload, clients: Sequence[Client], settings: Settings) -> dict[str, Outcome]:
    """Run a workload with all clients. What goes wrong with one is in its outcome."""
    outcomes = {client.name: Outcome() for client in clients}
    drivers: dict[str, Driver] = {}

    async def attempt(name: str, step: Callable[[Driver], Coroutine[Any, Any, Any]]) -> Any:
        try:
            return await step(drivers[name])
        except FailedError as error:
            outcomes[name].failed = str(error)
            await drivers.pop(name).stop()
            return None

    async def start(client: Client) -> None:
        try:
            drivers[client.name] = await Driver.start(client)
        except FailedError as error:
            outcomes[client.name].failed = str(error)
            return
        outcomes[client.name].impossible = await attempt(client.name, lambda driver: driver.open(settings.opening(client, workload)))
        if outcomes[client.name].impossible:
            await drivers.pop(client.name).stop()

    try:
        await asyncio.gather(*map(start, clients))
        # In the order of the clients, not that in which they connected.
        names = [client.name for client in clients if client.name in drivers]
        for name in names:
            await attempt(name, lambda driver: driver.verify())
        # The first run opens connections and is not counted.
        for turn in range(-1, settings.rounds):
            for name in _rotated([name for name in names if name in drivers], turn):
                run = await attempt(name, lambda driver: driver.run(settings.bounds))
                if run and turn >= 0:
                    outcomes[name].runs.append(run)
    finally:
        await asyncio.gather(*(driver.stop() for driver in drivers.values()))
    return outcomes


def _rotated(names: list[str], turn: int) -> list[str]:
    first = turn % len(names) if names else 0
    return names[first:] + names[:first]
