# Written by tools/stubs.py from tools/client.pyi.in: change that, then run `make fmt`.
"""The extension module: the clients' engine and the embedded server."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar, final, overload, type_check_only

import numpy.typing as npt
from typing_extensions import Self

from .batch import BatchReadResult
from .numpy_batch import NumpyBatchRecords
from .rows import Apply, Read, Remove, Write
from .types import (
    AdminPolicy,
    AerospikeRecord,
    BatchDeleteMeta,
    BatchPolicy,
    BatchRecord,
    BatchRetryInfo,
    BatchUDFMeta,
    BatchWriteResult,
    ClientConfig,
    ClientStats,
    ExistsResult,
    Expression,
    InfoNodeResult,
    JobProgress,
    Key,
    OperateOrderedResult,
    Operation,
    Privilege,
    QueryPolicy,
    ReadPolicy,
    Record,
    RoleInfo,
    SharedPolicy,
    UserInfo,
    UserKey,
    WriteMeta,
    WritePolicy,
)

# Many keys: one after the other, as the columns (namespace, set, [user keys…]), or user keys as an array.
_BatchKeys: TypeAlias = Sequence[Key] | tuple[str, str | None, Sequence[UserKey]] | npt.NDArray[Any]

class _HasArrowSchema(Protocol):
    def __arrow_c_schema__(self) -> object: ...

class _HasArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _HasArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

_ArrowSchema: TypeAlias = Mapping[str, str | _HasArrowSchema] | _HasArrowSchema
_ArrowData: TypeAlias = _HasArrowStream | _HasArrowArray

_T = TypeVar("_T")
_Transaction: TypeAlias = Transaction | AsyncTransaction
_QueryPolicy: TypeAlias = QueryPolicy | PreparedPolicy

class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]

class _PydanticModel(Protocol):
    __pydantic_validator__: ClassVar[Any]

class _Struct(Protocol):
    __struct_fields__: ClassVar[tuple[str, ...]]

# Bins by name, or an object whose fields are bins.
_Bins: TypeAlias = Mapping[str, Any] | _Dataclass | _PydanticModel | _Struct

class Client:
    """A client for an Aerospike cluster, for threads.

    A call releases the GIL and returns when the cluster has answered. A client may be used from any number of threads at once, and in a
    child after a fork. As a context manager it connects on entry, if nobody did, and closes on exit.

    Args:
        config: The configuration, see `aerospike_py.types.ClientConfig`. It is looked at by `connect`, not here.
    """

    def __init__(self, config: ClientConfig) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> Literal[False]: ...
    def connect(self, username: str | None = None, password: str | None = None) -> Self:
        """Find the cluster's nodes and open connections to them.

        Args:
            username: Who logs in. Default: `user` of the configuration.
            password: The password. Default: `password` of the configuration.

        Returns:
            The client itself.

        Raises:
            `InvalidArgError`: The configuration is wrong; the text names the key and the nearest valid one.
            `ConnectionError`: No host could be reached; the text names each address that was tried and what happened there.
            `NotAuthenticated`, `InvalidCredential`, …: The server refused the login.
            `ClientError`: It is connected already, or being connected or closed, or there is a username without a password.
        """
    def close(self, timeout: int | None = None) -> None:
        """Close every connection. Closing twice, or what was never connected, changes nothing; `connect` may follow.

        New requests are refused from now on, those in flight may finish.

        Args:
            timeout: Milliseconds for requests in flight; what is left then fails with `ClientClosedError`, `in_doubt` if it was a write
                that had been sent. Default: None, as long as their own policies allow.

        Raises:
            `ClientError`: It is being connected at this moment.
        """
    def is_connected(self) -> bool:
        """Whether the client is connected and knows at least one node. Asks nobody; never raises."""
    def ping(self) -> bool:
        """Ask a node whether it is there.

        Returns:
            True if it answered, False if not or if the client is not connected. Never raises.
        """
    def get_node_names(self) -> list[str]:
        """The names of the cluster's nodes, as the client knows them at this moment.

        Returns:
            Names such as ``"BB9020011AC4202"``.

        Raises:
            `ClientError`: The client is not connected.
        """
    def stats(self) -> ClientStats:
        """What the client counts: its nodes and their connections, and, of the whole process, operations and the I/O thread.

        Asks nobody, in `AsyncClient` too. Counts begin with the process, those of connections and retries with `connect`.

        Returns:
            A `ClientStats`; times are in milliseconds, with three significant digits.

        Raises:
            `ClientError`: The client is not connected.
        """
    def get_stats(self) -> ClientStats:
        """The same as `stats`, by the name the official client has for it.

        Returns:
            A `ClientStats`.

        Raises:
            `ClientError`: The client is not connected.
        """
    def enable_metrics(self, policy: None = None) -> None:
        """The same as ``set_metrics_enabled(True)``, by the name the official client has for it: for all clients of the process.

        Args:
            policy: None. The official client's says how coarse its histograms are and which file they go to; here they are fine, and
                `get_metrics` and `stats` give them.

        Raises:
            `InvalidArgError`: There is a policy.
        """
    def disable_metrics(self) -> None:
        """The same as ``set_metrics_enabled(False)``, by the name the official client has for it: for all clients of the process."""
    def info_all(self, command: str, policy: AdminPolicy | None = None) -> list[InfoNodeResult]:
        """Send an info command to every node.

        Args:
            command: Such as ``"namespaces"`` or ``"statistics"``; see the server's reference of info commands.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            A `InfoNodeResult(node_name, error_code, response)` per node; `error_code` is not 0 where a node could not be asked.

        Raises:
            `ClientError`: The client is not connected.
        """
    def info_random_node(self, command: str, policy: AdminPolicy | None = None) -> str:
        """Send an info command to one node.

        Args:
            command: Such as ``"build"``.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            The node's answer.

        Raises:
            `ConnectionError`, `AerospikeTimeoutError`: The node could not be asked.
            `ClientError`: The client is not connected.
        """
    def put(
        self,
        key: Key,
        bins: _Bins,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        map_bins: Sequence[str] | None = None,
        txn: _Transaction | None = None,
    ) -> None:
        """Write bins of a record; bins it has beside them stay.

        Args:
            key: ``(namespace, set, user key)``.
            bins: Bin name (at most 15 bytes) → value: None, which removes the bin, bool, int of 64 bits, float, str, bytes, list, dict,
                `GeoJSON` or `HyperLogLog`. Not empty. Or a dataclass, a pydantic model or a msgspec struct, whose fields are the bins;
                docs/objects.md says which type becomes what. Values of other types need a `serializer` in the configuration.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            map_bins: The bins among them that are maps and are written by key: of the map in the record the keys given are set, and the
                others stay. All is done at once or not at all. Default: None, each bin is replaced as a whole.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordGenerationError`, `RecordExistsError`, `RecordNotFound`: The record is not as `meta` and `policy` demand.
            `RecordTooBig`: It would exceed the server's limit.
            `BinTypeError`: A bin of `map_bins` is no map in the record.
            `ObjectError`: The object has a field that cannot be stored, or whose name no bin can have; the text names it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            What the `serializer` raises; nothing was sent.
            `AerospikeError`: Anything else; `in_doubt` says whether the write may have been applied all the same.
        """
    @overload
    def get(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, into: None = None, txn: _Transaction | None = None) -> Record:
        """Read a record.

        Args:
            key: ``(namespace, set, user key)``.
            policy: How to read. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)`. The key carries the user key that was asked for and the digest; `meta.ttl` is in seconds,
            4294967295 if the record never expires.

        Raises:
            `RecordNotFound`: There is no such record.
            `ObjectError`: The record is not as `into` says it; the text names the field. (pydantic raises its `ValidationError`.)
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    def get(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, into: type[_T], txn: _Transaction | None = None) -> Record[_T]: ...
    @overload
    def select(
        self, key: Key, bins: list[str] | tuple[str, ...], policy: ReadPolicy | PreparedPolicy | None = None, *, into: None = None, txn: _Transaction | None = None
    ) -> Record:
        """Read some bins of a record.

        Args:
            key: ``(namespace, set, user key)``.
            bins: Their names; those the record does not have are absent from the result. Empty reads key and metadata only.
            policy: How to read. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Fields whose bins are not
                read need a default. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)`, as `get` does.

        Raises:
            `RecordNotFound`: There is no such record.
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    def select(
        self, key: Key, bins: list[str] | tuple[str, ...], policy: ReadPolicy | PreparedPolicy | None = None, *, into: type[_T], txn: _Transaction | None = None
    ) -> Record[_T]: ...
    def exists(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, txn: _Transaction | None = None) -> ExistsResult:
        """Look whether a record exists.

        Args:
            key: ``(namespace, set, user key)``.
            policy: How to read. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `ExistsResult(key, meta)`; `meta` is None if there is no such record.

        Raises:
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def remove(
        self,
        key: Key,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Remove a record.

        Args:
            key: ``(namespace, set, user key)``.
            meta: The generation the record must have, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordNotFound`: There is no such record.
            `RecordGenerationError`: Its generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def touch(
        self,
        key: Key,
        val: int = 0,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Renew a record's time to live; its generation goes up.

        Args:
            key: ``(namespace, set, user key)``.
            val: Seconds to live, not negative; wins over the policy's `ttl`. Default: 0, what the policy says.
            meta: The generation the record must have, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordNotFound`: There is no such record.
            `RecordGenerationError`: Its generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def append(
        self,
        key: Key,
        bin: str,
        val: str | bytes | bytearray | memoryview,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Append to a string or to bytes; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            val: What to append, of the type the bin holds.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def prepend(
        self,
        key: Key,
        bin: str,
        val: str | bytes | bytearray | memoryview,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Put before a string or bytes; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            val: What to prepend, of the type the bin holds.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def increment(
        self,
        key: Key,
        bin: str,
        offset: float,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Add to a number; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            offset: An int for an int bin, a float for a float bin. May be negative.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def remove_bin(
        self,
        key: Key,
        bin_names: list[str] | tuple[str, ...],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Remove bins of a record; a record whose last bin goes is removed.

        Args:
            key: ``(namespace, set, user key)``.
            bin_names: Their names. Not empty.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    def operate(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        into: None = None,
        txn: _Transaction | None = None,
    ) -> Record:
        """Run several operations on one record, as one: all of them or none.

        Args:
            key: ``(namespace, set, user key)``.
            ops: Dicts: ``{"op": OPERATOR_WRITE, "bin": "n", "val": 1}``, or what the functions of `list_operations`, `map_operations`,
                `hll_operations` and `bit_operations` return. Not empty.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)` with what the operations answered, by bin; several answers of one bin are a list.

        Raises:
            `RecordNotFound`: There is no such record, and the operations only read or do not make one.
            `BinTypeError`, `OpNotApplicable`: An operation does not fit its bin.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    def operate(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        into: type[_T],
        txn: _Transaction | None = None,
    ) -> Record[_T]: ...
    def operate_ordered(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> OperateOrderedResult:
        """Run several operations on one record, as one, and keep each answer apart.

        Args:
            key: ``(namespace, set, user key)``.
            ops: As for `operate`.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `OperateOrderedResult(key, meta, ordered_bins)`: one ``(name, value)`` per operation that answers, in the order of `ops`.

        Raises:
            `RecordNotFound`: There is no such record, and the operations only read or do not make one.
            `BinTypeError`, `OpNotApplicable`: An operation does not fit its bin.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[False] = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> BatchReadResult:
        """Read many records at once. A record that cannot be read raises nothing: it is missing, and its result code says why.

        Args:
            keys: A sequence of keys; or the columns ``(namespace, set, [user keys…])``; or a NumPy array of user keys, with `namespace`
                and `set`.
            bins: The bins to read. Default: None, all; empty reads key and metadata only.
            policy: How to read. Default: None, the client's.
            _dtype: A structured dtype, or what `numpy.dtype` takes: read into arrays, a field per bin. Integers wrap to the field, floats
                are cast, bytes and strings are cut or padded with zeros; ``M`` and ``m`` are integers in their unit. Kinds
                ``b i u f M m S V`` and sub-arrays. Default: None.
            lazy: Convert nothing until it is asked for. Default: False.
            strict: Refuse a number that does not fit its field of `_dtype`, as `LazyBatchRecords.to_numpy` does. Default: False.
            into: A dataclass, a pydantic model or a msgspec struct to read the records into, without `lazy` and `_dtype`. One record that does
                not fit fails the call. Default: None, dicts.
            namespace: The namespace, where `keys` is an array.
            set: The set, where `keys` is an array.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchReadResult`: a dict of user key → bins of the records found, in the order of `keys`. With `lazy` a `LazyBatchRecords`,
            with `_dtype` a `NumpyBatchRecords`, with `into` objects in place of the bins.

        Raises:
            `TypeError`: A field of `_dtype` has another kind, or a bin does not fit its field; the text names it.
            `OverflowError`, `ValueError`: With `strict` a number does not fit its field; the text names field and key.
            `ObjectError`: A record is not as `into` says it; `key` says which.
            What the `deserializer` of the configuration raises, with the key of the record as its `key`.
            `ImportError`: `_dtype` without NumPy.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    @overload
    def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[False] = False,
        into: type[_T],
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> BatchReadResult[_T]: ...
    @overload
    def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[True],
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> LazyBatchRecords: ...
    @overload
    def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        *,
        _dtype: npt.DTypeLike,
        lazy: bool = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> NumpyBatchRecords: ...
    @overload
    def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None,
        policy: BatchPolicy | PreparedPolicy | None,
        _dtype: npt.DTypeLike,
        *,
        lazy: bool = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> NumpyBatchRecords: ...
    def batch_write(
        self,
        records: Sequence[tuple[Key, _Bins] | tuple[Key, _Bins, WriteMeta]],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write many records at once. A record that cannot be written raises nothing: its result code says why.

        Args:
            records: ``(key, bins)`` or ``(key, bins, meta)`` per record. The ttl is that of `meta`, else of the policy, else the
                namespace's.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: How often to try again the records that failed with code 8, 9, 11, 14 or 18 or for want of a connection, waiting
                10 ms · 2ⁿ at random, at most 500 ms, while `total_timeout` allows. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per record, in order, and how the attempts went.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def batch_operate(
        self,
        keys: _BatchKeys,
        ops: Sequence[Operation],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Run the same operations on many records at once, each record by itself all of them or none.

        Args:
            keys: As for `batch_read`.
            ops: As for `operate`.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`; the records hold what the operations answered.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def batch_remove(
        self,
        keys: _BatchKeys | Sequence[Key | tuple[Key, BatchDeleteMeta]],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Remove many records at once. A record that is not there raises nothing: its result code is 2.

        Args:
            keys: As for `batch_read`; a key may also be ``(key, meta)``.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def batch_write_numpy(
        self,
        data: npt.NDArray[Any] | dict[str, npt.ArrayLike],
        namespace: str,
        set_name: str | None,
        _dtype: npt.DTypeLike | None = None,
        key_field: str = "_key",
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write the rows of a structured array, or of columns, a record per row and a bin per field.

        Bools, integers and floats become bool, int and float bins, dates and times (``M``, ``m``) integers in the unit of the dtype, bytes
        (S, with their padding), V and sub-arrays become bytes. Fields whose name begins with ``_`` are no bins; ``_namespace`` and
        ``_set``, of kind S, say for each row where it goes. Rows travel 5,000 at a time, and each such portion has the whole
        `total_timeout` of the policy.

        Args:
            data: An array of one dimension, in any byte order and with any strides, of kinds ``b i u f M m S V`` and sub-arrays; or a dict
                of such columns, of equal length, whose user keys, namespaces and sets may also be str.
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            _dtype: The dtype of `data`, which is then checked. Default: None, it is not.
            key_field: The field of the user keys, integers or bytes (S, without their padding). Default: ``"_key"``.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per row, in order.

        Raises:
            `OverflowError`: An unsigned integer does not fit into 64 bits with sign; the text names field and row.
            `TypeError`: A field has another kind, `_dtype` is not that of `data`, or an array is masked.
            `ImportError`: NumPy is not installed.
            `InvalidArgError`, `ValueError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def write_arrow(
        self,
        data: _ArrowData,
        namespace: str,
        set_name: str | None,
        key: str = "_key",
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write the rows of an Arrow table, a record per row and a bin per column.

        Nulls write no bin. Dates, times and durations become integers in the unit of their type, structs become maps. Columns whose name
        begins with ``_`` are no bins; strings in ``_namespace`` and ``_set`` say for each row where it goes. Rows travel 5,000 at a time,
        and each such portion has the whole `total_timeout` of the policy.

        Args:
            data: Anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``: tables, batches and readers of pyarrow, data frames of
                polars and pandas, relations of DuckDB, an `ArrowTable`. It is read to its end before anything is sent.
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            key: The column of the user keys, integers, strings or blobs. Default: ``"_key"``.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per row, in order.

        Raises:
            `OverflowError`: An unsigned integer does not fit into 64 bits with sign; the text names column and row.
            `TypeError`: A column has a type that no bin has, as decimals, or `data` is no table.
            `ValueError`: A row has no key or no bin, or a column's name is no bin's.
            `InvalidArgError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def batch(
        self,
        ops: Sequence[Read | Write | Remove | Apply],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Read, write, remove and call functions at once, each record in its own way. A record that fails raises nothing.

        Args:
            ops: A `Read`, `Write`, `Remove` or `Apply` per record, each with its own policy.
            policy: What holds for the batch, and for the records whose own policy does not say it. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per element of `ops`, in order. The awaitable of `AsyncClient` is an
            asynchronous iterator, too: ``async for record in client.batch(ops)`` takes the records as they come, as from `batch_stream`.

        Raises:
            `ObjectError`: A record is not as the `into` of its `Read` says it; `key` says which.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent. The text names the element.
            `ClientError`: The client is not connected.
        """
    def batch_stream(
        self,
        ops: Sequence[Read | Write | Remove | Apply],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchStream:
        """The same as `batch`, with the records one by one, in the order in which the nodes answer for them.

        It is sent by this call, before anything is taken. A consumer that is slow costs no time-out, and what waits for it is never more
        than the batch itself. One that leaves early lets the batch run to its end: what was to be written is written.

        Args:
            ops: A `Read`, `Write`, `Remove` or `Apply` per record, each with its own policy.
            policy: What holds for the batch, and for the records whose own policy does not say it. Default: None, the client's.
            retry: As for `batch_write`; a record that will be tried again comes when it was. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchStream`, or an `AsyncBatchStream`: an iterator over a `BatchRecord` per element of `ops`. It raises, as `batch` does,
            if no record was answered.

        Raises:
            `ObjectError`: A record is not as the `into` of its `Read` says it; `key` says which.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent. The text names the element.
            `ClientError`: The client is not connected.
        """
    def batch_exists(
        self, keys: _BatchKeys, policy: BatchPolicy | PreparedPolicy | None = None, *, txn: _Transaction | None = None
    ) -> list[ExistsResult]:
        """Look whether many records exist.

        Args:
            keys: As for `batch_read`.
            policy: How to read. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `ExistsResult(key, meta)` per key, in order; `meta` is None where there is no such record, or the policy's
            `filter_expression` is false for it.

        Raises:
            `AerospikeError`: Of some record it could not be found out; `key` says of which.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def get_nodes(self) -> list[tuple[str, int]]:
        """The addresses of the cluster's nodes, as the client knows them at this moment.

        Returns:
            ``(host, port)`` per node.

        Raises:
            `ClientError`: The client is not connected.
        """
    def get_key_partition_id(self, namespace: str, set_name: str | None, key: UserKey) -> int:
        """The partition that a key belongs to.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            key: The user key.

        Returns:
            A number from 0 to 4095.

        Raises:
            `TypeError`, `ValueError`: They make no key.
        """
    def info_single_node(self, command: str, host: str | tuple[str, int], policy: AdminPolicy | None = None) -> str:
        """Send an info command to a node of your choice.

        Args:
            command: Such as ``"build"``.
            host: The node's name, of `get_node_names`, or its ``(host, port)``, of `get_nodes`.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            The node's answer.

        Raises:
            `InvalidArgError`: There is no such node; the text lists those there are.
            `ConnectionError`, `AerospikeTimeoutError`: The node could not be asked.
            `ClientError`: The client is not connected.
        """
    def set_xdr_filter(
        self,
        data_center: str,
        namespace: str,
        expression_filter: Expression | None,
        policy: AdminPolicy | None = None,
    ) -> None:
        """Say which records are shipped to another datacenter (Enterprise Edition).

        Args:
            data_center: Its name in the server's configuration.
            namespace: The namespace.
            expression_filter: An expression of `exp` that is true for the records to ship; None for all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `ServerError`: The server refused it.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def truncate(
        self,
        namespace: str,
        set_name: str | None = None,
        nanos: int = 0,
        policy: AdminPolicy | None = None,
        *,
        all_sets: bool = False,
    ) -> None:
        """Remove all records of a set, or of a namespace, at once and for good.

        Args:
            namespace: The namespace.
            set_name: The set. Default: None, which needs `all_sets`.
            nanos: Remove records last written before this time, in nanoseconds since 1970. Default: 0, now.
            policy: `timeout` in milliseconds for the command, default 3000.
            all_sets: Whether the records of all sets are meant. Default: False.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `InvalidArgError`: No set is named and `all_sets` is not True, or both.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def udf_put(
        self,
        filename: str | PathLike[str],
        udf_type: int = 0,
        policy: AdminPolicy | None = None,
        *,
        source: str | None = None,
        wait: bool = True,
    ) -> Task | None:
        """Register a module of Lua functions.

        Args:
            filename: A file, read here; the module is called like it, without its directory. Ends in ``.lua``.
            udf_type: 0, Lua: there is no other. Default: 0.
            policy: `timeout` in milliseconds for the command, default 3000.
            source: The module's text; then `filename` is only its name. Default: None, what the file holds.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `ClientError`: The file cannot be read, or the client is not connected.
            `ServerError`: The server refused the module: the text is the compiler's.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
        """
    def udf_list(self, policy: AdminPolicy | None = None) -> list[dict[str, Any]]:
        """List the modules of functions.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per module: `name` with its suffix, `hash`, `type` (0, Lua).

        Raises:
            `ClientError`: The client is not connected.
        """
    def udf_get(self, module: str, language: int = 0, policy: AdminPolicy | None = None) -> str:
        """Read the source of a module.

        Args:
            module: Its name, with or without ``.lua``.
            language: 0, Lua: there is no other. Default: 0.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            The source.

        Raises:
            `UDFError`: There is no such module.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def udf_remove(self, module: str, policy: AdminPolicy | None = None, *, wait: bool = True) -> Task | None:
        """Remove a module of functions.

        Args:
            module: Its name, with or without ``.lua``.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `ServerError`: The server refused it.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def apply(
        self,
        key: Key,
        module: str,
        function: str,
        args: Sequence[Any] | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> Any:
        """Call a function of a module on one record.

        Args:
            key: ``(namespace, set, user key)``. The record need not exist.
            module: The module, without ``.lua``.
            function: The function, whose first argument is the record.
            args: Further arguments. Default: None, none.
            policy: How to write. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            What the function returns.

        Raises:
            `UDFError`: The function failed or does not exist; the text is Lua's.
            `FilteredOut`: The policy's `filter_expression` is false for the record.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    def batch_apply(
        self,
        keys: _BatchKeys | Sequence[Key | tuple[Key, BatchUDFMeta]],
        module: str,
        function: str,
        args: Sequence[Any] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Call a function on many records at once. A record where it fails raises nothing: its result code is 100.

        Args:
            keys: As for `batch_read`; a key may also be ``(key, meta)``, whose `module`, `function` and `args` win over those given here.
            module: The module, without ``.lua``.
            function: The function, whose first argument is the record.
            args: Further arguments. Default: None, none.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`; what the function returned is in ``record.bins["SUCCESS"]``, why it failed in
            ``record.bins["FAILURE"]``.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_integer_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the ints of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_string_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the strings of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_blob_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the bytes of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_geo2dsphere_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the GeoJSON of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_single_value_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the values of a bin that holds no collection.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_list_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the elements of lists.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_map_keys_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the keys of maps.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_map_values_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the values of maps.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_cdt_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_type: int,
        index_datatype: int,
        index_name: str,
        ctx: Sequence[dict[str, Any]] | None,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index values inside the collection of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_type: Which values: INDEX_TYPE_DEFAULT, INDEX_TYPE_LIST, INDEX_TYPE_MAPKEYS or INDEX_TYPE_MAPVALUES.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            ctx: The way to them inside the bin, of steps made by `cdt_ctx`.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_expr_create(
        self,
        namespace: str,
        set_name: str | None,
        index_type: int,
        index_datatype: int,
        expressions: Expression,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index what an expression makes of a record (server 8.1).

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            index_type: Which values: INDEX_TYPE_DEFAULT, INDEX_TYPE_LIST, INDEX_TYPE_MAPKEYS or INDEX_TYPE_MAPVALUES.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            expressions: An expression of `exp`.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_set_create(
        self,
        namespace: str,
        set_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the records of a set, so that all of them are found without a look at the others (server 8.1).

        Args:
            namespace: The namespace.
            set_name: The set.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_remove(
        self,
        namespace: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Remove an index. That there is none is no error.

        Args:
            namespace: The namespace.
            index_name: Its name.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def index_list(self, namespace: str | None = None, policy: AdminPolicy | None = None) -> list[dict[str, Any]]:
        """List the indexes.

        Args:
            namespace: Of this namespace only. Default: None, of all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per index: `namespace`, `set`, `name`, `bin`, `datatype` (``"numeric"``, …), `index_type` (``"default"``, ``"list"``, …),
            `context`,
            `expression`, `state`; None where the server says nothing.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `ClientError`: The client is not connected.
        """
    def admin_create_user(
        self,
        username: str,
        password: str,
        roles: Sequence[str],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Make a user.

        Args:
            username: Who.
            password: The password.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_create_pki_user(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Make a user that logs in with a certificate and has no password.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_drop_user(self, username: str, policy: AdminPolicy | None = None) -> None:
        """Remove a user.

        Args:
            username: Who.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_change_password(self, username: str, password: str, policy: AdminPolicy | None = None) -> None:
        """Give a user another password; the client's own login is renewed with it.

        Args:
            username: Who.
            password: The new password.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_set_password(self, username: str, password: str, policy: AdminPolicy | None = None) -> None:
        """The same as `admin_change_password`, under a name of the official client.

        Args:
            username: Who.
            password: The new password.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_grant_roles(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Give a user roles.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_revoke_roles(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Take roles from a user.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_query_user_info(self, username: str, policy: AdminPolicy | None = None) -> UserInfo:
        """Describe a user.

        Args:
            username: Who.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict: `user`, `roles`, `conns_in_use`, `read_info`, `write_info`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_query_users_info(self, policy: AdminPolicy | None = None) -> list[UserInfo]:
        """Describe all users.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per user, as `admin_query_user_info` gives it.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_create_role(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
        whitelist: Sequence[str] | None = None,
        read_quota: int = 0,
        write_quota: int = 0,
    ) -> None:
        """Make a role.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.
            whitelist: Addresses and networks it may log in from. Default: None, all.
            read_quota: Reads a second. Default: 0, no limit.
            write_quota: Writes a second. Default: 0, no limit.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_drop_role(self, role: str, policy: AdminPolicy | None = None) -> None:
        """Remove a role.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_grant_privileges(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Give a role privileges.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_revoke_privileges(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Take privileges from a role.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_query_role(self, role: str, policy: AdminPolicy | None = None) -> RoleInfo:
        """Describe a role.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict: `name`, `privileges`, `allowlist`, `read_quota`, `write_quota`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_query_roles(self, policy: AdminPolicy | None = None) -> list[RoleInfo]:
        """Describe all roles.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per role, as `admin_query_role` gives it.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_get_role(self, role: str, policy: AdminPolicy | None = None) -> RoleInfo:
        """The same as `admin_query_role`, under a name of the official client.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            As `admin_query_role`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_get_roles(self, policy: AdminPolicy | None = None) -> list[RoleInfo]:
        """The same as `admin_query_roles`, under a name of the official client.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            As `admin_query_roles`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_set_whitelist(self, role: str, whitelist: Sequence[str] | None, policy: AdminPolicy | None = None) -> None:
        """Say from which addresses a role may log in.

        Args:
            role: The role's name.
            whitelist: Addresses and networks; None or empty for all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def admin_set_quotas(
        self,
        role: str,
        read_quota: int = 0,
        write_quota: int = 0,
        policy: AdminPolicy | None = None,
    ) -> None:
        """Say how often a role may read and write.

        Args:
            role: The role's name.
            read_quota: Reads a second. Default: 0, no limit.
            write_quota: Writes a second. Default: 0, no limit.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def query(self, namespace: str, set_name: str | None) -> Query:
        """Begin to say what to find: nothing is sent before its records are asked for.

        Args:
            namespace: The namespace.
            set_name: The set; None or "" for all records of the namespace.

        Returns:
            A `Query`, or of an `AsyncClient`, at once, an `AsyncQuery`. Without a predicate it reads every record of the set.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: A name is wrong.
            `ClientError`: The client is not connected.
        """
    def scan(self, namespace: str, set_name: str | None) -> Query:
        """Begin a read of every record of a set: a `query` without a predicate.

        Args:
            namespace: The namespace.
            set_name: The set; None or "" for all records of the namespace.

        Returns:
            A `Query`, or of an `AsyncClient`, at once, an `AsyncQuery`.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: A name is wrong.
            `ClientError`: The client is not connected.
        """
    def transaction(self, timeout: int = 0) -> Transaction:
        """Begin a transaction: what is done in it becomes visible all at once, or not at all.

            with client.transaction() as txn:
                balance = client.get(alice, txn=txn).bins["balance"]
                client.put(alice, {"balance": balance - 10}, txn=txn)
                client.increment(bob, "balance", 10, txn=txn)

        At the end of the block it is committed; if an exception leaves the block, it is aborted. All its records are of one namespace,
        which must be strongly consistent (Enterprise Edition 8.0). Queries cannot be part of it.

        Args:
            timeout: Seconds from its first write until the cluster aborts it, at most 120. Default: 0, the cluster's own, which is 10 unless
                configured otherwise.

        Returns:
            A `Transaction`. It costs the cluster nothing until its first write.

        Raises:
            `InvalidArgError`: The timeout is out of its range.
            `ClientError`: The client is not connected; or this process is the child of a fork whose parent had begun a transaction, so that
                both would use the same ids.
        """
    def commit(self, transaction: _Transaction) -> int:
        """Make what was done in a transaction visible.

        Args:
            transaction: The transaction.

        Returns:
            COMMIT_OK; COMMIT_ALREADY_COMMITTED; COMMIT_CLOSE_ABANDONED if all is visible but the cluster has to tidy up by itself.

        Raises:
            `TransactionFailed`: A record that it had read has changed meanwhile, so all was rolled back; or it could not be finished: with
                `in_doubt` the cluster may have committed, and `commit` may be called again.
            `TransactionAborted`: It was aborted.
            `ClientError`: The transaction is of the process before a fork.
        """
    def abort(self, transaction: _Transaction) -> int:
        """Undo what was done in a transaction.

        Args:
            transaction: The transaction.

        Returns:
            ABORT_OK; ABORT_ALREADY_ABORTED; ABORT_ROLL_BACK_ABANDONED or ABORT_CLOSE_ABANDONED if the cluster has to do the rest by itself.

        Raises:
            `TransactionCommitted`: It was committed.
            `TransactionFailed`: Its commit is in doubt; `commit` may be called again.
            `ClientError`: The transaction is of the process before a fork.
        """
    def run_in_transaction(self, work: Callable[[Transaction], _T], timeout: int = 0, attempts: int = 5) -> _T:
        """Do something in a transaction, and again in another one if it met a conflict.

        After a conflict it waits: a random time up to 10 ms, doubled with each attempt, at most 500 ms.

        Args:
            work: Called with the transaction; whatever it does outside of the transaction may be done several times.
            timeout: Of each transaction, see `transaction`. Default: 0.
            attempts: How often at most. Default: 5.

        Returns:
            What `work` returned, when its transaction is committed.

        Raises:
            `TransactionBlocked`, `TransactionVersionMismatch`, `TransactionFailed`, …: Every attempt met a conflict: the last of them.
            `TypeError`: `work` cannot be called.
            Whatever else `work` raises, at once.
        """

class AsyncClient:
    """A client for an Aerospike cluster, for asyncio.

    Its methods are those of `Client`; all but `is_connected`, `get_node_names`, `query`, `scan` and `batch_stream` return an awaitable. Called while an event loop runs,
    the request has been sent on its way already, so that ``asyncio.gather`` and tasks overlap; without a loop it starts when it is first
    awaited. Whatever goes wrong, a wrong argument too, comes out of the await. A client belongs to no loop: it may be used from any number
    of them, one after the other or at once. As an async context manager it connects on entry, if nobody did, and closes on exit.

    Args:
        config: The configuration, see `aerospike_py.types.ClientConfig`. It is looked at by `connect`, not here.
    """

    async def run_in_transaction(
        self, work: Callable[[AsyncTransaction], Awaitable[_T] | _T], timeout: int = 0, attempts: int = 5
    ) -> _T: ...
    def batch(
        self,
        ops: Sequence[Read | Write | Remove | Apply],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> PendingBatch: ...

    def __init__(self, config: ClientConfig) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> Literal[False]: ...
    async def connect(self, username: str | None = None, password: str | None = None) -> Self:
        """Find the cluster's nodes and open connections to them.

        Args:
            username: Who logs in. Default: `user` of the configuration.
            password: The password. Default: `password` of the configuration.

        Returns:
            The client itself.

        Raises:
            `InvalidArgError`: The configuration is wrong; the text names the key and the nearest valid one.
            `ConnectionError`: No host could be reached; the text names each address that was tried and what happened there.
            `NotAuthenticated`, `InvalidCredential`, …: The server refused the login.
            `ClientError`: It is connected already, or being connected or closed, or there is a username without a password.
        """
    async def close(self, timeout: int | None = None) -> None:
        """Close every connection. Closing twice, or what was never connected, changes nothing; `connect` may follow.

        New requests are refused from now on, those in flight may finish.

        Args:
            timeout: Milliseconds for requests in flight; what is left then fails with `ClientClosedError`, `in_doubt` if it was a write
                that had been sent. Default: None, as long as their own policies allow.

        Raises:
            `ClientError`: It is being connected at this moment.
        """
    def is_connected(self) -> bool:
        """Whether the client is connected and knows at least one node. Asks nobody; never raises."""
    async def ping(self) -> bool:
        """Ask a node whether it is there.

        Returns:
            True if it answered, False if not or if the client is not connected. Never raises.
        """
    def get_node_names(self) -> list[str]:
        """The names of the cluster's nodes, as the client knows them at this moment.

        Returns:
            Names such as ``"BB9020011AC4202"``.

        Raises:
            `ClientError`: The client is not connected.
        """
    def stats(self) -> ClientStats:
        """What the client counts: its nodes and their connections, and, of the whole process, operations and the I/O thread.

        Asks nobody, in `AsyncClient` too. Counts begin with the process, those of connections and retries with `connect`.

        Returns:
            A `ClientStats`; times are in milliseconds, with three significant digits.

        Raises:
            `ClientError`: The client is not connected.
        """
    def get_stats(self) -> ClientStats:
        """The same as `stats`, by the name the official client has for it.

        Returns:
            A `ClientStats`.

        Raises:
            `ClientError`: The client is not connected.
        """
    def enable_metrics(self, policy: None = None) -> None:
        """The same as ``set_metrics_enabled(True)``, by the name the official client has for it: for all clients of the process.

        Args:
            policy: None. The official client's says how coarse its histograms are and which file they go to; here they are fine, and
                `get_metrics` and `stats` give them.

        Raises:
            `InvalidArgError`: There is a policy.
        """
    def disable_metrics(self) -> None:
        """The same as ``set_metrics_enabled(False)``, by the name the official client has for it: for all clients of the process."""
    async def info_all(self, command: str, policy: AdminPolicy | None = None) -> list[InfoNodeResult]:
        """Send an info command to every node.

        Args:
            command: Such as ``"namespaces"`` or ``"statistics"``; see the server's reference of info commands.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            A `InfoNodeResult(node_name, error_code, response)` per node; `error_code` is not 0 where a node could not be asked.

        Raises:
            `ClientError`: The client is not connected.
        """
    async def info_random_node(self, command: str, policy: AdminPolicy | None = None) -> str:
        """Send an info command to one node.

        Args:
            command: Such as ``"build"``.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            The node's answer.

        Raises:
            `ConnectionError`, `AerospikeTimeoutError`: The node could not be asked.
            `ClientError`: The client is not connected.
        """
    async def put(
        self,
        key: Key,
        bins: _Bins,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        map_bins: Sequence[str] | None = None,
        txn: _Transaction | None = None,
    ) -> None:
        """Write bins of a record; bins it has beside them stay.

        Args:
            key: ``(namespace, set, user key)``.
            bins: Bin name (at most 15 bytes) → value: None, which removes the bin, bool, int of 64 bits, float, str, bytes, list, dict,
                `GeoJSON` or `HyperLogLog`. Not empty. Or a dataclass, a pydantic model or a msgspec struct, whose fields are the bins;
                docs/objects.md says which type becomes what. Values of other types need a `serializer` in the configuration.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            map_bins: The bins among them that are maps and are written by key: of the map in the record the keys given are set, and the
                others stay. All is done at once or not at all. Default: None, each bin is replaced as a whole.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordGenerationError`, `RecordExistsError`, `RecordNotFound`: The record is not as `meta` and `policy` demand.
            `RecordTooBig`: It would exceed the server's limit.
            `BinTypeError`: A bin of `map_bins` is no map in the record.
            `ObjectError`: The object has a field that cannot be stored, or whose name no bin can have; the text names it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            What the `serializer` raises; nothing was sent.
            `AerospikeError`: Anything else; `in_doubt` says whether the write may have been applied all the same.
        """
    @overload
    async def get(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, into: None = None, txn: _Transaction | None = None) -> Record:
        """Read a record.

        Args:
            key: ``(namespace, set, user key)``.
            policy: How to read. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)`. The key carries the user key that was asked for and the digest; `meta.ttl` is in seconds,
            4294967295 if the record never expires.

        Raises:
            `RecordNotFound`: There is no such record.
            `ObjectError`: The record is not as `into` says it; the text names the field. (pydantic raises its `ValidationError`.)
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    async def get(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, into: type[_T], txn: _Transaction | None = None) -> Record[_T]: ...
    @overload
    async def select(
        self, key: Key, bins: list[str] | tuple[str, ...], policy: ReadPolicy | PreparedPolicy | None = None, *, into: None = None, txn: _Transaction | None = None
    ) -> Record:
        """Read some bins of a record.

        Args:
            key: ``(namespace, set, user key)``.
            bins: Their names; those the record does not have are absent from the result. Empty reads key and metadata only.
            policy: How to read. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Fields whose bins are not
                read need a default. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)`, as `get` does.

        Raises:
            `RecordNotFound`: There is no such record.
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    async def select(
        self, key: Key, bins: list[str] | tuple[str, ...], policy: ReadPolicy | PreparedPolicy | None = None, *, into: type[_T], txn: _Transaction | None = None
    ) -> Record[_T]: ...
    async def exists(self, key: Key, policy: ReadPolicy | PreparedPolicy | None = None, *, txn: _Transaction | None = None) -> ExistsResult:
        """Look whether a record exists.

        Args:
            key: ``(namespace, set, user key)``.
            policy: How to read. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `ExistsResult(key, meta)`; `meta` is None if there is no such record.

        Raises:
            `FilteredOut`: The policy's `filter_expression` is false for it.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def remove(
        self,
        key: Key,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Remove a record.

        Args:
            key: ``(namespace, set, user key)``.
            meta: The generation the record must have, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordNotFound`: There is no such record.
            `RecordGenerationError`: Its generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def touch(
        self,
        key: Key,
        val: int = 0,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Renew a record's time to live; its generation goes up.

        Args:
            key: ``(namespace, set, user key)``.
            val: Seconds to live, not negative; wins over the policy's `ttl`. Default: 0, what the policy says.
            meta: The generation the record must have, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordNotFound`: There is no such record.
            `RecordGenerationError`: Its generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def append(
        self,
        key: Key,
        bin: str,
        val: str | bytes | bytearray | memoryview,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Append to a string or to bytes; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            val: What to append, of the type the bin holds.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def prepend(
        self,
        key: Key,
        bin: str,
        val: str | bytes | bytearray | memoryview,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Put before a string or bytes; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            val: What to prepend, of the type the bin holds.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def increment(
        self,
        key: Key,
        bin: str,
        offset: float,
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Add to a number; makes record and bin if they are not there.

        Args:
            key: ``(namespace, set, user key)``.
            bin: The bin's name.
            offset: An int for an int bin, a float for a float bin. May be negative.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `BinTypeError`: The bin holds something else.
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def remove_bin(
        self,
        key: Key,
        bin_names: list[str] | tuple[str, ...],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> None:
        """Remove bins of a record; a record whose last bin goes is removed.

        Args:
            key: ``(namespace, set, user key)``.
            bin_names: Their names. Not empty.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Raises:
            `RecordGenerationError`: The record's generation is not the expected one.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    async def operate(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        into: None = None,
        txn: _Transaction | None = None,
    ) -> Record:
        """Run several operations on one record, as one: all of them or none.

        Args:
            key: ``(namespace, set, user key)``.
            ops: Dicts: ``{"op": OPERATOR_WRITE, "bin": "n", "val": 1}``, or what the functions of `list_operations`, `map_operations`,
                `hll_operations` and `bit_operations` return. Not empty.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of the record is an object of it. Default: None, a dict.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `Record(key, meta, bins)` with what the operations answered, by bin; several answers of one bin are a list.

        Raises:
            `RecordNotFound`: There is no such record, and the operations only read or do not make one.
            `BinTypeError`, `OpNotApplicable`: An operation does not fit its bin.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    async def operate(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        into: type[_T],
        txn: _Transaction | None = None,
    ) -> Record[_T]: ...
    async def operate_ordered(
        self,
        key: Key,
        ops: Sequence[Operation],
        meta: WriteMeta | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> OperateOrderedResult:
        """Run several operations on one record, as one, and keep each answer apart.

        Args:
            key: ``(namespace, set, user key)``.
            ops: As for `operate`.
            meta: The generation the record must have, `ttl` in seconds, … Default: None.
            policy: How to write; where both say it, it wins over `meta`. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `OperateOrderedResult(key, meta, ordered_bins)`: one ``(name, value)`` per operation that answers, in the order of `ops`.

        Raises:
            `RecordNotFound`: There is no such record, and the operations only read or do not make one.
            `BinTypeError`, `OpNotApplicable`: An operation does not fit its bin.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    @overload
    async def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[False] = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> BatchReadResult:
        """Read many records at once. A record that cannot be read raises nothing: it is missing, and its result code says why.

        Args:
            keys: A sequence of keys; or the columns ``(namespace, set, [user keys…])``; or a NumPy array of user keys, with `namespace`
                and `set`.
            bins: The bins to read. Default: None, all; empty reads key and metadata only.
            policy: How to read. Default: None, the client's.
            _dtype: A structured dtype, or what `numpy.dtype` takes: read into arrays, a field per bin. Integers wrap to the field, floats
                are cast, bytes and strings are cut or padded with zeros; ``M`` and ``m`` are integers in their unit. Kinds
                ``b i u f M m S V`` and sub-arrays. Default: None.
            lazy: Convert nothing until it is asked for. Default: False.
            strict: Refuse a number that does not fit its field of `_dtype`, as `LazyBatchRecords.to_numpy` does. Default: False.
            into: A dataclass, a pydantic model or a msgspec struct to read the records into, without `lazy` and `_dtype`. One record that does
                not fit fails the call. Default: None, dicts.
            namespace: The namespace, where `keys` is an array.
            set: The set, where `keys` is an array.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchReadResult`: a dict of user key → bins of the records found, in the order of `keys`. With `lazy` a `LazyBatchRecords`,
            with `_dtype` a `NumpyBatchRecords`, with `into` objects in place of the bins.

        Raises:
            `TypeError`: A field of `_dtype` has another kind, or a bin does not fit its field; the text names it.
            `OverflowError`, `ValueError`: With `strict` a number does not fit its field; the text names field and key.
            `ObjectError`: A record is not as `into` says it; `key` says which.
            What the `deserializer` of the configuration raises, with the key of the record as its `key`.
            `ImportError`: `_dtype` without NumPy.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    @overload
    async def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[False] = False,
        into: type[_T],
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> BatchReadResult[_T]: ...
    @overload
    async def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        _dtype: None = None,
        *,
        lazy: Literal[True],
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> LazyBatchRecords: ...
    @overload
    async def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        *,
        _dtype: npt.DTypeLike,
        lazy: bool = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> NumpyBatchRecords: ...
    @overload
    async def batch_read(
        self,
        keys: _BatchKeys,
        bins: list[str] | tuple[str, ...] | None,
        policy: BatchPolicy | PreparedPolicy | None,
        _dtype: npt.DTypeLike,
        *,
        lazy: bool = False,
        strict: bool = False,
        into: None = None,
        namespace: str | None = None,
        set: str | None = None,
        txn: _Transaction | None = None,
    ) -> NumpyBatchRecords: ...
    async def batch_write(
        self,
        records: Sequence[tuple[Key, _Bins] | tuple[Key, _Bins, WriteMeta]],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write many records at once. A record that cannot be written raises nothing: its result code says why.

        Args:
            records: ``(key, bins)`` or ``(key, bins, meta)`` per record. The ttl is that of `meta`, else of the policy, else the
                namespace's.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: How often to try again the records that failed with code 8, 9, 11, 14 or 18 or for want of a connection, waiting
                10 ms · 2ⁿ at random, at most 500 ms, while `total_timeout` allows. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per record, in order, and how the attempts went.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def batch_operate(
        self,
        keys: _BatchKeys,
        ops: Sequence[Operation],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Run the same operations on many records at once, each record by itself all of them or none.

        Args:
            keys: As for `batch_read`.
            ops: As for `operate`.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`; the records hold what the operations answered.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def batch_remove(
        self,
        keys: _BatchKeys | Sequence[Key | tuple[Key, BatchDeleteMeta]],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Remove many records at once. A record that is not there raises nothing: its result code is 2.

        Args:
            keys: As for `batch_read`; a key may also be ``(key, meta)``.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def batch_write_numpy(
        self,
        data: npt.NDArray[Any] | dict[str, npt.ArrayLike],
        namespace: str,
        set_name: str | None,
        _dtype: npt.DTypeLike | None = None,
        key_field: str = "_key",
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write the rows of a structured array, or of columns, a record per row and a bin per field.

        Bools, integers and floats become bool, int and float bins, dates and times (``M``, ``m``) integers in the unit of the dtype, bytes
        (S, with their padding), V and sub-arrays become bytes. Fields whose name begins with ``_`` are no bins; ``_namespace`` and
        ``_set``, of kind S, say for each row where it goes. Rows travel 5,000 at a time, and each such portion has the whole
        `total_timeout` of the policy.

        Args:
            data: An array of one dimension, in any byte order and with any strides, of kinds ``b i u f M m S V`` and sub-arrays; or a dict
                of such columns, of equal length, whose user keys, namespaces and sets may also be str.
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            _dtype: The dtype of `data`, which is then checked. Default: None, it is not.
            key_field: The field of the user keys, integers or bytes (S, without their padding). Default: ``"_key"``.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per row, in order.

        Raises:
            `OverflowError`: An unsigned integer does not fit into 64 bits with sign; the text names field and row.
            `TypeError`: A field has another kind, `_dtype` is not that of `data`, or an array is masked.
            `ImportError`: NumPy is not installed.
            `InvalidArgError`, `ValueError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def write_arrow(
        self,
        data: _ArrowData,
        namespace: str,
        set_name: str | None,
        key: str = "_key",
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Write the rows of an Arrow table, a record per row and a bin per column.

        Nulls write no bin. Dates, times and durations become integers in the unit of their type, structs become maps. Columns whose name
        begins with ``_`` are no bins; strings in ``_namespace`` and ``_set`` say for each row where it goes. Rows travel 5,000 at a time,
        and each such portion has the whole `total_timeout` of the policy.

        Args:
            data: Anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``: tables, batches and readers of pyarrow, data frames of
                polars and pandas, relations of DuckDB, an `ArrowTable`. It is read to its end before anything is sent.
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            key: The column of the user keys, integers, strings or blobs. Default: ``"_key"``.
            policy: How to write. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`: a `BatchRecord` per row, in order.

        Raises:
            `OverflowError`: An unsigned integer does not fit into 64 bits with sign; the text names column and row.
            `TypeError`: A column has a type that no bin has, as decimals, or `data` is no table.
            `ValueError`: A row has no key or no bin, or a column's name is no bin's.
            `InvalidArgError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def batch_stream(
        self,
        ops: Sequence[Read | Write | Remove | Apply],
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> AsyncBatchStream:
        """The same as `batch`, with the records one by one, in the order in which the nodes answer for them.

        It is sent by this call, before anything is taken. A consumer that is slow costs no time-out, and what waits for it is never more
        than the batch itself. One that leaves early lets the batch run to its end: what was to be written is written.

        Args:
            ops: A `Read`, `Write`, `Remove` or `Apply` per record, each with its own policy.
            policy: What holds for the batch, and for the records whose own policy does not say it. Default: None, the client's.
            retry: As for `batch_write`; a record that will be tried again comes when it was. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchStream`, or an `AsyncBatchStream`: an iterator over a `BatchRecord` per element of `ops`. It raises, as `batch` does,
            if no record was answered.

        Raises:
            `ObjectError`: A record is not as the `into` of its `Read` says it; `key` says which.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent. The text names the element.
            `ClientError`: The client is not connected.
        """
    async def batch_exists(
        self, keys: _BatchKeys, policy: BatchPolicy | PreparedPolicy | None = None, *, txn: _Transaction | None = None
    ) -> list[ExistsResult]:
        """Look whether many records exist.

        Args:
            keys: As for `batch_read`.
            policy: How to read. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            An `ExistsResult(key, meta)` per key, in order; `meta` is None where there is no such record, or the policy's
            `filter_expression` is false for it.

        Raises:
            `AerospikeError`: Of some record it could not be found out; `key` says of which.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def get_nodes(self) -> list[tuple[str, int]]:
        """The addresses of the cluster's nodes, as the client knows them at this moment.

        Returns:
            ``(host, port)`` per node.

        Raises:
            `ClientError`: The client is not connected.
        """
    async def get_key_partition_id(self, namespace: str, set_name: str | None, key: UserKey) -> int:
        """The partition that a key belongs to.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for none.
            key: The user key.

        Returns:
            A number from 0 to 4095.

        Raises:
            `TypeError`, `ValueError`: They make no key.
        """
    async def info_single_node(self, command: str, host: str | tuple[str, int], policy: AdminPolicy | None = None) -> str:
        """Send an info command to a node of your choice.

        Args:
            command: Such as ``"build"``.
            host: The node's name, of `get_node_names`, or its ``(host, port)``, of `get_nodes`.
            policy: `timeout` in milliseconds, default 3000.

        Returns:
            The node's answer.

        Raises:
            `InvalidArgError`: There is no such node; the text lists those there are.
            `ConnectionError`, `AerospikeTimeoutError`: The node could not be asked.
            `ClientError`: The client is not connected.
        """
    async def set_xdr_filter(
        self,
        data_center: str,
        namespace: str,
        expression_filter: Expression | None,
        policy: AdminPolicy | None = None,
    ) -> None:
        """Say which records are shipped to another datacenter (Enterprise Edition).

        Args:
            data_center: Its name in the server's configuration.
            namespace: The namespace.
            expression_filter: An expression of `exp` that is true for the records to ship; None for all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `ServerError`: The server refused it.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def truncate(
        self,
        namespace: str,
        set_name: str | None = None,
        nanos: int = 0,
        policy: AdminPolicy | None = None,
        *,
        all_sets: bool = False,
    ) -> None:
        """Remove all records of a set, or of a namespace, at once and for good.

        Args:
            namespace: The namespace.
            set_name: The set. Default: None, which needs `all_sets`.
            nanos: Remove records last written before this time, in nanoseconds since 1970. Default: 0, now.
            policy: `timeout` in milliseconds for the command, default 3000.
            all_sets: Whether the records of all sets are meant. Default: False.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `InvalidArgError`: No set is named and `all_sets` is not True, or both.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def udf_put(
        self,
        filename: str | PathLike[str],
        udf_type: int = 0,
        policy: AdminPolicy | None = None,
        *,
        source: str | None = None,
        wait: bool = True,
    ) -> Task | None:
        """Register a module of Lua functions.

        Args:
            filename: A file, read here; the module is called like it, without its directory. Ends in ``.lua``.
            udf_type: 0, Lua: there is no other. Default: 0.
            policy: `timeout` in milliseconds for the command, default 3000.
            source: The module's text; then `filename` is only its name. Default: None, what the file holds.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `ClientError`: The file cannot be read, or the client is not connected.
            `ServerError`: The server refused the module: the text is the compiler's.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
        """
    async def udf_list(self, policy: AdminPolicy | None = None) -> list[dict[str, Any]]:
        """List the modules of functions.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per module: `name` with its suffix, `hash`, `type` (0, Lua).

        Raises:
            `ClientError`: The client is not connected.
        """
    async def udf_get(self, module: str, language: int = 0, policy: AdminPolicy | None = None) -> str:
        """Read the source of a module.

        Args:
            module: Its name, with or without ``.lua``.
            language: 0, Lua: there is no other. Default: 0.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            The source.

        Raises:
            `UDFError`: There is no such module.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def udf_remove(self, module: str, policy: AdminPolicy | None = None, *, wait: bool = True) -> Task | None:
        """Remove a module of functions.

        Args:
            module: Its name, with or without ``.lua``.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `ServerError`: The server refused it.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def apply(
        self,
        key: Key,
        module: str,
        function: str,
        args: Sequence[Any] | None = None,
        policy: WritePolicy | PreparedPolicy | None = None,
        *,
        txn: _Transaction | None = None,
    ) -> Any:
        """Call a function of a module on one record.

        Args:
            key: ``(namespace, set, user key)``. The record need not exist.
            module: The module, without ``.lua``.
            function: The function, whose first argument is the record.
            args: Further arguments. Default: None, none.
            policy: How to write. Default: None, the client's.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            What the function returns.

        Raises:
            `UDFError`: The function failed or does not exist; the text is Lua's.
            `FilteredOut`: The policy's `filter_expression` is false for the record.
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
        """
    async def batch_apply(
        self,
        keys: _BatchKeys | Sequence[Key | tuple[Key, BatchUDFMeta]],
        module: str,
        function: str,
        args: Sequence[Any] | None = None,
        policy: BatchPolicy | PreparedPolicy | None = None,
        retry: int = 0,
        *,
        txn: _Transaction | None = None,
    ) -> BatchWriteResult:
        """Call a function on many records at once. A record where it fails raises nothing: its result code is 100.

        Args:
            keys: As for `batch_read`; a key may also be ``(key, meta)``, whose `module`, `function` and `args` win over those given here.
            module: The module, without ``.lua``.
            function: The function, whose first argument is the record.
            args: Further arguments. Default: None, none.
            policy: How to write; where both say it, a record's `meta` wins. Default: None, the client's.
            retry: As for `batch_write`. Default: 0.
            txn: The transaction it is part of, see `transaction`. Default: None, none.

        Returns:
            A `BatchWriteResult(batch_records, retry)`; what the function returned is in ``record.bins["SUCCESS"]``, why it failed in
            ``record.bins["FAILURE"]``.

        Raises:
            `InvalidArgError`, `TypeError`, `OverflowError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_integer_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the ints of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_string_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the strings of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_blob_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the bytes of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_geo2dsphere_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the GeoJSON of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_single_value_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the values of a bin that holds no collection.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_list_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the elements of lists.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_map_keys_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the keys of maps.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_map_values_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_datatype: int,
        index_name: str,
        policy: AdminPolicy | None = None,
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the values of maps.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            ctx: The way to the collection inside the bin, of steps made by `cdt_ctx`. Default: None, the bin itself.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_cdt_create(
        self,
        namespace: str,
        set_name: str | None,
        bin_name: str,
        index_type: int,
        index_datatype: int,
        index_name: str,
        ctx: Sequence[dict[str, Any]] | None,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index values inside the collection of a bin.

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            bin_name: The bin.
            index_type: Which values: INDEX_TYPE_DEFAULT, INDEX_TYPE_LIST, INDEX_TYPE_MAPKEYS or INDEX_TYPE_MAPVALUES.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            index_name: A name for the index, unique in the namespace.
            ctx: The way to them inside the bin, of steps made by `cdt_ctx`.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_expr_create(
        self,
        namespace: str,
        set_name: str | None,
        index_type: int,
        index_datatype: int,
        expressions: Expression,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index what an expression makes of a record (server 8.1).

        Args:
            namespace: The namespace.
            set_name: The set; None or ``""`` for the records of all sets.
            index_type: Which values: INDEX_TYPE_DEFAULT, INDEX_TYPE_LIST, INDEX_TYPE_MAPKEYS or INDEX_TYPE_MAPVALUES.
            index_datatype: What is indexed: INDEX_NUMERIC, INDEX_STRING, INDEX_BLOB or INDEX_GEO2DSPHERE.
            expressions: An expression of `exp`.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_set_create(
        self,
        namespace: str,
        set_name: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Index the records of a set, so that all of them are found without a look at the others (server 8.1).

        Args:
            namespace: The namespace.
            set_name: The set.
            index_name: A name for the index, unique in the namespace.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `IndexFoundError`: Another index of this name exists; that the same one exists is no error.
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_remove(
        self,
        namespace: str,
        index_name: str,
        policy: AdminPolicy | None = None,
        *,
        wait: bool = True,
    ) -> Task | None:
        """Remove an index. That there is none is no error.

        Args:
            namespace: The namespace.
            index_name: Its name.
            policy: `timeout` in milliseconds for the command, default 3000.
            wait: Whether to return only when every node has done it. Default: True.

        Returns:
            None; with ``wait=False`` a `Task`.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `InvalidArgError`, `TypeError`: Another argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def index_list(self, namespace: str | None = None, policy: AdminPolicy | None = None) -> list[dict[str, Any]]:
        """List the indexes.

        Args:
            namespace: Of this namespace only. Default: None, of all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per index: `namespace`, `set`, `name`, `bin`, `datatype` (``"numeric"``, …), `index_type` (``"default"``, ``"list"``, …),
            `context`,
            `expression`, `state`; None where the server says nothing.

        Raises:
            `NamespaceNotFound`: The cluster has no such namespace.
            `ValueError`: A name is empty or holds one of ``; : =`` or a line's end, which would make another command of it.
            `ClientError`: The client is not connected.
        """
    async def admin_create_user(
        self,
        username: str,
        password: str,
        roles: Sequence[str],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Make a user.

        Args:
            username: Who.
            password: The password.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_create_pki_user(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Make a user that logs in with a certificate and has no password.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_drop_user(self, username: str, policy: AdminPolicy | None = None) -> None:
        """Remove a user.

        Args:
            username: Who.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_change_password(self, username: str, password: str, policy: AdminPolicy | None = None) -> None:
        """Give a user another password; the client's own login is renewed with it.

        Args:
            username: Who.
            password: The new password.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_set_password(self, username: str, password: str, policy: AdminPolicy | None = None) -> None:
        """The same as `admin_change_password`, under a name of the official client.

        Args:
            username: Who.
            password: The new password.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_grant_roles(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Give a user roles.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_revoke_roles(self, username: str, roles: Sequence[str], policy: AdminPolicy | None = None) -> None:
        """Take roles from a user.

        Args:
            username: Who.
            roles: Names of roles.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_query_user_info(self, username: str, policy: AdminPolicy | None = None) -> UserInfo:
        """Describe a user.

        Args:
            username: Who.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict: `user`, `roles`, `conns_in_use`, `read_info`, `write_info`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_query_users_info(self, policy: AdminPolicy | None = None) -> list[UserInfo]:
        """Describe all users.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per user, as `admin_query_user_info` gives it.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_create_role(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
        whitelist: Sequence[str] | None = None,
        read_quota: int = 0,
        write_quota: int = 0,
    ) -> None:
        """Make a role.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.
            whitelist: Addresses and networks it may log in from. Default: None, all.
            read_quota: Reads a second. Default: 0, no limit.
            write_quota: Writes a second. Default: 0, no limit.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_drop_role(self, role: str, policy: AdminPolicy | None = None) -> None:
        """Remove a role.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_grant_privileges(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Give a role privileges.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_revoke_privileges(
        self,
        role: str,
        privileges: Sequence[Privilege],
        policy: AdminPolicy | None = None,
    ) -> None:
        """Take privileges from a role.

        Args:
            role: The role's name.
            privileges: Dicts: `code` (PRIV_* or a name such as ``"read-write"``), and `ns` and `set` where it is bound to them.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `InvalidArgError`: A privilege is none; the text says which.
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_query_role(self, role: str, policy: AdminPolicy | None = None) -> RoleInfo:
        """Describe a role.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict: `name`, `privileges`, `allowlist`, `read_quota`, `write_quota`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_query_roles(self, policy: AdminPolicy | None = None) -> list[RoleInfo]:
        """Describe all roles.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            A dict per role, as `admin_query_role` gives it.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_get_role(self, role: str, policy: AdminPolicy | None = None) -> RoleInfo:
        """The same as `admin_query_role`, under a name of the official client.

        Args:
            role: The role's name.
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            As `admin_query_role`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_get_roles(self, policy: AdminPolicy | None = None) -> list[RoleInfo]:
        """The same as `admin_query_roles`, under a name of the official client.

        Args:
            policy: `timeout` in milliseconds for the command, default 3000.

        Returns:
            As `admin_query_roles`.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_set_whitelist(self, role: str, whitelist: Sequence[str] | None, policy: AdminPolicy | None = None) -> None:
        """Say from which addresses a role may log in.

        Args:
            role: The role's name.
            whitelist: Addresses and networks; None or empty for all.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    async def admin_set_quotas(
        self,
        role: str,
        read_quota: int = 0,
        write_quota: int = 0,
        policy: AdminPolicy | None = None,
    ) -> None:
        """Say how often a role may read and write.

        Args:
            role: The role's name.
            read_quota: Reads a second. Default: 0, no limit.
            write_quota: Writes a second. Default: 0, no limit.
            policy: `timeout` in milliseconds for the command, default 3000.

        Raises:
            `AdminError`: The server refused it: security is not enabled (52) or not there (51), the login may not do this (81), …
            `TypeError`: An argument is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    def query(self, namespace: str, set_name: str | None) -> AsyncQuery:
        """Begin to say what to find: nothing is sent before its records are asked for.

        Args:
            namespace: The namespace.
            set_name: The set; None or "" for all records of the namespace.

        Returns:
            A `Query`, or of an `AsyncClient`, at once, an `AsyncQuery`. Without a predicate it reads every record of the set.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: A name is wrong.
            `ClientError`: The client is not connected.
        """
    def scan(self, namespace: str, set_name: str | None) -> AsyncQuery:
        """Begin a read of every record of a set: a `query` without a predicate.

        Args:
            namespace: The namespace.
            set_name: The set; None or "" for all records of the namespace.

        Returns:
            A `Query`, or of an `AsyncClient`, at once, an `AsyncQuery`.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: A name is wrong.
            `ClientError`: The client is not connected.
        """
    def transaction(self, timeout: int = 0) -> AsyncTransaction:
        """Begin a transaction: what is done in it becomes visible all at once, or not at all.

            with client.transaction() as txn:
                balance = client.get(alice, txn=txn).bins["balance"]
                client.put(alice, {"balance": balance - 10}, txn=txn)
                client.increment(bob, "balance", 10, txn=txn)

        At the end of the block it is committed; if an exception leaves the block, it is aborted. All its records are of one namespace,
        which must be strongly consistent (Enterprise Edition 8.0). Queries cannot be part of it.

        Args:
            timeout: Seconds from its first write until the cluster aborts it, at most 120. Default: 0, the cluster's own, which is 10 unless
                configured otherwise.

        Returns:
            A `Transaction`. It costs the cluster nothing until its first write.

        Raises:
            `InvalidArgError`: The timeout is out of its range.
            `ClientError`: The client is not connected; or this process is the child of a fork whose parent had begun a transaction, so that
                both would use the same ids.
        """
    async def commit(self, transaction: _Transaction) -> int:
        """Make what was done in a transaction visible.

        Args:
            transaction: The transaction.

        Returns:
            COMMIT_OK; COMMIT_ALREADY_COMMITTED; COMMIT_CLOSE_ABANDONED if all is visible but the cluster has to tidy up by itself.

        Raises:
            `TransactionFailed`: A record that it had read has changed meanwhile, so all was rolled back; or it could not be finished: with
                `in_doubt` the cluster may have committed, and `commit` may be called again.
            `TransactionAborted`: It was aborted.
            `ClientError`: The transaction is of the process before a fork.
        """
    async def abort(self, transaction: _Transaction) -> int:
        """Undo what was done in a transaction.

        Args:
            transaction: The transaction.

        Returns:
            ABORT_OK; ABORT_ALREADY_ABORTED; ABORT_ROLL_BACK_ABANDONED or ABORT_CLOSE_ABANDONED if the cluster has to do the rest by itself.

        Raises:
            `TransactionCommitted`: It was committed.
            `TransactionFailed`: Its commit is in doubt; `commit` may be called again.
            `ClientError`: The transaction is of the process before a fork.
        """

@final
class PendingBatch(Coroutine[Any, Any, BatchWriteResult]):
    """A batch that is under way: what `AsyncClient.batch` returns.

    To be awaited, as any coroutine, or iterated over: ``async for record in client.batch(ops)`` gives each `BatchRecord` as soon as its
    node has answered for it, in an `AsyncBatchStream`.
    """

    def __await__(self) -> Generator[Any, Any, BatchWriteResult]: ...
    def __aiter__(self) -> AsyncIterator[BatchRecord]: ...
    def send(self, value: Any, /) -> Any: ...
    def throw(self, kind: Any, value: Any = None, traceback: Any = None, /) -> Any: ...
    def close(self) -> None: ...

class Query:
    """What to find, said step by step, and the ways to get it; `Client.query` makes it.

        for record in client.query("test", "users").where(predicates.between("age", 18, 30)).select("name"):
            print(record.bins["name"])

    Each pass over the records begins anew. `results`, `first`, `foreach`, `pages` and the plain ``for`` are such passes; all but `results`
    hold a bounded number of records, and a consumer that is slow slows the server down. A pass that is left early ends the query. The user
    key of a record is known if it was written with POLICY_KEY_SEND. A record may come twice if a node was lost or the cluster changed
    during the pass; none is left out: a query that cannot read a partition raises.
    """

    def select(self, *bins: str) -> Self:
        """Read these bins only. Without a bin: keys and metadata.

        Args:
            *bins: Their names.

        Returns:
            The query itself.

        Raises:
            `TypeError`, `ValueError`: A name is wrong.
        """
    def where(
        self,
        predicate: tuple[Any, ...],
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        index_name: str | None = None,
        expression: Expression | None = None,
    ) -> Self:
        """Find records through a secondary index. A query has one predicate; `filter_expression` of the policy narrows what it finds.

        Args:
            predicate: Made by `aerospike_py.predicates`.
            ctx: Where in the bin the index looks, made by `aerospike_py.cdt_ctx`. Default: None, the bin itself.
            index_name: The index, by its name. Default: None, the one on the bin.
            expression: The index, by the expression it was made from; the predicate's bin is then of no account. Default: None.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`: It is no predicate, an operand is wrong, or the query has a predicate already.
        """
    def add_ops(self, ops: Sequence[Operation]) -> Self:
        """Answer with what these operations read, instead of bins; or, if they write, say what `execute_background` does to each record.

        Args:
            ops: Operations as for `Client.operate`, all of them reading or all of them writing. Servers before 8.1.2 only read bins.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: An operation is wrong.
        """
    def apply(self, module: str, function: str, arguments: Sequence[Any] | None = None) -> _AppliedQuery:
        """Say which function of a UDF module is applied: by `execute_background` to each record, by every other pass to the stream of them.

        A function on a stream aggregates: `results`, `first`, `records`, `foreach` and the plain ``for`` give its values and no records. The
        servers run its ``filter``, ``map`` and ``aggregate`` up to its first ``reduce``, the client what follows from there on, over the
        values of all servers, when all have come; it holds them in memory. It has the module from the folder `lua.user_path` of the
        configuration if that has it, else from the cluster, along with the modules that it names; it fetches them again when they change.
        The client's part runs on a thread of its own and is stopped after the `total_timeout`, or after 30 s without one, and beyond 256 MiB.
        `select`, `add_ops`, `resume`, `pages`, `to_numpy`, `into` and `max_records` do not go with it: the pass refuses them. Where a node
        is lost on the way the servers' part starts over, up to `max_retries` times, so that nothing counts twice.

        Args:
            module: The module's name on the server, without ``.lua``.
            function: The function's name.
            arguments: What it gets beside the record or the stream. Default: None, nothing.

        Returns:
            The query itself. Its passes raise `UDFError` with the function's own message where it fails, in a server or here.

        Raises:
            `InvalidArgError`, `TypeError`: A name or an argument is wrong.
        """
    def execute_background(self, policy: WritePolicy | PreparedPolicy | None = None) -> Job:
        """Let the servers do to every record that the query finds what `add_ops` or `apply` said, and come back at once.

        Args:
            policy: How to write; `records_per_second` holds each node back, `filter_expression` leaves records alone. Default: None, the
                client's for writes.

        Returns:
            A `Job`, or of an `AsyncQuery` an `AsyncJob`.

        Raises:
            `InvalidArgError`: There is nothing to do, or operations read; nothing was sent.
            `ServerError`, …: A node refused. Others may have begun.
            `ClientError`: The client is not connected.
        """
    def resume(self, cursor: bytes) -> Self:
        """Begin where another pass stood, also one of another process.

        Args:
            cursor: The `cursor` of a query with the same namespace, set and predicate.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`: The cursor is damaged, of another version or that of another query.
        """
    @property
    def cursor(self) -> bytes | None:
        """Where the latest pass stands: after the last record that was taken. None before the first pass, and of an aggregation."""
    @overload
    def results(self, policy: _QueryPolicy | None = None, *, into: None = None) -> list[Record]:
        """All records at once.

        Args:
            policy: How to query. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            A list of `Record`, or of the values that a function on the stream gives: see `apply`.

        Raises:
            `IndexNotFound`: No index fits the predicate.
            `UDFError`: The function on the stream failed.
            `AerospikeTimeoutError`, `ServerError`, `ClusterError`, …: A partition could not be read.
            `InvalidArgError`: The policy is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    @overload
    def results(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> list[Record[_T]]: ...
    def to_numpy(self, dtype: npt.DTypeLike, policy: _QueryPolicy | None = None, *, strict: bool = True) -> NumpyBatchRecords:
        """All records as arrays, a field of the dtype per bin. They are filled as they come, with the GIL released.

        Args:
            dtype: A structured dtype, or what `numpy.dtype` takes. Kinds ``b i u f M m S V`` and sub-arrays.
            policy: How to read. Default: None, the client's.
            strict: Refuse a number that does not fit its field; else it is cut, as `_dtype` of `batch_read` does. Default: True.

        Returns:
            A `NumpyBatchRecords`, a row per record in the order they came, zeros where there is no bin. Its ``get`` knows the user keys
            that the servers keep.

        Raises:
            `OverflowError`: A number does not fit its field.
            `ValueError`: A negative number in an unsigned field, or a dtype of foreign byte order.
            `TypeError`: A field has another kind, or a bin does not fit its field; the text names field and key.
            `ImportError`: NumPy is not installed.
            `InvalidArgError`, `ServerError`, `ClusterError`: As for `results`.
        """
    def to_arrow(
        self,
        schema: _ArrowSchema | None = None,
        policy: _QueryPolicy | None = None,
        *,
        meta: Sequence[str] | None = None,
    ) -> ArrowTable:
        """All records as Arrow columns, made as they come, with the GIL released.

        Args:
            schema: The bins that are columns, and their types: a dict of bin names to types by name (``"int64"``, ``"string"``,
                ``"timestamp[us]"``, ``"list<float64>"`` …) or of pyarrow; a pyarrow schema; or anything with ``__arrow_c_schema__``. Default:
                None, all bins, with the types of their values: integers and floats together are floats, maps whose values have
                several types are structs.
            policy: How to read. Default: None, the client's.
            meta: What else is a column: any of ``key set digest gen ttl code``; they are named ``_key`` and so on. Default: None, nothing.

        Returns:
            An `ArrowTable`, a row per record in the order they came, null where there is no bin.

        Raises:
            `TypeError`: A value has no place in its column, or values of a bin have several types and `schema` does not say which; the text
                names the bin, and the key where it is known.
            `OverflowError`, `ValueError`: A number does not fit the type of its column.
            `InvalidArgError`, `ServerError`, `ClusterError`: As for `results`.
        """
    def arrow_batches(
        self,
        size: int = 65536,
        schema: _ArrowSchema | None = None,
        policy: _QueryPolicy | None = None,
        *,
        meta: Sequence[str] | None = None,
    ) -> QueryIterator[ArrowTable]:
        """The records as Arrow tables of so many rows: no more of them are held than one that grows and one that waits.

        Args:
            size: How many rows a table has; the last has fewer. Default: 65536.
            schema: As for `to_arrow`. Default: None, the types that the values of the first table have; what does not fit them later raises.
            policy: How to read. Default: None, the client's.
            meta: As for `to_arrow`. Default: None, nothing.

        Returns:
            An iterator; its steps raise what `to_arrow` raises. Its `cursor` leads to what comes after the last table taken.

        Raises:
            `InvalidArgError`, `TypeError`: An argument is wrong.
            `ClientError`: The client is not connected.
        """
    @overload
    def first(self, policy: _QueryPolicy | None = None, *, into: None = None) -> Record | None:
        """One record, whichever comes first.

        Args:
            policy: How to query. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            A `Record`, or None if there is none.

        Raises:
            As `results`.
        """
    @overload
    def first(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> Record[_T] | None: ...
    @overload
    def records(self, policy: _QueryPolicy | None = None, *, into: None = None) -> QueryIterator[Record]:
        """The records one after the other: what ``for record in query`` does, with a policy.

        Args:
            policy: How to query; `record_queue_size` is how many records are read ahead. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            An iterator; its steps raise what `results` raises. The query is sent with the first step.

        Raises:
            `InvalidArgError`: The policy is wrong.
            `ClientError`: The client is not connected.
        """
    @overload
    def records(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> QueryIterator[Record[_T]]: ...
    @overload
    def pages(self, size: int, policy: _QueryPolicy | None = None, *, into: None = None) -> QueryIterator[list[Record]]:
        """The records in lists, each fetched by a query of its own: between two pages nothing is open on the server.

        Args:
            size: How many records a page has at most; it may have fewer and is never empty.
            policy: How to query. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            An iterator; its steps raise what `results` raises. Its `cursor` leads to the next page.

        Raises:
            `InvalidArgError`: The size or the policy is wrong.
            `ClientError`: The client is not connected.
        """
    @overload
    def pages(self, size: int, policy: _QueryPolicy | None = None, *, into: type[_T]) -> QueryIterator[list[Record[_T]]]: ...
    def foreach(self, callback: Callable[[Record], bool | None], policy: _QueryPolicy | None = None) -> None:
        """Call back with each record. What the callback raises ends the query and comes out of here.

        Args:
            callback: Called with a `Record`; if it returns False, that was the last. `AsyncQuery.foreach` awaits what it returns, if that
                is an awaitable.
            policy: How to query. Default: None, the client's.

        Raises:
            As `results`, and whatever the callback raises.
            `TypeError`: The callback cannot be called, or is a coroutine function and this is a `Query`.
        """
    def __iter__(self) -> QueryIterator[Record]: ...

class AsyncQuery:
    """A query of an `AsyncClient`: as `Query`, with ``async for``, and awaitables where `Query` waits."""

    def __aiter__(self) -> AsyncQueryIterator[Record]: ...
    @overload
    def records(self, policy: _QueryPolicy | None = None, *, into: None = None) -> AsyncQueryIterator[Record]: ...
    @overload
    def records(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> AsyncQueryIterator[Record[_T]]: ...
    @overload
    def pages(self, size: int, policy: _QueryPolicy | None = None, *, into: None = None) -> AsyncQueryIterator[list[Record]]: ...
    @overload
    def pages(self, size: int, policy: _QueryPolicy | None = None, *, into: type[_T]) -> AsyncQueryIterator[list[Record[_T]]]: ...
    def arrow_batches(
        self,
        size: int = 65536,
        schema: _ArrowSchema | None = None,
        policy: _QueryPolicy | None = None,
        *,
        meta: Sequence[str] | None = None,
    ) -> AsyncQueryIterator[ArrowTable]: ...
    async def foreach(
        self, callback: Callable[[Record], Awaitable[bool | None] | bool | None], policy: _QueryPolicy | None = None
    ) -> None: ...

    def select(self, *bins: str) -> Self:
        """Read these bins only. Without a bin: keys and metadata.

        Args:
            *bins: Their names.

        Returns:
            The query itself.

        Raises:
            `TypeError`, `ValueError`: A name is wrong.
        """
    def where(
        self,
        predicate: tuple[Any, ...],
        ctx: Sequence[dict[str, Any]] | None = None,
        *,
        index_name: str | None = None,
        expression: Expression | None = None,
    ) -> Self:
        """Find records through a secondary index. A query has one predicate; `filter_expression` of the policy narrows what it finds.

        Args:
            predicate: Made by `aerospike_py.predicates`.
            ctx: Where in the bin the index looks, made by `aerospike_py.cdt_ctx`. Default: None, the bin itself.
            index_name: The index, by its name. Default: None, the one on the bin.
            expression: The index, by the expression it was made from; the predicate's bin is then of no account. Default: None.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`: It is no predicate, an operand is wrong, or the query has a predicate already.
        """
    def add_ops(self, ops: Sequence[Operation]) -> Self:
        """Answer with what these operations read, instead of bins; or, if they write, say what `execute_background` does to each record.

        Args:
            ops: Operations as for `Client.operate`, all of them reading or all of them writing. Servers before 8.1.2 only read bins.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`, `TypeError`, `ValueError`: An operation is wrong.
        """
    def apply(self, module: str, function: str, arguments: Sequence[Any] | None = None) -> _AppliedAsyncQuery:
        """Say which function of a UDF module is applied: by `execute_background` to each record, by every other pass to the stream of them.

        A function on a stream aggregates: `results`, `first`, `records`, `foreach` and the plain ``for`` give its values and no records. The
        servers run its ``filter``, ``map`` and ``aggregate`` up to its first ``reduce``, the client what follows from there on, over the
        values of all servers, when all have come; it holds them in memory. It has the module from the folder `lua.user_path` of the
        configuration if that has it, else from the cluster, along with the modules that it names; it fetches them again when they change.
        The client's part runs on a thread of its own and is stopped after the `total_timeout`, or after 30 s without one, and beyond 256 MiB.
        `select`, `add_ops`, `resume`, `pages`, `to_numpy`, `into` and `max_records` do not go with it: the pass refuses them. Where a node
        is lost on the way the servers' part starts over, up to `max_retries` times, so that nothing counts twice.

        Args:
            module: The module's name on the server, without ``.lua``.
            function: The function's name.
            arguments: What it gets beside the record or the stream. Default: None, nothing.

        Returns:
            The query itself. Its passes raise `UDFError` with the function's own message where it fails, in a server or here.

        Raises:
            `InvalidArgError`, `TypeError`: A name or an argument is wrong.
        """
    async def execute_background(self, policy: WritePolicy | PreparedPolicy | None = None) -> AsyncJob:
        """Let the servers do to every record that the query finds what `add_ops` or `apply` said, and come back at once.

        Args:
            policy: How to write; `records_per_second` holds each node back, `filter_expression` leaves records alone. Default: None, the
                client's for writes.

        Returns:
            A `Job`, or of an `AsyncQuery` an `AsyncJob`.

        Raises:
            `InvalidArgError`: There is nothing to do, or operations read; nothing was sent.
            `ServerError`, …: A node refused. Others may have begun.
            `ClientError`: The client is not connected.
        """
    def resume(self, cursor: bytes) -> Self:
        """Begin where another pass stood, also one of another process.

        Args:
            cursor: The `cursor` of a query with the same namespace, set and predicate.

        Returns:
            The query itself.

        Raises:
            `InvalidArgError`: The cursor is damaged, of another version or that of another query.
        """
    @property
    def cursor(self) -> bytes | None:
        """Where the latest pass stands: after the last record that was taken. None before the first pass, and of an aggregation."""
    @overload
    async def results(self, policy: _QueryPolicy | None = None, *, into: None = None) -> list[Record]:
        """All records at once.

        Args:
            policy: How to query. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            A list of `Record`, or of the values that a function on the stream gives: see `apply`.

        Raises:
            `IndexNotFound`: No index fits the predicate.
            `UDFError`: The function on the stream failed.
            `AerospikeTimeoutError`, `ServerError`, `ClusterError`, …: A partition could not be read.
            `InvalidArgError`: The policy is wrong; nothing was sent.
            `ClientError`: The client is not connected.
        """
    @overload
    async def results(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> list[Record[_T]]: ...
    async def to_numpy(self, dtype: npt.DTypeLike, policy: _QueryPolicy | None = None, *, strict: bool = True) -> NumpyBatchRecords:
        """All records as arrays, a field of the dtype per bin. They are filled as they come, with the GIL released.

        Args:
            dtype: A structured dtype, or what `numpy.dtype` takes. Kinds ``b i u f M m S V`` and sub-arrays.
            policy: How to read. Default: None, the client's.
            strict: Refuse a number that does not fit its field; else it is cut, as `_dtype` of `batch_read` does. Default: True.

        Returns:
            A `NumpyBatchRecords`, a row per record in the order they came, zeros where there is no bin. Its ``get`` knows the user keys
            that the servers keep.

        Raises:
            `OverflowError`: A number does not fit its field.
            `ValueError`: A negative number in an unsigned field, or a dtype of foreign byte order.
            `TypeError`: A field has another kind, or a bin does not fit its field; the text names field and key.
            `ImportError`: NumPy is not installed.
            `InvalidArgError`, `ServerError`, `ClusterError`: As for `results`.
        """
    async def to_arrow(
        self,
        schema: _ArrowSchema | None = None,
        policy: _QueryPolicy | None = None,
        *,
        meta: Sequence[str] | None = None,
    ) -> ArrowTable:
        """All records as Arrow columns, made as they come, with the GIL released.

        Args:
            schema: The bins that are columns, and their types: a dict of bin names to types by name (``"int64"``, ``"string"``,
                ``"timestamp[us]"``, ``"list<float64>"`` …) or of pyarrow; a pyarrow schema; or anything with ``__arrow_c_schema__``. Default:
                None, all bins, with the types of their values: integers and floats together are floats, maps whose values have
                several types are structs.
            policy: How to read. Default: None, the client's.
            meta: What else is a column: any of ``key set digest gen ttl code``; they are named ``_key`` and so on. Default: None, nothing.

        Returns:
            An `ArrowTable`, a row per record in the order they came, null where there is no bin.

        Raises:
            `TypeError`: A value has no place in its column, or values of a bin have several types and `schema` does not say which; the text
                names the bin, and the key where it is known.
            `OverflowError`, `ValueError`: A number does not fit the type of its column.
            `InvalidArgError`, `ServerError`, `ClusterError`: As for `results`.
        """
    @overload
    async def first(self, policy: _QueryPolicy | None = None, *, into: None = None) -> Record | None:
        """One record, whichever comes first.

        Args:
            policy: How to query. Default: None, the client's.
            into: A dataclass, a pydantic model or a msgspec struct: `bins` of each record is an object of it. Default: None, a dict.

        Returns:
            A `Record`, or None if there is none.

        Raises:
            As `results`.
        """
    @overload
    async def first(self, policy: _QueryPolicy | None = None, *, into: type[_T]) -> Record[_T] | None: ...

@type_check_only
class _AppliedQuery(Query):
    def results(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> list[Any]: ...
    def first(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> Any: ...
    def records(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> QueryIterator[Any]: ...
    def foreach(self, callback: Callable[[Any], bool | None], policy: _QueryPolicy | None = None) -> None: ...
    def __iter__(self) -> QueryIterator[Any]: ...

@type_check_only
class _AppliedAsyncQuery(AsyncQuery):
    async def results(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> list[Any]: ...
    async def first(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> Any: ...
    def records(self, policy: _QueryPolicy | None = None, *, into: Any = None) -> AsyncQueryIterator[Any]: ...
    async def foreach(
        self, callback: Callable[[Any], Awaitable[bool | None] | bool | None], policy: _QueryPolicy | None = None
    ) -> None: ...
    def __aiter__(self) -> AsyncQueryIterator[Any]: ...

@final
class Job:
    """A background job: `Query.execute_background` makes it. The servers go on with it whatever becomes of this object."""

    @property
    def id(self) -> int:
        """Its number on the servers."""
    def progress(self) -> JobProgress:
        """Ask the nodes where it stands.

        Returns:
            A `JobProgress`, summed over the nodes. What a node has forgotten counts as done.

        Raises:
            `ConnectionError`, `AerospikeTimeoutError`: A node could not be asked.
        """
    def is_done(self) -> bool:
        """Whether it has ended on every node.

        Raises:
            As `progress`.
        """
    def wait(self, timeout: int | None = None) -> JobProgress:
        """Wait until it has ended on every node.

        Args:
            timeout: Milliseconds. Default: None, as long as it takes.

        Returns:
            The last `JobProgress`.

        Raises:
            `AerospikeTimeoutError`: It has not ended in time; it goes on.
            `QueryAbortedError`: It was aborted.
            `ConnectionError`: A node could not be asked.
        """
    def abort(self) -> bool:
        """Stop it. What it has done stays done.

        Returns:
            Whether any node still ran it.

        Raises:
            As `progress`.
        """

@final
class AsyncJob:
    """A background job of an `AsyncQuery`: as `Job`, with awaitables."""

    @property
    def id(self) -> int:
        """Its number on the servers."""
    async def progress(self) -> JobProgress:
        """Ask the nodes where it stands.

        Returns:
            A `JobProgress`, summed over the nodes. What a node has forgotten counts as done.

        Raises:
            `ConnectionError`, `AerospikeTimeoutError`: A node could not be asked.
        """
    async def is_done(self) -> bool:
        """Whether it has ended on every node.

        Raises:
            As `progress`.
        """
    async def wait(self, timeout: int | None = None) -> JobProgress:
        """Wait until it has ended on every node.

        Args:
            timeout: Milliseconds. Default: None, as long as it takes.

        Returns:
            The last `JobProgress`.

        Raises:
            `AerospikeTimeoutError`: It has not ended in time; it goes on.
            `QueryAbortedError`: It was aborted.
            `ConnectionError`: A node could not be asked.
        """
    async def abort(self) -> bool:
        """Stop it. What it has done stays done.

        Returns:
            Whether any node still ran it.

        Raises:
            As `progress`.
        """

@final
class QueryIterator(Generic[_T]):
    """The records, the pages or the Arrow tables of one pass of a `Query`. As a context manager it closes on exit; forgotten, it closes too."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> _T: ...
    @property
    def cursor(self) -> bytes:
        """Where it stands: after the last record, page or table that was taken. `InvalidArgError` of an aggregation."""
    def close(self) -> None:
        """End the query; there is nothing more to take. Waits for nobody."""
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

@final
class AsyncQueryIterator(Generic[_T]):
    """The records, the pages or the Arrow tables of one pass of an `AsyncQuery`, for one task at a time.

    As a context manager (``with``) it closes on exit; forgotten, it closes too. A record or table that a cancelled task waited for is
    there for the next that asks. A page that was being made for it is not: go on from `cursor`.
    """

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> _T: ...
    @property
    def cursor(self) -> bytes: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

@final
class ArrowTable:
    """Records as Arrow columns, for whatever takes them: pyarrow, polars, pandas, DuckDB and others, without a copy.

        table = client.scan("test", "users").to_arrow(meta=["key"])
        pyarrow.table(table); polars.DataFrame(table); duckdb.sql("select * from table")

    It has ``__arrow_c_stream__`` and ``__arrow_c_schema__`` (the Arrow PyCapsule interface) and needs no package itself.
    """

    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    @property
    def num_rows(self) -> int:
        """How many rows there are."""
    @property
    def num_columns(self) -> int:
        """How many columns there are."""
    @property
    def column_names(self) -> list[str]:
        """Their names, in order."""
    def to_pyarrow(self) -> Any:
        """A `pyarrow.Table` of it, which shares its memory.

        Raises:
            `ImportError`: pyarrow is not installed.
        """
    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` of it.

        Raises:
            `ImportError`: pandas or pyarrow, which pandas needs for it, is not installed; the text says which.
        """
    def to_polars(self) -> Any:
        """A `polars.DataFrame` of it.

        Raises:
            `ImportError`: polars is not installed.
        """
    def __len__(self) -> int: ...

@final
class BatchStream:
    """The records of a batch as they come, once: what `Client.batch_stream` returns.

    As a context manager (``with``) it closes on exit; forgotten, it closes too.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> BatchRecord: ...
    @property
    def retry(self) -> BatchRetryInfo | None:
        """How the attempts went; None before the batch has ended, or if it failed as a whole."""
    def close(self) -> None:
        """Take nothing more. The batch itself runs to its end. Waits for nobody."""
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

@final
class AsyncBatchStream:
    """The records of a batch as they come, once, for one task at a time: what `AsyncClient.batch_stream` returns.

    As a context manager (``with``) it closes on exit; forgotten, it closes too. A record that a cancelled task waited for is there for the
    next that asks.
    """

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> BatchRecord: ...
    @property
    def retry(self) -> BatchRetryInfo | None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

@final
class LazyBatchRecords:
    """What a batch read gave, converted when it is asked for: what `batch_read(keys, lazy=True)` returns.

    It reads like the dict of user key → bins that `batch_read` returns by default.
    """

    @property
    def batch_records(self) -> list[BatchRecord]:
        """A `BatchRecord` per key, in the order of the request, failures included."""
    @property
    def result_codes(self) -> list[int]:
        """A result code per key, in the order of the request: 0 where the record was read."""
    @property
    def missing(self) -> list[UserKey]:
        """The user keys that were asked for and whose records do not exist, in the order of the request."""
    def to_dict(self) -> dict[UserKey, AerospikeRecord]:
        """User key → bins, of the records that were found, in the order of the request: a dict of its own at each call."""
    def as_dict(self) -> dict[UserKey, AerospikeRecord]:
        """The same as `to_dict`."""
    def to_list(self) -> list[AerospikeRecord | None]:
        """The bins per key, in the order of the request; None where the record was not read."""
    def to_numpy(self, dtype: npt.DTypeLike, *, strict: bool = True) -> NumpyBatchRecords:
        """The records as arrays, a field of the dtype per bin. They are filled with the GIL released.

        Args:
            dtype: A structured dtype, or what `numpy.dtype` takes. Kinds ``b i u f M m S V`` and sub-arrays.
            strict: Refuse a number that does not fit its field; else it is cut, as `_dtype` of `batch_read` does. Default: True.

        Returns:
            A `NumpyBatchRecords`, a row per key in the order of the request, zeros where there is nothing.

        Raises:
            `OverflowError`: A number does not fit its field.
            `ValueError`: A negative number in an unsigned field, or a dtype of foreign byte order.
            `TypeError`: A field has another kind, or a bin does not fit its field; the text names it.
            `ImportError`: NumPy is not installed.
        """
    def to_arrow(self, schema: _ArrowSchema | None = None, *, meta: Sequence[str] | None = None) -> ArrowTable:
        """The records as Arrow columns, made with the GIL released.

        Args:
            schema: The bins that are columns, and their types: a dict of bin names to types by name (``"int64"``, ``"string"``,
                ``"timestamp[us]"``, ``"list<float64>"`` …) or of pyarrow; a pyarrow schema; or anything with ``__arrow_c_schema__``. Default:
                None, all bins, with the types of their values: integers and floats together are floats, maps whose values have
                several types are structs.
            meta: What else is a column: any of ``key set digest gen ttl code``; they are named ``_key`` and so on. Default: None, nothing.

        Returns:
            An `ArrowTable`, a row per key in the order of the request, null where there is nothing.

        Raises:
            `TypeError`: A value has no place in its column, or values of a bin have several types and `schema` does not say which; the text
                names bin and key.
            `OverflowError`, `ValueError`: A number does not fit the type of its column.
            `InvalidArgError`: `schema` or `meta` is wrong.
        """
    def iter_records(self) -> Iterator[BatchRecord]:
        """The `batch_records`, one after the other."""
    def all_user_keys(self) -> list[UserKey | None]:
        """The user key per key, in the order of the request; None where only the digest was given."""
    def found_count(self) -> int:
        """How many records were read."""
    def release_cache(self) -> None:
        """Forget what was converted; the reply itself is kept."""
    @staticmethod
    def merge_to_dict(handles: Iterable[LazyBatchRecords]) -> list[dict[UserKey, AerospikeRecord]]:
        """The dict of each of several results."""
    def keys(self) -> list[UserKey]:
        """The user keys of the records that were found."""
    def values(self) -> list[AerospikeRecord]:
        """The bins of the records that were found."""
    def items(self) -> list[tuple[UserKey, AerospikeRecord]]:
        """User key and bins of the records that were found."""
    def get(self, key: UserKey, default: Any = None) -> Any:
        """The bins of a record, or `default` if it was not found."""
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[UserKey]: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __getitem__(self, key: UserKey, /) -> AerospikeRecord: ...

@final
class Transaction:
    """What is done all at once or not at all; `Client.transaction` makes it.

    As a context manager it commits at the end of the block, and aborts if an exception leaves the block. What was committed or aborted
    inside the block is left as it is.
    """

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> Literal[False]: ...
    def commit(self) -> int:
        """As `Client.commit`."""
    def abort(self) -> int:
        """As `Client.abort`."""
    @property
    def id(self) -> int:
        """Its number in the cluster."""
    @property
    def timeout(self) -> int:
        """Seconds from its first write until the cluster aborts it; 0 for the cluster's own."""
    @property
    def namespace(self) -> str | None:
        """The namespace of its records; None before the first of them."""
    @property
    def state(self) -> int:
        """TXN_STATE_OPEN, _VERIFIED, _COMMITTED, _ABORTED or _COMMIT_FAILED, which is in doubt."""
    @property
    def in_doubt(self) -> bool:
        """Whether a commit may have happened although it failed."""

@final
class AsyncTransaction:
    """A transaction of an `AsyncClient`: as `Transaction`, with awaitables and ``async with``."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /) -> Literal[False]: ...
    async def commit(self) -> int:
        """As `Client.commit`."""
    async def abort(self) -> int:
        """As `Client.abort`."""
    @property
    def id(self) -> int:
        """Its number in the cluster."""
    @property
    def timeout(self) -> int:
        """Seconds from its first write until the cluster aborts it; 0 for the cluster's own."""
    @property
    def namespace(self) -> str | None:
        """The namespace of its records; None before the first of them."""
    @property
    def state(self) -> int:
        """TXN_STATE_OPEN, _VERIFIED, _COMMITTED, _ABORTED or _COMMIT_FAILED, which is in doubt."""
    @property
    def in_doubt(self) -> bool:
        """Whether a commit may have happened although it failed."""

@final
class Task:
    """What the cluster goes on with after it has agreed: what index and UDF calls return with ``wait=False``.

    The methods of a task of an `AsyncClient` return awaitables.
    """

    def is_done(self) -> Any:
        """Ask every node whether it is done.

        Returns:
            True if all of them say so.

        Raises:
            `ConnectionError`, `AerospikeTimeoutError`: A node could not be asked.
            `ClientError`: The client is not connected.
        """
    def wait(self, timeout: int | None = None) -> Any:
        """Return when it is done.

        Args:
            timeout: Milliseconds to wait at most. Default: None, as long as it takes.

        Raises:
            `AerospikeTimeoutError`: It is not done yet; the cluster goes on with it.
            `IndexNotFound`: The index was removed meanwhile.
            `ConnectionError`: A node could not be asked.
            `ClientError`: The client is not connected.
        """

@final
class PreparedPolicy:
    """A policy parsed once: see `prepare`."""

@final
class PartitionFilter:
    """Which partitions a query reads: see `partition_filter_all` and its neighbours.

    Args:
        begin: The first partition, from 0 to 4095. Default: 0.
        count: How many. Default: 4096, all.

    Raises:
        `ValueError`: The range is not within [0, 4096).
    """

    def __new__(cls, begin: int = 0, count: int = 4096) -> Self: ...
    @staticmethod
    def after(key: Key) -> PartitionFilter:
        """What comes after a record in its partition.

        Args:
            key: The record's key; it need not exist.

        Returns:
            A filter of one partition.

        Raises:
            `TypeError`, `ValueError`: It is no key.
        """
    @property
    def begin(self) -> int:
        """The first partition."""
    @property
    def count(self) -> int:
        """How many partitions."""
    @property
    def digest(self) -> bytes | None:
        """After which digest of the first partition it begins, if not at its start."""

@final
class DevServer:
    """The embedded server: `aerospike_py.devserver.DevServer` is how to use it."""

    def __new__(
        cls,
        nodes: int,
        replication_factor: int,
        namespaces: list[str],
        default_ttl: int,
        host: str,
        port: int,
        cluster_name: str | None,
        enterprise: Mapping[str, Any] | None,
    ) -> Self: ...
    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The nodes' addresses; empty while it does not run."""
    @property
    def tls_hosts(self) -> list[tuple[str, int, str]]:
        """The nodes' addresses with TLS, each with the name in its certificate; empty without TLS and while it does not run."""
    @property
    def ca_pem(self) -> str | None:
        """The certificate of the authority behind the nodes' certificates, as PEM; None without TLS and while it does not run."""
    def client_certificate(self, name: str) -> tuple[str, str]:
        """Issue a certificate to a client: certificate and key, as PEM."""
    def start(self) -> None:
        """Start listening."""
    def stop(self) -> None:
        """Stop listening and forget the records."""
    def inject(self, rule: list[tuple[str, str]]) -> Fault:
        """Let something go wrong, as names and values say."""
    def clear_faults(self) -> None:
        """Remove every fault."""
    def freeze(self, node: int) -> None:
        """Let a node keep its connections and answer nothing."""
    def thaw(self, node: int) -> None:
        """Let a frozen node go on."""
    def stop_node(self, node: int) -> None:
        """Let a node leave in good order."""
    def kill_node(self, node: int) -> None:
        """Let a node die."""
    def start_node(self, node: int) -> None:
        """Bring a node back."""
    def add_node(self) -> int:
        """Let a new node join; its index."""
    def move_partitions(self, partitions: list[int], node: int) -> None:
        """Make a node the master of partitions."""
    def set_rack(self, node: int, rack: int) -> None:
        """Put a node into a rack."""
    def advance(self, seconds: float) -> None:
        """Move the clock forward."""

@final
class Fault:
    """A fault that was injected, see `aerospike_py.devserver.DevServer.inject`. A context manager, which removes it."""

    @property
    def hits(self) -> int:
        """How many requests it has hit."""
    def remove(self) -> None:
        """End it. What it has hit stays hit."""
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None: ...

# For the package itself.
def _stats() -> ClientStats: ...
def _set_tracing(on: bool) -> None: ...
def _set_log_filter(level: int) -> None: ...
def get_metrics() -> str:
    """The metrics of this process as text for Prometheus.

    The names and labels of operations are those of OpenTelemetry's conventions for database clients, as in the reference client; those
    that begin with ``aerospike_client_`` are ours.

    Returns:
        The text exposition format, version 0.0.4, ending with ``# EOF``. Sets beyond the first 128 are counted as ``other``.
    """

def set_metrics_enabled(enabled: bool) -> None:
    """Switch counting and timing of calls on or off, for all clients of the process. Default: on.

    Args:
        enabled: Whether calls that begin from now on are counted. Off, a call costs a branch for it; what was counted stays.
    """

def is_metrics_enabled() -> bool:
    """Whether calls are counted and timed.

    Returns:
        True, unless `set_metrics_enabled` has said otherwise.
    """

def set_internal_stage_metrics_enabled(enabled: bool) -> None:
    """Switch on or off that the stages of calls are timed one by one: where the time goes. Costs about a microsecond a call.

    Args:
        enabled: Whether stages are timed from now on. Default: off, unless AEROSPIKE_PY_INTERNAL_METRICS is 1, true, yes or on.
    """

def is_internal_stage_metrics_enabled() -> bool:
    """Whether the stages of calls are timed.

    Returns:
        What `set_internal_stage_metrics_enabled` or the environment has said.
    """

def dropped_log_count() -> int:
    """How many log records of the engine were dropped because more than 4096 waited for `logging`.

    Returns:
        The number, since the process began.
    """

def prepare(policy: SharedPolicy) -> PreparedPolicy:
    """Parse a policy once, to be used many times: what it returns is accepted wherever a policy is.

    Args:
        policy: A dict with keys of any policy.

    Returns:
        A frozen object.

    Raises:
        `InvalidArgError`: A name no policy knows, a bad value or a wrong type; the text names it and the nearest valid name.
    """

def expression_to_base64(expression: Mapping[str, Any]) -> str:
    """An expression as the text that other clients, and info commands, take for it.

    Args:
        expression: A dict made by `aerospike_py.exp`.

    Returns:
        The packed expression in base64.

    Raises:
        `InvalidArgError`: It is no expression, or one with a wrong operand.
    """

def context_to_base64(ctx: Sequence[Mapping[str, Any]]) -> str:
    """The way into a bin as the text that other clients, and info commands, take for it.

    Args:
        ctx: Steps made by `aerospike_py.cdt_ctx`.

    Returns:
        The packed steps in base64.

    Raises:
        `InvalidArgError`: There is no step, or one that is wrong.
    """

def context_from_base64(text: str) -> list[dict[str, Any]]:
    """The way into a bin that a text stands for.

    Args:
        text: What `context_to_base64` gives, or the official client's `get_cdtctx_base64`.

    Returns:
        Its steps, as those of `aerospike_py.cdt_ctx`; an expression in one stays packed.

    Raises:
        `InvalidArgError`: It is no base64, or not that of steps.
    """

def calc_digest(namespace: str, set_name: str | None, key: UserKey | bytearray | memoryview) -> bytes:
    """The digest of a key, by which the cluster knows the record.

    Args:
        namespace: The namespace; it is no part of the digest.
        set_name: The set; None or ``""`` for none.
        key: The user key.

    Returns:
        20 bytes.

    Raises:
        `TypeError`, `ValueError`, `OverflowError`: They make no key.
    """

def get_partition_id(digest: bytes | bytearray | memoryview) -> int:
    """The partition that a digest belongs to.

    Args:
        digest: 20 bytes, such as `calc_digest` returns.

    Returns:
        A number from 0 to 4095.

    Raises:
        `TypeError`, `ValueError`: It is no digest.
    """

__all__ = [
    "ArrowTable",
    "AsyncBatchStream",
    "AsyncClient",
    "AsyncJob",
    "AsyncQuery",
    "AsyncQueryIterator",
    "AsyncTransaction",
    "BatchStream",
    "Client",
    "DevServer",
    "Fault",
    "Job",
    "LazyBatchRecords",
    "PartitionFilter",
    "PendingBatch",
    "PreparedPolicy",
    "Query",
    "QueryIterator",
    "Task",
    "Transaction",
    "calc_digest",
    "context_from_base64",
    "context_to_base64",
    "dropped_log_count",
    "expression_to_base64",
    "get_metrics",
    "get_partition_id",
    "is_internal_stage_metrics_enabled",
    "is_metrics_enabled",
    "prepare",
    "set_internal_stage_metrics_enabled",
    "set_metrics_enabled",
]
