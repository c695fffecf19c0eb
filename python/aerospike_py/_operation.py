"""The plain dict an operation is made of."""

from __future__ import annotations

from typing import Any

from .types import Operation


def operation(code: int, bin: str, **fields: Any) -> Operation:
    """An operation on a bin."""
    return {"op": code, "bin": bin, **fields}


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are neither None nor False: those of an operation that may be left out."""
    return {name: value for name, value in fields.items() if value is not None and value is not False}
