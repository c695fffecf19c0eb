"""Run in an interpreter of its own by `test_native_client`, since importing `aerospike_native` changes the process: `native_judge.py TASK HOST:PORT SET`."""

from __future__ import annotations

import json
import sys

import aerospike_native as native
from judged import POINT, SKETCH, VALUES

TASK, SEED, SET = sys.argv[1:]


def key(user_key):
    return native.Key("test", SET, user_key)


def tell(*values):
    """A line for the test that started this."""
    sys.stdout.write(json.dumps(values) + "\n")


def plain(value):
    """Without the classes of the client."""
    if isinstance(value, native.GeoJSON):
        return ("geo", json.loads(value.value))
    if isinstance(value, native.HLL):
        return ("hll", bytes(value.value))
    if isinstance(value, native.Blob):
        return bytes(value.value)
    if isinstance(value, (native.List, list)):
        return [plain(item) for item in (value.value if isinstance(value, native.List) else value)]
    if isinstance(value, (native.Map, dict)):
        items = value.value if isinstance(value, native.Map) else value
        return {plain(name): plain(item) for name, item in items.items()}
    return value


def bins(record):
    return {name: plain(value) for name, value in record.bins.items()}


def work(client):
    """Everything it does with records, by itself."""
    keys = [key(f"work{index}") for index in range(50)]
    for one in keys:
        assert not client.exists_blocking(one)
        client.put_blocking(one, {"n": 1, "s": "b"})
        client.append_blocking(one, {"s": "c"})
        client.prepend_blocking(one, {"s": "a"})
        client.add_blocking(one, {"n": 5})
        client.touch_blocking(one)
        record = client.get_blocking(one)
        assert bins(record) == {"n": 6, "s": "abc"}, record
        assert record.generation == 5
        assert bins(client.get_blocking(one, ["n"])) == {"n": 6}
        assert client.exists_blocking(one)
    operation = native.Operation
    record = client.operate_blocking(keys[0], [operation.put("a", 1), operation.add("a", 2), operation.get_bin("a"), operation.touch()])
    assert 3 in (bins(record)["a"] if isinstance(bins(record)["a"], list) else [bins(record)["a"]]), bins(record)
    read = client.batch_read_blocking([*keys, key("nobody")])
    assert [bins(row.record)["n"] for row in read[:-1]] == [6] * 50
    assert read[-1].record is None
    client.batch_write_blocking(keys, [{"n": index} for index in range(50)])
    assert [bins(row.record)["n"] for row in client.batch_read_blocking(keys, ["n"])] == list(range(50))
    assert client.batch_exists_blocking([keys[0], key("nobody")]) == [True, False]
    found = list(client.query_blocking(native.Statement("test", SET), native.PartitionFilter.all()))
    assert sorted(bins(record)["n"] for record in found) == list(range(50))
    client.batch_delete_blocking(keys[:25])
    for one in keys[25:]:
        assert client.delete_blocking(one)
        assert not client.delete_blocking(one)
    client.put_blocking(key("last"), {"n": 1})
    client.truncate_blocking("test", SET)
    assert list(client.query_blocking(native.Statement("test", SET), native.PartitionFilter.all())) == []


def write(client):
    """The values, for our client to read."""
    for name, value in VALUES.items():
        client.put_blocking(key(name), {"v": value, "l": [value], "m": {"k": value}})
    client.put_blocking(key("geo"), {"v": native.GeoJSON(POINT)})
    client.put_blocking(key("hll"), {"v": native.HLL(list(SKETCH))})
    for user_key in (5, "text"):
        tell(user_key, key(user_key).digest)


def read(client):
    """The values that our client wrote."""
    for name, value in VALUES.items():
        got = bins(client.get_blocking(key(name)))
        assert got == {"v": value, "l": [value], "m": {"k": value}}, (name, got)
        assert type(got["v"]) is type(value), name
    assert bins(client.get_blocking(key("geo"))) == {"v": ("geo", json.loads(POINT))}
    assert bins(client.get_blocking(key("hll"))) == {"v": ("hll", SKETCH)}
    record = client.get_blocking(key("meta"))
    tell(record.generation, record.ttl)


client = native.new_client_blocking(native.ClientPolicy(), SEED)
try:
    {"work": work, "write": write, "read": read}[TASK](client)
finally:
    client.close_blocking()
