"""The processes of a comparison: a server, and a driver for each client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from .clients import Hosts
from .driver import Opening
from .runs import Bounds
from .workloads import Run

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent

#: Seconds to connect and to load the records in, and what a run may take beyond what it is told to.
PATIENCE = 30.0


class FailedError(Exception):
    """A process did not do what it was asked to: the text says what it said."""


@dataclass(frozen=True)
class Client:
    """A client to compare, and where it is installed."""

    #: What `--clients` calls it; the name of its module in `compare.clients`.
    name: str
    #: What the report calls it.
    title: str
    #: What is imported, and what is installed.
    module: str
    distribution: str
    #: Its virtual environment under `.cache/rivals`; None for this client, which runs where `compare.py` does.
    rival: str | None = None
    #: What the report says about how it is used.
    note: str = ""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return ROOT / ".cache" / "rivals" / self.rival / "bin" / "python" if self.rival else Path(sys.executable)

    @property
    def environment(self) -> Mapping[str, str]:
        """Its environment variables."""
        environment = os.environ | {"AEROSPIKE_NO_UVLOOP": "1"}
        if self.rival:
            # It may lead to this client, which has the import name of a rival.
            environment.pop("PYTHONPATH", None)
        return environment


CLIENTS = [
    Client("ours", "this client", "aerospike_py", "aerospike-py"),
    Client(
        "official",
        "aerospike",
        "aerospike",
        "aerospike",
        "aerospike",
        "it has no asyncio: its async figures are those of calls in a pool of 32 threads, as with asyncio.to_thread",
    ),
    Client("native", "aerospike-native", "aerospike_native", "aerospike_native", "aerospike-native"),
    Client("py014", "aerospike-py 0.14", "aerospike_py", "aerospike-py", "aerospike-py-014"),
]


class Driver:
    """A client in a process of its own, ready for timed runs of a workload."""

    def __init__(self, process: asyncio.subprocess.Process, errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    @classmethod
    async def start(cls, client: Client) -> Driver:
        """Start its process."""
        errors = TemporaryFile()  # noqa: SIM115  # `stop` closes it
        try:
            process = await asyncio.create_subprocess_exec(
                client.python,
                *("-m", "compare.driver"),
                cwd=BENCHES,
                env=client.environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            errors.close()
            raise FailedError(f"{client.python} does not start: {error}") from error
        return cls(process, errors)

    async def open(self, opening: Opening) -> str | None:
        """Connect. Returns why the client cannot do the workload, None if it can."""
        reason: str | None = (await self._ask({"open": asdict(opening)}, PATIENCE)).get("impossible")
        return reason

    async def load(self, scanned: int) -> None:
        """Write the records, `scanned` of them for scans."""
        await self._ask({"load": scanned}, PATIENCE + scanned / 1000)

    async def verify(self) -> None:
        """Make one request and check everything about its reply."""
        await self._ask({"verify": True}, PATIENCE)

    async def run(self, bounds: Bounds) -> Run:
        """Make a timed run."""
        return Run(**(await self._ask({"run": asdict(bounds)}, bounds.seconds + PATIENCE))["run"])

    async def _ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise FailedError("it has no pipes")
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
        except (TimeoutError, asyncio.TimeoutError):
            raise FailedError(f"no answer within {seconds:g} s{self._said()}") from None
        if not line:
            raise FailedError(f"it ended with code {await self._process.wait()}{self._said()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise FailedError(answer["error"])
        return answer

    def _said(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        return f": {lines[-1]}" if lines else ""

    async def stop(self) -> None:
        """Close the client and end its process."""
        if self._process.stdin:
            self._process.stdin.close()
        await _end(self._process)
        self._errors.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), PATIENCE / 3)
    except (TimeoutError, asyncio.TimeoutError):
        process.kill()
        await process.wait()


@asynccontextmanager
async def embedded_server(namespace: str) -> AsyncIterator[Hosts]:
    """Run the embedded server in a process of its own; gives its addresses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "aerospike_py", "serve", "--port", "0", "--namespace", namespace),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield await asyncio.wait_for(_addresses(process), PATIENCE)
    finally:
        process.terminate()
        await _end(process)


async def _addresses(process: asyncio.subprocess.Process) -> Hosts:
    found: list[tuple[str, int]] = []
    while process.stdout and (line := (await process.stdout.readline()).decode().strip()) != "ready":
        if not line:
            raise FailedError("the embedded server did not start")
        if line.startswith("listening on "):
            found.append(address(line.removeprefix("listening on ")))
    return found


def address(text: str) -> tuple[str, int]:
    """From `host:port`; a host alone means port 3000."""
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "3000")
    return host, int(port)
