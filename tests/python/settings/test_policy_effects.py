"""What each key of a policy changes, where no other test shows it: on the wire, or in how often and when something is sent. Counts, no times."""

from __future__ import annotations

import contextlib
import struct
import threading
import time

import pytest
from calls import make_calls, take
from relay import Relay

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "effects", 0)
KEYS = [("test", "effects", n) for n in range(40)]
READ = [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]
WRITE = [{"op": aerospike_py.OPERATOR_WRITE, "bin": "n", "val": 0}]
ON_LOCKING_ONLY, DETAIL = 0x10, 0x60
AP_ALL, COMPRESS, SHORT, NO_BINS, RELAX = 0x40, 0x80, 0x04, 0x20, 0x40
RECORDS_PER_SECOND, SOCKET_TIMEOUT, MAX_RECORDS = 10, 9, 13


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=3) as server:
        yield server


@pytest.fixture(scope="module")
def client(mode, server):
    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        client.batch_write([(key, {"n": 1}) for key in KEYS])
        yield client


@pytest.fixture(autouse=True)
def no_faults(server):
    yield
    server.clear_faults()


# Attempts and their pauses --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "attempts"),
    [
        ({"max_retries": 4}, 5),
        ({"max_retries": 0}, 1),
        # No time is left for a pause of 20 s.
        ({"max_retries": 4, "sleep_between_retries": 20_000}, 1),
        ({"max_retries": 4, "sleep_between_retries": 1}, 5),
        # 1 ms, then 20 s.
        ({"max_retries": 4, "sleep_between_retries": 1, "sleep_multiplier": 20_000.0}, 2),
        ({"max_retries": 4, "sleep_between_retries": 1, "sleep_multiplier": 1.0}, 5),
    ],
    ids=str,
)
@pytest.mark.parametrize(("op", "call"), [("read", lambda c, p: c.get(KEY, p)), ("write", lambda c, p: c.put(KEY, {"n": 1}, None, p))])
def test_attempts(server, client, op, call, policy, attempts):
    with server.inject(op=op, drop="before") as fault, pytest.raises(aerospike_py.AerospikeTimeoutError):
        call(client, {"total_timeout": 10_000, **policy})
    assert fault.hits == attempts


@pytest.mark.parametrize(("policy", "attempts"), [({"socket_timeout": 100}, 3), ({"socket_timeout": 0}, 1)])
def test_socket_timeout(server, client, policy, attempts):
    """A node that says nothing is asked again after that time, or not before the whole time is over."""
    with server.inject(op="read", silence=True) as fault, pytest.raises(aerospike_py.AerospikeTimeoutError):
        client.get(KEY, {"total_timeout": 1500, "max_retries": 2, **policy})
    assert fault.hits == attempts


@pytest.mark.parametrize(("delay", "closed"), [(10_000, 0), (0, 1)])
def test_timeout_delay(connect, relay, delay, closed):
    """The connection of a request that took too long stays open for its answer, or closes."""
    client = connect(hosts=relay.hosts, min_conns_per_node=2, tend_interval=3_600_000)
    client.put(KEY, {"n": 1})
    client.get(KEY, {"timeout_delay": delay})
    relay.open.clear()
    before = relay.live
    with pytest.raises(aerospike_py.AerospikeTimeoutError):
        client.get(KEY, {"total_timeout": 100, "max_retries": 0, "timeout_delay": delay})
    end = time.monotonic() + (0.3 if delay else 20)
    while relay.live > before - closed and time.monotonic() < end:
        time.sleep(0.005)
    assert relay.live == before - closed
    relay.open.set()
    assert client.get(KEY).bins == {"n": 1}


# On the wire ----------------------------------------------------------------------------------------------------------------------------

READS = {
    "get": lambda c, key, policy: c.get(key, policy),
    "select": lambda c, key, policy: c.select(key, ["n"], policy),
    "exists": lambda c, key, policy: c.exists(key, policy),
    "operate": lambda c, key, policy: c.operate(key, READ, None, policy),
    "batch_read": lambda c, key, policy: c.batch_read([key, key], policy=policy),
}
WRITES = {
    "put": lambda c, key, policy: c.put(key, {"n": 1}, None, policy),
    "touch": lambda c, key, policy: c.touch(key, 0, None, policy),
    "operate": lambda c, key, policy: c.operate(key, WRITE, None, policy),
    "remove": lambda c, key, policy: c.remove(key, None, policy),
}


@pytest.fixture
def said(wire, relay, key):
    """The message that a call sends under a policy."""
    client = wire()

    def say(call, policy):
        client.put(key, {"n": 1})
        relay.clear()
        with contextlib.suppress(aerospike_py.ServerError):
            call(client, key, policy)
        return relay.message

    return say


def test_read_mode_ap(said):
    for name, call in READS.items():
        sent = [said(call, {"read_mode_ap": mode}).info1 & AP_ALL for mode in (0, 1)]
        assert sent == [0, AP_ALL], name


def test_an_answer_may_be_compressed(said):
    for name, call in READS.items():
        policies = [{"compress": compress, "compression_threshold": 100_000} for compress in (False, True)]
        assert [said(call, policy).info1 & COMPRESS for policy in policies] == [0, COMPRESS], name


def test_error_detail_verbosity(said):
    for name, call in [*READS.items(), *WRITES.items()]:
        sent = [said(call, {"error_detail_verbosity": verbosity}).info4 & DETAIL for verbosity in range(4)]
        assert sent == [verbosity << 5 for verbosity in range(4)], name


def test_on_locking_only(said):
    for name, call in WRITES.items():
        sent = [said(call, {"on_locking_only": only}).info4 & ON_LOCKING_ONLY for only in (False, True)]
        assert sent == [0, ON_LOCKING_ONLY], name


def test_on_locking_only_in_batches(mode, connect):
    """Of transactions it speaks, so rows outside of one do not say it."""
    with DevServer(strong_consistency=True) as server, Relay(server.hosts[0]) as relay:
        client = connect(hosts=relay.hosts)
        rows = [(key, {"n": 1}) for key in KEYS[:3]]
        policy = {"on_locking_only": True}
        relay.clear()
        assert [record.result for record in client.batch_write(rows, policy).batch_records] == [0] * 3
        assert row_info4(relay.message) & ON_LOCKING_ONLY == 0
        transaction = client.client.transaction()
        client.batch_write(rows, {**policy, "txn": transaction})
        sent = [message for message in relay.messages if 41 in message.fields][-1]
        assert row_info4(sent) & ON_LOCKING_ONLY
        client.abort(transaction)


def row_info4(message):
    """Of the first row of a batch: count, flags, index, digest, type, and then its info bytes."""
    (rows,) = message.fields[41]
    kind = rows[4 + 1 + 4 + 20]
    return rows[4 + 1 + 4 + 20 + 4] if kind & 0x10 else 0


# Queries --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({}, (None, None, 30_000, 0, 0)),
        ({"records_per_second": 7}, (7, None, 30_000, 0, 0)),
        ({"max_records": 5}, (None, 5, 30_000, 0, 0)),
        ({"socket_timeout": 400}, (None, None, 400, 0, 0)),
        ({"expected_duration": aerospike_py.QUERY_DURATION_SHORT}, (None, None, 30_000, SHORT, 0)),
        ({"expected_duration": aerospike_py.QUERY_DURATION_LONG_RELAX_AP}, (None, None, 30_000, 0, RELAX)),
        ({"include_bin_data": False}, (None, None, 30_000, NO_BINS, 0)),
        ({"read_mode_ap": aerospike_py.POLICY_READ_MODE_AP_ALL}, (None, None, 30_000, AP_ALL, 0)),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["query", "scan"])
def test_what_a_query_says(said, method, policy, found):
    message = said(lambda c, key, policy: take(getattr(c, method)("test", key[1]).records(policy)), policy)

    def number(field, form):
        (value,) = message.fields.get(field, [None])
        return None if value is None else struct.unpack(form, value)[0]

    numbers = [number(RECORDS_PER_SECOND, ">I"), number(MAX_RECORDS, ">Q"), number(SOCKET_TIMEOUT, ">I")]
    assert (*numbers, message.info1 & (SHORT | NO_BINS | AP_ALL), message.info2 & RELAX) == found


def test_include_bin_data(client):
    with_bins, without = (client.query("test", "effects").results({"include_bin_data": include}) for include in (True, False))
    assert len(with_bins) == len(without) == len(KEYS)
    assert all(record.bins == {} for record in without)
    assert all(record.bins for record in with_bins)


def asked_at_once(server, op, call):
    """How many nodes are asked before any has answered, and what comes of the call."""
    outcome = []
    faults = [server.inject(op=op, node=node, delay=800) for node in range(3)]
    thread = threading.Thread(target=lambda: outcome.append(call()))
    thread.start()
    while not sum(fault.hits for fault in faults):
        time.sleep(0.005)
    time.sleep(0.2)
    asked = sum(fault.hits for fault in faults)
    for fault in faults:
        fault.remove()
    thread.join()
    return asked, outcome[0]


@pytest.mark.parametrize(("most", "asked"), [(0, 3), (1, 1), (2, 2)])
def test_max_concurrent_nodes(server, client, most, asked):
    query = client.query("test", "effects")
    found = asked_at_once(server, "query", lambda: query.results({"max_concurrent_nodes": most}))
    assert (found[0], len(found[1])) == (asked, len(KEYS))


# Batches --------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_of_each(client):
    """A key of each node, of no record: the error says which node has it."""
    keys = {}
    for n in range(200):
        with pytest.raises(aerospike_py.RecordNotFound) as caught:
            client.get(("test", "effects", -1 - n))
        keys.setdefault(caught.value.node.split()[-1], ("test", "effects", -1 - n))
        if len(keys) == 3:
            return list(keys.values())
    raise AssertionError(keys)


@pytest.mark.parametrize("single", [False, True], ids=["many rows", "a row each"])
@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ({}, 3),
        ({"concurrency": aerospike_py.BATCH_CONCURRENCY_PARALLEL}, 3),
        ({"concurrency": aerospike_py.BATCH_CONCURRENCY_SEQUENTIAL}, 1),
        ({"concurrent": False}, 1),
    ],
    ids=str,
)
def test_concurrency(server, client, one_of_each, policy, asked, single):
    keys = one_of_each if single else KEYS
    call = {"total_timeout": 0, **policy}
    found, result = asked_at_once(server, "read" if single else "batch", lambda: client.batch_read(keys, ["n"], call))
    assert found == asked
    assert [record.result for record in result.batch_records] == [2 if single else 0] * len(keys)
    assert [record.key.user_key for record in result.batch_records] == [key[2] for key in keys]


def test_one_node_after_the_other_within_the_time_of_one_batch(server, client):
    """What one node has used up the next cannot use."""
    with server.inject(op="batch", delay=250) as fault:
        records = client.batch_read(
            KEYS, policy={"concurrency": aerospike_py.BATCH_CONCURRENCY_SEQUENTIAL, "total_timeout": 400, "max_retries": 0}
        ).batch_records
    assert fault.hits <= 3
    results = {record.result for record in records}
    assert 0 in results
    assert results - {0} <= {9, -12}
    assert len(results) > 1


# Commands -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [50, 20_000])
@pytest.mark.parametrize(
    "call",
    [
        lambda c, policy: c.info_random_node("build", policy),
        lambda c, policy: c.truncate("test", "effects-none", 0, policy),
        lambda c, policy: c.index_remove("test", "effects-none", policy),
    ],
    ids=["info", "truncate", "index"],
)
def test_timeout_of_commands(connect, mode, call, patience):
    with DevServer() as own:
        client = make_calls(mode, {"hosts": own.hosts, "min_conns_per_node": 1, "tend_interval": 3_600_000})
        client.connect()
        with own.inject(op="info", delay=200) as fault:
            if patience < 200:
                with pytest.raises(aerospike_py.AerospikeError):
                    call(client, {"timeout": patience})
            else:
                call(client, {"timeout": patience})
            assert fault.hits >= 1
        client.close()


# Client-wide policies -------------------------------------------------------------------------------------------------------------------


def row_ttl(message):
    """Of the first row of a batch: after count, flags, index, digest and type, its info bytes, a generation and the time to live."""
    (rows,) = message.fields[41]
    at = 4 + 1 + 4 + 20 + 1 + 3 + (1 if rows[4 + 1 + 4 + 20] & 0x10 else 0)
    return struct.unpack_from(">HI", rows, at)[1]


def expects(field):
    return lambda message: field in message.fields


# The kind, a policy, a call that it is about, and what shows it in the message.
KINDS = {
    "read": ({"read_touch_ttl_percent": 70}, lambda c, key: c.get(key), lambda m: m.ttl == 70),
    "write": ({"ttl": 71}, lambda c, key: c.put(key, {"n": 1}), lambda m: m.ttl == 71),
    "operate": ({"ttl": 72}, lambda c, key: c.operate(key, WRITE), lambda m: m.ttl == 72),
    "remove": ({"commit_level": 1}, lambda c, key: c.remove(key), lambda m: m.info3 & 0x02),
    "apply": ({"ttl": 73}, lambda c, key: c.apply(key, "none", "f"), lambda m: m.ttl == 73),
    "batch": ({"allow_inline": False}, lambda c, key: c.batch_read([key, key]), lambda m: not m.fields[41][0][4] & 0x01),
    "batch_write": ({"ttl": 74}, lambda c, key: c.batch_write([(key, {"n": 1})] * 2), lambda m: row_ttl(m) == 74),
    "batch_remove": ({"allow_inline": False}, lambda c, key: c.batch_remove([key, key]), lambda m: not m.fields[41][0][4] & 0x01),
    "batch_apply": ({"ttl": 75}, lambda c, key: c.batch_apply([key, key], "none", "f"), lambda m: row_ttl(m) == 75),
    "query": ({"max_records": 7}, lambda c, key: c.query(*key[:2]).results(), expects(MAX_RECORDS)),
    "scan": ({"records_per_second": 8}, lambda c, key: c.scan(*key[:2]).results(), expects(RECORDS_PER_SECOND)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_client_wide_policies(wire, relay, key, kind):
    policy, call, shows = KINDS[kind]
    for policies in ({}, {kind: policy}):
        client = wire(policies=policies)
        client.put(key, {"n": 1})
        relay.clear()
        with contextlib.suppress(aerospike_py.ServerError):
            call(client, key)
        assert bool(shows(relay.message)) is bool(policies)


def test_what_is_said_of_scans_holds_for_no_query_with_a_predicate(wire, relay, key):
    client = wire(policies={"query": {"max_records": 7}, "scan": {"max_records": 8}})
    client.scan(*key[:2]).results()
    with contextlib.suppress(aerospike_py.AerospikeError):
        client.query(*key[:2]).where(aerospike_py.predicates.equals("n", 1)).results()
    assert [struct.unpack(">Q", message.fields[MAX_RECORDS][0])[0] for message in relay.messages] == [8, 7]


@pytest.mark.parametrize(
    ("kind", "call"), [("info", lambda c: c.info_random_node("build")), ("admin", lambda c: c.truncate("test", "effects-none"))]
)
def test_client_wide_timeouts_of_commands(mode, kind, call):
    with DevServer() as own:
        config = {"hosts": own.hosts, "min_conns_per_node": 1, "tend_interval": 3_600_000, "policies": {kind: {"timeout": 50}}}
        with make_calls(mode, config) as client, own.inject(op="info", delay=300), pytest.raises(aerospike_py.AerospikeError):
            call(client)


def test_policies_of_the_end_of_a_transaction(mode):
    policies = {"txn_verify": {"socket_timeout": 700, "total_timeout": 5000}, "txn_roll": {"socket_timeout": 800, "total_timeout": 5000}}
    with DevServer(strong_consistency=True) as server, Relay(server.hosts[0]) as relay:
        with make_calls(mode, {"hosts": relay.hosts, "policies": policies}) as client:
            client.put(KEYS[0], {"n": 1})
            transaction = client.client.transaction()
            client.get(KEYS[0], {"txn": transaction})
            client.put(KEYS[1], {"n": 1}, policy={"txn": transaction})
            relay.clear()
            client.commit(transaction)
        # The records that were read are verified, those that were written are rolled.
        assert {message.timeout for message in relay.messages if message.info4 & 0x01} == {700}
        assert {message.timeout for message in relay.messages if message.info4 & 0x02} == {800}


@pytest.mark.parametrize("method", ["query", "scan"])
def test_what_a_job_says(wire, relay, key, method):
    client = wire()
    client.put(key, {"n": 1})
    relay.clear()
    policy = {"ttl": 77, "durable_delete": True, "records_per_second": 9}
    getattr(client, method)(*key[:2]).add_ops(WRITE).execute_background(policy).wait(5000)
    first = relay.messages[0]
    assert (first.ttl, first.info2 & 0x10) == (77, 0x10)
    assert first.fields[RECORDS_PER_SECOND] == [struct.pack(">I", 9)]
