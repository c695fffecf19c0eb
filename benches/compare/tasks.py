"""What a caller of each kind of workload does again and again, with a connected client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from random import randrange
from typing import Any

from . import records
from .clients import Impossible, Session, Way
from .workloads import Workload

#: Makes one request and waits for its reply.
Call = Callable[..., Any]


@dataclass(frozen=True)
class Task:
    """Requests of one kind."""

    #: What a caller of that number asks for: numbers of records, or ranges of them.
    items: Callable[[int], Iterator[Any]]
    #: The request for an item; in async mode it returns something to await.
    request: Callable[[Any], Any]
    #: From its reply to what the user wants.
    read: Callable[[Any], Any]
    #: Raises if that is not what was asked for: quick, because it is made on every reply.
    check: Callable[[Any, Any], None]
    #: Makes a request and raises if anything of it is wrong: made before the first run.
    verify: Callable[[Call], None]
    #: How many requests an item is.
    requests: int = 1


def task(session: Session[Any], workload: Workload, namespace: str) -> Task | Impossible:
    """The task of a workload."""
    kind = workload.family.kind
    if kind == "put":
        return _put(session, namespace)
    if kind == "get":
        return _get(session, namespace)
    if kind == "gather":
        return _gather(session, namespace, workload.size)
    if kind == "scan":
        return _scan(session, namespace, workload.size)
    way = {"dict": session.to_dict, "numpy": session.to_numpy, "lazy": session.to_numpy_later}[kind]
    if isinstance(way, Impossible):
        return way
    checks = (records.check_dict, records.verify_dict) if kind == "dict" else (records.check_array, records.verify_array)
    return _batch(way, namespace, workload.size, *checks)


def load(session: Session[Any], namespace: str, call: Call, scanned: int) -> None:
    """Write all records that are read, `scanned` of them by scans."""
    for name, count in ((records.READ_SET, records.RECORDS), (records.SCANNED_SET, scanned)):
        for number in range(count):
            call(session.put.request, (namespace, name, number), records.bins(number))


def _get(session: Session[Any], namespace: str) -> Task:
    way = session.get

    def request(number: int) -> Any:
        return way.request((namespace, records.READ_SET, number))

    return Task(records.numbers, request, way.read, records.check, _verify(request, way, 1, records.verify))


def _put(session: Session[Any], namespace: str) -> Task:
    # Not what another client wrote.
    mark = randrange(1 << 62)  # noqa: S311
    written = [records.bins(number) | {"count": mark} for number in range(records.RECORDS)]

    def request(number: int) -> Any:
        return session.put.request((namespace, records.WRITTEN_SET, number), written[number])

    def verify(call: Call) -> None:
        session.put.read(call(request, 1))
        found = session.get.read(call(session.get.request, (namespace, records.WRITTEN_SET, 1)))
        records.verify(1, found, written[1])

    return Task(records.numbers, request, session.put.read, records.check_none, verify)


def _gather(session: Session[Any], namespace: str, size: int) -> Task:
    way = session.get

    def request(numbers: Sequence[int]) -> Any:
        return asyncio.gather(*[way.request((namespace, records.READ_SET, number)) for number in numbers])

    def read(replies: Sequence[Any]) -> list[Any]:
        return [way.read(reply) for reply in replies]

    verify = _verify(request, Way(request, read), range(size), records.verify_each)
    return Task(partial(records.ranges, size), request, read, records.check_each, verify, requests=size)


def _batch(way: Way, namespace: str, size: int, check: Callable[[Any, Any], None], verify: Callable[[Any, Any], None]) -> Task:
    def request(numbers: Sequence[int]) -> Any:
        return way.request([(namespace, records.READ_SET, number) for number in numbers])

    return Task(partial(records.ranges, size), request, way.read, check, _verify(request, way, range(size), verify))


def _scan(session: Session[Any], namespace: str, size: int) -> Task | Impossible:
    way = session.scan
    if isinstance(way, Impossible):
        return way

    def request(_: int) -> Any:
        return way.request(namespace, records.SCANNED_SET)

    verify = _verify(request, Way(request, way.rows or way.read), size, records.verify_scan)
    return Task(lambda _: repeat(size), request, way.read, records.check_scan, verify, requests=size)


def _verify(request: Callable[[Any], Any], way: Way, item: Any, verify: Callable[[Any, Any], None]) -> Callable[[Call], None]:
    return lambda call: verify(item, way.read(call(request, item)))
