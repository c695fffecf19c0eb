"""aerospike-native 1.0: it has keys of its own, and bins that are made when asked for."""

from __future__ import annotations

from collections.abc import Awaitable
from operator import attrgetter
from typing import Any

from aerospike_native import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    ClientPolicy,
    Key,
    new_client,
    new_client_blocking,
)

from compare import records

from . import Hosts, Impossible, Keys, Session, Way, same

NO_NUMPY = Impossible("aerospike-native has no results in NumPy arrays")
NO_SCAN = Impossible("aerospike-native reads scans record by record, which this does not compare")


def _policy(connections: int) -> ClientPolicy:
    policy = ClientPolicy()
    policy.max_conns_per_node = connections
    return policy


def _seeds(hosts: Hosts) -> str:
    return ",".join(f"{host}:{port}" for host, port in hosts)


def _session(get: Any, put: Any, batch_read: Any, close: Any) -> Session[Any]:
    def get_record(key: records.Key) -> Any:
        return get(Key(*key))

    def put_record(key: records.Key, bins: dict[str, Any]) -> Any:
        return put(Key(*key), bins)

    def batch(keys: Keys) -> Any:
        return batch_read([Key(*key) for key in keys])

    def by_user_key(rows: Any) -> dict[Any, Any]:
        return {row.key.value: row.record.bins for row in rows if row.record is not None}

    return Session(
        get=Way(get_record, attrgetter("bins")),
        put=Way(put_record, same),
        to_dict=Way(batch, by_user_key),
        to_numpy=NO_NUMPY,
        to_numpy_later=NO_NUMPY,
        scan=NO_SCAN,
        close=close,
    )


def sync_ways(hosts: Hosts, connections: int) -> Session[None]:
    """Connect a blocking client."""
    client = new_client_blocking(_policy(connections), _seeds(hosts))
    return _session(client.get_blocking, client.put_blocking, client.batch_read_blocking, client.close_blocking)


async def async_ways(hosts: Hosts, connections: int) -> Session[Awaitable[None]]:
    """Connect an asynchronous client."""
    client = await new_client(_policy(connections), _seeds(hosts))
    return _session(client.get, client.put, client.batch_read, client.close)
