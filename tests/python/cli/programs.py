"""What the tests of the commands share."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NamedTuple

COMMAND = [sys.executable, "-W", "error", "-m", "aerospike_py"]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def complaint(self):
        """What it says went wrong: one line, without its name."""
        assert self.err.startswith("aerospike-py: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        return self.err.removeprefix("aerospike-py: ").strip()


def at(address):
    """HOST, of an address."""
    return "{}:{}".format(*address)


def rest_of(terminal):
    """What is shown on a terminal until nobody has it any more; closes it."""
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(terminal, 65_536):
            shown += part
    os.close(terminal)
    return shown
