"""The walk over a query's records that calls back: what `Query.foreach` and `AsyncQuery.foreach` do."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from .exception import ArgumentTypeError

if TYPE_CHECKING:
    from ._aerospike import AsyncQuery, Query
    from .types import Record


def foreach(query: Query, callback: Callable[[Record], bool | None], policy: Any) -> None:
    """Call back with each record, until it says False."""
    _check(callback)
    if inspect.iscoroutinefunction(callback):
        raise ArgumentTypeError("the callback is a coroutine function, which only AsyncQuery.foreach awaits")
    with query.records(policy) as records:
        for record in records:
            if callback(record) is False:
                return


async def foreach_async(query: AsyncQuery, callback: Callable[[Record], Awaitable[bool | None] | bool | None], policy: Any) -> None:
    """Call back with each record, awaiting what it returns, until that is False."""
    _check(callback)
    with query.records(policy) as records:
        async for record in records:
            answer = callback(record)
            if inspect.isawaitable(answer):
                answer = await answer
            if answer is False:
                return


def _check(callback: object) -> None:
    if not callable(callback):
        raise ArgumentTypeError(f"the callback is a {type(callback).__name__}, which cannot be called")
