"""The options that say which cluster a command works on."""

from __future__ import annotations

import argparse
import os
from typing import Any

from .arguments import login

DEFAULT = "127.0.0.1:3000"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("host", nargs="?", metavar="HOST[:PORT]", help=f"a node (default: what AEROSPIKE_HOSTS says, else {DEFAULT})")
    parser.add_argument("--namespace", required=True, metavar="NAME", help="the namespace")
    parser.add_argument("--set", required=True, metavar="NAME", help="the set")
    parser.add_argument("--user", type=login, metavar="NAME:PASSWORD", help="who logs in (default: nobody)")


def config(arguments: argparse.Namespace) -> dict[str, Any]:
    """The configuration of a client."""
    config: dict[str, Any] = {}
    if arguments.host or "AEROSPIKE_HOSTS" not in os.environ:
        config["hosts"] = [arguments.host or DEFAULT]
    if arguments.user:
        config["user"], config["password"] = arguments.user
    return config
