"""Makes the named tuples of `Client.stats` out of what the extension counts."""

from __future__ import annotations

from typing import Any

from .types import ClientStats, LatencyStats, NodeStats, OperationStats, ReactorStats


def client_stats(operations: list[dict[str, Any]], nodes: list[dict[str, Any]], reactor: dict[str, Any], dropped_logs: int) -> ClientStats:
    """The statistics as they are given to users."""
    return ClientStats(
        [_operation(**operation) for operation in operations], [NodeStats(**node) for node in nodes], ReactorStats(**reactor), dropped_logs
    )


def _operation(latency: dict[str, Any], queue_wait: dict[str, Any], **rest: Any) -> OperationStats:
    return OperationStats(latency=LatencyStats(**latency), queue_wait=LatencyStats(**queue_wait), **rest)
