"""What is counted and timed, as text and as objects, against what was done."""

from __future__ import annotations

import asyncio
import math
import socket
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from calls import take
from prometheus_client.parser import text_string_to_metric_families

import aerospike_py
from aerospike_py.devserver import DevServer

DURATION = "db_client_operation_duration_seconds"
BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, math.inf]


def families():
    text = aerospike_py.get_metrics()
    assert text.endswith("# EOF\n")
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(name, family=DURATION, **labels):
    found = families()[family].samples
    return [sample for sample in found if sample.name == name and labels.items() <= sample.labels.items()]


def counted(set_name):
    """Operation and kind of failure → how many calls, of one set."""
    found = samples(f"{DURATION}_count", db_collection_name=set_name)
    return {(sample.labels["db_operation_name"], sample.labels["error_type"]): sample.value for sample in found}


def stats_of(client, set_name):
    return {stats.operation: stats for stats in client.stats().operations if stats.set_name == set_name}


def test_every_operation_is_counted_by_its_name(c, key, set_name):
    c.put(key, {"n": 1, "s": "a"})
    c.get(key)
    c.select(key, ["n"])
    c.exists(key)
    c.touch(key)
    c.append(key, "s", "b")
    c.prepend(key, "s", "b")
    c.increment(key, "n", 1)
    c.remove_bin(key, ["s"])
    operations = [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]
    c.operate(key, operations)
    c.operate_ordered(key, operations)
    c.batch_read([key])
    c.batch_write([(key, {"n": 1})])
    c.batch_write([(key, {"n": 1})], retry=1)
    for retry in (0, 1):
        c.batch_write_numpy(np.array([(1, 2)], [("_key", "i8"), ("n", "i8")]), "test", set_name, retry=retry)
    c.batch_operate([key], operations)
    c.batch_remove([key])
    with pytest.raises(aerospike_py.RecordNotFound):
        c.remove(key)
    c.query("test", set_name).results()
    c.truncate("test", set_name)
    assert counted(set_name) == dict.fromkeys(
        [
            *((name, "") for name in ("put", "get", "select", "exists", "touch", "append", "prepend", "increment", "remove_bin")),
            *((name, "") for name in ("operate", "operate_ordered", "batch_read", "batch_write", "batch_write_retry")),
            *((name, "") for name in ("batch_write_numpy", "batch_write_numpy_retry")),
            *((name, "") for name in ("batch_operate", "batch_remove", "query", "truncate")),
            ("delete", "KeyNotFoundError"),
        ],
        1,
    )


def test_what_is_about_no_record_is_counted_too(c):
    def count(operation):
        return sum(sample.value for sample in samples(f"{DURATION}_count", db_operation_name=operation))

    before = {name: count(name) for name in ("info_all", "ping", "admin_query_roles")}
    c.info_all("build")
    c.ping()
    with pytest.raises(aerospike_py.AerospikeError):
        c.admin_query_roles()
    assert {name: count(name) for name in before} == {name: value + 1 for name, value in before.items()}


def test_labels_and_buckets(c, key, set_name):
    c.put(key, {"n": 1})
    buckets = samples(f"{DURATION}_bucket", db_collection_name=set_name)
    assert [float(bucket.labels["le"]) for bucket in buckets] == BOUNDS
    assert {name: value for name, value in buckets[0].labels.items() if name != "le"} == {
        "db_system_name": "aerospike",
        "db_namespace": "test",
        "db_collection_name": set_name,
        "db_operation_name": "put",
        "error_type": "",
    }
    counts = [bucket.value for bucket in buckets]
    assert counts == sorted(counts)
    assert counts[-1] == 1
    (total,) = samples(f"{DURATION}_sum", db_collection_name=set_name)
    assert 0 < total.value < 10


@pytest.mark.parametrize(("policy", "kind"), [({"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}, "KeyExistsError"), (None, "")])
def test_failures_by_kind(c, key, set_name, policy, kind):
    c.put(key, {"n": 1})
    if kind:
        with pytest.raises(aerospike_py.RecordExistsError):
            c.put(key, {"n": 1}, policy=policy)
        assert counted(set_name) == {("put", ""): 1, ("put", kind): 1}
        assert stats_of(c, set_name)["put"].errors == {kind: 1}
    else:
        assert stats_of(c, set_name)["put"].errors == {}


def test_latencies_are_what_the_server_takes(mode, make_client):
    with DevServer() as server, make_client(mode, server) as c:
        with server.inject(op="read", delay=40):
            for number in range(5):
                assert c.exists(("test", "latency", number)).meta is None
        stats = stats_of(c, "latency")["exists"]
        assert (stats.calls, stats.in_flight, stats.latency.samples) == (5, 0, 5)
        assert 40 <= stats.latency.p50 <= stats.latency.p90 <= stats.latency.p99 <= stats.latency.max
        assert 40 <= stats.latency.mean <= stats.latency.max
        assert stats.queue_wait.samples == 5
        assert stats.queue_wait.max < stats.latency.max
        below, above = (
            next(sample.value for sample in samples(f"{DURATION}_bucket", db_collection_name="latency", le=bound))
            for bound in ("0.01", "5")
        )
        assert (below, above) == (0, 5)


def test_requests_in_flight(hosts, set_name):
    def in_flight():
        name = "aerospike_client_requests_in_flight"
        return [sample.value for sample in samples(name, name, db_collection_name=set_name)]

    async def main(server):
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            with server.inject(op="write", delay=1000):
                tasks = [asyncio.ensure_future(client.put(("test", set_name, n), {"n": n})) for n in range(7)]
                await asyncio.sleep(0.05)
                assert in_flight() == [7]
                tasks[0].cancel()
                await asyncio.wait(tasks)
            while in_flight() != [0]:
                await asyncio.sleep(0.01)
            assert stats_of(client, set_name)["put"].calls == 7

    with DevServer() as server:
        asyncio.run(main(server))


def test_nodes_and_reactor(connect):
    client = connect()
    stats = client.stats()
    assert stats == client.get_stats()._replace(reactor=stats.reactor, operations=stats.operations, nodes=stats.nodes)
    (node,) = stats.nodes
    assert node.connections_open >= node.connections_idle > 0
    assert node.permits > 0
    assert (node.waiting, node.connections_broken, node.circuit_breaker_hits) == (0, 0, 0)
    assert stats.reactor.queue_depth >= 0
    labels = {sample.labels["address"] for sample in samples("aerospike_client_node_permits", "aerospike_client_node_permits")}
    assert node.address in labels


def test_a_loop_counts_its_drains(connect, set_name, mode):
    client = connect()
    before = client.stats().reactor
    # Of one alone both sides may happen to be awake.
    for _ in range(20):
        client.exists(("test", set_name, 1))
    after = client.stats().reactor
    assert (after.drains > before.drains) == (mode == "async")
    if mode == "async":
        assert after.longest_drain > 0
        assert after.wakeups > before.wakeups


def test_retries_are_counted(mode, make_client):
    with DevServer() as server, make_client(mode, server) as c:
        with server.inject(op="read", times=1, drop="before"):
            assert c.exists(("test", "retry", 1), policy={"max_retries": 3, "total_timeout": 5000}).meta is None
        assert [node.connections_broken for node in c.stats().nodes] == [1]
        # Of a call that succeeded the engine does not tell.
        assert stats_of(c, "retry")["exists"].retries == 0
        with server.inject(op="read", drop="before"), pytest.raises(aerospike_py.AerospikeError):
            c.exists(("test", "retry", 1), policy={"max_retries": 2, "total_timeout": 5000})
        assert stats_of(c, "retry")["exists"].retries == 2


def test_retries_and_failures_of_a_stream_are_counted(mode, make_client):
    """Who takes the rows hears of them first."""

    def batch_of(client):
        while (stats := stats_of(client, "stream")["batch"]).in_flight:
            time.sleep(0.001)
        return stats

    ops = [aerospike_py.Write(("test", "stream", number), {"n": 1}) for number in range(3)]
    with DevServer() as server, make_client(mode, server) as c:
        with server.inject(op="batch", code=aerospike_py.AEROSPIKE_ERR_KEY_BUSY, times=2):
            assert [row.result for row in take(c.batch_stream(ops, {"total_timeout": 30_000}, retry=3))] == [0, 0, 0]
        stats = batch_of(c)
        assert (stats.calls, stats.errors, stats.retries) == (1, {}, 2)
        with server.inject(op="batch", drop="before"), pytest.raises(aerospike_py.AerospikeError):
            take(c.batch_stream(ops, {"max_retries": 0}))
        stats = batch_of(c)
        assert (stats.calls, sum(stats.errors.values()), stats.retries) == (2, 1, 2)


def test_off_counts_nothing_and_on_goes_on(c, key, set_name):
    c.put(key, {"n": 1})
    aerospike_py.set_metrics_enabled(False)
    try:
        assert not aerospike_py.is_metrics_enabled()
        c.put(key, {"n": 1})
        assert counted(set_name) == {("put", ""): 1}
    finally:
        aerospike_py.set_metrics_enabled(True)
    assert aerospike_py.is_metrics_enabled()
    c.put(key, {"n": 1})
    assert counted(set_name) == {("put", ""): 2}
    assert stats_of(c, set_name)["put"].in_flight == 0


def test_the_official_clients_names(c):
    c.disable_metrics()
    assert not aerospike_py.is_metrics_enabled()
    c.enable_metrics()
    assert aerospike_py.is_metrics_enabled()
    with pytest.raises(aerospike_py.InvalidArgError, match="policy"):
        c.client.enable_metrics({"interval": 30})


def test_statistics_need_a_connection(stranger):
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        stranger.client.stats()


def test_sets_without_end_are_counted_together(run_python, hosts):
    done = run_python(
        f"""
import aerospike_py
with aerospike_py.client({{"hosts": {hosts!r}}}) as client:
    for number in range(300):
        client.exists(("test", f"set{{number}}", 1))
    stats = [stats for stats in client.stats().operations if stats.operation == "exists"]
    assert sum(operation.calls for operation in stats) == 300
    other = next(operation for operation in stats if operation.set_name == "other")
    assert other.namespace == "test", other
    # connect has a place, too
    assert (len(stats), other.calls) == (128, 300 - 127), (len(stats), other)
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_names_that_need_escapes(c):
    set_name = 'a"b\\c\nd'
    c.exists(("test", set_name, 1))
    assert counted(set_name) == {("exists", ""): 1}


# Stages --------------------------------------------------------------------------------------------------------------------------------


def stages(operation):
    found = samples("db_client_internal_stage_seconds_count", "db_client_internal_stage_seconds", db_operation_name=operation)
    return {sample.labels["stage"]: sample.value for sample in found}


def test_stages_are_off_and_can_be_profiled(c, key, mode):
    before = stages("batch_read")
    c.batch_read([key])
    assert stages("batch_read") == before
    assert not aerospike_py.is_internal_stage_metrics_enabled()
    with aerospike_py.internal_stage_profiling():
        assert aerospike_py.is_internal_stage_metrics_enabled()
        c.batch_read([key])
    assert not aerospike_py.is_internal_stage_metrics_enabled()
    expected = {"key_parse", "tokio_schedule_delay", "limiter_wait", "io", "into_pyobject"}
    if mode == "async":
        expected.add("event_loop_resume_delay")
    assert {stage for stage, count in stages("batch_read").items() if count - before.get(stage, 0) == 1} == expected


def test_stages_by_the_environment(run_python):
    code = "import aerospike_py; print(aerospike_py.is_internal_stage_metrics_enabled())"
    for value, expected in (("1", "True"), ("yes", "True"), ("0", "False"), ("", "False")):
        assert run_python(code, env={"AEROSPIKE_PY_INTERNAL_METRICS": value, "PATH": ""}).stdout == f"{expected}\n"


# The server ----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def served():
    yield aerospike_py.start_metrics_server(0)
    aerospike_py.stop_metrics_server()


def fetch(port, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_metrics_over_http(served, c, key, set_name):
    c.put(key, {"n": 1})
    kind, text = fetch(served)
    assert kind.startswith("text/plain; version=0.0.4")
    assert f'db_collection_name="{set_name}"' in text
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(served, "/")


def test_the_server_starts_once_moves_and_stops(served):
    assert aerospike_py.start_metrics_server(0) == served
    other = aerospike_py.start_metrics_server(0, host="localhost")
    assert other != served
    fetch(other)
    with pytest.raises(urllib.error.URLError):
        fetch(served)
    aerospike_py.stop_metrics_server()
    aerospike_py.stop_metrics_server()
    with pytest.raises(urllib.error.URLError):
        fetch(other)


def test_a_port_in_use_is_an_error_and_what_runs_goes_on(served):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        aerospike_py.start_metrics_server(taken.getsockname()[1])
    fetch(served)


@pytest.mark.parametrize("port", [-1, 65536, "9464", None, True])
def test_bad_ports(port):
    with pytest.raises(aerospike_py.InvalidArgError, match="port"):
        aerospike_py.start_metrics_server(port)


def test_the_host_of_the_environment(monkeypatch):
    monkeypatch.setenv("AEROSPIKE_PY_METRICS_HOST", "203.0.113.1")
    with pytest.raises(OSError, match="assign"):
        aerospike_py.start_metrics_server(0)
