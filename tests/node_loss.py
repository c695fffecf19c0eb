"""Load on a cluster of three nodes while it loses some, and what must hold meanwhile. In short a test, at length a stress run."""

from __future__ import annotations

import asyncio
import base64
import random
import threading
import time

from hostile import configuration, until

import aerospike_py
from aerospike_py.devserver import DevServer

SET = "loss"
#: Seconds between two looks of a client at the cluster.
TEND = 0.25
#: The most connections of a client to a node.
CONNECTIONS = 16
THREADS, TASKS = 2, 8
#: Short, so that a frozen node does not hold up for long who asks it; but a busy machine must not look like one.
POLICY = {"total_timeout": 2000, "socket_timeout": 500, "max_retries": 5}


def key(number):
    return ("test", SET, number)


def partition(number):
    return aerospike_py.get_partition_id(aerospike_py.calc_digest("test", SET, number))


def connections(ports):
    """Those that are open to these ports, as those see it who opened them.

    Each once: the kernel hands its table out in pieces, and whoever asks for the end of one that has grown meanwhile, by connections of
    whomever, is given its last rows again.
    """
    with open("/proc/net/tcp") as lines:
        rows = [line.split()[:10] for line in lines][1:]
    # The inode of a socket tells it from any other, and from a later one of the same addresses.
    return {inode for _, _, remote, state, *_, inode in rows if state == "01" and int(remote.split(":")[1], 16) in ports}


class Load:
    """Writes new records and reads old ones, from blocked threads and from an event loop.

    Each record is written once, so that whatever becomes of a write in doubt, a wrong value is a wrong value.
    """

    def __init__(self, hosts):
        config = configuration(hosts, tend_interval=int(TEND * 1000), max_conns_per_node=CONNECTIONS, max_error_rate=0)
        self.sync = aerospike_py.client(config).connect()
        self.clients = [self.sync]
        self.config = config
        self.nodes = {}
        self.written = []
        self.done = 0
        # What failed: the number of the record, how, and when it was begun.
        self.errors = []
        # What must not be: a wrong value, a record that is lost, an error that is none of ours.
        self.wrong = []
        self.ports = {port for _, port in hosts}
        # The most at once, as far as was seen.
        self.connections = 0
        self._numbers = iter(range(1 << 40))
        self._lock = threading.Lock()
        self._ended = False
        self._threads = [threading.Thread(target=self._guard, args=(self._block, seed)) for seed in range(THREADS)]
        self._threads.append(threading.Thread(target=self._guard, args=(lambda _: asyncio.run(self._loop()), 0)))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended = True
        for thread in self._threads:
            thread.join()
        self.sync.close()

    def names(self):
        """The nodes that each of the two clients knows."""
        return len(self.sync.get_node_names()), len(self.nodes)

    def _guard(self, work, seed):
        try:
            work(seed)
        except BaseException as error:  # noqa: BLE001 -- a thread that ends by itself is a failed test
            self.wrong.append(error)

    def _choose(self, generator):
        """A record to write, or one that was written."""
        if self.written and generator.random() < 0.5:
            return generator.choice(self.written), False
        with self._lock:
            return next(self._numbers), True

    def _read(self, number, record):
        if record.bins != {"n": number}:
            self.wrong.append((number, record))
        self.done += 1

    def _failed(self, number, error, is_write, began):
        if isinstance(error, aerospike_py.RecordNotFound):
            self.wrong.append((number, error, is_write))
        self.errors.append((number, error, began))

    def _block(self, seed):
        generator = random.Random(seed)
        while not self._ended:
            number, is_write = self._choose(generator)
            began = time.monotonic()
            try:
                if is_write:
                    self.sync.put(key(number), {"n": number}, policy=POLICY)
                    self.written.append(number)
                    self.done += 1
                else:
                    self._read(number, self.sync.get(key(number), policy=POLICY))
            except aerospike_py.AerospikeError as error:
                self._failed(number, error, is_write, began)

    async def _loop(self):
        async with aerospike_py.async_client(self.config) as client:
            self.clients.append(client)

            async def work(seed):
                generator = random.Random(seed)
                while not self._ended:
                    number, is_write = self._choose(generator)
                    began = time.monotonic()
                    try:
                        if is_write:
                            await client.put(key(number), {"n": number}, policy=POLICY)
                            self.written.append(number)
                            self.done += 1
                        else:
                            self._read(number, await client.get(key(number), policy=POLICY))
                    except aerospike_py.AerospikeError as error:
                        self._failed(number, error, is_write, began)

            async def watch():
                before = set()
                while not self._ended:
                    self.nodes = client.get_node_names()
                    # The table takes time to read, and one connection may follow another meanwhile. What two looks in a row show was there
                    # all the time between them.
                    seen = connections(self.ports)
                    self.connections = max(self.connections, len(seen & before))
                    before = seen
                    await asyncio.sleep(TEND / 10)

            await asyncio.gather(watch(), *(work(100 + seed) for seed in range(TASKS)))

    def attempts(self, host):
        """How often each client has tried to connect to this node, since it knows it."""
        address = "{}:{}".format(*host)
        nodes = [node for client in self.clients for node in client.stats().nodes if node.address == address]
        return [node.connections_opened + node.connections_failed for node in nodes]

    def goes_on(self, count):
        """Waits until so many more requests went well."""
        end = self.done + count
        until(lambda: self.done >= end or self.wrong)
        assert self.wrong == []

    def rate(self, count):
        """Requests a second, over so many."""
        began = time.monotonic()
        self.goes_on(count)
        return count / (time.monotonic() - began)

    def settles(self, nodes, count):
        """Both clients notice how many nodes there are; nothing that is begun two looks later fails any more. Gives what failed meanwhile."""
        failed = len(self.errors)
        until(lambda: self.names() == (nodes, nodes) or self.wrong)
        time.sleep(2 * TEND)
        settled = time.monotonic()
        self.goes_on(count)
        errors = self.errors[failed:]
        assert [error for _, error, began in errors if began > settled] == []
        return len(errors)

    def assert_all_there(self):
        """Every write that was acknowledged is there."""
        for begin in range(0, len(self.written), 1000):
            numbers = self.written[begin : begin + 1000]
            batch = self.sync.batch_read([key(number) for number in numbers])
            assert [record.record.bins for record in batch.batch_records] == [{"n": number} for number in numbers]


def masters(client, host):
    """The partitions whose master a node is."""
    bitmap = base64.b64decode(client.info_single_node("replicas", host).split(";")[0].split(",")[2])
    return {number for number in range(4096) if bitmap[number // 8] & 0x80 >> number % 8}


def lose_nodes(count, rounds=1, report=lambda text: None):
    """Kills or stops, brings back, freezes and thaws nodes under load, `count` requests between each; reports what it cost. Returns the
    requests a second before and after, and the load."""
    with DevServer(nodes=3) as server:
        with Load(server.hosts) as load:
            until(lambda: load.names() == (3, 3) or load.wrong)
            before = load.rate(count)
            for turn in range(rounds):
                end = (server.kill_node, server.stop_node)[turn % 2]
                left = [host for node, host in enumerate(server.hosts) if node != turn % 3]
                attempts = [load.attempts(host) for host in left]
                end(turn % 3)
                costs = load.settles(2, count)
                for host, earlier in zip(left, attempts, strict=True):
                    # No storm on those who are left: no client opens more than it may have.
                    assert all(now - then <= CONNECTIONS + 2 for now, then in zip(load.attempts(host), earlier, strict=True))
                server.start_node(turn % 3)
                report(f"{end.__name__}: {costs} requests failed, {load.settles(3, count)} when it came back")
                frozen = (turn + 1) % 3
                own = masters(load.sync, server.hosts[frozen])
                failed = len(load.errors)
                server.freeze(frozen)
                # Whoever asks the frozen node waits, so there are few.
                load.goes_on(count // 10)
                until(lambda: len(load.errors) > failed)
                costs = [number for number, *_ in load.errors[failed:]]
                server.thaw(frozen)
                report(f"freeze: {len(costs)} requests failed, {load.settles(3, count)} when it went on")
                assert {partition(number) for number in costs} <= own
            after = load.rate(count)
            report(f"{before:.0f} requests/s before, {after:.0f} after")
            # A client asks each node over one more, or over two for a moment. Of a node that is given up the idle ones are closed before it is
            # found again; those of requests under way stay for as long as these take.
            assert 0 < load.connections <= 3 * 2 * (CONNECTIONS + 2) + THREADS + TASKS
            load.assert_all_there()
        assert load.wrong == []
        return before, after, load
