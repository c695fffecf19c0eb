"""Interpreters that end in the middle of a client's life, at each of its stages. In short a test, at length a stress run."""

from __future__ import annotations

import itertools

from hostile import LOOPS, python_process

#: What they end with, so that any other code is a crash.
STATUS = 7

#: A life goes through these, in this order.
SYNC = ("imported", "made", "connecting", "connected", "written", "in flight", "batch", "streaming", "querying", "closing", "closed")
ASYNC = (
    "imported",
    "made",
    "connecting",
    "connected",
    "in flight",
    "woken",
    "cancelled",
    "batch",
    "streaming",
    "querying",
    "closing",
    "closed",
)

#: How: by an exit where the stage is reached; by the main thread, while a daemon thread goes on with its life and begins it anew; or at any
#: moment, in the handler of a signal, or in a callback of the loop: asyncio and uvloop themselves lose a step that a handler interrupts.
WAYS = ("here", "meanwhile", "anywhere")

LIFE = """
import asyncio, itertools, signal, sys, threading, time
from hostile import Runner, configuration

port, mode, way, chosen, delay = sys.argv[1:]
CONFIG = configuration([("127.0.0.1", int(port))])
KEYS = [("test", "stages", n) for n in range(300)]
reached = threading.Event()

def at(stage):
    if stage == chosen:
        if way == "here":
            sys.exit(STATUS)
        reached.set()

def ring(*_):
    global rung
    rung = True
    sys.exit(STATUS)

rung = False
moment = time.monotonic() + float(delay)
if way == "anywhere" and mode == "sync":
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, float(delay))

import aerospike_py
from aerospike_py import rows

def live():
    at("imported")
    client = aerospike_py.client(CONFIG)
    at("made")
    others = [threading.Thread(target=reads, args=(client,), daemon=True) for _ in range(3)]
    if way == "meanwhile":
        at("connecting")
    client.connect()
    at("connecting")
    at("connected")
    for key in KEYS[:20]:
        client.put(key, {"n": key[2]})
    at("written")
    for thread in others:
        thread.start()
    at("in flight")
    client.batch_read(KEYS)
    at("batch")
    for _ in client.batch_stream([rows.Read(key) for key in KEYS]):
        at("streaming")
    for _ in client.query("test", "stages"):
        at("querying")
    if way == "meanwhile":
        at("closing")
    client.close()
    at("closing")
    at("closed")

def reads(client):
    try:
        for key in itertools.islice(itertools.cycle(KEYS[:20]), 500):
            client.get(key)
    except aerospike_py.ClientError:
        pass  # closed meanwhile

async def live_async():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    if way == "anywhere":
        loop.call_later(max(0, moment - time.monotonic()), ring)
    at("imported")
    client = aerospike_py.async_client(CONFIG)
    at("made")
    connecting = asyncio.ensure_future(client.connect())
    await asyncio.sleep(0)
    at("connecting")
    await connecting
    at("connected")
    await asyncio.gather(*(client.put(key, {"n": key[2]}) for key in KEYS))
    tasks = [asyncio.ensure_future(one(client, key)) for key in KEYS]
    await asyncio.sleep(0)
    at("in flight")
    for task in tasks[::3]:
        task.cancel()
    at("cancelled")
    await asyncio.wait(tasks)
    await asyncio.gather(*(client.batch_read(KEYS) for _ in range(3)))
    at("batch")
    async for _ in client.batch_stream([rows.Read(key) for key in KEYS]):
        at("streaming")
    async for _ in client.query("test", "stages"):
        at("querying")
    closing = asyncio.ensure_future(client.close())
    await asyncio.sleep(0)
    at("closing")
    await closing
    at("closed")

async def one(client, key):
    await client.get(key)
    at("woken")

def begin():
    while True:
        Runner(mode)(live_async()) if mode != "sync" else live()
        if rung:
            # It was raised where Python can only tell of it, in a finalizer or so.
            sys.exit(STATUS)
        if way == "here":
            raise AssertionError(f"{chosen} was never reached")

if way == "meanwhile":
    threading.Thread(target=begin, daemon=True).start()
    reached.wait()
    sys.exit(STATUS)
begin()
""".replace("STATUS", str(STATUS))


def every(ways=("here", "meanwhile")):
    """Each loop or none, each way, each of its stages."""
    for way, mode in itertools.product(ways, ("sync", *LOOPS)):
        for stage in SYNC if mode == "sync" else ASYNC:
            yield mode, way, stage


def end(port, mode, way, stage, delay=0.0):
    """Lets an interpreter end; asserts that it does as it was told, and silently."""
    done = python_process(["-X", "faulthandler", "-c", LIFE, port, mode, way, stage, delay], options=("-W", "error"))
    assert done.returncode == STATUS, f"{mode}, {way}, {stage}, {delay}: {done.returncode}\n{done.stderr}"
    if way == "anywhere":
        # It may have come where Python itself can only tell of it.
        assert not any(word in done.stderr for word in ("panicked", "Fatal")), done.stderr
    else:
        assert done.stderr == "", f"{mode}, {way}, {stage}\n{done.stderr}"
