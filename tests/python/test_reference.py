"""What the documents of aerospike-py 0.14 promise, run: its architecture page and its guide to batch reads with NumPy."""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from importlib import metadata, resources
from urllib.request import urlopen

import numpy as np
import pytest

import aerospike_py
from aerospike_py import AsyncClient
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeError, RecordNotFound

# Architecture: key properties ------------------------------------------------------------------------------------------------------------


def test_other_threads_run_during_a_call(fresh_series, set_name):
    """The server answers when another thread lets it: a call that kept the interpreter for itself would wait for ever."""
    key = ("test", set_name, "user1")
    with DevServer() as server, aerospike_py.client({"hosts": server.hosts, "timeout": 30_000}) as client:
        client.put(key, {"name": "Alice"})

        def under_way():
            return sum(operation.in_flight for operation in client.stats().operations if operation.set_name == set_name)

        def other():
            while not under_way():
                pass
            server.thaw()

        server.freeze()
        thread = threading.Thread(target=other)
        thread.start()
        assert client.get(key, policy={"total_timeout": 0, "socket_timeout": 0}).bins == {"name": "Alice"}
        thread.join()


def test_ships_with_stubs():
    package = resources.files(aerospike_py)
    assert package.joinpath("py.typed").is_file()
    assert "class AsyncClient" in package.joinpath("_aerospike.pyi").read_text(encoding="utf-8")


def test_no_dependencies():
    requirements = metadata.requires("aerospike-py") or []
    assert [name for name in requirements if "extra ==" not in name] == []
    extras = set(metadata.metadata("aerospike-py").get_all("Provides-Extra"))
    assert {"numpy", "otel"} <= extras


def test_importing_needs_no_numpy_and_no_telemetry(run_python, hosts):
    code = """
import sys
for name in ("numpy", "opentelemetry"):
    sys.modules[name] = None
import aerospike_py
host, port = sys.argv[1:]
with aerospike_py.client({"hosts": [(host, int(port))]}) as client:
    client.put(("test", "demo", "user1"), {"name": "Alice"})
    print(client.get(("test", "demo", "user1")).bins)
"""
    done = run_python(code, *map(str, hosts[0]))
    assert (done.stdout, done.stderr) == ("{'name': 'Alice'}\n", "")


# Architecture: sync and async ------------------------------------------------------------------------------------------------------------


def test_the_sync_example(hosts, set_name):
    client = aerospike_py.client({"hosts": hosts}).connect()
    key = ("test", set_name, "user1")
    client.put(key, {"name": "Alice"})
    record = client.get(key)
    assert record.bins == {"name": "Alice"}
    client.close()


def test_the_async_example(hosts, set_name):
    async def main():
        client = AsyncClient({"hosts": hosts})
        await client.connect()
        key = ("test", set_name, "user1")
        await client.put(key, {"name": "Alice"})
        record = await client.get(key)
        await client.close()
        return record

    assert asyncio.run(main()).bins == {"name": "Alice"}


def test_a_record_is_named_tuples(c, key):
    assert c.put(key, {"name": "Alice"}) is None
    record = c.get(key)
    assert record.bins == {"name": "Alice"}
    assert record.meta.gen == 1
    # The page says 0 for a record that never expires; it means this.
    assert record.meta.ttl == 4294967295
    assert record.key.user_key == "k"
    key, meta, bins = record
    assert (key, meta, bins) == (record.key, record.meta, record.bins)


def test_awaits_overlap(hosts, set_name):
    async def main():
        async with AsyncClient({"hosts": hosts}) as client:
            keys = [("test", set_name, index) for index in range(200)]
            await asyncio.gather(*(client.put(key, {"n": key[2]}) for key in keys))
            records = await asyncio.gather(*(client.get(key) for key in keys))
            return [record.bins["n"] for record in records]

    assert asyncio.run(main()) == list(range(200))


CONVERSIONS = [5, 1.5, "text", b"blob", [1, [2]], {"a": {"b": 1}}, True]


@pytest.mark.parametrize("value", CONVERSIONS, ids=lambda value: type(value).__name__)
def test_the_table_of_conversions(c, key, value):
    c.put(key, {"v": value})
    got = c.get(key).bins["v"]
    assert got == value
    assert type(got) is type(value)


def test_none_removes_the_bin_on_write(c, key):
    c.put(key, {"a": 1, "b": 2})
    c.put(key, {"a": None})
    assert c.get(key).bins == {"b": 2}


# Architecture: batches -------------------------------------------------------------------------------------------------------------------


def test_batch_read_returns_a_dict(c, set_name):
    keys = [("test", set_name, f"user_{index}") for index in range(1000)]
    for key in keys[::2]:
        c.put(key, {"name": key[2], "age": 30, "other": 1})
    batch = c.batch_read(keys, bins=["name", "age"])
    assert list(batch.items()) == [(key[2], {"name": key[2], "age": 30}) for key in keys[::2]]
    requested = {key[2] for key in keys}
    assert requested - set(batch.keys()) == {key[2] for key in keys[1::2]}


def test_batch_read_with_a_dtype(c, set_name):
    keys = [("test", set_name, index) for index in range(10)]
    c.batch_write([(key, {"score": key[2] / 2, "count": key[2]}) for key in keys])
    dtype = np.dtype([("score", "f8"), ("count", "i4")])
    result = c.batch_read(keys, _dtype=dtype)
    assert result.batch_records["score"].mean() == 2.25


def test_batch_write_and_times_to_live(mode):
    """That of the record goes before that of the policy, which goes before the namespace's."""
    from calls import make_calls

    with DevServer(default_ttl=600) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        records = [
            (("test", "demo", "user1"), {"name": "Alice", "age": 30}),
            (("test", "demo", "user2"), {"name": "Bob"}, {"ttl": 3600}),
        ]
        results = client.batch_write(records, policy={"ttl": 86400})
        assert [record.result for record in results.batch_records] == [0, 0]
        ttls = [client.get(("test", "demo", user)).meta.ttl for user in ("user1", "user2")]
        assert ttls == [pytest.approx(86400, abs=2), pytest.approx(3600, abs=2)]
        client.batch_write(records[:1])
        assert client.get(("test", "demo", "user1")).meta.ttl == pytest.approx(600, abs=2)


def test_batch_write_with_retry(c, keys):
    keys = keys(3)
    c.put(keys[1], {"n": 0})
    results = c.batch_write([(key, {"n": 1}) for key in keys], policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}, retry=3)
    told = [f"Key {br.key.user_key} failed (code={br.result})" for br in results.batch_records if br.result != 0 and not br.in_doubt]
    assert told == ["Key k1 failed (code=5)"]


@pytest.mark.parametrize("code", [9, 14, 18])
def test_batch_write_tries_again_what_may_pass(mode, code):
    """Time-out, key busy, device overload."""
    from calls import make_calls

    records = [(("test", "demo", f"user{index}"), {"n": index}) for index in range(3)]
    with DevServer() as server, make_calls(mode, {"hosts": server.hosts}) as client:
        with server.inject(op="batch", code=code, times=2) as fault:
            results = client.batch_write(records, retry=3)
        assert fault.hits == 2
        assert [record.result for record in results.batch_records] == [0, 0, 0]


def test_retries_end_before_the_total_timeout(mode):
    """The pauses grow: a thousand of them would take minutes."""
    from calls import make_calls

    records = [(("test", "demo", f"user{index}"), {"n": index}) for index in range(3)]
    with DevServer() as server, make_calls(mode, {"hosts": server.hosts}) as client:
        with server.inject(op="batch", code=18) as fault:
            results = client.batch_write(records, policy={"total_timeout": 300}, retry=1000)
        assert [record.result for record in results.batch_records] == [18, 18, 18]
        assert results.retry.truncated_by_timeout
        assert 1 < fault.hits == results.retry.attempts < 1000


def test_what_the_example_says_of_failures(mode):
    """A row in doubt may have succeeded; the answer to it was lost."""
    from calls import make_calls

    def say(results):
        for br in results.batch_records:
            if br.result != 0:
                if br.in_doubt:
                    yield f"Key {br.key} may have succeeded — verify before retrying"
                else:
                    yield f"Key {br.key} failed (code={br.result})"

    with DevServer(nodes=2) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        keys = [("test", "demo", index) for index in range(20)]
        client.put(keys[0], {"n": 0})
        # The other node answers: so there is a result, and no exception.
        with server.inject(op="batch", node=0, drop="after"):
            results = client.batch_write([(key, {"n": 1}) for key in keys], policy={"max_retries": 0})
        told = list(say(results))
        assert 0 < len(told) < len(keys)
        assert all("may have succeeded" in text for text in told)
        results = client.batch_write([(key, {"n": 2}) for key in keys], policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY})
        assert len(list(say(results))) == len(keys)
        assert all(text.endswith("failed (code=5)") for text in say(results))


# Architecture: errors --------------------------------------------------------------------------------------------------------------------


def test_error_handling(c, set_name):
    try:
        c.get(("test", set_name, "missing"))
    except RecordNotFound:
        pass
    else:
        pytest.fail("found")
    with pytest.raises(AerospikeError) as caught:
        c.get(("test", set_name, "missing"))
    assert caught.value.result_code == 2
    assert str(caught.value)


def test_a_batch_does_not_raise_for_one_record(c, keys):
    assert [record.result for record in c.batch_read(keys(2)).batch_records] == [2, 2]
    assert [record.result for record in c.batch_remove(keys(2)).batch_records] == [2, 2]


# Architecture: observability -------------------------------------------------------------------------------------------------------------


def test_the_tracing_example(run_python, hosts):
    pytest.importorskip("opentelemetry.sdk", reason="the SDK of OpenTelemetry is not installed")
    code = """
import sys
import aerospike_py
from aerospike_py import init_tracing, shutdown_tracing

host, port = sys.argv[1:]
init_tracing()
with aerospike_py.client({"hosts": [(host, int(port))]}) as client:
    client.put(("test", "demo", "user1"), {"name": "Alice"})
shutdown_tracing()
"""
    done = run_python(code, *map(str, hosts[0]), env=os.environ | {"OTEL_TRACES_EXPORTER": "console"})
    assert done.returncode == 0, done.stderr
    spans = {span["name"]: span["attributes"] for span in map(json.loads, re.findall(r"^\{.*?^\}", done.stdout, re.MULTILINE | re.DOTALL))}
    expected = {"db.system.name": "aerospike", "db.namespace": "test", "db.operation.name": "PUT"}
    assert expected.items() <= spans["PUT test.demo"].items()


def test_the_metrics_example(c, key):
    from aerospike_py import get_metrics, start_metrics_server, stop_metrics_server

    c.put(key, {"n": 1})
    port = start_metrics_server(0)
    try:
        with urlopen(f"http://localhost:{port}/metrics", timeout=20) as answer:
            served = answer.read().decode()
    finally:
        stop_metrics_server()
    histogram = r'^db_client_operation_duration_seconds_count\{.*db_operation_name="put".*\} [1-9]'
    for text in (served, get_metrics()):
        assert re.search(histogram, text, re.MULTILINE)


def test_the_logging_example(run_python, hosts):
    code = """
import logging, sys
import aerospike_py
from aerospike_py import LOG_LEVEL_DEBUG, set_log_level

logging.basicConfig(format="%(levelname)s %(name)s", stream=sys.stdout, level=logging.DEBUG)
set_log_level(LOG_LEVEL_DEBUG)
host, port = sys.argv[1:]
aerospike_py.client({"hosts": [(host, int(port))]}).connect().close()
"""
    done = run_python(code, *map(str, hosts[0]))
    assert done.returncode == 0, done.stderr
    assert re.search(r"^(DEBUG|INFO) aerospike_py\.aerospike_core", done.stdout, re.MULTILINE)


# The guide to NumPy ----------------------------------------------------------------------------------------------------------------------

SENSORS = np.dtype([("temperature", "f8"), ("humidity", "i4"), ("status", "u1")])


@pytest.fixture
def sensors(c, set_name):
    """The hundred sensors of the quick start."""
    keys = [("test", set_name, f"sensor_{index}") for index in range(100)]
    for index, key in enumerate(keys):
        bins = {"temperature": 20.0 + index * 0.5, "humidity": 40 + index, "status": 1}
        c.put(key, bins, policy={"key": aerospike_py.POLICY_KEY_SEND})
    return keys


def test_the_quick_start(c, sensors):
    batch = c.batch_read(sensors, _dtype=SENSORS)
    assert batch.batch_records["temperature"].mean() == 20.0 + 0.5 * 49.5
    assert batch.batch_records[0].tolist() == (20.0, 40, 1)
    assert batch.get("sensor_42")["temperature"] == 41.0


def test_the_attributes(c, sensors):
    batch = c.batch_read(sensors, _dtype=SENSORS)
    assert isinstance(batch.batch_records, np.ndarray)
    assert batch.batch_records.dtype == SENSORS
    assert batch.meta.dtype == np.dtype([("gen", "u4"), ("ttl", "u4")])
    assert batch.result_codes.dtype == np.int32
    assert not batch.result_codes.any()
    assert batch._map["sensor_7"] == 7
    assert isinstance(batch.get("sensor_7"), np.void)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_integers_are_truncated(c, key, kind):
    c.put(key, {"v": 0x1234_5678_9ABC_DEF0})
    expected = np.array([0x1234_5678_9ABC_DEF0]).astype(kind)[0]
    assert c.batch_read([key], _dtype=np.dtype([("v", kind)])).batch_records["v"][0] == expected


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_floats_are_cast(c, key, kind):
    c.put(key, {"v": 0.1})
    assert c.batch_read([key], _dtype=np.dtype([("v", kind)])).batch_records["v"][0] == np.array(0.1).astype(kind)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("S8", "abc", b"abc"),
        ("S16", b"abc", b"abc"),
        ("S2", "abc", b"ab"),
        ("S4", b"ab", b"ab"),
        ("V4", b"ab", b"ab\0\0"),
        ("V16", b"x" * 20, b"x" * 16),
    ],
)
def test_bytes_are_truncated_or_padded(c, key, kind, value, expected):
    c.put(key, {"v": value})
    assert bytes(c.batch_read([key], _dtype=np.dtype([("v", kind)])).batch_records["v"][0]) == expected


def test_access_patterns(c, sensors):
    batch = c.batch_read(sensors, _dtype=SENSORS)
    temps = batch.batch_records["temperature"]
    assert temps.dtype == np.float64
    assert (temps.min(), temps.max()) == (20.0, 69.5)
    assert temps.std() > 0
    hot = batch.batch_records[temps > 40.0]
    assert len(hot) == 59
    record = batch.batch_records[0]
    assert (record["temperature"], record["humidity"]) == (20.0, 40)
    assert (batch.meta["gen"] == 1).all()
    assert (batch.meta["ttl"] == 4294967295).all()
    failed = batch.result_codes != 0
    assert (failed.sum(), len(batch.result_codes)) == (0, 100)


def test_bytes_and_blob_bins(c, key):
    c.put(key, {"name": "sensor", "raw_data": bytes(range(64))})
    batch = c.batch_read([key], _dtype=np.dtype([("name", "S32"), ("raw_data", "V64")]))
    assert batch.batch_records["name"][0] == b"sensor"
    assert bytes(batch.batch_records["raw_data"][0]) == bytes(range(64))


def test_vector_embeddings(c, key):
    dim = 128
    embedding = np.random.default_rng(1).standard_normal(dim).astype(np.float32)
    c.put(key, {"embedding": embedding.tobytes(), "score": 0.95}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    batch = c.batch_read([key], _dtype=np.dtype([("embedding", "f4", (dim,)), ("score", "f4")]))
    recovered = batch.batch_records[0]["embedding"]
    assert recovered.dtype == np.float32
    assert recovered.shape == (dim,)
    np.testing.assert_array_equal(recovered, embedding)
    assert batch.batch_records[0]["score"] == np.float32(0.95)


def test_bin_filtering(wire, relay, set_name):
    c = wire()
    keys = [("test", set_name, index) for index in range(3)]
    c.batch_write([(key, {"temperature": 1.5, "blob": b"x" * 100_000}) for key in keys])
    answered = []
    relay.answer = lambda frame: answered.append(len(frame)) or frame
    batch = c.batch_read(keys, bins=["temperature"], _dtype=np.dtype([("temperature", "f8")]))
    assert batch.batch_records["temperature"].tolist() == [1.5] * 3
    # Only that bin came over the network.
    assert sum(answered) < 1000


def test_missing_records(c, sensors, set_name):
    batch = c.batch_read([*sensors[:2], ("test", set_name, "missing")], _dtype=SENSORS)
    assert [(i, rc) for i, rc in enumerate(batch.result_codes) if rc != 0] == [(2, 2)]
    assert batch.batch_records[2].tolist() == (0.0, 0, 0)
    valid = batch.batch_records[batch.result_codes == 0]
    assert valid["humidity"].tolist() == [40, 41]


def test_missing_bins(c, key):
    c.put(key, {"temperature": 21.5})
    batch = c.batch_read([key], _dtype=np.dtype([("temperature", "f8"), ("humidity", "i4")]))
    assert batch.batch_records[0].tolist() == (21.5, 0)


@pytest.mark.parametrize("field", [("name", "U10"), ("data", "O")])
def test_dtypes_that_are_refused(c, keys, field):
    with pytest.raises(TypeError, match=f"'{field[0]}'"):
        c.batch_read(keys(1), _dtype=np.dtype([field]))


def test_pandas(c, sensors):
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    batch = c.batch_read(sensors, _dtype=SENSORS)
    df = pd.DataFrame(batch.batch_records)
    df["gen"] = batch.meta["gen"]
    df["ttl"] = batch.meta["ttl"]
    hot = df[df["temperature"] > 35.0]
    assert len(hot) == 69
    assert hot.describe().loc["max", "temperature"] == 69.5


def test_the_signature(c, keys):
    """As the guide's reference of the API has it, by position and by name."""
    keys = keys(1)
    dtype = np.dtype([("a", "i4")])
    assert len(c.batch_read(keys, None, None, dtype)) == 1
    assert len(c.batch_read(keys=keys, bins=["a"], policy={}, _dtype=dtype)) == 1
