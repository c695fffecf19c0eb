"""Batch reads as columns: what `batch_read(keys, _dtype=…)` returns.

NumPy is an extra (``pip install "aerospike-py[numpy]"``) and is imported when the first such batch is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .exception import InvalidArgError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .types import UserKey


class NumpyBatchRecords:
    """The records of a batch as arrays, a row per key in the order of the request.

    Attributes:
        batch_records: A structured array of the dtype that was asked for. Rows of records that were not read, and fields of bins that are
            not there, are zero.
        meta: A structured array of ``[("gen", "u4"), ("ttl", "u4")]``; ttl is in seconds, 4294967295 for a record that never expires.
        result_codes: An int32 array: 0 where the record was read, else the code it failed with.
    """

    __slots__ = ("_rows", "batch_records", "meta", "result_codes")

    batch_records: NDArray[np.void]
    meta: NDArray[np.void]
    result_codes: NDArray[np.int32]

    def __init__(
        self,
        batch_records: NDArray[np.void],
        meta: NDArray[np.void],
        result_codes: NDArray[np.int32],
        _map: dict[UserKey, int] | Callable[[], dict[UserKey, int]],
    ) -> None:
        self.batch_records = batch_records
        self.meta = meta
        self.result_codes = result_codes
        self._rows = _map

    @property
    def _map(self) -> dict[UserKey, int]:
        """User key → row, keys of missing records included; made when it is first asked for."""
        if not isinstance(self._rows, dict):
            self._rows = self._rows()
        return self._rows

    def get(self, key: UserKey) -> np.void:
        """The row of a user key; of a key that was asked for twice, the last. KeyError if it was not asked for."""
        row = self._map.get(key)
        if row is None:
            raise KeyError(f"no key {key!r} among the {len(self._map)} of this batch")
        record: np.void = self.batch_records[row]
        return record

    def __len__(self) -> int:
        return len(self.batch_records)

    def __iter__(self) -> Iterator[np.void]:
        return iter(self.batch_records)

    def __contains__(self, key: object) -> bool:
        return key in self._map

    def __repr__(self) -> str:
        ok = int((self.result_codes == 0).sum())
        return f"NumpyBatchRecords(count={len(self)}, ok={ok}, fields={list(self.batch_records.dtype.names or ())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.batch_records, self.meta, self.result_codes, self._map)


def _numpy() -> Any:
    """NumPy, or an ImportError that says how to get it; the extension calls this before it touches an array."""
    try:
        import numpy as np
    except ImportError as error:
        raise ImportError('NumPy is not installed and _dtype needs it: pip install "aerospike-py[numpy]"') from error
    return np


def _structured(columns: dict[str, Any], key_field: str) -> Any:
    """A structured array of columns by name, for `batch_write_numpy`; user keys, namespaces and sets may be str."""
    np = _numpy()
    if not columns:
        raise InvalidArgError("data has no columns")
    arrays = {}
    for name, column in columns.items():
        if not isinstance(name, str):
            raise InvalidArgError(f"a column is named {name!r}, which is no str")
        if isinstance(column, np.ma.MaskedArray):
            raise InvalidArgError(f"column '{name}' is a masked array, whose mask nothing would keep: give its filled() or its data")
        array = np.asarray(column)
        if array.ndim == 0:
            raise InvalidArgError(f"column '{name}' is a {type(column).__name__}, not a sequence with a value for each row")
        is_text = array.dtype.kind == "U" and name in {key_field, "_namespace", "_set"}
        arrays[name] = np.char.encode(array, "utf-8") if is_text else array
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidArgError(f"columns have different lengths: {', '.join(f'{name} {length}' for name, length in lengths.items())}")
    rows = np.empty(next(iter(lengths.values())), [(name, array.dtype, array.shape[1:]) for name, array in arrays.items()])
    for name, array in arrays.items():
        rows[name] = array
    return rows


__all__ = ["NumpyBatchRecords"]
