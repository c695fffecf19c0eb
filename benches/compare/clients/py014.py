"""aerospike-py 0.14, whose names this client has too: the differences are how it connects and what a batch answers."""

from __future__ import annotations

from collections.abc import Awaitable
from operator import attrgetter, methodcaller
from typing import Any

import aerospike_py
from compare.records import DTYPE

from . import Hosts, Scan, Session, Way, same


def _config(hosts: Hosts, connections: int) -> dict[str, Any]:
    return {"hosts": list(hosts), "max_conns_per_node": connections}


def _written(reply: tuple[()] | None) -> None:
    # The async client answers an empty tuple.
    if reply:
        raise ValueError(f"a put answered {reply!r}")


def _session(client: Any) -> Session[Any]:
    fields: Any = None

    def array(handle: Any) -> Any:
        nonlocal fields
        if fields is None:
            import numpy as np

            # It takes nothing but a real dtype.
            fields = np.dtype(DTYPE)
        return handle.to_numpy(fields).batch_records

    return Session(
        get=Way(client.get, attrgetter("bins")),
        put=Way(client.put, _written),
        to_dict=Way(client.batch_read, methodcaller("to_dict")),
        to_numpy=Way(client.batch_read, array),
        to_numpy_later=Way(client.batch_read, array),
        scan=Scan(lambda namespace, name: client.query(namespace, name).results(), same, lambda found: [record.bins for record in found]),
        close=client.close,
    )


def sync_ways(hosts: Hosts, connections: int) -> Session[None]:
    """Connect a synchronous client."""
    return _session(aerospike_py.client(_config(hosts, connections)).connect())


async def async_ways(hosts: Hosts, connections: int) -> Session[Awaitable[None]]:
    """Connect an asynchronous client."""
    client = aerospike_py.AsyncClient(_config(hosts, connections))
    await client.connect()
    return _session(client)
