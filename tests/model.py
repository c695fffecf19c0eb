"""A workload whose every answer is checked against a model, while the server is made to fail.

Each key belongs to one writer and may be read by all. The model keeps, for each key, the states it can be in: one, unless the outcome of a
write is not known. Every write names the generation it expects, so that one which arrives late, after its caller gave up, cannot undo what
was written since. Counters are incremented without that guard: they show whether anything is done twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import aerospike_py
from aerospike_py import list_operations

ABSENT = None
GUARDED = {"gen": aerospike_py.POLICY_GEN_EQ, "max_retries": 0}
CREATES = {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY, "max_retries": 0}
#: What a failing network and a failing server may answer with, and nothing else.
EXPECTED = (
    aerospike_py.AerospikeTimeoutError,
    aerospike_py.ConnectionError,
    aerospike_py.ClusterError,
    aerospike_py.BackpressureError,
    aerospike_py.ServerError,
)


def bins(number, version):
    """What a record holds: enough to know whose it is, and in three shapes, so that a mixture shows."""
    return {"key": number, "version": version, "text": f"{number}:{version}" * (1 + version % 40), "list": [number, version]}


@dataclass
class Slot:
    """What is known of one key."""

    number: int
    #: (generation, version), or ABSENT.
    possible: set = field(default_factory=lambda: {ABSENT})
    #: What readers under way may see.
    watching: list = field(default_factory=list)
    version: int = 0
    incarnation: int = 0

    @property
    def key(self):
        return ("test", "model", f"{self.number}:{self.incarnation}")


@dataclass
class Tally:
    """An unguarded counter: increments that were acknowledged, and those that nobody knows of."""

    acknowledged: int = 0
    doubtful: int = 0


class Violation(AssertionError):
    """The client or the server said what cannot be."""


class Model:
    """The states that each key can be in."""

    def __init__(self, keys, counters, *, hurry):
        #: How many of the calls get so little time that it may not suffice.
        self.hurry = hurry
        self.slots = [Slot(number) for number in range(keys)]
        self.tallies = [Tally() for _ in range(counters)]
        self.lock = threading.Lock()
        self.counts = Counter()
        self.violations = []

    def watch(self, slot):
        """A reader begins: returns what it may see, to which is added what becomes possible meanwhile."""
        with self.lock:
            seen = set(slot.possible)
            slot.watching.append(seen)
            return seen

    def forget(self, slot, seen):
        with self.lock:
            # Equal sets are not the same set.
            slot.watching = [each for each in slot.watching if each is not seen]

    def settle(self, slot, possible):
        with self.lock:
            slot.possible = set(possible)
            for seen in slot.watching:
                seen.update(possible)

    def count(self, name, number=1):
        with self.lock:
            self.counts[name] += number

    def violated(self, text):
        with self.lock:
            self.violations.append(text)
        raise Violation(text)

    def check(self, slot, seen, meta, found):
        """What was read must be one of the states that were possible."""
        state = ABSENT if found is None else (meta.gen, found["version"])
        if state not in seen:
            self.violated(f"key {slot.number} was read as {state}, but could only be {seen}")
        if found is not None and found != bins(slot.number, found["version"]):
            self.violated(f"key {slot.number} holds what nobody wrote: {found}")


def failed(model, error):
    """Counts an error that may be; what may not be goes on."""
    if not isinstance(error, EXPECTED):
        raise error
    model.count(f"{type(error).__name__}{', in doubt' if error.in_doubt else ''}")
    return error.in_doubt


# Each step is a generator that yields awaitables or results, so that it is written once: `drive` runs it on a loop, `drive_sync` in a thread.


def change(slot, client, policy, generator, generation, content):
    """One of the ways to change a record of this generation: what it is afterwards, and the call."""
    meta, guarded = {"gen": generation}, GUARDED | policy
    after = (generation + 1, content["version"])
    kind = generator.randrange(10)
    if kind == 0:
        return ABSENT, partial(client.remove, slot.key, meta, guarded)
    if kind < 4:
        ops = [{"op": aerospike_py.OPERATOR_WRITE, "bin": name, "val": value} for name, value in content.items() if name != "list"]
        ops += [list_operations.list_clear("list"), list_operations.list_append_items("list", content["list"])]
        return after, partial(client.operate, slot.key, ops, meta, guarded)
    if kind < 5:
        return after, partial(client.batch_write, [(slot.key, content, meta)], policy=guarded)
    return after, partial(client.put, slot.key, content, meta, guarded)


def write(model, slot, client, policy, generator):
    """Changes a record that the caller owns."""
    if len(slot.possible) > 1:
        yield from resolve(model, slot, client, policy)
        return
    (state,) = slot.possible
    version = slot.version = slot.version + 1
    content = bins(slot.number, version)
    if state is ABSENT:
        after, call = (1, version), partial(client.put, slot.key, content, policy=CREATES | policy)
    else:
        after, call = change(slot, client, policy, generator, state[0], content)
    # From the moment it is sent others may see it; if this task is cancelled here, nobody ever knows.
    model.settle(slot, {state, after})
    try:
        answer = yield call
    except (aerospike_py.RecordGenerationError, aerospike_py.RecordExistsError) as error:
        model.violated(f"key {slot.number}: {error}, but it could only be {state}")
    except aerospike_py.AerospikeError as error:
        if not failed(model, error):
            model.settle(slot, {state})
        return
    if isinstance(answer, aerospike_py.BatchWriteResult) and (row := answer.batch_records[0]).result != 0:
        model.count(f"batch row {row.result}{', in doubt' if row.in_doubt else ''}")
        if not row.in_doubt:
            model.settle(slot, {state})
        return
    model.settle(slot, {after})
    model.count("writes")
    if after is ABSENT:
        # Its generations begin anew: a late write must not take the next record for the old one.
        slot.incarnation += 1


def resolve(model, slot, client, policy):
    """After a write whose outcome is not known: reads, and writes again what must then be."""
    states = set(slot.possible)
    try:
        record = yield partial(client.get, slot.key, policy)
        state = (record.meta.gen, record.bins["version"])
    except aerospike_py.RecordNotFound:
        state = ABSENT
    except aerospike_py.AerospikeError as error:
        failed(model, error)
        return
    if state not in states:
        model.violated(f"key {slot.number} was read as {state}, but could only be {states}")
    model.count("doubts resolved")
    if state is ABSENT:
        # It may still arrive: this key is left alone, and another takes its place.
        slot.incarnation += 1
        model.settle(slot, {ABSENT})
        return
    after = max(other for other in states if other is not ABSENT)
    if state == after and ABSENT not in states:
        model.settle(slot, {after})
        return
    # A guarded write ends the doubt: what is late finds another generation.
    version = slot.version = slot.version + 1
    done = (state[0] + 1, version)
    model.settle(slot, states | {done})
    try:
        yield partial(client.put, slot.key, bins(slot.number, version), {"gen": state[0]}, GUARDED | policy)
    except (aerospike_py.RecordGenerationError, aerospike_py.RecordNotFound):
        # It arrived meanwhile.
        model.settle(slot, states - {state})
        if ABSENT in slot.possible:
            slot.incarnation += 1
            model.settle(slot, {ABSENT})
    except aerospike_py.AerospikeError as error:
        if not failed(model, error):
            model.settle(slot, states)
        else:
            # Two in doubt at once: the key has told what it can tell.
            slot.incarnation += 1
            model.settle(slot, {ABSENT})
    else:
        model.settle(slot, {done})
        model.count("writes")


def read(model, slots, client, policy, generator):
    """Reads records of anybody, in one of the ways there are."""
    slot = slots[0]
    kind = generator.randrange(4)
    chosen = slots if kind == 3 else slots[:1]
    # The incarnation may change meanwhile: what is read is what was asked for.
    asked = [(each, each.key, model.watch(each)) for each in chosen]
    key = asked[0][1]
    try:
        if kind == 3:
            result = yield partial(client.batch_read, [key for _, key, _ in asked], policy=policy)
            for (each, asked_key, seen), row in zip(asked, result.batch_records, strict=True):
                if row.key.user_key != asked_key[2]:
                    model.violated(f"{asked_key} was asked for, {row.key} came")
                if row.result in (0, 2):
                    compare(model, each, asked_key, seen, row.record)
                else:
                    model.count(f"batch row {row.result}")
        elif kind == 2:
            ops = [{"op": aerospike_py.OPERATOR_READ, "bin": name} for name in ("key", "version", "text", "list")]
            compare(model, slot, key, asked[0][2], (yield partial(client.operate, key, ops, policy=policy)))
        else:
            compare(model, slot, key, asked[0][2], (yield partial(client.get, key, policy)))
        model.count("reads", len(asked))
    except aerospike_py.RecordNotFound:
        compare(model, slot, key, asked[0][2], None)
        model.count("reads")
    except aerospike_py.AerospikeError as error:
        failed(model, error)
    finally:
        for each, _, seen in asked:
            model.forget(each, seen)


def compare(model, slot, key, seen, record):
    """A record that has a successor meanwhile is no longer kept account of."""
    if key == slot.key:
        model.check(slot, seen, record and record.meta, record and record.bins)


def increment(model, number, client, policy):
    """Adds one, and never again if the outcome is unknown."""
    tally = model.tallies[number]
    with model.lock:
        tally.doubtful += 1
    try:
        yield partial(client.increment, ("test", "model", f"counter {number}"), "n", 1, policy={"max_retries": 0} | policy)
    except aerospike_py.AerospikeError as error:
        if not failed(model, error):
            with model.lock:
                tally.doubtful -= 1
        return
    with model.lock:
        tally.doubtful -= 1
        tally.acknowledged += 1
    model.count("increments")


def steps(model, mine, generator, client):
    """One step of a worker who owns the slots `mine`."""
    policy = {} if generator.random() >= model.hurry else {"total_timeout": generator.choice((5, 20, 100))}
    dice = generator.random()
    if dice < 0.35:
        return write(model, generator.choice(mine), client, policy, generator)
    if dice < 0.45:
        return increment(model, generator.randrange(len(model.tallies)), client, policy)
    return read(model, generator.sample(model.slots, 20), client, policy, generator)


async def drive(step):
    """Runs a step on a loop."""
    resume, given = step.send, None
    with contextlib.suppress(StopIteration):
        while True:
            call = resume(given)
            try:
                resume, given = step.send, await call()
            except BaseException as error:  # noqa: BLE001 a step decides what may be
                resume, given = step.throw, error


def drive_sync(step):
    """Runs a step in this thread."""
    resume, given = step.send, None
    with contextlib.suppress(StopIteration):
        while True:
            call = resume(given)
            try:
                resume, given = step.send, call()
            except BaseException as error:  # noqa: BLE001 the same
                resume, given = step.throw, error


async def tasks(model, owned, seed, client, rounds):
    """Many tasks, some of which are cancelled in the middle of a step."""
    generators = [random.Random(f"{seed} {number}") for number in range(len(owned))]

    async def one(mine, own):
        for _ in range(rounds):
            task = asyncio.ensure_future(drive(steps(model, mine, own, client)))
            if own.random() < 0.02:
                for _ in range(own.randrange(4)):
                    await asyncio.sleep(0)
                task.cancel()
                model.count("cancellations")
            with contextlib.suppress(asyncio.CancelledError):
                await task

    await asyncio.gather(*(one(mine, own) for mine, own in zip(owned, generators, strict=True)))


def thread(model, mine, seed, client, rounds):
    own = random.Random(seed)
    for _ in range(rounds):
        drive_sync(steps(model, mine, own, client))


def verify(model, client):
    """When all is quiet again: everything that was acknowledged is there."""
    for slot in model.slots:
        drive_sync(read(model, [slot], client, {}, random.Random(0)))
    for number, tally in enumerate(model.tallies):
        with contextlib.suppress(aerospike_py.RecordNotFound):
            value = client.get(("test", "model", f"counter {number}")).bins["n"]
            if not tally.acknowledged <= value <= tally.acknowledged + tally.doubtful:
                model.violated(f"counter {number} is {value}: {tally}")
            continue
        if tally.acknowledged:
            model.violated(f"counter {number} is gone: {tally}")
