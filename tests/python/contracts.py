"""The reference's public surface, as data."""

from __future__ import annotations

import json
from pathlib import Path

CONTRACT = Path(__file__).parent / "contract"


def contract(name):
    """A file of `contract/`."""
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))
