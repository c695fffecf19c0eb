"""Nothing lost, nothing twice, nothing mixed, for as long as patience lasts."""

from __future__ import annotations

import pytest
from chaos import run_chaos


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_or_mixed(scaled, report, seed):
    """What does not fit the model raises, so that nothing is lost if it ends."""
    counts = run_chaos(seed=seed, rounds=scaled(4000))
    failing = ("faults", "cancellations", "freezes", "losses of a node", "moves of partitions")
    report(
        requests=counts["reads"] + counts["writes"] + counts["increments"],
        faults=sum(counts[name] for name in failing),
        lost=0,
        note=", ".join(f"{number:,} {name}" for name, number in counts.most_common()),
    )
