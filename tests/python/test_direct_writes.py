"""Writes of plain bins go past the engine's core, on connections of its own; whatever depends on what is there goes through it."""

from __future__ import annotations

import pytest
from calls import connecting, failure_of, make_calls
from relay import Relay

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "written", 1)
#: Nothing else differs in what the core sends.
BY_CORE = {"sleep_between_retries": 1}
BINS = {"n": 1, "minus": -(2**63), "x": 1.5, "s": "ä€", "b": b"\x00\xff", "yes": True, "none": None}
WRITES = {
    "put": lambda c, policy=None, **more: c.put(KEY, BINS, policy=policy, **more),
    "append": lambda c, policy=None, **more: c.append(KEY, "s", "more", policy=policy, **more),
    "prepend": lambda c, policy=None, **more: c.prepend(KEY, "b", b"before", policy=policy, **more),
    "increment": lambda c, policy=None, **more: c.increment(KEY, "n", 3, policy=policy, **more),
    "increment by a float": lambda c, policy=None, **more: c.increment(KEY, "x", 0.5, policy=policy, **more),
    "remove_bin": lambda c, policy=None, **more: c.remove_bin(KEY, ["yes"], policy=policy, **more),
}


@pytest.fixture(scope="module")
def server():
    with DevServer() as server:
        yield server


@pytest.fixture(autouse=True)
def start(server):
    server.clear_faults()
    with aerospike_py.client({"hosts": server.hosts}) as client:
        client.put(KEY, BINS)
    yield
    server.clear_faults()


@pytest.fixture(params=WRITES)
def write(request):
    return WRITES[request.param]


@pytest.fixture
def relayed(mode, server):
    """A relay and a client of it, which has one connection of the core and makes others as it needs them."""
    with Relay(server.hosts[0]) as relay, connecting(mode, hosts=relay.hosts, min_conns_per_node=1) as connect:
        client = connect()
        relay.clear()
        yield relay, client


def sent(message):
    """A message but for how much time is left, if it says so."""
    return message._replace(timeout=message.timeout and 1)


POLICIES = {"plain": {}, "with the key": {"key": aerospike_py.POLICY_KEY_SEND}, "for ever": {"total_timeout": 0, "socket_timeout": 500}}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("meta", [None, {"ttl": 100}, {"ttl": aerospike_py.TTL_NEVER_EXPIRE}], ids=["no ttl", "ttl", "for ever"])
def test_a_write_is_what_the_core_sends(relayed, write, policy, meta):
    relay, client = relayed
    before = relay.connections
    write(client, policy, meta=meta)
    assert relay.connections == before + 1
    write(client, {**policy, **BY_CORE}, meta=meta)
    write(client, policy, meta=meta)
    # The same connection each time, and none more for the core.
    assert relay.connections == before + 1
    first, second, third = map(sent, relay.messages)
    assert first == second == third


@pytest.mark.parametrize("user_key", [7, "a name", b"some bytes"])
def test_the_key_that_is_stored(relayed, user_key):
    relay, client = relayed
    for policy in [{}, BY_CORE]:
        client.put(("test", "written", user_key), {"n": 1}, policy={**policy, "key": aerospike_py.POLICY_KEY_SEND})
    first, second = map(sent, relay.messages)
    assert first == second


def test_what_was_written_is_there(mode, server):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        kept = {name: value for name, value in BINS.items() if value is not None}
        assert client.get(KEY).bins == kept
        for write in [WRITES["append"], WRITES["prepend"], WRITES["increment"], WRITES["increment by a float"], WRITES["remove_bin"]]:
            write(client)
        del kept["yes"]
        assert client.get(KEY).bins == kept | {"s": "ä€more", "b": b"before\x00\xff", "n": 4, "x": 2.0}


ELSEWHERE = {
    "a list": ({"n": [1]}, {}, None),
    "a map": ({"n": {"a": 1}}, {}, None),
    "create or replace": ({"n": 1}, {"exists": aerospike_py.POLICY_EXISTS_CREATE_OR_REPLACE}, None),
    "a generation": ({"n": 1}, {"gen": aerospike_py.POLICY_GEN_GT}, {"gen": 65_000}),
    "a blob beyond a mebibyte": ({"b": bytes(2 << 20)}, {}, None),
    "the master's commit": ({"n": 1}, {"commit_level": aerospike_py.POLICY_COMMIT_LEVEL_MASTER}, None),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_the_core_has_to_see_to_is_left_to_it(relayed, name):
    relay, client = relayed
    before = relay.connections
    bins, policy, meta = ELSEWHERE[name]
    client.put(KEY, bins, policy=policy, meta=meta)
    assert relay.connections == before
    assert client.get(KEY).bins.items() >= bins.items()


# What goes wrong ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [9, 11, 14, 18, 4, 8, 22])
def test_a_failure_is_what_the_core_gives(server, mode, write, code):
    def failure(client, policy):
        return failure_of(lambda: write(client, {"max_retries": 0, **policy}))

    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client, server.inject(op="write", code=code):
        assert failure(client, {}) == failure(client, BY_CORE)


@pytest.mark.parametrize("code", [9, 11, 14, 18])
@pytest.mark.parametrize("retries", [0, 1, 3])
def test_attempts(server, mode, code, retries):
    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client, server.inject(op="write", code=code) as fault:
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            client.put(KEY, {"n": 1}, policy={"max_retries": retries})
        assert (fault.hits, caught.value.code, caught.value.in_doubt) == (1 + retries, code, code == 9)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_connection_that_breaks_at_the_only_attempt_leaves_a_doubt(server, mode, write, drop):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        with server.inject(op="write", drop=drop, times=1) as fault, pytest.raises(aerospike_py.AerospikeError) as caught:
            write(client, {"max_retries": 0})
        assert (fault.hits, caught.value.in_doubt) == (1, True)
        write(client, {"max_retries": 0})


@pytest.mark.parametrize("retries", [1, 2])
def test_a_doubt_outlives_the_attempt_that_raised_it(server, mode, retries):
    """The first attempt may have been carried out, whatever the second is answered with. With one retry both are the core's."""
    with make_calls(mode, {"hosts": server.hosts}) as client:
        server.inject(op="write", drop="after", times=1)
        server.inject(op="write", code=22, times=1)
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            client.increment(KEY, "n", 1, policy={"max_retries": retries})
        assert (caught.value.code, caught.value.in_doubt) == (22, True)
        assert client.get(KEY).bins["n"] == 2


def test_a_silent_node(server, mode):
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="write", delay=3000, times=1):
        with pytest.raises(aerospike_py.AerospikeTimeoutError) as caught:
            client.put(KEY, {"n": 5}, policy={"socket_timeout": 100, "max_retries": 0})
        assert caught.value.in_doubt


def test_a_connection_on_which_nobody_is_logged_in_any_more(server, mode):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        client.put(KEY, {"n": 1})
        with server.inject(op="write", code=66, times=1) as fault:
            client.put(KEY, {"n": 2}, policy={"max_retries": 0})
        assert fault.hits == 1
        assert client.get(KEY).bins["n"] == 2


def test_a_partition_that_moved(mode):
    keys = [("test", "moved", number) for number in range(40)]
    with DevServer(nodes=2) as server, make_calls(mode, {"hosts": server.hosts, "tend_interval": 60_000}) as client:
        for node, retries in enumerate([1, 2]):
            server.move_partitions(list(range(4096)), node)
            for key in keys:
                client.put(key, {"n": key[2]}, policy={"max_retries": retries})
            for key in keys:
                assert client.get(key, {"max_retries": retries}).bins["n"] == key[2]
