"""Importing starts nothing and changes nothing in the process."""

from __future__ import annotations

from hostile import python

STATE = """
import asyncio, atexit, gc, locale, logging, os, signal, sys, threading, warnings
import collections.abc, dataclasses, datetime, decimal, enum, json, typing, uuid

def threads():
    return len(os.listdir("/proc/self/task"))

def state():
    return {
        "threads": threads(),
        "python threads": threading.enumerate(),
        "descriptors": sorted(os.listdir("/proc/self/fd")),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "policy": asyncio.events._event_loop_policy,
        "task factory": asyncio.Task,
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.displayhook, sys.settrace, sys.gettrace()),
        "async hooks": sys.get_asyncgen_hooks(),
        "root logger": (logging.root.level, list(logging.root.handlers), logging.lastResort, logging.getLoggerClass()),
        "warnings": list(warnings.filters),
        "exit functions": atexit._ncallbacks(),
        "environment": dict(os.environ),
        "path": list(sys.path),
        "meta path": list(sys.meta_path),
        "collector": (gc.isenabled(), gc.get_threshold(), list(gc.callbacks)),
        "switch interval": sys.getswitchinterval(),
        "recursion limit": sys.getrecursionlimit(),
        "limits": __import__("resource").getrlimit(__import__("resource").RLIMIT_NOFILE),
        "locale": locale.setlocale(locale.LC_ALL),
        "umask": os.umask(os.umask(0o22)) if False else None,
        "directory": os.getcwd(),
    }

before = state()
modules = set(sys.modules)
import aerospike_py
after = state()
for name in before:
    assert before[name] == after[name], (name, before[name], after[name])
"""


def test_nothing_changes():
    python(STATE)


def test_no_loop_policy_no_uvloop_and_no_numpy():
    python("""
import sys
import aerospike_py
assert "uvloop" not in sys.modules
assert "numpy" not in sys.modules
assert "asyncio" not in sys.modules
assert "pytest" not in sys.modules
""")


def test_a_client_that_is_not_connected_starts_nothing_either():
    python("""
import os
import aerospike_py
before = os.listdir("/proc/self/task"), os.listdir("/proc/self/fd")
client = aerospike_py.client({"hosts": [("127.0.0.1", 1)]})
other = aerospike_py.async_client(None)
client.is_connected()
try:
    client.get(("test", "import", 1))
except aerospike_py.ClientError:
    pass
else:
    raise AssertionError
assert len(os.listdir("/proc/self/task")) == len(before[0])
assert len(os.listdir("/proc/self/fd")) == len(before[1])
""")


def test_one_io_thread_for_all_clients(hosts):
    python(
        """
import os, sys
from pathlib import Path
import aerospike_py
config = {"hosts": [("127.0.0.1", int(sys.argv[1]))]}
before = len(os.listdir("/proc/self/task"))
clients = [aerospike_py.client(config).connect() for _ in range(20)]
for client in clients:
    client.put(("test", "import", 1), {"n": 1})
assert len(os.listdir("/proc/self/task")) == before + 1
names = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
assert "aerospike-io" in names, names
for client in clients:
    client.close()
assert len(os.listdir("/proc/self/task")) == before + 1
""",
        hosts[0][1],
    )
