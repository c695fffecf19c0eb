"""Run in an interpreter of its own by `test_judged_cluster`, since importing `aerospike_native` changes the process: `judge_cluster.py JUDGE TASK`.

Another client lives through what the embedded server does to it. Nothing of ours is asked but the server.
"""

from __future__ import annotations

import contextlib
import sys

from waiting import eventually

from aerospike_py.devserver import DevServer

JUDGE, TASK = sys.argv[1:]
COUNT = 24


class Official:
    """The official client, `aerospike`."""

    def __init__(self, hosts, rack=None):
        import aerospike
        from aerospike import exception

        self.errors = (exception.AerospikeError,)
        self.replica = aerospike.POLICY_REPLICA_MASTER if rack is None else aerospike.POLICY_REPLICA_PREFER_RACK
        racks = {} if rack is None else {"rack_aware": True, "rack_id": rack}
        self.client = aerospike.client({"hosts": hosts, "tend_interval": 250, "max_error_rate": 0, **racks}).connect()

    def put(self, number, value, retries=0, timeout=5000):
        policy = {"max_retries": retries, "total_timeout": timeout, "replica": self.replica}
        self.client.put(("test", "judged", number), {"n": value}, policy=policy)

    def get(self, number, retries=0, timeout=5000):
        policy = {"max_retries": retries, "total_timeout": timeout, "replica": self.replica}
        return self.client.get(("test", "judged", number), policy)[2]["n"]

    def names(self):
        return self.client.get_node_names()

    def code(self, error):
        return error.code

    def close(self):
        self.client.close()


class Native:
    """`aerospike-native`."""

    def __init__(self, hosts, rack=None):
        import aerospike_native as native

        self.native = native
        # They have no common base.
        self.errors = (native.exceptions.AerospikeError, native.exceptions.ServerError)
        policy = native.ClientPolicy()
        policy.tend_interval = 250
        policy.max_error_rate = 0
        if rack is not None:
            policy.rack_ids = [rack]
        self.replica = native.Replica.MASTER if rack is None else native.Replica.PREFER_RACK
        self.client = native.new_client_blocking(policy, ",".join(f"{host}:{port}" for host, port in hosts))

    def policy(self, kind, retries, timeout):
        policy = kind()
        policy.max_retries = retries
        policy.total_timeout = timeout
        policy.replica = self.replica
        return policy

    def put(self, number, value, retries=0, timeout=5000):
        policy = self.policy(self.native.WritePolicy, retries, timeout)
        self.client.put_blocking(self.native.Key("test", "judged", number), {"n": value}, policy=policy)

    def get(self, number, retries=0, timeout=5000):
        policy = self.policy(self.native.ReadPolicy, retries, timeout)
        return self.client.get_blocking(self.native.Key("test", "judged", number), policy=policy).bins["n"]

    def names(self):
        return self.client.node_names()

    def code(self, error):
        return int(error.result_code)

    def close(self):
        self.client.close_blocking()


def failure(client, call):
    """The error a call must end in."""
    try:
        call()
    except client.errors as error:
        return error
    raise AssertionError("it did not fail")


def asked(server, client):
    """Writes and reads every record; which nodes were asked."""
    nodes = range(len(server.hosts))
    faults = [server.inject(node=node, delay=1) for node in nodes]
    for number in range(COUNT):
        client.put(number, number, retries=3)
        assert client.get(number, retries=3) == number
    server.clear_faults()
    return {node for node in nodes if faults[node].hits}


def settle(server, client, *up):
    """Waits until the client knows who is there and asks nobody else."""
    eventually(lambda: len(client.names()) == len(up))
    eventually(lambda: asked(server, client) == set(up))


def goes(server, client, end):
    """A node goes and comes back; a new one joins; the seed goes."""
    settle(server, client, 0, 1, 2)
    end(1)
    settle(server, client, 0, 2)
    server.start_node(1)
    settle(server, client, 0, 1, 2)
    server.add_node()
    settle(server, client, 0, 1, 2, 3)
    end(0)
    settle(server, client, 1, 2, 3)


def stopped(server, client):
    goes(server, client, server.stop_node)


def killed(server, client):
    goes(server, client, server.kill_node)


def moved(server, client):
    """Partitions move to one node, and to another."""
    for node in (2, 0):
        server.move_partitions(range(4096), node)
        eventually(lambda node=node: asked(server, client) == {node})


def racks(server, client):
    """The nearest copy is another one when racks change."""
    client.close()
    near = type(client)(server.hosts, rack=7)

    def asked_of(node):
        with server.inject(op="read", node=node, delay=1) as fault:
            for number in range(COUNT):
                assert near.get(number, retries=3) == number
        return fault.hits

    for number in range(COUNT):
        near.put(number, number)
    for node, others in ((1, (0, 2)), (2, (0, 1))):
        # Of two copies in three nodes, two thirds are there.
        server.set_rack(node, 7)
        eventually(lambda node=node, others=others: asked_of(node) > sum(map(asked_of, others)))
        server.set_rack(node, node)
    near.close()


def broken(server, client):
    """Answers that are late, lost, refused or cut short: the call fails as it should, the next one goes well."""
    client.put(1, 1)
    with server.inject(op="read", delay=300):
        failure(client, lambda: client.get(1, timeout=100))
        assert client.get(1) == 1

    with server.inject(op="write", drop="before", times=1) as fault:
        failure(client, lambda: client.put(1, 2))
    assert (client.get(1), fault.hits) == (1, 1)

    with server.inject(op="write", drop="after", times=1) as fault:
        assert failure(client, lambda: client.put(1, 3)).in_doubt
    assert (client.get(1), fault.hits) == (3, 1)

    with server.inject(op="read", drop="before", times=1) as fault:
        assert client.get(1, retries=2) == 3
    assert fault.hits == 1

    for code in (4, 22):
        with server.inject(op="write", code=code, times=1):
            assert client.code(failure(client, lambda: client.put(1, 4))) == code
    for size in (0, 7, 20, 31):
        with server.inject(op="read", truncate=size, times=1) as fault:
            failure(client, lambda: client.get(1))
        assert fault.hits == 1
    with server.inject(op="read", silence=True, times=1) as fault:
        failure(client, lambda: client.get(1, timeout=200))
    assert fault.hits == 1
    assert client.get(1, retries=2) == 3


def corrupted(server, client):
    """Answers that are wrong harm nothing else."""
    client.put(1, 3)
    for seed in range(20):
        # It fails in its own way, or what is wrong is what the record holds.
        with server.inject(op="read", corrupt=True, seed=seed, times=1) as fault, contextlib.suppress(Exception):
            client.get(1, timeout=500)
        assert fault.hits == 1
        assert client.get(1, retries=2) == 3


def frozen(server, client):
    """A frozen node costs its own requests only, and answers when it has thawed."""
    for number in range(COUNT):
        client.put(number, number)
    server.freeze(1)
    served = 0
    for number in range(COUNT):
        try:
            assert client.get(number, timeout=60) == number
            served += 1
        except client.errors:
            pass
    server.thaw(1)
    assert COUNT / 3 < served < COUNT
    eventually(lambda: len(client.names()) == 3)
    for number in range(COUNT):
        assert client.get(number, retries=3) == number


with DevServer(nodes=3, racks=[1, 2, 3]) as server:
    client = {"official": Official, "native": Native}[JUDGE](server.hosts)
    try:
        {task.__name__: task for task in (stopped, killed, moved, racks, broken, corrupted, frozen)}[TASK](server, client)
    finally:
        client.close()
