"""What the hostile tests share: loops that tell what went wrong in them, interpreters of their own, a bad network."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

try:
    import uvloop
except ImportError:
    uvloop = None

LOOPS = {"asyncio": asyncio.SelectorEventLoop}
if uvloop is not None:
    LOOPS["uvloop"] = uvloop.new_event_loop

INFO, MESSAGE = 1, 3

# A busy machine must not fail a test that is not about time.
PATIENT = {"total_timeout": 30_000}


def configuration(hosts, **more):
    """A client's configuration, with patience."""
    policies = dict.fromkeys(("read", "write", "operate", "remove", "batch"), PATIENT)
    return {"hosts": hosts, "policies": policies, **more}


class Runner:
    """Runs coroutines, each in a new event loop, and keeps what those loops' exception handlers were told."""

    def __init__(self, name):
        self.name = name
        self.reported = []

    def new_loop(self):
        loop = LOOPS[self.name]()
        loop.set_exception_handler(lambda _, context: self.reported.append(context))
        return loop

    def __call__(self, coroutine):
        loop = self.new_loop()
        try:
            return loop.run_until_complete(coroutine)
        finally:
            self.close(loop)

    @staticmethod
    def close(loop):
        """Ends the loop as `asyncio.run` does."""
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    def take_reports(self):
        """What the handlers were told so far, which the test expected."""
        collect()
        reported, self.reported = self.reported, []
        return reported


def collect():
    """Collects garbage until nothing is left that its finalizers let go of."""
    for _ in range(3):
        gc.collect()


def descriptors(*kinds):
    """How many open descriptors of this process are of these kinds: `socket:`, `[eventfd]`, `[eventpoll]`."""
    names = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            names.append(os.readlink(f"/proc/self/fd/{number}"))
    return sum(any(kind in name for kind in kinds) for name in names)


def until(condition):
    """The I/O thread lets go of things in its own time: a test's time-out is the only bound."""
    while not condition():
        time.sleep(0.001)


def never_awaited(function):
    """Runs the function, and collects; returns the texts of the warnings, and asserts that they are all of one kind."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
        collect()
    assert {warning.category for warning in caught} <= {RuntimeWarning}
    return [str(warning.message) for warning in caught]


def python(code, *arguments, **settings):
    """Runs code in an interpreter of its own, which must end well and say nothing on stderr. Returns what it printed."""
    done = python_process(["-c", code, *arguments], **settings)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def python_process(command, *, options=("-W", "error"), timeout=50, executable=sys.executable, env=None):
    """Runs a command in an interpreter of its own; returns the completed process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), **(env or {})}
    command = [executable, *options, *map(str, command)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environment)


class Cut(Exception):
    """Raised by a proxy's `answer` hook: send these bytes, then break the connection."""

    def __init__(self, last=b""):
        self.last = last


class Proxy:
    """A TCP proxy in front of one server that can freeze, break connections and change answers.

    `answer` is called with each chunk that the server sends and returns what to pass on.
    """

    def __init__(self, target, address=("127.0.0.1", 0)):
        self.target = target
        self.address = address
        self.answer = None
        # How many connections there were; the most at once; how many chunks wait to be passed on.
        self.accepted = 0
        self.most = 0
        self.held = 0
        self._connections = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="proxy", daemon=True)
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def hosts(self):
        return [(self.address[0], self._port)]

    def freeze(self):
        """Passes nothing on, in either direction, and keeps every connection."""
        self._call(self._open.clear)

    def thaw(self):
        self._call(self._open.set)

    def cut(self):
        """Breaks every connection."""
        self._call(self._cut)

    def _call(self, function):
        done = threading.Event()

        def call():
            function()
            done.set()

        self._loop.call_soon_threadsafe(call)
        done.wait()

    def _cut(self):
        for writer in list(self._connections):
            writer.transport.abort()

    def _serve(self):
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self):
        self._stop = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        tasks = set()

        accepted = []

        def accept(reader, writer):
            accepted.append(writer)
            task = self._loop.create_task(self._join(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, *self.address)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        # What was being accepted a moment ago, too.
        await asyncio.sleep(0.01)
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Also those whose task was cancelled before its first step.
        for writer in accepted:
            writer.transport.abort()
        # A transport closes its socket in its loop's next turn.
        await asyncio.sleep(0)

    async def _join(self, reader, writer):
        self.accepted += 1
        mine = {writer}
        try:
            there, back = await asyncio.open_connection(*self.target)
            mine.add(back)
            self._connections |= mine
            self.most = max(self.most, len(self._connections) // 2)
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer, answers=True))
        except OSError:
            pass
        finally:
            self._connections -= mine
            for each in mine:
                each.transport.abort()

    async def _pump(self, reader, writer, *, answers=False):
        while data := await reader.read(1 << 16):
            self.held += 1
            await self._open.wait()
            self.held -= 1
            try:
                if answers and self.answer:
                    data = self.answer(data)
            except Cut as cut:
                writer.write(cut.last)
                with contextlib.suppress(OSError):
                    await writer.drain()
                raise ConnectionAbortedError from None
            writer.write(data)
            await writer.drain()
        raise ConnectionAbortedError


def kind(chunk):
    """What kind of message a chunk begins with."""
    return chunk[1]
