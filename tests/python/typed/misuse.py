"""What type checkers must refuse: each line that ends in `# wrong`, and no other. It is checked, never run."""

from __future__ import annotations

import aerospike_py
from aerospike_py import AsyncClient, Client, exp, list_operations, predicates
from aerospike_py.types import QueryPolicy, ReadPolicy, SharedPolicy, WritePolicy

KEY = ("test", "demo", "k")
KEYS = [("test", "demo", n) for n in range(3)]
READ = [list_operations.list_size("l")]


def configuration() -> None:
    aerospike_py.client({"hosts": [("127.0.0.1", 3000)], "max_conns_per_node": 10})
    aerospike_py.client({"hosts": ["127.0.0.1:3000", "localhost"], "policies": {"read": {"total_timeout": 50}}})
    aerospike_py.client({"hosts": [("127.0.0.1", 3000)], "max_con_per_node": 10})  # wrong
    aerospike_py.client({"hosts": [("127.0.0.1", 3000)], "timeout": "1000"})  # wrong
    aerospike_py.client({"hosts": "127.0.0.1:3000"})  # wrong
    aerospike_py.client({"hosts": [("127.0.0.1", "3000")]})  # wrong
    aerospike_py.client({"hosts": [("127.0.0.1", 3000)], "policies": {"reads": {}}})  # wrong
    aerospike_py.client({"hosts": [("127.0.0.1", 3000)], "policies": {"read": {"total_timout": 50}}})  # wrong
    aerospike_py.async_client({"hosts": [("127.0.0.1", 3000)], "host": 1})  # wrong
    aerospike_py.client([("127.0.0.1", 3000)])  # wrong


def hosts_of_a_variable(hosts: list[tuple[str, int]]) -> Client:
    return aerospike_py.client({"hosts": hosts})


def policies(c: Client) -> None:
    c.get(KEY, {"total_timeout": 50, "replica": aerospike_py.POLICY_REPLICA_MASTER})
    c.get(KEY, policy={"filter_expression": exp.int_bin("n") > 1})
    c.get(KEY, {"total_timout": 50})  # wrong
    c.get(KEY, {"total_timeout": "50"})  # wrong
    c.get(KEY, {"total_timeout": None})  # wrong
    c.get(KEY, {"ttl": 10})  # wrong
    c.get(KEY, 50)  # wrong
    c.put(KEY, {"n": 1}, {"ttl": 10}, {"key": aerospike_py.POLICY_KEY_SEND})
    c.put(KEY, {"n": 1}, {"tll": 10})  # wrong
    c.put(KEY, {"n": 1}, {"ttl": "10"})  # wrong
    c.put(KEY, {"n": 1}, policy={"exists": "create"})  # wrong
    c.put(KEY, {"n": 1}, policy={"max_records": 5})  # wrong
    c.batch_read(KEYS, policy={"allow_inline": False})
    c.batch_read(KEYS, policy={"allow_inlin": False})  # wrong
    c.batch_write([(KEY, {"n": 1}, {"ttl": 5}), (KEY, {"n": 2})], {"respond_all_keys": True})
    c.batch_write([(KEY, {"n": 1}, {"tll": 5})])  # wrong
    c.batch_remove([(KEY, {"generation": 1})])  # wrong
    c.query("test", "demo").results({"max_records": 5})
    c.query("test", "demo").results({"max_record": 5})  # wrong
    c.info_all("build", {"timeout": 50})
    c.info_all("build", {"total_timeout": 50})  # wrong
    aerospike_py.prepare({"total_timeout": 50, "max_records": 5})
    aerospike_py.prepare({"total_timout": 50})  # wrong


def a_shared_policy(c: Client) -> None:
    shared: SharedPolicy = {"total_timeout": 50, "max_records": 5, "ttl": 10, "timeout": 100}
    read: ReadPolicy = {"total_timeout": 50}
    write: WritePolicy = {"ttl": 50}
    query: QueryPolicy = {"max_records": 50}
    c.get(KEY, shared)
    c.put(KEY, {"n": 1}, None, shared)
    c.query("test", "demo").results(shared)
    c.info_all("build", shared)
    c.get(KEY, read)
    c.put(KEY, {"n": 1}, None, write)
    c.query("test", "demo").results(query)
    c.query("test", "demo").results(write)  # wrong
    c.batch_read(KEYS, policy=aerospike_py.prepare(shared))


def keys(c: Client) -> None:
    c.get(("test", None, b"k"))
    c.get(("test", "demo", None, bytes(20)))
    c.get("k")  # wrong
    c.get(("test", "demo"))  # wrong
    c.get(("test", "demo", 1.5))  # wrong
    c.get(("test", "demo", 1, bytes(20), 5))  # wrong
    c.get((1, "demo", "k"))  # wrong
    c.get(["test", "demo", "k"])  # wrong
    c.put({"n": 1}, KEY)  # wrong
    c.batch_read("test")  # wrong
    c.batch_read([("test", "demo")])  # wrong
    c.batch_write([KEY])  # wrong


def arguments(c: Client) -> None:
    c.put(KEY, [("n", 1)])  # wrong
    c.put(KEY, {1: 1})  # wrong
    c.select(KEY, "n")  # wrong
    c.select(KEY, [1])  # wrong
    c.append(KEY, 1, "x")  # wrong
    c.increment(KEY, "n", "1")  # wrong
    c.operate(KEY, READ[0])  # wrong
    c.operate(KEY, ["read"])  # wrong
    c.remove_bin(KEY, "n")  # wrong
    c.query("test", "demo").where("n = 1")  # wrong
    c.query("test", "demo").select(1)  # wrong
    c.query("test", "demo").where(predicates.between("n", "a", "b"))  # wrong
    c.gett(KEY)  # wrong


def results(c: Client) -> None:
    record = c.get(KEY)
    generation: int = record.meta.gen
    print(generation, record.meta["ttl"], record.bins["n"], record.key.digest)
    for found in c.query("test", "demo"):
        print(found.bins)
    print(record.bin)  # wrong
    print(record.meta["generation"])  # wrong
    print(c.exists(KEY).meta.gen)  # wrong
    text: str = record.meta.gen  # wrong
    print(text)


async def a_sync_client_awaited(c: Client) -> None:
    await c.get(KEY)  # wrong
    await c.put(KEY, {"n": 1})  # wrong
    async with c:  # wrong
        pass
    async for _ in c.query("test", "demo"):  # wrong
        pass


async def an_async_client_not_awaited(c: AsyncClient) -> None:
    record = await c.get(KEY)
    print(record.bins)
    async for found in c.query("test", "demo").where(predicates.equals("n", 1)):
        print(found.bins)
    async with c:
        await c.put(KEY, {"n": 1})
    c.put(KEY, {"n": 1})  # wrong
    print(c.get(KEY).bins)  # wrong
    records: dict[int, object] = c.batch_read(KEYS)  # wrong
    print(records)
    print(c.query("test", "demo").results()[0])  # wrong
    for _ in c.query("test", "demo"):  # wrong
        pass
    await c.is_connected()  # wrong
    await c.get(KEY, {"total_timout": 50})  # wrong
    await c.get("k")  # wrong


def an_async_client_without_a_loop(c: AsyncClient) -> None:
    with c:  # wrong
        pass
