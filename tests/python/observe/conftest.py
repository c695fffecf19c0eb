from __future__ import annotations

import pytest
from calls import make_calls


@pytest.fixture(autouse=True)
def counted_alone(fresh_series):
    """Every test here may look at the series of its set."""


@pytest.fixture
def make_client():
    """A client of a server of the test's own, not connected: `make_client(mode, server)`."""
    return lambda mode, server, **config: make_calls(mode, {"hosts": server.hosts, **config})
