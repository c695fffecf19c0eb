"""This client."""

from __future__ import annotations

from collections.abc import Awaitable
from operator import attrgetter
from typing import Any

import aerospike_py
from compare.records import DTYPE

from . import Hosts, Keys, Scan, Session, Way, same


def _config(hosts: Hosts, connections: int) -> dict[str, Any]:
    return {"hosts": list(hosts), "max_conns_per_node": connections}


def _session(client: Any) -> Session[Any]:
    def columns(keys: Keys) -> Any:
        return client.batch_read(keys, _dtype=DTYPE)

    return Session(
        get=Way(client.get, attrgetter("bins")),
        put=Way(client.put, same),
        to_dict=Way(client.batch_read, same),
        to_numpy=Way(columns, attrgetter("batch_records")),
        to_numpy_later=Way(lambda keys: client.batch_read(keys, lazy=True), lambda records: records.to_numpy(DTYPE).batch_records),
        scan=Scan(lambda namespace, name: client.scan(namespace, name).to_arrow(), same),
        close=client.close,
    )


def sync_ways(hosts: Hosts, connections: int) -> Session[None]:
    """Connect a synchronous client."""
    return _session(aerospike_py.client(_config(hosts, connections)).connect())


async def async_ways(hosts: Hosts, connections: int) -> Session[Awaitable[None]]:
    """Connect an asynchronous client."""
    return _session(await aerospike_py.async_client(_config(hosts, connections)).connect())
