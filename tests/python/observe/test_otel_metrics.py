from __future__ import annotations

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

import aerospike_py
from aerospike_py import _otel_metrics


def points(reader):
    data = reader.get_metrics_data()
    (scope,) = data.resource_metrics[0].scope_metrics
    assert scope.scope.name == "aerospike_py"
    return {metric.name: [(dict(point.attributes), point.value) for point in metric.data.data_points] for metric in scope.metrics}


def test_instruments_of_the_applications_provider(c, key, set_name):
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    _otel_metrics.observe(provider)
    c.put(key, {"n": 1})
    found = points(reader)
    named = {
        "db.system.name": "aerospike",
        "db.operation.name": "put",
        "db.namespace": "test",
        "db.collection.name": set_name,
    }
    assert (named, 1) in found["aerospike.client.operations"]
    assert (named, 0) in found["aerospike.client.operations.active"]
    latencies = {point["quantile"]: value for point, value in found["aerospike.client.operation.latency"] if named.items() <= point.items()}
    assert sorted(latencies) == [0.5, 0.9, 0.99, 0.999]
    assert 0 < latencies[0.5] < 10
    states = {point["db.client.connection.state"] for point, _ in found["db.client.connection.count"]}
    assert states == {"used", "idle"}
    assert {"aerospike.client.retries", "aerospike.client.circuit_breaker.hits"} <= found.keys()
    provider.shutdown()


def test_init_metrics_once(run_python, hosts):
    done = run_python(
        f"""
import aerospike_py
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
aerospike_py.init_metrics()
aerospike_py.init_metrics()
with aerospike_py.client({{"hosts": {hosts!r}}}) as client:
    client.exists(("test", "once", 1))
    data = reader.get_metrics_data()
(scope,) = data.resource_metrics[0].scope_metrics
names = [metric.name for metric in scope.metrics]
assert len(names) == len(set(names)) > 5, names
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_names_are_public():
    assert {"init_metrics", "init_tracing", "get_metrics"} <= set(aerospike_py.__all__)
