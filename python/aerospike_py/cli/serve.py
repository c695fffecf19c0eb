"""`aerospike-py serve`: the embedded server as a program."""

from __future__ import annotations

import argparse
import signal
from queue import SimpleQueue
from typing import TYPE_CHECKING

from .arguments import user, whole_number

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
        "--replication-factor",
        type=whole_number(1, 16),
        default=2,
        metavar="N",
        help="on how many nodes a partition is, at most as many as there are (default: %(default)s)",
    )
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
    enterprise = parser.add_argument_group("Enterprise edition", "Each of these makes the server claim to be of the Enterprise edition.")
    enterprise.add_argument("--enterprise", action="store_true", help="durable deletes and compression")
    enterprise.add_argument(
        "--user",
        type=user,
        action="append",
        metavar="NAME:PASSWORD[:ROLE,…]",
        help="a user with predefined roles; may be given several times; with any, clients have to log in (default: none)",
    )
    enterprise.add_argument(
        "--session-ttl",
        type=whole_number(120, 864_000),
        default=86_400,
        metavar="S",
        help="seconds a login holds (default: %(default)s)",
    )
    enterprise.add_argument("--tls", action="store_true", help="also listen with TLS")
    enterprise.add_argument("--mutual-tls", action="store_true", help="the same, and clients must present a certificate")
    enterprise.add_argument(
        "--tls-port",
        type=whole_number(0, 65535),
        default=4333,
        metavar="PORT",
        help="the first node's port with TLS, the others follow; 0 takes free ones (default: %(default)s)",
    )
    enterprise.add_argument(
        "--client-certificate",
        action="append",
        metavar="NAME",
        help="issue a certificate to a client of this name and print where it is; may be given several times",
    )
    enterprise.add_argument("--strong-consistency", action="store_true", help="strongly consistent namespaces, and transactions")
    enterprise.add_argument(
        "--rack",
        type=whole_number(0, 1_000_000),
        action="append",
        metavar="ID",
        help="the rack of the next node; may be given for each node (default: 0)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal says to end."""
    from .. import __version__
    from ..devserver import DevServer

    # Before the first address is printed: who reads it may send the signal at once.
    # A queue that may be put to while it is waited at: an event's lock may be held by what the signal interrupts.
    ended: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: ended.put(number))
    namespaces = arguments.namespace or ["test", "bar"]
    server = DevServer(
        nodes=arguments.nodes,
        replication_factor=arguments.replication_factor,
        namespaces=namespaces,
        default_ttl=arguments.default_ttl,
        host=arguments.host,
        port=arguments.port,
        cluster_name=arguments.cluster_name,
        enterprise=arguments.enterprise,
        users=dict(arguments.user or ()),
        session_ttl=arguments.session_ttl,
        tls="mutual" if arguments.mutual_tls else arguments.tls,
        tls_port=arguments.tls_port,
        strong_consistency=arguments.strong_consistency,
        racks=arguments.rack,
    )
    with server:
        _say(f"aerospike-py {__version__}: embedded server for development and tests, not for production")
        _say(f"namespaces {', '.join(namespaces)}")
        for host, port in server.hosts:
            _say(f"listening on {host}:{port}")
        for host, port, name in server.tls_hosts:
            _say(f"listening on {host}:{port} with TLS as {name}")
        if server.ca_file:
            _say(f"certificate authority {server.ca_file}")
        for name in arguments.client_certificate or ():
            certificate, key = server.client_certificate(name)
            _say(f"certificate of {name} {certificate} {key}")
        _say("ready")
        ended.get()
        _say("stopping")
    return 0


def _say(text: str) -> None:
    # Flushed, because the reader of a pipe waits for these lines.
    print(text, flush=True)
