"""Asks every node for its figures, all at once."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from ...exception import AerospikeError
from ..errors import describe
from .figures import NodeSample, Sample, parse

if TYPE_CHECKING:
    from ... import AsyncClient

#: What the client knows a node by: the time its answer takes is the probe's.
PROBE = "node"


async def sample(client: AsyncClient, timeout_ms: int) -> Sample:
    """The cluster as it is now.

    Args:
        client: Connected.
        timeout_ms: How long a node may take to answer a question.
    """
    names = client.get_node_names()
    nodes = await asyncio.gather(*(_sample_node(client, name, timeout_ms) for name in names))
    return Sample(perf_counter(), {node.name: node for node in nodes})


async def _sample_node(client: AsyncClient, name: str, timeout_ms: int) -> NodeSample:
    async def ask(command: str) -> str:
        return await client.info_single_node(command, name, {"timeout": timeout_ms})

    try:
        started = perf_counter()
        await ask(PROBE)
        probe = perf_counter() - started
        address, server, namespaces = await asyncio.gather(ask("service-clear-std"), ask("statistics"), ask("namespaces"))
        spaces = [space for space in namespaces.split(";") if space]
        figures = await asyncio.gather(*(ask(f"namespace/{space}") for space in spaces))
    except AerospikeError as error:
        return NodeSample(name, trouble=describe(error))
    return NodeSample(name, address, probe, None, parse(server), dict(zip(spaces, map(parse, figures), strict=True)))
