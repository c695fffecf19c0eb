"""The official client connects to servers of the Enterprise edition; its word counts, since it was made for real ones."""

from __future__ import annotations

import pytest


@pytest.fixture
def official_client():
    """Makes connected clients of the official package: `official_client(hosts, user="…", …)`; closes them at the end."""
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    clients = []

    def make(hosts, user=None, password=None, **config):
        credentials = {"user": user, "password": password} if user else {}
        client = aerospike.client({"hosts": hosts, **credentials, **config})
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
