"""A network and a server that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
import threading

import pytest
from hostile import MESSAGE, Cut, Proxy, configuration, kind, python_process

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "network", 1)
ONCE = {"max_retries": 0}


def key(number):
    return ("test", "network", number)


def broken(last):
    """An answer hook: each record's answer ends the connection after `last(chunk)`."""

    def answer(chunk):
        if kind(chunk) == MESSAGE:
            raise Cut(last(chunk))
        return chunk

    return answer


@pytest.fixture
def through(proxy):
    with aerospike_py.client(configuration(proxy.hosts)) as client:
        client.put(KEY, {"n": 1})
        yield client
        # Whatever happened, the client lives on.
        proxy.answer = None
        proxy.thaw()
        assert client.get(KEY).bins == {"n": 1}


def test_a_connection_that_drops_mid_reply(proxy, through):
    for size in (0, 1, 7, 8, 9, 28, 29):
        proxy.answer = broken(lambda chunk, size=size: chunk[:size])
        with pytest.raises(aerospike_py.AerospikeError) as read:
            through.get(KEY, policy=ONCE)
        assert not read.value.in_doubt
        with pytest.raises(aerospike_py.AerospikeError) as write:
            through.put(key("dropped"), {"n": size}, policy=ONCE)
        assert write.value.in_doubt


def test_a_read_is_tried_again_on_another_connection(proxy, through):
    lives = [broken(lambda chunk: chunk[:12])]

    def answer(chunk):
        if kind(chunk) == MESSAGE and lives:
            return lives.pop()(chunk)
        return chunk

    proxy.answer = answer
    assert through.get(KEY, policy={"max_retries": 3, "sleep_between_retries": 0}).bins == {"n": 1}
    assert lives == []


def test_dropped_mid_reply_with_many_in_flight(proxy, run):
    generator = random.Random(3)

    def answer(chunk):
        if kind(chunk) == MESSAGE and generator.random() < 0.1:
            raise Cut(chunk[: generator.randrange(len(chunk))])
        return chunk

    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts, max_error_rate=0)) as client:
            await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(200)))
            proxy.answer = answer
            failed = 0
            for _ in range(10):
                outcome = await asyncio.gather(*(client.get(key(n), policy=ONCE) for n in range(200)), return_exceptions=True)
                for n, each in enumerate(outcome):
                    if isinstance(each, aerospike_py.AerospikeError):
                        failed += 1
                    else:
                        assert each.bins == {"n": n}
            proxy.answer = None
            records = await asyncio.gather(*(client.get(key(n)) for n in range(200)))
            assert [record.bins["n"] for record in records] == list(range(200))
            assert failed > 0

    run(main())


def test_batches_dropped_mid_reply(proxy, run):
    keys = [key(n) for n in range(500)]

    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts, max_error_rate=0)) as client:
            await asyncio.gather(*(client.put(each, {"n": 1}) for each in keys))
            proxy.answer = broken(lambda chunk: chunk[: len(chunk) // 2])
            with contextlib.suppress(aerospike_py.AerospikeError):
                batch = await client.batch_read(keys, policy=ONCE)
                assert not any(record.result == 0 for record in batch.batch_records)
            proxy.answer = None
            assert len(await client.batch_read(keys)) == 500

    run(main())


def test_the_server_frozen_then_back(proxy, run):
    async def main():
        # Without the circuit breaker, which would answer for a node that only times out.
        async with aerospike_py.async_client(configuration(proxy.hosts, max_error_rate=0)) as client:
            await client.put(KEY, {"n": 1})
            for _ in range(3):
                proxy.freeze()
                # Longer than the freeze, however slow the machine.
                tasks = [asyncio.ensure_future(client.get(KEY, policy={"total_timeout": 30_000})) for _ in range(300)]
                outcome = await asyncio.gather(*(client.get(KEY, policy={"total_timeout": 50}) for _ in range(50)), return_exceptions=True)
                assert {type(error) for error in outcome} == {aerospike_py.AerospikeTimeoutError}
                assert not any(task.done() for task in tasks)
                proxy.thaw()
                records = await asyncio.gather(*tasks)
                assert len(records) == 300

    run(main())


def test_a_late_answer_is_never_taken_for_that_of_another_request(proxy, run):
    """Requests time out, their answers arrive afterwards on connections that others want."""

    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts, max_conns_per_node=8, max_error_rate=0)) as client:
            await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(200)))
            for turn in range(10):
                proxy.freeze()
                await asyncio.gather(
                    *(client.get(key(n), policy={"total_timeout": 20, "max_retries": 0}) for n in range(50)), return_exceptions=True
                )
                proxy.thaw()
                records = await asyncio.gather(*(client.get(key(n)) for n in range(turn, 200)))
                assert [record.bins["n"] for record in records] == list(range(turn, 200))

    run(main())


def test_every_connection_broken_then_normal_traffic(proxy, run):
    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts, max_error_rate=0)) as client:
            await client.put(KEY, {"n": 1})
            for _ in range(5):
                tasks = [asyncio.ensure_future(client.get(KEY, policy={"max_retries": 5})) for _ in range(100)]
                await asyncio.sleep(0)
                proxy.cut()
                await asyncio.gather(*tasks, return_exceptions=True)
                records = await asyncio.gather(*(client.get(KEY, policy={"max_retries": 5}) for _ in range(100)))
                assert len(records) == 100

    run(main())


def test_the_server_goes_and_comes_back(run):
    with DevServer() as server:
        ((host, port),) = server.hosts

        async def main():
            async with aerospike_py.async_client(configuration([(host, port)], max_error_rate=0)) as client:
                await client.put(KEY, {"n": 1})
                server.stop()
                outcome = await asyncio.gather(
                    *(client.get(KEY, policy={"total_timeout": 300, "max_retries": 1}) for _ in range(50)), return_exceptions=True
                )
                assert all(isinstance(error, aerospike_py.AerospikeError) for error in outcome)
                with DevServer(port=port):
                    while True:
                        try:
                            await client.put(KEY, {"n": 2})
                            break
                        except aerospike_py.AerospikeError:
                            await asyncio.sleep(0.05)
                    assert (await client.get(KEY)).bins == {"n": 2}

        run(main())


def test_one_frozen_node_of_three_holds_up_nobody_elses_requests(run):
    """Each node behind a proxy of its own, on another loopback address with the node's port."""
    with DevServer(nodes=3) as server, contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(Proxy(host, ("127.0.0.2", host[1]))) for host in server.hosts]
        config = configuration([proxies[0].hosts[0]], ip_map={"127.0.0.1": "127.0.0.2"})

        async def main():
            async with aerospike_py.async_client(config) as client:
                assert len(client.get_node_names()) == 3
                await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(300)))
                assert all(proxy.accepted for proxy in proxies)
                for frozen in proxies:
                    frozen.freeze()
                    tasks = [asyncio.ensure_future(client.get(key(n % 300))) for n in range(3000)]
                    done = 0
                    # More than one node's share, long before the frozen one's requests time out.
                    while done < 1500:
                        await asyncio.sleep(0.01)
                        done = sum(task.done() for task in tasks)
                    assert done < 3000
                    frozen.thaw()
                    records = await asyncio.gather(*tasks)
                    assert [record.bins["n"] for record in records] == [n % 300 for n in range(3000)]

        run(main())


def test_a_node_that_joins_while_another_is_frozen_is_found(run):
    """What the new node has does not wait behind what the frozen one owes."""
    policy = {"max_retries": 0, "replica": aerospike_py.POLICY_REPLICA_MASTER}

    with DevServer(nodes=3, replication_factor=1) as server:

        async def main():
            # A look at the cluster waits for the frozen node as long as `timeout` says, before it is told of the new one.
            config = configuration(
                server.hosts, timeout=1000, tend_interval=250, max_error_rate=0, max_conns_per_node=4, min_conns_per_node=1
            )
            async with aerospike_py.async_client(config) as client:
                await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(300)))
                server.freeze(1)
                held_up = [asyncio.ensure_future(client.get(key(n), {**policy, "total_timeout": 40_000})) for n in range(300)]
                server.add_node()
                while len(client.get_node_names()) < 4:
                    await asyncio.sleep(0.02)
                with server.inject(op="read", node=3, delay=1) as new:
                    read = 0
                    # More than what is left without the frozen node's share and the new one's.
                    while not new.hits or read < 180:
                        outcome = await asyncio.gather(
                            *(client.get(key(n), {**policy, "total_timeout": 500}) for n in range(300)), return_exceptions=True
                        )
                        read = sum(not isinstance(each, Exception) for each in outcome)
                server.thaw(1)
                assert [record.bins["n"] for record in await asyncio.gather(*held_up)] == list(range(300))

        run(main())


def test_slow_answers_reach_those_who_asked(proxy, run):
    generator = random.Random(5)

    async def main():
        async with aerospike_py.async_client(configuration(proxy.hosts)) as client:
            await asyncio.gather(*(client.put(key(n), {"n": n}) for n in range(100)))
            for _ in range(20):
                proxy.freeze()
                asked = generator.sample(range(100), 50)
                tasks = [asyncio.ensure_future(client.get(key(n))) for n in asked]
                await asyncio.sleep(generator.random() / 50)
                proxy.thaw()
                assert [record.bins["n"] for record in await asyncio.gather(*tasks)] == asked

    run(main())


HEADER = struct.Struct(">Q")


def sized(chunk, size):
    """The chunk with another size in its frame."""
    return HEADER.pack(chunk[0] << 56 | chunk[1] << 48 | size) + chunk[8:]


LIES = {
    "the size of a frame, far too large": lambda chunk: sized(chunk, (1 << 48) - 1),
    "the size of a frame, 1 GiB": lambda chunk: sized(chunk, 1 << 30),
    "the size of a frame, nothing": lambda chunk: sized(chunk, 0),
    "the size of a frame, too small": lambda chunk: sized(chunk, 10),
    "the version": lambda chunk: b"\x09" + chunk[1:],
    "the kind": lambda chunk: chunk[:1] + b"\x01" + chunk[2:],
    "the size of the header": lambda chunk: chunk[:8] + b"\xff" + chunk[9:],
    "the number of operations": lambda chunk: chunk[:28] + b"\xff\xff" + chunk[30:],
    "the number of fields": lambda chunk: chunk[:26] + b"\xff\xff" + chunk[28:],
    "the size of an operation, far too large": lambda chunk: chunk[:30] + b"\xff\xff\xff\xff" + chunk[34:],
    "the size of an operation, nothing": lambda chunk: chunk[:30] + b"\x00\x00\x00\x00" + chunk[34:],
    "the size of a bin's name": lambda chunk: chunk[:37] + b"\xff" + chunk[38:],
    "the type of a value": lambda chunk: chunk[:35] + b"\x7f" + chunk[36:],
    "a name that is no UTF-8": lambda chunk: chunk[:38] + b"\xff" + chunk[39:],
    "all of it": lambda chunk: b"\xff" * len(chunk),
    "nothing but zeros": lambda chunk: bytes(len(chunk)),
    "a msgpack type": lambda chunk: chunk.replace(b"\x93\x01\x02\x03", b"\xc1\x01\x02\x03"),
    "the length of a msgpack list": lambda chunk: chunk.replace(b"\x93\x01\x02\x03", b"\xdd\xff\xff\xff"),
    "the depth of a msgpack list": lambda chunk: chunk.replace(b"\x93\x01\x02\x03", b"\x91\x91\x91\x91"),
}

LIED_TO = """
import sys
from hostile import MESSAGE, Proxy, configuration, kind
import aerospike_py, test_network

lie = test_network.LIES[sys.argv[2]]
key = ("test", "network", "lie")
with Proxy(("127.0.0.1", int(sys.argv[1]))) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts, max_error_rate=0)).connect()
    client.put(key, {"list": [1, 2, 3]})
    proxy.answer = lambda chunk: lie(chunk) if kind(chunk) == MESSAGE else chunk
    policy = {"max_retries": 0, "total_timeout": 500}
    for call in (
        lambda: client.get(key, policy=policy),
        lambda: client.exists(key, policy=policy),
        lambda: client.put(key, {"list": [1, 2, 3]}, policy=policy),
        lambda: client.batch_read([key] * 5, policy=policy),
    ):
        try:
            call()
        except aerospike_py.AerospikeError as error:
            pass
    proxy.answer = None
    assert client.get(key).bins == {"list": [1, 2, 3]}
    client.close()
with open("/proc/self/status") as status:
    (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
assert peak < 200_000, f"{peak} KiB"
print("lives")
"""


def survives(*arguments):
    """The process lives. What it may say is that a request panicked, which Rust's own hook prints and which is an exception for its caller:
    the core client trusts sizes that a server sends."""
    done = python_process(["-c", *arguments])
    assert (done.returncode, done.stdout) == (0, "lives\n"), done.stderr
    assert not done.stderr or "panicked at" in done.stderr
    assert "abort" not in done.stderr


PANIC = """
import asyncio, sys, threading
from hostile import LOOPS, MESSAGE, Proxy, Runner, configuration, kind
import aerospike_py

key = ("test", "network", "panic")

def lie(chunk):
    # An integer of one byte, which the core client reads eight of.
    return chunk[:35] + b"\\x01" + chunk[36:] if kind(chunk) == MESSAGE else chunk

def assert_panicked(error):
    assert isinstance(error, aerospike_py.AerospikeError), repr(error)
    assert "get panicked, which is a defect of aerospike_py or of its engine" in str(error), error
    assert not error.in_doubt

with Proxy(("127.0.0.1", int(sys.argv[1]))) as proxy:
    # A single permit: a panic that kept it would stop everything.
    config = configuration(proxy.hosts, max_error_rate=0, max_concurrent_operations=1, max_conns_per_node=2, min_conns_per_node=1)
    client = aerospike_py.client(config).connect()
    client.put(key, {"text": "x"})
    outcome = []

    def read():
        for _ in range(3):
            try:
                outcome.append(client.get(key))
            except Exception as error:
                outcome.append(error)

    proxy.answer = lie
    read()
    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcome) == 12
    for each in outcome:
        assert_panicked(each)
    proxy.answer = None
    assert client.get(key).bins == {"text": "x"}
    client.close()

    async def main():
        async with aerospike_py.async_client(config) as client:
            proxy.answer = lie
            for each in await asyncio.gather(*(client.get(key) for _ in range(20)), return_exceptions=True):
                assert_panicked(each)
            proxy.answer = None
            assert (await client.get(key)).bins == {"text": "x"}

    for name in LOOPS:
        run = Runner(name)
        run(main())
        assert run.take_reports() == []
print("lives")
"""


def test_a_panic_in_a_request_is_an_exception_and_the_client_lives_on(hosts):
    survives(PANIC, hosts[0][1])


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_ends_no_client(hosts, lie):
    """Each answer is an error or a record; the process lives, does not grow, and the client goes on."""
    survives(LIED_TO, hosts[0][1], lie)


NOISE = """
import random, sys
from hostile import MESSAGE, Proxy, configuration, kind
import aerospike_py

generator = random.Random(int(sys.argv[2]))
key = ("test", "network", "noise")

def noise(chunk):
    chunk = bytearray(chunk)
    for _ in range(generator.randrange(1, 4)):
        # Sizes of frames are left alone: they would only cost time-outs here.
        chunk[generator.randrange(8, len(chunk))] = generator.choice([0, 1, 127, 128, 255, generator.randrange(256)])
    return bytes(chunk)

with Proxy(("127.0.0.1", int(sys.argv[1]))) as proxy:
    client = aerospike_py.client(configuration(proxy.hosts, max_error_rate=0)).connect()
    client.put(key, {"list": [1, [2, {"a": None}], 3.5], "text": "t", "blob": b"b", "map": {"k": [1]}})
    proxy.answer = lambda chunk: noise(chunk) if kind(chunk) == MESSAGE else chunk
    policy = {"max_retries": 0, "total_timeout": 100}
    failed = 0
    for _ in range(300):
        try:
            client.get(key, policy=policy)
        except aerospike_py.AerospikeError as error:
            failed += 1
    for _ in range(100):
        try:
            client.batch_read([key] * 3, policy=policy)
        except aerospike_py.AerospikeError as error:
            failed += 1
    assert failed
    proxy.answer = None
    assert client.get(key).bins["text"] == "t"
    client.close()
print("lives")
"""


@pytest.mark.parametrize("seed", range(3))
def test_noise_in_answers_ends_no_client(hosts, seed):
    survives(NOISE, hosts[0][1], seed)


def test_threads_share_a_client_over_a_bad_network(proxy):
    generator = random.Random(11)
    failures = []

    def answer(chunk):
        if kind(chunk) == MESSAGE and generator.random() < 0.02:
            raise Cut(chunk[: generator.randrange(len(chunk))])
        return chunk

    with aerospike_py.client(configuration(proxy.hosts, max_error_rate=0)) as client:
        for n in range(50):
            client.put(key(n), {"n": n})
        proxy.answer = answer

        def work():
            try:
                for n in range(200):
                    with contextlib.suppress(aerospike_py.AerospikeError):
                        assert client.get(key(n % 50), policy=ONCE).bins == {"n": n % 50}
            except BaseException as error:  # noqa: BLE001 (told to the test)
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        proxy.answer = None
        assert failures == []
        assert client.get(key(1)).bins == {"n": 1}
