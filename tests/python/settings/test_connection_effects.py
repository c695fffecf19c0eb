"""What each key of the configuration changes: on the wire, or in what becomes of a call. Counts, no times."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import pytest
from calls import make_calls
from relay import Relay

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "connection", "k")
USERS = {"admin": ("secret", ["user-admin", "read-write"])}
# Once, and no more patience than that.
QUICK = {"max_retries": 0, "total_timeout": 200}


def until(condition, seconds=20):
    """Waits for what happens by itself."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.fixture
def own():
    """A server of this test's own."""
    with DevServer() as server:
        yield server


# Reaching the cluster -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [60, 20_000])
def test_timeout(mode, own, patience):
    """A node that takes 200 ms for each answer about the cluster."""
    client = make_calls(mode, {"hosts": own.hosts, "timeout": patience, "min_conns_per_node": 1})
    with own.inject(op="info", delay=200):
        if patience < 200:
            with pytest.raises(aerospike_py.AerospikeError):
                client.connect()
        else:
            client.connect()
    client.close()


def test_connect_timeout(mode):
    """An address where nobody takes connections any more: the system's queue of them is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy, contextlib.ExitStack() as queue:
        host = busy.getsockname()
        for _ in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(host)
        # `timeout` is longer than a test may take.
        client = make_calls(mode, {"hosts": [host], "connect_timeout": 100, "timeout": 300_000})
        with pytest.raises(aerospike_py.ConnectionError):
            client.connect()


@pytest.mark.parametrize("patience", [100, 20_000])
def test_login_timeout(mode, patience):
    config = {"user": "admin", "password": "secret", "login_timeout_ms": patience, "timeout": 20_000, "min_conns_per_node": 1}
    with DevServer(users=USERS) as server:
        client = make_calls(mode, {"hosts": server.hosts, **config})
        with server.inject(op="admin", delay=200) as fault:
            if patience < 200:
                with pytest.raises(aerospike_py.ConnectionError):
                    client.connect()
            else:
                client.connect()
            assert fault.hits > 0
        client.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_fail_if_not_connected(mode):
    port = free_port()
    config = {"hosts": [("127.0.0.1", port)], "tend_interval": 250, "timeout": 1000}
    with pytest.raises(aerospike_py.ConnectionError):
        make_calls(mode, {**config, "fail_if_not_connected": True}).connect()
    client = make_calls(mode, {**config, "fail_if_not_connected": False})
    client.connect()
    assert client.get_node_names() == []
    for call in (lambda: client.put(KEY, {"n": 1}), lambda: client.batch_read([KEY]), lambda: client.truncate("test", "connection")):
        with pytest.raises(aerospike_py.ClusterError, match="No node of the cluster has been reached yet") as caught:
            call()
        assert caught.value.code == -8
    with DevServer(port=port):

        def works():
            with contextlib.suppress(aerospike_py.AerospikeError):
                client.put(KEY, {"n": 1})
                return True

        until(works)
        assert client.get(KEY).bins == {"n": 1}
        client.close()


@pytest.mark.parametrize("alternate", [False, True])
def test_use_services_alternate(connect, relay, alternate):
    connect(hosts=relay.hosts, use_services_alternate=alternate)
    asked = {command for command in relay.infos if command.startswith("peers-clear")}
    assert {command.endswith("-alt") for command in asked} == {alternate}


@pytest.mark.parametrize(("address", "nodes"), [("localhost", 2), ("127.1.1.1", 1)])
def test_ip_map(mode, address, nodes):
    """The address by which a node is known to the others is replaced; at the second one nobody listens."""
    with DevServer(nodes=2) as server:
        config = {"hosts": server.hosts[:1], "ip_map": {"127.0.0.1": address}, "timeout": 1000, "min_conns_per_node": 1}
        with make_calls(mode, config) as client:
            assert len(client.get_node_names()) == nodes


def test_tend_interval(connect, own):
    with Relay(own.hosts[0]) as often, Relay(own.hosts[0]) as seldom:
        connect(hosts=often.hosts, tend_interval=250)
        connect(hosts=seldom.hosts, tend_interval=3_600_000)
        for relay in (often, seldom):
            relay.clear()
        until(lambda: often.infos.count("partition-generation") >= 4)
        assert seldom.infos.count("partition-generation") <= 1


# Connections ----------------------------------------------------------------------------------------------------------------------------


def at_once(client, mode, calls):
    """Makes calls, each `call(client)`, at the same moment."""
    if mode == "async":

        async def main():
            await asyncio.gather(*(call(client.client) for call in calls))

        asyncio.run(main())
        return
    threads = [threading.Thread(target=call, args=(client.client,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hold(relay):
    """Keeps answers back until some time has passed."""
    relay.open.clear()
    threading.Timer(0.3, relay.open.set).start()


@pytest.mark.parametrize("idle", [300, 0])
def test_idle_timeout(connect, mode, relay, idle):
    client = connect(hosts=relay.hosts, idle_timeout=idle, min_conns_per_node=1, tend_interval=250, coalesce_reads=False)
    hold(relay)
    at_once(client, mode, [lambda c, n=n: c.exists(("test", "connection", n), {"total_timeout": 0}) for n in range(40)])
    opened = relay.live
    assert opened > 4
    if idle:
        # What is left: the one that is kept, and one to look after the cluster.
        until(lambda: relay.live <= 2)
    else:
        relay.clear()
        until(lambda: relay.infos.count("partition-generation") >= 5)
        assert relay.live == opened
    assert client.exists(KEY).meta is None


@pytest.mark.parametrize("pools", [1, 2, 4])
def test_conn_pools_per_node(connect, mode, relay, pools):
    """In however many pools the connections are kept, any of them serves any record, and there are no more of them than allowed."""
    config = {"max_conns_per_node": 4, "min_conns_per_node": 4, "conn_pools_per_node": pools, "coalesce_reads": False}
    client = connect(hosts=relay.hosts, **config)
    relay.clear()
    relay.open.clear()
    sent = []
    release = threading.Timer(0.5, lambda: (sent.append(len(relay.requests)), relay.open.set()))
    release.start()
    at_once(client, mode, [lambda c: c.exists(KEY, {"total_timeout": 0})] * 8)
    assert sent == [4]
    assert len(relay.requests) == 8
    assert relay.live <= 4 + 1


def requests_for_reads_that_wait(relay, together, policies):
    """How many requests are made for reads under these policies that wait while the only connection is busy, and the one it is busy with."""

    async def main():
        config = {"hosts": relay.hosts, "coalesce_reads": together, "max_conns_per_node": 1, "policies": {"read": {"total_timeout": 0}}}
        async with aerospike_py.async_client(config) as client:
            relay.clear()
            relay.open.clear()
            first = asyncio.ensure_future(client.exists(KEY))
            while not relay.requests:
                await asyncio.sleep(0.001)
            others = [asyncio.ensure_future(client.exists(("test", "connection", n), policy)) for n, policy in enumerate(policies)]
            await asyncio.sleep(0)
            relay.open.set()
            await asyncio.gather(first, *others)

    asyncio.run(main())
    return len(relay.requests)


@pytest.mark.parametrize("policy", [None, {"max_retries": 3}], ids=["the client's policy", "one in each call"])
@pytest.mark.parametrize("together", [True, False])
def test_coalesce_reads(relay, together, policy):
    """Reads under policies that say the same."""
    assert requests_for_reads_that_wait(relay, together, [policy] * 9) == (2 if together else 10)


def test_coalesce_reads_of_two_minds(relay):
    """Reads under policies that differ do not travel together."""
    assert requests_for_reads_that_wait(relay, True, [{"max_retries": retries} for retries in (3, 3, 3, 4, 4, 4)]) == 3


@pytest.mark.parametrize("together", [True, False])
def test_coalesce_reads_that_are_alone(relay, together):
    """One read at a time, by the only connection. Nothing attends to it, which would itself wait for the next one's leave to be sent."""
    waiting = []

    async def main():
        config = {"hosts": relay.hosts, "coalesce_reads": together, "max_conns_per_node": 1, "policies": {"read": {"total_timeout": 0}}}
        async with aerospike_py.async_client(config) as client:
            await client.put(KEY, {"n": 1})
            relay.clear()
            reads = [lambda: client.get(KEY), lambda: client.select(KEY, ["n"]), lambda: client.exists(KEY)] * 3
            for before, read in enumerate(reads):
                relay.open.clear()
                answer = asyncio.ensure_future(read())
                while len(relay.requests) == before:
                    await asyncio.sleep(0.001)
                waiting.append(client.stats().nodes[0].waiting)
                relay.open.set()
                await answer

    asyncio.run(main())
    batch_rows = 41
    assert [batch_rows in message.fields for message in relay.messages] == [False] * 9
    assert waiting == [0] * 9


# Nodes that fail ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [3, 0])
def test_max_error_rate(connect, own, most):
    client = connect(hosts=own.hosts, max_error_rate=most, error_rate_window=1000)
    with own.inject(op="read", code=18) as fault:
        codes = []
        for _ in range(10):
            with pytest.raises(aerospike_py.AerospikeError) as caught:
                client.get(KEY, QUICK)
            codes.append(caught.value.code)
    # Beyond the most the node is left alone, and the error says so.
    sent = 10 if most == 0 else most + 1
    assert fault.hits == sent
    assert codes == [18] * sent + [-14] * (10 - sent)
    if most:
        with pytest.raises(aerospike_py.MaxErrorRateExceeded):
            client.put(KEY, {"n": 1})


@pytest.mark.parametrize("window", [1, 1000])
def test_error_rate_window(connect, own, window):
    client = connect(hosts=own.hosts, max_error_rate=1, error_rate_window=window, tend_interval=250)
    with own.inject(op="read", code=18):
        for _ in range(3):
            with pytest.raises(aerospike_py.AerospikeError):
                client.get(KEY, QUICK)
    with Relay(own.hosts[0]) as clock:
        connect(hosts=clock.hosts, tend_interval=250)
        until(lambda: clock.infos.count("partition-generation") >= 8)
    if window == 1:
        # The next round of the nodes begins a new window.
        assert client.exists(KEY).meta is None
    else:
        with pytest.raises(aerospike_py.MaxErrorRateExceeded):
            client.exists(KEY)
