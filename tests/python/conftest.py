"""What the tests share."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACT = Path(__file__).parent / "contract"


def contract(name):
    """A file of `contract/`."""
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def run_python():
    """Run Python code, or arguments, in an interpreter of its own; returns the completed process."""

    def run(code=None, *arguments, **options):
        command = [sys.executable, "-W", "error", *(["-c", code] if code else []), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, **options)

    return run


@pytest.fixture(scope="session")
def official(aerospike_devserver):
    """A connected client of the official package, which judges ours."""
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    client = aerospike.client({"hosts": aerospike_devserver.hosts}).connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def packed(official):
    """The bytes of an expression of the official helpers, in hexadecimal digits."""
    return lambda expression: base64.b64decode(official.get_expression_base64(expression.compile())).hex()
