"""One way to call both clients, so that a test is written once and runs in both modes."""

from __future__ import annotations

import asyncio
import functools
import inspect

import aerospike_py

#: What an `AsyncClient` answers at once.
PLAIN = {"is_connected", "get_node_names"}


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
        return method if name in PLAIN or not callable(method) else functools.partial(self._call, method)

    def _call(self, method, *args, **kwargs):
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


def make_calls(mode, config):
    """A client of either mode, not connected."""
    if mode == "sync":
        return SyncCalls(aerospike_py.client(config))
    return AsyncCalls(aerospike_py.async_client(config))
