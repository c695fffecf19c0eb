"""`aerospike-py serve`: the embedded server as a program."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import TYPE_CHECKING

from .arguments import whole_number

if TYPE_CHECKING:
    from .arguments import Commands


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "serve",
        help="run the embedded server",
        description="Run the embedded server, which any Aerospike client can connect to. For development and tests: it keeps everything "
        "in memory and forgets it when it ends. Ends on SIGINT and SIGTERM.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port",
        type=whole_number(0, 65535),
        default=3000,
        help="the first node's port, the others follow; 0 takes free ones (default: %(default)s)",
    )
    parser.add_argument("--nodes", type=whole_number(1, 16), default=1, metavar="N", help="how many nodes (default: %(default)s)")
    parser.add_argument(
        "--namespace", action="append", metavar="NAME", help="a namespace; may be given several times (default: test and bar)"
    )
    parser.add_argument(
        "--default-ttl",
        type=whole_number(0, 315_360_000),
        default=0,
        metavar="S",
        help="seconds a record lives; 0 means for ever (default: %(default)s)",
    )
    parser.add_argument("--cluster-name", metavar="NAME", help="the cluster's name (default: none)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal says to end."""
    from .. import __version__
    from ..devserver import DevServer

    # Before the first address is printed: who reads it may send the signal at once.
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    namespaces = arguments.namespace or ["test", "bar"]
    server = DevServer(
        nodes=arguments.nodes,
        namespaces=namespaces,
        default_ttl=arguments.default_ttl,
        host=arguments.host,
        port=arguments.port,
        cluster_name=arguments.cluster_name,
    )
    with server:
        _say(f"aerospike-py {__version__}: embedded server for development and tests, not for production")
        _say(f"namespaces {', '.join(namespaces)}")
        for host, port in server.hosts:
            _say(f"listening on {host}:{port}")
        _say("ready")
        ended.wait()
        _say("stopping")
    return 0


def _say(text: str) -> None:
    # Flushed, because the reader of a pipe waits for these lines.
    print(text, flush=True)
