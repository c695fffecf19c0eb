"""Nothing lost, nothing twice, nothing mixed: a workload checked against a model, under faults, for a moment. `make stress` has the hour."""

from __future__ import annotations

from chaos import run_chaos


def test_nothing_is_lost_or_mixed_without_faults():
    counts = run_chaos(seed=1, rounds=150, faults=False)
    assert set(counts) == {"reads", "writes", "increments", "cancellations", "doubts resolved"}
    assert counts["writes"] > 3000
    assert counts["reads"] > 50_000


def test_nothing_is_lost_or_mixed_under_faults():
    counts = run_chaos(seed=2, rounds=150)
    assert counts["writes"] > 3000
    assert counts["faults"] > 200
