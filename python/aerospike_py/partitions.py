"""Which partitions a query reads; every namespace has 4096."""

from __future__ import annotations

from ._aerospike import PartitionFilter
from .types import Key


def partition_filter_all() -> PartitionFilter:
    """All partitions."""
    return PartitionFilter()


def partition_filter_by_id(partition_id: int) -> PartitionFilter:
    """One partition; ValueError if `partition_id` is not in [0, 4096)."""
    return PartitionFilter(partition_id, 1)


def partition_filter_by_range(begin: int, count: int) -> PartitionFilter:
    """`count` partitions from `begin` on; ValueError if they are not all in [0, 4096)."""
    return PartitionFilter(begin, count)


def partition_filter_after(key: Key) -> PartitionFilter:
    """What comes after a record, which need not exist, in its partition; a digest in the key will do."""
    return PartitionFilter.after(key)


__all__ = ["PartitionFilter", "partition_filter_after", "partition_filter_all", "partition_filter_by_id", "partition_filter_by_range"]
