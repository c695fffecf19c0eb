"""Draws the pictures of docs/shell.md anew, from real runs on the embedded server: python tools/pictures.py"""

from __future__ import annotations

import asyncio
import io
import re
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

import aerospike_py
from aerospike_py.cli import main
from aerospike_py.cli.top.sampling import sample
from aerospike_py.cli.top.view import View, draw, summarize
from aerospike_py.devserver import DevServer

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
TIMEOUT_MS = 3000


def draw_bench(target: Path) -> int:
    """What `bench` draws."""
    options = "--workload RU,80 --keys 20000 --rate 2000 --duration 20 --warmup 2 --in-flight 32 --quiet"
    return main(["bench", *options.split(), "--plot", str(target)])


async def draw_top(target: Path) -> None:
    """What `top` shows of three nodes."""
    with DevServer(nodes=3, port=3000) as server:
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            await client.batch_write([(("test", "users", number), {"n": number}) for number in range(2000)])
            before = await sample(client, TIMEOUT_MS)
            await asyncio.sleep(1)
            view = View(before, await sample(client, TIMEOUT_MS))
    console = Console(record=True, width=135, file=io.StringIO())
    console.print(draw(view, summarize(view.now, "127.0.0.1:3000")))
    # Without fonts that would be fetched from elsewhere when somebody looks at it.
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    console.save_svg(str(target), title="aerospike-py top", code_format=template)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    asyncio.run(draw_top(IMAGES / "top.svg"))
    sys.exit(draw_bench(IMAGES / "bench.svg"))
