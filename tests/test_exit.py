"""The interpreter ends as it should, whatever is still under way: with its own exit code, and silently."""

from __future__ import annotations

import pytest
from hostile import LOOPS, python, python_process

PRELUDE = """
import asyncio, gc, os, sys, threading, time
from hostile import LOOPS, Proxy, configuration
import aerospike_py

HOST = ("127.0.0.1", int(sys.argv[1]))
CONFIG = configuration([HOST])
KEY = ("test", "exit", 1)
"""


@pytest.fixture
def script(hosts):
    def run(code, *arguments, status=0, **settings):
        done = python_process(["-c", PRELUDE + code, hosts[0][1], *arguments], **settings)
        assert (done.returncode, done.stderr) == (status, "")
        return done.stdout

    return run


def test_without_close(script):
    script("""
client = aerospike_py.client(CONFIG).connect()
client.put(KEY, {"n": 1})
""")


def test_with_a_client_that_only_the_module_knows(script):
    script("""
client = aerospike_py.async_client(CONFIG)
asyncio.run(client.connect())
sys.modules["somewhere"] = client
""")


@pytest.mark.parametrize("loop", LOOPS)
def test_with_requests_in_flight(script, loop):
    """Started in a loop, which was closed as `asyncio.run` does; the server answers while the interpreter ends."""
    script(
        """
client = aerospike_py.async_client(CONFIG)
loop = LOOPS[sys.argv[2]]()

async def main():
    await client.connect()
    global tasks
    tasks = [asyncio.ensure_future(client.put(("test", "exit", n), {"n": n})) for n in range(1000)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

loop.run_until_complete(main())
loop.close()
sys.exit(3)
""",
        loop,
        status=3,
    )


def test_with_requests_that_are_never_answered(script):
    script(
        """
proxy = Proxy(HOST).__enter__()
client = aerospike_py.async_client(configuration(proxy.hosts))

async def main():
    await client.connect()
    proxy.freeze()
    tasks = [asyncio.ensure_future(client.put(("test", "exit", n), {"n": n})) for n in range(500)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

asyncio.run(main())
sys.stdout.flush()
sys.exit(4)
""",
        status=4,
    )


def test_an_exception_leaves_asyncio_run_with_200_requests_in_flight(hosts):
    code = (
        PRELUDE
        + """
client = aerospike_py.async_client(CONFIG)

async def main():
    await client.connect()
    tasks = [asyncio.ensure_future(client.put(("test", "exit", n), {"n": n})) for n in range(200)]
    await asyncio.sleep(0)
    raise ZeroDivisionError("on purpose")

asyncio.run(main())
"""
    )
    done = python_process(["-c", code, hosts[0][1]])
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: on purpose\n")
    assert done.stderr.count("Traceback") == 1


def test_awaitables_left_in_globals_are_told_of_or_not_but_never_crash(hosts):
    """A coroutine object that is left at the end is not told of either."""
    code = (
        PRELUDE
        + """
client = aerospike_py.async_client(CONFIG)

async def main():
    await client.connect()
    global left
    left = [client.get(KEY) for n in range(100)]

asyncio.run(main())
"""
    )
    done = python_process(["-c", code, hosts[0][1]], options=())
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("attempt", range(5))
def test_with_daemon_threads_in_calls(script, attempt):
    """Their calls return into an interpreter that is ending: they must neither crash it nor hold it up."""
    script(
        """
client = aerospike_py.client(CONFIG).connect()
client.put(KEY, {"n": 1})
started = threading.Barrier(9)

def forever():
    started.wait()
    while True:
        client.get(KEY)

for _ in range(8):
    threading.Thread(target=forever, daemon=True).start()
started.wait()
time.sleep(0.02 * int(sys.argv[2]))
sys.exit(5)
""",
        attempt,
        status=5,
    )


def test_with_a_daemon_thread_in_a_call_that_is_never_answered(script):
    script(
        """
proxy = Proxy(HOST).__enter__()
client = aerospike_py.client(configuration(proxy.hosts)).connect()
client.put(KEY, {"n": 1})
proxy.freeze()
threading.Thread(target=client.get, args=(KEY,), daemon=True).start()
time.sleep(0.1)
sys.exit(6)
""",
        status=6,
    )


def test_with_a_daemon_thread_that_runs_a_loop(script):
    script(
        """
client = aerospike_py.async_client(CONFIG)
asyncio.run(client.connect())
started = threading.Event()

async def forever():
    while True:
        await asyncio.gather(*(client.get(KEY) for _ in range(50)), return_exceptions=True)
        started.set()

threading.Thread(target=asyncio.run, args=(forever(),), daemon=True).start()
started.wait()
sys.exit(7)
""",
        status=7,
    )


def test_a_finalizer_that_calls_the_client(script):
    out = script("""
client = aerospike_py.client(CONFIG).connect()
client.put(KEY, {"n": 1})
client.get(KEY)  # what a reply is made of is imported with the first

class Last:
    def __del__(self, get=client.get, key=KEY, write=os.write):
        write(1, str(get(key).bins["n"]).encode())

last = Last()
last.itself = last
""")
    assert out == "1"


def test_an_atexit_function_that_closes_the_client(script):
    out = script("""
import atexit
client = aerospike_py.client(CONFIG).connect()

def close():
    client.put(KEY, {"n": 1})
    client.close()
    print("closed", client.is_connected())

atexit.register(close)
""")
    assert out == "closed False\n"


def test_an_atexit_function_that_runs_a_loop(script):
    out = script("""
import atexit
client = aerospike_py.async_client(CONFIG)
asyncio.run(client.connect())
atexit.register(lambda: (asyncio.run(client.close()), print("closed")))
""")
    assert out == "closed\n"


def test_threads_that_end_with_the_interpreter(script):
    """Not daemons: the interpreter waits for them."""
    out = script("""
client = aerospike_py.client(CONFIG).connect()

def work():
    for n in range(200):
        client.put(KEY, {"n": n})
    print("finished")

threading.Thread(target=work).start()
""")
    assert out == "finished\n"


def test_os_exit(script):
    script(
        """
client = aerospike_py.client(CONFIG).connect()
client.put(KEY, {"n": 1})
os._exit(8)
""",
        status=8,
    )


def test_with_the_embedded_server_running(script):
    script("""
from aerospike_py.devserver import DevServer
server = DevServer().start()
client = aerospike_py.client({"hosts": server.hosts}).connect()
client.put(KEY, {"n": 1})
""")


LIFE = (
    PRELUDE
    + """
client = aerospike_py.client(CONFIG)
with client:
    client.put(KEY, {"n": 1})
    client.get(KEY)
    client.batch_read([KEY] * 300)

async def main():
    # A busy machine is no defect.
    asyncio.get_running_loop().slow_callback_duration = 60
    async with aerospike_py.async_client(CONFIG) as client:
        await asyncio.gather(*(client.get(KEY) for _ in range(300)))
        await asyncio.wait_for(client.get(KEY), 10)
        await client.batch_read([KEY] * 300)
        await asyncio.gather(client.get("no key"), client.get(("test", "exit", "absent")), return_exceptions=True)
        task = asyncio.ensure_future(client.get(KEY))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

asyncio.run(main())
if "uvloop" in LOOPS:
    loop = LOOPS["uvloop"]()
    loop.set_debug(True)
    loop.run_until_complete(main())
    loop.close()
gc.collect()
"""
)


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("-X", "dev", "-W", "error"), {}),
        (("-X", "faulthandler", "-W", "error"), {}),
        (("-W", "error"), {"PYTHONASYNCIODEBUG": "1"}),
        (("-W", "error", "-X", "tracemalloc=10"), {}),
        (("-O", "-W", "error"), {}),
        (("-W", "error"), {"PYTHONMALLOC": "debug"}),
        (("-I",), {}),
    ],
)
def test_it_is_silent_in_every_mode_of_the_interpreter(hosts, options, environment):
    if "-I" in options:
        path = str(__file__).rsplit("/", 1)[0]
        code = f"import sys; sys.path.insert(0, {path!r})" + LIFE
    else:
        code = LIFE
    assert python(code, hosts[0][1], options=options, env=environment) == ""


def test_it_is_silent_with_the_collector_at_every_step(hosts):
    """What it collects it has to traverse: everything of ours is seen half made and half gone."""
    # What is there already is left alone: the full collections would be about nothing else.
    code = LIFE.replace("HOST =", "gc.freeze()\ngc.set_threshold(1, 1, 1)\nHOST =", 1)
    assert python(code, hosts[0][1]) == ""


def test_never_awaited_where_warnings_are_errors(hosts):
    """It cannot be raised, since nobody called: it is told as Python tells of an error in a destructor."""
    code = (
        PRELUDE
        + """
async def main():
    async with aerospike_py.async_client(CONFIG) as client:
        await client.put(KEY, {"n": 1})
        client.get(KEY)
        await client.get(KEY)

asyncio.run(main())
"""
    )
    done = python_process(["-c", code, hosts[0][1]])
    assert done.returncode == 0
    assert "RuntimeWarning: coroutine 'AsyncClient.get' was never awaited" in done.stderr


INTERPRETERS = """
import sys
try:
    from concurrent import interpreters
except ImportError:
    interpreters = None
    try:
        import _interpreters as raw
    except ImportError:
        import _xxsubinterpreters as raw

def run(code):
    if interpreters:
        interpreters.create().exec(code)
        return
    other = raw.create()
    failed = raw.exec(other, code) if hasattr(raw, "exec") else raw.run_string(other, code)
    assert not failed, failed
    raw.destroy(other)

refused = '''
try:
    import aerospike_py
except ImportError as error:
    assert "cannot be imported in interpreter" in str(error), error
else:
    raise AssertionError("imported")
'''
"""


def test_a_second_interpreter_is_refused():
    code = """
import aerospike_py
run(refused)
run(refused)
assert aerospike_py.client({"hosts": []}).is_connected() is False
print("refused")
"""
    assert python(INTERPRETERS + code, options=()) == "refused\n"


def test_the_first_interpreter_that_imports_it_has_it():
    code = """
run("import aerospike_py; assert not aerospike_py.client(None).is_connected()")
exec(refused)
print("refused")
"""
    assert python(INTERPRETERS + code, options=()) == "refused\n"
