"""AEROSPIKE_HOSTS: where the cluster is, if the configuration does not say."""

from __future__ import annotations

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "environment", "k")


def test_hosts_come_from_the_environment(mode, hosts, monkeypatch):
    host, port = hosts[0]
    monkeypatch.setenv("AEROSPIKE_HOSTS", f"127.0.0.1:1, {host}:{port}")
    with make_calls(mode, {}) as client:
        client.put(KEY, {"n": 1})
        assert client.get(KEY).bins == {"n": 1}


def test_the_configuration_wins(mode, hosts, monkeypatch):
    monkeypatch.setenv("AEROSPIKE_HOSTS", "nowhere.invalid:1")
    with make_calls(mode, {"hosts": hosts}) as client:
        client.put(KEY, {"n": 1})


def test_with_the_name_in_the_certificate(mode, monkeypatch):
    with DevServer(tls=True) as server:
        host, port, name = server.tls_hosts[0]
        monkeypatch.setenv("AEROSPIKE_HOSTS", f"{host}:{name}:{port}")
        with make_calls(mode, {"tls": {"cafile": server.ca_file}}) as client:
            client.put(KEY, {"n": 1})


@pytest.mark.parametrize(
    ("text", "named"), [("h:x", "AEROSPIKE_HOSTS: 'h:x': the port"), ("a,,b", "AEROSPIKE_HOSTS: '': the host name is empty")]
)
def test_what_is_no_host(mode, monkeypatch, text, named):
    monkeypatch.setenv("AEROSPIKE_HOSTS", text)
    with pytest.raises(aerospike_py.InvalidHostError, match=named):
        make_calls(mode, {}).connect()


@pytest.mark.parametrize("text", [None, "", "  "])
def test_nothing_said_anywhere(mode, monkeypatch, text):
    monkeypatch.delenv("AEROSPIKE_HOSTS", raising=False)
    if text is not None:
        monkeypatch.setenv("AEROSPIKE_HOSTS", text)
    with pytest.raises(ValueError, match="'hosts' is missing.*AEROSPIKE_HOSTS"):
        make_calls(mode, {}).connect()
