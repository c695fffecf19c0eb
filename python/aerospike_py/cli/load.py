"""`aerospike-py load`: write the rows of a file, a record each. Killed and started again it goes on where it was."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..exception import AerospikeError, InvalidArgError
from . import connection, tables
from .arguments import add_place, whole_number
from .progress import progress
from .resume import Progress, ResumeFile
from .tables import BrokenFileError, FileError, Table, json_line

if TYPE_CHECKING:
    from .. import Client
    from .arguments import Commands

EXISTS = {"upsert": 0, "update": 1, "replace": 2, "replace-only": 3, "create": 4}


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "load",
        help="write the rows of a file",
        description="Write the rows of a Parquet, CSV, Arrow or JSON lines file, a record per row and a bin per column; columns whose name "
        "begins with _ and nulls write none. Killed and started again with the same arguments it goes on where it was. Rows that "
        "cannot be written go to a file of their own, which can be loaded in turn. Exit code: 0, 1 if a row failed or the load could not "
        "be ended, 2 if an argument is wrong.",
    )
    tables.add_to(parser, "what to load")
    connection.add_to(parser, required=False)
    add_place(parser)
    parser.add_argument("--key", required=True, metavar="COLUMN", help="the column of the user keys")
    parser.add_argument(
        "--batch", type=whole_number(1, 5000), default=1000, metavar="N", help="rows that travel together (default: %(default)s)"
    )
    parser.add_argument(
        "--retry",
        type=whole_number(0, 1000),
        default=5,
        metavar="N",
        help="how often a row that failed for a passing reason is tried again (default: %(default)s)",
    )
    parser.add_argument(
        "--ttl", type=whole_number(0, 315_360_000), default=0, metavar="S", help="seconds the records live (default: the namespace's)"
    )
    parser.add_argument(
        "--exists", choices=EXISTS, default="upsert", help="what becomes of records that are there, or not (default: %(default)s)"
    )
    parser.add_argument("--send-key", action="store_true", help="let the servers keep the user keys")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="says how far the load is; removed at its end (default: FILE.resume)")
    parser.add_argument(
        "--mended", action="store_true", help="go on although the file has changed: rows that are written are the same still"
    )
    parser.add_argument(
        "--failed", type=Path, metavar="FILE", help="where rows go that cannot be written, as JSON lines (default: FILE.failed.jsonl)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Load the file."""
    source: Path = arguments.file
    kind = tables.format_of(source, arguments.format)
    table = Table(source, kind, tables.types_of(arguments.types), arguments.batch)
    what = {"format": kind, "namespace": arguments.namespace, "set": arguments.set, "key": arguments.key}
    resume = ResumeFile(arguments.resume or source.with_name(source.name + ".resume"), source, what)
    done = resume.read(mended=arguments.mended)
    failed = arguments.failed or source.with_name(source.name + ".failed.jsonl")
    if done.rows:
        print(f"going on after {done.rows:,} rows, {done.failed:,} of them failed ({resume.path})", flush=True)
    with connection.connect(arguments) as connected, FailedRows(failed, done) as failures:
        load = Load(connected, table, failures, resume, done, _way(arguments))
        try:
            load.run(source.name)
        except (BrokenFileError, FileError, AerospikeError):
            if not load.begun:
                raise
            print(f"{done.rows:,} rows are done: mend what is wrong and run the same command again, it goes on after them", flush=True)
            raise
    written = done.rows - done.failed
    print(f"{written:,} rows written, {done.failed:,} failed{f': see {failed}' if done.failed else ''}", flush=True)
    return int(done.failed > 0)


def _way(arguments: argparse.Namespace) -> dict[str, Any]:
    """The arguments of `write_arrow` beside the rows."""
    policy = {
        "total_timeout": arguments.timeout,
        "exists": EXISTS[arguments.exists],
        "ttl": arguments.ttl,
        "key": int(arguments.send_key),
    }
    return {"namespace": arguments.namespace, "set_name": arguments.set, "key": arguments.key, "policy": policy, "retry": arguments.retry}


class FailedRows:
    """The file of rows that could not be written; there is none as long as there is no such row."""

    def __init__(self, path: Path, done: Progress) -> None:
        """What a load that was killed had written after its last step is cut off."""
        self._path = path
        self._file: BinaryIO | None = None
        self._length = done.failed_bytes

    def __enter__(self) -> FailedRows:
        if self._path.exists() and self._length < self._path.stat().st_size:
            os.truncate(self._path, self._length)
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def add(self, rows: list[dict[str, Any]]) -> int:
        """Add rows; returns how long the file is when they are certain to be in it."""
        if rows:
            if self._file is None:
                self._file = self._path.open("ab")
            self._file.write("".join(map(json_line, rows)).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
            self._length = self._file.tell()
        return self._length


class Load:
    """A load under way."""

    def __init__(self, client: Client, table: Table, failures: FailedRows, resume: ResumeFile, done: Progress, way: dict[str, Any]) -> None:
        self._client, self._table, self._failures, self._resume, self._done, self._way = client, table, failures, resume, done, way
        #: Whether the schema is fine and rows have been sent.
        self.begun = False

    def run(self, name: str) -> None:
        """Write all that is left."""
        # Columns and types are refused before a row is sent.
        self._client.write_arrow(self._table.schema.empty_table(), **self._way)
        self.begun = True
        with progress() as bar:
            bar.begin(name, self._table.total)
            bar.advance(self._done.rows)
            for part in self._table.parts(self._done.rows):
                failed = self._write(part, self._done.rows)
                self._done.failed_bytes = self._failures.add(failed)
                self._done.rows += part.num_rows
                self._done.failed += len(failed)
                self._resume.write(self._done)
                bar.advance(part.num_rows)
            bar.finish()
        self._resume.remove()

    def _write(self, part: Any, row: int) -> list[dict[str, Any]]:
        """Write rows, of which the first is number `row`; returns those that failed."""
        try:
            result = self._client.write_arrow(part, **self._way)
        except (InvalidArgError, ValueError, TypeError, OverflowError) as error:
            # A row was refused before any was sent: it is found by halves.
            if part.num_rows == 1:
                reason = str(error).replace(" of row 0", "").replace("row 0 has", "the row has")
                return [_failed(part.to_pylist()[0], row, code=-1, reason=reason)]
            half = part.num_rows // 2
            return self._write(part.slice(0, half), row) + self._write(part.slice(half), row + half)
        return [
            _failed(part.slice(index, 1).to_pylist()[0], row + index, code=record.result, in_doubt=record.in_doubt)
            for index, record in enumerate(result.batch_records)
            if record.result != 0
        ]


def _failed(values: dict[str, Any], row: int, **why: Any) -> dict[str, Any]:
    """A row with why it failed, under names that are no bins when it is loaded again."""
    values = {name: value for name, value in values.items() if value is not None}
    return {**values, "_row": row, **{f"_{name}": value for name, value in why.items()}}
