"""The official client, as a judge of encodings."""

from __future__ import annotations

import base64

import pytest

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")


@pytest.fixture(scope="session")
def official(aerospike_devserver):
    """A connected client of the official package."""
    client = aerospike.client({"hosts": aerospike_devserver.hosts}).connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def packed(official):
    """The bytes of an expression of the official helpers."""
    return lambda expression: base64.b64decode(official.get_expression_base64(expression.compile())).hex()
