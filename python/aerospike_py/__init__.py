"""A client for the Aerospike database whose engine is Rust: for threads (`client`) and for asyncio (`async_client`).

    with aerospike_py.client({"hosts": [("127.0.0.1", 3000)]}) as client:
        client.put(("test", "demo", "user1"), {"name": "Alice"})
        print(client.get(("test", "demo", "user1")).bins)

Importing starts no thread and changes nothing in the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bit_operations as bit_operations
from . import cdt_ctx as cdt_ctx
from . import constants as constants
from . import exception as exception
from . import exp as exp
from . import expression_operations as expression_operations
from . import hll_operations as hll_operations
from . import list_operations as list_operations
from . import map_operations as map_operations
from . import numpy_batch as numpy_batch
from . import observability as observability
from . import predicates as predicates
from . import types as types
from ._aerospike import (
    ArrowTable,
    AsyncBatchStream,
    AsyncClient,
    AsyncJob,
    AsyncQuery,
    AsyncQueryIterator,
    AsyncTransaction,
    BatchStream,
    Client,
    Job,
    LazyBatchRecords,
    PendingBatch,
    PreparedPolicy,
    Query,
    QueryIterator,
    Task,
    Transaction,
    calc_digest,
    get_partition_id,
    prepare,
)
from .batch import BatchReadResult
from .constants import *
from .exception import *
from .exception import AerospikeIndexError as IndexError  # noqa: A004 (a name of 0.14)
from .exception import AerospikeTimeoutError as TimeoutError  # noqa: A004 (a name of 0.14)
from .numpy_batch import NumpyBatchRecords
from .observability import *
from .partitions import (
    PartitionFilter,
    partition_filter_after,
    partition_filter_all,
    partition_filter_by_id,
    partition_filter_by_range,
)
from .rows import Apply, Read, Remove, Write
from .types import *
from .values import CDTInfinite, CDTWildcard, GeoJSON, HyperLogLog, KeyOrderedDict

if TYPE_CHECKING:
    __version__: str


def client(config: ClientConfig) -> Client:
    """A client for threads, not connected yet.

    Args:
        config: The configuration: ``{"hosts": [("127.0.0.1", 3000)]}`` and what `aerospike_py.types.ClientConfig` lists.

    Returns:
        A `Client`; `connect` it, or use it as a context manager.
    """
    return Client(config)


def async_client(config: ClientConfig) -> AsyncClient:
    """A client for asyncio, not connected yet.

    Args:
        config: The configuration: ``{"hosts": [("127.0.0.1", 3000)]}`` and what `aerospike_py.types.ClientConfig` lists.

    Returns:
        An `AsyncClient`; await `connect`, or use it as an async context manager.
    """
    return AsyncClient(config)


# Hidden from type checkers, which would take any name for one that exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> str:
        # Reading a package's metadata takes longer than all the rest of the import, and few ask for it.
        if name == "__version__":
            import importlib.metadata

            try:
                version = importlib.metadata.version("aerospike-py")
            except importlib.metadata.PackageNotFoundError:
                version = "0.0.0"
            globals()["__version__"] = version
            return version
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Apply",
    "ArrowTable",
    "AsyncBatchStream",
    "AsyncClient",
    "AsyncJob",
    "AsyncQuery",
    "AsyncQueryIterator",
    "AsyncTransaction",
    "BatchReadResult",
    "BatchStream",
    "CDTInfinite",
    "CDTWildcard",
    "Client",
    "GeoJSON",
    "HyperLogLog",
    "IndexError",
    "Job",
    "KeyOrderedDict",
    "LazyBatchRecords",
    "NumpyBatchRecords",
    "PartitionFilter",
    "PendingBatch",
    "PreparedPolicy",
    "Query",
    "QueryIterator",
    "Read",
    "Remove",
    "Task",
    "TimeoutError",
    "Transaction",
    "Write",
    "__version__",
    "async_client",
    "bit_operations",
    "calc_digest",
    "cdt_ctx",
    "client",
    "constants",
    "exception",
    "exp",
    "expression_operations",
    "get_partition_id",
    "hll_operations",
    "list_operations",
    "map_operations",
    "numpy_batch",
    "observability",
    "partition_filter_after",
    "partition_filter_all",
    "partition_filter_by_id",
    "partition_filter_by_range",
    "predicates",
    "prepare",
    "types",
]
__all__ += constants.__all__
__all__ += exception.__all__
__all__ += observability.__all__
__all__ += types.__all__
# A star import must not hide the built-in one, which is about all sockets; ask for ours by name.
__all__.remove("ConnectionError")
