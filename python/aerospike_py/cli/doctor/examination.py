"""The steps, from the name of a host to the cluster's clocks. The first that fails is the cause, and the last."""

from __future__ import annotations

import argparse
import ssl
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ... import exception
from ...exception import AerospikeError
from .. import connection
from ..connection import Seed
from ..errors import describe
from . import addresses, network
from .report import Change, Report, Trouble

if TYPE_CHECKING:
    from ... import Client

WHO = ("node", "build", "edition", "cluster-name")
NOT_LOGGED_IN = "ERROR:80:"
#: What nodes count seconds from.
EPOCH_2010 = 1_262_304_000
#: Seconds by which a clock may differ.
TOLERANCE = 5

#: What to change when a login is refused, by the class of the refusal.
LOGIN_CHANGES: tuple[tuple[type[AerospikeError], tuple[Change, ...]], ...] = (
    (exception.InvalidUser, (Change("user", "a user the cluster knows"),)),
    (exception.InvalidPassword, (Change("password", "the user's password"),)),
    (exception.ExpiredPassword, (Change("password", "a new one: the user's has expired"),)),
    (exception.NotAuthenticated, (Change("user", "a user the cluster knows"), Change("password", "the user's password"))),
    (exception.NotWhitelisted, ()),
    (exception.AdminError, (Change("auth_mode", "that of the user: AUTH_INTERNAL, AUTH_EXTERNAL or AUTH_PKI"),)),
)


class Examination:
    """Looks at a cluster.

    Args:
        arguments: Of the command.
        report: Gets what is found.
    """

    def __init__(self, arguments: argparse.Namespace, report: Report) -> None:
        self._arguments = arguments
        self._report = report
        self._seconds = arguments.timeout / 1000
        self._tls = connection.wants_tls(arguments)
        self._step = ""
        self._client: Client | None = None
        self._seed: Seed
        self._who: dict[str, str] = {}

    def run(self) -> None:
        """Take the steps, up to the first that fails."""
        try:
            for step, take in (
                ("name", self._find_node),
                ("login", self._log_in),
                ("cluster name", self._compare_cluster_name),
                ("addresses", self._try_addresses),
                ("client", self._count_nodes),
                ("namespaces", self._look_at_namespaces),
                ("clock", self._compare_clocks),
            ):
                self._step = step
                take()
        except Trouble as trouble:
            self._report.add(self._step, "fail", str(trouble), *trouble.changes)
        except AerospikeError as error:
            self._report.add(self._step, "fail", describe(error))
        finally:
            if self._client is not None:
                self._client.close(timeout=self._arguments.timeout)

    # The first node.

    def _find_node(self) -> None:
        """Of several seeds one is enough; what is wrong with the others is a warning."""
        looked_at = [(seed, self._look_at(seed)) for seed in connection.seeds(self._arguments)]
        answering = [(seed, found) for seed, found in looked_at if not isinstance(found, Trouble)]
        troubles = [found for _, found in looked_at if isinstance(found, Trouble)]
        if not answering:
            raise troubles[0]
        for trouble in troubles:
            self._report.add("hosts", "warn", str(trouble))
        self._seed, self._who = answering[0]

    def _look_at(self, seed: Seed) -> dict[str, str] | Trouble:
        try:
            self._step = "name"
            self._ok(f"{seed.host} is {', '.join(network.resolve(seed, self._seconds))}")
            self._step = "port"
            with network.reach(seed, network.Deadline(self._seconds)):
                self._ok(f"{seed} accepts connections")
            self._step = "tls" if self._tls else "node"
            who = network.ask(seed, WHO, self._seconds, self._context())
        except Trouble as trouble:
            return trouble
        if self._tls:
            self._ok(f"the certificate of {seed} is accepted")
        self._step = "node"
        if not who.get("node", "").startswith(NOT_LOGGED_IN):
            self._introduce(who)
        return who

    def _ok(self, text: str) -> None:
        self._report.add(self._step, "ok", text)

    def _warn(self, text: str) -> None:
        self._report.add(self._step, "warn", text)

    def _introduce(self, who: dict[str, str]) -> None:
        self._report.add("node", "ok", f"{who.get('node')} answers, build {who.get('build')}, {who.get('edition')}")

    def _context(self) -> ssl.SSLContext | None:
        if not self._tls:
            return None
        arguments = self._arguments
        try:
            context = ssl.create_default_context(cafile=arguments.tls_ca)
        except OSError as error:
            raise Trouble(f"{arguments.tls_ca} has no certificates: {error}", Change("tls", {"cafile": "a PEM file"})) from None
        if arguments.tls_cert:
            try:
                # A password would be asked for on the terminal; the client takes keys without one only.
                context.load_cert_chain(arguments.tls_cert, arguments.tls_key, password="")
            except OSError as error:
                raise Trouble(
                    f"{arguments.tls_cert} and {arguments.tls_key} are no certificate and its key: {error}",
                    Change("tls", {"certfile": "a PEM file", "keyfile": "a PEM file without a password"}),
                ) from None
        return context

    # Whoever asks.

    def _log_in(self) -> None:
        wanted = self._who.get("node", "").startswith(NOT_LOGGED_IN)
        user = self._arguments.user
        if not wanted:
            self._ok(f"not needed, also not of {user!r}" if user else "not needed")
            return
        if not user and self._arguments.auth != "pki":
            raise Trouble(
                f"{self._seed} answers only those who log in",
                Change("user", "a user the cluster knows"),
                Change("password", "the user's password"),
            )
        try:
            self._connected()
        except exception.AdminError as error:
            changes = next(changes for kind, changes in LOGIN_CHANGES if isinstance(error, kind))
            raise Trouble(f"the login is refused: {_last_words(error)} (code {error.code})", *changes) from None
        self._ok(f"{user or 'the holder of the certificate'} is logged in")
        self._who = self._ask(*WHO)
        self._introduce(self._who)

    def _connected(self) -> Client:
        """A client of whatever cluster there is: its name is a step of its own."""
        if self._client is None:
            from ... import client

            config: Any = connection.config(self._arguments)
            config.pop("cluster_name", None)
            self._client = client(config).connect()
        return self._client

    def _ask(self, *commands: str) -> dict[str, str]:
        """Ask the node that was found; the client does it where a login is needed."""
        if self._client is None:
            return network.ask(self._seed, commands, self._seconds, self._context())
        node = self._client.get_node_names()[0]
        return {command: self._client.info_single_node(command, node) for command in commands}

    # The cluster.

    def _compare_cluster_name(self) -> None:
        name, wanted = self._who["cluster-name"], self._arguments.cluster_name
        if wanted and name != wanted:
            raise Trouble(
                f"the cluster is called {name!r}, and not {wanted!r}" if name != "null" else f"the cluster has no name, and not {wanted!r}",
                Change("cluster_name", None if name == "null" else name),
            )
        self._ok(name if name != "null" else "it has none")

    def _try_addresses(self) -> None:
        alternate = self._arguments.services_alternate
        own, peers = self._announced(alternate=alternate)
        reachability = addresses.Reachability(self._seconds, self._context, self._seed.tls_name, dict(self._arguments.ip_map or ()))
        for node, trouble in reachability.unreachable(peers):
            _, others = self._announced(alternate=not alternate)
            works = len(others) == len(peers) and not reachability.unreachable(others)
            raise Trouble(
                f"node {node.name} announces {_list(node.addresses)}, which cannot be used from here: {trouble}",
                *addresses.advice(node, trouble, alternate=alternate, other_works=works),
            )
        for node, trouble in reachability.unreachable([own]):
            self._warn(f"{self._seed} announces {_list(node.addresses)}, which cannot be used from here: {trouble}")
        nodes = len(peers) + 1
        self._report.add(
            "addresses",
            "ok",
            f"{nodes} node{'s' if nodes > 1 else ''}: {_list([seed for node in [own, *peers] for seed in node.addresses])}",
        )

    def _announced(self, *, alternate: bool) -> tuple[addresses.Node, list[addresses.Node]]:
        service, peers = addresses.commands(tls=self._tls, alternate=alternate)
        answers = self._ask(service, peers)
        return addresses.Node(self._who["node"], addresses.parse_own(answers[service])), addresses.parse_peers(answers[peers])

    def _count_nodes(self) -> None:
        names = self._connected().get_node_names()
        size = _figures(self._ask("statistics")["statistics"]).get("cluster_size")
        if size is not None and size != str(len(names)):
            self._warn(f"the cluster has {size} nodes, and the client found {len(names)}")
            return
        self._ok(f"connected to {len(names)} node{'s' if len(names) > 1 else ''}")

    def _look_at_namespaces(self) -> None:
        names = [name for name in self._ask("namespaces")["namespaces"].split(";") if name]
        wanted = self._arguments.namespace
        if wanted and wanted not in names:
            raise Trouble(f"there is no namespace {wanted!r}, but {_list(names)}")
        for name in names:
            command = f"namespace/{name}"
            figures = _figures(self._ask(command)[command])
            if figures.get("stop_writes") == "true":
                self._warn(f"{name} takes no writes: it is full, or its clocks differ too much")
            for kind in ("unavailable", "dead"):
                if figures.get(f"{kind}_partitions", "0") != "0":
                    self._warn(f"{name} has {figures[f'{kind}_partitions']} {kind} partitions")
        self._ok(_list(names))

    def _compare_clocks(self) -> None:
        name, *_ = self._ask("namespaces")["namespaces"].split(";")
        results = self._connected().info_all(f"namespace/{name}", {"timeout": self._arguments.timeout})
        now = time.time()
        apart = {}
        for result in results:
            seconds = _figures(result.response).get("current_time", "")
            if result.error_code == 0 and seconds.isdecimal():
                apart[result.node_name] = int(seconds) + EPOCH_2010 - now
        wrong = {node: by for node, by in apart.items() if abs(by) > TOLERANCE}
        for node, by in wrong.items():
            self._warn(f"node {node} is {abs(by):,.0f} s {'ahead of' if by > 0 else 'behind'} this machine")
        if not wrong:
            self._ok(f"within {TOLERANCE} s of this machine's" if apart else "no node says its time")


def _figures(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in text.split(";"))}


def _list(items: Sequence[object]) -> str:
    return ", ".join(map(str, items)) or "nothing"


def _last_words(error: AerospikeError) -> str:
    """What the server said, which the engine puts at the end."""
    lines = [line for line in error.msg.splitlines() if line.strip()]
    return lines[-1].rpartition(": ")[2].strip() if lines else str(error)
