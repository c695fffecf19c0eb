"""Nodes of the embedded server that are stopped, killed, brought back and added, and partitions that move: as each client lives through it."""

from __future__ import annotations

import time

import pytest
from calls import make_calls
from waiting import eventually

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeError

KEYS = [("test", "life", n) for n in range(16)]
PATIENT = {"total_timeout": 20_000, "max_retries": 3}


@pytest.fixture
def cluster():
    with DevServer(nodes=3, racks=[1, 2, 3]) as server:
        yield server


class Ours:
    """Our client, in either mode."""

    def __init__(self, mode, hosts):
        self.calls = make_calls(mode, {"hosts": hosts, "tend_interval": 250, "max_error_rate": 0})
        self.calls.connect()

    def names(self):
        return self.calls.get_node_names()

    def put(self, key, n):
        self.calls.put(key, {"n": n}, PATIENT)

    def get(self, key):
        return self.calls.get(key, {**PATIENT, "replica": aerospike_py.POLICY_REPLICA_MASTER}).bins["n"]

    def close(self):
        self.calls.close()


class Official:
    """The official client."""

    def __init__(self, hosts):
        aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
        retried = {"max_retries": 3, "total_timeout": 20_000}
        policies = {"read": {**retried, "replica": aerospike.POLICY_REPLICA_MASTER}, "write": retried}
        self.client = aerospike.client({"hosts": hosts, "tend_interval": 250, "policies": policies, "max_error_rate": 0}).connect()

    def names(self):
        return self.client.get_node_names()

    def put(self, key, n):
        self.client.put(key, {"n": n})

    def get(self, key):
        return self.client.get(key)[2]["n"]

    def close(self):
        self.client.close()


@pytest.fixture(params=["sync", "async", "official"])
def member(request, cluster):
    client = Official(cluster.hosts) if request.param == "official" else Ours(request.param, cluster.hosts)
    yield client
    client.close()


def asked(cluster, client, nodes):
    """Which of the nodes the reads of all keys, and their writes, are sent to."""
    faults = [cluster.inject(node=node, delay=1) for node in nodes]
    for n, key in enumerate(KEYS):
        client.put(key, n)
        assert client.get(key) == n
    for fault in faults:
        fault.remove()
    hits = [fault.hits for fault in faults]
    # More if something was tried again, on a busy machine.
    assert sum(hits) >= 2 * len(KEYS)
    return {node for node, count in zip(nodes, hits, strict=True) if count}


def settled(cluster, client, up):
    """Waits until the client knows who is there and asks them all and nobody else: each a record that it owns."""

    def knows():
        try:
            return asked(cluster, client, range(len(cluster.hosts))) == set(up)
        except aerospike_py.InvalidNodeError:
            # A node is forgotten a moment before the others say who is the master of what it had.
            cluster.clear_faults()
            return False

    eventually(lambda: len(client.names()) == len(up))
    eventually(knows)


@pytest.mark.parametrize("end", ["stop_node", "kill_node"])
def test_a_node_goes_and_comes_back_and_another_joins(cluster, member, end):
    settled(cluster, member, [0, 1, 2])
    getattr(cluster, end)(1)
    settled(cluster, member, [0, 2])
    cluster.start_node(1)
    settled(cluster, member, [0, 1, 2])
    assert cluster.add_node() == 3
    settled(cluster, member, [0, 1, 2, 3])


def test_a_silent_node_delays_the_news_of_others_only_by_the_time_out(mode, cluster):
    with make_calls(mode, {"hosts": cluster.hosts}) as client:
        cluster.freeze(2)
        end = time.monotonic() + 20
        cluster.add_node()
        # Less patience than it once had with the silent node.
        while len(client.get_node_names()) != 4:
            assert time.monotonic() < end
            time.sleep(0.02)
        cluster.thaw(2)


def test_partitions_that_moved_are_asked_for_where_they_are(cluster, member):
    for node in (2, 0):
        cluster.move_partitions(range(4096), node)
        eventually(lambda node=node: asked(cluster, member, range(3)) == {node})


def test_a_seed_that_is_gone_is_not_missed(cluster, member):
    cluster.kill_node(0)
    settled(cluster, member, [1, 2])
    cluster.kill_node(2)
    settled(cluster, member, [1])
    cluster.start_node(0)
    settled(cluster, member, [0, 1])


def test_racks_may_change(mode, cluster):
    config = {"hosts": cluster.hosts, "tend_interval": 250, "rack_aware": True, "rack_id": 7}
    prefer = {"replica": aerospike_py.POLICY_REPLICA_PREFER_RACK}
    with make_calls(mode, config) as client:
        for key in KEYS:
            client.put(key, {"n": 1})

        def asked_of(node):
            with cluster.inject(op="read", node=node, delay=1) as fault:
                for key in KEYS:
                    client.get(key, prefer)
            return fault.hits

        cluster.set_rack(1, 7)
        # Two copies in three nodes: two thirds are there.
        eventually(lambda: asked_of(1) > asked_of(0) + asked_of(2))
        cluster.set_rack(1, 2)
        cluster.set_rack(2, 7)
        eventually(lambda: asked_of(2) > asked_of(0) + asked_of(1))


def test_without_a_copy_a_partition_is_unavailable(mode):
    with DevServer(nodes=2, replication_factor=1) as server, make_calls(mode, {"hosts": server.hosts, "tend_interval": 250}) as client:
        for key in KEYS:
            client.put(key, {"n": 1})
        server.kill_node(1)
        eventually(lambda: len(client.get_node_names()) == 1)

        def outcome(key):
            try:
                client.get(key, {"max_retries": 0, "total_timeout": 1000})
            except AerospikeError as error:
                return error
            return None

        errors = [error for error in map(outcome, KEYS) if error]
        assert 0 < len(errors) < len(KEYS)
        server.start_node(1)
        eventually(lambda: not any(map(outcome, KEYS)))


def test_a_query_during_a_change_finds_everything_or_says_so(mode, cluster):
    with make_calls(mode, {"hosts": cluster.hosts, "tend_interval": 250}) as client:
        for key in KEYS:
            client.put(key, {"n": 1})

        def found():
            try:
                return [record.bins["n"] for record in client.query("test", "life").results()]
            except AerospikeError:
                # It still asked the node that had gone.
                return None

        for step in (lambda: cluster.kill_node(1), lambda: cluster.start_node(1), cluster.add_node):
            step()
            eventually(lambda: found() == [1] * len(KEYS))


def test_by_info_command(mode):
    with DevServer() as server, make_calls(mode, {"hosts": server.hosts}) as client:
        assert client.info_random_node("devserver-add") == "1"
        assert len(server.hosts) == 2


def test_what_there_is_not():
    server = DevServer(nodes=2)
    for change in (server.stop_node, server.kill_node, server.start_node, lambda _: server.add_node()):
        with pytest.raises(OSError, match="does not run"):
            change(0)
    with server:
        for change in (server.stop_node, server.kill_node, server.start_node, lambda node: server.move_partitions([0], node)):
            with pytest.raises(ValueError, match="no node 2"):
                change(2)
            with pytest.raises(ValueError, match="out of range"):
                change(-1)
        with pytest.raises(ValueError, match="no partition 4096"):
            server.move_partitions([4096], 0)
        with pytest.raises(ValueError, match="Enterprise"):
            server.set_rack(0, 1)
    for factor in (0, 65):
        with pytest.raises(ValueError, match="replication_factor"):
            DevServer(replication_factor=factor)


def test_what_changes_nothing_is_no_change(cluster):
    with aerospike_py.client({"hosts": cluster.hosts[:1]}) as client:
        before = int(client.info_single_node("peers-generation", cluster.hosts[0]))
        cluster.start_node(1)
        cluster.stop_node(2)
        cluster.stop_node(2)
        cluster.kill_node(2)
        assert int(client.info_single_node("peers-generation", cluster.hosts[0])) == before + 1
