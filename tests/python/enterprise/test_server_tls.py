"""TLS, as the official client sees it."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike import exception as e

KEY = ("test", "demo", "k")


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def server(request):
    with DevServer(nodes=request.param, tls=True) as server:
        yield server


@pytest.fixture(scope="module")
def mutual():
    with DevServer(tls="mutual", users={"alice": (None, ["read-write"])}) as server:
        yield server


def settings(server, **more):
    return {"enable": True, "cafile": server.ca_file, **more}


def test_every_node_is_reached_with_tls(server, official_client, keys):
    client = official_client(server.tls_hosts[:1], tls=settings(server))
    assert len(client.get_node_names()) == len(server.tls_hosts)
    ports = {port for _, port, _ in server.tls_hosts}
    assert {node["port"] for node in client.get_node_names()} == ports
    for key in keys(30):
        client.put(key, {"v": "x" * 20_000})
    assert all(len(client.get(key)[2]["v"]) == 20_000 for key in keys(30))


def test_without_tls_it_goes_on_beside(server, official_client):
    client = official_client(server.hosts)
    client.put(KEY, {"n": 1})
    assert client.get(KEY)[2] == {"n": 1}


def test_another_authority_is_not_trusted(server, official_client):
    with DevServer(tls=True) as other, pytest.raises(e.AerospikeError):
        official_client(server.tls_hosts, tls=settings(other))


def test_another_name_is_not_trusted(server, official_client):
    host, port, _ = server.tls_hosts[0]
    with pytest.raises(e.AerospikeError):
        official_client([(host, port, "elsewhere")], tls=settings(server))


def test_mutual_tls_wants_a_certificate(mutual, official_client):
    with pytest.raises(e.AerospikeError):
        official_client(mutual.tls_hosts, tls=settings(mutual))


def test_a_certificate_says_who_logs_in(mutual, official_client):
    certificate, key = mutual.client_certificate("alice")
    tls = settings(mutual, certfile=certificate, keyfile=key)
    client = official_client(mutual.tls_hosts, tls=tls, policies={"auth_mode": aerospike.AUTH_PKI})
    client.put(KEY, {"n": 1})
    assert client.get(KEY)[2] == {"n": 1}
    assert client.admin_query_user_info("alice")["roles"] == ["read-write"]


def test_a_certificate_of_nobody_does_not(mutual, official_client):
    certificate, key = mutual.client_certificate("stranger")
    tls = settings(mutual, certfile=certificate, keyfile=key)
    with pytest.raises(e.AerospikeError):
        official_client(mutual.tls_hosts, tls=tls, policies={"auth_mode": aerospike.AUTH_PKI})


def test_a_certificate_of_another_authority_is_refused(mutual, official_client):
    with DevServer(tls="mutual") as other:
        certificate, key = other.client_certificate("alice")
        with pytest.raises(e.AerospikeError):
            official_client(
                mutual.tls_hosts, tls=settings(mutual, certfile=certificate, keyfile=key), policies={"auth_mode": aerospike.AUTH_PKI}
            )


def test_without_tls_there_is_nothing_of_it():
    with DevServer() as server:
        assert (server.tls_hosts, server.ca_pem, server.ca_file) == ([], None, None)
        with pytest.raises(OSError):
            server.client_certificate("alice")


def test_its_files_go_with_it():
    from pathlib import Path

    with DevServer(tls=True) as server:
        files = [Path(file) for file in (server.ca_file, *server.client_certificate("a"))]
        assert all(file.exists() for file in files)
    assert not any(file.exists() for file in files)


@pytest.mark.parametrize("tls", ["both", 2, None])
def test_another_kind_of_tls_is_a_value_error(tls):
    with pytest.raises(ValueError):
        DevServer(tls=tls)
