"""What `Client.batch` does with each record: `Read`, `Write`, `Remove`, `Apply`.

client.batch([Read(key), Write(other, {"n": 1}, policy={"ttl": 60}), Remove(third)])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .types import Key, Operation


@dataclass(frozen=True)
class Read:
    """A read of one record.

    Args:
        key: ``(namespace, set, user key)``.
        bins: The bins to read. Default: None, all; empty reads key and metadata only.
        ops: Operations that read, in place of `bins`. Default: None.
        policy: What holds for this record: `filter_expression`, `read_touch_ttl_percent`. Default: None, what holds for the batch.
        into: A dataclass, a pydantic model or a msgspec struct to read the record into: `record.bins` is one. Default: None, a dict.
    """

    key: Key
    bins: Sequence[str] | None = None
    ops: Sequence[Operation] | None = None
    policy: Mapping[str, Any] | None = None
    into: type[Any] | None = None


@dataclass(frozen=True)
class Write:
    """A write of one record, or operations on it.

    Args:
        key: ``(namespace, set, user key)``.
        bins: The bins to write.
        ops: Operations, in place of `bins`.
        meta: The generation the record must have (`gen`), `ttl` in seconds, … Default: None.
        policy: What holds for this record: `exists`, `gen`, `ttl`, `key`, … Where both say it, it wins over `meta`. Default: None, what
            holds for the batch.
    """

    key: Key
    bins: Mapping[str, Any] | None = None
    ops: Sequence[Operation] | None = None
    meta: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Remove:
    """A removal of one record.

    Args:
        key: ``(namespace, set, user key)``.
        meta: The generation the record must have (`gen`), … Default: None.
        policy: What holds for this record; where both say it, it wins over `meta`. Default: None, what holds for the batch.
    """

    key: Key
    meta: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Apply:
    """A call of a function on one record; what it returns is in the bin ``"SUCCESS"`` of the result.

    Args:
        key: ``(namespace, set, user key)``.
        module: The module, without ``.lua``.
        function: The function.
        args: Its further arguments. Default: None, none.
        policy: What holds for this record: `ttl`, `filter_expression`, … Default: None, what holds for the batch.
    """

    key: Key
    module: str
    function: str
    args: Sequence[Any] | None = None
    policy: Mapping[str, Any] | None = None


__all__ = ["Apply", "Read", "Remove", "Write"]
