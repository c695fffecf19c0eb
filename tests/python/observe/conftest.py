from __future__ import annotations

import pytest
from calls import make_calls

from aerospike_py import _aerospike


@pytest.fixture(autouse=True)
def fresh_series():
    """The other tests of this process have used up the sets that are counted by themselves."""
    _aerospike._forget_series()


@pytest.fixture
def make_client():
    """A client of a server of the test's own, not connected: `make_client(mode, server)`."""
    return lambda mode, server, **config: make_calls(mode, {"hosts": server.hosts, **config})
