"""Sync calls in greenlets: others run meanwhile. Each in an interpreter of its own, which gevent has patched."""

from __future__ import annotations

import pytest
from hostile import python

pytest.importorskip("gevent")

PRELUDE = """
from gevent import monkey
monkey.patch_all()
import gevent, gevent.hub, gevent.pool, os, sys, time
from gevent.event import Event
from hostile import configuration, descriptors
import aerospike_py
from aerospike_py import Read, Write
from aerospike_py.devserver import DevServer

def connected(server):
    return aerospike_py.client(configuration(server.hosts)).connect()

def key(number):
    return ("test", "gevent", number)
"""


@pytest.fixture
def patched():
    """Runs code under gevent; it prints nothing."""

    def run(code):
        assert python(PRELUDE + code) == ""

    return run


def test_other_greenlets_run_while_one_waits(patched):
    patched("""
with DevServer() as server, connected(server) as client:
    client.put(key(1), {"n": 1})
    server.freeze(0)
    order = []
    def read():
        order.append(client.get(key(1)).bins["n"])
    def thaw():
        order.append("other")
        server.thaw(0)
    gevent.joinall([gevent.spawn(read), gevent.spawn(thaw)], raise_error=True)
    assert order == ["other", 1], order
""")


def test_many_greenlets_at_once(patched):
    patched("""
with DevServer(nodes=2) as server, connected(server) as client:
    pool = gevent.pool.Pool(64)
    pool.map(lambda n: client.put(key(n), {"n": n}), range(200))
    assert pool.map(lambda n: client.get(key(n)).bins["n"], range(200)) == list(range(200))
    assert sorted(record.bins["n"] for record in client.query("test", "gevent")) == list(range(200))
    assert len(list(client.batch_stream([Read(key(n)) for n in range(50)]))) == 50
    try:
        client.get(key("missing"))
        raise AssertionError
    except aerospike_py.RecordNotFound as error:
        assert error.key[2] == "missing"
""")


def test_killed_and_timed_out(patched):
    patched("""
with DevServer() as server, connected(server) as client:
    client.put(key(1), {"n": 1})
    server.freeze(0)
    victim = gevent.spawn(client.get, key(1))
    gevent.sleep(0)
    victim.kill()
    assert isinstance(victim.value, gevent.GreenletExit)
    for _ in range(20):
        try:
            with gevent.Timeout(0.001):
                client.get(key(1))
            raise AssertionError
        except gevent.Timeout:
            pass
    server.thaw(0)
    assert client.get(key(1)).bins == {"n": 1}
    assert gevent.spawn(client.get, key(1)).get().bins == {"n": 1}
""")


def test_the_hub_ends_when_nobody_waits(patched):
    patched("""
with DevServer() as server, connected(server) as client:
    gevent.spawn(client.put, key(1), {"n": 1})
    # Returns when nothing is left that could happen: not before the answer, and then at once.
    assert gevent.wait()
    assert client.get(key(1)).bins == {"n": 1}
    try:
        Event().wait()
        raise AssertionError
    except gevent.exceptions.LoopExit:
        pass
    assert client.get(key(1)).bins == {"n": 1}
""")


def test_hubs_of_several_threads(patched):
    patched("""
# gevent imports its loop in the first hub. Hubs of several threads that are the first together wait for each other for ever, in gevent alone.
gevent.get_hub()
with DevServer() as server, connected(server) as client:
    client.put(key(0), {"n": 0})
    errors = []
    def work(base):
        try:
            gevent.get_hub()
            jobs = [gevent.spawn(client.put, key(n), {"n": n}) for n in range(base, base + 50)]
            gevent.joinall(jobs, raise_error=True)
            gevent.get_hub().destroy(destroy_loop=True)
        except BaseException as error:
            errors.append(error)
    start = monkey.get_original("_thread", "start_new_thread")
    lock = monkey.get_original("_thread", "allocate_lock")
    def threads(*bases):
        locks = []
        for base in bases:
            done = lock()
            done.acquire()
            locks.append(done)
            start(lambda base=base, done=done: (work(base), done.release()), ())
        while any(done.locked() for done in locks):
            gevent.sleep(0.001)
        assert not errors, errors
        assert all(client.get(key(n)).bins == {"n": n} for base in bases for n in range(base, base + 50))
    threads(100)
    before = descriptors("[eventfd]", "[eventpoll]")
    threads(200, 300, 400)
    # The last thread lets go of its descriptors when it has ended, and of what it left to others when they come.
    while descriptors("[eventfd]", "[eventpoll]") > before:
        client.get(key(100))
        gevent.sleep(0.001)
    # A thread of the pool has no greenlets: it blocks, and the hub does not.
    assert gevent.get_hub().threadpool.apply(client.get, (key(100),)).bins == {"n": 100}
""")


def test_a_fork(patched):
    patched("""
with DevServer() as server, connected(server) as client:
    client.put(key(1), {"n": 1})
    child = os.fork()
    if child == 0:
        status = 1
        try:
            gevent.joinall([gevent.spawn(client.put, key(n), {"n": n}) for n in range(2, 20)], raise_error=True)
            status = 0
        finally:
            os._exit(status)
    # Waiting for the child must not hold up the greenlets of the parent, which serve it nothing.
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client.get(key(19)).bins == {"n": 19}
    assert gevent.spawn(client.get, key(1)).get().bins == {"n": 1}
""")


def test_a_fork_while_a_greenlet_waits(patched):
    patched("""
with DevServer() as server, connected(server) as client:
    client.put(key(1), {"n": 1})
    server.freeze(0)
    def read():
        try:
            return client.get(key(1))
        except RuntimeError as error:
            return str(error)
    waiting = gevent.spawn(read)
    gevent.sleep(0)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            # The child's own request is the first to see it.
            gevent.spawn(read)
            status = 0 if "forked" in waiting.get() else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    server.thaw(0)
    assert waiting.get().bins == {"n": 1}
""")


def test_exit_while_a_greenlet_waits(patched):
    patched("""
server = DevServer()
server.start()
client = connected(server)
client.put(key(1), {"n": 1})
server.freeze(0)
gevent.spawn(client.get, key(1), {"total_timeout": 0})
gevent.sleep(0)
""")


def test_without_gevent_nothing_of_it_is_imported():
    python("""
import sys
import aerospike_py
from aerospike_py.devserver import DevServer
with DevServer() as server, aerospike_py.client({"hosts": server.hosts}) as client:
    client.put(("test", "s", 1), {"n": 1})
assert not any(name.split(".")[0] in {"gevent", "greenlet"} for name in sys.modules)
""")
