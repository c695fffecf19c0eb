from __future__ import annotations

import importlib.metadata
import inspect
import types

import pytest

import aerospike_py
from aerospike_py import constants, exception
from aerospike_py import types as our_types

# Names of 0.14's package that this one has.
REFERENCE = {
    "AdminError",
    "AdminPolicy",
    "AerospikeError",
    "AerospikeIndexError",
    "AerospikeKey",
    "AerospikeRecord",
    "AerospikeTimeoutError",
    "AsyncClient",
    "BackpressureError",
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
    "BinExistsError",
    "BinNameError",
    "BinNotFound",
    "BinTuple",
    "BinTypeError",
    "Bins",
    "Client",
    "ClientConfig",
    "ClientError",
    "ClusterError",
    "ExistsResult",
    "FilteredOut",
    "HLLPolicy",
    "IndexError",
    "IndexFoundError",
    "IndexNotFound",
    "InfoNodeResult",
    "InvalidArgError",
    "LazyBatchRecords",
    "ListPolicy",
    "MapPolicy",
    "NumpyBatchRecords",
    "OperateOrderedResult",
    "Operation",
    "PartitionFilter",
    "Privilege",
    "QueryAbortedError",
    "QueryError",
    "QueryPolicy",
    "ReadPolicy",
    "Record",
    "RecordError",
    "RecordExistsError",
    "RecordGenerationError",
    "RecordMetadata",
    "RecordNotFound",
    "RecordTooBig",
    "RoleInfo",
    "RustPanicError",
    "ScanPolicy",
    "ServerError",
    "TimeoutError",
    "UDFError",
    "UserInfo",
    "UserKey",
    "WriteMeta",
    "WritePolicy",
    "__version__",
    "async_client",
    "bit_operations",
    "client",
    "exception",
    "exp",
    "hll_operations",
    "list_operations",
    "map_operations",
    "partition_filter_all",
    "partition_filter_by_id",
    "partition_filter_by_range",
    "predicates",
    "dropped_log_count",
    "get_metrics",
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
}

# What a host program owns, as text: run before and after the import.
STATE = """
import asyncio, faulthandler, gc, locale, logging, os, signal, sys, threading, warnings

def state():
    fds = {}
    for fd in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []:
        try:
            fds[fd] = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            pass  # the one that lists the directory
    return {
        "threads": threading.active_count(),
        "tasks": len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0,
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "wakeup": signal.set_wakeup_fd(signal.set_wakeup_fd(-1)),
        "policy": asyncio.events._event_loop_policy,
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook, sys.breakpointhook),
        "tracing": (sys.gettrace(), sys.getprofile(), gc.callbacks[:], gc.get_threshold(), gc.isenabled()),
        "logging": (logging.root.handlers[:], logging.root.level, set(logging.root.manager.loggerDict), logging.getLevelName(5)),
        "warnings": list(warnings.filters),
        "paths": (list(sys.path), list(sys.meta_path), list(sys.path_hooks)),
        "environment": dict(os.environ),
        "process": (os.getcwd(), faulthandler.is_enabled(), sys.getswitchinterval(), sys.getrecursionlimit(), locale.setlocale(locale.LC_ALL)),
        "fds": fds,
    }
"""

IMPORT = (
    STATE
    + """
known = set(sys.modules)
hooks = []
os.register_at_fork = lambda **options: hooks.append(options)
import atexit
atexit.register = lambda *arguments, **options: hooks.append(arguments)
before = state()
import aerospike_py
after = state()
assert not hooks, hooks
for name in before:
    assert before[name] == after[name], (name, before[name], after[name])
heavy = {"numpy", "rich", "argparse", "importlib.metadata", "socket", "json", "subprocess", "multiprocessing"} & (set(sys.modules) - known)
assert not heavy, heavy
"""
)


def test_all_is_complete():
    ours = {
        name
        for name, value in vars(aerospike_py).items()
        if not name.startswith("_")
        and not (isinstance(value, types.ModuleType) and name not in aerospike_py.__all__)
        and name not in {"annotations", "TYPE_CHECKING", "Any"}
    }
    # The one name a star import leaves out, because it would hide the built-in one.
    assert ours - set(aerospike_py.__all__) == {"ConnectionError"}
    assert len(aerospike_py.__all__) == len(set(aerospike_py.__all__))
    assert all(hasattr(aerospike_py, name) for name in aerospike_py.__all__)


def test_modules_that_are_not_in_all_are_not_part_of_the_interface():
    modules = {name for name, value in vars(aerospike_py).items() if isinstance(value, types.ModuleType)}
    documented = {
        "bit_operations",
        "cdt_ctx",
        "constants",
        "exception",
        "exp",
        "expression_operations",
        "hll_operations",
        "list_operations",
        "map_operations",
        "numpy_batch",
        "observability",
    }
    assert modules & set(aerospike_py.__all__) == documented | {"predicates", "types"}


def test_everything_of_the_modules_is_in_the_package():
    assert set(constants.__all__) | set(our_types.__all__) <= set(aerospike_py.__all__)
    assert set(exception.__all__) - {"ConnectionError"} <= set(aerospike_py.__all__)
    assert set(aerospike_py.__all__) >= REFERENCE


def test_public_names_are_documented():
    for name in aerospike_py.__all__:
        value = getattr(aerospike_py, name)
        if inspect.isclass(value) or inspect.isfunction(value) or inspect.isbuiltin(value):
            assert inspect.getdoc(value), name


def test_version_is_that_of_the_distribution():
    assert aerospike_py.__version__ == importlib.metadata.version("aerospike-py")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        aerospike_py.nonsense  # noqa: B018


def test_import_changes_nothing_in_the_process(run_python):
    done = run_python(IMPORT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""


@pytest.mark.parametrize(
    "code",
    [
        "import aerospike_py; from aerospike_py import *; assert POLICY_KEY_SEND == 1 and RecordNotFound.code == 2",
        "import importlib, aerospike_py; importlib.reload(aerospike_py)",
        "import threading; t = threading.Thread(target=__import__, args=('aerospike_py',)); t.start(); t.join(); import aerospike_py",
    ],
)
def test_ways_to_import(run_python, code):
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_no_dependency_is_required():
    required = importlib.metadata.requires("aerospike-py") or []
    assert all("extra ==" in requirement for requirement in required), required


@pytest.mark.parametrize("make", [aerospike_py.client, aerospike_py.async_client])
def test_a_client_is_made_without_looking_at_its_configuration(make):
    assert type(make(None)) in (aerospike_py.Client, aerospike_py.AsyncClient)


def test_partition_filters():
    assert repr(aerospike_py.partition_filter_all()) == "PartitionFilter(begin=0, count=4096)"
    assert repr(aerospike_py.partition_filter_by_id(4095)) == "PartitionFilter(begin=4095, count=1)"
    assert repr(aerospike_py.partition_filter_by_range(10, 20)) == "PartitionFilter(begin=10, count=20)"


@pytest.mark.parametrize(("begin", "count"), [(-1, 1), (4096, 1), (0, 4097), (4095, 2), (0, -1)])
def test_partitions_out_of_range(begin, count):
    with pytest.raises(ValueError):
        aerospike_py.partition_filter_by_range(begin, count)
