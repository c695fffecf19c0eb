"""A node is lost under load, again and again: no wrong value, nothing acknowledged is lost, and the pace is the same afterwards."""

from __future__ import annotations

from node_loss import lose_nodes


def test_nodes_are_lost_under_load(scaled, report):
    rounds = scaled(20)
    before, after, load = lose_nodes(scaled(10_000), rounds=rounds, report=print)
    report(
        requests=load.done,
        faults=rounds * 2,
        lost=len(load.wrong),
        note=f"{len(load.errors):,} failed; {before:,.0f}/s before, {after:,.0f}/s after; {load.connections} connections at most",
    )
    assert after > before / 2
