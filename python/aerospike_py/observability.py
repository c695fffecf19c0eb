"""Metrics, spans and log records: what is seen of the clients of this process.

Everything here is in the package itself, too: `aerospike_py.start_metrics_server`, … The guide is `docs/observability.md`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ._aerospike import (
    _set_log_filter,
    dropped_log_count,
    get_metrics,
    is_internal_stage_metrics_enabled,
    is_metrics_enabled,
    set_internal_stage_metrics_enabled,
    set_metrics_enabled,
)
from .constants import LOG_LEVEL_DEBUG, LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_OFF, LOG_LEVEL_TRACE, LOG_LEVEL_WARN
from .exception import InvalidArgError

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

__all__ = [
    "dropped_log_count",
    "get_metrics",
    "init_metrics",
    "init_tracing",
    "internal_stage_profiling",
    "is_internal_stage_metrics_enabled",
    "is_metrics_enabled",
    "set_internal_stage_metrics_enabled",
    "set_log_level",
    "set_metrics_enabled",
    "shutdown_tracing",
    "start_metrics_server",
    "stop_metrics_server",
]

#: LOG_LEVEL_* → level of `logging`. Off is above every level there is.
_LEVELS = {LOG_LEVEL_OFF: 100, LOG_LEVEL_ERROR: 40, LOG_LEVEL_WARN: 30, LOG_LEVEL_INFO: 20, LOG_LEVEL_DEBUG: 10, LOG_LEVEL_TRACE: 5}

_HOST_VARIABLE = "AEROSPIKE_PY_METRICS_HOST"


# Logging -------------------------------------------------------------------------------------------------------------------------------


def set_log_level(level: int) -> None:
    """Say which log records there are: of the engine, where others are not even made, and of the Python logger ``aerospike_py``.

    Records of the engine arrive at loggers below ``aerospike_py``, such as ``aerospike_py.aerospike_core.cluster``. Without a call of this
    there are warnings and errors.

    Args:
        level: ``LOG_LEVEL_OFF``, ``_ERROR``, ``_WARN``, ``_INFO``, ``_DEBUG`` or ``_TRACE``, which is level 5 of `logging`.

    Raises:
        `InvalidArgError`: It is none of these; a `ValueError` too.
    """
    if type(level) is not int or level not in _LEVELS:
        raise InvalidArgError(f"{level!r} is not a log level: LOG_LEVEL_OFF, _ERROR, _WARN, _INFO, _DEBUG or _TRACE, which are -1 to 4")
    import logging

    from . import _logs  # noqa: F401 (names level 5)

    logging.getLogger("aerospike_py").setLevel(_LEVELS[level])
    _set_log_filter(level)


# Metrics -------------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def internal_stage_profiling() -> Iterator[None]:
    """Time the stages of calls within a block, see `set_internal_stage_metrics_enabled`; then it is as it was before.

    Returns:
        A context manager.
    """
    before = is_internal_stage_metrics_enabled()
    set_internal_stage_metrics_enabled(True)
    try:
        yield
    finally:
        set_internal_stage_metrics_enabled(before)


def start_metrics_server(port: int = 9464, host: str | None = None) -> int:
    """Serve `get_metrics` over HTTP, at ``/metrics``, from a thread of its own.

    Started again with the same arguments, it goes on; with others, it moves. It ends with the process; the child of a fork has none until
    it starts its own.

    Args:
        port: Where to listen; 0 takes a free one. Default: 9464, which OpenTelemetry has for this.
        host: The address to listen on; ``"0.0.0.0"`` for all. Default: AEROSPIKE_PY_METRICS_HOST of the environment, else ``"127.0.0.1"``.

    Returns:
        The port.

    Raises:
        OSError: The address cannot be listened on, as when the port is in use.
        `InvalidArgError`: The port is no number from 0 to 65535.
    """
    if type(port) is not int or not 0 <= port <= 65535:  # noqa: PLR2004
        raise InvalidArgError(f"port {port!r} is not a number from 0 to 65535")
    from . import _metrics_server

    return _metrics_server.start(host or os.environ.get(_HOST_VARIABLE) or "127.0.0.1", port)


def stop_metrics_server() -> None:
    """Stop what `start_metrics_server` has started. Stopping what does not run changes nothing."""
    from . import _metrics_server

    _metrics_server.stop()


def init_metrics(meter_provider: MeterProvider | None = None) -> None:
    """Give the metrics to OpenTelemetry, as instruments that are read when the provider collects. Called again, it changes nothing.

    Args:
        meter_provider: Where to create the instruments. Default: None, the one the application has set.

    Raises:
        ImportError: OpenTelemetry is not installed: it is the extra ``otel``.
    """
    if _otel["metrics"] is not None:
        return
    try:
        from opentelemetry.metrics import get_meter_provider
    except ImportError as error:
        raise _missing() from error
    from . import _otel_metrics

    provider = meter_provider or get_meter_provider()
    _otel_metrics.observe(provider)
    _otel["metrics"] = provider


# Tracing -------------------------------------------------------------------------------------------------------------------------------

#: The providers in use; "own" is the one made here, which ends with `shutdown_tracing`.
_otel: dict[str, Any] = {"tracing": None, "own": None, "metrics": None}


def init_tracing() -> None:
    """Make a span for every call from now on. Called again, it changes nothing.

    The spans go to the tracer provider that the application has set, and are children of the span that is current at the call. Where it
    has set none, one is made for them, for the exporter and with the settings that the ``OTEL_*`` variables name (OTLP over HTTP by
    default, ``service.name`` aerospike-py); the application's is never replaced. With OTEL_SDK_DISABLED=true, or without a provider and
    OTEL_TRACES_EXPORTER=none, there are no spans.

    Raises:
        ImportError: OpenTelemetry, or the exporter that is wanted, is not installed: both are in the extra ``otel``.
        `InvalidArgError`: OTEL_TRACES_EXPORTER or OTEL_EXPORTER_OTLP_PROTOCOL names what is not known.
    """
    if _otel["tracing"] is not None or _variable("OTEL_SDK_DISABLED") == "true":
        return
    try:
        from opentelemetry import trace
    except ImportError as error:
        raise _missing() from error
    provider: Any = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider):
        provider = _otel["own"] = _own_provider()
        if provider is None:
            return
    from . import _tracing

    _otel["tracing"] = provider
    _tracing.use(provider)


def shutdown_tracing() -> None:
    """Make no more spans, and send those that have ended; waits at most 5 seconds for that. Without `init_tracing` it changes nothing."""
    provider, own = _otel["tracing"], _otel["own"]
    _otel["tracing"] = _otel["own"] = None
    if provider is None:
        return
    from . import _tracing

    _tracing.use(None)
    flush = getattr(provider, "force_flush", None)
    if flush is not None:
        flush(5000)
    if own is not None:
        own.shutdown()


def _own_provider() -> TracerProvider | None:
    """A provider as the environment wants it; None if it wants none."""
    exporter = _exporter()
    if exporter is None:
        return None
    try:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _missing() from error
    named = Resource.create({} if _variable("OTEL_SERVICE_NAME") else {SERVICE_NAME: "aerospike-py"})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _exporter() -> Any:
    """The exporter that the environment names; None if it wants none."""
    kind = _variable("OTEL_TRACES_EXPORTER") or "otlp"
    try:
        if kind == "none":
            return None
        if kind == "console":
            from opentelemetry.sdk.trace.export import ConsoleSpanExporter

            return ConsoleSpanExporter()
        if kind != "otlp":
            raise InvalidArgError(f"OTEL_TRACES_EXPORTER {kind!r} is not otlp, console or none; set a tracer provider for others")
        protocol = _variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or _variable("OTEL_EXPORTER_OTLP_PROTOCOL") or "http/protobuf"
        if protocol == "http/protobuf":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
        if protocol == "grpc":
            import importlib

            return importlib.import_module("opentelemetry.exporter.otlp.proto.grpc.trace_exporter").OTLPSpanExporter()
        raise InvalidArgError(f"OTEL_EXPORTER_OTLP_PROTOCOL {protocol!r} is not http/protobuf or grpc")
    except ImportError as error:
        raise _missing() from error


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip() if name == "OTEL_SERVICE_NAME" else os.environ.get(name, "").strip().lower()


def _missing() -> ImportError:
    return ImportError("OpenTelemetry, or the exporter that is wanted, is not installed: pip install aerospike-py[otel]")
