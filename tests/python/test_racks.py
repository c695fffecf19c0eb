"""Which copy of a record is read: racks, replicas, read modes."""

from __future__ import annotations

import asyncio

import pytest
from calls import connecting, make_calls
from relay import Relay

import aerospike_py
from aerospike_py import exp, list_operations
from aerospike_py.devserver import DevServer

KEYS = [("test", "racks", n) for n in range(24)]
PREFER_RACK = {"replica": aerospike_py.POLICY_REPLICA_PREFER_RACK}


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=3, racks=[1, 2, 3]) as server:
        yield server


@pytest.fixture
def racked(mode, server):
    """Makes clients of a cluster with three racks."""
    with connecting(mode, hosts=server.hosts) as racked:
        yield racked


@pytest.fixture
def racks_read(server):
    """The racks of the nodes that answered, one for each key: the error of a missing record names its node's address."""

    def read(client, keys, policy):
        found = []
        for key in keys:
            with pytest.raises(aerospike_py.RecordNotFound) as caught:
                client.get(key, policy)
            found.append(1 + next(at for at, (host, port) in enumerate(server.hosts) if caught.value.node.endswith(f"{host}:{port}")))
        return found

    return read


@pytest.mark.parametrize("rack", [1, 2, 3])
@pytest.mark.parametrize("config", [lambda rack: {"rack_aware": True, "rack_id": rack}, lambda rack: {"rack_ids": [rack]}])
def test_copies_in_the_own_rack_are_preferred(racked, racks_read, rack, config):
    client = racked(**config(rack))
    masters = racks_read(racked(), KEYS, {"replica": aerospike_py.POLICY_REPLICA_MASTER})
    read = racks_read(client, KEYS, PREFER_RACK)
    # Two copies of each record in three racks: two thirds have one here.
    assert read.count(rack) > masters.count(rack)
    assert racks_read(client, KEYS, {"replica": aerospike_py.POLICY_REPLICA_MASTER}) == masters


def test_a_list_of_racks_is_in_order_of_preference(racked, racks_read):
    read = racks_read(racked(rack_ids=[1, 2]), KEYS, PREFER_RACK)
    assert 1 in read
    assert 2 in read
    # Of two copies in three racks, one is in rack 1 or in rack 2.
    assert 3 not in read


def test_rack_awareness_can_be_switched_off(racked, racks_read):
    client = racked(rack_aware=False, rack_id=1, rack_ids=[1])
    masters = racks_read(client, KEYS, {"replica": aerospike_py.POLICY_REPLICA_MASTER})
    assert racks_read(client, KEYS, {"replica": aerospike_py.POLICY_REPLICA_SEQUENCE}) == masters


@pytest.mark.parametrize("replica", [aerospike_py.POLICY_REPLICA_ANY, aerospike_py.POLICY_REPLICA_RANDOM])
def test_any_copy_will_do(racked, racks_read, replica):
    read = racks_read(racked(), KEYS[:1] * 60, {"replica": replica})
    assert len(set(read)) > 1


def test_the_preference_may_be_the_clients(racked, racks_read):
    client = racked(rack_ids=[1, 2], policies={"read": PREFER_RACK})
    assert 3 not in racks_read(client, KEYS, None)


@pytest.fixture(scope="module")
def strong():
    with DevServer(strong_consistency=True) as server, Relay(server.hosts[0]) as relay:
        yield relay


@pytest.fixture
def strong_client(mode, strong):
    with make_calls(mode, {"hosts": strong.hosts}) as client:
        client.batch_write([(key, {"n": key[2], "l": [1, 2]}) for key in SC_KEYS])
        strong.clear()
        yield client


SC_KEYS = [("test", "sc", n) for n in range(3)]
SC_KEY = SC_KEYS[1]
READ = [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]
SIZE_AND_BIN = [list_operations.list_size("l"), list_operations.list_get("l", -1), *READ]
READS = {
    "get": (lambda c, policy: c.get(SC_KEY, policy).bins, {"n": 1, "l": [1, 2]}),
    "select": (lambda c, policy: c.select(SC_KEY, ["n"], policy).bins, {"n": 1}),
    "select of nothing": (lambda c, policy: c.select(SC_KEY, [], policy).bins, {}),
    "exists": (lambda c, policy: c.exists(SC_KEY, policy).meta.gen > 0, True),
    "operate": (lambda c, policy: c.operate(SC_KEY, SIZE_AND_BIN, None, policy).bins, {"n": 1, "l": [2, 2]}),
    "batch_read of one": (lambda c, policy: c.batch_read([SC_KEY], ["n"], policy), {1: {"n": 1}}),
    "batch_read": (lambda c, policy: c.batch_read(SC_KEYS, ["n"], policy), {n: {"n": n} for n in range(3)}),
    "batch_operate": (lambda c, policy: c.batch_operate([SC_KEY], READ, policy).batch_records[0].record.bins, {"n": 1}),
}


def mode_sent(message):
    """The bits of the mode: of a batch, those of its first row."""
    if 41 not in message.fields:
        return message.info3 & 0xC0
    # Count, flags, then of the first row: index, digest, type, and its info bytes.
    return message.fields[41][0][4 + 1 + 4 + 20 + 1 + 2] & 0xC0


@pytest.mark.parametrize(("name", "bits"), [("SESSION", 0), ("LINEARIZE", 0x40), ("ALLOW_REPLICA", 0x80), ("ALLOW_UNAVAILABLE", 0xC0)])
@pytest.mark.parametrize("read", READS)
def test_read_modes_are_sent(strong, strong_client, read, name, bits):
    call, answer = READS[read]
    assert call(strong_client, {"read_mode_sc": getattr(aerospike_py, f"POLICY_READ_MODE_SC_{name}")}) == answer
    assert mode_sent(strong.message) == bits


def test_any_copy_in_a_mode(strong, strong_client):
    """Company must not be sent to another node."""
    for replica in range(5):
        if replica != aerospike_py.POLICY_REPLICA_PREFER_RACK:
            strong_client.get(SC_KEY, {"read_mode_sc": aerospike_py.POLICY_READ_MODE_SC_ALLOW_REPLICA, "replica": replica})
    assert [mode_sent(message) for message in strong.messages] == [0x80] * 4


@pytest.mark.parametrize("call", [lambda c, key, policy: c.get(key, policy), lambda c, key, policy: c.operate(key, READ, None, policy)])
def test_errors_in_a_mode_are_those_of_single_reads(strong_client, call):
    linearize = {"read_mode_sc": aerospike_py.POLICY_READ_MODE_SC_LINEARIZE}
    missing = ("test", "sc", "missing")
    with pytest.raises(aerospike_py.RecordNotFound) as caught:
        call(strong_client, missing, linearize)
    assert caught.value.key[:3] == missing
    assert strong_client.exists(missing, linearize).meta is None
    with pytest.raises(aerospike_py.FilteredOut):
        call(strong_client, SC_KEY, {**linearize, "filter_expression": exp.eq(exp.int_bin("n"), exp.int_val(5))})


def test_ordered_answers_cannot_be_had_in_a_mode(strong, strong_client):
    with pytest.raises(aerospike_py.InvalidArgError, match="read_mode_sc"):
        strong_client.operate_ordered(SC_KEY, READ, None, {"read_mode_sc": aerospike_py.POLICY_READ_MODE_SC_LINEARIZE})
    assert strong.messages == []


def test_a_burst_in_a_mode(strong):
    async def main():
        async with aerospike_py.async_client({"hosts": strong.hosts}) as client:
            await asyncio.gather(*(client.put(key, {"n": 1}) for key in SC_KEYS))
            strong.clear()
            policy = aerospike_py.prepare({"read_mode_sc": aerospike_py.POLICY_READ_MODE_SC_LINEARIZE})
            await asyncio.gather(*(client.get(key, policy) for key in SC_KEYS))

    asyncio.run(main())
    assert {mode_sent(message) for message in strong.messages} == {0x40}


def test_where_there_is_no_strong_consistency_a_mode_changes_nothing(wire, relay, key):
    client = wire()
    client.put(key, {"n": 1})
    relay.clear()
    client.get(key, {"read_mode_sc": aerospike_py.POLICY_READ_MODE_SC_LINEARIZE})
    assert 41 not in relay.message.fields
