"""Write, read, count and remove a record, from threads or a plain script.

Runs against the embedded server; give HOST:PORT for another one.
"""

import sys

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.exception import RecordNotFound


def use(hosts: list[tuple[str, int]]) -> None:
    """What a program does with a client."""
    key = ("test", "users", "alice")
    with aerospike_py.client({"hosts": hosts}) as client:
        client.put(key, {"name": "Alice", "visits": 1}, policy={"ttl": 3600})
        client.increment(key, "visits", 1)
        record = client.get(key)
        print(record.bins, "generation", record.meta.gen)

        keys = [("test", "users", name) for name in ("alice", "bob")]
        users = client.batch_read(keys)
        print("found", list(users), "missing", users.missing)

        client.remove(key)
        try:
            client.get(key)
        except RecordNotFound as error:
            print("gone, result code", error.code)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        host, _, port = sys.argv[1].rpartition(":")
        use([(host, int(port))])
    else:
        with DevServer() as server:
            use(server.hosts)
