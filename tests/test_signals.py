"""A blocked call lets the application's signal handlers run."""

from __future__ import annotations

import pytest
from hostile import LOOPS, python

PRELUDE = """
import asyncio, os, signal, sys, threading, time
from hostile import LOOPS, Proxy, configuration
import aerospike_py

HOST = ("127.0.0.1", int(sys.argv[1]))
KEY = ("test", "signals", 1)

def after(seconds, number):
    threading.Timer(seconds, os.kill, (os.getpid(), number)).start()
"""

FROZEN = (
    PRELUDE
    + """
with Proxy(HOST) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(KEY, {"n": 1})
    proxy.freeze()
    test(proxy, client)
    proxy.thaw()
    client.put(KEY, {"n": 2})
    assert client.get(KEY).bins == {"n": 2}
    client.close()
print("done")
"""
)


@pytest.fixture
def frozen(hosts):
    """Runs `test(proxy, client)` with a server that does not answer; afterwards it does, and all must work again."""

    def run(code):
        assert python(code + FROZEN, hosts[0][1]) == "done\n"

    return run


@pytest.fixture
def script(hosts):
    def run(code, *arguments):
        return python(PRELUDE + code, hosts[0][1], *arguments)

    return run


def test_ctrl_c_ends_a_blocked_call(frozen):
    frozen("""
def test(proxy, client):
    after(0.2, signal.SIGINT)
    try:
        client.get(KEY)
    except KeyboardInterrupt:
        return
    raise AssertionError
""")


def test_ctrl_c_ends_a_blocked_connect(script):
    script("""
import socket
with socket.create_server(("127.0.0.1", 0)) as silent:
    client = aerospike_py.client({"hosts": [silent.getsockname()], "timeout": 5000})
    after(0.2, signal.SIGINT)
    try:
        client.connect()
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError
""")


def test_a_write_left_by_ctrl_c_is_done_all_the_same(frozen):
    frozen("""
def test(proxy, client):
    after(0.2, signal.SIGINT)
    try:
        client.put(("test", "signals", "left"), {"n": 1})
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError
    proxy.thaw()
    while client.exists(("test", "signals", "left")).meta is None:
        pass
""")


# Also while the thread still sleeps in the socket.
@pytest.mark.parametrize("seconds", [0.2, 0.003])
def test_an_exception_of_a_handler_comes_out_of_the_call(frozen, seconds):
    frozen(
        f"SECONDS = {seconds}\n"
        """
class Alarm(Exception):
    pass

def ring(*_):
    raise Alarm

def test(proxy, client):
    signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        client.get(KEY)
    except Alarm:
        return
    raise AssertionError
"""
    )


def test_a_handler_runs_and_the_call_goes_on(frozen):
    frozen("""
def test(proxy, client):
    seen = []

    def handler(number, frame):
        seen.append(number)
        proxy.thaw()

    signal.signal(signal.SIGUSR1, handler)
    after(0.2, signal.SIGUSR1)
    assert client.get(KEY).bins == {"n": 1}
    assert seen == [signal.SIGUSR1]
""")


def test_many_signals_during_one_call(frozen):
    frozen("""
def test(proxy, client):
    seen = 0

    def handler(number, frame):
        nonlocal seen
        seen += 1
        if seen == 10:
            signal.setitimer(signal.ITIMER_REAL, 0)
            proxy.thaw()

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.06, 0.06)
    assert client.get(KEY).bins == {"n": 1}
    assert seen == 10
""")


def test_a_handler_that_uses_the_client(script):
    script("""
with Proxy(HOST) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    other = aerospike_py.client(configuration([HOST])).connect()
    client.put(KEY, {"n": 1})

    def handler(number, frame):
        assert other.get(KEY).bins == {"n": 1}
        proxy.thaw()
        assert client.get(KEY).bins == {"n": 1}

    signal.signal(signal.SIGUSR1, handler)
    proxy.freeze()
    after(0.2, signal.SIGUSR1)
    assert client.get(KEY).bins == {"n": 1}
    client.close()
    other.close()
""")


@pytest.mark.parametrize("timeout", ["100", "None"])
def test_a_handler_that_closes_the_client(script, timeout):
    """As a SIGTERM handler of a worker does; the call below it on the stack must not be what it waits for, for ever."""
    script(
        """
with Proxy(HOST) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts)).connect()
    client.put(KEY, {"n": 1})
    timeout = eval(sys.argv[2])

    def handler(number, frame):
        if timeout is None:
            threading.Timer(0.2, proxy.thaw).start()
        client.close(timeout=timeout)

    signal.signal(signal.SIGTERM, handler)
    proxy.freeze()
    after(0.2, signal.SIGTERM)
    try:
        assert client.get(KEY).bins == {"n": 1}
        assert timeout is None
    except aerospike_py.ClientError as error:
        assert timeout == 100, error
    assert not client.is_connected()
""",
        timeout,
    )


def test_ctrl_c_in_asyncio_run(script):
    script("""
with Proxy(HOST) as proxy:
    client = aerospike_py.async_client(configuration(proxy.hosts))

    async def main():
        await client.put(KEY, {"n": 1})
        proxy.freeze()
        await asyncio.gather(*(client.get(KEY) for _ in range(200)))

    asyncio.run(client.connect())
    after(0.5, signal.SIGINT)
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError
    proxy.thaw()
    assert asyncio.run(client.get(KEY)).bins == {"n": 1}
    asyncio.run(client.close())
""")


@pytest.mark.parametrize("loop", LOOPS)
def test_signal_handlers_of_the_loop(script, loop):
    script(
        """
loop = LOOPS[sys.argv[2]]()

async def main():
    client = aerospike_py.async_client(configuration([HOST]))
    await client.connect()
    await client.put(KEY, {"n": 1})
    seen = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, seen.set)
    after(0.1, signal.SIGUSR1)
    while not seen.is_set():
        await asyncio.gather(*(client.get(KEY) for _ in range(50)))
    await client.close()

loop.run_until_complete(main())
loop.close()
""",
        loop,
    )


def test_handlers_are_the_applications_own(script):
    """Neither importing nor connecting nor calling changes one."""
    script("""
before = {number: signal.getsignal(number) for number in signal.valid_signals()}
descriptor = signal.set_wakeup_fd(-1)
client = aerospike_py.client(configuration([HOST])).connect()
client.put(KEY, {"n": 1})
asyncio.run(aerospike_py.async_client(configuration([HOST])).connect())
client.close()
assert {number: signal.getsignal(number) for number in signal.valid_signals()} == before
assert signal.set_wakeup_fd(-1) == descriptor == -1
with open("/proc/self/status") as lines:
    status = [line for line in lines if line.startswith(("SigBlk", "ShdPnd"))]
assert all(int(line.split()[1], 16) == 0 for line in status), status
""")


def test_sigchld_is_the_applications_own(script):
    """Children can be waited for while requests go on."""
    script("""
import subprocess
client = aerospike_py.client(configuration([HOST])).connect()
client.put(KEY, {"n": 1})
for status in range(5):
    child = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({status})"])
    client.get(KEY)
    assert child.wait() == status
client.close()
""")


def test_ctrl_c_while_a_thread_is_blocked_ends_the_main_thread_only(frozen):
    frozen("""
def test(proxy, client):
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(client.get(KEY).bins))
    thread.start()
    after(0.2, signal.SIGINT)
    try:
        # Not `join`: until Python 3.13 an interrupted one makes the next return too early.
        while thread.is_alive():
            time.sleep(0.01)
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError
    proxy.thaw()
    thread.join()
    assert outcome == [{"n": 1}]
""")


def test_sync_threads_work_while_the_main_thread_is_busy_in_python(script):
    script("""
client = aerospike_py.client(configuration([HOST])).connect()
client.put(KEY, {"n": 1})
done = []

def work():
    for _ in range(200):
        assert client.get(KEY).bins == {"n": 1}
    done.append(True)

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
turns = 0
while len(done) < 4:
    turns += 1
for thread in threads:
    thread.join()
client.close()
""")
