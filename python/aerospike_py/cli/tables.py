"""Tables in files, a part at a time: Parquet, CSV, Arrow and JSON lines, read and written by pyarrow."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: By the end of a file's name.
FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


class FileError(ValueError):
    """A file, or what was said of it, is wrong: there is no sense in trying again."""


class BrokenFileError(OSError):
    """A file cannot be read to its end."""


def arrow() -> Any:
    """pyarrow, or an ImportError that says how to get it."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise ImportError('pyarrow is not installed and load and export need it: pip install "aerospike-py[arrow]"') from error
    return pa


def add_to(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Declare the options that say what a file is."""
    parser.add_argument("file", type=Path, metavar="FILE", help=purpose)
    parser.add_argument("--format", choices=sorted(set(FORMATS.values())), help="what the file is (default: what its name says)")
    parser.add_argument(
        "--type",
        type=_typed,
        action="append",
        default=[],
        dest="types",
        metavar="COLUMN=TYPE",
        help="a column's type, as id=int64, name=string, when=timestamp[us]; may be given several times (default: what the values are)",
    )


def _typed(text: str) -> tuple[str, str]:
    name, equals, kind = text.partition("=")
    if not (name and equals and kind):
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMN=TYPE")
    return name, kind


def format_of(path: Path, said: str | None) -> str:
    """What a file is."""
    found = said or FORMATS.get(path.suffix.lower())
    if found is None:
        raise FileError(f"{path}: its name does not say what it is: say --format ({', '.join(sorted(set(FORMATS.values())))})")
    return found


def types_of(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The types that were said, as those of pyarrow."""
    pa = arrow()
    types = {}
    for name, kind in pairs:
        try:
            types[name] = pa.type_for_alias(kind)
        except ValueError:
            raise FileError(f"--type {name}={kind}: {kind} is no type") from None
    return types


class Table:
    """A table in a file, read from its start."""

    def __init__(self, path: Path, kind: str, types: dict[str, Any], rows: int) -> None:
        """Open it; `rows` is how many rows a part has at most."""
        self.path = path
        self._types = types
        self._rows = rows
        with self._reading():
            #: How many rows there are, if that is known before they are read.
            self.total: int | None
            self.schema, self.total, self._batches = getattr(self, f"_open_{kind}")()
        if missing := [name for name in types if name not in self.schema.names]:
            raise FileError(f"{path}: there is no column {missing[0]!r}, there are {', '.join(self.schema.names)}")
        self.schema = arrow().schema([field.with_type(types.get(field.name, field.type)) for field in self.schema])

    def parts(self, skip: int) -> Iterator[Any]:
        """The rows after the first `skip`, as tables of one batch."""
        pa = arrow()
        read = 0
        batches = iter(self._batches)
        while True:
            with self._reading():
                batch = next(batches, None)
                if batch is None:
                    return
                part = pa.Table.from_batches([batch])
            before, read = read, read + part.num_rows
            for start in range(max(0, skip - before), part.num_rows, self._rows):
                yield self._cast(part.slice(start, self._rows), before + start)

    def _cast(self, part: Any, row: int) -> Any:
        if part.schema.equals(self.schema):
            return part
        pa = arrow()
        columns = []
        for field in self.schema:
            try:
                columns.append(part[field.name].cast(field.type))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                rows = f"rows {row} to {row + part.num_rows - 1}"
                raise FileError(f"{self.path}: column {field.name!r} of {rows}: {error}") from None
        return pa.table(columns, schema=self.schema)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        pa = arrow()
        try:
            yield
        except (pa.ArrowException, OSError, EOFError) as error:
            raise BrokenFileError(f"{self.path}: {error}") from error

    def _open_parquet(self) -> tuple[Any, int, Iterator[Any]]:
        import pyarrow.parquet as pq

        file = pq.ParquetFile(self.path)
        return file.schema_arrow, file.metadata.num_rows, file.iter_batches(self._rows)

    def _open_csv(self) -> tuple[Any, None, Iterator[Any]]:
        from pyarrow import csv

        reader = csv.open_csv(self.path, convert_options=csv.ConvertOptions(column_types=self._types, strings_can_be_null=True))
        return reader.schema, None, reader

    def _open_jsonl(self) -> tuple[Any, None, Iterator[Any]]:
        from pyarrow import json as lines

        schema = arrow().schema(list(self._types.items())) if self._types else None
        reader = lines.open_json(self.path, parse_options=lines.ParseOptions(explicit_schema=schema))
        return reader.schema, None, reader

    def _open_arrow(self) -> tuple[Any, int | None, Iterator[Any]]:
        pa = arrow()
        source = pa.memory_map(str(self.path))
        try:
            reader = pa.ipc.open_file(source)
        except pa.ArrowInvalid:
            source.seek(0)
            stream = pa.ipc.open_stream(source)
            return stream.schema, None, stream
        total = sum(reader.get_batch(index).num_rows for index in range(reader.num_record_batches))
        return reader.schema, total, (reader.get_batch(index) for index in range(reader.num_record_batches))


class JsonLines:
    """Writes JSON lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, table: Any) -> None:
        """Write the rows of a table."""
        for row in table.to_pylist(maps_as_pydicts="strict"):
            self._file.write(json_line(row))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def json_line(row: dict[str, Any]) -> str:
    """A row as a line; what JSON has not is text: bytes in base64, dates and times as ISO 8601 has them."""
    return json.dumps(row, ensure_ascii=False, default=_text) + "\n"


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def writer(path: Path, kind: str, schema: Any) -> Any:
    """Something with `write(table)` and `close()`."""
    if kind == "parquet":
        import pyarrow.parquet as pq

        return pq.ParquetWriter(path, schema)
    if kind == "csv":
        from pyarrow import csv

        return csv.CSVWriter(path, schema)
    if kind == "arrow":
        return arrow().ipc.new_file(str(path), schema)
    return JsonLines(path)
