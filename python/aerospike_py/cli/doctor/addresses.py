"""The addresses that nodes announce. A client reaches every node but the first by them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..connection import Seed
from . import network
from .report import Change, Trouble

#: How many are tried at once.
AT_ONCE = 32

_ENTRY = r"(?:\[[0-9A-Fa-f:.]+\](?::\d+)?|[^,\[\]]+)"
#: A node in the answer to `peers-…`: its name, the name in its certificate, its addresses.
_PEER = re.compile(rf"\[([0-9A-Fa-f]+),([^,\[\]]*),\[({_ENTRY}(?:,{_ENTRY})*)\]\]")
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::(\d+))?")


@dataclass(frozen=True)
class Node:
    """A node and the addresses it announces."""

    name: str
    addresses: tuple[Seed, ...]


def commands(*, tls: bool, alternate: bool) -> tuple[str, str]:
    """The info commands for a node's own addresses and for those of its peers."""
    kind = f"{'tls' if tls else 'clear'}-{'alt' if alternate else 'std'}"
    return f"service-{kind}", f"peers-{kind}"


def parse_own(text: str) -> tuple[Seed, ...]:
    """The answer to `service-…`."""
    return tuple(_address(entry, 0, None) for entry in re.findall(_ENTRY, text) if entry)


def parse_peers(text: str) -> list[Node]:
    """The answer to `peers-…`: a generation, the port of addresses that have none, and the nodes."""
    _, _, rest = text.partition(",")
    port, _, nodes = rest.partition(",")
    default = int(port) if port.isdecimal() else 0
    return [
        Node(name, tuple(_address(entry, default, tls_name or None) for entry in re.findall(_ENTRY, entries)))
        for name, tls_name, entries in _PEER.findall(nodes)
    ]


def _address(entry: str, default_port: int, tls_name: str | None) -> Seed:
    matched = _ADDRESS.fullmatch(entry)
    if matched is None:
        return Seed(entry, default_port, tls_name)
    return Seed(matched[1] or matched[2], int(matched[3] or default_port), tls_name)


class Reachability:
    """Tries addresses, each as the client would use it.

    Args:
        seconds: How long one may take.
        tls: Makes a context to speak TLS with, one for each connection; None if the client does not speak it.
        tls_name: The name in the certificates, where a node does not say.
        ip_map: The setting of the configuration: address announced → address to use.
    """

    def __init__(self, seconds: float, tls: Callable[[], ssl.SSLContext | None], tls_name: str | None, ip_map: Mapping[str, str]) -> None:
        self._seconds = seconds
        self._tls = tls
        self._tls_name = tls_name
        self._ip_map = ip_map

    def unreachable(self, nodes: list[Node]) -> list[tuple[Node, Trouble]]:
        """The nodes of which no address works, each with what is wrong with its first one."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            troubles = list(pool.map(self._try_node, nodes))
        return [(node, trouble) for node, trouble in zip(nodes, troubles, strict=True) if trouble is not None]

    def _try_node(self, node: Node) -> Trouble | None:
        first: Trouble | None = None
        for address in node.addresses:
            trouble = self._try_address(node, address)
            if trouble is None:
                return None
            first = first or trouble
        return first or Trouble("it announces no address")

    def _try_address(self, node: Node, address: Seed) -> Trouble | None:
        used = Seed(self._ip_map.get(address.host, address.host), address.port, address.tls_name or self._tls_name)
        try:
            network.resolve(used, self._seconds)
            name = network.ask(used, ["node"], self._seconds, self._tls()).get("node", "")
        except Trouble as trouble:
            return trouble
        if node.name and not name.startswith("ERROR:") and name != node.name:
            return Trouble(f"{used} is node {name}, and node {node.name} announces that address")
        return None


def advice(node: Node, trouble: Trouble, *, alternate: bool, other_works: bool) -> tuple[Change, ...]:
    """What to change so that a node can be reached.

    Args:
        node: The node.
        trouble: What is wrong with its addresses.
        alternate: Whether the client uses the alternate ones.
        other_works: Whether those it does not use can all be reached.
    """
    if isinstance(trouble, network.Silence):
        return ()
    if other_works:
        return (Change("use_services_alternate", None if alternate else True),)
    if not node.addresses:
        return ()
    return (Change("ip_map", {node.addresses[0].host: "an address of that node that can be reached from here"}),)
