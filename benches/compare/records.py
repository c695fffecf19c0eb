"""The records that every client writes and reads: number i has the bins of `bins(i)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

RECORDS = 10_000
#: Read only, so that every client reads the same.
READ_SET = "read"
#: The same for scans.
SCANNED_SET = "scanned"
#: Where puts go.
WRITTEN_SET = "written"

#: The fields of the NumPy workloads: all bins.
DTYPE = [("id", "i8"), ("count", "i8"), ("score", "f8"), ("name", "S32"), ("data", "V32")]

Key = tuple[str, str, int]


class WrongRecordError(Exception):
    """What was read is not what was written."""


def bins(number: int) -> dict[str, Any]:
    """Two integers, a float, a string and a blob of 32 bytes each."""
    return {
        "id": number,
        "count": number * 1_000_003,
        "score": number / 7,
        "name": f"user-{number:027d}",
        "data": number.to_bytes(4, "big") * 8,
    }


def numbers(caller: int) -> Iterator[int]:
    """What one of several callers asks for: all records for ever, from a place of its own in steps that visit each."""
    return (step * 7919 % RECORDS for step in count(caller * 613))


def ranges(size: int, caller: int) -> Iterator[range]:
    """The same for batches."""
    return (range(start, start + size) for start in (step * size % (RECORDS - size + 1) for step in count(caller * 613)))


# Checks on every reply of a run: cheap, so that it is the client that is measured.


def check(number: int, found: Mapping[str, Any]) -> None:
    """The bins are those of the record."""
    if found["id"] != number:
        raise WrongRecordError(f"asked for record {number} and got {found}")


def check_none(_: int, reply: object) -> None:
    """A write answers nothing."""
    if reply is not None:
        raise WrongRecordError(f"a put answered {reply!r}")


def check_each(asked: Sequence[int], found: Sequence[Mapping[str, Any]]) -> None:
    """Each record is the one asked for."""
    for number, record in zip(asked, found, strict=True):
        check(number, record)


def check_dict(asked: Sequence[int], found: Mapping[int, Mapping[str, Any]]) -> None:
    """All records are there, the last is the right one."""
    if len(found) != len(asked):
        raise WrongRecordError(f"asked for {len(asked)} records and got {len(found)}")
    check(asked[-1], found[asked[-1]])


def check_array(asked: Sequence[int], found: Any) -> None:
    """All rows are there, the last is the right one."""
    if len(found) != len(asked) or found[-1]["id"] != asked[-1]:
        raise WrongRecordError(f"asked for {len(asked)} records and got {found}")


def check_scan(asked: int, found: Any) -> None:
    """All records are there."""
    if len(found) != asked:
        raise WrongRecordError(f"asked for {asked} records and got {len(found)}")


# Complete checks, made once before the first run.


def verify(number: int, found: Mapping[str, Any], written: Mapping[str, Any] | None = None) -> None:
    """Every bin is what was written."""
    expected = bins(number) if written is None else written
    if dict(found) != expected:
        raise WrongRecordError(f"record {number} was written as {expected} and read as {found}")


def verify_each(asked: Sequence[int], found: Sequence[Mapping[str, Any]]) -> None:
    """Every bin of every record is what was written."""
    for number, record in zip(asked, found, strict=True):
        verify(number, record)


def verify_dict(asked: Sequence[int], found: Mapping[int, Mapping[str, Any]]) -> None:
    """The same of a dict from user keys."""
    verify_each(asked, [found[number] for number in asked])


def verify_array(asked: Sequence[int], found: Any) -> None:
    """The same of a structured array."""
    verify_each(asked, [{**dict(zip(row.dtype.names, row.item(), strict=True)), "name": row["name"].decode()} for row in found])


def verify_scan(asked: int, found: Any) -> None:
    """Every bin of every record of an Arrow table, of which this client has a package, or of a list of bins is what was written."""
    batches = (batch.to_pylist() for batch in found.to_pyarrow().to_batches()) if hasattr(found, "to_pyarrow") else [found]
    seen = set()
    for batch in batches:
        for row in batch:
            verify(row["id"], row)
            seen.add(row["id"])
    if seen != set(range(asked)):
        raise WrongRecordError(f"asked for {asked} records and got {len(seen)}")
