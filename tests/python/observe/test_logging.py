"""Records of the engine in `logging`: which, under which names, and that none of them tells a secret."""

from __future__ import annotations

import logging
import time

import pytest

import aerospike_py
from aerospike_py import _aerospike
from aerospike_py.devserver import DevServer

WARN, DEBUG = aerospike_py.LOG_LEVEL_WARN, aerospike_py.LOG_LEVEL_DEBUG


class Records(logging.Handler):
    """Everything below `aerospike_py`."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def wait(self, count=1, **fields):
        """The records with these fields, once there are as many."""
        deadline = time.monotonic() + 20
        while True:
            found = [record for record in self.records if fields.items() <= vars(record).items()]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, [record.getMessage() for record in self.records]
            time.sleep(0.005)

    def settle(self):
        """Wait until all that was logged so far is here."""
        _aerospike._log(0, "_aerospike::settle", str(len(self.records)), 1)
        self.wait(name="aerospike_py.settle", msg=str(len(self.records)))


@pytest.fixture
def records(hosts):
    # With the first client of a process the engine's records begin to arrive.
    aerospike_py.client({"hosts": hosts}).connect().close()
    logger, handler = logging.getLogger("aerospike_py"), Records()
    level = logger.level
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    aerospike_py.set_log_level(WARN)
    logger.setLevel(level)


def test_names_are_dotted_and_below_the_package(records):
    aerospike_py.set_log_level(DEBUG)
    _aerospike._log(2, "aerospike_core::cluster::node", "about a node", 1)
    (record,) = records.wait(msg="about a node")
    assert (record.name, record.levelno, record.levelname) == ("aerospike_py.aerospike_core.cluster.node", 20, "INFO")
    assert abs(record.created - time.time()) < 20
    _aerospike._log(1, "_aerospike::cluster", "ours", 1)
    assert records.wait(msg="ours")[0].name == "aerospike_py.cluster"


def test_a_client_that_connects_says_so(records, connect):
    aerospike_py.set_log_level(DEBUG)
    connect()
    records.wait(name="aerospike_py.cluster", levelno=logging.INFO)
    assert any(record.name.startswith("aerospike_py.aerospike_core.") for record in records.records)


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        (aerospike_py.LOG_LEVEL_ERROR, ["ERROR"]),
        (aerospike_py.LOG_LEVEL_WARN, ["ERROR", "WARNING"]),
        (aerospike_py.LOG_LEVEL_INFO, ["ERROR", "WARNING", "INFO"]),
        (aerospike_py.LOG_LEVEL_DEBUG, ["ERROR", "WARNING", "INFO", "DEBUG"]),
        (aerospike_py.LOG_LEVEL_TRACE, ["ERROR", "WARNING", "INFO", "DEBUG", "TRACE"]),
    ],
)
def test_levels(records, level, seen):
    aerospike_py.set_log_level(level)
    for each in range(5):
        _aerospike._log(each, "_aerospike::levels", "here", 1)
    records.settle()
    assert [record.levelname for record in records.records if record.name == "aerospike_py.levels"] == seen


def test_off_is_off(records, mode, make_client):
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_OFF)
    for each in range(5):
        _aerospike._log(each, "_aerospike::off", "here", 1)
    logging.getLogger("aerospike_py.python").critical("nor this")
    with DevServer() as server, make_client(mode, server, slow_ms=1) as c:
        c.ping()
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_ERROR)
    records.settle()
    assert {record.name for record in records.records} == {"aerospike_py.settle"}


@pytest.mark.parametrize("level", [-2, 5, 10, "INFO", None, True, 1.0])
def test_unknown_levels(level):
    with pytest.raises(ValueError, match="log level"):
        aerospike_py.set_log_level(level)


def test_trace_is_level_5():
    aerospike_py.set_log_level(WARN)
    assert logging.getLevelName(5) == "TRACE"


def test_other_libraries_of_the_engine_stay_silent(records):
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_TRACE)
    _aerospike._log(0, "rustls::client", "what passes over the wire", 1)
    records.settle()
    assert not [record for record in records.records if "rustls" in record.name]


def test_what_does_not_fit_is_counted(records):
    before = aerospike_py.dropped_log_count()
    # With the interpreter held all the time, nobody can take them away.
    _aerospike._log(0, "_aerospike::flood", "again", 10_000)
    dropped = aerospike_py.dropped_log_count() - before
    assert 10_000 - 4096 - 256 <= dropped <= 10_000 - 4096
    # Until they have gone there is no place for the next.
    records.wait(10_000 - dropped, name="aerospike_py.flood")
    records.settle()
    assert len([record for record in records.records if record.name == "aerospike_py.flood"]) == 10_000 - dropped


def test_a_handler_that_fails_stops_nothing(records, capsys):
    class Failing(logging.Handler):
        def emit(self, _record):
            raise ValueError("full")

    logger, handler = logging.getLogger("aerospike_py"), Failing()
    logger.addHandler(handler)
    try:
        _aerospike._log(0, "_aerospike::failing", "first", 1)
        records.wait(msg="first")
    finally:
        logger.removeHandler(handler)
    _aerospike._log(0, "_aerospike::failing", "second", 1)
    records.wait(msg="second")


def test_slow_calls(records, mode, make_client):
    patient = {"slow_ms": 60_000}
    with DevServer() as server, make_client(mode, server, slow_ms=80) as c, make_client(mode, server, **patient) as other:
        c.put(("test", "slow", 1), {"n": 1})
        with server.inject(op="read", delay=100):
            c.get(("test", "slow", 1))
            with pytest.raises(aerospike_py.RecordNotFound):
                c.get(("test", "slow", 2))
            other.exists(("test", "slow", 1))
        records.settle()
        slow = records.wait(2, name="aerospike_py.slow", levelno=logging.WARNING)
        first, second = (record for record in slow if "slow get" in record.getMessage())
        assert f"slow get of test.slow to 127.0.0.1:{server.hosts[0][1]}: answered after 1" in first.getMessage()
        assert "failed with KeyNotFoundError (2)" in second.getMessage()
        assert not [record for record in slow if "exists" in record.getMessage()]


@pytest.mark.parametrize("value", [-1, "10", None, True])
def test_bad_slow_ms(mode, make_client, value):
    with DevServer() as server, pytest.raises(aerospike_py.InvalidArgError, match="slow_ms"):
        make_client(mode, server, slow_ms=value).connect()


def test_no_record_tells_a_secret(records, mode, make_client):
    """At the finest level, through logins, refused ones, a changed password and a new user."""
    secrets = ["hush-hush-1", "hush-hush-2", "hush-hush-3", "hush-hush-4"]
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_TRACE)
    with DevServer(users={"admin": (secrets[0], ["user-admin"])}) as server:
        with make_client(mode, server, user="admin", password=secrets[0], slow_ms=1) as c:
            c.admin_create_user("guest", secrets[1], ["read"])
            c.admin_change_password("guest", secrets[2])
            c.admin_change_password("admin", secrets[3])
            c.admin_query_users_info()
        with pytest.raises(aerospike_py.AerospikeError):
            make_client(mode, server, user="admin", password=secrets[1]).connect()
        aerospike_py.set_log_level(DEBUG)
        records.settle()
    text = "\n".join(record.getMessage() for record in records.records)
    assert "aerospike_py.aerospike_core" in {record.name[:27] for record in records.records}
    for secret in secrets:
        assert secret not in text
    # Hashes of passwords and the tokens of sessions.
    assert "$2a$" not in text
    assert "token" not in text.lower()


# Processes -----------------------------------------------------------------------------------------------------------------------------

SCRIPT = """
import logging, os, sys
import aerospike_py
from aerospike_py import _aerospike
logging.basicConfig(level=1, stream=sys.stdout, format="%(name)s %(message)s")
client = aerospike_py.client({"hosts": [("127.0.0.1", int(sys.argv[1]))]}).connect()
"""


@pytest.fixture
def script(run_python, hosts):
    def run(code):
        done = run_python(SCRIPT + code, str(hosts[0][1]))
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


def test_the_last_records_are_there_at_the_end(script):
    out = script('_aerospike._log(0, "_aerospike::last", "goodbye", 300)')
    assert out.count("aerospike_py.last goodbye") == 300


@pytest.mark.parametrize("attempt", range(3))
def test_records_while_the_interpreter_ends(script, attempt):
    script("""
import threading, time
def chatter():
    while True:
        _aerospike._log(0, "_aerospike::chatter", "bla", 50)
        time.sleep(0.0001)
logging.getLogger("aerospike_py").setLevel(100)
for _ in range(3):
    threading.Thread(target=chatter, daemon=True).start()
time.sleep(0.1)
""")


def test_a_child_of_a_fork_has_its_own(script):
    out = script("""
_aerospike._log(0, "_aerospike::fork", "parent", 1)
import time
time.sleep(0.2)
sys.stdout.flush()
child = os.fork()
if child == 0:
    _aerospike._log(0, "_aerospike::fork", "child", 1)
    client.exists(("test", "fork", 1))
    time.sleep(0.2)
    stats = client.stats().operations
    assert [(one.operation, one.calls) for one in stats] == [("exists", 1)], stats
    sys.stdout.flush()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
""")
    assert sorted(out) == ["aerospike_py.fork child", "aerospike_py.fork parent"]


def test_nothing_is_installed_on_import(run_python):
    done = run_python("""
import sys
import aerospike_py
assert "logging" not in sys.modules or not sys.modules["logging"].root.handlers
assert "http.server" not in sys.modules
assert "opentelemetry" not in sys.modules
""")
    assert (done.returncode, done.stderr) == (0, "")


def test_where_no_logging_is_set_up_nothing_is_printed(run_python):
    done = run_python("""
import aerospike_py
try:
    aerospike_py.client({"hosts": [("127.0.0.1", 1)]}).connect()
except aerospike_py.ConnectionError:
    pass
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
