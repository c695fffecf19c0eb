"""Transactions that are tried again: what `Client.run_in_transaction` and `AsyncClient.run_in_transaction` do."""

from __future__ import annotations

import asyncio
import inspect
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from .constants import TXN_STATE_ABORTED
from .exception import (
    AerospikeError,
    ArgumentTypeError,
    InvalidArgError,
    TransactionAlreadyLocked,
    TransactionBlocked,
    TransactionExpired,
    TransactionFailed,
    TransactionVersionMismatch,
)

if TYPE_CHECKING:
    from ._aerospike import AsyncClient, AsyncTransaction, Client, Transaction

T = TypeVar("T")

# Seconds: the first pause at most, and any.
_SHORT, _LONG = 0.01, 0.5
_CONFLICTS = (TransactionAlreadyLocked, TransactionBlocked, TransactionExpired, TransactionVersionMismatch)


def run(client: Client, work: Callable[[Transaction], T], timeout: int, attempts: int) -> T:
    """Do something in a transaction, again if it met a conflict."""
    _check(work, attempts)
    if inspect.iscoroutinefunction(work):
        raise ArgumentTypeError("the work is a coroutine function, which only AsyncClient.run_in_transaction awaits")
    for attempt in range(1, attempts + 1):
        transaction = client.transaction(timeout)
        try:
            with transaction:
                return work(transaction)
        except AerospikeError as error:
            if attempt == attempts or not _is_conflict(error, transaction):
                raise
        time.sleep(_pause(attempt))
    raise AssertionError("unreachable")


async def run_async(client: AsyncClient, work: Callable[[AsyncTransaction], Awaitable[T] | T], timeout: int, attempts: int) -> T:
    """Do something in a transaction, awaiting what it returns, again if it met a conflict."""
    _check(work, attempts)
    for attempt in range(1, attempts + 1):
        transaction = client.transaction(timeout)
        try:
            async with transaction:
                result = work(transaction)
                return await result if inspect.isawaitable(result) else result
        except AerospikeError as error:
            if attempt == attempts or not _is_conflict(error, transaction):
                raise
        await asyncio.sleep(_pause(attempt))
    raise AssertionError("unreachable")


def _check(work: object, attempts: object) -> None:
    if not callable(work):
        raise ArgumentTypeError(f"the work is a {type(work).__name__}, which cannot be called")
    if isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1:
        raise InvalidArgError(f"attempts {attempts!r} is not a positive int")


def _is_conflict(error: AerospikeError, transaction: Transaction | AsyncTransaction) -> bool:
    """Whether nothing was committed, and another attempt may do better."""
    if error.in_doubt:
        return False
    if isinstance(error, TransactionFailed):
        return transaction.state == TXN_STATE_ABORTED
    return isinstance(error, _CONFLICTS)


def _pause(attempt: int) -> float:
    """Full jitter, so that those who met do not meet again."""
    return random.uniform(0, min(_LONG, _SHORT * 2 ** (attempt - 1)))  # noqa: S311 (no secret)


__all__ = ["run", "run_async"]
