"""What the commands' declarations share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

Number = TypeVar("Number", int, float)

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


def add_place(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say which set a command works on."""
    parser.add_argument("--namespace", required=True, metavar="NAME", help="the namespace")
    parser.add_argument("--set", required=True, metavar="NAME", help="the set")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""
    return _within(int, "whole number", low, high)


def number(low: float, high: float) -> Callable[[str], float]:
    """A number from `low` to `high`."""
    return _within(float, "number", low, high)


def _within(kind: type[Number], name: str, low: Number, high: Number) -> Callable[[str], Number]:
    def parse(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a {name}") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value:.15g} is not from {low:.15g} to {high:.15g}")
        return value

    return parse
