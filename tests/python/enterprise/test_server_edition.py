"""What the Enterprise edition has by itself: durable deletes, compression, racks."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike import exception as e

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=3, enterprise=True, racks=[1, 1, 2]) as server:
        yield server


@pytest.fixture
def client(server, official_client):
    return official_client(server.hosts)


def infos(client, command):
    return sorted(answer.rpartition("\t")[2].strip() for _, answer in client.info_all(command).values())


def test_it_says_so(client):
    assert set(infos(client, "edition")) == {"Aerospike Enterprise Edition"}
    assert all("Enterprise" in answer for answer in infos(client, "release"))


def test_a_durable_delete_leaves_a_tombstone(client, key):
    client.put(key, {"n": 1})
    client.remove(key, policy={"durable_delete": True})
    assert client.exists(key)[1] is None
    with pytest.raises(e.RecordNotFound):
        client.get(key)
    with pytest.raises(e.RecordNotFound):
        client.remove(key)
    for answer in infos(client, f"sets/test/{key[1]}"):
        assert ":objects=0:tombstones=1:" in answer
    assert all("tombstones=1;" in answer for answer in infos(client, "namespace/test"))
    # Its generations go on: 1, the delete, and this.
    client.put(key, {"n": 2})
    _, meta, bins = client.get(key)
    assert (meta["gen"], bins) == (3, {"n": 2})
    for answer in infos(client, f"sets/test/{key[1]}"):
        assert ":objects=1:tombstones=0:" in answer
    client.remove(key)
    assert client.exists(key)[1] is None


def test_removing_the_last_bin_durably(client, key):
    client.put(key, {"n": 1})
    client.remove_bin(key, ["n"], policy={"durable_delete": True})
    assert client.exists(key)[1] is None
    assert all(":tombstones=1:" in answer for answer in infos(client, f"sets/test/{key[1]}"))


def test_scans_skip_tombstones(client, keys):
    for key in keys(5):
        client.put(key, {"n": 1})
    client.remove(keys(1)[0], policy={"durable_delete": True})
    assert len(client.scan(*keys(1)[0][:2]).results()) == 4


def test_compressed_requests_and_answers(client, keys):
    policy = {"compress": True}
    value = "abc" * 30_000
    for key in keys(20):
        client.put(key, {"v": value}, policy=policy)
    assert all(client.get(key, policy)[2] == {"v": value} for key in keys(20))
    rows = client.batch_read(keys(20), policy=policy).batch_records
    assert [row.record[2] for row in rows] == [{"v": value}] * 20


def test_racks(client, server):
    assert infos(client, "rack-ids") == ["test:1;bar:1", "test:1;bar:1", "test:2;bar:2"]
    (answer,) = set(infos(client, "racks:namespace=test"))
    one, two = (part.partition("=")[2].split(",") for part in answer.split(":")[1:])
    assert answer.startswith("ns=test:rack_1=")
    assert (len(one), len(two)) == (2, 1)


def test_a_rack_aware_client(server, official_client, key):
    client = official_client(server.hosts, rack_aware=True, rack_id=2, policies={"read": {"replica": aerospike.POLICY_REPLICA_PREFER_RACK}})
    client.put(key, {"n": 1})
    assert client.get(key)[2] == {"n": 1}


def test_the_community_edition_refuses(official_client, key):
    with DevServer() as server:
        client = official_client(server.hosts)
        client.put(key, {"n": 1})
        for call in (
            lambda: client.remove(key, policy={"durable_delete": True}),
            lambda: client.put(key, {"v": "x" * 1000}, policy={"compress": True}),
            lambda: client.get(key, {"read_mode_sc": aerospike.POLICY_READ_MODE_SC_LINEARIZE}),
        ):
            with pytest.raises(e.AerospikeError) as refused:
                call()
            assert refused.value.code == 25
        assert infos(client, "edition") == ["Aerospike Community Edition"]
        with pytest.raises(e.AerospikeError, match="enterprise only"):
            infos(client, "racks:")


@pytest.mark.parametrize(
    "settings", [{"racks": [1, 2]}, {"racks": [-1]}, {"session_ttl": 10, "enterprise": True}, {"tls": True, "tls_port": -1}]
)
def test_bad_settings_are_a_value_error(settings):
    with pytest.raises(ValueError):
        DevServer(**settings)
