"""Mixed traffic on asyncio, uvloop and threads at once, for ten minutes, with its percentiles over time as a plot."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import aerospike_py
import pytest
from aerospike_py.cli.bench.plot import draw
from flat import MIB, Footprint
from hostile import configuration
from traffic import WORLDS, key, run_traffic

RESULTS = Path(__file__).parent / "results"
SECONDS = 600
#: Points of the plot.
INTERVALS = 120


def test_soak(hosts, proxy, scaled, report):
    seconds = scaled(SECONDS)
    end = time.monotonic() + seconds
    traffic, pause, left = run_traffic(hosts, proxy, lambda _: time.monotonic() > end, interval=seconds / INTERVALS)
    RESULTS.mkdir(exist_ok=True)
    plot = RESULTS / "soak.svg"
    plot.write_text(draw(traffic.recorder, f"mixed traffic for {seconds} seconds"), encoding="utf-8")
    counts = traffic.counts
    latencies = []
    for world in WORLDS:
        total = traffic.recorder.total(world)
        p50, p99, p999 = (total.get_value_at_percentile(point) / 1e6 for point in (50, 99, 99.9))
        latencies.append(f"{world} {p50:.1f}, {p99:.1f}, {p999:.1f}")
    report(
        requests=counts["requests"],
        faults=counts["cuts"] + counts["cancelled"],
        lost=len(traffic.wrong),
        leaked=sum(left),
        pause=pause,
        note=f"p50, p99, p99.9 in ms: {'; '.join(latencies)}; {plot.relative_to(RESULTS.parents[1])}",
    )
    assert traffic.wrong == []
    assert left == (0, 0)


def test_half_a_million_wait_and_the_next_is_refused(proxy, run, scaled, report):
    """The bound of the queue; and when the server comes back, all of them are answered."""
    if scaled(100) < 100:
        pytest.skip("needs all of them")
    bound = 500_000
    # Nobody looks at the cluster meanwhile: a node that is frozen for as long as it takes to make so many requests would be given up.
    policies = {"read": {"total_timeout": 0}}
    client = aerospike_py.async_client(configuration(proxy.hosts, tend_interval=600_000, policies=policies))

    async def main():
        await client.connect()
        await client.put(key(1), {"n": 1})
        proxy.freeze()
        before = Footprint()
        pendings = [client.get(key(1)) for _ in range(bound + 100)]
        refused = await asyncio.gather(*pendings[bound:], return_exceptions=True)
        assert {type(error) for error in refused} == {aerospike_py.BackpressureError}
        held = before.grown()[0]
        proxy.thaw()
        records = await asyncio.gather(*pendings[:bound])
        assert len(records) == bound
        report(requests=bound + 100, faults=100, lost=0, note=f"{held / bound:.0f} bytes each, {held / MIB:.0f} MiB in all")

    run(main())
    run(client.close())
