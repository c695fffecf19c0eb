"""The spans of calls. The extension calls `start` and `end`, and only while `use` has switched it on.

Names and attributes are those of OpenTelemetry's conventions for database clients.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ._aerospike import _set_tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

SCHEMA = "https://opentelemetry.io/schemas/1.33.0"

_log = logging.getLogger("aerospike_py.tracing")
_start_span: Any = None
_kind: Any = None


def use(provider: TracerProvider | None) -> None:
    """Make spans through a provider from now on, or none."""
    global _start_span, _kind  # noqa: PLW0603
    if provider is None:
        _set_tracing(False)
        return
    from opentelemetry.trace import SpanKind

    from . import __version__

    _start_span = provider.get_tracer("aerospike_py", __version__, schema_url=SCHEMA).start_span
    _kind = SpanKind.CLIENT
    _set_tracing(True)


def start(name: str, attributes: dict[str, Any]) -> Span | None:
    """The span of a call that begins, a child of the current one; None if it is not sampled.

    Both arguments are made once for an operation on a set, so that a span that is not sampled has cost no more than to ask.
    """
    try:
        span: Span = _start_span(name, kind=_kind, attributes=attributes)
    except Exception:  # noqa: BLE001 (telemetry that fails never fails a call)
        _log.warning("A span could not be begun", exc_info=True)
        return None
    return span if span.is_recording() else None


def end(
    span: Span,
    at: int | None,
    server: tuple[str, int, str | None] | None,
    failure: tuple[str, int, str] | None,
    attempts: list[tuple[int, str]] | tuple[()] = (),
) -> None:
    """End the span of a call.

    Args:
        span: What `start` gave.
        at: When its outcome was there, in nanoseconds since 1970; None for now.
        server: Host, port and name of the cluster, if it was for one node.
        failure: Kind, code and text of what went wrong.
        attempts: Number and failure of each attempt that was followed by another.
    """
    try:
        if server is not None:
            host, port, cluster = server
            span.set_attributes({"server.address": host, "server.port": port})
            if cluster:
                span.set_attribute("db.aerospike.cluster_name", cluster)
        for number, text in attempts:
            span.add_event("retry", {"db.aerospike.attempt": number} | ({"exception.message": text} if text else {}))
        if failure is not None:
            _fail(span, *failure)
        span.end(at)
    except Exception:  # noqa: BLE001 (the same)
        _log.warning("A span could not be ended", exc_info=True)


def _fail(span: Span, kind: str, code: int, text: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attributes({"error.type": kind, "db.response.status_code": str(code)})
    span.set_status(Status(StatusCode.ERROR, text or kind))
