"""The official client, `aerospike` 19.3. It has no asyncio: what its users do is call it in a pool of threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import Any

import aerospike

from . import Hosts, Impossible, Scan, Session, Way, same

NO_NUMPY = Impossible("aerospike has no results in NumPy arrays")
#: As many as asyncio's own pool has at most. More of them only wait for each other.
THREADS = 32

_bins = itemgetter(2)


def _connect(hosts: Hosts, connections: int) -> Any:
    return aerospike.client({"hosts": list(hosts), "max_conns_per_node": connections}).connect()


def _by_user_key(reply: Any) -> dict[Any, Any]:
    return {row.key[2]: row.record[2] for row in reply.batch_records if row.record is not None}


def _written(reply: int) -> None:
    # It answers 0.
    if reply != 0:
        raise ValueError(f"a put answered {reply!r}")


def _session(get: Any, put: Any, batch_read: Any, scan: Any, close: Any) -> Session[Any]:
    return Session(
        get=Way(get, _bins),
        put=Way(put, _written),
        to_dict=Way(batch_read, _by_user_key),
        to_numpy=NO_NUMPY,
        to_numpy_later=NO_NUMPY,
        scan=Scan(scan, same, lambda found: [record[2] for record in found]),
        close=close,
    )


def sync_ways(hosts: Hosts, connections: int) -> Session[None]:
    """Connect."""
    client = _connect(hosts, connections)
    return _session(client.get, client.put, client.batch_read, lambda *place: client.query(*place).results(), client.close)


async def async_ways(hosts: Hosts, connections: int) -> Session[Awaitable[None]]:
    """Connect, with threads that call."""
    loop = asyncio.get_running_loop()
    client = _connect(hosts, connections)
    pool = ThreadPoolExecutor(THREADS)

    def in_thread(call: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return lambda *arguments: loop.run_in_executor(pool, call, *arguments)

    async def close() -> None:
        client.close()
        pool.shutdown()

    scan = in_thread(lambda *place: client.query(*place).results())
    return _session(in_thread(client.get), in_thread(client.put), in_thread(client.batch_read), scan, close)
