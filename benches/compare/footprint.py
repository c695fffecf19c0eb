"""What it costs to have a client at all: the time its import takes, and its size."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from statistics import median

from .processes import BENCHES, Client, FailedError

_IMPORT = "import time; started = time.perf_counter(); import {module}; print(time.perf_counter() - started)"


@dataclass(frozen=True)
class Footprint:
    """Of an installed client, without what it depends on. Sizes are in bytes, times in seconds."""

    version: str
    #: The median of fresh processes.
    import_time: float
    installed: int
    #: As the files of a wheel are compressed.
    compressed: int


async def footprints(clients: Sequence[Client], rounds: int) -> dict[str, Footprint | FailedError]:
    """Measure all of them, imports in turns."""
    times: dict[str, list[float]] = {client.name: [] for client in clients}
    found: dict[str, Footprint | FailedError] = {}
    for _ in range(rounds + 1):
        for client in clients:
            if client.name not in found:
                try:
                    times[client.name].append(float(await _output(client, "-c", _IMPORT.format(module=client.module))))
                except FailedError as error:
                    found[client.name] = error
    for client in clients:
        if client.name not in found:
            try:
                installed = json.loads(await _output(client, "-m", "compare.footprint", client.module, client.distribution))
            except FailedError as error:
                found[client.name] = error
            else:
                # The first import may have found its files on no cache.
                found[client.name] = Footprint(import_time=median(times[client.name][1:]), **installed)
    return found


async def _output(client: Client, *arguments: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            client.python,
            *arguments,
            cwd=BENCHES,
            env=client.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise FailedError(f"{client.python} does not start: {error}") from error
    output, errors = await process.communicate()
    if process.returncode:
        raise FailedError(errors.decode(errors="replace").strip().rpartition("\n")[2])
    return output.decode()


def _files(module: str, distribution: str) -> list[Path]:
    """The files of a client, without what Python compiled from them."""
    package = Path(import_module(module).__file__ or "")
    try:
        listed = [Path(str(file.locate())) for file in metadata.files(distribution) or []]
    except metadata.PackageNotFoundError:
        listed = []
    if package not in listed:
        # Installed as a link to its source.
        listed = list(package.parent.rglob("*"))
    return [file for file in listed if file.is_file() and file.suffix != ".pyc"]


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "here"


def main() -> None:
    """Say what is installed here."""
    module, distribution = sys.argv[1:]
    contents = [file.read_bytes() for file in _files(module, distribution)]
    installed = {
        "version": _version(distribution),
        "installed": sum(map(len, contents)),
        "compressed": sum(len(zlib.compress(content)) for content in contents),
    }
    print(json.dumps(installed))


if __name__ == "__main__":
    main()
