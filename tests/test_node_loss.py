"""A node is lost under load: what stress/test_node_loss.py does at length."""

from __future__ import annotations

from node_loss import lose_nodes


def test_nodes_are_lost_under_load():
    lose_nodes(300)
