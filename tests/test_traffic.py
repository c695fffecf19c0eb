"""Everything at once, for a moment; stress/test_soak.py has the hour."""

from __future__ import annotations

from traffic import WORLDS, run_traffic


def test_everything_at_once(hosts, proxy):
    traffic, _, left = run_traffic(hosts, proxy, lambda requests: requests > 10_000)
    assert traffic.wrong == []
    assert traffic.counts["cancelled"] > 100
    assert traffic.counts["cuts"] > 0
    assert all(traffic.recorder.total(world).get_total_count() > 100 for world in WORLDS)
    assert left == (0, 0)
