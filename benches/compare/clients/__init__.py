"""The clients: a module for each, with what its users would write for a workload.

Each module has `sync_ways` and `async_ways`, which connect and return a `Session`. Both are given the number of connections a node may have,
the same for all clients; everything else is the client's default.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..records import Key

Reply = TypeVar("Reply")


@dataclass(frozen=True)
class Way:
    """How a client does one kind of request."""

    #: What its user calls. In async mode it returns something to await.
    request: Callable[..., Any]
    #: From its reply to what the user wants: the record's bins, a dict from user keys to bins, a structured array. Timed with the request.
    read: Callable[[Any], Any]


@dataclass(frozen=True)
class Scan(Way):
    """How a client reads a set; its reply has a length."""

    #: From its reply to the bins of each record, in any order, for the check before the first run; None if `read` gives what can be checked.
    rows: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Impossible:
    """A kind of request that a client cannot do, and why."""

    reason: str


@dataclass(frozen=True)
class Session(Generic[Reply]):
    """A connected client. `Reply` is what closing returns: None, or something to await."""

    #: Called with a key.
    get: Way
    #: Called with a key and bins.
    put: Way
    #: Called with a list of keys.
    to_dict: Way | Impossible
    to_numpy: Way | Impossible
    #: Called with a list of keys; the array is made when somebody asks for it.
    to_numpy_later: Way | Impossible
    #: Called with a namespace and a set: all of it, as this client has it where others make columns.
    scan: Scan | Impossible
    close: Callable[[], Reply]


#: Addresses of a cluster's nodes.
Hosts = Sequence[tuple[str, int]]
Keys = list[Key]
SyncWays = Callable[[Hosts, int], Session[None]]
AsyncWays = Callable[[Hosts, int], Awaitable[Session[Awaitable[None]]]]


def same(reply: Any) -> Any:
    """The reply is what the user wants."""
    return reply
