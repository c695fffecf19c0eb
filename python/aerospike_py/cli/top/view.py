"""The tables: a line per node, and one per namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..units import show_bytes, show_duration, show_time
from .figures import FAILURES, READS, WRITES, NodeSample, Sample, add, memory, rate, total, whole

NODE_COLUMNS = ("node", "address", "reads/s", "writes/s", "failures/s", "connections", "objects", "memory", "uptime", "probe")
NAMESPACE_COLUMNS = ("namespace", "reads/s", "writes/s", "master objects", "memory", "migrating", "state")
#: What stands for a figure that the server does not give.
UNKNOWN = "-"


@dataclass(frozen=True)
class View:
    """Two samples, one after the other: what is and how fast it changes."""

    before: Sample
    now: Sample

    @property
    def seconds(self) -> float:
        """The time between them."""
        return self.now.at - self.before.at

    def nodes(self) -> list[dict[str, Any]]:
        """The figures of each node, by the names in `NODE_COLUMNS`; None where there is none. Bytes and seconds."""
        return [self._node(self.now.nodes[name]) for name in sorted(self.now.nodes)]

    def namespaces(self) -> list[dict[str, Any]]:
        """The figures of each namespace, by the names in `NAMESPACE_COLUMNS`."""
        return [self._namespace(name) for name in self.now.namespaces]

    def _node(self, node: NodeSample) -> dict[str, Any]:
        before = self.before.nodes.get(node.name, NodeSample(node.name))
        rates = [rate(node.sum(names), before.sum(names), self.seconds) for names in (READS, WRITES, FAILURES)]
        figures = (whole(node.server, "client_connections"), whole(node.server, "objects"), node.memory, whole(node.server, "uptime"))
        row = dict(zip(NODE_COLUMNS, (node.name, node.address, *rates, *figures, node.probe), strict=True))
        return row | {"trouble": node.trouble} if node.trouble else row

    def _namespace(self, name: str) -> dict[str, Any]:
        now, before = self.now.of_namespace(name), self.before.of_namespace(name)
        rates = [
            rate(add(total(figures, names) for figures in now), add(total(figures, names) for figures in before), self.seconds)
            for names in (READS, WRITES)
        ]
        objects = add(whole(figures, "master_objects") for figures in now)
        migrating = add(total(figures, ("migrate_tx_partitions_remaining", "migrate_rx_partitions_remaining")) for figures in now)
        values = (name, *rates, objects, add(map(memory, now)), migrating, _state(now))
        return dict(zip(NAMESPACE_COLUMNS, values, strict=True))


def _state(nodes: Sequence[Mapping[str, str]]) -> str:
    """What is wrong with a namespace, or that nothing is."""
    troubles = []
    if any(figures.get("stop_writes") == "true" for figures in nodes):
        troubles.append("no writes")
    for kind in ("unavailable", "dead"):
        count = add(whole(figures, f"{kind}_partitions") for figures in nodes)
        if count:
            troubles.append(f"{count} {kind} partitions")
    return ", ".join(troubles) or "ok"


def as_text(row: Mapping[str, Any]) -> list[str]:
    """The cells of a line."""
    return [_cell(column, value) for column, value in row.items() if column != "trouble"]


def _cell(column: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if column == "memory":
        return show_bytes(value)
    if column == "uptime":
        return show_duration(value)
    if column == "probe":
        return show_time(1e6 * value)
    return f"{value:,.0f}" if isinstance(value, (int, float)) else str(value)


def summarize(now: Sample, host: str) -> str:
    """The title: how many of the nodes that the client knows answer, and how many there should be if the nodes say another number."""
    answering = [node for node in now.nodes.values() if node.trouble is None]
    said = {size for node in answering if (size := whole(node.server, "cluster_size")) not in (None, len(now.nodes))}
    others = f"; by the nodes there are {' or '.join(map(str, sorted(said)))}" if said else ""
    return f"{host}: {len(answering)} of {len(now.nodes)} nodes answer{others}; q ends"


def draw(view: View, title: str) -> Any:
    """The tables of rich."""
    from rich.console import Group
    from rich.text import Text

    nodes = view.nodes()
    troubles = [Text(f"{row['node']}: {row['trouble']}", style="red") for row in nodes if "trouble" in row]
    return Group(
        Text(title, style="bold"),
        _table(NODE_COLUMNS, [as_text(row) for row in nodes]),
        *troubles,
        _table(NAMESPACE_COLUMNS, [as_text(row) for row in view.namespaces()]),
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
