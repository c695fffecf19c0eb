"""The interpreter at its most pedantic, and interrupted all the time, while everything goes on at once."""

from __future__ import annotations

import json

import pytest
from hostile import LOOPS, python

#: Some rounds of everything; the collector, the threads' turns and the signals are set up by what stands before it.
LIFE = """
import asyncio, gc, json, os, signal, sys, threading
from hostile import LOOPS, Runner, configuration
from flat import Pauses
import aerospike_py
from aerospike_py import rows

port, rounds, mode, how = sys.argv[1:]
CONFIG = configuration([("127.0.0.1", int(port))])
KEYS = [("test", "interpreter", n) for n in range(100)]
counts = {"requests": 0, "faults": 0}
BEGIN

def check(records):
    assert [record.bins["n"] for record in records] == list(range(100))
    counts["requests"] += 100

def life():
    with aerospike_py.client(CONFIG) as client:
        for key in KEYS:
            client.put(key, {"n": key[2]})
        check([client.get(key) for key in KEYS])
        check([row.record for row in client.batch_read(KEYS).batch_records])
        assert len(list(client.batch_stream([rows.Read(key) for key in KEYS]))) == 100
        assert len(client.query("test", "interpreter").results()) == 100
        try:
            client.get(("test", "interpreter", "absent"))
        except aerospike_py.RecordNotFound:
            counts["faults"] += 1

async def life_async():
    # A busy machine is no defect.
    asyncio.get_running_loop().slow_callback_duration = 60
    async with aerospike_py.async_client(CONFIG) as client:
        await asyncio.gather(*(client.put(key, {"n": key[2]}) for key in KEYS))
        check(await asyncio.gather(*(client.get(key) for key in KEYS)))
        check([row.record for row in (await client.batch_read(KEYS)).batch_records])
        assert len([row async for row in client.batch_stream([rows.Read(key) for key in KEYS])]) == 100
        assert len(await client.query("test", "interpreter").results()) == 100
        tasks = [asyncio.ensure_future(client.get(key)) for key in KEYS]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        counts["faults"] += len(tasks)

def one():
    if mode == "sync":
        life()
    else:
        runner = Runner(mode)
        runner(life_async())
        assert runner.take_reports() == []

with Pauses(lambda: counts["requests"]) as pauses:
    for _ in range(int(rounds)):
        one()
END
print(json.dumps({**counts, "pause": pauses.worst}))
"""

BEGIN = {
    "plain": "",
    # What is there already is left alone: the full collections would be about nothing else.
    "collector": "gc.freeze()\ngc.set_threshold(1, 1, 1)",
    "turns": "sys.setswitchinterval(1e-6)\nfor _ in range(2): threading.Thread(target=lambda: [gc.collect(0) for _ in iter(int, 1)], daemon=True).start()",
    "signals": """
def ring(*_):
    counts["faults"] += 1

signal.signal(signal.SIGALRM, ring)
signal.siginterrupt(signal.SIGALRM, True)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
""",
}
END = {"signals": 'signal.setitimer(signal.ITIMER_REAL, 0)\nassert counts["faults"] > 10'}

MODES = {
    "-X dev": (("-X", "dev", "-W", "error"), {}),
    "faulthandler": (("-X", "faulthandler", "-W", "error"), {}),
    "asyncio debug": (("-W", "error"), {"PYTHONASYNCIODEBUG": "1"}),
    "debug allocator": (("-W", "error"), {"PYTHONMALLOC": "debug"}),
    "all of it": (("-X", "dev", "-X", "tracemalloc=5", "-W", "error"), {"PYTHONASYNCIODEBUG": "1", "PYTHONMALLOC": "debug"}),
}


@pytest.fixture(params=["sync", *LOOPS])
def lives(hosts, request, report):
    """Runs it in an interpreter of its own, which must end well and say nothing."""

    def live(rounds, how="plain", **settings):
        code = LIFE.replace("BEGIN", BEGIN[how]).replace("END", END.get(how, ""))
        told = json.loads(python(code, hosts[0][1], rounds, request.param, how, timeout=1800, **settings))
        report(**told, lost=0)

    return live


@pytest.mark.parametrize("mode", MODES)
def test_silent_in_every_mode(lives, scaled, mode):
    options, environment = MODES[mode]
    lives(scaled(100), options=options, env=environment)


def test_the_collector_at_every_step(lives, scaled):
    lives(scaled(100), "collector")


def test_threads_that_take_turns_at_every_step(lives, scaled):
    lives(scaled(30), "turns")


def test_signals_all_the_time(lives, scaled):
    lives(scaled(200), "signals")
