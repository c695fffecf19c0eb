"""`aerospike-py export`: the records of a set into a file, in bounded memory."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import connection, tables
from .arguments import add_place, whole_number
from .progress import Progress, progress
from .tables import FileError

if TYPE_CHECKING:
    from .arguments import Commands


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "export",
        help="write the records of a set into a file",
        description="Write the records of a set into a Parquet, CSV, Arrow or JSON lines file, a row per record and a column per bin. The "
        "file is there when it is complete: until then its name ends in .part.",
    )
    tables.add_to(parser, "where to write")
    connection.add_to(parser, required=False)
    add_place(parser)
    parser.add_argument(
        "--meta",
        action="append",
        default=[],
        choices=["key", "set", "digest", "gen", "ttl"],
        help="a column beside the bins, named _key and so on; may be given several times (default: none)",
    )
    parser.add_argument(
        "--batch", type=whole_number(1, 10_000_000), default=65_536, metavar="N", help="rows that are held at once (default: %(default)s)"
    )
    parser.add_argument("--only-typed", action="store_true", help="leave out bins that no --type names")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export the set."""
    path: Path = arguments.file
    kind = tables.format_of(path, arguments.format)
    types = tables.types_of(arguments.types)
    part = path.with_name(path.name + ".part")
    with connection.connect(arguments) as connected, progress() as bar:
        scan = connected.scan(arguments.namespace, arguments.set)
        batches = scan.arrow_batches(arguments.batch, types if arguments.only_typed else None, meta=arguments.meta)
        rows = _write(part, kind, types, (tables.arrow().table(batch) for batch in batches), bar)
    part.replace(path)
    print(f"{rows:,} records written to {path}", flush=True)
    return 0


def _write(path: Path, kind: str, types: dict[str, Any], batches: Iterator[Any], bar: Progress) -> int:
    pa = tables.arrow()
    rows = 0
    bar.begin(path.name.removesuffix(".part"), None)
    first = next(batches, None)
    first = pa.schema(types).empty_table() if first is None else _cast(first, types)
    try:
        writer = tables.writer(path, kind, first.schema)
        try:
            table = first
            while table is not None:
                writer.write(table)
                rows += table.num_rows
                bar.advance(table.num_rows)
                table = next(batches, None)
                table = None if table is None else _cast(table, types)
        finally:
            writer.close()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError) as error:
        raise FileError(f"a {kind} file cannot hold this: {error}; name a column's type with --type, or take another format") from error
    bar.finish()
    return rows


def _cast(table: Any, types: dict[str, Any]) -> Any:
    for name, kind in types.items():
        index = table.schema.get_field_index(name)
        if index >= 0 and table.schema.field(index).type != kind:
            table = table.set_column(index, name, table[name].cast(kind))
    return table
