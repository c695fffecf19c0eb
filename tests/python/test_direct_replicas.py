"""What was read from the master in vain is read from a replica next, as the engine's core does it; a write is not."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest
from calls import failure_of, make_calls
from waiting import eventually

import aerospike_py
from aerospike_py.devserver import DevServer

COUNT = 12
KEYS = [("test", "replicas", number) for number in range(COUNT)]

READS = {
    "get": lambda c, key, policy: c.get(key, policy).bins["n"],
    "select": lambda c, key, policy: c.select(key, ["n"], policy).bins["n"],
    "exists": lambda c, key, policy: c.exists(key, policy).meta.gen,
}

FAULTS = {
    "refused": {"code": 18},
    "broken before": {"drop": "before"},
    "broken after": {"drop": "after"},
    "half an answer": {"truncate": 10},
    "silent": {"silence": True},
}

#: Pauses between attempts are the core's: with one, all of them are.
BY_CORE = {"sleep_between_retries": 1}

#: The cluster stays as it was found, and no node is spared for its failures.
CONFIG = {"tend_interval": 600_000, "max_error_rate": 0}


@contextlib.contextmanager
def failing(server, nodes, op, rule):
    """Lets nodes fail; gives how often each of them did."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(server.inject(op=op, node=node, **rule)) for node in nodes]


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2, replication_factor=2) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        for number, key in enumerate(KEYS):
            client.put(key, {"n": number})
        yield server


@pytest.fixture
def client(mode, server):
    with make_calls(mode, {"hosts": server.hosts, **CONFIG}) as client:
        yield client


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("read", READS)
def test_where_the_master_fails_the_replica_answers(server, client, read, fault):
    """The one attempt that is left suffices, wherever the master is."""
    policy = {"socket_timeout": 100, "max_retries": 1}
    expected = [READS[read](client, key, {}) for key in KEYS]
    for node in (0, 1):
        with failing(server, [node], "read", FAULTS[fault]) as (failed,):
            assert [READS[read](client, key, policy) for key in KEYS] == expected
        assert 0 < failed.hits < COUNT


@pytest.mark.parametrize("retries", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", FAULTS)
def test_attempts_are_those_of_the_core(server, client, fault, retries):
    def attempts(policy):
        """Of each record, how often each node was asked, and what is said of it in the end."""
        seen = []
        for key in KEYS[:4]:
            with failing(server, [0, 1], "read", FAULTS[fault]) as faults:
                failure = failure_of(lambda key=key: client.get(key, {"socket_timeout": 100, "max_retries": retries, **policy}))
            seen.append(([failed.hits for failed in faults], failure))
        return seen

    ours, by_core = attempts({}), attempts(BY_CORE)
    assert [hits for hits, _ in ours] == [hits for hits, _ in by_core]
    assert all(sum(hits) == 1 + retries and max(hits) - min(hits) < 2 for hits, _ in ours)
    if fault == "refused":
        assert [failure for _, failure in ours] == [failure for _, failure in by_core]


def test_only_the_master_is_asked_if_the_policy_says_so(server, client):
    policy = {"max_retries": 3, "replica": aerospike_py.POLICY_REPLICA_MASTER}
    for key in KEYS[:4]:
        with failing(server, [0, 1], "read", {"code": 18}) as faults:
            failure_of(lambda key=key: client.get(key, policy))
        assert sorted(failed.hits for failed in faults) == [0, 4]


def test_the_time_of_the_whole_counts_for_both(server, client):
    """What the master has used of it the replica does not get."""
    with failing(server, [0, 1], "read", {"silence": True}) as faults, pytest.raises(aerospike_py.AerospikeTimeoutError) as caught:
        client.get(KEYS[0], {"socket_timeout": 600, "total_timeout": 900, "max_retries": 5})
    assert [failed.hits for failed in faults] == [1, 1]
    assert caught.value.in_doubt is False


@pytest.mark.parametrize("fault", ["broken before", "broken after"])
def test_a_write_with_one_retry_is_the_cores(server, client, fault):
    policy = {"socket_timeout": 100, "max_retries": 1}
    for number, key in enumerate(KEYS[:4]):
        with failing(server, [0, 1], "write", FAULTS[fault]) as faults, pytest.raises(aerospike_py.AerospikeError) as caught:
            client.put(key, {"n": number}, policy=policy)
        assert [failed.hits for failed in faults] == [1, 1]
        assert caught.value.in_doubt


def test_where_consistency_is_strong_only_the_master_is_asked(mode):
    cluster = DevServer(nodes=2, replication_factor=2, strong_consistency=True)
    with cluster as server, make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        client.put(KEYS[0], {"n": 0})
        for policy in ({}, BY_CORE):
            with failing(server, [0, 1], "read", {"code": 18}) as faults:
                failure_of(lambda policy=policy: client.get(KEYS[0], {"max_retries": 3, **policy}))
            assert sorted(failed.hits for failed in faults) == [0, 4]


def test_what_no_other_node_has_is_asked_of_the_master_again(mode):
    with DevServer(nodes=2, replication_factor=1) as server, make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        client.put(KEYS[0], {"n": 0})
        for retries in (1, 2):
            with failing(server, [0, 1], "read", {"code": 18, "times": 1}) as faults:
                assert client.get(KEYS[0], {"max_retries": retries}).bins["n"] == 0
            assert sorted(failed.hits for failed in faults) == [0, 1]


def test_where_the_replica_has_no_connection_to_spare_the_core_asks_it(server):
    """One connection of each node is for what goes past the core, and that of the replica is busy."""
    config = {"hosts": server.hosts, **CONFIG, "max_conns_per_node": 4}
    with aerospike_py.client(config) as client:

        def is_mastered_by_the_first(key):
            with failing(server, [0], "read", {"code": 18}) as (failed,), contextlib.suppress(aerospike_py.AerospikeError):
                client.get(key, {"max_retries": 0})
            return failed.hits > 0

        key = next(key for key in KEYS if is_mastered_by_the_first(key))
        elsewhere = next(key for key in KEYS if not is_mastered_by_the_first(key))
        with failing(server, [1], "read", {"delay": 2000, "times": 1}) as (delay,):
            busy = threading.Thread(target=client.get, args=(elsewhere, {"total_timeout": 10_000, "socket_timeout": 0}))
            busy.start()
            eventually(lambda: delay.hits)
            with failing(server, [0], "read", {"code": 18}) as (failed,):
                assert client.get(key, {"max_retries": 1}).key.user_key == key[2]
            busy.join()
        # Once past the core, and once by the core, which begins at the master.
        assert failed.hits == 2


# Several at once ---------------------------------------------------------------------------------------------------------------------------


def read_batch(hosts, policy):
    with aerospike_py.client({"hosts": hosts, **CONFIG}) as client:
        return [(row.result, row.record and row.record.bins["n"]) for row in client.batch_read(KEYS, policy=policy).batch_records]


def read_together(hosts, policy):
    async def main():
        async with aerospike_py.async_client({"hosts": hosts, **CONFIG}) as client:
            reads = await asyncio.gather(*(client.get(key, policy) for key in KEYS), return_exceptions=True)
            return [(read.code, None) if isinstance(read, Exception) else (0, read.bins["n"]) for read in reads]

    return asyncio.run(main())


MANY = {"batch": read_batch, "joined": read_together}


# A batch that is refused as a whole says so in each of its rows.
@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"refused"}))
@pytest.mark.parametrize("read", MANY)
def test_batches_where_a_master_fails(server, read, fault):
    """Nothing is asked of the core, whose batch would begin at the master that fails."""
    policy = {"socket_timeout": 300, "max_retries": 2}
    for node in (0, 1):
        with failing(server, [1 - node], "batch", {"delay": 1}) as (asked,), failing(server, [node], "batch", FAULTS[fault]) as (failed,):
            rows = MANY[read](server.hosts, policy)
        assert rows == [(0, number) for number in range(COUNT)]
        assert failed.hits > 0
        if read == "batch":
            # Of two masters, and then of a replica.
            assert (failed.hits, asked.hits) == (1, 2)


@pytest.mark.parametrize("retries", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", ["broken before", "silent"])
def test_attempts_of_a_batch_are_those_of_the_core(server, fault, retries):
    def attempts(policy):
        with failing(server, [0, 1], "batch", FAULTS[fault]) as faults, pytest.raises(aerospike_py.exception.AerospikeTimeoutError):
            read_batch(server.hosts, {"socket_timeout": 100, "max_retries": retries, **policy})
        return [failed.hits for failed in faults]

    assert attempts({}) == attempts(BY_CORE) == [1 + retries] * 2
