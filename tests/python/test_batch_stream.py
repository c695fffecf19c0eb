"""A batch whose records are taken as they come, in both modes and from the awaitable."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest
from calls import take

import aerospike_py
from aerospike_py import Apply, Read, Remove, Write
from aerospike_py.devserver import DevServer

PATIENT = {"total_timeout": 30_000}


@pytest.fixture(scope="module")
def cluster():
    with DevServer(nodes=3) as server:
        yield server


@pytest.fixture
def spread(cluster, connect):
    """A client of three nodes."""
    return connect(hosts=cluster.hosts)


def summary(record):
    return record.key.user_key, record.result, record.record and record.record.bins


def test_every_record_comes_once(spread, keys):
    keys = keys(60)
    written = take(spread.batch_stream([Write(key, {"n": n}) for n, key in enumerate(keys)], PATIENT))
    assert sorted(summary(record) for record in written) == sorted((key[2], 0, {}) for key in keys)
    read = take(spread.batch_stream([Read(key) for key in keys], PATIENT))
    assert sorted(map(summary, read), key=lambda row: row[2]["n"]) == [(key[2], 0, {"n": n}) for n, key in enumerate(keys)]


def test_each_record_in_its_own_way(c, keys):
    first, second, third, missing = keys(4)
    c.put(second, {"n": 1})
    c.put(third, {"n": 3})
    ops = [Write(first, {"n": 7}), Remove(second), Read(third, ["n"]), Read(missing), Apply(third, "nosuch", "f")]
    rows = {(record.key.user_key, record.result): record for record in take(c.batch_stream(ops))}
    assert rows["k0", 0].record.bins == {}
    assert rows["k2", 0].record.bins == {"n": 3}
    assert rows["k3", aerospike_py.AEROSPIKE_ERR_RECORD_NOT_FOUND].record is None
    assert rows["k2", aerospike_py.AEROSPIKE_ERR_UDF].record.bins.keys() == {"FAILURE"}
    assert c.exists(second).meta is None
    assert len(rows) == 5


def test_the_quick_node_is_not_held_up_by_the_slow_one(cluster, spread, keys):
    keys = keys(60)
    spread.batch([Write(key, {"n": 1}) for key in keys], PATIENT)
    cluster.freeze(0)
    try:
        rows = spread.batch_stream([Read(key) for key in keys], PATIENT)
        first = take(rows, 20)
        assert all(record.result == 0 for record in first)
        assert rows.retry is None
    finally:
        cluster.thaw(0)
    rest = take(rows)
    assert len({record.key.user_key for record in first + rest}) == 60
    assert rows.retry == aerospike_py.types.BatchRetryInfo(1, 1, False, 0)


def test_a_record_that_is_tried_again_comes_once(clocked, keys):
    server, client = clocked
    keys = keys(8)
    with server.inject(op="batch", code=aerospike_py.AEROSPIKE_ERR_KEY_BUSY, times=1):
        rows = client.batch_stream([Write(key, {"n": 1}) for key in keys], PATIENT, retry=3)
        assert sorted(map(summary, take(rows))) == [(key[2], 0, {}) for key in keys]
    assert rows.retry.attempts == 2
    assert rows.retry.unresolved == 0


def test_what_befalls_the_whole_batch_is_raised(connect, keys):
    with DevServer() as server:
        client = connect(hosts=server.hosts)
        server.stop()
        rows = client.batch_stream([Write(key, {"n": 1}) for key in keys(3)], {"total_timeout": 2000})
        with pytest.raises(aerospike_py.AerospikeError):
            take(rows)
        assert take(rows) == []


def test_who_leaves_early_lets_it_run(c, keys):
    keys = keys(300)
    with c.batch_stream([Write(key, {"n": 1}) for key in keys], PATIENT) as rows:
        assert len(take(rows, 1)) == 1
    assert take(rows) == []
    # Forgotten before anything was taken.
    c.batch_stream([Write(key, {"m": 1}) for key in keys], PATIENT)
    gc.collect()
    # Closing waits for what is under way; so does this, in the order of the connection or not.
    while any(record.record.bins != {"n": 1, "m": 1} for record in c.batch_read(keys, policy=PATIENT).batch_records):
        pass


def test_nothing_to_do(c):
    assert take(c.batch_stream([])) == []


@pytest.mark.parametrize("ops", [None, "k", [1], [Read(("test", "s", "k"), ["n"], [{"op": 1}])]])
def test_bad_arguments_are_refused_at_once(stranger, ops):
    with pytest.raises((aerospike_py.InvalidArgError, TypeError)):
        stranger.batch_stream(ops)


def test_without_a_connection(stranger, key):
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        stranger.batch_stream([Read(key)])


def test_in_a_transaction():
    with DevServer(strong_consistency=True) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        key = ("test", "bstream", "k")
        with pytest.raises(ZeroDivisionError), client.transaction() as txn:
            assert [record.result for record in client.batch_stream([Write(key, {"n": 1})], txn=txn)] == [0]
            raise ZeroDivisionError
        assert client.exists(key).meta is None


def run(hosts, main):
    async def connected():
        async with aerospike_py.async_client({"hosts": hosts}) as client:
            return await main(client)

    return asyncio.run(connected())


def test_the_awaitable_of_a_batch_is_an_iterator(cluster, keys):
    keys = keys(60)

    async def main(client):
        written = await client.batch([Write(key, {"n": 1}) for key in keys], PATIENT)
        assert [record.key.user_key for record in written.batch_records] == [key[2] for key in keys]
        cluster.freeze(0)
        came = []
        async for record in client.batch([Read(key) for key in keys], PATIENT):
            came.append(record.key.user_key)
            if len(came) == 20:
                cluster.thaw(0)
        return came

    came = run(cluster.hosts, main)
    assert sorted(came) == sorted(key[2] for key in keys)


def test_iterating_over_what_has_ended_or_failed(hosts, keys):
    keys = keys(3)

    async def main(client):
        batch = client.batch([Write(key, {"n": 1}) for key in keys], PATIENT)
        while "answered" not in repr(batch):
            await asyncio.sleep(0)
        assert [record.result async for record in batch] == [0, 0, 0]
        with pytest.raises(aerospike_py.AerospikeError):
            [record async for record in client.batch([1])]
        taken = client.batch([Read(keys[0])])
        await taken
        with pytest.raises(RuntimeError, match="already awaited"):
            [record async for record in taken]

    run(hosts, main)


def test_a_batch_is_awaited_in_every_way(hosts, keys):
    keys = keys(3)

    async def main(client):
        ops = [Write(key, {"n": 1}) for key in keys]
        first, second = await asyncio.gather(client.batch(ops), asyncio.create_task(client.batch(ops)))
        third = await asyncio.wait_for(client.batch(ops), 30)
        assert [len(result.batch_records) for result in (first, second, third)] == [3, 3, 3]

    run(hosts, main)


@pytest.mark.parametrize("turns", range(3))
def test_a_cancelled_reader_loses_no_record(hosts, keys, turns):
    keys = keys(40)

    async def main(client):
        rows, read = client.batch_stream([Write(key, {"n": 1}) for key in keys], PATIENT), []

        async def step():
            return await anext(rows)

        for _ in range(20):
            task = asyncio.ensure_future(step())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            try:
                read.append(await task)
            except asyncio.CancelledError:
                continue
            except StopAsyncIteration:
                break
        read += [record async for record in rows]
        return [record.key.user_key for record in read]

    assert sorted(run(hosts, main)) == sorted(key[2] for key in keys)


def test_it_does_not_keep_itself_alive(hosts, keys):
    import weakref

    async def main(client):
        rows = client.batch_stream([Read(key) for key in keys(3)])
        waiting = asyncio.ensure_future(asyncio.wait_for(anext(rows), 30))
        await waiting
        known = weakref.ref(rows)
        del rows, waiting
        gc.collect()
        assert known() is None

    run(hosts, main)


def test_a_fork_leaves_it_to_the_parent(hosts):
    code = f"""
import os
import aerospike_py
from aerospike_py import Write
client = aerospike_py.client({{"hosts": {hosts!r}}}).connect()
rows = client.batch_stream([Write(("test", "bfork", n), {{"n": n}}) for n in range(5)])
child = os.fork()
if child == 0:
    try:
        next(rows)
    except RuntimeError as error:
        assert "forked" in str(error)
        del rows
        os._exit(7)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert len(list(rows)) == 5
client.close()
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
