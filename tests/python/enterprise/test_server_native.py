"""The second judge, `aerospike-native`, on servers of the Enterprise edition."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aerospike_py.devserver import DevServer

if importlib.util.find_spec("aerospike_native") is None:
    pytest.skip("aerospike-native is not installed: it needs Python 3.11", allow_module_level=True)

SCRIPT = Path(__file__).with_name("native_enterprise.py")


def judge(task, seed, *arguments):
    command = [sys.executable, str(SCRIPT), task, seed, *arguments]
    environment = {**os.environ, "AEROSPIKE_NO_UVLOOP": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, env=environment)
    assert done.returncode == 0, done.stderr


def plain(server):
    host, port = server.hosts[0]
    return f"{host}:{port}"


@pytest.mark.parametrize("nodes", [1, 3])
def test_security(nodes):
    with DevServer(nodes=nodes, users={"admin": ("secret", ["user-admin"])}) as server:
        judge("security", plain(server))


@pytest.mark.parametrize("nodes", [1, 3])
def test_certificates(nodes):
    with DevServer(nodes=nodes, tls="mutual", users={"alice": (None, ["read-write"])}) as server:
        certificate, key = server.client_certificate("alice")
        host, port, name = server.tls_hosts[0]
        judge("certificates", f"{host}:{name}:{port}", server.ca_file, certificate, key, str(nodes))


@pytest.mark.parametrize("nodes", [1, 3])
def test_transactions(nodes):
    with DevServer(nodes=nodes, strong_consistency=True) as server:
        judge("transactions", plain(server))


def test_the_edition():
    with DevServer(nodes=3, tls=True, racks=[1, 1, 2]) as server:
        host, port, name = server.tls_hosts[0]
        judge("edition", plain(server), server.ca_file, f"{host}:{name}:{port}", "3")


def test_the_community_edition():
    with DevServer() as server:
        judge("community", plain(server))
