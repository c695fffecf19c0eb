"""Which copy of a record is read: racks, replicas, read modes."""

from __future__ import annotations

import pytest
from calls import make_calls
from relay import Relay

import aerospike_py
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
    clients = []

    def make(**config):
        client = make_calls(mode, {"hosts": server.hosts, **config})
        client.connect()
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


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


@pytest.mark.parametrize(("name", "bits"), [("SESSION", 0), ("LINEARIZE", 0x40), ("ALLOW_REPLICA", 0x80), ("ALLOW_UNAVAILABLE", 0xC0)])
def test_read_modes_are_sent(mode, strong, name, bits):
    with make_calls(mode, {"hosts": strong.hosts}) as client:
        strong.clear()
        client.batch_read(
            [("test", "sc", n) for n in range(3)], policy={"read_mode_sc": getattr(aerospike_py, f"POLICY_READ_MODE_SC_{name}")}
        )
    rows = strong.message.fields[41][0]
    # Count, flags, then of the first row: index, digest, type, and its info bytes.
    assert rows[4 + 1 + 4 + 20 + 1 + 2] & 0xC0 == bits
