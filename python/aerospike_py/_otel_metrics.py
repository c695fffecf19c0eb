"""The metrics as instruments of OpenTelemetry, read when the application's meter provider asks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ._aerospike import _stats

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation

    from .types import ClientStats, NodeStats, OperationStats

#: Several instruments are read at one moment: seconds for which they share a look.
_SAME_MOMENT = 0.1
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}


class _Instruments:
    def __init__(self, meter: Meter) -> None:
        self._seen: tuple[float, ClientStats] | None = None
        meter.create_observable_counter("aerospike.client.operations", [self._operations], "{operation}", "Calls that have ended.")
        meter.create_observable_counter("aerospike.client.retries", [self._retries], "{attempt}", "Attempts after a first one.")
        meter.create_observable_gauge("aerospike.client.operation.latency", [self._latencies], "s", "Quantiles of calls that succeeded.")
        meter.create_observable_up_down_counter(
            "aerospike.client.operations.active", [self._active], "{operation}", "Calls without an outcome."
        )
        meter.create_observable_up_down_counter("db.client.connection.count", [self._connections], "{connection}", "Connections by state.")
        for name, field in (
            ("connections.broken", "connections_broken"),
            ("circuit_breaker.hits", "circuit_breaker_hits"),
            ("connections.failed", "connections_failed"),
        ):
            meter.create_observable_counter(f"aerospike.client.{name}", [self._of_nodes(field)])

    def _stats(self) -> ClientStats:
        now = time.monotonic()
        if self._seen is None or now - self._seen[0] > _SAME_MOMENT:
            self._seen = now, _stats()
        return self._seen[1]

    def _operations(self, _options: CallbackOptions) -> Iterator[Observation]:
        for operation in self._stats().operations:
            failed = sum(operation.errors.values())
            yield _observation(operation.calls - failed, _of(operation))
            for kind, count in operation.errors.items():
                yield _observation(count, _of(operation) | {"error.type": kind})

    def _retries(self, _options: CallbackOptions) -> Iterator[Observation]:
        for operation in self._stats().operations:
            yield _observation(operation.retries, _of(operation))

    def _latencies(self, _options: CallbackOptions) -> Iterator[Observation]:
        for operation in self._stats().operations:
            for field, quantile in _QUANTILES.items():
                yield _observation(getattr(operation.latency, field) / 1e3, _of(operation) | {"quantile": quantile})

    def _active(self, _options: CallbackOptions) -> Iterator[Observation]:
        for operation in self._stats().operations:
            yield _observation(operation.in_flight, _of(operation))

    def _connections(self, _options: CallbackOptions) -> Iterator[Observation]:
        for node in self._stats().nodes:
            for state, count in (("used", node.connections_in_use), ("idle", node.connections_idle)):
                yield _observation(count, _pool(node) | {"db.client.connection.state": state})

    def _of_nodes(self, field: str) -> Any:
        def observe(_options: CallbackOptions) -> Iterator[Observation]:
            for node in self._stats().nodes:
                yield _observation(getattr(node, field), _pool(node))

        return observe


def _of(operation: OperationStats) -> dict[str, Any]:
    named = {"db.namespace": operation.namespace, "db.collection.name": operation.set_name}
    return {"db.system.name": "aerospike", "db.operation.name": operation.operation} | {
        name: value for name, value in named.items() if value
    }


def _pool(node: NodeStats) -> dict[str, Any]:
    return {"db.system.name": "aerospike", "db.client.connection.pool.name": node.address}


def _observation(value: float, attributes: dict[str, Any]) -> Observation:
    from opentelemetry.metrics import Observation

    return Observation(value, attributes)


def observe(provider: MeterProvider) -> None:
    """Create the instruments at a provider."""
    from . import __version__

    _Instruments(provider.get_meter("aerospike_py", __version__))
