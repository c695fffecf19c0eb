"""Nothing lost, nothing twice, nothing mixed, for as long as patience lasts."""

from __future__ import annotations

import pytest
from chaos import run_chaos


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_or_mixed(scaled, seed):
    counts = run_chaos(seed=seed, rounds=scaled(4000))
    print(f"seed {seed}:", ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items(), key=lambda item: -item[1])))
