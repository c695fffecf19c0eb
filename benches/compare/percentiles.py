"""Percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them did not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
