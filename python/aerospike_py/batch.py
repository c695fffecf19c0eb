"""What `batch_read` returns: a dict that also knows what a dict cannot say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, cast

from .types import AerospikeRecord, BatchRecord, BatchWriteResult, UserKey

if TYPE_CHECKING:
    import numpy as np

    from ._aerospike import LazyBatchRecords
    from .numpy_batch import NumpyBatchRecords
    from .types import BinsT
else:
    from typing import TypeVar

    BinsT = TypeVar("BinsT")


class BatchReadResult(dict[UserKey, BinsT], Generic[BinsT]):
    """User key → bins, or the objects they were read into, of the records that were found, in the order of the request.

    A real dict, filled when it is made. Keys given by their digest only, and of equal user keys in two sets all but the last, are not in
    the dict but in `batch_records`. Pickled and copied it is a plain dict.

    The extension makes it from the filled dict and the `LazyBatchRecords` that holds the reply.
    """

    __slots__ = ("_records",)

    def __init__(self, data: dict[UserKey, BinsT], records: LazyBatchRecords) -> None:
        super().__init__(data)
        self._records = records

    @property
    def batch_records(self) -> list[BatchRecord]:
        """A `BatchRecord` per key, in the order of the request, failures included."""
        return self._records.batch_records

    @property
    def result_codes(self) -> list[int]:
        """A result code per key, in the order of the request: 0 where the record was read."""
        return self._records.result_codes

    @property
    def missing(self) -> list[UserKey]:
        """The user keys that were asked for and whose records do not exist, in the order of the request."""
        return self._records.missing

    def to_dict(self) -> dict[UserKey, BinsT]:
        """A plain dict of the same."""
        return dict(self)

    as_dict = to_dict

    def to_list(self) -> list[BinsT | None]:
        """The bins per key, in the order of the request; None where the record was not read."""
        return cast("list[BinsT | None]", self._records.to_list())

    def to_numpy(self, dtype: np.dtype[Any], *, strict: bool = True) -> NumpyBatchRecords:
        """The records as arrays, as `LazyBatchRecords.to_numpy` makes them."""
        return self._records.to_numpy(dtype, strict=strict)

    def iter_records(self) -> Iterator[BatchRecord]:
        """The `batch_records`, one after the other."""
        return iter(self.batch_records)

    def all_user_keys(self) -> list[UserKey | None]:
        """The user key per key, in the order of the request; None where only the digest was given."""
        return self._records.all_user_keys()

    def found_count(self) -> int:
        """How many records were read."""
        return self._records.found_count()

    def release_cache(self) -> None:
        """Kept for code that has it: nothing is kept twice here."""

    @staticmethod
    def merge_to_dict(handles: Iterable[BatchReadResult[Any] | LazyBatchRecords]) -> list[dict[UserKey, AerospikeRecord]]:
        """The dict of each of several results."""
        return [handle.to_dict() for handle in handles]

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return dict, (dict(self),)


async def replay(batch: Awaitable[BatchWriteResult]) -> AsyncIterator[BatchRecord]:
    """The records of a batch that had ended before anybody iterated over it. For the extension."""
    for record in (await batch).batch_records:
        yield record


__all__ = ["BatchReadResult"]
