"""The fixture `aerospike_devserver`, which pytest finds by itself once this package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .devserver import DevServer


@pytest.fixture(scope="session")
def aerospike_devserver() -> Iterator[DevServer]:
    """An embedded Aerospike server of one node with the namespaces `test` and `bar`, for the whole session: connect to its `hosts`."""
    from .devserver import DevServer

    with DevServer() as server:
        yield server
