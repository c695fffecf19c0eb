"""What goes into the clients and what comes out of them: named tuples for results, typed dicts for policies and configuration.

Times are milliseconds unless a name or a comment says otherwise; what holds where a key is absent stands beside it. A key known to any
policy is accepted by every operation and ignored where it does not apply, so one dict may be shared.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypedDict, overload

# Aliases -------------------------------------------------------------------------------------------------------------------------------

#: A user key. `bytes` hash like a string of the same bytes; `bytearray` and `memoryview` like a blob.
UserKey = str | int | bytes
#: (namespace, set, user key), or with the 20-byte digest as a 4th element; then the user key may be None.
Key = (
    tuple[str, str | None, str | int | bytes | bytearray | memoryview]
    | tuple[str, str | None, str | int | bytes | bytearray | memoryview | None, bytes]
)
#: Bin name → value.
Bins = dict[str, Any]
#: The bins of one record, as a batch read gives them.
AerospikeRecord = dict[str, Any]
#: What `batch_read` gives: user key → bins. (A historic name: see `aerospike_py.BatchReadResult`.)
BatchRecords = dict[UserKey, AerospikeRecord]
#: What the functions of `list_operations`, `map_operations`, `hll_operations` and `bit_operations` return.
Operation = dict[str, Any]
#: What the functions of `exp` return.
Expression = dict[str, Any]

# Results -------------------------------------------------------------------------------------------------------------------------------


class AerospikeKey(NamedTuple):
    """Where a record is. `user_key` is None where neither the caller nor the server knows it."""

    namespace: str
    set_name: str
    user_key: UserKey | bytearray | memoryview | None
    digest: bytes


class RecordMetadata(NamedTuple):
    """A record's generation and the seconds it has left; 4294967295 if it never expires. `meta["gen"]` and `meta["ttl"]` work too."""

    gen: int
    ttl: int

    @overload  # type: ignore[override]
    def __getitem__(self, index: int | Literal["gen", "ttl"]) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        if index == "gen":
            return self.gen
        if index == "ttl":
            return self.ttl
        return tuple.__getitem__(self, index)


if TYPE_CHECKING:
    from typing_extensions import TypeVar

    BinsT = TypeVar("BinsT", default=Bins)

    class Record(NamedTuple, Generic[BinsT]):
        """A record that was read. `bins` is a dict, or an object of the class that was asked for: then it is a `Record[User]`."""

        key: AerospikeKey
        meta: RecordMetadata
        bins: BinsT

else:
    # A NamedTuple is generic since Python 3.11 only.
    class Record(NamedTuple):
        """A record that was read. `bins` is a dict, or an object of the class that was asked for: then it is a `Record[User]`."""

        key: AerospikeKey
        meta: RecordMetadata
        bins: Any

        @classmethod
        def __class_getitem__(cls, item: Any) -> types.GenericAlias:
            return types.GenericAlias(cls, item)


class ExistsResult(NamedTuple):
    """Whether a record exists: `meta` is None if it does not."""

    key: AerospikeKey
    meta: RecordMetadata | None


class InfoNodeResult(NamedTuple):
    """One node's answer to an info command: `error_code` is 0, or the request to that node failed with it."""

    node_name: str
    error_code: int
    response: str


class BinTuple(NamedTuple):
    """What one operation answered."""

    name: str
    value: Any


class OperateOrderedResult(NamedTuple):
    """What `operate_ordered` gives: one entry per operation that answers, in the order of the request."""

    key: AerospikeKey
    meta: RecordMetadata | None
    ordered_bins: list[BinTuple]


class BatchRecord(NamedTuple):
    """One record of a batch: `result` is 0, or the code it failed with; then `record` is None."""

    key: AerospikeKey
    result: int
    record: Record | None
    in_doubt: bool = False


class BatchRetryInfo(NamedTuple):
    """How a batch with `retry` went: attempts made and allowed, whether time ran out before them, and how many records still fail."""

    attempts: int = 1
    max_attempts: int = 1
    truncated_by_timeout: bool = False
    unresolved: int = 0


class BatchWriteResult(NamedTuple):
    """What the batches that write give: a `BatchRecord` per key, in the order of the request."""

    batch_records: list[BatchRecord]
    retry: BatchRetryInfo = BatchRetryInfo()


class JobProgress(NamedTuple):
    """Where a background job stands, on all nodes together. `aborted` is empty, or says how the job ended before its time."""

    done: bool
    aborted: str
    percent: float
    succeeded: int  # records it was applied to
    failed: int
    filtered: int  # records that the filter expression left alone


# Statistics ----------------------------------------------------------------------------------------------------------------------------


class LatencyStats(NamedTuple):
    """How long things took, in milliseconds, to three significant digits."""

    samples: int
    mean: float
    p50: float
    p90: float
    p99: float
    p999: float
    max: float


class OperationStats(NamedTuple):
    """The calls of one operation on one set, of all clients of the process."""

    operation: str  # by the name metrics have for it: "get", "delete", …
    namespace: str  # empty where it is about none
    set_name: str
    calls: int  # those that have ended
    errors: dict[str, int]  # how many of them failed, by the kind of failure: "KeyNotFoundError", "Timeout", …
    retries: int  # attempts after a first one, of calls that failed and of batches
    in_flight: int
    latency: LatencyStats  # of those that succeeded, from the call until the answer
    queue_wait: LatencyStats  # the part of it before they were sent


class NodeStats(NamedTuple):
    """A node, as the client sees it. Counts are since `connect`."""

    name: str
    address: str
    connections_open: int
    connections_in_use: int
    connections_idle: int
    connections_opened: int
    connections_closed: int
    connections_failed: int  # could not be opened
    connections_broken: int  # were closed because something went wrong on them; as a rule another attempt followed
    permits: int  # how many requests may be sent at once
    waiting: int  # requests that wait for leave to be sent
    error_rate: int  # errors in the present window of the circuit breaker
    circuit_breaker_hits: int  # requests it refused
    tends: int  # looks at the node
    tends_failed: int


class ReactorStats(NamedTuple):
    """The I/O thread and the event loops it serves, of the process."""

    queue_depth: int  # requests it has not taken up
    jobs: int  # asynchronous requests under way
    wakeups: int  # how often it emptied its queue
    event_loops: int
    drains: int  # how often an event loop took answers
    longest_drain: float  # the longest an event loop was busy with answers


class ClientStats(NamedTuple):
    """What `Client.stats` gives."""

    operations: list[OperationStats]
    nodes: list[NodeStats]
    reactor: ReactorStats
    dropped_logs: int  # log records that were forgotten


# Policies ------------------------------------------------------------------------------------------------------------------------------


class _BasePolicy(TypedDict, total=False):
    socket_timeout: int  # wait this long for bytes on a connection; default 30000, 0 = as long as total_timeout
    total_timeout: int  # all attempts and the waiting between them; default 1000 (queries 0), 0 = for ever
    max_retries: int  # attempts after the first; default 2 (writes 0, queries 5)
    sleep_between_retries: int  # default 0
    sleep_multiplier: float  # of that time, for each further attempt; default 1.0
    timeout_delay: int  # how long to go on reading a late answer, to save the connection; default 0 = close it
    filter_expression: Expression  # of `exp`: records for which it is false are left alone; default None
    expressions: Expression  # the official client's name for filter_expression
    read_mode_ap: int  # POLICY_READ_MODE_AP_*; default ONE
    read_mode_sc: int  # POLICY_READ_MODE_SC_*; default SESSION. Other modes cost the header of each record more
    read_touch_ttl_percent: int  # −1, or 1 to 100 % of the record's ttl below which a read renews it; default 0 = the server's
    txn: Any  # the transaction it is part of, see `Client.transaction`; default None
    compress: bool  # ask for and send large messages compressed (Enterprise Edition); default False
    compression_threshold: int  # bytes from which on a message is large; default 128
    error_detail_verbosity: int  # ERROR_DETAIL_*: how much a server from 8.2 on says of an error; default NONE


class ReadPolicy(_BasePolicy, total=False):
    """How single records are read."""

    replica: int  # POLICY_REPLICA_*; default SEQUENCE


class WritePolicy(_BasePolicy, total=False):
    """How single records are written."""

    replica: int  # POLICY_REPLICA_*; default SEQUENCE
    key: int  # POLICY_KEY_*: store the user key beside the record; default DIGEST
    exists: int  # POLICY_EXISTS_*; default IGNORE
    gen: int  # POLICY_GEN_*; default IGNORE. The generation itself is meta["gen"]
    commit_level: int  # POLICY_COMMIT_LEVEL_*; default ALL
    durable_delete: bool  # leave a tombstone (Enterprise Edition); default False
    ttl: int  # seconds, or TTL_*; default 0 = the namespace's
    on_locking_only: bool  # in a transaction that has locked the record already, fail with 120; default False
    respond_per_each_op: bool  # of operate: each operation answers, if only None; default False


class BatchPolicy(WritePolicy, total=False):
    """How batches are read and written; the keys of `WritePolicy` are what a record's own meta does not say."""

    allow_inline: bool  # the server may serve in-memory records on the receiving thread; default True
    allow_inline_ssd: bool  # the same for records on a device; default False
    respond_all_keys: bool  # go on after the first failure; default True
    concurrency: int  # BATCH_CONCURRENCY_*: all nodes at once, or one after the other; default PARALLEL
    concurrent: bool  # the official client's name for it: True is PARALLEL


class BatchReadPolicy(TypedDict, total=False):
    """What of a `BatchPolicy` concerns rows that read."""

    read_touch_ttl_percent: int
    filter_expression: Expression


class BatchDeletePolicy(TypedDict, total=False):
    """What of a `BatchPolicy` concerns rows that remove."""

    gen: int
    key: int
    commit_level: int
    durable_delete: bool
    filter_expression: Expression


class BatchUDFPolicy(TypedDict, total=False):
    """What of a `BatchPolicy` concerns rows that call a user-defined function."""

    commit_level: int
    ttl: int
    key: int
    durable_delete: bool
    filter_expression: Expression


class QueryPolicy(_BasePolicy, total=False):
    """How queries run."""

    replica: int
    max_records: int  # about this many in all; default 0 = all
    records_per_second: int  # each node at most; default 0 = no limit
    max_concurrent_nodes: int  # default 0 = all at once
    record_queue_size: int  # records read ahead; default 1024
    expected_duration: int  # QUERY_DURATION_*; default LONG
    include_bin_data: bool  # default True; False reads keys and metadata only
    partition_filter: Any  # partition_filter_*(); default all


class ScanPolicy(_BasePolicy, total=False):
    """How scans run: queries without a filter."""

    replica: int
    max_records: int
    records_per_second: int
    durable_delete: bool
    ttl: int
    partition_filter: Any


class AdminPolicy(TypedDict, total=False):
    """How info and administrative commands run."""

    timeout: int  # default 0 = 3000


class SharedPolicy(BatchPolicy, QueryPolicy, AdminPolicy, total=False):
    """What one dict may say to all operations: each takes from it what applies to it. It is what every kind of policy is, and what `prepare` takes."""


class WriteMeta(TypedDict, total=False):
    """What one write says beside its policy. Where both say it, the policy wins in a single write and the record's meta in a batch."""

    gen: int  # the generation the record must have
    ttl: int
    key: int
    exists: int
    commit_level: int
    durable_delete: bool


class BatchDeleteMeta(TypedDict, total=False):
    """What one record of a `batch_remove` says; it wins over the policy."""

    gen: int
    key: int
    commit_level: int
    durable_delete: bool


class BatchUDFMeta(TypedDict, total=False):
    """What one record of a `batch_apply` says; it wins over the arguments of the call and over the policy."""

    module: str
    function: str
    args: list[Any]
    ttl: int
    commit_level: int
    key: int
    durable_delete: bool


class ListPolicy(TypedDict, total=False):
    """How lists are made and written: LIST_UNORDERED or LIST_ORDERED, and LIST_WRITE_* flags."""

    order: int
    flags: int


class MapPolicy(TypedDict, total=False):
    """How maps are made and written: MAP_UNORDERED, …, and MAP_UPDATE, MAP_UPDATE_ONLY or MAP_CREATE_ONLY."""

    order: int
    write_mode: int
    persist_index: bool  # whether the index of a map that is the whole bin persists; default False


class HLLPolicy(TypedDict, total=False):
    """How HyperLogLogs are written: HLL_WRITE_* flags."""

    flags: int


# Configuration -------------------------------------------------------------------------------------------------------------------------


class TLSConfig(TypedDict, total=False):
    """`config["tls"]`."""

    enable: bool  # default True
    cafile: str  # certificates to trust, PEM; default: those of the system
    capath: str  # a directory of them
    cadata: str  # or the text itself
    certfile: str  # the client's own certificate, PEM
    keyfile: str  # and its key, without a password
    for_login_only: bool  # connections are in clear after the login; default False


class ClientPolicies(TypedDict, total=False):
    """`config["policies"]`: what an operation's policy does not say."""

    read: ReadPolicy
    write: WritePolicy
    operate: WritePolicy
    remove: WritePolicy
    apply: WritePolicy
    batch: BatchPolicy
    batch_write: BatchPolicy
    batch_remove: BatchPolicy
    batch_apply: BatchPolicy
    query: QueryPolicy
    scan: ScanPolicy
    info: AdminPolicy
    admin: AdminPolicy
    txn_verify: BatchPolicy
    txn_roll: BatchPolicy


#: An address of a node: (host, port), (host, port, TLS name), (host,), "host:port" or "host".
Host = tuple[str, int] | tuple[str, int, str | None] | tuple[str] | str
#: Some of them. (A list of one form is not a list of any form.)
Hosts = list[Host] | list[tuple[str, int]] | list[tuple[str, int, str]] | list[str] | tuple[Host, ...]


class ConfigProvider(TypedDict, total=False):
    """A YAML file of policies."""

    path: str | PathLike[str]
    interval: int  # milliseconds between looks at the file; default 1000


class LuaConfig(TypedDict, total=False):
    """Where the client finds the modules of aggregations."""

    user_path: str | PathLike[str]  # a folder, looked at first; default: modules come from the cluster


class ClientConfig(TypedDict, total=False):
    """What `client` and `async_client` take. Only `hosts` is required, and only by `connect`; the environment may have them as AEROSPIKE_HOSTS."""

    hosts: Hosts
    cluster_name: str | None  # refuse a cluster of another name; default None
    auth_mode: int  # AUTH_*; default INTERNAL
    user: str
    password: str
    timeout: int  # for each question about the cluster, and to connect; default 1000
    connect_timeout: int  # to connect to a node, with TLS and login; default 0 = timeout
    fail_if_not_connected: bool  # False: connect() succeeds though no node can be reached, and the client goes on trying; default True
    login_timeout_ms: int  # to log in; default 5000
    idle_timeout: int  # close connections unused for so long; default 30000
    max_conns_per_node: int  # default 256, one in four for plain reads and writes only; an open query holds one of each node
    min_conns_per_node: int  # kept open; default 0 = chosen by the client
    conn_pools_per_node: int  # default 1
    tend_interval: int  # between looks at the cluster; default 1000
    use_services_alternate: bool  # the nodes' alternate addresses; default False
    ip_map: dict[str, str]  # address a node announces → address to use
    rack_ids: list[int]  # of this client, the preferred first; for POLICY_REPLICA_PREFER_RACK
    rack_aware: bool  # the official client's: False ignores rack_ids, True takes rack_id if there are none
    rack_id: int
    app_id: str  # shown in the server's statistics
    max_error_rate: int  # failures of a node within the window after which it is left alone; default 100, 0 = never
    error_rate_window: int  # in tends; default 1
    max_concurrent_operations: int  # in flight in all; default 0 = no bound but the connections'
    operation_queue_timeout_ms: int  # how long an operation may wait for its turn; default 0 = as long as its total_timeout
    slow_ms: int  # log a warning of every call that takes so long; default 0 = none
    lua: LuaConfig
    coalesce_reads: bool  # async gets of one burst travel as one batch per node; default True
    tls: TLSConfig
    policies: ClientPolicies
    config_provider: str | PathLike[str] | ConfigProvider  # a YAML file of policies, read again when it changes
    serializer: Callable[[Any], bytes] | None  # writes values of types that Aerospike has not; default None: they are refused
    deserializer: Callable[[bytes], Any] | None  # reads what a serializer wrote; default None: bytes


# Administration ------------------------------------------------------------------------------------------------------------------------


class _PrivilegeCode(TypedDict):
    code: int | str  # PRIV_*, or a name such as "read-write"


class Privilege(_PrivilegeCode, total=False):
    """One privilege of a role, on all namespaces, on one, or on one set of one."""

    ns: str
    set: str


class UserInfo(TypedDict, total=False):
    """A user of the server."""

    user: str
    roles: list[str]
    conns_in_use: int
    read_info: list[int]
    write_info: list[int]


class RoleInfo(TypedDict, total=False):
    """A role of the server."""

    name: str
    privileges: list[Privilege]
    allowlist: list[str]
    read_quota: int
    write_quota: int


# The values constants may have, for annotations ----------------------------------------------------------------------------------------

PolicyKey = Literal[0, 1]
PolicyExists = Literal[0, 1, 2, 3, 4]
PolicyGen = Literal[0, 1, 2]
PolicyReplica = Literal[0, 1, 2, 3, 4]
PolicyCommitLevel = Literal[0, 1]
PolicyReadModeAP = Literal[0, 1]
PolicyReadModeSC = Literal[0, 1, 2, 3]
TTL = int
AuthMode = Literal[0, 1, 2, 3]
IndexType = Literal[0, 1, 2, 3]
IndexCollectionType = Literal[0, 1, 2, 3]
LogLevel = Literal[-1, 0, 1, 2, 3, 4]
Serializer = Literal[0, 1, 2]
ListReturnType = Literal[0, 1, 2, 3, 4, 5, 7, 13]
ListOrder = Literal[0, 1]
MapReturnType = Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17]
MapOrder = Literal[0, 1, 3]
PrivilegeCode = Literal[0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17]
PrivilegeName = Literal[
    "user-admin",
    "sys-admin",
    "data-admin",
    "udf-admin",
    "sindex-admin",
    "read",
    "read-write",
    "read-write-udf",
    "write",
    "truncate",
    "masking-admin",
    "read-masked",
    "write-masked",
]

__all__ = [
    "TTL",
    "AdminPolicy",
    "AerospikeKey",
    "AerospikeRecord",
    "AuthMode",
    "BatchDeleteMeta",
    "BatchDeletePolicy",
    "BatchPolicy",
    "BatchReadPolicy",
    "BatchRecord",
    "BatchRecords",
    "BatchRetryInfo",
    "BatchUDFMeta",
    "BatchUDFPolicy",
    "BatchWriteResult",
    "BinTuple",
    "Bins",
    "ClientConfig",
    "ConfigProvider",
    "ClientPolicies",
    "ClientStats",
    "ExistsResult",
    "Expression",
    "HLLPolicy",
    "Host",
    "Hosts",
    "IndexCollectionType",
    "IndexType",
    "InfoNodeResult",
    "JobProgress",
    "Key",
    "LatencyStats",
    "ListOrder",
    "ListPolicy",
    "ListReturnType",
    "LogLevel",
    "LuaConfig",
    "MapOrder",
    "MapPolicy",
    "MapReturnType",
    "NodeStats",
    "OperateOrderedResult",
    "Operation",
    "OperationStats",
    "PolicyCommitLevel",
    "PolicyExists",
    "PolicyGen",
    "PolicyKey",
    "PolicyReadModeAP",
    "PolicyReadModeSC",
    "PolicyReplica",
    "Privilege",
    "PrivilegeCode",
    "PrivilegeName",
    "QueryPolicy",
    "ReactorStats",
    "ReadPolicy",
    "Record",
    "RecordMetadata",
    "RoleInfo",
    "ScanPolicy",
    "Serializer",
    "SharedPolicy",
    "TLSConfig",
    "UserInfo",
    "UserKey",
    "WriteMeta",
    "WritePolicy",
]
