"""A client made before a fork works in the child, and the parent does not notice."""

from __future__ import annotations

import sys

import pytest
from hostile import python, python_process

# What each script begins with. `child(function)` forks, runs the function in the child, and asserts that it ended well.
PRELUDE = """
import asyncio, gc, multiprocessing, os, signal, sys, threading, time, traceback, warnings
from hostile import LOOPS, configuration, descriptors
import aerospike_py

HOSTS = [("127.0.0.1", int(sys.argv[1]))]
CONFIG = configuration(HOSTS)

def key(number):
    return ("test", "fork", number)

def fork(function):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(30)
            function()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return child

def joined(child):
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"

def in_child(function):
    joined(fork(function))

def works(client, offset=0):
    for n in range(20):
        client.put(key(offset + n), {"n": n})
        assert client.get(key(offset + n)).bins == {"n": n}

async def works_async(client, offset=0):
    await asyncio.gather(*(client.put(key(offset + n), {"n": n}) for n in range(50)))
    records = await asyncio.gather(*(client.get(key(offset + n)) for n in range(50)))
    assert [record.bins["n"] for record in records] == list(range(50))

def connected():
    return aerospike_py.client(CONFIG).connect()
"""


@pytest.fixture
def script(hosts):
    """Runs a script after the prelude; Python 3.12 and later warn of forks in processes with threads, which is the point here."""

    def run(code, *arguments, **settings):
        options = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
        return python(PRELUDE + code, hosts[0][1], *arguments, options=options, **settings)

    return run


def test_the_child_uses_the_client_and_the_parent_goes_on(script):
    script("""
client = connected()
works(client)
child = fork(lambda: works(client, 100))
works(client, 200)
joined(child)
works(client)
client.close()
""")


def test_the_parents_connections_are_not_the_childs(script):
    """Answers never get mixed up: both sides work at once on the same client."""
    script("""
client = connected()
works(client)
children = [fork(lambda offset=1000 * n: [works(client, offset) for _ in range(20)]) for n in range(1, 5)]
for _ in range(20):
    works(client)
for child in children:
    joined(child)
client.close()
""")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_an_async_client_in_the_child(script, loop):
    script(
        """
new_loop = LOOPS.get(sys.argv[2])
if new_loop:
    def run(coroutine):
        loop = new_loop()
        try:
            return loop.run_until_complete(coroutine)
        finally:
            loop.close()

    client = aerospike_py.async_client(CONFIG)
    run(client.connect())
    run(works_async(client))
    child = fork(lambda: run(works_async(client, 100)))
    run(works_async(client, 200))
    joined(child)
    in_child(lambda: run(client.close()))
    run(works_async(client))
    run(client.close())
""",
        loop,
    )


def test_grandchildren(script):
    script("""
client = connected()

def child():
    works(client, 100)
    in_child(lambda: (works(client, 200), in_child(lambda: works(client, 300))))
    works(client, 100)

in_child(child)
works(client)
client.close()
""")


def test_a_grandchild_of_a_child_that_never_used_the_client(script):
    script("""
client = connected()
works(client)
in_child(lambda: in_child(lambda: works(client, 100)))
works(client)
client.close()
""")


def test_a_fork_while_other_threads_submit(script):
    script("""
client = connected()
stop = False
failures = []

def submit(offset):
    try:
        while not stop:
            works(client, offset)
    except BaseException as error:
        failures.append(error)

threads = [threading.Thread(target=submit, args=(1000 * n,)) for n in range(1, 5)]
for thread in threads:
    thread.start()
for turn in range(15):
    in_child(lambda: works(client, 100_000))
stop = True
for thread in threads:
    thread.join()
assert failures == []
client.close()
""")


def test_a_fork_while_another_thread_runs_a_loop(script):
    script("""
client = aerospike_py.async_client(CONFIG)
asyncio.run(client.connect())
stop = False
failures = []

async def submit():
    while not stop:
        await works_async(client)

def thread():
    try:
        asyncio.run(submit())
    except BaseException as error:
        failures.append(error)

thread = threading.Thread(target=thread)
thread.start()
for turn in range(15):
    in_child(lambda: asyncio.run(works_async(client, 1000)))
stop = True
thread.join()
assert failures == []
asyncio.run(client.close())
""")


def test_a_fork_while_another_thread_connects_and_closes(script):
    script("""
stop = False
failures = []

def connect():
    try:
        while not stop:
            connected().close()
    except BaseException as error:
        failures.append(error)

client = connected()
thread = threading.Thread(target=connect)
thread.start()
for turn in range(15):
    in_child(lambda: works(client, 1000))
    in_child(lambda: works(connected(), 1000))
stop = True
thread.join()
assert failures == []
client.close()
""")


def test_a_client_that_was_connecting_at_the_fork_can_be_connected_in_the_child(script):
    script("""
import socket
silent = socket.create_server(("127.0.0.1", 0))
client = aerospike_py.client({"hosts": [silent.getsockname()], "timeout": 3000})

def connect():
    try:
        client.connect()
    except aerospike_py.AerospikeError:
        pass

thread = threading.Thread(target=connect)
thread.start()
accepted = silent.accept()[0]

def child():
    client.__init__(CONFIG)
    client.connect()
    works(client)
    client.close()

in_child(child)
accepted.close()
silent.close()
thread.join()
""")


def test_a_client_that_was_closing_at_the_fork_is_closed_in_the_child(script, hosts):
    script("""
from hostile import Proxy
with Proxy(HOSTS[0]) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(key(1), {"n": 1})
    proxy.freeze()
    reading = threading.Thread(target=client.get, args=(key(1),))
    reading.start()
    time.sleep(0.1)
    closing = threading.Thread(target=client.close)
    closing.start()
    while client.is_connected():
        time.sleep(0.001)

    def child():
        client.close()
        client.__init__(CONFIG)
        client.connect()
        works(client)
        client.close()

    in_child(child)
    proxy.thaw()
    reading.join()
    closing.join()
""")


def test_a_child_that_never_uses_the_client(script):
    script("""
client = connected()
works(client)
in_child(lambda: None)
in_child(lambda: gc.collect())
works(client)
client.close()
""")


def test_a_child_that_ends_as_programs_do(script):
    """Through `sys.exit`, with everything dropped, and not through `os._exit`."""
    script("""
client = connected()
pending = aerospike_py.async_client(CONFIG)
asyncio.run(pending.connect())
works(client)
for use in (False, True):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        if use:
            works(client, 100)
            asyncio.run(works_async(pending, 200))
        sys.exit(0)
    joined(child)
works(client)
client.close()
asyncio.run(pending.close())
""")


def test_a_child_that_forgets_the_client(script):
    script("""
client = connected()
works(client)

def child():
    global client
    client = None
    gc.collect()

in_child(child)
works(client)
client.close()
""")


def test_close_in_the_child(script):
    script("""
client = connected()
works(client)

def child():
    client.close()
    client.close()
    try:
        client.get(key(1))
    except aerospike_py.ClientError:
        pass
    else:
        raise AssertionError
    client.connect()
    works(client, 100)
    client.close()

in_child(child)
works(client)
client.close()
in_child(child)
""")


def test_a_client_closed_before_the_fork(script):
    script("""
client = connected()
works(client)
client.close()

def child():
    client.connect()
    works(client, 100)
    client.close()

in_child(child)
client.connect()
works(client)
client.close()
""")


def test_a_client_made_in_the_child(script):
    script("""
connected().close()

def child():
    client = connected()
    works(client)
    client.close()

in_child(child)
""")


def test_a_context_manager_around_the_fork(script):
    script("""
with connected() as client:
    works(client)
    child = os.fork()
if child == 0:
    os._exit(0)
joined(child)
""")


def test_the_child_opens_its_own_sockets_and_the_parents_stay_open(script):
    script("""
client = connected()
works(client)
before = descriptors("socket:")

def child():
    inherited = descriptors("socket:")
    works(client, 100)
    assert descriptors("socket:") > inherited
    client.close()

in_child(child)
works(client)
assert descriptors("socket:") >= before
client.close()
""")


def test_a_fork_in_c(script):
    """No Python code learns of it: `os.register_at_fork` would not."""
    script("""
import ctypes
fork_in_c = ctypes.PyDLL(None).fork
client = connected()
works(client)
for _ in range(5):
    child = fork_in_c()
    if child == 0:
        status = 1
        try:
            signal.alarm(30)
            works(client, 100)
            client.close()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    works(client)
    joined(child)
client.close()
""")


def test_a_fork_in_c_while_other_threads_submit(script):
    """As uWSGI forks: it tells Python of it, and nobody else. Untold, Python itself hangs in the child if a thread waited for its lock."""
    script("""
import ctypes
fork_in_c = ctypes.PyDLL(None).fork
tell_python = ctypes.pythonapi.PyOS_AfterFork_Child
tell_python.restype = None
# So that no other thread asks for the interpreter between the fork and telling.
sys.setswitchinterval(1000)
client = connected()
stop = False

def submit(offset):
    while not stop:
        works(client, offset)

threads = [threading.Thread(target=submit, args=(1000 * n,), daemon=True) for n in range(1, 4)]
for thread in threads:
    thread.start()
for _ in range(10):
    child = fork_in_c()
    if child == 0:
        tell_python()
        status = 1
        try:
            signal.alarm(30)
            assert client.get(key(1000)).bins is not None
            status = 0
        finally:
            os._exit(status)
    joined(child)
stop = True
for thread in threads:
    thread.join()
client.close()
""")


@pytest.mark.parametrize("what", ["under way", "answered", "deferred", "failed"])
def test_an_awaitable_from_before_the_fork_is_an_error_in_the_child(script, what):
    script(
        """
what = sys.argv[2]
client = aerospike_py.async_client(CONFIG)
asyncio.run(client.connect())
asyncio.run(client.put(key(1), {"n": 1}))

async def refused(pending):
    try:
        await pending
    except RuntimeError as error:
        assert "forked" in str(error), error
    else:
        raise AssertionError

def child(pending):
    if not asyncio._get_running_loop():
        asyncio.run(refused(pending))
        return
    # The loop runs on in the child: step by hand.
    try:
        pending.send(None)
    except RuntimeError as error:
        assert "forked" in str(error), error
    else:
        raise AssertionError

async def main():
    pending = client.get("no key" if what == "failed" else key(1))
    while what == "answered" and "answered" not in repr(pending):
        await asyncio.sleep(0)
    in_child(lambda: child(pending))
    try:
        await pending
    except TypeError:
        assert what == "failed"
    except aerospike_py.AerospikeError:
        assert what == "failed"

if what == "deferred":
    pending = client.get(key(1))
    in_child(lambda: child(pending))
    asyncio.run(pending)
else:
    asyncio.run(main())
asyncio.run(client.close())
""",
        what,
    )


def test_a_fork_inside_a_loop_with_requests_in_flight(script):
    """The child leaves the loop behind and starts another."""
    script("""
client = aerospike_py.async_client(CONFIG)

async def main():
    await client.connect()
    await works_async(client)
    for turn in range(5):
        tasks = [asyncio.ensure_future(client.get(key(n % 50))) for n in range(200)]
        await asyncio.sleep(0)

        def child():
            asyncio._set_running_loop(None)
            asyncio.run(works_async(client, 1000))
            asyncio.run(client.close())

        process = fork(child)
        records = await asyncio.gather(*tasks)
        assert [record.bins["n"] for record in records] == [n % 50 for n in range(200)]
        joined(process)
    await client.close()

asyncio.run(main())
""")


def test_a_fork_in_a_signal_handler_during_a_blocked_call(script):
    """The handler's child must not wait for an answer that the parent will get."""
    script("""
from hostile import Proxy
with Proxy(HOSTS[0]) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(key(1), {"n": 1})
    other = connected()
    children = []

    def handler(*_):
        child = os.fork()
        if child:
            children.append(child)
            proxy.thaw()
        else:
            signal.alarm(20)
            works(other, 100)

    signal.signal(signal.SIGUSR1, handler)
    parent = os.getpid()
    proxy.freeze()
    threading.Timer(0.3, os.kill, (parent, signal.SIGUSR1)).start()
    try:
        record = client.get(key(1))
    except RuntimeError as error:
        os._exit(0 if os.getpid() != parent and "forked" in str(error) else 3)
    except BaseException:
        traceback.print_exc()
        os._exit(2)
    if os.getpid() != parent:
        os._exit(1)
    assert record.bins == {"n": 1}
    joined(children[0])
    other.close()
    client.close()
""")


MULTIPROCESSING = """
CLIENT = None

def use_the_parents(number):
    works(CLIENT, 1000 * number)
    return number

def use_its_own(number):
    with aerospike_py.client(CONFIG) as client:
        works(client, 1000 * number)
    return number

async def use_its_own_async(number):
    async with aerospike_py.async_client(CONFIG) as client:
        await works_async(client, 1000 * number)
    return number

def run_its_own_async(number):
    return asyncio.run(use_its_own_async(number))

if __name__ == "__main__":
    method = sys.argv[2]
    context = multiprocessing.get_context(method)
    CLIENT = connected()
    works(CLIENT)
    with context.Pool(2) as pool:
        functions = [use_its_own, run_its_own_async] + ([use_the_parents] if method == "fork" else [])
        for function in functions:
            assert pool.map(function, range(1, 7)) == list(range(1, 7))
        pool.close()
        pool.join()
    works(CLIENT)
    CLIENT.close()
"""


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(hosts, tmp_path, method):
    # A module: spawn and forkserver import it in the child.
    program = tmp_path / "program.py"
    program.write_text(PRELUDE + MULTIPROCESSING)
    options = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
    done = python_process([program, hosts[0][1], method], options=options)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_client_cannot_be_sent_to_another_process(client):
    import pickle

    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(client)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_process_pool_executor(script):
    script("""
from concurrent.futures import ProcessPoolExecutor
client = connected()

def work(number):
    works(client, 1000 * number)
    return number

works(client)
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    assert list(pool.map(work, range(1, 9))) == list(range(1, 9))
client.close()
""")


def test_prefork_as_servers_do_it(script):
    """gunicorn --preload: the application, client included, is made in the parent, which forks workers and never works itself."""
    script("""
client = aerospike_py.client(CONFIG)
client.connect()

def worker():
    threads = [threading.Thread(target=works, args=(client, 1000 * n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()

workers = [fork(worker) for _ in range(6)]
for each in workers:
    joined(each)
client.close()
""")


def test_the_child_still_sees_ctrl_c(script):
    script("""
from hostile import Proxy
with Proxy(HOSTS[0]) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(key(1), {"n": 1})

    def child():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        client.get(key(1))
        proxy_frozen.wait()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            client.get(key(1))
        except KeyboardInterrupt:
            return
        raise AssertionError

    proxy_frozen = multiprocessing.get_context("fork").Event()
    process = fork(child)
    time.sleep(0.5)
    proxy.freeze()
    proxy_frozen.set()
    joined(process)
    proxy.thaw()
    client.close()
""")


def test_queries_in_the_child(script):
    """A query goes on where it was begun; in the child it can be made anew, and resumed."""
    script("""
client = connected()
client.batch_write([(("test", "forkquery", n), {"n": n}) for n in range(1000)])
query = client.query("test", "forkquery")
records = query.records({"record_queue_size": 64})
first = [next(records).bins["n"] for _ in range(10)]

def child():
    global query, records
    try:
        next(records)
    except RuntimeError as error:
        assert "forked" in str(error)
    else:
        raise AssertionError("the parent's query went on in the child")
    assert len(query.results()) == 1000
    rest = client.query("test", "forkquery").resume(records.cursor).results()
    assert sorted(first + [record.bins["n"] for record in rest]) == list(range(1000))
    del query, records
    gc.collect()

in_child(child)
assert sorted(first + [record.bins["n"] for record in records]) == list(range(1000))
client.close()
""")
