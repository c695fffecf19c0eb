"""`aerospike-py info`: what nodes say of themselves."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ..exception import AerospikeError
from . import connection
from .progress import print_table

if TYPE_CHECKING:
    from .. import Client
    from ..types import InfoNodeResult
    from .arguments import Commands

#: Without a command, a line per node: the title of a column, and the command that fills it.
OVERVIEW = {"build": "build", "edition": "edition", "address": "service-clear-std", "namespaces": "namespaces", "cluster": "cluster-name"}


class InfoError(AerospikeError):
    """A node refused an info command."""


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "info",
        help="ask nodes about themselves",
        description="Send an info command, such as statistics, namespace/test or sets, and print an item of the answer per line. "
        "Without a command, print a table of the nodes.",
    )
    connection.add_to(parser)
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="the info command (default: a table of the nodes)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--all", action="store_true", help="every node answers (default: any one)")
    who.add_argument("--node", metavar="NAME", help="this node answers")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="the answer as the node sends it")
    form.add_argument("--json", action="store_true", help="an object: the answer by node")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and print."""
    with connection.connect(arguments) as client:
        if arguments.command is None:
            _print_overview(client, as_json=arguments.json)
            return 0
        answers = _ask(client, arguments)
    if arguments.json:
        print(json.dumps({node: checked(answer) for node, answer in answers.items()}, ensure_ascii=False))
        return 0
    failures = 0
    for node, answer in answers.items():
        if arguments.all:
            print(f"{node}:")
        try:
            _print(checked(answer), raw=arguments.raw)
        except InfoError as error:
            failures += 1
            print(f"aerospike-py: node {node}: {error}", file=sys.stderr)
    return 1 if failures else 0


def _ask(client: Client, arguments: argparse.Namespace) -> dict[str, str]:
    if arguments.all:
        return {name: answer or "" for name, answer in _of_every_node(client, arguments.command).items()}
    node = arguments.node or client.get_node_names()[0]
    return {node: client.info_single_node(arguments.command, node)}


def _of_every_node(client: Client, command: str) -> dict[str, str]:
    return {result.node_name: _text(result) for result in client.info_all(command)}


def _text(result: InfoNodeResult) -> str:
    return result.response if result.error_code == 0 else f"ERROR:{result.error_code}:{result.response}"


def checked(answer: str) -> str:
    """The answer, unless it is an error.

    Raises:
        InfoError: It is one; the text is what the node says.
    """
    for mark in ("ERROR:", "FAIL:"):
        if answer.startswith(mark):
            code, _, text = answer.removeprefix(mark).partition(":")
            raise InfoError(f"{text or code} (code {code or 1})" if text else answer)
    return answer


def _print(answer: str, *, raw: bool) -> None:
    for line in [answer] if raw else answer.rstrip(";").split(";"):
        print(line)


def _print_overview(client: Client, *, as_json: bool) -> None:
    answers = {title: _of_every_node(client, command) for title, command in OVERVIEW.items()}
    rows = {node: {title: answers[title].get(node, "").replace(";", " ") for title in OVERVIEW} for node in sorted(client.get_node_names())}
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_table(["node", *OVERVIEW], [[node, *row.values()] for node, row in rows.items()])
