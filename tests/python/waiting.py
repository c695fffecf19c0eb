"""Waiting for what comes by itself, such as a client's next look at the cluster."""

from __future__ import annotations

import time


def eventually(condition):
    """Return when a condition holds; the time-out of the test is the only bound."""
    while not condition():
        time.sleep(0.02)
