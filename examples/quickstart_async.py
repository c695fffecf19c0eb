"""Write and read many records at once with asyncio.

Runs against the embedded server; give HOST:PORT for another one.
"""

import asyncio
import sys

import aerospike_py
from aerospike_py.devserver import DevServer


async def use(hosts: list[tuple[str, int]]) -> None:
    """What a program does with a client."""
    async with aerospike_py.async_client({"hosts": hosts}) as client:
        await asyncio.gather(*(client.put(("test", "squares", n), {"square": n * n}) for n in range(100)))
        records = await asyncio.gather(*(client.get(("test", "squares", n)) for n in range(100)))
        print("sum of squares", sum(record.bins["square"] for record in records))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        host, _, port = sys.argv[1].rpartition(":")
        asyncio.run(use([(host, int(port))]))
    else:
        with DevServer() as server:
            asyncio.run(use(server.hosts))
