"""Batch reads and scans go past the engine's core, on connections of their own; what a node does not answer well goes through it."""

from __future__ import annotations

import asyncio
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from calls import connecting, failure_of, make_calls
from relay import MESSAGE, Relay

import aerospike_py
from aerospike_py import exp
from aerospike_py.devserver import DevServer

COUNT = 40
DTYPE = np.dtype([("n", "i8"), ("s", "S8")])
BATCH, LAST = 0x08, 0x01

#: Everything a batch read may be turned into, as a list of n.
KINDS = {
    "dict": lambda c, keys, policy=None: [bins["n"] for bins in c.batch_read(keys, policy=policy).values()],
    "lazy": lambda c, keys, policy=None: [bins["n"] for bins in c.batch_read(keys, policy=policy, lazy=True).values()],
    "numpy": lambda c, keys, policy=None: c.batch_read(keys, policy=policy, _dtype=DTYPE).batch_records["n"].tolist(),
    "arrow": lambda c, keys, policy=None: c.batch_read(keys, policy=policy, lazy=True).to_arrow().to_pyarrow()["n"].to_pylist(),
}


@pytest.fixture(params=KINDS)
def read(request):
    return KINDS[request.param]


@pytest.fixture(scope="module")
def server():
    with DevServer() as server, aerospike_py.client({"hosts": server.hosts}) as client:
        keys = keys_of("direct")
        client.batch_write([(key, {"n": number, "s": f"s{number}"}) for number, key in enumerate(keys)])
        yield server


@pytest.fixture(autouse=True)
def no_faults(server):
    yield
    server.clear_faults()


@pytest.fixture
def relayed(mode, server):
    """A relay and a client of it, which has one connection of the core and makes others as it needs them."""
    with Relay(server.hosts[0]) as relay, connecting(mode, hosts=relay.hosts, min_conns_per_node=1) as connect:
        client = connect()
        relay.clear()
        yield relay, client


def keys_of(set_name, count=COUNT):
    return [("test", set_name, number) for number in range(count)]


def batches(relay):
    return [message for message in relay.messages if message.info1 & BATCH]


def test_one_request_on_a_connection_that_is_kept(relayed, read):
    relay, client = relayed
    before = relay.connections
    for _ in range(3):
        assert read(client, keys_of("direct")) == list(range(COUNT))
    assert len(batches(relay)) == len(relay.requests) == 3
    assert relay.connections == before + 1


def test_its_connections_are_counted_and_bounded(mode, server):
    with make_calls(mode, {"hosts": server.hosts, "min_conns_per_node": 1, "max_conns_per_node": 4}) as client:
        (node,) = client.stats().nodes
        KINDS["dict"](client, keys_of("direct"))
        (after,) = client.stats().nodes
        assert (after.connections_open, after.connections_idle) == (node.connections_open + 1, node.connections_idle + 1)
        assert after.permits <= 4


@pytest.mark.parametrize("most", [1, 3])
def test_where_there_is_no_connection_to_spare_the_core_reads(mode, server, read, most):
    config = {"hosts": server.hosts, "min_conns_per_node": 1, "max_conns_per_node": most}
    with make_calls(mode, config) as client:
        assert read(client, keys_of("direct")) == list(range(COUNT))
        (node,) = client.stats().nodes
        assert node.connections_open <= most


def test_an_idle_connection_is_closed(mode, server):
    config = {"hosts": server.hosts, "min_conns_per_node": 1, "idle_timeout": 300, "tend_interval": 250}
    with Relay(server.hosts[0]) as relay, connecting(mode, **{**config, "hosts": relay.hosts}) as connect:
        client = connect()
        KINDS["dict"](client, keys_of("direct"))
        opened = relay.connections
        while client.stats().nodes[0].connections_open > 1:
            pass
        KINDS["dict"](client, keys_of("direct"))
        assert relay.connections == opened + 1


def test_a_node_that_closed_the_connection_meanwhile_is_no_failed_attempt(relayed, read):
    relay, client = relayed
    read(client, keys_of("direct"))
    for end in relay.ends:
        relay.loop.call_soon_threadsafe(end.close)
    while relay.live:
        time.sleep(0.01)
    time.sleep(0.05)
    assert read(client, keys_of("direct"), {"max_retries": 0}) == list(range(COUNT))


def test_closing_the_client_closes_them(mode, server):
    with Relay(server.hosts[0]) as relay:
        with make_calls(mode, {"hosts": relay.hosts, "min_conns_per_node": 1}) as client:
            KINDS["dict"](client, keys_of("direct"))
            assert relay.live > 1
        while relay.live:
            time.sleep(0.01)


# What goes wrong ---------------------------------------------------------------------------------------------------------------------------


# With one retry both attempts are the core's.
@pytest.mark.parametrize("retries", [1, 2])
@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_connection_that_breaks(relayed, server, read, drop, retries):
    _, client = relayed
    with server.inject(op="batch", drop=drop, times=1) as fault:
        assert read(client, keys_of("direct"), {"max_retries": retries}) == list(range(COUNT))
    assert fault.hits == 1


def test_a_connection_that_breaks_at_the_only_attempt(mode, server, read):
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="batch", drop="after", times=1) as fault:
        with pytest.raises(aerospike_py.AerospikeError):
            read(client, keys_of("direct"), {"max_retries": 0})
        assert fault.hits == 1
        assert read(client, keys_of("direct"), {"max_retries": 0}) == list(range(COUNT))


def test_attempts_are_counted_together(mode, server, read):
    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client, server.inject(op="batch", drop="after") as fault:
        with pytest.raises(aerospike_py.AerospikeError):
            read(client, keys_of("direct"), {"max_retries": 2})
        assert fault.hits == 3


def test_a_silent_node(mode, server, read):
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="batch", delay=2000, times=1):
        assert read(client, keys_of("direct"), {"socket_timeout": 100, "total_timeout": 10_000}) == list(range(COUNT))


@pytest.mark.parametrize("retries", [0, 2])
def test_the_whole_time_is_up(mode, server, read, retries):
    policy = {"socket_timeout": 0, "total_timeout": 100, "max_retries": retries}
    late = pytest.raises(aerospike_py.AerospikeTimeoutError)
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="batch", delay=2000), late:
        read(client, keys_of("direct"), policy)


@pytest.mark.parametrize("code", [8, 14, 18, 81])
def test_a_row_that_failed_has_the_servers_code(mode, server, code):
    keys = keys_of("direct", 4)
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="batch", code=code):
        assert client.batch_read(keys, lazy=True).result_codes == [code] * 4
        assert client.batch_read(keys, _dtype=DTYPE).result_codes.tolist() == [code] * 4


def test_a_batch_that_was_refused_as_a_whole(mode, server, read):
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="batch", code=152):
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            read(client, keys_of("direct"), {"max_retries": 0})
        assert caught.value.code == 152


@pytest.mark.parametrize("code", [66, 80])
def test_a_connection_on_which_nobody_is_logged_in_any_more(mode, server, read, code):
    """It is not used again, and what was asked on it is asked through the core, which is no further attempt."""
    config = {"hosts": server.hosts, "min_conns_per_node": 1}
    with make_calls(mode, config) as client:
        read(client, keys_of("direct"))
        before = client.stats().nodes[0].connections_open
        with server.inject(op="batch", code=code, times=1) as fault:
            assert read(client, keys_of("direct"), {"max_retries": 0}) == list(range(COUNT))
        assert (fault.hits, client.stats().nodes[0].connections_open) == (1, before - 1)
        with server.inject(op="read", code=code, times=1) as fault:
            assert client.get(("test", "direct", 1), {"max_retries": 0}).bins["n"] == 1
        assert fault.hits == 1


def changed(answer, change):
    """An answer whose messages are changed one by one: `change(number, message)`, a bytearray."""
    at, body = 8, bytearray()
    while at < len(answer):
        size, fields, ops = answer[at], *struct.unpack_from(">HH", answer, at + 18)
        end = at + size
        for _ in range(fields + ops):
            end += 4 + struct.unpack_from(">I", answer, end)[0]
        body += change(answer[at:end])
        at = end
    return bytearray(struct.pack(">Q", 2 << 56 | MESSAGE << 48 | len(body)) + body)


def renumbered(message):
    """Every row but the last message says that it is the first one."""
    if not message[3] & LAST:
        struct.pack_into(">I", message, 14, 0)
    return message


def beyond(message):
    if not message[3] & LAST:
        struct.pack_into(">I", message, 14, 1_000_000)
    return message


def without_text(message):
    """The strings are no UTF-8."""
    return message.replace(b"s1", b"\xff1")


HOSTILE = {
    "no frame": lambda frame: bytearray(b"HTTP/1.0 400 Bad Request\r\n\r\n"),
    "half a frame": lambda frame: frame[: len(frame) // 2],
    "another kind": lambda frame: frame[:1] + b"\x01" + frame[2:],
    "one row for all": lambda frame: changed(frame, renumbered),
    "rows nobody asked for": lambda frame: changed(frame, beyond),
    "no text": lambda frame: changed(frame, without_text),
    "nothing but the end": lambda frame: changed(frame, lambda message: message if message[3] & LAST else b""),
    "a size beyond the end": lambda frame: frame[:8] + frame[8:].replace(b"\x00\x00\x00\x0d", b"\xff\xff\xff\x0d"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_that_is_none(relayed, read, name):
    """The first answer is not the protocol, or says something else: whatever of it can be trusted is, the rest is asked again."""
    relay, client = relayed
    read(client, keys_of("direct"))
    answers = []

    def once(frame):
        answers.append(frame)
        return HOSTILE[name](frame) if len(answers) == 1 else frame

    relay.answer = once
    policy = {"socket_timeout": 300, "total_timeout": 20_000, "max_retries": 2}
    assert read(client, keys_of("direct"), policy) == list(range(COUNT))
    assert len(answers) > 1 or name in {"no text", "a size beyond the end"}


def test_a_partition_that_moved(mode):
    keys = keys_of("moved")
    with DevServer(nodes=2) as server, make_calls(mode, {"hosts": server.hosts, "tend_interval": 60_000}) as client:
        client.batch_write([(key, {"n": number, "s": ""}) for number, key in enumerate(keys)])
        server.move_partitions(list(range(4096)), 0)
        for read in KINDS.values():
            assert read(client, keys) == list(range(COUNT))


def test_a_node_that_died(mode):
    keys = keys_of("died")
    config = {"policies": {"batch": {"max_retries": 20, "sleep_between_retries": 100, "total_timeout": 30_000}}, "tend_interval": 250}
    with DevServer(nodes=2, replication_factor=2) as server, make_calls(mode, {"hosts": server.hosts, **config}) as client:
        client.batch_write([(key, {"n": number, "s": ""}) for number, key in enumerate(keys)])
        for read in KINDS.values():
            assert read(client, keys) == list(range(COUNT))
        server.kill_node(1)
        for read in KINDS.values():
            assert read(client, keys) == list(range(COUNT))


# Single records ----------------------------------------------------------------------------------------------------------------------------

ANY = {"replica": aerospike_py.POLICY_REPLICA_ANY}
SINGLE = {
    "get": lambda c, key, policy=None: c.get(key, policy),
    "select": lambda c, key, policy=None: c.select(key, ["n"], policy),
    "exists": lambda c, key, policy=None: c.exists(key, policy),
}


@pytest.mark.parametrize("name", SINGLE)
def test_a_single_read_is_what_the_core_gives(relayed, name):
    relay, client = relayed
    before = relay.connections
    for number in range(3):
        assert SINGLE[name](client, ("test", "direct", number)) == SINGLE[name](client, ("test", "direct", number), ANY)
    # The same connection each time, and none more for the core.
    assert relay.connections == before + 1
    # But for the time that is left, and an op that says nothing.
    first, second = (message._replace(timeout=0, ops=[op for op in message.ops if op.name]) for message in relay.messages[:2])
    assert first == second


@pytest.mark.parametrize("code", [None, 9, 11, 14, 18, 4, 81])
def test_a_single_failure_is_what_the_core_gives(server, mode, code):
    def failure(client, policy):
        return failure_of(lambda: client.get(("test", "direct", -1), {"max_retries": 0, **policy}))

    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        if code is not None:
            server.inject(op="read", code=code)
        assert failure(client, {}) == failure(client, ANY)


@pytest.mark.parametrize("code", [9, 11, 14, 18])
@pytest.mark.parametrize("retries", [0, 1, 2, 3])
def test_attempts_of_a_single_read(server, mode, code, retries):
    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client, server.inject(op="read", code=code) as fault:
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            client.get(("test", "direct", 1), {"max_retries": retries})
        assert (fault.hits, caught.value.code) == (1 + retries, code)
        assert str(caught.value).endswith(f"(attempt {1 + retries})") == bool(retries)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_single_read_whose_connection_breaks(server, mode, drop):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        for _ in range(3):
            with server.inject(op="read", drop=drop, times=1) as fault:
                assert client.get(("test", "direct", 1)).bins["n"] == 1
            assert fault.hits == 1


# There is one message, and no last one.
OF_BATCHES = {"one row for all", "rows nobody asked for", "nothing but the end"}


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - OF_BATCHES))
def test_a_single_answer_that_is_none(relayed, name):
    relay, client = relayed
    client.get(("test", "direct", 1))
    answers = []

    def once(frame):
        answers.append(frame)
        return HOSTILE[name](frame) if len(answers) == 1 else frame

    relay.answer = once
    assert client.get(("test", "direct", 1), {"socket_timeout": 300, "total_timeout": 20_000}).bins == {"n": 1, "s": "s1"}
    assert len(answers) > 1 or name == "a size beyond the end"


# Whose it is -------------------------------------------------------------------------------------------------------------------------------

ELSEWHERE = {
    "filter": {"expressions": exp.ge(exp.int_bin("n"), exp.int_val(0))},
    "replica": {"replica": aerospike_py.POLICY_REPLICA_ANY},
    "read mode": {"read_mode_ap": aerospike_py.POLICY_READ_MODE_AP_ALL},
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_the_core_has_to_see_to_is_left_to_it(relayed, read, name):
    relay, client = relayed
    before = relay.connections
    assert read(client, keys_of("direct"), ELSEWHERE[name]) == list(range(COUNT))
    assert relay.connections == before


USERS = {"admin": ("secret", ["user-admin", "read-write"]), "bob": ("builder", ["read-write"])}


def test_logged_in(mode, read):
    login = {"user": "bob", "password": "builder", "min_conns_per_node": 1}
    with DevServer(users=USERS, session_ttl=120) as server, make_calls(mode, {"hosts": server.hosts, **login}) as client:
        keys = keys_of("secured")
        client.batch_write([(key, {"n": number, "s": ""}) for number, key in enumerate(keys)])
        before = client.stats().nodes[0].connections_open
        assert read(client, keys) == list(range(COUNT))
        assert client.stats().nodes[0].connections_open == before + 1
        # The session ends on the server; whatever is open stays so, and a new connection logs in anew.
        server.advance(200)
        assert read(client, keys) == list(range(COUNT))


def test_over_tls(mode, read):
    with DevServer(tls=True) as server:
        config = {"hosts": server.tls_hosts, "tls": {"cadata": server.ca_pem}, "min_conns_per_node": 1}
        with make_calls(mode, config) as client:
            keys = keys_of("tls")
            client.batch_write([(key, {"n": number, "s": ""}) for number, key in enumerate(keys)])
            before = client.stats().nodes[0].connections_open
            assert read(client, keys) == list(range(COUNT))
            assert client.stats().nodes[0].connections_open == before + 1


# A thread that waits sleeps in the socket ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=["plain", "tls"])
def encrypted(request):
    """A server, and how to reach it."""
    with DevServer(tls=request.param == "tls") as server:
        if request.param == "plain":
            yield server, {"hosts": server.hosts}
        else:
            yield server, {"hosts": server.tls_hosts, "tls": {"cadata": server.ca_pem}}


def test_every_kind_of_request_takes_turns_on_a_connection(mode, encrypted):
    """What is asked on one record is waited for in the socket, if a thread waits; a batch is not, but can use the same connection."""
    _, config = encrypted
    with make_calls(mode, {**config, "min_conns_per_node": 1, "max_conns_per_node": 4}) as client:
        key = ("test", "turns", 1)
        for number in range(20):
            client.put(key, {"n": number, "blob": bytes(number * 20_000)})
            assert client.get(key).bins == {"n": number, "blob": bytes(number * 20_000)}
            assert client.batch_read([key, ("test", "turns", 2)]) == {1: {"n": number, "blob": bytes(number * 20_000)}}
            assert client.exists(key).meta.gen == number + 1
        (node,) = client.stats().nodes
        assert (node.connections_open, node.connections_failed) == (2, 0)


def test_an_answer_that_takes_longer_than_a_nap(mode, encrypted):
    server, config = encrypted
    with make_calls(mode, {**config, "min_conns_per_node": 1}) as client:
        key = ("test", "naps", 1)
        client.put(key, {"n": 1})
        opened = client.stats().nodes[0].connections_opened
        with server.inject(op="read", delay=60, times=3) as fault:
            for _ in range(6):
                assert client.get(key, {"max_retries": 0}).bins == {"n": 1}
        assert fault.hits == 3
        assert client.stats().nodes[0].connections_opened == opened


def test_a_time_that_is_up_during_a_nap(mode, server):
    late = pytest.raises(aerospike_py.AerospikeTimeoutError)
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="read", delay=2000), late:
        client.get(("test", "direct", 1), {"total_timeout": 130, "socket_timeout": 0, "max_retries": 0})


def test_an_answer_that_trickles_in_is_bounded_by_the_time(relayed):
    relay, client = relayed
    client.get(("test", "direct", 1))
    relay.pause = 0.005
    with pytest.raises(aerospike_py.AerospikeTimeoutError):
        client.get(("test", "direct", 1), {"total_timeout": 200, "max_retries": 0})
    # Some 70 bytes, one by one.
    assert client.get(("test", "direct", 1), {"total_timeout": 20_000, "max_retries": 0}).bins == {"n": 1, "s": "s1"}


def test_a_silence_that_outlasts_a_nap(mode, server):
    with make_calls(mode, {"hosts": server.hosts}) as client, server.inject(op="read", delay=2000, times=1) as fault:
        assert client.get(("test", "direct", 1), {"socket_timeout": 150, "max_retries": 2}).bins["n"] == 1
        assert fault.hits == 1


def test_plain_requests_may_use_every_connection(server):
    """Two of the eight are for them alone."""
    most, patient = 8, {"total_timeout": 30_000}

    async def main():
        config = {"hosts": server.hosts, "min_conns_per_node": 1, "max_conns_per_node": most, "coalesce_reads": False}
        async with aerospike_py.async_client(config) as client:
            with server.inject(op="read", delay=50):
                reads = [asyncio.ensure_future(client.get(("test", "direct", number % COUNT), patient)) for number in range(100)]
                in_use = 0
                while not all(read.done() for read in reads):
                    in_use = max(in_use, client.stats().nodes[0].connections_in_use)
                    await asyncio.sleep(0.005)
                assert [(await read).bins["n"] for read in reads] == [number % COUNT for number in range(100)]
            assert client.stats().nodes[0].connections_open <= most
            return in_use

    assert asyncio.run(main()) == most


def test_threads_share_what_there_is(server):
    """More threads than connections of this kind: each gets its own answer."""
    with aerospike_py.client({"hosts": server.hosts, "min_conns_per_node": 1, "max_conns_per_node": 8}) as client:

        def work(number):
            return [client.get(("test", "direct", (number + step) % COUNT)).bins["n"] for step in range(100)]

        with ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(work, range(24)))
        assert answers == [[(number + step) % COUNT for step in range(100)] for number in range(24)]
        assert client.stats().nodes[0].connections_open <= 8


# Values ------------------------------------------------------------------------------------------------------------------------------------

VALUES = {
    "integers": [0, -1, 2**63 - 1, -(2**63)],
    "floats": [0.0, -1.5, 1e300, float("inf")],
    "texts": ["", "a", "ä€😀", "x" * 5000],
    "blobs": [b"", b"\x00\xff", bytes(5000)],
    "flags": [True, False],
    "lists": [[], [1, "a", b"b", 1.5, True, None], [[1, [2]], {"k": [3]}]],
    "maps": [{}, {"a": 1, 2: "b", b"c": [1]}, {"nested": {"deep": {"er": 1}}}, aerospike_py.KeyOrderedDict({"b": 1, "a": 2})],
    "places": [aerospike_py.GeoJSON('{"type": "Point", "coordinates": [1.5, 2.5]}')],
}


@pytest.mark.parametrize("name", VALUES)
def test_every_kind_of_value_is_what_a_single_read_gives(mode, server, name):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        keys = keys_of(f"values-{name}", len(VALUES[name]))
        for key, value in zip(keys, VALUES[name], strict=True):
            client.put(key, {"v": value, "n": 1})
        single = [client.get(key, ANY) for key in keys]
        many = [row.record for row in client.batch_read(keys).batch_records]
        assert many == single
        assert [type(record.bins["v"]) for record in many] == [type(record.bins["v"]) for record in single]
        assert [record.meta for record in many] == [record.meta for record in single]
        selected = client.batch_read(keys, bins=["v", "v"])
        assert list(selected.values()) == [{"v": record.bins["v"]} for record in single]


# Scans -------------------------------------------------------------------------------------------------------------------------------------


def scanned(query, **arguments):
    """Numbers and strings, in the order of the numbers, of every way that goes past the core and of one that does not."""
    array = query().to_numpy(DTYPE, **arguments)
    table = query().to_arrow(**arguments).to_pyarrow()
    records = [record.bins for record in query().results(**arguments)]
    return [
        sorted((number, text.decode()) for number, text in array.batch_records[["n", "s"]].tolist()),
        sorted((row["n"], row["s"]) for row in table.select(["n", "s"]).to_pylist()),
        sorted((bins["n"], bins["s"]) for bins in records),
    ]


EXPECTED = [(number, f"s{number}") for number in range(COUNT)]


def test_a_scan_is_the_same_every_way(mode, server):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        assert scanned(lambda: client.scan("test", "direct")) == [EXPECTED] * 3
        assert scanned(lambda: client.scan("test", "direct").select("n", "s")) == [EXPECTED] * 3
        assert len(client.scan("test", "nobody").to_numpy(DTYPE).batch_records) == 0


def test_a_scan_of_several_nodes(mode):
    with DevServer(nodes=3) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        client.batch_write([(key, {"n": number, "s": f"s{number}"}) for number, key in enumerate(keys_of("spread"))])
        assert scanned(lambda: client.scan("test", "spread")) == [EXPECTED] * 3
        partial = {"partition_filter": aerospike_py.partition_filter_by_range(1000, 2000)}
        assert len({tuple(way) for way in scanned(lambda: client.scan("test", "spread"), policy=partial)}) == 1
        server.move_partitions(list(range(0, 4096, 2)), 1)
        patient = {"max_retries": 20, "sleep_between_retries": 100}
        assert scanned(lambda: client.scan("test", "spread"), policy=patient) == [EXPECTED] * 3


def test_a_scan_has_one_request_and_no_rest(relayed):
    relay, client = relayed
    client.scan("test", "direct").to_numpy(DTYPE)
    assert len(relay.requests) == 1
    query = client.scan("test", "direct")
    query.to_arrow()
    again = client.scan("test", "direct").resume(query.cursor)
    relay.clear()
    assert len(again.to_numpy(DTYPE).batch_records) == 0
    assert relay.requests == []


def test_a_scan_that_breaks_off_goes_on_where_it_was(mode, server):
    """The answers of a node come in many frames, of which one is lost with its connection."""
    count = 5000
    with make_calls(mode, {"hosts": server.hosts}) as writer:
        rows = [(("test", "long", number), {"n": number, "s": "x" * 50}) for number in range(count)]
        writer.batch_write(rows, policy={"total_timeout": 30_000})
    with Relay(server.hosts[0]) as relay, connecting(mode, hosts=relay.hosts, min_conns_per_node=1) as connect:
        client = connect()
        for way in (lambda query: query.to_numpy(DTYPE).batch_records["n"], lambda query: query.to_arrow().to_pyarrow()["n"].to_pylist()):
            frames = []

            def cut_the_third(frame, frames=frames):
                frames.append(len(frame))
                return None if len(frames) == 3 else frame

            relay.answer = cut_the_third
            relay.clear()
            assert sorted(way(client.scan("test", "long"))) == list(range(count))
            # The first attempt, and those of the core for what was left.
            assert len(frames) > 3
            assert len(relay.requests) > 1


def test_a_value_of_one_node_that_does_not_fit_ends_the_scan_of_all(mode):
    with DevServer(nodes=3) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        client.batch_write([(key, {"n": number, "s": ""}) for number, key in enumerate(keys_of("misfit", 300))])
        client.put(("test", "misfit", "big"), {"n": 2**40, "s": ""})
        with pytest.raises(OverflowError, match="field 'n'"):
            client.scan("test", "misfit").to_numpy(np.dtype([("n", "i2")]))


def test_a_value_that_does_not_fit_ends_the_scan(mode, server):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        client.put(("test", "misfit", 1), {"n": 2**40, "s": ""})
        narrow = np.dtype([("n", "i2"), ("s", "S8")])
        with pytest.raises(OverflowError, match=r"key .*field 'n'"):
            client.scan("test", "misfit").to_numpy(narrow)
        assert client.scan("test", "misfit").to_numpy(narrow, strict=False).batch_records["n"].tolist() == [0]
