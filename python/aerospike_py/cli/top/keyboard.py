"""Keys that are pressed, without waiting for the end of a line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator

QUIT = {"q", "Q", "\x1b", "\x04"}


@contextlib.contextmanager
def on_quit(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when q, Escape or the end of the input comes; where there is no terminal, never.

    Needs a running event loop that can watch the standard input.
    """
    try:
        import termios
        import tty
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    source = sys.stdin.fileno()
    loop = asyncio.get_running_loop()

    def read() -> None:
        pressed = os.read(source, 64).decode(errors="replace")
        if not pressed or QUIT & set(pressed):
            stop()

    before = termios.tcgetattr(source)
    # Not raw: Ctrl-C goes on interrupting.
    tty.setcbreak(source)
    loop.add_reader(source, read)
    try:
        yield
    finally:
        loop.remove_reader(source)
        termios.tcsetattr(source, termios.TCSADRAIN, before)
