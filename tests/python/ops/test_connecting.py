"""The life of a client, in every order."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from calls import AsyncCalls, SyncCalls, make_calls

import aerospike_py
from aerospike_py import ClientError

K = ("test", "life", "k")


@pytest.fixture
def fresh(mode, hosts):
    """A client that is not connected yet; closed at the end."""
    client = make_calls(mode, {"hosts": hosts})
    yield client
    client.close()


EVERY_CALL = {
    "get_node_names": lambda c: c.get_node_names(),
    "info_all": lambda c: c.info_all("node"),
    "info_random_node": lambda c: c.info_random_node("node"),
    "put": lambda c: c.put(K, {"a": 1}),
    "get": lambda c: c.get(K),
    "select": lambda c: c.select(K, ["a"]),
    "exists": lambda c: c.exists(K),
    "remove": lambda c: c.remove(K),
    "touch": lambda c: c.touch(K),
    "append": lambda c: c.append(K, "a", "x"),
    "prepend": lambda c: c.prepend(K, "a", "x"),
    "increment": lambda c: c.increment(K, "a", 1),
    "remove_bin": lambda c: c.remove_bin(K, ["a"]),
    "operate": lambda c: c.operate(K, [{"op": 1, "bin": "a"}]),
    "operate_ordered": lambda c: c.operate_ordered(K, [{"op": 1, "bin": "a"}]),
    "batch_read": lambda c: c.batch_read([K]),
    "batch_read of nothing": lambda c: c.batch_read([]),
    "batch_write": lambda c: c.batch_write([(K, {"a": 1})]),
    "batch_operate": lambda c: c.batch_operate([K], [{"op": 1, "bin": "a"}]),
    "batch_remove": lambda c: c.batch_remove([K]),
}


@pytest.mark.parametrize("call", EVERY_CALL)
def test_calls_before_connect_and_after_close(fresh, call):
    for step in (lambda: None, lambda: (fresh.connect(), fresh.close())):
        step()
        assert fresh.is_connected() is False
        assert fresh.ping() is False
        with pytest.raises(ClientError, match=r"Client is not connected. Call connect\(\) first.") as caught:
            EVERY_CALL[call](fresh)
        assert type(caught.value) is aerospike_py.ClientClosedError
        assert caught.value.code == -1


def test_connect_returns_the_client(fresh):
    assert fresh.connect() is fresh.client
    assert fresh.is_connected() is True
    assert fresh.ping() is True
    assert len(fresh.get_node_names()) == 1


def test_connect_twice(fresh):
    fresh.connect()
    with pytest.raises(ClientError, match=r"already connected\. Close the client before reconnecting"):
        fresh.connect()
    fresh.put(K, {"a": 1})


def test_close_twice_and_before_connect(fresh):
    assert fresh.close() is None
    fresh.connect()
    assert fresh.close() is None
    assert fresh.close() is None
    assert fresh.is_connected() is False


def test_reconnect(fresh):
    for number in range(5):
        fresh.connect()
        fresh.put(K, {"a": number})
        assert fresh.get(K).bins == {"a": number}
        fresh.close()


@pytest.mark.parametrize("timeout", [None, 0, 1, 60_000])
def test_close_with_a_timeout(fresh, timeout):
    fresh.connect()
    fresh.close(timeout=timeout)
    assert not fresh.is_connected()


def test_the_context_manager_connects_and_closes(fresh):
    with fresh as entered:
        assert entered is fresh
        fresh.put(K, {"a": 1})
        assert fresh.is_connected()
    assert not fresh.is_connected()
    with fresh:
        assert fresh.get(K).bins == {"a": 1}


def test_the_context_manager_of_what_is_connected(fresh):
    fresh.connect()
    with fresh:
        assert fresh.is_connected()
    assert not fresh.is_connected()


def test_the_context_manager_lets_errors_pass(fresh):
    with pytest.raises(KeyError, match="mine"), fresh:
        raise KeyError("mine")
    assert not fresh.is_connected()


def test_a_context_manager_that_cannot_connect(mode):
    client = make_calls(mode, {"hosts": [("127.0.0.1", 1)]})
    with pytest.raises(aerospike_py.ConnectionError), client:
        pytest.fail("entered")
    assert not client.is_connected()
    with pytest.raises(aerospike_py.ConnectionError):
        client.connect()


def test_a_failed_connect_can_be_repeated(mode, hosts):
    config = {"hosts": [("127.0.0.1", 1)]}
    client = make_calls(mode, config)
    with pytest.raises(aerospike_py.ConnectionError):
        client.connect()
    # The configuration is looked at by connect.
    config["hosts"] = hosts
    client.connect()
    client.close()


@pytest.mark.parametrize("count", [2, 8])
def test_several_threads_close(fresh, count):
    fresh.connect()
    errors = []

    def close():
        try:
            fresh.close()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a failure)
            errors.append(error)

    threads = [threading.Thread(target=close) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert not fresh.is_connected()


def test_several_threads_connect(fresh):
    """One of them does; the others are told."""
    outcomes = []

    def connect():
        try:
            outcomes.append(fresh.connect())
        except ClientError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome for outcome in outcomes if outcome is fresh.client] == [fresh.client]
    assert all("already" in outcome for outcome in outcomes if outcome is not fresh.client)
    fresh.put(K, {"a": 1})


def test_threads_work_and_one_closes(fresh):
    """Every call ends, by its result or by saying that the client is closed."""
    fresh.connect()
    strange = []
    started = threading.Barrier(5)

    def work():
        started.wait()
        try:
            while True:
                fresh.put(K, {"a": 1})
        except ClientError as error:
            if type(error) is not aerospike_py.ClientClosedError:
                strange.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait()
    fresh.close()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert strange == []


def test_a_client_that_is_collected_without_close(mode, relay):
    client = make_calls(mode, {"hosts": relay.hosts})
    client.connect()
    client.put(K, {"a": 1})
    gone = weakref.ref(client.client)
    del client
    gc.collect()
    assert gone() is None


def test_a_client_in_a_cycle_is_collected(hosts, mode):
    config = {"hosts": hosts}
    client = make_calls(mode, config).client
    config["cycle"] = [client]
    gone = weakref.ref(client)
    del client, config
    gc.collect()
    assert gone() is None


def test_clients_are_independent(connect):
    one, two = connect(), connect()
    one.close()
    two.put(K, {"a": 1})
    assert two.get(K).bins == {"a": 1}


def test_it_may_be_subclassed(mode, hosts):
    base = aerospike_py.Client if mode == "sync" else aerospike_py.AsyncClient

    class Mine(base):
        def __init__(self, config, extra):
            super().__init__(config)
            self.extra = extra

    client = (SyncCalls if mode == "sync" else AsyncCalls)(Mine({"hosts": hosts}, 5))
    assert client.connect() is client.client
    assert client.client.extra == 5
    client.put(K, {"a": 1})
    client.close()


@pytest.mark.parametrize(("user", "password", "named"), [("u", None, "password"), (None, "p", "username")])
def test_half_of_a_login(fresh, user, password, named):
    with pytest.raises(ClientError, match=named):
        fresh.connect(user, password)
    fresh.connect()


def test_a_login_at_a_server_without_security(fresh):
    """A server without security lets everybody in, as the other clients do there."""
    fresh.connect("user", "password")
    fresh.put(K, {"a": 1})


def test_a_server_that_goes_away(mode):
    from aerospike_py.devserver import DevServer

    with DevServer() as server:
        client = make_calls(mode, {"hosts": server.hosts})
        client.connect()
        client.put(K, {"a": 1})
    for call in (lambda: client.get(K), lambda: client.put(K, {"a": 2}), lambda: client.batch_read([K, ("test", "life", 2)])):
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            call()
        assert caught.value.code < 0 or caught.value.code == 9
    assert client.ping() is False
    client.close()
    assert not client.is_connected()
