"""Where the cluster is and who asks: the argument HOST and the options of every command that talks to one."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .arguments import whole_number

if TYPE_CHECKING:
    from .. import AsyncClient, Client
    from ..types import ClientConfig

HOSTS_VARIABLE = "AEROSPIKE_HOSTS"
PASSWORD_VARIABLE = "AEROSPIKE_PASSWORD"  # noqa: S105 (the name of a variable)
DEFAULT_PORT = 3000
HIGHEST_PORT = 65_535
#: The values of --auth, by the names of the constants.
AUTH_MODES = {
    "internal": "AUTH_INTERNAL",
    "external": "AUTH_EXTERNAL",
    "external-insecure": "AUTH_EXTERNAL_INSECURE",
    "pki": "AUTH_PKI",
}


class Seed(NamedTuple):
    """A node to begin with."""

    host: str
    port: int
    tls_name: str | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def add_to(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Declare HOST and the options.

    Args:
        parser: Of the command.
        required: Whether HOST has to be given. It has to where other arguments follow it. Default: True.
    """
    parser.add_argument(
        "host",
        metavar="HOST",
        nargs=None if required else "?",
        default=None,
        help=f"a node, or several: host[[:tls-name]:port],…; - means those of {HOSTS_VARIABLE} (default port: {DEFAULT_PORT})",
    )
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options alone, for a command that has no HOST or puts it elsewhere."""
    group = parser.add_argument_group("connection")
    group.add_argument("--user", metavar="NAME", help="who logs in (default: nobody)")
    group.add_argument(
        "--password",
        metavar="TEXT",
        help=f"the password; better in {PASSWORD_VARIABLE}, since others may read a command line; asked for on a terminal",
    )
    group.add_argument("--auth", choices=AUTH_MODES, default="internal", help="how to log in (default: %(default)s)")
    group.add_argument("--tls", action="store_true", help="TLS, with the authorities the system trusts")
    group.add_argument("--tls-ca", metavar="FILE", help="TLS, with the authorities in this file (PEM)")
    group.add_argument("--tls-name", metavar="NAME", help="TLS, with this name in the nodes' certificates (default: the host)")
    group.add_argument("--tls-cert", metavar="FILE", help="the client's certificate (PEM)")
    group.add_argument("--tls-key", metavar="FILE", help="the key of --tls-cert (PEM)")
    group.add_argument("--services-alternate", action="store_true", help="reach the nodes by their alternate addresses")
    group.add_argument(
        "--ip-map",
        action="append",
        type=_mapping,
        metavar="A=B",
        help="where a node announces the address A, use B; may be given several times",
    )
    group.add_argument("--cluster-name", metavar="NAME", help="refuse a cluster of another name")
    group.add_argument(
        "--timeout",
        type=whole_number(1, 3_600_000),
        default=5000,
        metavar="MS",
        help="milliseconds to connect, and for each request (default: %(default)s)",
    )


def seeds(arguments: argparse.Namespace) -> list[Seed]:
    """The nodes to begin with.

    Raises:
        ValueError: There is none, or one is none.
    """
    text = arguments.host
    if text in (None, "-"):
        text = os.environ.get(HOSTS_VARIABLE, "").strip()
        if not text:
            raise ValueError(f"which cluster? Give HOST, 127.0.0.1:3000 for example, or set {HOSTS_VARIABLE}")
    found = [_seed(part.strip()) for part in text.split(",")]
    return [seed._replace(tls_name=seed.tls_name or arguments.tls_name) for seed in found]


def config(arguments: argparse.Namespace) -> ClientConfig:
    """The configuration of a client.

    Raises:
        ValueError: HOST is none, or a password is needed and cannot be asked for.
    """
    policies = {key: {"total_timeout": arguments.timeout} for key in ("read", "write", "operate", "remove", "batch")}
    made: dict[str, Any] = {
        "hosts": [(seed.host, seed.port, seed.tls_name) if seed.tls_name else (seed.host, seed.port) for seed in seeds(arguments)],
        "timeout": arguments.timeout,
        "policies": {**policies, "info": {"timeout": arguments.timeout}},
    }
    if wants_tls(arguments):
        made["tls"] = tls_config(arguments)
    if arguments.user:
        made["user"] = arguments.user
        made["login_timeout_ms"] = arguments.timeout
        made["password"] = password(arguments)
    if arguments.auth != "internal":
        from .. import constants

        made["auth_mode"] = getattr(constants, AUTH_MODES[arguments.auth])
    if arguments.cluster_name:
        made["cluster_name"] = arguments.cluster_name
    if arguments.services_alternate:
        made["use_services_alternate"] = True
    if arguments.ip_map:
        made["ip_map"] = dict(arguments.ip_map)
    return cast("ClientConfig", made)


def connect(arguments: argparse.Namespace) -> Client:
    """A connected client, a context manager that closes it."""
    from .. import client

    return client(config(arguments)).connect()


def async_client(arguments: argparse.Namespace) -> AsyncClient:
    """An asynchronous client, not connected."""
    from .. import async_client as make

    return make(config(arguments))


def wants_tls(arguments: argparse.Namespace) -> bool:
    """Whether any option asks for TLS."""
    return bool(arguments.tls or arguments.tls_ca or arguments.tls_name or arguments.tls_cert or arguments.tls_key)


def tls_config(arguments: argparse.Namespace) -> dict[str, str]:
    """The setting `tls`."""
    given = {"cafile": arguments.tls_ca, "certfile": arguments.tls_cert, "keyfile": arguments.tls_key}
    return {name: value for name, value in given.items() if value}


def password(arguments: argparse.Namespace) -> str:
    """The password: of the option, of the environment, or asked for.

    Raises:
        ValueError: Nobody can be asked.
    """
    if arguments.password is not None:
        return str(arguments.password)
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if arguments.auth == "pki":
        return ""
    if not sys.stdin.isatty():
        raise ValueError(f"--user {arguments.user} needs a password: set {PASSWORD_VARIABLE}")
    from getpass import getpass

    # Kept: it is asked for once, whoever needs it again.
    arguments.password = getpass(f"Password of {arguments.user}: ")
    return str(arguments.password)


def _seed(text: str) -> Seed:
    """A seed as the variable and `hosts` of the configuration have them: `host`, `host:port`, `host:tls-name:port`, `[v6]:port`."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not (rest == "" or rest.startswith(":")):
            raise ValueError(f"{text!r} is no host: [address]:port for an IPv6 address")
        parts = rest[1:].split(":") if rest else []
    else:
        host, *parts = text.split(":")
    if not host or len(parts) > 2:  # noqa: PLR2004 (a name and a port)
        raise ValueError(f"{text!r} is no host: host, host:port or host:tls-name:port; [address]:port for an IPv6 address")
    port = parts.pop() if parts else str(DEFAULT_PORT)
    if not (port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError(f"{text!r}: the port is a number from 1 to {HIGHEST_PORT}")
    return Seed(host, int(port), parts[0] if parts else None)


def _mapping(text: str) -> tuple[str, str]:
    announced, equals, used = text.partition("=")
    if not (announced and equals and used):
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS=ADDRESS")
    return announced, used
