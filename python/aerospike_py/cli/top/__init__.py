"""`aerospike-py top`: what the nodes of a cluster do, as it happens."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from .. import connection
from ..arguments import number
from ..errors import need
from ..progress import print_table
from .view import NAMESPACE_COLUMNS, NODE_COLUMNS, View, as_text

if TYPE_CHECKING:
    from ..arguments import Commands


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "top",
        help="watch the nodes of a cluster",
        description="Show what each node and namespace does, from the nodes' own statistics; - stands for what a server does not say. "
        "The probe is how long an info command takes from here. q ends it.",
    )
    connection.add_to(parser, required=False)
    parser.add_argument("--interval", type=number(0.1, 3600), default=1.0, metavar="S", help="seconds between looks (default: %(default)s)")
    parser.add_argument("--once", action="store_true", help="look twice, an interval apart, print and end")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object: memory in bytes, times in seconds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Watch."""
    if not (arguments.once or arguments.json):
        need("rich", "top without --once")
        return asyncio.run(_watch(arguments))
    view = asyncio.run(_look(arguments))
    if arguments.json:
        print(json.dumps({"seconds": view.seconds, "nodes": view.nodes(), "namespaces": view.namespaces()}, ensure_ascii=False))
        return 0
    nodes = view.nodes()
    print_table(NODE_COLUMNS, [as_text(row) for row in nodes])
    for row in nodes:
        if "trouble" in row:
            print(f"{row['node']}: {row['trouble']}")
    print_table(NAMESPACE_COLUMNS, [as_text(row) for row in view.namespaces()])
    return 0


async def _look(arguments: argparse.Namespace) -> View:
    from .sampling import sample

    async with connection.async_client(arguments) as client:
        before = await sample(client, arguments.timeout)
        await asyncio.sleep(arguments.interval)
        return View(before, await sample(client, arguments.timeout))


async def _watch(arguments: argparse.Namespace) -> int:
    from rich.live import Live

    from .keyboard import on_quit
    from .sampling import sample
    from .view import draw, summarize

    ended = asyncio.Event()
    async with connection.async_client(arguments) as client:
        before = await sample(client, arguments.timeout)
        now = before
        with (
            Live(draw(View(before, now), summarize(now, str(connection.seeds(arguments)[0]))), auto_refresh=False, screen=True) as live,
            on_quit(ended.set),
        ):
            while not await _is_set_within(ended, arguments.interval):
                before, now = now, await sample(client, arguments.timeout)
                live.update(draw(View(before, now), summarize(now, str(connection.seeds(arguments)[0]))), refresh=True)
    return 0


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return False
    return True
