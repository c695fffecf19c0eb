"""One way to call both clients, so that a test is written once and runs in both modes."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import itertools

import pytest

import aerospike_py

#: What an `AsyncClient` answers at once.
PLAIN = {"is_connected", "get_node_names", "batch_stream", "stats", "get_stats", "enable_metrics", "disable_metrics"}

#: What makes a query, and what goes on saying what it finds: at once in both modes.
QUERIES = {"query", "scan"}
CHAINED = {"select", "where", "add_ops", "apply", "resume"}


def failure_of(call):
    """What a call fails with: its type, its text and its attributes."""
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        call()
    return type(caught.value), str(caught.value), vars(caught.value)


class SyncCalls:
    """A `Client`, called as it is."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def __enter__(self):
        self.client.__enter__()
        return self

    def __exit__(self, *error):
        return self.client.__exit__(*error)


class AsyncCalls:
    """An `AsyncClient`, each call awaited in an event loop of its own.

    A call must not raise by itself: every error comes out of the await.
    """

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        method = getattr(self.client, name)
        if name in QUERIES:
            return lambda *args: AsyncQueryCalls(method(*args))
        return method if name in PLAIN or not callable(method) else functools.partial(self._call, method)

    @staticmethod
    def _call(method, *args, **kwargs):
        async def call():
            try:
                pending = method(*args, **kwargs)
            except aerospike_py.AerospikeError as error:
                raise AssertionError(f"raised by the call and not by its await: {error!r}") from error
            assert inspect.isawaitable(pending)
            return await pending

        return asyncio.run(call())

    def __enter__(self):
        self._call(self.client.__aenter__)
        return self

    def __exit__(self, *error):
        return self._call(self.client.__aexit__, *error)


class AsyncQueryCalls:
    """An `AsyncQuery`, or an `AsyncJob` it gave, each call awaited in an event loop of its own."""

    def __init__(self, query):
        self.query = query

    def __getattr__(self, name):
        method = getattr(self.query, name)
        if name in CHAINED:
            return lambda *args, **kwargs: AsyncQueryCalls(method(*args, **kwargs))
        if name in {"records", "pages", "arrow_batches"} or not callable(method):
            return method
        if name == "execute_background":
            return lambda *args: AsyncQueryCalls(AsyncCalls._call(method, *args))
        return functools.partial(AsyncCalls._call, method)

    def __aiter__(self):
        return self.query.__aiter__()


def take(source, count=None):
    """The next `count` items of a query or of an iterator, or all of them, in either mode."""
    if hasattr(source, "__iter__"):
        return list(itertools.islice(source, count))

    async def collect():
        items = []
        if count == 0:
            return items
        async for item in source:
            items.append(item)
            if len(items) == count:
                break
        return items

    return asyncio.run(collect())


def make_calls(mode, config):
    """A client of either mode, not connected."""
    if mode == "sync":
        return SyncCalls(aerospike_py.client(config))
    return AsyncCalls(aerospike_py.async_client(config))


@contextlib.contextmanager
def connecting(mode, **usual):
    """Makes connected clients, whose arguments win over what is usual; closes them at the end."""
    with contextlib.ExitStack() as clients:
        yield lambda **config: clients.enter_context(make_calls(mode, {**usual, **config}))
