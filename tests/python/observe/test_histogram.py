from __future__ import annotations

import math
import random

import pytest

from aerospike_py._aerospike import _quantiles

FRACTIONS = [0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0]


def exact(durations, fraction):
    """The smallest duration that the fraction of them does not exceed."""
    return sorted(durations)[max(1, math.ceil(len(durations) * fraction)) - 1]


@pytest.mark.parametrize("largest", [1_000, 2_048, 1_000_000, 40_000_000, 10_000_000_000, 3_600_000_000_000])
def test_quantiles_have_three_significant_digits(largest):
    chance = random.Random(largest)
    durations = [int(largest ** chance.random()) for _ in range(5_000)]
    for fraction, quantile in zip(FRACTIONS, _quantiles(durations, FRACTIONS), strict=True):
        assert abs(quantile - exact(durations, fraction)) <= exact(durations, fraction) / 1000


@pytest.mark.parametrize("duration", [0, 1, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 2**41, 2**42 - 1])
def test_the_edges_of_its_slots(duration):
    (quantile,) = _quantiles([duration], [0.5])
    assert abs(quantile - duration) <= duration / 1000


def test_what_is_longer_than_it_can_say():
    assert _quantiles([2**63], [0.5]) == [pytest.approx(2**42, rel=0.001)]


def test_nothing():
    assert _quantiles([], [0.5, 1.0]) == [0, 0]
