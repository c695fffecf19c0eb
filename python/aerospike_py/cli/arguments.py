"""What the commands' declarations share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    #: What `add_subparsers` returns; argparse has no public name for it.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def user(text: str) -> tuple[str, tuple[str, list[str]]]:
    """A user as `NAME:PASSWORD[:role,role]`: the name, and password and roles."""
    name, colon, rest = text.partition(":")
    # A password may hold colons: what follows the last one is roles only if there is one before it.
    password, roles_follow, roles = rest.rpartition(":")
    if not roles_follow:
        password, roles = rest, ""
    if not (name and colon and password):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:PASSWORD[:ROLE,…]")
    return name, (password, [role for role in roles.split(",") if role])


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not from {low} to {high}")
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """A number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value:g} is not from {low:g} to {high:g}")
        return value

    return parse
