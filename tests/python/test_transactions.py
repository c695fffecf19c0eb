"""Transactions: what is in one, what ends it, what it meets."""

from __future__ import annotations

import asyncio
import inspect
import pickle

import pytest
from calls import AsyncCalls, make_calls

import aerospike_py
from aerospike_py.devserver import DevServer

MISSING = ("test", "txn", "missing")


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2, strong_consistency=True) as server:
        yield server


@pytest.fixture
def t(mode, server):
    """A client of a cluster that has transactions."""
    with make_calls(mode, {"hosts": server.hosts}) as client:
        yield client


@pytest.fixture
def judge(server):
    """The official client, which sees what is committed."""
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    client = aerospike.client({"hosts": server.hosts}).connect()
    yield lambda key: client.get(key)[2]
    client.close()


class Block:
    """A transaction's block, in either mode: `with Block(client) as txn`."""

    def __init__(self, client, *arguments):
        self.mode = "async" if isinstance(client, AsyncCalls) else "sync"
        self.transaction = client.client.transaction(*arguments)

    def __enter__(self):
        if self.mode == "sync":
            return self.transaction.__enter__()
        return AsyncCalls._call(self.transaction.__aenter__)

    def __exit__(self, *error):
        if self.mode == "sync":
            return self.transaction.__exit__(*error)
        return AsyncCalls._call(self.transaction.__aexit__, *error)


def begin(client, *arguments):
    return client.client.transaction(*arguments)


def test_a_block_commits(t, keys, judge):
    one, two = keys(2)
    with Block(t) as txn:
        assert (txn.state, txn.namespace, txn.timeout, txn.in_doubt) == (aerospike_py.TXN_STATE_OPEN, None, 0, False)
        t.put(one, {"n": 1}, txn=txn)
        t.put(two, {"n": 2}, txn=txn)
        assert t.get(one, txn=txn).bins == {"n": 1}
        assert txn.namespace == "test"
        for key in (one, two):
            with pytest.raises(aerospike_py.RecordNotFound):
                t.get(key)
    assert txn.state == aerospike_py.TXN_STATE_COMMITTED
    assert [judge(key) for key in (one, two)] == [{"n": 1}, {"n": 2}]


def test_an_exception_aborts(t, key):
    t.put(key, {"n": 1})
    with pytest.raises(ZeroDivisionError), Block(t) as txn:
        t.put(key, {"n": 2}, txn=txn)
        1 / 0  # noqa: B018
    assert txn.state == aerospike_py.TXN_STATE_ABORTED
    assert t.get(key).bins == {"n": 1}


@pytest.mark.parametrize(("end", "state", "bins"), [("commit", "COMMITTED", {"n": 2}), ("abort", "ABORTED", {"n": 1})])
def test_what_was_ended_inside_is_left_as_it_is(t, key, end, state, bins):
    t.put(key, {"n": 1})
    with Block(t) as txn:
        t.put(key, {"n": 2}, txn=txn)
        assert getattr(t, end)(txn) == 0
    assert txn.state == getattr(aerospike_py, f"TXN_STATE_{state}")
    assert t.get(key).bins == bins


def test_a_block_that_does_nothing(t):
    with Block(t) as txn:
        pass
    assert txn.state == aerospike_py.TXN_STATE_COMMITTED


def test_the_ends_and_their_status(t, keys):
    one, two = keys(2)
    txn = begin(t)
    t.put(one, {"n": 1}, txn=txn)
    assert t.commit(txn) == aerospike_py.COMMIT_OK
    assert t.commit(txn) == aerospike_py.COMMIT_ALREADY_COMMITTED
    with pytest.raises(aerospike_py.TransactionCommitted):
        t.abort(txn)
    txn = begin(t)
    t.put(two, {"n": 1}, txn=txn)
    assert t.abort(txn) == aerospike_py.ABORT_OK
    assert t.abort(txn) == aerospike_py.ABORT_ALREADY_ABORTED
    with pytest.raises(aerospike_py.TransactionAborted):
        t.commit(txn)
    assert t.exists(two).meta is None


def test_it_has_the_same_ends_itself(t, key):
    txn = begin(t)
    t.put(key, {"n": 1}, txn=txn)
    call = AsyncCalls._call if isinstance(t, AsyncCalls) else lambda method: method()
    assert call(txn.commit) == aerospike_py.COMMIT_OK
    assert call(begin(t).abort) == aerospike_py.ABORT_OK


@pytest.mark.parametrize(("end", "error"), [("commit", "AlreadyCommitted"), ("abort", "AlreadyAborted")])
def test_nothing_can_be_added_to_what_has_ended(t, key, end, error):
    txn = begin(t)
    getattr(t, end)(txn)
    with pytest.raises(getattr(aerospike_py, f"Transaction{error}"), match="The transaction was"):
        t.put(key, {"n": 1}, txn=txn)
    assert t.exists(key).meta is None


CALLS = {
    "put": lambda t, k, **o: t.put(k, {"n": 2}, **o),
    "append": lambda t, k, **o: t.append(k, "s", "x", **o),
    "prepend": lambda t, k, **o: t.prepend(k, "s", "x", **o),
    "increment": lambda t, k, **o: t.increment(k, "n", 1, **o),
    "remove_bin": lambda t, k, **o: t.remove_bin(k, ["s"], **o),
    "touch": lambda t, k, **o: t.touch(k, **o),
    "remove": lambda t, k, **o: t.remove(k, **o),
    "operate": lambda t, k, **o: t.operate(k, [{"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}], **o),
    "operate_ordered": lambda t, k, **o: t.operate_ordered(k, [{"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}], **o),
    "batch_write": lambda t, k, **o: t.batch_write([(k, {"n": 2})], **o),
    "batch_operate": lambda t, k, **o: t.batch_operate([k], [{"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}], **o),
    "batch_remove": lambda t, k, **o: t.batch_remove([k], **o),
    "batch": lambda t, k, **o: t.batch([aerospike_py.Write(k, {"n": 2})], **o),
}


@pytest.mark.parametrize("how", ["txn", "policy", "prepared"])
@pytest.mark.parametrize("name", CALLS)
def test_every_write_is_part_of_it(t, key, name, how):
    t.put(key, {"n": 1, "s": "s"})
    before = t.get(key)
    txn = begin(t)
    policy = {"txn": txn, "total_timeout": 5000}
    CALLS[name](t, key, **{"txn": {"txn": txn}, "policy": {"policy": policy}, "prepared": {"policy": aerospike_py.prepare(policy)}}[how])
    assert t.get(key) == before
    with pytest.raises(aerospike_py.TransactionBlocked) as caught:
        t.put(key, {"n": 9})
    assert (caught.value.code, caught.value.key[:3]) == (120, key)
    assert t.abort(txn) == aerospike_py.ABORT_OK
    assert t.get(key).bins == before.bins


READS = {
    "get": lambda t, k, **o: t.get(k, **o).bins["n"],
    "select": lambda t, k, **o: t.select(k, ["n"], **o).bins["n"],
    "operate": lambda t, k, **o: t.operate(k, [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}], **o).bins["n"],
    "batch_read": lambda t, k, **o: t.batch_read([k], **o)["k"]["n"],
    "lazy": lambda t, k, **o: t.batch_read([k], lazy=True, **o).to_dict()["k"]["n"],
}


@pytest.mark.parametrize("name", READS)
def test_every_read_sees_what_was_written_in_it(t, key, name):
    t.put(key, {"n": 1})
    with Block(t) as txn:
        t.put(key, {"n": 2}, txn=txn)
        assert READS[name](t, key, txn=txn) == 2
        assert READS[name](t, key) == 1
    assert READS[name](t, key) == 2


@pytest.mark.parametrize("name", READS)
def test_a_read_that_has_grown_old_fails_the_commit(t, keys, name):
    key, other = (*keys(1)[0][:2], "k"), keys(2)[1]
    t.put(key, {"n": 1})
    txn = begin(t)
    READS[name](t, key, txn=txn)
    t.put(other, {"n": 1}, txn=txn)
    t.put(key, {"n": 2})
    with pytest.raises(aerospike_py.TransactionFailed, match="verify failed.*\n.*121") as caught:
        t.commit(txn)
    assert (caught.value.code, caught.value.in_doubt) == (-17, False)
    assert txn.state == aerospike_py.TXN_STATE_ABORTED
    assert t.exists(other).meta is None


def test_exists_and_counts_of_batches(t, keys):
    one, two = keys(2)
    with Block(t) as txn:
        t.batch_write([(one, {"n": 1}), (two, {"n": 2})], txn=txn)
        assert t.exists(one, txn=txn).meta.gen == 1
        assert len(t.batch_exists([one, two], txn=txn)) == 2
        assert len(t.batch_read([one, two])) == 0
    assert len(t.batch_read([one, two])) == 2


def test_two_that_want_one_record(t, key):
    mine, theirs = begin(t), begin(t)
    assert mine.id != theirs.id
    t.put(key, {"n": 1}, txn=mine)
    with pytest.raises(aerospike_py.TransactionBlocked):
        t.put(key, {"n": 2}, txn=theirs)
    t.commit(mine)
    t.abort(theirs)
    assert t.get(key).bins == {"n": 1}


def test_time_is_up(mode, key):
    with DevServer(strong_consistency=True) as server, make_calls(mode, {"hosts": server.hosts}) as t:
        txn = begin(t, 5)
        assert txn.timeout == 5
        t.put(key, {"n": 1}, txn=txn)
        server.advance(6)
        with pytest.raises(aerospike_py.AerospikeError):
            t.commit(txn)
        t.put(key, {"n": 2})
        assert t.get(key).bins == {"n": 2}


@pytest.mark.parametrize("call", [CALLS["put"], CALLS["batch_write"], READS["get"], READS["batch_read"]])
def test_a_namespace_without_transactions_says_so(c, key, call):
    with pytest.raises(aerospike_py.UnsupportedFeature, match="strongly consistent, and 'test' is not") as caught:
        call(c, key, txn=begin(c))
    assert (caught.value.code, caught.value.key[:3]) == (16, key)
    assert c.exists(key).meta is None


def test_queries_have_no_part_in_it(t, set_name):
    query = t.query("test", set_name)
    with pytest.raises(aerospike_py.InvalidArgError, match="'txn': a query cannot be part of a transaction"):
        query.results({"txn": begin(t)})
    job = t.query("test", set_name)
    job.add_ops([{"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}])
    with pytest.raises(aerospike_py.InvalidArgError, match="'txn': a query cannot be part of a transaction"):
        job.execute_background({"txn": begin(t)})


def test_a_client_has_no_transaction_of_its_own(mode, server, t):
    with pytest.raises(aerospike_py.InvalidArgError, match=r"policies\['read'\]: 'txn' belongs to calls"):
        make_calls(mode, {"hosts": server.hosts, "policies": {"read": {"txn": begin(t)}}}).connect()


@pytest.mark.parametrize("wrong", [5, "txn", {}, True])
def test_what_is_no_transaction(t, key, wrong):
    for call in (lambda: t.get(key, txn=wrong), lambda: t.get(key, {"txn": wrong})):
        with pytest.raises(aerospike_py.InvalidArgError, match="a transaction comes from client.transaction"):
            call()
    for end in (t.commit, t.abort):
        with pytest.raises(TypeError, match=f"a {type(wrong).__name__} is not a transaction"):
            end(wrong)


def test_none_is_no_transaction(t, key):
    t.put(key, {"n": 1}, txn=None)
    t.put(key, {"n": 2}, policy={"txn": None})
    assert t.get(key, txn=None).bins == {"n": 2}


@pytest.mark.parametrize("timeout", [-1, 121, True, 1.5, "5"])
def test_timeouts_that_are_none(t, timeout):
    with pytest.raises(aerospike_py.InvalidArgError, match="timeout"):
        begin(t, timeout)


def test_the_policies_of_the_end(mode, server, key):
    policies = {"txn_verify": {"total_timeout": 5000, "max_retries": 1}, "txn_roll": {"total_timeout": 5000}}
    with make_calls(mode, {"hosts": server.hosts, "policies": policies}) as t, Block(t) as txn:
        t.put(key, {"n": 1}, txn=txn)
    with pytest.raises(aerospike_py.InvalidArgError, match="did you mean 'txn_roll'"):
        make_calls(mode, {"hosts": server.hosts, "policies": {"txn_rol": {}}}).connect()


def test_an_unconnected_client_has_none(stranger):
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        begin(stranger)


def test_how_it_looks(t):
    txn = begin(t)
    name = type(txn).__name__
    assert repr(txn) == f"<{name} {txn.id}, open>"
    assert name == ("AsyncTransaction" if isinstance(t, AsyncCalls) else "Transaction")
    with pytest.raises(TypeError):
        pickle.dumps(txn)
    with pytest.raises(TypeError):
        type(txn)()


def make_work(mode, work):
    """The work as the client of this mode takes it."""
    if mode == "sync":
        return work

    async def awaited(txn):
        answer = work(txn)
        return await answer if inspect.isawaitable(answer) else answer

    return awaited


def test_work_is_done_again_after_a_conflict(mode, t, server, key):
    t.put(key, {"n": 0})
    seen = []
    with aerospike_py.client({"hosts": server.hosts}) as other:

        def sync_work(txn):
            n = t.client.get(key, txn=txn).bins["n"]
            seen.append(n)
            if len(seen) < 3:
                other.put(key, {"n": n + 10})
            t.client.put(key, {"n": n + 1}, txn=txn)
            return n

        async def async_work(txn):
            n = (await t.client.get(key, txn=txn)).bins["n"]
            seen.append(n)
            if len(seen) < 3:
                other.put(key, {"n": n + 10})
            await t.client.put(key, {"n": n + 1}, txn=txn)
            return n

        assert t.run_in_transaction(sync_work if mode == "sync" else async_work) == 20
    assert seen == [0, 10, 20]
    assert t.get(key).bins == {"n": 21}


def test_work_that_always_meets_a_conflict(mode, t, key):
    held, tries = begin(t), []
    t.put(key, {"n": 1}, txn=held)

    def work(txn):
        tries.append(txn)
        return t.client.put(key, {"n": 2}, txn=txn)

    with pytest.raises(aerospike_py.TransactionBlocked):
        t.run_in_transaction(make_work(mode, work), attempts=3)
    assert len({txn.id for txn in tries}) == 3
    assert {txn.state for txn in tries} == {aerospike_py.TXN_STATE_ABORTED}
    t.abort(held)


def test_work_that_fails_is_not_done_again(mode, t, key):
    tries = []

    def work(txn):
        tries.append(txn)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        t.run_in_transaction(make_work(mode, work))
    assert len(tries) == 1

    def missing(txn):
        tries.append(txn)
        return t.client.get(key, txn=txn)

    with pytest.raises(aerospike_py.RecordNotFound):
        t.run_in_transaction(make_work(mode, missing))
    assert len(tries) == 2


@pytest.mark.parametrize("attempts", [0, -1, True, 1.5, "2"])
def test_attempts_that_are_none(mode, t, attempts):
    with pytest.raises(aerospike_py.InvalidArgError, match="attempts"):
        t.run_in_transaction(make_work(mode, print), attempts=attempts)


def test_work_that_cannot_be_called(t):
    with pytest.raises(TypeError, match="int, which cannot be called"):
        t.run_in_transaction(5)


def test_a_coroutine_is_work_for_asyncio_only(server):
    async def work(txn):
        return 1

    with aerospike_py.client({"hosts": server.hosts}) as client, pytest.raises(TypeError, match="coroutine"):
        client.run_in_transaction(work)


def test_a_cancelled_block_aborts(server, key):
    async def main():
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            inside, begun = asyncio.Event(), []

            async def work():
                async with client.transaction() as txn:
                    begun.append(txn)
                    await client.put(key, {"n": 1}, txn=txn)
                    inside.set()
                    await asyncio.sleep(60)

            task = asyncio.create_task(work())
            await inside.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert begun[0].state == aerospike_py.TXN_STATE_ABORTED
            await client.put(key, {"n": 2})

    asyncio.run(main())


def test_many_writes_at_once_in_one_transaction(server, keys):
    async def main():
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            async with client.transaction() as txn:
                await asyncio.gather(*(client.put(key, {"n": 1}, txn=txn) for key in keys(50)))
            assert len(await client.batch_read(keys(50))) == 50

    asyncio.run(main())


def test_many_reads_at_once_in_one_transaction(server, keys):
    """Each sees what it would have seen alone: what is of another namespace is refused, and nothing else."""

    async def main():
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            await asyncio.gather(*(client.put(key, {"n": 1}) for key in keys(50)))
            async with client.transaction() as txn:
                await client.get(keys(50)[0], txn=txn)
                reads = (client.get(key, txn=txn) for key in keys(50))
                strangers = (client.get(("bar", *key[1:]), txn=txn) for key in keys(50))
                mixed = [read for pair in zip(reads, strangers, strict=True) for read in pair]
                outcomes = await asyncio.gather(*mixed, return_exceptions=True)
            assert [outcome.bins for outcome in outcomes[::2]] == [{"n": 1}] * 50
            assert {type(outcome) for outcome in outcomes[1::2]} == {aerospike_py.ClientError}

    asyncio.run(main())


FORK = """
import os, sys
import aerospike_py
from aerospike_py.devserver import DevServer

def in_child(work):
    pid = os.fork()
    if not pid:
        try:
            print(work(), flush=True)
        except aerospike_py.AerospikeError as error:
            print(type(error).__name__, str(error)[:90], flush=True)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0

def run(client, key):
    with client.transaction() as txn:
        client.put(key, {"n": 1}, txn=txn)
    return client.get(key).bins

with DevServer(strong_consistency=True) as server:
    client = aerospike_py.client({"hosts": server.hosts}).connect()
    in_child(lambda: run(client, ("test", "fork", "child")))
    print(run(client, ("test", "fork", "parent")), flush=True)
    in_child(lambda: run(client, ("test", "fork", "second")))
    txn = client.transaction()
    in_child(lambda: client.put(("test", "fork", "third"), {"n": 1}, txn=txn))
    in_child(lambda: repr(txn).split(", ")[1])
    in_child(lambda: client.get(("test", "fork", "parent")).bins)
"""


def test_after_a_fork_one_process_makes_transactions(run_python):
    done = run_python(FORK)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "{'n': 1}",
        "{'n': 1}",
        "ClientError AEROSPIKE_ERR (-1): A process before the fork has begun a transaction, so this one cannot:",
        "ClientError AEROSPIKE_ERR (-1): txn: The transaction belongs to the process before the fork",
        "of the process before the fork>",
        "{'n': 1}",
    ]
