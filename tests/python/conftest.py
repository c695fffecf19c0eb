"""What the tests share."""

from __future__ import annotations

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
