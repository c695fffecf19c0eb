"""`aerospike-py doctor`: what is wrong with a connection, step by step."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import connection

if TYPE_CHECKING:
    from ..arguments import Commands


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "doctor",
        help="find out why a cluster cannot be used",
        description="Check names, ports, TLS, login, cluster name, announced addresses, namespaces and clocks, one after the other, "
        "and say what to change in the configuration. Ends with 0 if the cluster can be used.",
    )
    connection.add_to(parser, required=False)
    parser.add_argument("--namespace", metavar="NAME", help="a namespace that has to be there")
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Examine and report."""
    from .examination import Examination
    from .report import Report

    connection.seeds(arguments)
    report = Report(echo=not arguments.json)
    Examination(arguments, report).run()
    print(report.as_json() if arguments.json else report.conclusion())
    return 1 if report.cause else 0
