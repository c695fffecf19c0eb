"""Runs the model's workload on loops and in threads at once, while a thread makes the server fail."""

from __future__ import annotations

import random
import threading

import model as checked
from hostile import LOOPS, PATIENT

import aerospike_py
from aerospike_py.devserver import DevServer

KEYS, COUNTERS = 600, 8
TASKS, THREADS = 40, 4
NODES = 3

#: What goes wrong, each for some of the requests.
RULES = [
    {"op": "write", "drop": "before"},
    {"op": "write", "drop": "after"},
    {"op": "read", "drop": "before"},
    {"op": "read", "drop": "after"},
    {"op": "batch", "drop": "after"},
    {"op": "read", "truncate": 20},
    {"op": "write", "truncate": 10},
    {"op": "batch", "truncate": 60},
    {"op": "read", "delay": 30},
    {"op": "write", "delay": 30},
    {"op": "write", "code": 18},
    {"op": "read", "code": 9},
    {"op": "write", "code": 14},
    {"op": "read", "silence": True},
    {"op": "write", "silence": True},
]


def frozen(server, generator, stop):
    """A node that answers nothing for a moment."""
    node = generator.randrange(NODES)
    server.freeze(node)
    stop.wait(generator.uniform(0.005, 0.1))
    server.thaw(node)
    return "freezes"


def gone(server, generator, stop):
    """A node that is lost, and comes back."""
    node = generator.randrange(NODES)
    generator.choice((server.stop_node, server.kill_node))(node)
    stop.wait(generator.uniform(0.05, 0.5))
    server.start_node(node)
    return "losses of a node"


def moved(server, generator, stop):
    """Partitions that go to another node."""
    server.move_partitions(generator.sample(range(4096), 200), generator.randrange(NODES))
    stop.wait(0.05)
    return "moves of partitions"


def torment(model, server, generator, stop):
    """Until it is told to stop: one rule after the other, a node that freezes or is lost, partitions that move."""
    while not stop.is_set():
        if generator.random() < 0.25:
            model.count(generator.choice((frozen, gone, moved))(server, generator, stop))
            continue
        rule = generator.choice(RULES)
        with server.inject(percent=generator.choice((1, 5, 20)), seed=generator.randrange(1 << 30), **rule) as fault:
            stop.wait(0.05)
        model.count("faults", fault.hits)
    server.clear_faults()


def run_chaos(*, seed, rounds, faults=True):
    """Runs it; returns what was done, by name. Raises on the first thing that cannot be."""
    generator = random.Random(seed)
    model = checked.Model(KEYS, COUNTERS, hurry=0.1 if faults else 0)
    workers = len(LOOPS) * TASKS + THREADS
    owned = [model.slots[number::workers] for number in range(workers)]
    # With a timeout for what is silent, short enough that the run does not stand still.
    policies = {name: {**PATIENT, "socket_timeout": 500, "total_timeout": 2000} for name in ("read", "write", "operate", "remove", "batch")}
    with DevServer(nodes=NODES, replication_factor=2) as server:
        configuration = {"hosts": server.hosts, "policies": policies, "max_error_rate": 0, "tend_interval": 250, "timeout": 1000}
        stop = threading.Event()
        failures = []

        def guarded(work, *arguments):
            try:
                work(*arguments)
            except BaseException as error:  # noqa: BLE001 raised in the test's own thread
                failures.append(error)

        def on_a_loop(make, mine, number):
            async def main():
                async with aerospike_py.async_client(configuration) as client:
                    await checked.tasks(model, mine, f"{seed} {number}", client, rounds)

            loop = make()
            try:
                loop.run_until_complete(main())
            finally:
                loop.close()

        with aerospike_py.client(configuration) as client:
            # The cluster is known before it begins to fail.
            client.put(("test", "model", "first"), {"n": 1})
            threads = []
            for number, make in enumerate(LOOPS.values()):
                mine = owned[number * TASKS : (number + 1) * TASKS]
                threads.append(threading.Thread(target=guarded, args=(on_a_loop, make, mine, number)))
            for number, mine in enumerate(owned[-THREADS:]):
                threads.append(
                    threading.Thread(target=guarded, args=(checked.thread, model, mine, f"{seed} t{number}", client, rounds * 10))
                )
            devil = threading.Thread(target=guarded, args=(torment, model, server, generator, stop))
            for each in threads:
                each.start()
            if faults:
                devil.start()
            for each in threads:
                each.join()
            stop.set()
            if faults:
                devil.join()
            for failure in failures:
                raise failure
            checked.verify(model, client)
    return model.counts
