"""Transactions, as the official client does them."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike import exception as e

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")

DURABLE = {"durable_delete": True}


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def server(request):
    with DevServer(nodes=request.param, strong_consistency=True) as server:
        yield server


@pytest.fixture
def client(server, official_client):
    return official_client(server.hosts)


@pytest.fixture
def three(client, keys):
    """Three records with `n` 0, 1, 2."""
    for index, key in enumerate(keys(3)):
        client.put(key, {"n": index})
    return keys(3)


def values(client, keys, transaction=None):
    policy = {"txn": transaction} if transaction else {}
    return [client.get(key, policy)[2]["n"] for key in keys]


def code_of(call, *arguments):
    try:
        call(*arguments)
    except e.AerospikeError as error:
        return error.code
    return 0


def test_a_commit_makes_all_of_it_true(client, three):
    transaction = aerospike.Transaction()
    for key in three:
        client.put(key, {"n": 10}, policy={"txn": transaction})
    assert values(client, three, transaction) == [10, 10, 10]
    assert values(client, three) == [0, 1, 2]
    assert client.commit(transaction) == aerospike.COMMIT_OK
    assert values(client, three) == [10, 10, 10]
    assert [client.get(key)[1]["gen"] for key in three] == [2, 2, 2]


def test_an_abort_leaves_nothing(client, three):
    fresh = (*three[0][:2], "fresh")
    transaction = aerospike.Transaction()
    client.put(fresh, {"n": 1}, policy={"txn": transaction})
    client.put(three[0], {"n": 10}, policy={"txn": transaction})
    client.remove(three[1], policy={"txn": transaction, **DURABLE})
    assert client.abort(transaction) == aerospike.ABORT_OK
    assert values(client, three) == [0, 1, 2]
    assert client.exists(fresh)[1] is None
    assert [client.get(key)[1]["gen"] for key in three] == [1, 1, 1]


def test_deletes_in_a_transaction(client, three):
    transaction = aerospike.Transaction()
    client.remove(three[0], policy={"txn": transaction})
    assert client.exists(three[0])[1] is not None
    assert client.exists(three[0], {"txn": transaction})[1] is None
    assert client.commit(transaction) == aerospike.COMMIT_OK
    assert client.exists(three[0])[1] is None


def test_others_cannot_write_meanwhile(client, three):
    transaction, other = aerospike.Transaction(), aerospike.Transaction()
    client.put(three[0], {"n": 10}, policy={"txn": transaction})
    assert code_of(client.put, three[0], {"n": 20}) == 120
    assert code_of(client.put, three[0], {"n": 20}, {}, {"txn": other}) == 120
    assert code_of(client.get, three[0], {"txn": other}) == 120
    assert code_of(client.remove, three[0], {}, DURABLE) == 120
    client.abort(other)
    client.commit(transaction)
    assert values(client, three) == [10, 1, 2]


def test_what_was_read_must_not_have_changed(client, three):
    transaction = aerospike.Transaction()
    assert client.get(three[0], {"txn": transaction})[2] == {"n": 0}
    client.put(three[1], {"n": 10}, policy={"txn": transaction})
    client.put(three[0], {"n": 99})
    with pytest.raises(e.TransactionFailed):
        client.commit(transaction)
    assert values(client, three) == [99, 1, 2]


def test_a_write_of_what_has_changed_since_it_was_read_fails(client, three):
    transaction = aerospike.Transaction()
    client.get(three[0], {"txn": transaction})
    client.put(three[0], {"n": 99})
    assert code_of(client.put, three[0], {"n": 1}, {}, {"txn": transaction}) == 121
    client.abort(transaction)


def test_reads_alone_commit(client, three):
    transaction = aerospike.Transaction()
    assert values(client, three, transaction) == [0, 1, 2]
    assert client.commit(transaction) == aerospike.COMMIT_OK


def test_batches_take_part(client, three):
    from aerospike_helpers.batch import records as batch
    from aerospike_helpers.operations import operations as op

    transaction = aerospike.Transaction()
    rows = batch.BatchRecords([batch.Write(key, [op.write("n", 7)]) for key in three])
    client.batch_write(rows, {"txn": transaction})
    assert [row.result for row in rows.batch_records] == [0, 0, 0]
    assert [row.record[2]["n"] for row in client.batch_read(three, policy={"txn": transaction}).batch_records] == [7, 7, 7]
    assert [row.record[2]["n"] for row in client.batch_read(three).batch_records] == [0, 1, 2]
    assert client.commit(transaction) == aerospike.COMMIT_OK
    assert values(client, three) == [7, 7, 7]


def test_a_scan_sees_what_is_committed(client, three):
    transaction = aerospike.Transaction()
    client.put(three[0], {"n": 10}, policy={"txn": transaction})
    client.put((*three[0][:2], "fresh"), {"n": 11}, policy={"txn": transaction})
    found = sorted(record[2]["n"] for record in client.scan(*three[0][:2]).results())
    assert found == [0, 1, 2]
    client.commit(transaction)
    assert sorted(record[2]["n"] for record in client.scan(*three[0][:2]).results()) == [1, 2, 10, 11]


def test_its_time_runs_out(official_client):
    with DevServer(strong_consistency=True) as server:
        client = official_client(server.hosts)
        key, other = ("test", "demo", 1), ("test", "demo", 2)
        client.put(key, {"n": 1})
        transaction = aerospike.Transaction()
        transaction.timeout = 20
        client.put(key, {"n": 2}, policy={"txn": transaction})
        server.advance(19)
        assert code_of(client.put, key, {"n": 3}) == 120
        server.advance(2)
        assert code_of(client.put, other, {"n": 3}, {}, {"txn": transaction}) == 122
        assert client.get(key)[2] == {"n": 1}
        client.put(key, {"n": 4})
        assert code_of(client.commit, transaction) != 0
        assert client.get(key)[2] == {"n": 4}


def test_a_finished_transaction_takes_no_more(client, three):
    transaction = aerospike.Transaction()
    client.put(three[0], {"n": 10}, policy={"txn": transaction})
    client.commit(transaction)
    assert code_of(client.put, three[1], {"n": 10}, {}, {"txn": transaction}) != 0
    assert values(client, three) == [10, 1, 2]


def test_deletes_must_be_durable(client, three):
    assert code_of(client.remove, three[0]) == 22
    client.remove(three[0], policy=DURABLE)
    assert client.exists(three[0])[1] is None


def test_the_community_edition_has_none(official_client):
    with DevServer() as server:
        client = official_client(server.hosts)
        transaction = aerospike.Transaction()
        assert code_of(client.put, ("test", "demo", 1), {"n": 1}, {}, {"txn": transaction}) == 25
