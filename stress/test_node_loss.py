"""A node is lost under load, again and again: no wrong value, nothing acknowledged is lost, and the pace is the same afterwards."""

from __future__ import annotations

from node_loss import lose_nodes


def test_nodes_are_lost_under_load(scaled):
    before, after = lose_nodes(scaled(10_000), rounds=scaled(20), report=print)
    assert after > before / 2
