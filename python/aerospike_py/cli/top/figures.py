"""What a node's statistics say, and how fast they change. A figure that a server does not give is None, and not 0.

Names: those of `statistics` and `namespace/NAME` of server 7 and later; what was called otherwise before has both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

READS = ("client_read_success", "client_read_not_found", "batch_sub_read_success", "batch_sub_read_not_found")
WRITES = ("client_write_success", "client_delete_success", "client_udf_complete", "batch_sub_write_success", "batch_sub_delete_success")
FAILURES = ("client_read_error", "client_read_timeout", "client_write_error", "client_write_timeout")
#: Where records and indexes are in memory; those of before server 7 say it in one.
MEMORY = ("index_used_bytes", "set_index_used_bytes", "sindex_used_bytes")
MEMORY_OF_DATA = "data_used_bytes"
MEMORY_BEFORE_7 = "memory_used_bytes"

Figures = Mapping[str, str]


def parse(text: str) -> dict[str, str]:
    """The answer to `statistics` or to `namespace/NAME`."""
    return {name: value for name, equals, value in (part.partition("=") for part in text.split(";")) if equals}


def whole(figures: Figures, name: str) -> int | None:
    """A figure that is a whole number."""
    text = figures.get(name, "")
    return int(text) if text.isdecimal() else None


def total(figures: Figures, names: Iterable[str]) -> int | None:
    """The sum of those figures there are."""
    found = [value for name in names if (value := whole(figures, name)) is not None]
    return sum(found) if found else None


def add(values: Iterable[int | None]) -> int | None:
    """The sum of those there are."""
    found = [value for value in values if value is not None]
    return sum(found) if found else None


def memory(figures: Figures) -> int | None:
    """Bytes in memory, of a namespace."""
    before_7 = whole(figures, MEMORY_BEFORE_7)
    if before_7 is not None:
        return before_7
    in_memory = figures.get("storage-engine") == "memory"
    return total(figures, (*MEMORY, MEMORY_OF_DATA) if in_memory else MEMORY)


@dataclass(frozen=True)
class NodeSample:
    """A node at a moment; one that did not answer has only a name and what happened.

    Attributes:
        name: Its name.
        address: Where the client reaches it.
        probe: Seconds that an info command took.
        trouble: What happened instead.
        server: Its `statistics`.
        namespaces: Its `namespace/NAME`, by name.
    """

    name: str
    address: str = ""
    probe: float | None = None
    trouble: str | None = None
    server: Figures = field(default_factory=dict)
    namespaces: Mapping[str, Figures] = field(default_factory=dict)

    def sum(self, names: Iterable[str]) -> int | None:
        """The sum of some figures over its namespaces."""
        wanted = tuple(names)
        return add(total(figures, wanted) for figures in self.namespaces.values())

    @property
    def memory(self) -> int | None:
        """Bytes in memory."""
        return add(memory(figures) for figures in self.namespaces.values())


@dataclass(frozen=True)
class Sample:
    """A cluster at a moment.

    Attributes:
        at: When, by `perf_counter`.
        nodes: The nodes by name.
    """

    at: float
    nodes: Mapping[str, NodeSample]

    def of_namespace(self, name: str) -> list[Figures]:
        """What the nodes say of a namespace."""
        return [node.namespaces[name] for node in self.nodes.values() if name in node.namespaces]

    @property
    def namespaces(self) -> list[str]:
        """The names of all namespaces."""
        return sorted({name for node in self.nodes.values() for name in node.namespaces})


def rate(now: int | None, before: int | None, seconds: float) -> float | None:
    """How much a figure grew per second; None if it is not known, or if the node has begun anew."""
    if now is None or before is None or now < before or seconds <= 0:
        return None
    return (now - before) / seconds
